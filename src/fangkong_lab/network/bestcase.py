"""The best case for a coalition: the completion that gives it the most influence.

Unknown posts that the flow does not list (*outer posts*) and the persons behind blocks (see `completion`) are free.
For a fixed coalition S the best they can do is:

* an outer post given to a member of S lets him reach what lies below it (*taken* posts);
* an outer post below S that is not taken is a *slot*: it brings any one person under S's influence;
* a block may be any known person who signs for nothing else (*helper*): one reached by S brings the block with him,
  one in S makes the block a member.

With full influence a person brought in passes the influence on, so slots and helpers are spent one after the other,
and a block that is reached may be a known person (*host*) who passes it on to his own people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations

from fangkong_lab.network.capture import Power, fewest
from fangkong_lab.network.completion import Case
from fangkong_lab.network.force import Bounds, Force, Used, apart, uncovered
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import FULL_DEPTH, Influence
from fangkong_lab.network.rank import rank_of
from fangkong_lab.network.signing import bits
from fangkong_lab.network.spread import NOBODY, Counted, Reached, Spread, spread_of
from fangkong_lab.network.world import is_new

MOST_TAKEN = 6
MOST_NODES = 2_000
MOST_COALITIONS = 5_000


class _Undecided(Exception):
    """The search for one coalition grew past its bound; the answer stays an outer bound."""


class BestCase:
    """Answers, for one case and one influence, what the unknown posts outside the flow could make possible."""

    def __init__(self, network: PowerNetwork, case: Case, influence: Influence) -> None:
        self.network, self.case, self.influence = network, case, influence
        self._nodes = 0
        self._fits: dict[Force, bool] = {}
        self._brought: dict[tuple[int, int, int, int], bool] = {}

    @cached_property
    def outer(self) -> frozenset[str]:
        """Unknown posts outside the flow that have a link up or down; none without influence."""
        if not self.influence.depth:
            return frozenset()
        return self.network.outlying.difference(self.case.world.assigned)

    @property
    def trivial(self) -> bool:
        """Whether nothing is free: the pattern's own world is the only one that matters."""
        return not self.case.blocks and not self.outer

    @cached_property
    def _heads(self) -> tuple[str, ...]:
        return tuple(sorted(p for p in self.outer if self.network.below.get(p)))

    @cached_property
    def _spread(self) -> Spread:
        return spread_of(self.case.world, self.influence)

    @cached_property
    def _signers(self) -> tuple[tuple[int, int, int], ...]:
        """Per signer: his bit in the game, his bit among known persons, and the bits of the posts assigned to him."""
        spread, given = self._spread, self.case.world.assigned
        return tuple((1 << i, spread.person_bit(x), sum(spread.gap_bit[p] for p, y in given.items() if y == x))
                     for i, x in enumerate(self.case.game.signers))

    @cached_property
    def _outer_mask(self) -> int:
        if not self.influence.depth:
            return 0
        gap_bit = self._spread.gap_bit
        return self._spread.outlying & ~sum(gap_bit[p] for p in self.case.world.assigned)

    @cached_property
    def _helper_mask(self) -> int:
        """Known persons who sign for nothing: they matter only where somebody signs whom we do not know."""
        if not self.case.blocks:
            return 0
        everybody = (1 << len(self.network.persons)) - 1
        return everybody & ~sum(person for _, person, _ in self._signers)

    def _force(self, reached: Reached, own: int = 0, people: int = 0) -> Force:
        able = sum(bit for bit, person, gaps in self._signers if person & reached.people or gaps & reached.gaps)
        return Force(able, own, reached.gaps & self._outer_mask, reached.people & self._helper_mask, people)

    def _reached(self, person: str) -> Reached:
        found = NOBODY
        if self.influence.depth:
            for post in self.case.world.posts_of(person):
                found |= self._spread.below(post)
        return found

    @cached_property
    def _number(self) -> dict[str, int]:
        return {x: 1 << i for i, x in enumerate(self.case.game.signers)}

    @cached_property
    def _block_forces(self) -> tuple[Force, ...]:
        return tuple(self._force(self._reached(b), self._number[b]) for b in self.case.blocks)

    def _person(self, person: str) -> Force:
        """Return the force of a known person as he is."""
        return self._force(self._reached(person), self._number.get(person, 0),
                           self._spread.person_bit(person) & self._helper_mask)

    def _identities(self, person: str) -> Iterator[Force]:
        """Give what a known person may be: himself, or one of the blocks."""
        force = self._person(person)
        yield force
        if person not in self._number:
            yield from (force | block for block in self._block_forces)

    @cached_property
    def _busy(self) -> tuple[str, ...]:
        """Known persons who can matter in more than name: signers, those above them or above an unknown post."""
        if self.case.blocks:
            return self.network.persons
        known = set(self.case.powers(self.influence)) | (self._spread.over_gaps if self.outer else set())
        return tuple(sorted(x for x in known if not is_new(x)))

    def possible_sole_controllers(self) -> tuple[frozenset[str], bool]:
        """Return the known persons who alone capture in some completion of this case, and whether the set is exact.

        Where it is not exact it holds everybody who may.
        """
        people: set[str] = set()
        exact = True
        for alike in self._kinds().values():
            able, sure = self._any(self._identities(alike[0]))
            exact = exact and sure
            people.update(alike if able else ())
        others = set(self.network.persons) - set(self._busy)
        able, sure = self._any(iter((Force(),))) if others else (False, True)
        return frozenset(people | others if able else people), exact and sure

    def _kinds(self) -> Mapping[object, Sequence[str]]:
        """Return the persons who can matter by what tells them from others when they act alone (`_kind`)."""
        found: dict[object, list[str]] = {}
        known: dict[object, object] = {}
        for person in self._close:
            rank = person if person in self._number else rank_of(self.network, person)
            if rank not in known:
                known[rank] = self._kind(person)
            found.setdefault(known[rank], []).append(person)
        for counted, people in self._far.items():
            found.setdefault((0, 0, counted.gaps & self._outer_mask, counted.others), []).extend(people)
        return found

    def _kind(self, person: str) -> object:
        """Return what tells a known person from others when he acts alone: all of his force, or less.

        Where influence ends after some steps nobody who is brought in passes it on. So the helpers of somebody whom neither a block nor an
        outer post can reach, nor his helpers, count by their number only (`_bring`), wherever in the ledger they are.
        """
        force = self._person(person)
        if self.influence.depth == FULL_DEPTH or (force.helpers | force.people) & self._shared_helpers:
            return force
        return (force.reach, force.own, force.slots, (force.helpers & ~force.people).bit_count())

    @cached_property
    def _close(self) -> tuple[str, ...]:
        """Those of `_busy` who are looked at one by one: signers, shared helpers, and who reaches one of them; with full influence all."""
        if self.influence.depth == FULL_DEPTH or not self.case.blocks or not self._busy:
            return self._busy
        persons, world = self.network.persons, self.case.world
        shared = {persons[bit.bit_length() - 1] for bit in bits(self._shared_helpers)}
        over = {x for helper in shared for x in world.masters(helper, self.influence)}
        near = {*self._number, *self.case.powers(self.influence)} | shared | over
        return tuple(sorted(x for x in near if not is_new(x)))

    @cached_property
    def _far(self) -> Mapping[Counted, Sequence[str]]:
        """The others of `_busy`: they bring slots and a number of helpers whom nobody else brings, and nothing more."""
        if self.influence.depth == FULL_DEPTH or not self.case.blocks:
            return {}
        close = set(self._close)
        left = ((counted, [x for x in people if x not in close]) for counted, people in self._spread.alike.items())
        return {counted: people for counted, people in left if people}

    @cached_property
    def _shared_helpers(self) -> int:
        """Helpers that come with a block or with an outer post, whoever takes it."""
        found = 0
        for force in (*self._block_forces, *(self._force(self._spread.below(post)) for post in self._heads)):
            found |= force.helpers
        return found

    def _any(self, forces: Iterator[Force]) -> tuple[bool, bool]:
        try:
            return any(self.fits((force,)) for force in forces), True
        except _Undecided:
            return True, False

    def least(self, below: int) -> Bounds:
        """Return the least size, under *below*, of a coalition that captures in some completion; else *below*."""
        members = self._useful(below)
        for size in range(1, below):
            for number, coalition in enumerate(combinations(members, size)):
                if number >= MOST_COALITIONS:
                    return Bounds(size, False)
                try:
                    if apart(coalition) and self.fits(coalition):
                        return Bounds(size, True)
                except _Undecided:
                    return Bounds(size, False)
        return Bounds(below, True)

    def _useful(self, below: int) -> list[Force]:
        """Return the forces worth trying, those that another one covers left out.

        Persons above more helpers than can ever be needed are alike in that.
        """
        alone = below == 2  # somebody by himself: one of each rank will do
        people = self._one_of_each() if alone else self._busy
        every = [Force(), *self._block_forces, *(f for x in people for f in self._identities(x))]
        if alone:
            every = [replace(f, people=0) for f in every]
        enough = len(self.case.blocks) + below
        best: dict[tuple[object, ...], Force] = {}
        for force in every:
            many = -1 if force.helpers.bit_count() > enough else force.helpers
            identity = force.people if force.reach or force.slots or force.helpers else 0
            best.setdefault((force.reach, force.own, force.slots, many, identity), force)
        ordered = sorted(best.values(), key=lambda f: (-f.able.bit_count(), -f.slots.bit_count(), -f.helpers.bit_count(),
                                                       f.able, f.own, f.slots, f.helpers, f.people))
        return ordered if self.case.blocks else uncovered(ordered, self._asked)

    def _one_of_each(self) -> list[str]:
        """Return one person of each rank."""
        close = {x if x in self._number else rank_of(self.network, x): x for x in self._close}
        return [*close.values(), *(people[-1] for people in self._far.values())]

    @cached_property
    def _asked(self) -> int:
        """The signers of whom independent sign-offs ask: being a signer himself counts for them only."""
        routes, everyone = self.case.game.routes, bits(self.case.game.everyone)
        return sum(bit for bit in everyone if any(g.independent and g.eligible & bit for r in routes for g in r.groups))

    def fits(self, coalition: Sequence[Force]) -> bool:
        """Say whether some completion lets *coalition* capture; raises `_Undecided` past the bounds of the search."""
        force = Force()
        for member in coalition:
            force |= member
        if force not in self._fits:
            self._nodes = 0
            self._fits[force] = self._decide(force)
        return self._fits[force]

    def _decide(self, force: Force) -> bool:
        heads = self._heads
        if not self._try(force, heads, ()):
            return False
        if not heads or self._try(force, heads, heads):
            return True
        many = len(heads) > MOST_TAKEN
        sizes = (0,) if many else range(len(heads))
        if any(self._try(force, taken, taken) for size in sizes for taken in combinations(heads, size)):
            return True
        if many:
            raise _Undecided
        return False

    def _try(self, force: Force, taken: Sequence[str], spent: Sequence[str]) -> bool:
        """Try one choice of *taken* outer posts; *spent* ones are no slots (none spent: an optimistic trial)."""
        for post in taken:
            force |= self._force(self._spread.below(post))
        gone = sum(self._spread.gap_bit[p] for p in spent)
        force = replace(force, slots=force.slots & ~gone)
        if self.influence.depth == FULL_DEPTH:
            return self._chain(force, (force.own, gone), Used())
        return self._bring(force)

    def _bring(self, force: Force) -> bool:
        """Say whether one person of choice per slot and as many blocks as there are helpers are enough."""
        helpers = (force.helpers & ~force.people).bit_count()
        slots = force.slots.bit_count()
        if not slots and not (helpers and self.case.blocks):
            return self.case.game.completes(force.able, force.own)
        key = (force.able, force.own, slots, helpers)
        if key not in self._brought:
            self._brought[key] = self._fills(force, slots, helpers)
        return self._brought[key]

    def _fills(self, force: Force, slots: int, helpers: int) -> bool:
        game = self.case.game
        blocks = [self._number[b] for b in self.case.blocks if not self._number[b] & force.able]
        free = [Power(bit, 0) for bit in bits(game.everyone & ~force.able)]
        return any(fewest(game, free, Power(force.able | sum(chosen), force.own), slots) is not None
                   for chosen in combinations(blocks, min(helpers, len(blocks))))

    def _chain(self, force: Force, fixed: tuple[int, int], used: Used) -> bool:
        """Full influence: those brought in pass on what they are told; *fixed* are the members and the spent posts."""
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _Undecided
        if self.case.game.completes(force.able, fixed[0]):
            return True
        for more, spent in self._next(force, fixed, used):
            grown = force | replace(more, people=0, slots=more.slots & ~fixed[1])
            if self._chain(grown, fixed, spent):
                return True
        return False

    def _next(self, force: Force, fixed: tuple[int, int], used: Used) -> Iterator[tuple[Force, Used]]:
        """Give whom to bring in next and what is then spent: a helper, a block's own person, or a slot."""
        blocks = sum(self._number[b] for b in self.case.blocks)
        if (force.helpers & ~force.people).bit_count() > used.helpers + used.hosts:
            spent = replace(used, helpers=used.helpers + 1)
            yield from ((self._led(b), spent) for b in self._block_forces if not b.own & force.able)
        worth = [f for f in self._worth_bringing if not force.covers(f)]
        if (force.reach & blocks & ~fixed[0]).bit_count() > used.helpers + used.hosts:
            spent = replace(used, hosts=used.hosts + 1)
            yield from ((f, spent) for f in worth if f.helpers & f.people)
        if force.slots.bit_count() > used.slots:
            spent = replace(used, slots=used.slots + 1)
            yield from ((f, spent) for f in worth)

    @staticmethod
    def _led(force: Force) -> Force:
        """Turn the force of a person into what he adds when he is led: a signer reached, not a member."""
        return replace(force, reach=force.able, own=0, people=0)

    @cached_property
    def _worth_bringing(self) -> tuple[Force, ...]:
        """Return what each signer, block or other person adds when he is led, those that another covers left out.

        Persons who may be hosts keep their mark (helpers and people share a bit).
        """
        found: set[Force] = {self._led(b) for b in self._block_forces}
        for person in self._busy:
            force = self._person(person)
            led = self._led(force)
            if person in self._number:
                found.add(led)
            elif led != Force():
                found.add(replace(led, helpers=led.helpers | force.people, people=force.people))
        return tuple(sorted(found, key=lambda f: (-f.reach.bit_count(), f.reach, f.slots, f.helpers, f.people)))
