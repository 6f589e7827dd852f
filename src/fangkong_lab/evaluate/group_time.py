"""Group-time average treatment effects ATT(g, t): each cohort against units not treated, period by period.

Callaway & Sant'Anna 2021, Journal of Econometrics 225:200–230, without anticipation, panel data. Before the start the base
is the period before (varying) or the last before the start (universal); from it on always the latter. With covariates the
doubly robust estimator of Sant'Anna & Zhao 2020, Journal of Econometrics 219:101–122.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.settings import Controls
from fangkong_lab.kinds import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


class Base(Kind):
    """The base period of periods before the start."""

    VARYING = "varying", "上一期"
    UNIVERSAL = "universal", "试点前最后一期"


@dataclass(frozen=True, eq=False)
class GroupTime:
    """K effects: *cohort* (index of first treated period), *period* (index), *att*, and *influence* N×K.

    The variance of a combination w is ``sum over clusters of (sum of influence @ w)² / N²``. *panel* is the one used (units
    treated from the first period on left out). *fewest* K: the smaller number of units, treated or comparison.
    """

    panel: Panel
    cohort: Ints
    period: Ints
    att: Floats
    influence: Floats
    fewest: Ints

    @property
    def relative(self) -> Ints:
        """Return K: periods since the start (0 = first treated)."""
        return self.period - self.cohort

    def shares(self) -> Floats:
        """Return K: each cohort's share of all units."""
        return np.asarray((self.panel.start[:, None] == self.cohort[None, :]).mean(axis=0))


def group_time(panel: Panel, controls: Controls = Controls.NEVER, base: Base = Base.VARYING) -> GroupTime:
    """Return every ATT(g, t) that the data bear, of all periods but the first.

    A comparison needs at least one treated and one comparison unit present in both periods; others are left out. Raises
    `CannotTell` where none is left (no never-treated unit with `Controls.NEVER`).
    """
    used = panel.kept(panel.start > 0) if panel.always else panel
    cells = [cell for g in used.cohorts for t in _periods(used, g, base)
             if (cell := _cell(used, g, t, controls, base)) is not None]
    if not cells:
        raise CannotTell("没有可比的单位", where=controls.label, mend="补报对照单位，或改用「尚未试点的单位」作对照")
    cohort, period, att, influence, fewest = zip(*cells, strict=True)
    return GroupTime(used, np.array(cohort), np.array(period), np.array(att), np.stack(influence, axis=1), np.array(fewest))


def _periods(panel: Panel, g: int, base: Base) -> list[int]:
    """Return the periods that have an effect of cohort *g*: the base period itself has none."""
    if base is Base.VARYING:
        return list(range(1, panel.n_periods))
    return [t for t in range(panel.n_periods) if t != g - 1]


def _compared(panel: Panel, g: int, latest: int, controls: Controls) -> Bools:
    """Return the comparison units of cohort *g*, untreated up to period *latest*."""
    if controls is Controls.NEVER:
        return panel.start >= panel.n_periods
    return (panel.start > latest) & (panel.start != g)


def _cell(panel: Panel, g: int, t: int, controls: Controls, base: Base) -> tuple[int, int, float, Floats, int] | None:
    """Return cohort, period, effect, influence (N) and fewest units of one comparison; None where there is none."""
    before = t - 1 if base is Base.VARYING and t < g else g - 1
    both = panel.present[:, t] & panel.present[:, before]
    treated = (panel.start == g) & both
    control = _compared(panel, g, max(t, before), controls) & both
    fewest = int(min(treated.sum(), control.sum()))
    if fewest == 0:
        return None
    values = panel.rates()
    change = np.where(both, values[:, t] - values[:, before], 0.0)
    if panel.covariates is not None:
        from fangkong_lab.evaluate.doubly_robust import doubly_robust

        att, influence = doubly_robust(change, treated, control, panel.covariates[:, min(t, before), :])
    else:
        att, influence = _difference(change, treated, control, panel.weight)
    return g, t, att, influence, fewest


def _difference(change: Floats, treated: Bools, control: Bools, weight: Floats | None) -> tuple[float, Floats]:
    """Return the difference of mean changes and its influence (N), weighted by each unit's mean weight."""
    own = np.ones(len(change)) if weight is None else np.nanmean(weight, axis=1)
    wt, wc = own * treated, own * control
    mean_t, mean_c = float(wt @ change / wt.sum()), float(wc @ change / wc.sum())
    n = len(change)
    return mean_t - mean_c, n * (wt * (change - mean_t) / wt.sum() - wc * (change - mean_c) / wc.sum())
