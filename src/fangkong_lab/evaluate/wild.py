"""Wild cluster bootstrap of the two-way estimate, with the hypothesis imposed, and its interval by inversion.

Cameron, Gelbach & Miller 2008, Review of Economics and Statistics 90:414–427 (WCR); Roodman, MacKinnon, Nielsen & Webb 2019,
Stata Journal 19:4–60: everything a draw needs is linear in its signs, so a draw costs one row of a matrix product. With very
few treated clusters it has no power (MacKinnon & Webb 2017, Journal of Applied Econometrics 32:233–254): refused by `two_way`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.aggregate import clustered
from fangkong_lab.evaluate.signs import rademacher, webb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.two_way_fit import TwoWayFit

    Floats = NDArray[np.float64]

FEW_CLUSTERS = 12  # below, signs alone give too few distinct draws: Webb's six points


@dataclass(frozen=True, eq=False)
class Wild:
    """*p* two-sided (symmetric), *floor* of p, *low*, *high* the interval of hypotheses not rejected; *drawn* t of the draws."""

    p: float
    floor: float
    low: float
    high: float
    drawn: Floats


def wild_bootstrap(fit: TwoWayFit, level: float, draws: int, seed: int) -> Wild:
    """Return the bootstrap of a balanced, unweighted two-way fit; `CannotTell` for other panels.

    The interval is found by halving on each side of the estimate.
    """
    weight = fit.absorb.weight
    if fit.absorb.codes is not None or not bool((weight == 1.0).all()):
        raise CannotTell("野自助法只用于平衡、不加权的面板", where="双向固定效应", mend="补齐缺的单位期，或改用聚类标准误")
    squared, observed = _prepare(fit, draws, seed)

    def p_of(beta: float) -> float:
        return float((1 + (squared(beta) >= observed(beta) - 1e-12).sum()) / (draws + 1))

    alpha, step = 1 - level, fit.jackknife if math.isfinite(fit.jackknife) else fit.crv1
    low, high = (_edge(p_of, fit.beta, sign * step, alpha) for sign in (-1, 1))
    groups = fit.clusters
    few = 2.0 ** (1 - groups) if groups >= FEW_CLUSTERS else 0.0
    return Wild(p_of(0.0), max(few, 1 / (draws + 1)), low, high, squared(0.0))


def _prepare(fit: TwoWayFit, draws: int, seed: int) -> tuple[Callable[[float], Floats], Callable[[float], float]]:
    """Return the squared t of all draws, and the observed squared t, as functions of the hypothesis β.

    Under β the restricted residual is e + (β̂ − β)·x, e the residual of the fit. A draw v gives the outcome v·(residual); its
    score in cluster g is v_g r_g − x_g·m − b* d_g, with m the period means of the drawn outcome and b* the drawn estimate.
    """
    x, e, n, cluster = fit.x, fit.residual, fit.panel.n_units, fit.panel.cluster
    parts = [clustered((x * r).sum(axis=1), cluster) for r in (e, x)]
    means = [clustered(r, cluster) / n for r in (e, x)]
    d, path = parts[1], clustered(x, cluster)
    kinds, kind = np.unique(np.column_stack([path, d]).round(12), axis=0, return_inverse=True)
    one_hot = (kind.ravel()[:, None] == np.arange(len(kinds))[None, :]).astype(float)
    path_of, d_of, count = kinds[:, :-1], kinds[:, -1], one_hot.sum(axis=0)
    right = np.concatenate([*means, one_hot * parts[0][:, None], one_hot * parts[1][:, None],
                            (parts[0] ** 2)[:, None], (parts[0] * parts[1])[:, None], (parts[1] ** 2)[:, None]], axis=1)
    t, c = x.shape[1], len(kinds)
    many = len(d) >= FEW_CLUSTERS
    blocks = (rademacher if many else webb)(len(d), draws, seed, "wild")
    made = [np.concatenate([v @ right[:, :2 * t + 2 * c], (v * v) @ right[:, 2 * t + 2 * c:]], axis=1) for v in blocks]
    sums, total = np.concatenate(made), fit.squares

    def squared(beta: float) -> Floats:
        gap = fit.beta - beta
        mean = sums[:, :t] + gap * sums[:, t:2 * t]
        own = sums[:, 2 * t:2 * t + c] + gap * sums[:, 2 * t + c:2 * t + 2 * c]
        moved = own.sum(axis=1) / total
        pull = mean @ path_of.T + moved[:, None] * d_of
        squares = sums[:, -3] + 2 * gap * sums[:, -2] + gap**2 * sums[:, -1]
        spread = squares - 2 * (own * pull).sum(axis=1) + (count * pull * pull).sum(axis=1)
        return np.asarray((moved * total) ** 2 / np.maximum(spread, 1e-300))

    own_spread = float(parts[0] @ parts[0])
    return squared, lambda beta: ((fit.beta - beta) * total) ** 2 / own_spread


def _edge(p_of: Callable[[float], float], centre: float, step: float, alpha: float) -> float:
    """Return the hypothesis farthest from *centre* in the direction of *step* that is not rejected; infinite if none is."""
    far = centre + 2 * step
    for _ in range(12):
        if p_of(far) <= alpha:
            break
        far = centre + 2 * (far - centre)
    else:
        return math.copysign(math.inf, step)
    near = centre
    while abs(far - near) > 1e-4 * abs(step):
        middle = (near + far) / 2
        if middle in (near, far):  # a step of the size of rounding
            break
        near, far = (near, middle) if p_of(middle) <= alpha else (middle, far)
    return (near + far) / 2
