"""Where a conclusion turns round: at which value of which parameter, or which few parameters together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fangkong_lab.simulate.parameter import Parameter, plain
from fangkong_lab.simulate.robust_conclusion import Gaps
from fangkong_lab.simulate.robust_space import own_end
from fangkong_lab.simulate.robust_words import said

CONFIRMED = 4.0
"""Monte Carlo errors a turned difference must have on fresh replications: it was sought out among many places."""
HALVINGS = 7

Look = Callable[[Sequence[Mapping[str, float]]], Sequence[Gaps]]
"""The differences at each of some places (what is not named as assumed), on replications that no search has used."""


@dataclass(frozen=True)
class Move:
    """A parameter away from its assumed value: *base* → *value*."""

    address: str
    base: float
    value: float

    def words(self) -> str:
        """Return the move in words."""
        return f"{said(self.address)}由 {plain(self.base)} {'升' if self.value > self.base else '降'}到 {plain(self.value, 3)}"


@dataclass(frozen=True)
class Flip:
    """The conclusion is turned round at *moves*. For a single move, *crossing* is the value where it turns, within *within*."""

    moves: tuple[Move, ...]
    crossing: float | None = None
    within: float = 0.0

    def words(self) -> str:
        """Return where it turns, in words."""
        if self.crossing is None:
            return "、".join(m.words() for m in self.moves) + "（少动其中任何一个就不翻）"
        (move,) = self.moves
        side = "升过" if move.value > move.base else "降过"
        return f"{said(move.address)}{side}约 {plain(self.crossing, 3)}（基准 {plain(move.base)}）"

    def as_written(self, parameters: Mapping[str, Parameter]) -> Flip:
        """Return this flip with the ends of ranges as the scenario writes them (`robust_space.own_end`)."""
        return replace(self, moves=tuple(replace(m, value=own_end(parameters[m.address], m.value)) for m in self.moves))


@dataclass(frozen=True)
class Turn:
    """One conclusion to be turned: question number *at*, whose sign as assumed is *sign*."""

    look: Look
    base: Mapping[str, float]
    at: int
    sign: int

    def turned(self, seen: Gaps) -> bool:
        """Say whether the difference is surely of the other sign."""
        return int(seen.told(CONFIRMED)[self.at]) == -self.sign

    def together(self, values: Mapping[str, float], weakest_first: Sequence[str]) -> Flip:
        """Return a smallest set of moves out of *values*, where it is turned: none of them can be left out.

        Halves of the parameters are set back, the weakest first, then smaller parts, as long as it stays turned.
        """
        kept = [a for a in weakest_first if a in values and values[a] != self.base[a]]
        size = len(kept) // 2
        while size:
            fewer = self._fewer(kept, values, size)
            size = min(size, len(fewer) // 2) or 1 if fewer else size // 2
            kept = fewer or kept
            if len(kept) == 1:
                return crossings(self.look, self.base, ((self, kept[0], values[kept[0]]),))[0]
        return Flip(tuple(Move(a, self.base[a], values[a]) for a in sorted(kept)))

    def _fewer(self, kept: list[str], values: Mapping[str, float], size: int) -> list[str]:
        """What is left of *kept* when the first part of *size* that can be set back is; empty where none can."""
        parts = [kept[:start] + kept[start + size:] for start in range(0, len(kept), size)]
        for part, seen in zip(parts, self.look([{a: values[a] for a in part} for part in parts]), strict=True):
            if part and self.turned(seen):
                return part
        return []


def crossings(look: Look, base: Mapping[str, float], searches: Sequence[tuple[Turn, str, float]]) -> list[Flip]:
    """Return the flip of each (turn, address, end that is turned), others as assumed; all searches go on side by side.

    The mean difference is followed on the same random numbers: halved, then a straight line over the last part. Where it
    turns more than once, one of the turns is found.
    """
    near = [(base[address], look([{}])[0].mean[turn.at]) for turn, address, _ in searches]
    far = [(end, look([{address: end}])[0].mean[turn.at]) for turn, address, end in searches]
    for _ in range(HALVINGS):
        middles = [(n[0] + f[0]) / 2 for n, f in zip(near, far, strict=True)]
        seen = look([{address: middle} for (_, address, _), middle in zip(searches, middles, strict=True)])
        for i, (turn, _, _) in enumerate(searches):
            found = (middles[i], seen[i].mean[turn.at])
            if found[1] * turn.sign < 0:
                far[i] = found
            else:
                near[i] = found
    return [_flip(base, search, n, f) for search, n, f in zip(searches, near, far, strict=True)]


def _flip(base: Mapping[str, float], search: tuple[Turn, str, float], near: tuple[float, float], far: tuple[float, float]) -> Flip:
    _, address, end = search
    share = near[1] / (near[1] - far[1]) if near[1] != far[1] else 0.5
    crossing = near[0] + (far[0] - near[0]) * float(share)
    return Flip((Move(address, base[address], end),), crossing, abs(far[0] - near[0]))
