"""Spread: which known persons and which unknown posts are reached from a post, as bit masks over the whole network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from fangkong_lab.network.influence import FULL_DEPTH, Influence
from fangkong_lab.network.world import World, is_new


@dataclass(frozen=True)
class Reached:
    """*people*: bit i is the i-th known person of the network; *gaps*: bit i is its i-th unknown post."""

    people: int = 0
    gaps: int = 0

    def __or__(self, other: Reached) -> Reached:
        return Reached(self.people | other.people, self.gaps | other.gaps)


NOBODY = Reached()


@dataclass(frozen=True)
class Counted:
    """*gaps* as in `Reached`, how many *others* among the known persons are reached, and whether the person reaches *himself*."""

    gaps: int
    others: int
    himself: bool


class Spread:
    """Answers for one completion and one influence what lies below a post.

    Along at most N links the answer does not depend on the completion; with full influence it does where *assigned*
    posts lie on the way. Answers are kept; ask `spread_of` for one, so that flows share them.
    """

    def __init__(self, world: World, influence: Influence) -> None:
        self.world, self.influence = world, influence
        self._known: dict[str, Reached] = {}

    @cached_property
    def _place(self) -> dict[str, int]:
        return {x: i for i, x in enumerate(self.world.network.persons)}

    def person_bit(self, person: str) -> int:
        """Return the bit of a known person, 0 for others. It is not kept: a mask is as long as there are persons before him."""
        place = self._place.get(person)
        return 0 if place is None else 1 << place

    @cached_property
    def gap_bit(self) -> dict[str, int]:
        """The bit of each unknown post."""
        return {p: 1 << i for i, p in enumerate(sorted(self.world.network.unknown))}

    @cached_property
    def outlying(self) -> int:
        """The bits of the unknown posts that have a link."""
        digits = bytearray(len(self.gap_bit) // 8 + 1)
        for place, post in enumerate(self.gap_bit):
            digits[place >> 3] |= (post in self.world.network.outlying) << (place & 7)
        return int.from_bytes(digits, "little")

    def below(self, post: str) -> Reached:
        """Return whom and what the holder of *post* reaches through it."""
        found = self._known.get(post)
        if found is None:
            full = self.influence.depth == FULL_DEPTH
            found = self._known[post] = self._chain(post) if full else self._levels(post)
        return found

    def of_person(self, person: str) -> Reached:
        """Return whom and what a person of the completion reaches."""
        found = NOBODY
        for post in self.world.posts_of(person):
            found |= self.below(post)
        return found

    def _levels(self, post: str) -> Reached:
        return self._masks(steps_from({post}, self.world.network.below, self.influence.depth))

    @cached_property
    def alike(self) -> Mapping[Counted, tuple[str, ...]]:
        """The known persons by what `of_person` says of them but for the names, for influence of some steps."""
        found: dict[Counted, list[str]] = {}
        for person in self.world.network.persons:
            found.setdefault(self._counted(person), []).append(person)
        return {counted: tuple(people) for counted, people in found.items()}

    def _counted(self, person: str) -> Counted:
        network = self.world.network
        posts = {q for p in self.world.posts_of(person) for q in steps_from({p}, network.below, self.influence.depth)}
        people = {x for post in posts for x in network.holders.get(post, ())}
        return Counted(sum(self.gap_bit.get(post, 0) for post in posts), len(people - {person}), person in people)

    def _chain(self, post: str) -> Reached:
        below, holders, posts_of = self.world.network.below, self.world.holders, self.world.posts_of
        reached: set[str] = set()
        waiting, seen = [post], {post}
        while waiting:
            for lower in below.get(waiting.pop(), ()):
                if lower in reached:
                    continue
                reached.add(lower)
                more = {p for x in holders(lower) for p in posts_of(x)} | {lower}
                waiting += more - seen
                seen |= more
        return self._masks(reached)

    def _masks(self, posts: set[str]) -> Reached:
        network = self.world.network
        people = gaps = 0
        for post in posts:
            gaps |= self.gap_bit.get(post, 0)
            for person in network.holders.get(post, ()):
                people |= self.person_bit(person)
        return Reached(people, gaps)

    @cached_property
    def over_gaps(self) -> frozenset[str]:
        """The known persons who reach an unknown post."""
        network, world = self.world.network, self.world
        if self.influence.depth != FULL_DEPTH:
            over = steps_from(network.outlying, network.above, self.influence.depth)
            return frozenset(x for post in over for x in network.holders.get(post, ()))
        uppers = {x for post in network.outlying for upper in network.above.get(post, ()) for x in world.holders(upper)}
        return frozenset(x for x in world.chain(uppers) if not is_new(x))


def steps_from(posts: Iterable[str], next_to: Mapping[str, tuple[str, ...]], depth: int) -> set[str]:
    """Return the posts that are at most *depth* links (1 or more of them) from any of *posts*."""
    reached: set[str] = set()
    at = set(posts)
    for _ in range(depth):
        at = {q for p in at for q in next_to.get(p, ())} - reached
        reached |= at
    return reached


def spread_of(world: World, influence: Influence) -> Spread:
    """Return the spread of a completion; completions under which nothing changes share one.

    Its `of_person` must then be asked about posts, not about persons who hold assigned ones: see `below`.
    """
    changes = influence.depth == FULL_DEPTH and any(_joins(world, x) for x in world.assigned.values())
    if changes:
        return Spread(world, influence)
    kept = world.network.kept
    key = ("spread", influence.depth)
    if key not in kept:
        kept[key] = Spread(World(world.network, {}), influence)
    found: Spread = kept[key]
    return found


def _joins(world: World, person: str) -> bool:
    """Whether *person*, who holds an assigned post, holds another one: then influence passes between the two."""
    return len(world.posts_of(person)) > 1
