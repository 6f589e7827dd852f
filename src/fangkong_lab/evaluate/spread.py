"""How sure: clustered standard errors of an estimate from what each unit adds to it, and their small-sample correction.

With few units in a cohort the conventional standard error is too small and its t distribution too thin. The interval takes
each cohort's spread with n/(n−1) and the degrees of freedom of Welch and Satterthwaite (Satterthwaite 1946, Biometrics
Bulletin 2:110–114; for clusters Bell & McCaffrey 2002; Imbens & Kolesár 2016, Review of Economics and Statistics 98:701–712).
With one cohort the spread is that of leaving each unit out, a second n/(n−1) (CV3; MacKinnon, Nielsen & Webb 2023): Welch's lets 5 to 7
units err in 6 % instead of 5 %; with several cohorts Satterthwaite's few degrees of freedom already err on the safe side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.aggregate import clustered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]


ROUNDING = 1e-12  # of the level of what was reckoned with: differences below it are those of floating point


@dataclass(frozen=True)
class Spread:
    """*conventional* standard error (as other programs print), *error* the corrected one, *freedom* its degrees of freedom; *scale* the size of the numbers
    that the estimate is a difference of (`level_of`; 1 for logs).
    """

    conventional: float
    error: float
    freedom: float
    scale: float

    def still(self, estimate: float) -> bool:
        """Say whether all units moved alike: no more scatter than rounding makes of numbers as large as the outcome, or as *estimate*."""
        return self.error <= ROUNDING * max(self.scale, abs(estimate))

    def told(self, estimate: float) -> bool:
        """Say whether there is an error at all: degrees of freedom, and more scatter than rounding makes."""
        return self.freedom > 0 and math.isfinite(self.error) and not self.still(estimate)

    def interval(self, estimate: float, level: float) -> tuple[float, float]:
        """Return the interval of *level*; NaN where there are no degrees of freedom or all units moved alike (no error can be told)."""
        from scipy.special import stdtrit

        if not self.told(estimate):
            return math.nan, math.nan
        reach = float(stdtrit(self.freedom, (1 + level) / 2)) * self.error
        return estimate - reach, estimate + reach

    def p_value(self, estimate: float) -> float:
        """Return the two-sided p value of no effect; NaN where `interval` is."""
        from scipy.special import stdtr

        if not self.told(estimate):
            return math.nan
        return float(2 * stdtr(self.freedom, -abs(estimate) / self.error))


def level_of(panel: Panel) -> float:
    """Return the largest size of an outcome (of a rate where there is an exposure) in *panel*."""
    return float(np.abs(panel.rates()[panel.present]).max())


def spread_of(influence: Floats, panel: Panel, *, by_cohort: bool = True, logs: bool = False) -> Spread:
    """Return the spread of an estimate whose influence (N, as in `group_time.GroupTime`) is *influence*.

    Where the clusters are the units: cohort by cohort (not *by_cohort*: pilot and comparison units, for influence that is not
    centred within cohorts). A cohort of one unit has no spread of its own: no freedom (NaN).
    Where clusters are larger: G/(G−1) and G − 1 degrees of freedom. *logs*: the estimate is a log of a ratio, of no unit.
    """
    n, summed, scale = len(influence), clustered(influence, panel.cluster), 1.0 if logs else level_of(panel)
    conventional = math.sqrt(float(summed @ summed)) / n
    groups = len(summed)
    if groups < n:
        return Spread(conventional, conventional * math.sqrt(groups / (groups - 1)), groups - 1, scale) if groups > 1 else Spread(
            conventional, math.nan, math.nan, scale)
    group = np.minimum(panel.start, panel.n_periods) if by_cohort else panel.treated.astype(np.int64)
    kinds, kind, size = np.unique(group, return_inverse=True, return_counts=True)
    centre = np.bincount(kind, influence) / size
    within = np.bincount(kind, (influence - centre[kind]) ** 2)
    part = within * size / np.maximum(size - 1, 1) / n**2
    if len(kinds) == 2 and by_cohort:
        part = part * size / np.maximum(size - 1, 1)
    matters = np.bincount(kind, np.abs(influence)) > 1e-12 * max(1e-300, float(np.abs(influence).sum()))
    if (matters & (size < 2)).any():
        return Spread(conventional, math.nan, math.nan, scale)
    total = float(part.sum()) + float((size * centre**2).sum()) / n**2
    shaky = float((part**2 / np.maximum(size - 1, 1)).sum())
    return Spread(conventional, math.sqrt(total), float(part.sum()) ** 2 / shaky if shaky > 0 else float(n - len(kinds)), scale)
