"""What a reader can work out about a hidden count: whole-number tables that agree with everything printed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.measure.release import Release

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

# No count of persons in a county's report is larger; only bounds the search.
WORLD = 10**7


@dataclass(frozen=True)
class Feasible:
    """The values among 1 … *least* − 1 that a hidden count *key* may have as far as a reader can tell."""

    key: str
    least: int
    values: tuple[int, ...]

    @property
    def safe(self) -> bool:
        """Say whether every small value remains possible (design §9)."""
        return self.values == tuple(range(1, self.least))


@dataclass(frozen=True)
class Relations:
    """The linear relations a reader knows, as rows over the cells: *lower* ≤ *matrix* · x ≤ *upper*.

    Ratios with their interval give two rows each, named by *keys* (empty for sums).
    """

    rows: tuple[tuple[tuple[int, float], ...], ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    keys: tuple[str, ...]


def relations(release: Release) -> Relations:
    """Return the sums (= 0) and ratios (an interval around the printed figure) of *release*."""
    at = {cell.key: i for i, cell in enumerate(release.cells)}
    rows: list[tuple[tuple[int, float], ...]] = []
    bounds: list[tuple[float, float]] = []
    keys: list[str] = []
    for total in release.sums:
        rows.append(((at[total.total], 1.0), *((at[p], -1.0) for p in total.parts)))
        bounds.append((0.0, 0.0))
        keys.append("")
    for ratio in release.ratios:
        above, below = at[ratio.numerator], at[ratio.denominator]
        for edge, low, high in ((ratio.shown - ratio.half, 0.0, float("inf")), (ratio.shown + ratio.half, float("-inf"), 0.0)):
            rows.append(((above, ratio.scale), (below, -edge)))
            bounds.append((low, high))
            keys.append(ratio.key)
    return Relations(tuple(rows), tuple(b[0] for b in bounds), tuple(b[1] for b in bounds), tuple(keys))


def constraint(known: Relations, width: int, hidden: Collection[str]) -> LinearConstraint:
    """Return the relations over *width* cells as scipy takes them; those of *hidden* ratios are left out."""
    import numpy as np
    from scipy.optimize import LinearConstraint
    from scipy.sparse import csr_array

    kept = [i for i, key in enumerate(known.keys) if key not in hidden]
    # A ratio's edges carry rounding noise; the slack only ever lets the reader know less than he does by 1e-9.
    slack = np.array([1e-9 if known.keys[i] else 0.0 for i in kept])
    entries = [(row, column, value) for row, i in enumerate(kept) for column, value in known.rows[i]]
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    matrix = csr_array((np.array(values, float), (np.array(rows, int), np.array(columns, int))), shape=(len(kept), width))
    lower = np.array([known.lower[i] for i in kept]) - slack
    upper = np.array([known.upper[i] for i in kept]) + slack
    return LinearConstraint(matrix, lower, upper)


def feasible(release: Release, hidden: Collection[str], key: str, least: int) -> Feasible:
    """Return which of the values 1 … *least* − 1 the hidden count *key* may have.

    A reader sees every cell and ratio outside *hidden*, and knows the sums, the upper bounds and that counts are whole.
    Each value is decided by one integer feasibility problem (HiGHS), so holes in the range count as given away.
    """
    known = constraint(relations(release), len(release.cells), hidden)
    return Feasible(key, least, tuple(v for v in range(1, least) if _possible(release, hidden, known, key, v)))


def _possible(release: Release, hidden: Collection[str], known: LinearConstraint, key: str, value: int) -> bool:
    import numpy as np
    from scipy.optimize import Bounds, milp

    low = np.array([0.0 if c.key in hidden else c.value for c in release.cells])
    high = np.array([(c.most if c.most is not None else WORLD) if c.key in hidden else c.value for c in release.cells],
                    float)
    at = next(i for i, c in enumerate(release.cells) if c.key == key)
    if not low[at] <= value <= high[at]:
        return False
    low[at] = high[at] = value
    ones = np.ones(len(release.cells))
    parts = [known] if known.A.shape[0] else []
    found = milp(0 * ones, integrality=ones, bounds=Bounds(low, high), constraints=parts)
    return bool(found.success)


def audit(release: Release, hidden: Collection[str], least: int = 5) -> tuple[Feasible, ...]:
    """Return, for every small count of persons, what a reader can still believe; a printed one has no value left.

    The release is safe when each is `safe`. Reference: the definition of protection intervals in Fischetti & Salazar
    (2001), with whole numbers and with exact values in place of an interval.
    """
    return tuple(feasible(release, hidden, key, least) if key in hidden else Feasible(key, least, ())
                 for key in release.small(least))
