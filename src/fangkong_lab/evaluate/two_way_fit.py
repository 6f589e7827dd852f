"""Least squares with unit and period effects and one regressor, the treatment; clustered and leave-one-cluster-out spread.

CRV1 as Stata's ``xtreg, fe vce(cluster)``: G/(G−1) · (n−1)/(n−k), k the regressor, the period effects and the constant.
CV3, the cluster jackknife, as MacKinnon, Nielsen & Webb 2023, Journal of Econometrics 232:272–299.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.absorb import Absorber, absorber
from fangkong_lab.evaluate.aggregate import clustered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TwoWayFit:
    """*beta*; *x* and *residual* N×T with unit and period effects taken out; *panel* and *absorb* it was made from."""

    panel: Panel
    absorb: Absorber
    beta: float
    x: Floats
    residual: Floats

    @property
    def clusters(self) -> int:
        """Return the number of clusters."""
        return int(self.panel.cluster.max()) + 1

    @cached_property
    def crv1(self) -> float:
        """Return the clustered standard error; NaN with fewer than two clusters."""
        g, n = self.clusters, int((self.absorb.weight > 0).sum())
        spare = n - (self.absorb.rank() + 2)
        if g < 2 or spare < 1:
            return math.nan
        score = clustered((self.absorb.weight * self.x * self.residual).sum(axis=1), self.panel.cluster)
        factor = g / (g - 1) * (n - 1) / spare
        return math.sqrt(float(score @ score) * factor) / self.squares

    @property
    def squares(self) -> float:
        """Return the weighted sum of squares of *x*."""
        return float((self.absorb.weight * self.x * self.x).sum())

    @cached_property
    def without_each(self) -> Floats:
        """Return G: the estimate without each cluster; NaN where treatment is then told by the effects alone."""
        return _without_each(self.panel, self.absorb)

    @cached_property
    def jackknife(self) -> float:
        """Return the CV3 standard error; NaN where leaving one cluster out leaves nothing to compare."""
        betas = self.without_each
        g = len(betas)
        return math.sqrt((g - 1) / g * float(((betas - self.beta) ** 2).sum())) if g > 1 else math.nan


def fit_two_way(panel: Panel) -> TwoWayFit:
    """Return the fit of the panel's rates on its intensity of treatment.

    Raises `CannotTell` where unit and period effects already tell who is treated when (no comparison left).
    """
    absorb = absorber(panel)
    x, y = absorb.residual(np.stack([panel.intensity(), np.where(panel.present, panel.rates(), 0.0)]))
    squares = float((absorb.weight * x * x).sum())
    if squares <= 1e-9 * float(absorb.weight.sum()):
        raise CannotTell("单位效应和时期效应已说明谁在何时试点，没有可比的对照", where="双向固定效应", mend="补报没有试点、或试点前的单位和时期")
    beta = float((absorb.weight * x * y).sum()) / squares
    return TwoWayFit(panel, absorb, beta, x, np.where(absorb.weight > 0, y - beta * x, 0.0))


def _without_each(panel: Panel, absorb: Absorber) -> Floats:
    """Return the estimates without each cluster, from the sums of products of treatment, outcome and further effects.

    Unit effects are taken out of each unit by itself, so a cluster's products can be subtracted.
    """
    w = absorb.weight
    x, y = (_unit_centred(w, v) for v in (panel.intensity(), np.where(panel.present, panel.rates(), 0.0)))
    if absorb.codes is None and bool((w == 1.0).all()):
        return _without_each_balanced(x, y, panel)
    own = {name: clustered((w * a * b).sum(axis=1), panel.cluster) for name, a, b in (("xx", x, x), ("xy", x, y))}
    to_x, to_y = (clustered(spread_sums(absorb, w * v), panel.cluster) for v in (x, y))
    schur = own_schur(absorb, panel)
    return np.array([_one_left(own["xx"].sum() - own["xx"][g], own["xy"].sum() - own["xy"][g],
                               to_x.sum(axis=0) - to_x[g], to_y.sum(axis=0) - to_y[g], schur.sum(axis=0) - schur[g])
                     for g in range(len(to_x))])


def _unit_centred(weight: Floats, values: Floats) -> Floats:
    """Return *values* less each unit's weighted mean."""
    total = weight.sum(axis=1, keepdims=True)
    return values - (weight * values).sum(axis=1, keepdims=True) / np.where(total > 0, total, 1.0)


def _without_each_balanced(x: Floats, y: Floats, panel: Panel) -> Floats:
    """Return the estimates without each cluster of a balanced, unweighted panel in closed form."""
    cx, cy = clustered(x, panel.cluster), clustered(y, panel.cluster)
    xx, xy = (clustered((x * v).sum(axis=1), panel.cluster) for v in (x, y))
    left = panel.n_units - clustered(np.ones(panel.n_units), panel.cluster)
    rest_x, rest_y = cx.sum(axis=0) - cx, cy.sum(axis=0) - cy
    count = np.where(left > 0, left, np.nan)
    squares = xx.sum() - xx - (rest_x * rest_x).sum(axis=1) / count
    return np.asarray(np.where(squares > 1e-9, (xy.sum() - xy - (rest_x * rest_y).sum(axis=1) / count) / squares, np.nan))


def spread_sums(absorb: Absorber, weighted: Floats) -> Floats:
    """Return N×K: each unit's sums of *weighted* (N×T) over the further effects."""
    if absorb.codes is None:
        return weighted
    from fangkong_lab.evaluate.absorb import cross_sums

    return cross_sums(weighted, absorb.codes)


def own_schur(absorb: Absorber, panel: Panel) -> Floats:
    """Return G×K×K: each cluster's part of the Schur complement of the further effects."""
    c = absorb.cross
    parts = -np.einsum("ij,ik->ijk", c / absorb.unit_sum[:, None], c)
    k = np.arange(c.shape[1])
    parts[:, k, k] += c
    return clustered(parts, panel.cluster)


def _one_left(xx: float, xy: float, to_x: Floats, to_y: Floats, schur: Floats) -> float:
    """Return the estimate from sums of products."""
    solved = np.linalg.pinv(schur, rcond=1e-11, hermitian=True) @ np.column_stack([to_x, to_y])
    squares = xx - to_x @ solved[:, 0]
    return float((xy - to_x @ solved[:, 1]) / squares) if squares > 1e-9 * max(xx, 1e-300) else math.nan
