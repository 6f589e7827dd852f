"""Permutation inference: had other units been the pilots, how often would the difference have been as large?

The starts are dealt out anew over the units (Fisher 1935; for difference-in-differences with few treated units Conley & Taber
2011, Review of Economics and Statistics 93:113–125; MacKinnon & Webb 2020, Journal of Econometrics 218:435–450). The p value
is exact if the pilots might as well have been other units; its interval holds all constant effects not rejected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.arrangement import Arrangements, arrangements
from fangkong_lab.evaluate.contrast import Contrast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]

_TIE = 1e-9  # relative: equal statistics computed in another order count as equal


@dataclass(frozen=True, eq=False)
class Permuted:
    """*p* two-sided, *floor* the smallest p these units allow, *low*, *high* the interval (infinite where the floor lies above
    1 − level), *drawn* the statistics (first the observed), *how* the arrangements.
    """

    estimate: float
    p: float
    floor: float
    low: float
    high: float
    drawn: Floats
    how: Arrangements


def permute_contrast(panel: Panel, contrast: Contrast, level: float, draws: int, seed: int) -> Permuted:
    """Return the permutation test of *contrast* on the balanced panel, an additive effect."""
    labels = contrast.labels(panel.start)
    how = arrangements(labels, draws, seed)
    sums = how.sums((contrast.values(panel.rates()), contrast.values(panel.status.astype(float))))
    drawn, carried = sums[:, 0], sums[:, 1] / sums[0, 1]
    low, high = _inverted(drawn, carried, 1 - level)
    return Permuted(float(drawn[0]), p_value(drawn), p_floor(drawn), low, high, drawn, how)


def p_value(drawn: Floats) -> float:
    """Return the share of statistics at least as far from 0 as the first, the first among them."""
    size = np.abs(drawn)
    return float((size >= size[0] - _TIE * max(size[0], 1e-300)).mean())


def p_floor(drawn: Floats) -> float:
    """Return the p value that the most extreme arrangement would have."""
    size = np.abs(drawn)
    return float((size >= size.max() * (1 - _TIE)).mean())


def _inverted(drawn: Floats, carried: Floats, alpha: float) -> tuple[float, float]:
    """Return the interval of constant effects τ that are not rejected at *alpha*.

    With τ taken off the treated cells the statistic of arrangement π is T_π − τ c_π, c = 1 for the observed one. Where |c_π| < 1 it is
    at least as far from 0 as the observed one for τ in one interval around T: its ends in closed form, their quantile the answer.
    Where |c_π| ≥ 1 (several starts) those τ reach to infinity on one side or both: counted as not rejected everywhere, so that the interval can only be wider.
    """
    observed = drawn[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([(observed - drawn) / (1 - carried), (observed + drawn) / (1 + carried)])
    same = np.stack([carried > 1 - 1e-12, carried < -1 + 1e-12])  # from 1 on: never rejected, on either side
    lows = np.min(np.where(same, -np.inf, ends), axis=0)
    highs = np.max(np.where(same, np.inf, ends), axis=0)
    lows, highs = np.minimum(lows, observed), np.maximum(highs, observed)
    allowed = int(np.floor(alpha * len(drawn) + 1e-9))
    if allowed == 0:
        return -np.inf, np.inf
    return float(np.sort(lows)[allowed]), float(np.sort(highs)[::-1][allowed])
