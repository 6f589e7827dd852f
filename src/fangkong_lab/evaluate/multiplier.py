"""Multiplier bootstrap of influence: bands that hold for all periods at once.

Callaway & Sant'Anna 2021, algorithm 1 (Rademacher signs instead of Mammen's two points; both have variance 1). Each cohort's
influence is widened by √(n/(n−1)), and the critical value by the ratio of Student's to the normal quantile, as in `spread`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.aggregate import clustered
from fangkong_lab.evaluate.signs import sums
from fangkong_lab.evaluate.spread import spread_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bands:
    """*error* L standard errors; *reach* L: half widths of the simultaneous band; *drawn* draws×L, already widened for few
    units (Student's over the normal quantile).
    """

    error: Floats
    reach: Floats
    drawn: Floats


def bands(influence: Floats, panel: Panel, level: float, draws: int, seed: int) -> Bands:
    """Return the bootstrap of estimates with *influence* N×L."""
    from scipy.special import ndtri, stdtrit

    starts, kind, size = np.unique(np.minimum(panel.start, panel.n_periods), return_inverse=True, return_counts=True)
    centre = np.stack([influence[kind == c].mean(axis=0) for c in range(len(starts))])[kind]
    widened = centre + (influence - centre) * np.sqrt(size / np.maximum(size - 1, 1))[kind][:, None]
    drawn = sums(clustered(widened, panel.cluster), draws, seed, "multiplier") / len(influence)
    error = drawn.std(axis=0)
    safe = np.where(error > 0, error, 1.0)
    critical = float(np.quantile(np.abs(drawn / safe).max(axis=1), level))
    freedom = min((f for k in range(influence.shape[1]) if (f := spread_of(influence[:, k], panel).freedom) > 0), default=np.nan)
    wider = float(stdtrit(freedom, (1 + level) / 2) / ndtri((1 + level) / 2))
    return Bands(error, critical * wider * error, drawn * wider)
