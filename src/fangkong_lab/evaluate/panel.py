"""A panel: one number per unit and period, and the period from which each unit is treated.

Checked once, then held as arrays: rows of another order or other names of the units give the same panel, for the units
lie in an order of their data (start, then outcomes), not of their names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.columns import Columns, require_column
from fangkong_lab.evaluate.effect import Size
from fangkong_lab.evaluate.panel_read import read_parts

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Columns", "Panel", "require_column"]


@dataclass(frozen=True, eq=False)
class Panel:
    """N units × T periods. *outcome* is NaN where a unit has no row; *start* is the index of the first treated period, T
    where there is none; *rows* the position of each cell's row in the frame (−1: none).

    *exposure*, *weight*, *absorb* (codes, −1: no row) are N×T or None; *cluster* N codes; *covariates* N×T×K. *late* says
    how many units start after the last period, *between* how many start inside a period (taken from the next one).
    """

    columns: Columns
    units: tuple[str, ...]
    periods: tuple[Any, ...]
    outcome: Floats
    start: Ints
    rows: Ints
    cluster: Ints
    exposure: Floats | None = None
    weight: Floats | None = None
    absorb: Ints | None = None
    covariates: Floats | None = None
    dose: Floats | None = None
    late: int = 0
    between: int = 0

    @classmethod
    def read(cls, frame: pd.DataFrame, columns: Columns) -> Panel:
        """Return the panel of *frame*, one row per unit and period; *frame* is not changed.

        Raises `BadInput`, with row number (1 = first) and unit, for a missing column, an empty unit, time, outcome or
        exposure, a cell twice, an infinite number, a negative count, an exposure ≤ 0, a start that changes in a unit.
        """
        return _in_order_of_data(cls(columns, **read_parts(frame, columns)))

    @property
    def n_units(self) -> int:
        """Return N."""
        return len(self.units)

    @property
    def n_periods(self) -> int:
        """Return T."""
        return len(self.periods)

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Return N×T: is there a row."""
        return np.asarray(self.rows >= 0)

    @property
    def balanced(self) -> bool:
        """Say whether every unit has every period."""
        return bool(self.present.all())

    @cached_property
    def treated(self) -> NDArray[np.bool_]:
        """Return N: does treatment begin within the periods."""
        return np.asarray(self.start < self.n_periods)

    @cached_property
    def status(self) -> NDArray[np.bool_]:
        """Return N×T: treated in that period."""
        return np.arange(self.n_periods)[None, :] >= self.start[:, None]

    def intensity(self) -> Floats:
        """Return N×T: the dose, where one is given; else 1 while treated, 0 before."""
        return self.status.astype(np.float64) if self.dose is None else np.nan_to_num(self.dose)

    @cached_property
    def cohorts(self) -> tuple[int, ...]:
        """Return the indices of first treated periods that occur, ascending."""
        return tuple(int(s) for s in np.unique(self.start[self.treated]))

    @property
    def always(self) -> int:
        """Return how many units are treated from the first period on: they have no before."""
        return int((self.start == 0).sum())

    @property
    def counts(self) -> bool:
        """Say whether the outcome is a count with an exposure."""
        return self.exposure is not None

    def rates(self) -> Floats:
        """Return N×T: outcome per exposure; the outcome itself where there is no exposure."""
        return self.outcome if self.exposure is None else self.outcome / self.exposure

    def size(self) -> Size:
        """Return how much there is to look at: units with a before and an after, and units never treated; those treated from the
        first period on are neither. *before* is counted to the earliest start.
        """
        treated = int(self.treated.sum())
        before = min((c for c in self.cohorts if c > 0), default=0 if self.always else self.n_periods)
        return Size(treated - self.always, self.n_units - treated, self.n_periods, before)

    def kept(self, keep: NDArray[np.bool_]) -> Panel:
        """Return the panel of the units marked in *keep* (N)."""
        return self.at(np.flatnonzero(keep))

    def at(self, index: Ints) -> Panel:
        """Return the panel of the units at *index*, in that order."""
        def cut(array: Any) -> Any:
            return None if array is None else array[index]

        return replace(self, units=tuple(self.units[i] for i in index), outcome=self.outcome[index], start=self.start[index],
                       rows=self.rows[index], cluster=_by_first(self.cluster[index]), exposure=cut(self.exposure),
                       weight=cut(self.weight), absorb=cut(self.absorb), covariates=cut(self.covariates), dose=cut(self.dose))

    def with_start(self, start: Ints) -> Panel:
        """Return the panel with other starts (N indices, T = never): placebo laws, permutations."""
        return replace(self, start=np.asarray(start, dtype=np.int64))

    def with_outcome(self, outcome: Floats) -> Panel:
        """Return the panel with another outcome (N×T) on the same cells."""
        return replace(self, outcome=np.where(self.present, outcome, np.nan))

    def source(self) -> str:
        """Return the rows that it rests on, as printed."""
        return f"传入数据{int(self.present.sum())}行（{self.n_units}个单位、{self.n_periods}期，{self._span()}）"

    def _span(self) -> str:
        first, last = (str(p)[:10] for p in (self.periods[0], self.periods[-1]))
        return f"{first}至{last}"

    def notes(self) -> tuple[str, ...]:
        """Return what a reader must know of how the starts were read; empty where nothing."""
        said = []
        if self.between:
            said.append(f"{self.between}个单位的试点起始不在期首，从下一期起算，起始当期按未试点计")
        if self.always and len(self.cohorts) > 1:
            said.append(f"{self.always}个单位从第一期起就已试点，没有试点前的数")
        if self.late:
            said.append(f"{self.late}个单位在观察期之后才试点，期内按未试点计")
        if not self.balanced:
            said.append(f"缺{int((~self.present).sum())}个单位期，未补数")
        return tuple(said)

    def require_units(self) -> None:
        """Raise `BadInput` where there is no treated unit or no period before the first start."""
        if not self.treated.any():
            raise BadInput("没有一个单位在观察期内开始试点", where=self.columns.treated_from, mend="核对试点起始一栏")
        if min(self.cohorts) == 0 and len(self.cohorts) == 1:
            raise BadInput("试点单位从第一期起就已试点，没有试点前的数", where=self.columns.treated_from,
                           mend="补报试点前各期，或核对试点起始")


def _by_first(codes: Ints) -> Ints:
    """Return codes 0, 1, … in the order in which they first occur: no gaps, whatever the clusters are called."""
    _, first, back = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[back.ravel()].astype(np.int64)


def _in_order_of_data(panel: Panel) -> Panel:
    """Return the panel with its units ordered by start, then outcomes, then exposure: whatever they are called."""
    parts = [panel.start[:, None].astype(np.float64), np.nan_to_num(panel.outcome, nan=-np.inf)]
    for more in (panel.exposure, panel.weight, panel.dose):
        if more is not None:
            parts.append(np.nan_to_num(more, nan=-np.inf))
    if panel.covariates is not None:
        parts.append(np.nan_to_num(panel.covariates.reshape(panel.n_units, -1), nan=-np.inf))
    return panel.at(np.lexsort(np.concatenate(parts, axis=1).T[::-1]))
