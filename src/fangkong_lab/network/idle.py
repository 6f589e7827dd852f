"""Idle checks: does leaving a sign-off out change which coalitions capture? (待核实的制约环节)

Two families of coalitions differ iff some coalition captures in one and not in the other. Such a coalition may be taken
as large as possible among those that do not capture in the other: each of the other's routes then fails at one of its
conditions, of whose persons need − 1 are left and the rest kept away, and everybody joins who brings none of these. So it
is enough to try, route by route, every condition and every choice of who is left, interchangeable persons counting by
their number only, as long as a given route of the first family stays open: conditions that this route implies cannot
fail. Where a route comes to too many conditions, one of those who could complete it is kept away, again and again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb, inf

from fangkong_lab.network.capture import Power
from fangkong_lab.network.conditions import Condition, ways_of
from fangkong_lab.network.needs import RouteNeeds
from fangkong_lab.network.signing import Game, assign, bits

Gone = tuple[int, int]


@dataclass(frozen=True)
class _Way:
    """One way through a route, by its conditions; a route without them stands for itself."""

    route: RouteNeeds
    conditions: tuple[Condition, ...] | None

    def open(self, own: int, far: int) -> bool:
        if self.conditions is None:
            return assign(self.route, far, own) is not None
        return all(c.met(own, far) for c in self.conditions)

    def implies(self, other: _Way) -> bool:
        """Whether who completes this route completes the *other* (sufficient, not necessary)."""
        if self.conditions is None or other.conditions is None:
            return self.route == other.route
        return all(self.assures(c) for c in other.conditions)


    def assures(self, condition: Condition) -> bool:
        """Whether *condition* is met wherever this way is open (sufficient, not necessary)."""
        return self.conditions is not None and any(mine.implies(condition) for mine in self.conditions)


@dataclass(frozen=True)
class _Family:
    """The coalitions that capture in a game."""

    ways: tuple[_Way, ...]

    def open_ways(self, own: int, far: int) -> list[_Way]:
        return [way for way in self.ways if way.open(own, far)]

    def holds(self, narrow: _Way) -> bool:
        """Whether who goes the way *narrow* captures here too (sufficient, not necessary)."""
        return any(narrow.implies(wider) for wider in self.ways)


def _family(game: Game) -> _Family:
    ways: list[_Way] = []
    for route in game.routes:
        known = ways_of(route)
        ways += [_Way(route, None)] if known is None else [_Way(route, conditions) for conditions in known]
    return _Family(tuple(ways))


@dataclass(frozen=True)
class _Crowd:
    """Who may join a coalition: what each person brings, and the *kinds* of signers who can be swapped (masks)."""

    powers: tuple[Power, ...]
    kinds: tuple[int, ...]

    def largest(self, gone: Gone) -> tuple[int, int]:
        """Return (own, reach) of all who bring none of those *gone*: (not to be members, not to be reached)."""
        own = far = 0
        for power in self.powers:
            if not (power.own & gone[0] or power.reach & gone[1]):
                own |= power.own
                far |= power.reach
        return own, far

    def sorts(self, pool: int, gone: Gone) -> list[int]:
        """Return *pool* in parts whose persons can be swapped, now that some are *gone*."""
        found: dict[tuple[int, bool, bool], int] = {}
        for kind in self.kinds:
            for bit in bits(pool & kind):
                key = (kind, bool(bit & gone[0]), bool(bit & gone[1]))
                found[key] = found.get(key, 0) | bit
        return list(found.values())


@dataclass(frozen=True)
class _Search:
    """The search for a coalition that goes the way *first* and does not capture in *second*."""

    first: _Way
    second: _Family
    crowd: _Crowd

    def finds(self) -> bool:
        """Say whether there is one."""
        if self.second.holds(self.first):
            return False
        waiting: list[Gone] = [(0, 0)]
        seen: set[tuple[int, int]] = set()
        while waiting:
            gone = waiting.pop()
            own, far = self.crowd.largest(gone)
            if (own, far) in seen or not self.first.open(own, far):
                continue
            seen.add((own, far))
            ways = self.second.open_ways(own, far)
            if not ways:
                return True
            waiting += self._shut(min(ways, key=lambda way: self._choices(way, own, far)), gone)
        return False

    def _choices(self, way: _Way, own: int, far: int) -> float:
        """Return in about how many ways *way* can be shut: the fewer, the sooner the search is over."""
        if way.conditions is None:
            return inf
        return sum(comb(c.there(own, far).bit_count(), c.need - 1) for c in way.conditions if not self.first.assures(c))

    def _shut(self, way: _Way, gone: Gone) -> Iterator[Gone]:
        """Give the ways to shut *way* (a tangled one: to come nearer to that) on top of those *gone*."""
        if way.conditions is None:
            yield from self._break(way.route, gone)
            return
        own, far = self.crowd.largest(gone)
        for condition in way.conditions:
            if self.first.assures(condition):
                continue
            sorts = self.crowd.sorts(condition.there(own, far), gone)
            yield from self._leave(condition, sorts, gone, condition.need - 1)

    def _leave(self, condition: Condition, sorts: Sequence[int], gone: Gone, left: int) -> Iterator[Gone]:
        """Give what is gone when all but *left* of the persons in *sorts* are."""
        if not sorts:
            yield gone
            return
        members = list(bits(sorts[0]))
        others = sum(sort.bit_count() for sort in sorts[1:])
        for stay in range(max(0, left - others), min(left, len(members)) + 1):
            away = sum(members[stay:])
            now = (gone[0] | away & condition.own & ~condition.far, gone[1] | away & condition.far)
            if self.first.open(*self.crowd.largest(now)):
                yield from self._leave(condition, sorts[1:], now, left - stay)

    def _break(self, route: RouteNeeds, gone: Gone) -> Iterator[Gone]:
        own, far = self.crowd.largest(gone)
        for group, signers in zip(route.groups, assign(route, far, own) or (), strict=True):
            pool = group.eligible & (own if group.independent else far)
            for sort in self.crowd.sorts(pool, gone):
                if sort & signers:
                    first = next(bits(sort))
                    yield (gone[0] | first, gone[1]) if group.independent else (gone[0], gone[1] | first)


@dataclass(frozen=True)
class Removal:
    """A *game* and the same one without the sign-off *key*."""

    game: Game
    key: tuple[int, int]

    @cached_property
    def _families(self) -> tuple[_Family, _Family]:
        return _family(self.game), _family(self.game.without(self.key))

    def _same(self, crowd: _Crowd) -> bool:
        before, less = self._families
        return not any(_Search(way, second, crowd).finds() for first, second in ((less, before), (before, less))
                       for way in first.ways)

    @cached_property
    def same_alone(self) -> bool:
        """Whether both are captured by the same coalitions without influence."""
        return self._same(_Crowd(tuple(Power(bit, bit) for bit in bits(self.game.everyone)), self.game.classes()))

    @cached_property
    def same_always(self) -> bool:
        """Whether both agree for every coalition and everybody it may reach: then they do under any influence.

        The reverse does not hold. Without independent sign-offs those reached are all that counts, as if they were
        the coalition.
        """
        if self.game.plain:
            return self.same_alone
        single = list(bits(self.game.everyone))
        powers = tuple(Power(bit, own) for bit in single for own in (bit, 0))
        return self.same_alone and self._same(_Crowd(powers, self.game.classes()))

    def same_under(self, powers: Sequence[Power]) -> bool:
        """Say whether both are captured by the same coalitions when each person brings one of *powers*, all different."""
        return self._same(_Crowd(tuple(powers), _kinds(self.game, powers)))


def _kinds(game: Game, powers: Sequence[Power]) -> tuple[int, ...]:
    """Return masks of signers who can be swapped: eligible for the same, and reached by and reaching alike."""
    found: list[int] = []
    for mask in game.classes():
        parts: list[int] = []
        for bit in bits(mask):
            place = next((i for i, part in enumerate(parts) if _alike(powers, bit, next(bits(part)))), None)
            if place is None:
                parts.append(bit)
            else:
                parts[place] |= bit
        found += parts
    return tuple(found)


def _alike(powers: Sequence[Power], one: int, other: int) -> bool:
    touched = {p for p in powers if p.reach & (one | other)}
    return touched == {Power(_swap(p.reach, one, other), _swap(p.own, one, other)) for p in touched}


def _swap(mask: int, one: int, other: int) -> int:
    if bool(mask & one) == bool(mask & other):
        return mask
    return mask ^ (one | other)
