"""Hold-up: the fewest persons whose refusal stops every route (η)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fangkong_lab.network.conditions import Condition
from fangkong_lab.network.signing import Game, bits


def hold_up(game: Game) -> int | None:
    """Return η: the size of the smallest set without whom the rest, all willing, complete no route.

    None where not even everybody completes one. Exact: a way is shut when one of its conditions lacks a person, so
    1, 2, 3 … refusals are spread over conditions of the ways still open, interchangeable signers counting by their number.
    """
    if not game.wins(game.everyone):
        return None
    if game.tangled:
        return _by_witnesses(game)
    ways = tuple(way for way in game.ways if all(c.met(game.everyone, game.everyone) for c in way))
    if len(ways) == 1:
        return min(_cost(c, game.everyone) for c in ways[0])
    size = max(min(_cost(c, game.everyone) for c in way) for way in ways)
    while not _Refusals(ways, game.classes()).stop(game.everyone, size):
        size += 1
    return size


def _cost(condition: Condition, there: int) -> int:
    """Return how many of those *there* must refuse for the condition to fail."""
    return condition.there(there, there).bit_count() - condition.need + 1


@dataclass
class _Refusals:
    ways: Sequence[Sequence[Condition]]
    classes: Sequence[int]
    tried: set[int] = field(default_factory=set)

    def stop(self, there: int, size: int) -> bool:
        """Say whether *size* refusals of those *there* shut every way."""
        way = next((way for way in self.ways if all(c.met(there, there) for c in way)), None)
        if way is None:
            return True
        if there in self.tried:
            return False
        self.tried.add(there)
        for condition in way:
            cost = _cost(condition, there)
            if cost <= size:
                pool = condition.there(there, there)
                kinds = [mask & pool for mask in self.classes if mask & pool]
                if any(self.stop(there & ~away, size - cost) for away in _some(kinds, cost)):
                    return True
        return False


def _some(kinds: Sequence[int], count: int) -> Iterator[int]:
    """Give one choice of *count* persons for every way to spread them over *kinds*."""
    if not kinds:
        if count == 0:
            yield 0
        return
    members = list(bits(kinds[0]))
    for taken in range(min(count, len(members)), -1, -1):
        for rest in _some(kinds[1:], count - taken):
            yield sum(members[:taken]) | rest


def _by_witnesses(game: Game) -> int:
    """The same for routes without conditions: level by level over sets that hit every completing group of signers found
    so far (Reiter 1987, hitting-set tree), interchangeable signers being taken in order."""
    owner = {bit: mask for mask in game.classes() for bit in bits(mask)}
    level = {0}
    size = 0
    while True:
        wider: set[int] = set()
        for removed in level:
            rest = game.everyone & ~removed
            found = game.witness(rest, rest)
            if found is None:
                return size
            signers = 0
            for mask in found[1]:
                signers |= mask
            wider |= {removed | next(bits(owner[bit] & rest)) for bit in bits(signers)}
        level, size = wider, size + 1
