"""Hides small counts of persons over a whole release, and whatever else would give them away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.intruder import WORLD, Feasible, audit, feasible, relations
from fangkong_lab.measure.release import Cell, Release
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

LEAST = 5
MARK = "＊"


@dataclass(frozen=True)
class Protected:
    """A release with what is hidden in it: *small* for being small, *beside* so that the small cannot be worked out.

    *proof* holds for each small count the values a reader can still believe.
    """

    release: Release
    least: int
    small: tuple[str, ...]
    beside: tuple[str, ...]
    proof: tuple[Feasible, ...]

    @property
    def hidden(self) -> frozenset[str]:
        """Return every key that is not printed."""
        return frozenset(self.small) | frozenset(self.beside)

    def shown(self, key: str) -> str:
        """Return what is printed for the cell *key*: its value, or the mark; KeyError for an unknown key."""
        value = self.release.values()[key]
        return MARK if key in self.hidden else str(value)

    def table(self) -> pd.DataFrame:
        """Return 项目, 显示, 是否隐去, 原因 per cell and ratio, as printed."""
        import pandas as pd

        reason = dict.fromkeys(self.small, f"人数不足{self.least}") | dict.fromkeys(self.beside, "防止推算")
        rows = [(c.key, self.shown(c.key), c.key in self.hidden, reason.get(c.key, "")) for c in self.release.cells]
        rows += [(r.key, MARK if r.key in self.hidden else f"{r.shown:g}", r.key in self.hidden, reason.get(r.key, ""))
                 for r in self.release.ratios]
        return pd.DataFrame(rows, columns=["项目", "显示", "隐去", "原因"])

    def sentence(self) -> str:
        """Return how much is hidden, and what the mark means."""
        if not self.small:
            return f"没有1至{self.least - 1}人的计数，未隐去数字。"
        return (f"1至{self.least - 1}人的计数{len(self.small)}处以「{MARK}」代替；为防止由合计和比率推算，"
                f"另隐去{len(self.beside)}处，其数值不一定小。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def protect(release: Release, least: int = LEAST) -> Protected:
    """Hide the counts of persons from 1 to *least* − 1 and, beside them, as little as possible so that none can be told.

    For each small count and each value it may not be told apart from, an integer program finds the cheapest set of
    further cells and ratios whose hiding leaves a table with that value (Fischetti & Salazar 2001); cells already
    hidden are free. The sets are sought one after another, so the whole is small but not proven smallest; that every
    small count is safe is then checked by `audit` afresh. Raises `BadInput` where cells marked `keep` or public upper
    bounds make it impossible.
    """
    hidden = frozenset[str]().union(*(_protected(piece, least) for piece in release.pieces()))
    proof = tuple(f for piece in release.pieces() for f in audit(piece, hidden, least))
    unsafe = [f.key for f in proof if not f.safe]
    if unsafe:
        raise BadInput(f"隐去后仍可推出：{'、'.join(unsafe)}", mend="减少必须保留的合计，或不发布这张表")
    small = release.small(least)
    return Protected(release, least, small, tuple(sorted(hidden - frozenset(small))), proof)


def _protected(piece: Release, least: int) -> frozenset[str]:
    """Return what to hide in a part that nothing ties to the rest."""
    small = piece.small(least)
    hidden: frozenset[str] = frozenset(small)
    for key in small:
        for value in range(1, least):
            hidden |= _beside(piece, hidden, key, value)
    return _without_needless(piece, hidden, small, least)


def _without_needless(release: Release, hidden: frozenset[str], small: tuple[str, ...], least: int) -> frozenset[str]:
    """Print again, dearest first, what need not be hidden: sets found one after another can overlap."""
    weight = {c.key: c.weight for c in release.cells}
    beside = sorted(hidden - frozenset(small), key=lambda k: (-weight.get(k, 1.0), k))
    for key in beside:
        fewer = hidden - {key}
        if all(feasible(release, fewer, s, least).safe for s in small):
            hidden = fewer
    return hidden


def _beside(release: Release, hidden: frozenset[str], key: str, value: int) -> frozenset[str]:
    """Return what to hide further so that *key* could as well be *value*."""
    import numpy as np
    from scipy.optimize import Bounds, milp

    cells, ratios = release.cells, release.ratios
    n, m = len(cells), len(cells) + len(ratios)
    weights = np.array([_cost(c, hidden) for c in cells] + [0.0 if r.key in hidden else 1.0 for r in ratios])
    low, high = np.zeros(n + m), np.concatenate([_most(cells), np.ones(m)])
    at = next(i for i, c in enumerate(cells) if c.key == key)
    if value > high[at]:
        raise _exposed(key)
    low[at] = high[at] = value
    for i, cell in enumerate(cells):
        if cell.keep:
            high[n + i] = 0.0
    # A change by more than the release's largest count never helps: parts and totals can move against each other.
    span = 4.0 * (max(c.value for c in cells) + value + 1)
    found = milp(np.concatenate([np.zeros(n), weights]), integrality=np.ones(n + m), bounds=Bounds(low, high),
                 constraints=[_tied(release, span), *_ratio_rows(release, span)])
    if not found.success:
        raise _exposed(key)
    chosen = np.round(found.x[n:]) == 1
    names = [c.key for c in cells] + [r.key for r in ratios]
    return frozenset(name for name, yes in zip(names, chosen, strict=True) if yes)


def _exposed(key: str) -> BadInput:
    return BadInput(f"「{key}」无法保护：必须保留的数字或公开的上限足以推出它", mend="减少必须保留的合计，或不发布这张表")


def _cost(cell: Cell, hidden: frozenset[str]) -> float:
    """Hidden cells are free; a small preference for hiding small totals keeps the choice the same on every machine."""
    return 0.0 if cell.key in hidden else cell.weight + 1e-6 * cell.value


def _most(cells: tuple[Cell, ...]) -> np.ndarray:
    import numpy as np

    return np.array([WORLD if c.most is None else c.most for c in cells], float)


def _tied(release: Release, span: float):  # type: ignore[no-untyped-def]
    """Return x_i − a_i within ±span·y_i: a cell that is printed keeps its value."""
    import numpy as np
    from scipy.optimize import LinearConstraint
    from scipy.sparse import eye_array, hstack, vstack

    n, r = len(release.cells), len(release.ratios)
    values = np.array([c.value for c in release.cells], float)
    eye, none = eye_array(n), np.zeros((n, r))
    upper = hstack([eye, -span * eye, none])
    lower = hstack([eye, span * eye, none])
    free = np.full(n, np.inf)
    return LinearConstraint(vstack([upper, lower]).tocsr(), np.concatenate([-free, values]), np.concatenate([values, free]))


def _ratio_rows(release: Release, span: float) -> list:  # type: ignore[type-arg]
    """Return the sums, and the ratios relaxed by their own hiding."""
    import numpy as np
    from scipy.optimize import LinearConstraint

    known = relations(release)
    if not known.rows:
        return []
    n = len(release.cells)
    width = 2 * n + len(release.ratios)
    place = {r.key: 2 * n + i for i, r in enumerate(release.ratios)}
    matrix = np.zeros((len(known.rows), width))
    for i, row in enumerate(known.rows):
        for column, value in row:
            matrix[i, column] = value
        if known.keys[i]:
            scale = sum(abs(value) for _, value in row) * 2 * span
            matrix[i, place[known.keys[i]]] = scale if known.upper[i] == float("inf") else -scale
    slack = np.array([1e-9 if key else 0.0 for key in known.keys])
    return [LinearConstraint(matrix, np.array(known.lower) - slack, np.array(known.upper) + slack)]
