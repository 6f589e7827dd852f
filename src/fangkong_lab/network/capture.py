"""Capture: the fewest persons who together carry an item through (κ), and who they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fangkong_lab.network.fewest import Opening
from fangkong_lab.network.needs import RouteNeeds
from fangkong_lab.network.signing import Game, bits


@dataclass(frozen=True, order=True)
class Power:
    """What one person brings to a coalition: the signers that he *reach*es, himself among them, and *own*, himself."""

    reach: int
    own: int


NOTHING = Power(0, 0)


def powers_of(game: Game, reach: Mapping[str, int]) -> dict[str, Power]:
    """Return the power of every person who reaches a signer (see `World.reach`)."""
    number = {person: 1 << i for i, person in enumerate(game.signers)}
    return {person: Power(mask, number.get(person, 0)) for person, mask in sorted(reach.items())}


def undominated(powers: Sequence[Power], game: Game) -> list[Power]:
    """Return the powers that no other one covers; membership counts only where independent sign-offs ask for it."""
    asked = 0
    for route in game.routes:
        for group in route.groups:
            asked |= group.eligible if group.independent else 0
    found: list[Power] = []
    unique = sorted({Power(p.reach, p.own & asked) for p in powers}, key=lambda p: (-p.reach.bit_count(), p))
    for power in unique:
        if not any(power.reach | q.reach == q.reach and power.own | q.own == q.own for q in found):
            found.append(power)
    return found


def fewest(game: Game, powers: Sequence[Power], start: Power = NOTHING, limit: int | None = None) -> int | None:
    """Return the least number of *powers* that with *start* capture; None where more than *limit* or all do not do."""
    useful = undominated(powers, game)
    if game.completes(start.reach, start.own):
        return 0
    top = _joined([*useful, start])
    if not game.completes(top.reach, top.own):
        return None
    most = len(useful) if limit is None else min(limit, len(useful))
    least = most + 1
    brings = tuple((p.own, p.reach) for p in useful)
    for conditions in game.ways:
        least = Opening(conditions, brings).least(start.own, start.reach, least)
    if game.tangled:
        plain = _interchangeable(game, useful)
        sizes = (size for size in range(1, least) for route in game.tangled
                 if _Search(game, route, plain).fits(start, useful, size))
        least = next(sizes, least)
    return least if least <= most else None


def _joined(powers: Sequence[Power]) -> Power:
    reach = own = 0
    for power in powers:
        reach |= power.reach
        own |= power.own
    return Power(reach, own)


def _interchangeable(game: Game, powers: Sequence[Power]) -> dict[Power, int]:
    """Return the class of each power that is one signer and nothing else, reached by nobody else."""
    often: dict[int, int] = {}
    for power in powers:
        for bit in bits(power.reach):
            often[bit] = often.get(bit, 0) + 1
    owner = {bit: mask for mask in game.classes() for bit in bits(mask)}
    return {p: owner[p.reach] for p in powers if p.reach.bit_count() == 1 and often[p.reach] == 1}


@dataclass
class _Search:
    """The same for a route that does not come to conditions: by trying who could fill its groups."""

    game: Game
    route: RouteNeeds
    plain: Mapping[Power, int]

    def fits(self, have: Power, powers: Sequence[Power], size: int) -> bool:
        """Say whether *size* more of *powers* complete the route."""
        if self.route_done(have):
            return True
        if size == 0:
            return False
        helpful = self._helpful(have, powers, size)
        if helpful is None:
            return False
        tried: set[Power] = set()
        classes: set[int] = set()
        for power in helpful:
            tried.add(power)
            kind = self.plain.get(power)
            if kind is not None and kind in classes:
                continue
            if kind is not None:
                classes.add(kind)
            rest = [p for p in powers if p not in tried]
            if self.fits(Power(have.reach | power.reach, have.own | power.own), rest, size - 1):
                return True
        return False

    def route_done(self, have: Power) -> bool:
        """Say whether the persons of *have* complete an item: on this route or, just as well, on another."""
        return self.game.completes(have.reach, have.own)

    def _helpful(self, have: Power, powers: Sequence[Power], size: int) -> list[Power] | None:
        """Return the powers one of which must be added; None where *size* of them cannot be enough."""
        hardest, least = None, 0
        for group in self.route.groups:
            pool = group.eligible & (have.own if group.independent else have.reach)
            missing = group.count - pool.bit_count()
            if missing <= 0:
                continue
            gains = [(_mask(p, group.independent) & group.eligible & ~pool).bit_count() for p in powers]
            best = max(gains, default=0)
            if best == 0 or -(-missing // best) > size:
                return None
            if -(-missing // best) > least:
                least, hardest = -(-missing // best), [p for p, g in zip(powers, gains, strict=True) if g]
        if hardest is not None:
            return hardest
        return [p for p in powers if p.reach & ~have.reach or p.own & ~have.own]


def _mask(power: Power, independent: bool) -> int:
    return power.own if independent else power.reach


def sole_controllers(game: Game, powers: Mapping[str, Power]) -> tuple[str, ...]:
    """Return the persons who alone capture, sorted."""
    return tuple(sorted(x for x, p in powers.items() if game.completes(p.reach, p.own)))


@dataclass(frozen=True)
class Coalitions:
    """The smallest coalitions, each sorted, in order; *truncated* where there are more than were asked for."""

    sets: tuple[tuple[str, ...], ...]
    truncated: bool


NO_COALITIONS = Coalitions((), False)


def smallest_coalitions(games: Sequence[Game], powers: Sequence[Mapping[str, Power]], most: int = 100) -> Coalitions:
    """Return the smallest sets of persons that capture in each of *games* (one per completion), the first *most*.

    *powers* gives per completion what each known person brings. Empty where not even all of them capture everywhere.
    """
    people = sorted({x for each in powers for x in each})
    stages = [_Stage(g, tuple(p.get(x, NOTHING) for x in people)) for g, p in zip(games, powers, strict=True)]
    sizes = [fewest(s.game, s.powers) for s in stages]
    if any(size is None for size in sizes) or not sizes:
        return NO_COALITIONS
    for size in range(max(s for s in sizes if s is not None), len(people) + 1):
        found: list[tuple[str, ...]] = []
        for chosen in _in_order(stages, len(people), size, 0, ()):
            found.append(tuple(people[i] for i in chosen))
            if len(found) > most:
                return Coalitions(tuple(found[:most]), True)
        if found:
            return Coalitions(tuple(found), False)
    return NO_COALITIONS


@dataclass(frozen=True)
class _Stage:
    game: Game
    powers: tuple[Power, ...]

    def extends(self, chosen: tuple[int, ...], first: int, more: int) -> bool:
        """Say whether *more* persons from number *first* on can complete the item with the *chosen* ones."""
        start = _joined([self.powers[i] for i in chosen])
        if more == 0:
            return self.game.completes(start.reach, start.own)
        return fewest(self.game, self.powers[first:], start, more) is not None


def _in_order(stages: Sequence[_Stage], people: int, size: int, first: int,
              chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Give the coalitions of *size* in lexicographic order."""
    if not all(s.extends(chosen, first, size - len(chosen)) for s in stages):
        return
    if len(chosen) == size:
        yield chosen
        return
    for i in range(first, people - (size - len(chosen)) + 1):
        yield from _in_order(stages, people, size, i + 1, (*chosen, i))
