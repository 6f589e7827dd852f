"""Time until something is done, where part is not done yet: Kaplan–Meier with censoring.

Kaplan & Meier 1958, JASA 53:457–481; Greenwood's variance; log(−log) intervals as R's
``survfit(Surv(t, d) ~ 1, conf.type = "log-log")``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Moment:
    """One day at which something was done: *at_risk* before it, *done* on it, the share *open_* after it with its bounds."""

    day: float
    at_risk: int
    done: int
    open_: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Survival:
    """The Kaplan–Meier curve of *total* durations, *done* of which ended; the others are censored. *longest* is the longest
    duration seen: beyond it nothing is known.
    """

    moments: tuple[Moment, ...]
    total: int
    done: int
    level: float
    what: str
    longest: float = math.nan

    def open_at(self, day: float) -> float:
        """Return the estimated share still open after *day* days; NaN beyond the longest duration, unless all were done by it."""
        if not self.moments or (day > self.longest and self.moments[-1].open_ > 0):
            return 1.0 if self.total and day <= self.longest else math.nan
        return min((m.open_ for m in self.moments if m.day <= day), default=1.0)

    def quantile(self, part: float = 0.5) -> float:
        """Return the day by which *part* of all is done; NaN where the curve does not fall that far."""
        return next((m.day for m in self.moments if m.open_ <= 1 - part + 1e-12), math.nan)

    def quantile_bounds(self, part: float = 0.5) -> tuple[float, float]:
        """Return the confidence interval of `quantile` (Brookmeyer & Crowley 1982): where the bounds cross; NaN: open."""
        target = 1 - part + 1e-12
        low = next((m.day for m in self.moments if m.low <= target), math.nan)
        high = next((m.day for m in self.moments if m.high <= target), math.nan)
        return low, high

    def table(self) -> pd.DataFrame:
        """Return one row per day on which something was done."""
        import pandas as pd

        return pd.DataFrame([{"天数": m.day, "在办": m.at_risk, "办结": m.done, "仍未办结比例": m.open_, "标准误": m.error,
                              "区间下端": m.low, "区间上端": m.high} for m in self.moments],
                            columns=["天数", "在办", "办结", "仍未办结比例", "标准误", "区间下端", "区间上端"])

    def sentence(self) -> str:
        """Return the median with its interval, or why there is none."""
        head = f"{self.what}{self.total}件，已办结{self.done}件，未办结{self.total - self.done}件按截尾处理"
        if self.total == 0:
            return f"{self.what}没有记录。"
        median, (low, high) = self.quantile(), self.quantile_bounds()
        if math.isnan(median):
            return f"{head}；办结的不到一半，中位天数不能判定。"
        return f"{head}；中位{median:g}天（{self.level:.0%}区间{_ends(low, high)}）。"


def _ends(low: float, high: float) -> str:
    if math.isnan(low) and math.isnan(high):
        return "不能判定"
    return f"{'下限不能判定' if math.isnan(low) else f'{low:g}'}–{'上限不能判定' if math.isnan(high) else f'{high:g}'}"


def kaplan_meier(days: Sequence[float], done: Sequence[bool], what: str, level: float = 0.95) -> Survival:
    """Return the curve of *days* (≥ 0) with *done* False for those still open (censored at their *days*).

    Bounds are exp(−exp(log(−log S) ± z·se)) with Greenwood's se, at S = 1 and S = 0 the value itself is not bounded (NaN).
    No durations give a curve without moments. Raises `BadInput` for a negative or missing duration.
    """
    times, ended = np.asarray(days, dtype=float), np.asarray(done, dtype=bool)
    if len(times) != len(ended) or np.isnan(times).any() or (times < 0).any():
        raise BadInput(f"{what}的天数有空值或负数", mend="核对起止日期")
    moments, share, spread = [], 1.0, 0.0
    for day in np.unique(times[ended]):
        risk, hits = int((times >= day).sum()), int((ended & (times == day)).sum())
        share *= 1 - hits / risk
        spread += hits / (risk * (risk - hits)) if risk > hits else math.inf
        low, high = _bounds(share, spread, level)
        error = share * math.sqrt(spread) if share > 0 else math.nan
        moments.append(Moment(float(day), risk, hits, share, error, low, high))
    return Survival(tuple(moments), len(times), int(ended.sum()), level, what,
                    float(times.max()) if len(times) else math.nan)


def _bounds(share: float, spread: float, level: float) -> tuple[float, float]:
    from scipy.stats import norm

    if not 0 < share < 1:
        return math.nan, math.nan
    log = math.log(share)
    half = float(norm.isf((1 - level) / 2)) * math.sqrt(spread) / abs(log)
    return share ** math.exp(half), share ** math.exp(-half)
