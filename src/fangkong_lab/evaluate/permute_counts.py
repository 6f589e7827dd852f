"""Permutation of counts with exposure, before and after: the log of the ratio of ratios, and the ratios not rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.arrangement import arrangements
from fangkong_lab.evaluate.permute import Permuted, p_floor, p_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]

_HALF = 0.5  # added to each of the four counts, so that none is 0 (Haldane 1956, Annals of Human Genetics 20:309–311)
_WIDEST = 12.0  # logs: ratios beyond e±12 are printed as 0 and infinite


def permute_ratio(panel: Panel, level: float, draws: int, seed: int) -> Permuted:
    """Return the test of a two-period panel of counts: (treated after ÷ before) ÷ (comparison after ÷ before), per exposure.

    The estimate is that ratio itself where no count is 0, else with ½ added to each; *drawn* are logs. A constant ratio ρ is
    tested by dividing the treated units' counts after the start by ρ.
    """
    assert panel.exposure is not None
    labels = np.where(panel.treated, 0, 1)
    how = arrangements(labels, draws, seed)
    columns = [panel.outcome[:, 0], panel.exposure[:, 0], panel.exposure[:, 1], panel.outcome[:, 1] * ~panel.treated,
               panel.outcome[:, 1] * panel.treated]
    sums = how.sums(tuple(np.column_stack([c, np.zeros_like(c)]) for c in columns))
    total = np.array([c.sum() for c in columns])

    def logs(shrunk: float) -> Floats:
        return _log_ratio(sums, shrunk) - _log_ratio(total - sums, shrunk)

    drawn = logs(1.0)
    low, high = (_edge(logs, float(drawn[0]), sign, 1 - level) for sign in (-1.0, 1.0))
    return Permuted(_plain_ratio(sums[0], total - sums[0], float(drawn[0])), p_value(drawn), p_floor(drawn), float(np.exp(low)),
                    float(np.exp(high)), drawn, how)


def _log_ratio(sums: Floats, shrunk: float) -> Floats:
    """Return the log of after ÷ before per exposure of each row of *sums*; the treated units' later counts times *shrunk*."""
    before, exposed_before, exposed_after, free, treated = np.atleast_2d(sums).T
    return np.asarray(np.log((free + shrunk * treated + _HALF) / exposed_after) - np.log((before + _HALF) / exposed_before))


def _plain_ratio(own: Floats, other: Floats, fallback: float) -> float:
    """Return the ratio of ratios without ½, or e to the *fallback* where a count is 0."""
    after, after_other = own[3] + own[4], other[3] + other[4]
    if min(own[0], other[0], after, after_other) <= 0:
        return float(np.exp(fallback))
    return float(after / own[2] / (own[0] / own[1]) / (after_other / other[2] / (other[0] / other[1])))


def _edge(logs: object, centre: float, sign: float, alpha: float) -> float:
    """Return the log ratio farthest from *centre* in direction *sign* that is not rejected; ±∞ where none is."""
    def kept(log_ratio: float) -> bool:
        return p_value(logs(float(np.exp(-log_ratio)))) > alpha + 1e-9  # type: ignore[operator]

    far = sign * _WIDEST
    if kept(far):
        return sign * float("inf")
    near = centre
    while abs(far - near) > 1e-6:
        middle = (near + far) / 2
        near, far = (middle, far) if kept(middle) else (near, middle)
    return near
