"""Weights that are none of them negative and sum to one: exact least squares, and Frank–Wolfe as published.

Exact: with Z = X − y 1ᵀ the problem min ‖Xw − y‖² on the simplex is min ‖Zw‖², and min over u ≥ 0 of ‖Zu‖² + (1ᵀu − 1)² has the same
direction, w = u/1ᵀu (Wolfe's nearest point of a polytope as one non-negative least squares problem, Lawson & Hanson 1974).
Frank–Wolfe: Arkhangelsky et al. 2021, AER 111:4088–4118, as in their program (two rounds, weights below a quarter of the largest dropped between).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FIRST_ROUND, SECOND_ROUND = 100, 10_000
DROP_BELOW = 0.25


def simplex_weights(donors: Floats, target: Floats, ridge: float = 0.0) -> Floats:
    """Return the weights w (J) whose mixture of *donors* (T×J) lies nearest to *target* (T), *ridge*·‖w‖² added to the squared distance; unique where
    the donors' paths are linearly independent or there is a ridge.
    """
    from scipy.optimize import nnls

    apart = donors - target[:, None]
    if ridge > 0:
        apart = np.vstack([apart, np.sqrt(ridge) * np.eye(donors.shape[1])])
    lengths = np.sqrt((apart**2).sum(0))
    if lengths.min() == 0:  # a donor is the target itself
        same = (lengths == 0).astype(float)
        return np.asarray(same / same.sum())
    rows = np.vstack([apart / lengths.min(), np.ones(donors.shape[1])])
    found, _ = nnls(rows, np.append(np.zeros(len(apart)), 1.0), maxiter=30 * donors.shape[1])
    return np.asarray(found / found.sum())


def frank_wolfe(matrix: Floats, target: Floats, ridge: float, smallest: float) -> Floats:
    """Return the weights (J) of min ridge·‖w‖² + ‖matrix·w − target‖² on the simplex, stopped when a step lowers the mean by less than *smallest*²."""
    first = _descend(matrix, target, (ridge, smallest), np.full(matrix.shape[1], 1 / matrix.shape[1]), FIRST_ROUND)
    kept = np.where(first <= first.max() * DROP_BELOW, 0.0, first)
    return _descend(matrix, target, (ridge, smallest), kept / kept.sum(), SECOND_ROUND)


def _descend(matrix: Floats, target: Floats, stop: tuple[float, float], weights: Floats, rounds: int) -> Floats:
    """Return the weights after at most *rounds* steps.

    As the weights sum to one the squared distance is wᵀGw with G the products of the columns less the target: a step needs one column of G,
    and the same few come again and again, so they are kept.
    """
    ridge, smallest = stop
    apart = np.ascontiguousarray((matrix - target[:, None]).T)
    kept: dict[int, tuple[Floats, float]] = {}
    weights = weights.copy()
    slope = apart @ (weights @ apart) + ridge * weights
    value, least = float(weights @ slope), smallest**2 * len(target)
    last = np.inf
    for _ in range(rounds):
        best = int(slope.argmin())
        if best not in kept:
            column = apart @ apart[best]
            column[best] += ridge
            kept[best] = (column, float(column[best]))
        (column, own), low = kept[best], float(slope[best])
        down = own - 2 * low + value
        length = min(1.0, max(0.0, (value - low) / down)) if down > 0 else 0.0
        weights *= 1 - length
        weights[best] += length
        slope *= 1 - length
        slope += length * column
        value = (1 - length) ** 2 * value + 2 * length * (1 - length) * low + length**2 * own
        if last - value <= least:
            break
        last = value
    return weights
