"""A pilot before its data: how many units and periods, how many events, how much they scatter; and made-up counts of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.streams import stream

if TYPE_CHECKING:
    import numpy as np

MOST_UNITS = 4096


@dataclass(frozen=True)
class PilotPlan:
    """A pilot to be judged: *treated* pilot units and *controls* (0: none), *before* and *after* periods, *mean* expected
    events of one unit in one period without the pilot, *dispersion* variance ÷ mean of such a count (1: Poisson), *drift*
    standard deviation of a unit's own change in log rate between before and after, *level* of the two-sided test.
    """

    treated: int
    controls: int
    before: int
    after: int
    mean: float
    dispersion: float = 1.0
    drift: float = 0.0
    level: float = 0.05

    def __post_init__(self) -> None:
        if self.treated < 1 or self.controls < 0 or self.units > MOST_UNITS:
            raise BadInput(f"试点{self.treated}个、对照{self.controls}个，不能设计", mend=f"试点至少1个，对照不为负，合计不超过{MOST_UNITS}个")
        if self.before < 1 or self.after < 1:
            raise BadInput(f"试点前{self.before}期、后{self.after}期，不能设计", mend="前后各至少1期")
        if not self.mean > 0 or not self.dispersion >= 1 or not self.drift >= 0:
            raise BadInput(f"每期平均数{self.mean:g}、离散系数{self.dispersion:g}、自身波动{self.drift:g}不成立",
                           mend="平均数大于0，离散系数不小于1，自身波动不小于0")
        if not 0 < self.level < 0.5:
            raise BadInput(f"显著性水平{self.level:g}不成立", mend="取0.05一类的数")

    @property
    def units(self) -> int:
        """Pilot and control units together."""
        return self.treated + self.controls

    def text(self) -> str:
        """Return the plan in words."""
        against = f"对照{self.controls}个" if self.controls else "没有对照"
        scatter = f"，离散系数{self.dispersion:.2g}" if self.dispersion > 1 else ""
        own = f"，单位自身波动{self.drift:.0%}" if self.drift else ""
        return f"试点{self.treated}个、{against}，前{self.before}期后{self.after}期，每单位每期平均{self.mean:.3g}件{scatter}{own}"

    def with_units(self, treated: int) -> PilotPlan:
        """Return the plan with *treated* pilot units, the controls in the same proportion (at least one where there were any)."""
        controls = max(1, round(self.controls * treated / self.treated)) if self.controls else 0
        return replace(self, treated=treated, controls=controls)

    def with_periods(self, after: int) -> PilotPlan:
        """Return the plan with *after* periods after the start; what is before has already happened."""
        return replace(self, after=after)


def draw_counts(plan: PilotPlan, ratio: float, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return counts before (draws × units × periods) and after; the pilot units come first.

    The mean of a pilot unit's count is *ratio* times as high after the start. Dispersion above 1 is negative binomial with variance =
    dispersion × mean (NB1); the drift is log-normal with mean 1. The same arguments give the same numbers.
    """
    import numpy as np

    made, late = _means(plan, ratio, draws, seed)
    early = _counts(made, np.full((draws, plan.units, plan.before), plan.mean), plan.dispersion)
    return early, _counts(made, np.repeat(late[:, :, None], plan.after, axis=2), plan.dispersion)


def draw_totals(plan: PilotPlan, ratio: float, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return each unit's totals before and after (draws × units): NB1 counts of one dispersion add up to NB1."""
    import numpy as np

    made, late = _means(plan, ratio, draws, seed)
    return _counts(made, np.full((draws, plan.units), plan.mean * plan.before), plan.dispersion), _counts(made, late * plan.after, plan.dispersion)


def _means(plan: PilotPlan, ratio: float, draws: int, seed: int) -> tuple[np.random.Generator, np.ndarray]:
    """Return the stream and the means of a period after the start, draws × units."""
    import numpy as np

    made = stream(seed, "power", plan.treated, plan.controls, plan.before, plan.after, f"{plan.mean:.6g}", f"{plan.dispersion:.6g}",
                  f"{plan.drift:.6g}")
    own = np.exp(made.normal(0, plan.drift, (draws, plan.units)) - plan.drift**2 / 2) if plan.drift else np.ones((draws, plan.units))
    return made, plan.mean * own * np.where(np.arange(plan.units) < plan.treated, ratio, 1.0)


def _counts(made: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    if dispersion > 1:
        mean = made.gamma(mean / (dispersion - 1), dispersion - 1)
    return made.poisson(mean).astype(float)
