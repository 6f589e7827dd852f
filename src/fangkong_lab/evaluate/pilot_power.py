"""Power, smallest visible effect and sample size of a pilot on counts, by simulation, before there are data.

The test is the one the evaluation would use. With controls: permutation of which units are pilots, the statistic being the
difference in log change of the groups' totals (equal to the Poisson model with unit effects on data collapsed to before and after, as
Bertrand, Duflo & Mullainathan 2004 advise). Without controls: the exact conditional test of two Poisson totals (Przyborowski &
Wilenski 1940) and, where counts scatter more than Poisson, the quasi-Poisson t test; the larger p-value counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.plan import PilotPlan, draw_counts, draw_totals
from fangkong_lab.kinds import Kind
from fangkong_lab.streams import stream

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

DRAWS = 1000
TARGET = 0.8
ALL_ASSIGNMENTS = 3000  # up to here every choice of pilot units is tried, beyond it a sample
SAMPLED = 499
CURVE = tuple(round(0.05 * k, 2) for k in range(1, 20))  # reductions tried, 5 % … 95 %
MOST_TREATED = 512
MOST_PERIODS = 120


class Direction(Kind):
    """Which change is looked for; the test is two-sided all the same."""

    DOWN = "down", "下降"
    UP = "up", "上升"


class Vary(Kind):
    """What may grow until the effect is visible."""

    UNITS = "units", "试点单位"
    PERIODS = "periods", "试点后期数"


@dataclass(frozen=True)
class Power:
    """Share of *draws* in which the change *ratio* is seen; *error* its Monte Carlo standard error, *attainable* the smallest
    p-value that the design can give at all.
    """

    plan: PilotPlan
    ratio: float
    power: float
    error: float
    attainable: float
    draws: int
    seed: int

    def sentence(self) -> str:
        """Return the power in words; where the design can never reject, that."""
        if self.attainable > self.plan.level:
            return (f"{self.plan.text()}：置换检验最小只能得到p={self.attainable:.2g}，高于{self.plan.level:g}，无论变化多大都看不出来，"
                    "不能由此判断。")
        return (f"{self.plan.text()}：真实变化为{self.ratio - 1:+.0%}时，看出来的把握为{self.power:.0%}"
                f"（模拟{self.draws}次，误差±{1.96 * self.error:.1%}）。")

    def table(self) -> pd.DataFrame:
        """Return one row: change, power, Monte Carlo error, attainable level."""
        import pandas as pd

        return pd.DataFrame([{"真实变化": f"{self.ratio - 1:+.0%}", "把握": self.power, "模拟误差": self.error, "可达最小p值": self.attainable}])


@dataclass(frozen=True)
class MinimumEffect:
    """The smallest change seen with probability *target*: *ratio* (None where even −95 % or +1900 % is not); *curve* of
    (ratio, power), smoothed to be monotone.
    """

    plan: PilotPlan
    target: float
    direction: Direction
    ratio: float | None
    curve: tuple[tuple[float, float], ...]
    attainable: float
    draws: int
    seed: int

    def sentence(self) -> str:
        """Return the smallest visible change in words."""
        if self.attainable > self.plan.level:
            return Power(self.plan, 1.0, 0.0, 0.0, self.attainable, self.draws, self.seed).sentence()
        if self.ratio is None:
            return f"{self.plan.text()}：即使变化为{self.curve[-1][0] - 1:+.0%}，看出来的把握也不到{self.target:.0%}，不能由此判断。"
        return (f"{self.plan.text()}：能以{self.target:.0%}的把握看出的最小变化为{self.ratio - 1:+.0%}；更小的变化即使真有，多半也看不出来，"
                "看不出来不等于没有。")

    def table(self) -> pd.DataFrame:
        """Return the power curve."""
        import pandas as pd

        return pd.DataFrame([(f"{r - 1:+.0%}", p) for r, p in self.curve], columns=["真实变化", "把握"])


@dataclass(frozen=True)
class SampleSize:
    """The least number *needed* of what *vary* says for the change *ratio* to be seen with probability *target*; None where the largest
    number tried is not enough. *plan* is as asked, *found* as it would have to be.
    """

    plan: PilotPlan
    ratio: float
    target: float
    vary: Vary
    needed: int | None
    found: PilotPlan | None
    power: float

    def sentence(self) -> str:
        """Return 至少需要N in words."""
        if self.needed is None or self.found is None:
            most = MOST_TREATED if self.vary is Vary.UNITS else MOST_PERIODS
            return f"要看出{self.ratio - 1:+.0%}的变化，{self.vary.label}增加到{most}也不够；需换指标或换设计。"
        with_ = f"（对照{self.found.controls}个）" if self.vary is Vary.UNITS and self.found.controls else ""
        unit = "个" if self.vary is Vary.UNITS else "期"
        return f"要以{self.target:.0%}的把握看出{self.ratio - 1:+.0%}的变化，{self.vary.label}至少需要{self.needed}{unit}{with_}。"

    def table(self) -> pd.DataFrame:
        """Return one row: change, target power, what varies, needed."""
        import pandas as pd

        return pd.DataFrame([{"真实变化": f"{self.ratio - 1:+.0%}", "把握": self.target, "增加": self.vary.label, "至少需要": self.needed}])


def power(plan: PilotPlan, ratio: float, *, draws: int = DRAWS, seed: int = 0) -> Power:
    """Return the probability that *plan* shows a true change of *ratio* (> 0; 1 gives the size of the test)."""
    if not ratio > 0:
        raise BadInput(f"变化倍数{ratio:g}不成立", mend="写成倍数：下降四成为0.6")
    found = float((p_values(plan, ratio, draws, seed) <= plan.level).mean())
    return Power(plan, ratio, found, math.sqrt(max(found * (1 - found), 1 / draws) / draws), attainable_level(plan), draws, seed)


def minimum_effect(plan: PilotPlan, *, target: float = TARGET, direction: Direction = Direction.DOWN, draws: int = DRAWS,
                   seed: int = 0) -> MinimumEffect:
    """Return the smallest change that *plan* shows with probability *target*, by linear interpolation on the power curve.

    The curve runs over changes of −5 % to −95 % (up: their reciprocals) and is made monotone (pool adjacent violators).
    """
    import numpy as np

    ratios = [1 - c if direction is Direction.DOWN else 1 / (1 - c) for c in CURVE]
    reach = attainable_level(plan)
    raw = [float((p_values(plan, r, draws, seed) <= plan.level).mean()) for r in ratios] if reach <= plan.level else [0.0] * len(ratios)
    smooth = _monotone(raw)
    ratio = None
    if smooth[-1] >= target:
        k = next(i for i, p in enumerate(smooth) if p >= target)
        left = (0.0, plan.level) if k == 0 else (math.log(ratios[k - 1]), smooth[k - 1])
        share = (target - left[1]) / max(smooth[k] - left[1], 1e-9)
        ratio = float(np.exp(left[0] + share * (math.log(ratios[k]) - left[0])))
    return MinimumEffect(plan, target, direction, ratio, tuple(zip(ratios, smooth, strict=True)), reach, draws, seed)


def sample_size(plan: PilotPlan, ratio: float, *, target: float = TARGET, vary: Vary = Vary.UNITS, draws: int = DRAWS,
                seed: int = 0) -> SampleSize:
    """Return the least number of pilot units (controls in proportion) or periods after with power *target* for *ratio*.

    Doubling, then bisection: exact up to Monte Carlo error where power grows with the number.
    """
    most = MOST_TREATED if vary is Vary.UNITS else MOST_PERIODS

    def made(n: int) -> PilotPlan:
        return plan.with_units(n) if vary is Vary.UNITS else plan.with_periods(n)

    def enough(n: int) -> bool:
        return power(made(n), ratio, draws=draws, seed=seed).power >= target

    low, high = 0, 1
    while not enough(high):
        if high >= most:
            return SampleSize(plan, ratio, target, vary, None, None, power(made(high), ratio, draws=draws, seed=seed).power)
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return SampleSize(plan, ratio, target, vary, high, made(high), power(made(high), ratio, draws=draws, seed=seed).power)


def attainable_level(plan: PilotPlan) -> float:
    """Return the smallest p-value that permuting *plan*'s pilots can give; 0 without controls (that test is not a permutation).

    With as many pilots as controls every choice has a mirror image of equal size, so the floor is twice as high.
    """
    if not plan.controls:
        return 0.0
    choices = math.comb(plan.units, plan.treated)
    floor = (2 if plan.treated == plan.controls else 1) / choices
    return floor if choices <= ALL_ASSIGNMENTS else max(floor, 1 / (SAMPLED + 1))


def p_values(plan: PilotPlan, ratio: float, draws: int, seed: int) -> np.ndarray:
    """Return the p-values of *draws* made-up pilots with the true change *ratio*."""
    if plan.controls:
        return _permuted(plan, *draw_totals(plan, ratio, draws, seed), seed)
    return _paired(plan, *draw_counts(plan, ratio, draws, seed))


def assignments(units: int, treated: int, seed: int) -> np.ndarray:
    """Return choices of pilots as 0/1 rows, the true one (the first *treated* units) first: all, or a sample of them."""
    import numpy as np

    if math.comb(units, treated) <= ALL_ASSIGNMENTS:
        rows = np.array(list(combinations(range(units), treated)))
    else:
        shuffled = stream(seed, "assignments", units, treated).random((SAMPLED, units)).argsort(1)[:, :treated]
        rows = np.vstack([np.arange(treated), shuffled])
    chosen = np.zeros((len(rows), units))
    np.put_along_axis(chosen, rows, 1.0, axis=1)
    return chosen


def _permuted(plan: PilotPlan, before: np.ndarray, after: np.ndarray, seed: int) -> np.ndarray:
    import numpy as np

    chosen = assignments(plan.units, plan.treated, seed)
    parts = [before @ chosen.T, after @ chosen.T]
    rest = [before.sum(1, keepdims=True) - parts[0], after.sum(1, keepdims=True) - parts[1]]
    # Half an event is added so that a group without events has a log; it is the same for every choice.
    change = np.log((parts[1] + 0.5) / (parts[0] + 0.5)) - np.log((rest[1] + 0.5) / (rest[0] + 0.5))
    return (np.abs(change) >= np.abs(change[:, :1]) - 1e-12).mean(1)


def _paired(plan: PilotPlan, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    import numpy as np
    from scipy.stats import binom, t

    early, late = before.sum((1, 2)), after.sum((1, 2))
    share = plan.after / (plan.after + plan.before)
    total = early + late
    exact = np.minimum(1.0, 2 * np.minimum(binom.cdf(late, total, share), binom.sf(late - 1, total, share)))
    freedom = plan.treated * (plan.before + plan.after) - 2
    if freedom < 1:
        return exact
    phi = np.maximum(1.0, (_spread(before) + _spread(after)) / freedom)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.log(late / plan.after) - np.log(early / plan.before)
        loose = 2 * t.sf(np.abs(score) / np.sqrt(phi * (1 / late + 1 / early)), freedom)
    return np.where((phi > 1) & (early > 0) & (late > 0), np.maximum(exact, loose), exact)


def _spread(counts: np.ndarray) -> np.ndarray:
    """Pearson's statistic of each draw around its own mean."""
    import numpy as np

    centre = counts.mean((1, 2), keepdims=True)
    return np.divide((counts - centre) ** 2, centre, out=np.zeros_like(counts), where=centre > 0).sum((1, 2))


def _monotone(values: list[float]) -> list[float]:
    """Pool adjacent violators: the nearest rising sequence."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([value, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last = blocks.pop()
            size = blocks[-1][1] + last[1]
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + last[0] * last[1]) / size, size]
    return [mean for mean, size in blocks for _ in range(int(size))]
