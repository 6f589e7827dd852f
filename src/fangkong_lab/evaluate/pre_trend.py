"""Were treated and comparison units drifting apart before the start, and how large a drift could have been seen at all?

A flat path before the start is no proof (Roth 2022, American Economic Review: Insights 4:305–322): beside the test stands the
slope that it would have found in 80 % of cases, and the bias that such a slope makes in the effect.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.aggregate import Aggregate, By, aggregate, covariance
from fangkong_lab.evaluate.assumption import Assumption, State
from fangkong_lab.evaluate.group_time import Base, group_time
from fangkong_lab.evaluate.spread import ROUNDING, Spread, spread_of
from fangkong_lab.evaluate.trap import Trap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel
    from fangkong_lab.evaluate.settings import Controls

    Floats = NDArray[np.float64]

NAME = "平行趋势"
POWER = 0.8
_STRICT = 0.05


@dataclass(frozen=True, eq=False)
class PreTrend:
    """*slope* of the path before the start (per period, outcome's unit), its *p*; *detectable* the slope found with 80 % power;
    *bias* what that slope would make of the mean effect; *joint_p* of all periods before the start together (F); *path* by
    period since the start, base −1. Where all units moved alike there is no error: both p NaN, *slope* 0 if it is rounding only.
    """

    slope: float
    p: float
    detectable: float
    bias: float
    joint_p: float
    path: Aggregate

    def assumption(self, estimate: float) -> Assumption:
        """Return the state of parallel trends: failed where drift was seen, passed only where a drift large enough to make the
        whole *estimate* would have been found, informational else.
        """
        import pandas as pd

        frame = pd.DataFrame([{"试点前斜率": self.slope, "p值": self.p, "各期合并p值": self.joint_p,
                               "八成把握可发现的斜率": self.detectable, "该斜率造成的偏差": self.bias}])
        if math.isnan(self.p):
            state, parted = (State.FAILED, "试点前走势已有差异") if self.slope else (State.INFORMATIONAL, "未见差异")
            return Assumption(NAME, state, f"试点前每期斜率{self.slope:+.3g}，各单位的变化完全相同，没有误差可比；{parted}",
                              Trap.FLAT_PRE_TREND.reference, frame)
        seen = f"试点前每期斜率{self.slope:+.3g}（p={self.p:.2g}）"
        known = f"能以八成把握发现的斜率为{self.detectable:.3g}，足以造成{self.bias:.3g}的偏差"
        if self.p < _STRICT:
            return Assumption(NAME, State.FAILED, f"{seen}，试点前走势已有差异", Trap.FLAT_PRE_TREND.reference, frame)
        if self.bias < abs(estimate):
            return Assumption(NAME, State.PASSED, f"{seen}，{known}，小于效应本身；未见差异不等于证明",
                              Trap.FLAT_PRE_TREND.reference, frame)
        return Assumption(NAME, State.INFORMATIONAL, f"{seen}；但{known}，不小于效应本身，看不出差异不能当作平行",
                          Trap.FLAT_PRE_TREND.reference, frame)


def event_path(panel: Panel, controls: Controls) -> Aggregate:
    """Return the effects by period since the start with base −1 (Callaway & Sant'Anna, universal base)."""
    return aggregate(group_time(panel, controls, Base.UNIVERSAL), By.DYNAMIC)


def pre_trend(panel: Panel, controls: Controls) -> PreTrend | None:
    """Return what is seen before the start; None with fewer than two periods before any start, or too few units for a spread."""
    effects = group_time(panel, controls, Base.UNIVERSAL)
    path = aggregate(effects, By.DYNAMIC)
    before = np.flatnonzero(path.at < -1)
    after = path.at[path.at >= 0]
    if not len(before) or not len(after):
        return None
    at = np.append(path.at[before], -1).astype(float)
    weight = ((at - at.mean()) / ((at - at.mean()) ** 2).sum())[:-1]
    slope, influence = float(path.estimate[before] @ weight), path.influence[:, before] @ weight
    spread = spread_of(influence, effects.panel)
    if not spread.freedom > 0:
        return None
    if spread.still(slope):
        slope = slope if abs(slope) > ROUNDING * spread.scale else 0.0
        return PreTrend(slope, math.nan, 0.0, 0.0, math.nan, path)
    from scipy.special import stdtrit

    reach = float(stdtrit(spread.freedom, 1 - _STRICT / 2) + stdtrit(spread.freedom, POWER)) * spread.error
    return PreTrend(slope, spread.p_value(slope), reach, reach * float((after + 1).mean()),
                    _joint(path, before, effects.panel, spread), path)


def _joint(path: Aggregate, before: NDArray[np.intp], panel: Panel, slope: Spread) -> float:
    """Return the p value of all periods before the start together: Hotelling's T² with the slope's degrees of freedom and its correction for few units
    (with one period it is the slope's own p value); NaN where there are more periods than those bear.
    """
    from scipy.special import fdtrc

    freedom = slope.freedom
    count, left = len(before), freedom - len(before) + 1
    if left <= 0 or not slope.conventional > 0:
        return float("nan")
    wide = covariance(path.influence[:, before], panel.cluster) * (slope.error / slope.conventional) ** 2
    size = float(path.estimate[before] @ np.linalg.pinv(wide, hermitian=True) @ path.estimate[before])
    return float(fdtrc(count, left, size * left / (freedom * count)))


def untestable(reason: str) -> Assumption:
    """Return parallel trends as not testable, with the reason."""
    return Assumption(NAME, State.INFORMATIONAL, f"{reason}，无从检验，只能假定", Trap.FLAT_PRE_TREND.reference)
