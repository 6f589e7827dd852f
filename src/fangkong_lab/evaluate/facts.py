"""What a ledger panel can bear: how many pilots, others, batches, periods and events there are, and how the counts scatter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.panel import Panel
from fangkong_lab.evaluate.panel_of_ledger import TIME, LedgerPanel
from fangkong_lab.evaluate.plan import PilotPlan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MONTHS = 12
HIGHEST_DISPERSION = 20.0


@dataclass(frozen=True, eq=False)
class Facts:
    """*treated*, *controls* units, *batches* of starts, *periods*, *before* the first start, *after* the last one, *events* of pilots before and
    after, *per_year* periods, *mean* a unit and period before, *dispersion*, *drift* as in `PilotPlan`.
    """

    panel: Panel
    treated: int
    controls: int
    batches: int
    periods: int
    before: int
    after: int
    events: tuple[float, float]
    per_year: int
    mean: float
    dispersion: float
    drift: float

    @property
    def arrangements(self) -> int:
        """In how many ways the starts could have fallen on the units."""
        count, left = 1, self.panel.n_units
        for start in self.panel.cohorts:
            size = int((self.panel.start == start).sum())
            count, left = count * math.comb(left, size), left - size
        return count

    @property
    def baseline(self) -> float:
        """The pilots' mean before their starts, per unit of exposure where there is one, else per unit and period."""
        own, early = self.panel.treated, ~self.panel.status
        size = np.ones_like(self.panel.outcome) if self.panel.exposure is None else self.panel.exposure
        chosen = own[:, None] & early & self.panel.present
        return float(self.panel.outcome[chosen].sum() / size[chosen].sum()) if chosen.any() else 0.0

    def plan(self, level: float) -> PilotPlan | None:
        """Return the pilot as a plan for the power module; None where there is nothing to be planned with."""
        if self.treated == 0 or not self.mean > 0 or self.before < 1 or self.after < 1:
            return None
        starts = self.panel.start[self.panel.treated]
        middle = round(float(np.mean(starts)))
        return PilotPlan(self.treated, self.controls, max(1, middle), max(1, self.periods - middle), self.mean, self.dispersion, self.drift, 1 - level)


def facts_of(ledger: LedgerPanel) -> Facts:
    """Return the facts of *ledger*; a panel without pilots has treated = 0."""
    panel = ledger.panel()
    usable = panel.kept(panel.start > 0)
    treated = usable.treated
    first, last = min(usable.cohorts, default=panel.n_periods), max(usable.cohorts, default=panel.n_periods)
    own, status = usable.outcome[treated], usable.status[treated]
    early = usable.outcome[:, :first]
    days = np.diff(np.sort(ledger.frame[TIME].unique()).astype("datetime64[D]").astype(np.int64))
    months = round(float(np.median(days)) / 30.4) if len(days) else MONTHS
    dispersion, drift = scatter(early)
    return Facts(usable, int(treated.sum()), int((~treated).sum()), len(usable.cohorts), panel.n_periods, first, panel.n_periods - last,
                 (float(own[~status].sum()), float(own[status].sum())), max(1, round(MONTHS / max(1, months))),
                 float(early.mean()) if early.size else 0.0, dispersion, drift)


def scatter(counts: Floats) -> tuple[float, float]:
    """Return dispersion (Pearson's, units × periods, at least 1) and the standard deviation of units' own drift between the halves of *counts* (N×before).

    The drift is what the changes of log totals vary beyond their sampling variance; 0 where that cannot be seen.
    """
    units, periods = counts.shape
    total = counts.sum()
    if units < 2 or periods < 2 or total <= 0:
        return 1.0, 0.0
    mean = counts.sum(1, keepdims=True) * counts.sum(0, keepdims=True) / total
    pearson = float(np.divide((counts - mean) ** 2, mean, out=np.zeros_like(counts), where=mean > 0).sum())
    phi = min(HIGHEST_DISPERSION, max(1.0, pearson / ((units - 1) * (periods - 1))))
    half = periods // 2
    early, late = counts[:, :half].sum(1), counts[:, half:].sum(1)
    seen = (early > 0) & (late > 0)
    if seen.sum() < 3:
        return phi, 0.0
    change = np.log(late[seen] / early[seen])
    sampling = phi * float((1 / early[seen] + 1 / late[seen]).mean())
    return phi, math.sqrt(max(0.0, float(change.var(ddof=1)) - sampling))
