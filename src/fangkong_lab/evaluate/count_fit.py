"""Counts with an exposure, unit and period effects absorbed: Poisson and negative binomial (NB2), own Newton.

log E(count) = log(exposure) + unit + period + β · treatment. Newton (iteratively reweighted least squares) with the effects
taken out exactly at each step, as Correia, Guimarães & Zylkin 2020 (ppmlhdfe). NB2 has variance μ + αμ², α by profile
likelihood (Cameron & Trivedi 2013, section 3.3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.evaluate.absorb import Absorber, absorber
from fangkong_lab.evaluate.aggregate import clustered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]

_STEPS = 200


@dataclass(frozen=True, eq=False)
class CountFit:
    """*beta* is the log of the ratio; *alpha* the over-dispersion of NB2 (0: Poisson). *panel* is the one used: units and
    periods without a single event are left out (*dropped_units*), for they say nothing of a ratio.

    *mean*, *x* N×T: fitted counts, and the treatment with the effects taken out; *absorb* holds the working weights.
    """

    panel: Panel
    beta: float
    alpha: float
    mean: Floats
    x: Floats
    absorb: Absorber
    dropped_units: int

    @property
    def score(self) -> Floats:
        """Return N: each unit's score of β."""
        left = np.where(self.panel.present, self.panel.outcome - self.mean, 0.0)
        return np.asarray((self.x * left / (1 + self.alpha * self.mean)).sum(axis=1))

    @property
    def information(self) -> float:
        """Return the expected information of β."""
        return float((self.absorb.weight * self.x * self.x).sum())

    @cached_property
    def clustered_error(self) -> float:
        """Return the clustered standard error of β; NaN with fewer than two clusters.

        Poisson: factor G/(G−1) · (n−1)/(n−k) as fixest. NB2: observed information and G/(G−1) only, as Stata's nbreg.
        """
        if self.alpha > 0:
            return _observed_error(self)
        summed = clustered(self.score, self.panel.cluster)
        g, n = len(summed), int((self.absorb.weight > 0).sum())
        spare = n - (self.absorb.rank() + 2)
        if g < 2 or spare < 1:
            return math.nan
        return math.sqrt(g / (g - 1) * (n - 1) / spare * float(summed @ summed)) / self.information

    @cached_property
    def without_each(self) -> Floats:
        """Return G: β without each cluster, by one Newton step from the fit (Pregibon 1981, Annals of Statistics 9:705–724).

        NaN where treatment is then told by the effects alone.
        """
        return _one_step(self)

    @cached_property
    def jackknife(self) -> float:
        """Return the cluster-jackknife standard error of β (one-step)."""
        g = len(self.without_each)
        return math.sqrt((g - 1) / g * float(((self.without_each - self.beta) ** 2).sum())) if g > 1 else math.nan


def fit_poisson(panel: Panel) -> CountFit:
    """Return the Poisson fit; `BadInput` without an exposure, `CannotTell` where nothing is left to compare."""
    used, dropped = _informative(panel)
    return _fit(used, 0.0, dropped, None)


def fit_negative_binomial(panel: Panel) -> CountFit:
    """Return the NB2 fit with the α of greatest profile likelihood in 0–100; α = 0 (Poisson) where counts are not over-dispersed."""
    from scipy.optimize import minimize_scalar

    used, dropped = _informative(panel)
    start = _fit(used, 0.0, dropped, None)

    def loss(log_alpha: float) -> float:
        return -_likelihood(_fit(used, math.exp(log_alpha), dropped, start.mean))

    best = minimize_scalar(loss, bounds=(math.log(1e-8), math.log(100.0)), method="bounded", options={"xatol": 1e-8})
    return start if best.x < math.log(1e-7) else _fit(used, math.exp(float(best.x)), dropped, start.mean)


def _informative(panel: Panel) -> tuple[Panel, int]:
    """Return the panel without units that have no event, and how many there were."""
    if panel.exposure is None:
        raise BadInput("没有给出暴露量", where="泊松双重差分", mend="给出分母一栏（如在册人数），或改用差值")
    some = np.nansum(panel.outcome, axis=1) > 0
    return (panel.kept(some), int((~some).sum())) if not some.all() else (panel, 0)


def _fit(panel: Panel, alpha: float, dropped: int, start: Floats | None) -> CountFit:
    """Return the fit at a given α; `CannotTell` where it does not converge."""
    assert panel.exposure is not None
    eventful = np.nansum(panel.outcome, axis=0) > 0
    cells = panel.present & eventful[None, :]
    y, exposure = np.where(cells, panel.outcome, 0.0), np.where(cells, panel.exposure, 1.0)
    own = np.ones_like(y) if panel.weight is None else np.where(cells, panel.weight, 0.0)
    treat, mean = panel.intensity(), np.where(cells, _first_mean(y, exposure, cells) if start is None else start, 1.0)
    beta, last = math.nan, math.inf
    for _ in range(_STEPS):
        absorb = absorber(panel, np.where(cells, own * mean / (1 + alpha * mean), 0.0))
        working = np.where(cells, np.log(mean / exposure) + (y - mean) / mean, 0.0)
        x, z = absorb.residual(np.stack([treat, working]))
        squares = float((absorb.weight * x * x).sum())
        if squares <= 1e-9 * float(absorb.weight.sum()):
            break
        beta = float((absorb.weight * x * z).sum()) / squares
        logs = np.clip(np.where(cells, working - z + beta * x, 0.0), -60, 60)
        mean = np.where(cells, exposure * np.exp(logs), 1.0)
        deviance = float((own * (y * logs - (mean if alpha == 0 else (y + 1 / alpha) * np.log1p(alpha * mean))))[cells].sum())
        if abs(deviance - last) <= 1e-13 * (abs(deviance) + 1) and abs(logs).max() < 59:
            absorb = absorber(panel, np.where(cells, own * mean / (1 + alpha * mean), 0.0))
            return CountFit(panel, beta, alpha, np.where(cells, mean, 0.0), absorb.residual(treat), absorb, dropped)
        last = deviance
    raise CannotTell("计数太少或试点期全为零，比值无法估计", where="泊松双重差分", mend="合并时期或单位，或只列数量")


def _first_mean(y: Floats, exposure: Floats, cells: NDArray[np.bool_]) -> Floats:
    """Return a first guess of the means: half way between the counts and those of a common rate."""
    common = y.sum() / exposure[cells].sum() * exposure
    return np.asarray((y + common) / 2)


def _likelihood(fit: CountFit) -> float:
    """Return the NB2 log likelihood, without the terms that do not depend on the parameters."""
    from scipy.special import gammaln

    cells = fit.mean > 0
    y, mean, size = fit.panel.outcome[cells], fit.mean[cells], 1 / fit.alpha
    own = 1.0 if fit.panel.weight is None else fit.panel.weight[cells]
    return float((own * (gammaln(y + size) - gammaln(size) - (y + size) * np.log1p(fit.alpha * mean)
                         + y * (np.log(mean) + math.log(fit.alpha)))).sum())


def _observed_error(fit: CountFit) -> float:
    """Return the clustered standard error of NB2 at fixed α, from the observed information."""
    scale = 1 + fit.alpha * fit.mean
    y = np.nan_to_num(fit.panel.outcome)
    absorb = absorber(fit.panel, fit.absorb.weight * (1 + fit.alpha * y) / scale)
    x = absorb.residual(fit.panel.intensity())
    summed = clustered((x * (y - fit.mean) * (fit.absorb.weight > 0) / scale).sum(axis=1), fit.panel.cluster)
    g = len(summed)
    return math.sqrt(g / (g - 1) * float(summed @ summed)) / float((absorb.weight * x * x).sum()) if g > 1 else math.nan


def _one_step(fit: CountFit) -> Floats:
    """Return β without each cluster: θ − (H − H_g)⁻¹ s_g for θ = (β, further effects), unit effects eliminated unit by unit."""
    absorb, w = fit.absorb, fit.absorb.weight
    left = np.where(w > 0, fit.panel.outcome - fit.mean, 0.0) / (1 + fit.alpha * fit.mean)
    if fit.panel.weight is not None:
        left = left * np.nan_to_num(fit.panel.weight)
    treat = fit.panel.intensity()
    centred = treat - (w * treat).sum(axis=1, keepdims=True) / absorb.unit_sum[:, None]
    from fangkong_lab.evaluate.two_way_fit import own_schur, spread_sums

    to_x = clustered(spread_sums(absorb, w * centred), fit.panel.cluster)
    to_left = clustered(spread_sums(absorb, left), fit.panel.cluster)
    xx, s = clustered((w * centred**2).sum(axis=1), fit.panel.cluster), clustered((left * treat).sum(axis=1), fit.panel.cluster)
    schur = own_schur(absorb, fit.panel)
    rest = schur.sum(axis=0)[None] - schur
    rest_x = to_x.sum(axis=0) - to_x
    path = _solved(rest, rest_x) if absorb.codes is None else np.einsum(
        "gij,gj->gi", np.linalg.pinv(rest, rcond=1e-11, hermitian=True), rest_x)
    squares = xx.sum() - xx - (rest_x * path).sum(axis=1)
    gone = s - (to_left * path).sum(axis=1)
    return np.asarray(np.where(squares > 1e-9 * xx.sum(), fit.beta - gone / np.where(squares > 0, squares, 1.0), np.nan))


def _solved(schur: Floats, right: Floats) -> Floats:
    """Return G×K solutions of G systems whose null space is the constant: adding it to all entries changes nothing but that.

    Periods without weight get a 1 on the diagonal.
    """
    scale = np.einsum("gkk->gk", schur).max(axis=1)
    full = schur + scale[:, None, None] / schur.shape[1]
    k = np.arange(schur.shape[1])
    empty = schur[:, k, k] <= 1e-12 * scale[:, None]
    full[:, k, k] += np.where(empty, scale[:, None], 0.0)
    try:
        return np.asarray(np.linalg.solve(full, right[..., None])[..., 0])
    except np.linalg.LinAlgError:
        return np.einsum("gij,gj->gi", np.linalg.pinv(schur, rcond=1e-11, hermitian=True), right)
