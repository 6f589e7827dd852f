"""What the two-way fixed effects estimate of a staggered pilot is made of: every 2×2 comparison with its weight.

Goodman-Bacon 2021, Journal of Econometrics 225:254–277, theorem 1. A comparison of a later cohort with one already treated
is *forbidden*: where effects grow, it turns them round. Sums run over cohorts, not rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.kinds import Kind

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]


PURE = "对照纯净"


class Pairing(Kind):
    """Who is compared with whom."""

    UNTREATED = "untreated", "试点与从未试点"
    EARLIER_LATER = "earlier_later", "先试点与尚未试点"
    LATER_EARLIER = "later_earlier", "后试点与已试点（不当比较）"
    ALWAYS = "always", "试点与期初已试点（不当比较）"

    @property
    def forbidden(self) -> bool:
        """Say whether the comparison units are themselves treated in both periods."""
        return self in (Pairing.LATER_EARLIER, Pairing.ALWAYS)


@dataclass(frozen=True)
class Comparison:
    """One 2×2: cohort *treated* against *control* (indices of first treated period; T = never, 0 = always)."""

    treated: int
    control: int
    pairing: Pairing
    weight: float
    estimate: float


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The comparisons, whose weights add up to 1 and whose weighted mean is the two-way estimate."""

    comparisons: tuple[Comparison, ...]
    periods: tuple[object, ...]

    @property
    def estimate(self) -> float:
        """Return the weighted mean."""
        return sum(c.weight * c.estimate for c in self.comparisons)

    @property
    def forbidden(self) -> float:
        """Return the weight of forbidden comparisons."""
        return sum(c.weight for c in self.comparisons if c.pairing.forbidden)

    def table(self) -> pd.DataFrame:
        """Return one row per comparison, heaviest first."""
        import pandas as pd

        rows = [{"试点批次": self._name(c.treated), "对照批次": self._name(c.control), "比较": c.pairing.label,
                 "权重": c.weight, "估计": c.estimate, "不当": c.pairing.forbidden}
                for c in sorted(self.comparisons, key=lambda c: (-c.weight, c.treated, c.control))]
        return pd.DataFrame(rows, columns=["试点批次", "对照批次", "比较", "权重", "估计", "不当"])

    def _name(self, start: int) -> str:
        if start >= len(self.periods):
            return "从未试点"
        return "期初已试点" if start == 0 else str(self.periods[start])[:10]


def decompose(panel: Panel) -> Decomposition:
    """Return the decomposition of the two-way estimate of a balanced panel without weights.

    Raises `CannotTell` for an unbalanced or weighted panel or a dose: the theorem does not hold there.
    """
    if not panel.balanced or panel.weight is not None or panel.dose is not None or panel.absorb is not None:
        raise CannotTell("Goodman-Bacon 分解只适用于平衡、不加权、没有其他效应的面板", where="双向固定效应", mend="补齐缺的单位期，或看负权重")
    values = panel.rates()
    starts = [int(s) for s in np.unique(np.minimum(panel.start, panel.n_periods))]
    share = {s: float((np.minimum(panel.start, panel.n_periods) == s).mean()) for s in starts}
    path = {s: values[np.minimum(panel.start, panel.n_periods) == s].mean(axis=0) for s in starts}
    found = [c for g in starts for u in starts if g != u and 0 < g < panel.n_periods
             if (c := _comparison(g, u, share, path, panel.n_periods)) is not None]
    total = sum(c.weight for c in found)
    return Decomposition(tuple(Comparison(c.treated, c.control, c.pairing, c.weight / total, c.estimate) for c in found),
                         panel.periods)


def _comparison(g: int, u: int, share: dict[int, float], path: dict[int, Floats], periods: int) -> Comparison | None:
    """Return cohort *g* against *u* over the periods in which only *g* changes; the weight is not yet normalised."""
    pairing = (Pairing.UNTREATED if u >= periods else Pairing.ALWAYS if u == 0
               else Pairing.EARLIER_LATER if g < u else Pairing.LATER_EARLIER)
    first, last = (0, u) if pairing is Pairing.EARLIER_LATER else (u, periods) if pairing is Pairing.LATER_EARLIER else (0, periods)
    if not first < g < last:
        return None
    mean = {s: (path[s][first:g].mean(), path[s][g:last].mean()) for s in (g, u)}
    estimate = float((mean[g][1] - mean[g][0]) - (mean[u][1] - mean[u][0]))
    # Squared sample share times variance of treatment in the subsample, which is n_gu (1 - n_gu) D (1 - D).
    length, both = (last - first) / periods, share[g] + share[u]
    treated_share, pair_share = (last - g) / (last - first), share[g] / both
    weight = (both * length) ** 2 * pair_share * (1 - pair_share) * treated_share * (1 - treated_share)
    return Comparison(g, u, pairing, weight, estimate)


def negative_weights(x: Floats, status: NDArray[np.bool_], weight: Floats) -> tuple[float, int, int]:
    """Return the sum of negative weights and how many of the treated cells have one, for any two-way fit.

    *x* N×T is the treatment with the effects taken out. De Chaisemartin & D'Haultfœuille 2020, American Economic Review
    110:2964–2996: the estimate is a weighted sum of the cells' effects, with weights proportional to *x*.
    """
    cells = status & (weight > 0)
    shares = (weight * x)[cells]
    shares = shares / shares.sum()
    below = shares < -1e-12
    return float(shares[below].sum()), int(below.sum()), int(cells.sum())
