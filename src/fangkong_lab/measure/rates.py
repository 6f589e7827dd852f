"""Rates of counted events to an exposure, with exact intervals; ratios of two rates; observed against expected.

Intervals of one Poisson count are Garwood's (Garwood 1936, Biometrika 28:437–442), as R's ``poisson.test`` and statsmodels
``confint_poisson(method="exact-c")``. The ratio of two rates conditions on the total and uses Clopper–Pearson's beta
quantiles (Przyborowski & Wilenski 1940, Biometrika 31:313–323), as R's ``poisson.test(c(x1, x2), c(t1, t2))``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.basis import Basis
from fangkong_lab.measure.interval import Interval, plain

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.95


@dataclass(frozen=True)
class Exposure:
    """What a count is a rate of: *amount* (> 0) of *what* (在册人数、人年、办件量), from *source*.

    *per* is the size in which the rate is printed (每1000人: per = 1000).
    """

    amount: float
    what: str
    source: str
    per: float = 1.0

    def __post_init__(self) -> None:
        if not self.amount > 0 or math.isinf(self.amount):
            raise BadInput(f"暴露量「{self.what}」为 {self.amount:g}，不能作分母", mend="核对分母；没有分母的，只列数量")
        if not self.per > 0:
            raise BadInput(f"每 {self.per:g} {self.what} 没有意义", mend="核对 per")


@dataclass(frozen=True)
class Rate:
    """Events over exposure. *value* is the rate (an interval where the count is one), *bounds* its confidence interval
    of *level*; both per ``exposure.per``. *comparable* is False under the minimum-count rule: then no rate is printed.
    """

    events: Interval
    exposure: Exposure
    value: Interval
    bounds: Interval
    level: float
    basis: Basis | None = None
    minimum: int = 0
    sources: tuple[str, ...] = ()

    @property
    def comparable(self) -> bool:
        """Say whether there are enough events for the rate to be printed and compared."""
        return self.events.low >= self.minimum

    def printed(self) -> str:
        """Return the rate as printed in a table; under the minimum-count rule the reason why there is none."""
        return _num_interval(self.value) if self.comparable else f"不足{self.minimum}，不计算"

    def basis_line(self) -> str:
        """Return the 口径 line with the denominator."""
        head = self.basis.line() if self.basis else "口径：未给出"
        return f"{head}；分母 {self.exposure.what}{plain(self.exposure.amount)}（{self.exposure.source}）"

    def sentence(self) -> str:
        """Return the rate with its interval; under the minimum-count rule the count and the interval only."""
        per = f"每{plain(self.exposure.per)}{self.exposure.what}"
        span = f"{self.level:.0%}区间{_num(self.bounds.low)}–{_num(self.bounds.high)}"
        if not self.comparable:
            unit = self.basis.count_unit if self.basis else "件"
            return f"共{self.events.text()}{unit}，不足{self.minimum}，不计算率（{per}的{span}）；{self.basis_line()}。"
        return f"{per}{_num_interval(self.value)}（{span}）；{self.basis_line()}。"

    def table(self) -> pd.DataFrame:
        """Return one row: count, exposure, rate, interval."""
        import pandas as pd

        return pd.DataFrame([{"数量": self.events.text(), "分母": self.exposure.what, "分母数": self.exposure.amount,
                              "率": self.printed(),
                              "区间下端": self.bounds.low, "区间上端": self.bounds.high, "置信水平": self.level}])


def garwood(events: float, level: float = LEVEL) -> Interval:
    """Return Garwood's exact interval for the mean of a Poisson count *events* ≥ 0 at *level*.

    R: ``poisson.test(10)$conf.int``. For 0 events the lower end is 0. Raises `BadInput` for a negative count.
    """
    from scipy.stats import chi2

    _check_level(level)
    if events < 0:
        raise BadInput(f"数量 {events:g} 为负", mend="核对数值")
    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * events)) / 2 if events > 0 else 0.0
    return Interval(low, float(chi2.isf(tail, 2 * events + 2)) / 2)


def clopper_pearson(successes: float, trials: float, level: float = LEVEL) -> Interval:
    """Return the exact interval of a proportion (Clopper & Pearson 1934); [0, 1] where there are no trials."""
    from scipy.stats import beta

    _check_level(level)
    if not 0 <= successes <= trials:
        raise BadInput(f"{successes:g}/{trials:g} 不是比例", mend="核对分子和分母")
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, successes, trials - successes + 1)) if successes > 0 else 0.0
    high = float(beta.isf(tail, successes + 1, trials - successes)) if successes < trials else 1.0
    return Interval(low, high)


def rate(events: Interval | float, exposure: Exposure, *, level: float = LEVEL, minimum: int = 0,
         basis: Basis | None = None, sources: tuple[str, ...] = ()) -> Rate:
    """Return the rate of *events* to *exposure* with its exact interval.

    A count that is itself an interval (40余) gives the union of the intervals of all counts it may be. With fewer than
    *minimum* events (at its low end) the rate is not printed (`Rate.comparable`).
    """
    counted = events if isinstance(events, Interval) else Interval.exactly(float(events))
    if math.isinf(counted.high):
        raise BadInput("「以上」的数没有上限，不能算率", mend="只列数量")
    scale = exposure.per / exposure.amount
    bounds = Interval(garwood(counted.low, level).low * scale, garwood(counted.high, level).high * scale)
    return Rate(counted, exposure, Interval(counted.low * scale, counted.high * scale), bounds, level, basis, minimum, sources)


@dataclass(frozen=True)
class RateRatio:
    """The ratio of two rates with its conditional exact *bounds*.

    *value* is an interval where a count is one, None where both counts are zero; *p* (of ratio 1) is None unless both
    counts are whole numbers.
    """

    value: Interval | None
    bounds: Interval
    p: float | None
    level: float
    counts: tuple[Interval, Interval]
    exposures: tuple[Exposure, Exposure]

    def sentence(self) -> str:
        """Return the ratio with its interval, and what it does not say."""
        span = f"{self.level:.0%}区间{_num(self.bounds.low)}–{_num(self.bounds.high)}"
        if self.value is None:
            return f"两方均为0件，率比无意义（{span}）。"
        tested = "" if self.p is None else f",p={self.p:.3g}"
        tail = "区间含1，现有数据不能区分两方" if self.bounds.low <= 1 <= self.bounds.high else "区间不含1"
        return f"率比{_num_interval(self.value)}（{span}{tested}）；{tail}。率的高低可能源于问题多少或发现能力，现有数据不能区分。"

    def table(self) -> pd.DataFrame:
        """Return one row: counts, exposures, ratio, interval, p."""
        import pandas as pd

        (a, b), (ta, tb) = self.counts, self.exposures
        value = "无意义" if self.value is None else _num_interval(self.value)
        return pd.DataFrame([{"甲数量": a.text(), "甲分母": ta.amount, "乙数量": b.text(), "乙分母": tb.amount, "率比": value,
                              "区间下端": self.bounds.low, "区间上端": self.bounds.high, "p值": self.p}])


def rate_ratio(events: tuple[Interval | float, Interval | float], exposures: tuple[Exposure, Exposure],
               level: float = LEVEL) -> RateRatio:
    """Return (events₁/exposure₁)/(events₂/exposure₂) with its conditional exact interval and two-sided p of ratio 1.

    R: ``poisson.test(c(x1, x2), c(t1, t2))``. p adds the outcomes no more likely than the one seen, as R does. Counts that
    are intervals give the union over all counts they may be. Undefined (None, interval [0, ∞]) where both counts are
    zero; infinite where only the second is. Raises `BadInput` where the two exposures are not of the same thing.
    """
    first, second = exposures
    if first.what != second.what:
        raise BadInput(f"两个率的分母不同（{first.what} 与 {second.what}），不能相比", mend="换成同一种分母")
    a, b = (e if isinstance(e, Interval) else Interval.exactly(float(e)) for e in events)
    if math.isinf(a.high) or math.isinf(b.high):
        raise BadInput("「以上」的数没有上限，不能算率比", mend="只列数量")
    odds = second.amount / first.amount
    if a.high + b.high == 0:
        return RateRatio(None, Interval(0.0, math.inf), 1.0, level, (a, b), exposures)
    bounds = Interval(_conditional(a.low, b.high, level).low * odds, _conditional(a.high, b.low, level).high * odds)
    value = Interval(_quotient(a.low, b.high) * odds, _quotient(a.high, b.low) * odds)
    return RateRatio(value, bounds, _two_sided(a, b, odds), level, (a, b), exposures)


def _conditional(a: float, b: float, level: float) -> Interval:
    """The exact interval of the odds of the first count given the total."""
    part = clopper_pearson(a, a + b, level)
    return Interval(part.low / (1 - part.low) if part.low < 1 else math.inf, part.high / (1 - part.high) if part.high < 1 else math.inf)


def _quotient(a: float, b: float) -> float:
    return a / b if b else (math.inf if a else 0.0)


def _two_sided(a: Interval, b: Interval, odds: float) -> float | None:
    from scipy.stats import binomtest

    if not (a.is_exact and b.is_exact and a.low == int(a.low) and b.low == int(b.low)):
        return None
    return float(binomtest(int(a.low), int(a.low + b.low), 1 / (1 + odds)).pvalue)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise BadInput(f"置信水平 {level:g} 不在 0 与 1 之间", mend="写成 0.95 的样子")


def _num(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _num_interval(value: Interval) -> str:
    return _num(value.low) if value.is_exact else f"{_num(value.low)}–{_num(value.high)}"
