"""Fits of one series: Poisson and negative binomial (NB2) with log link, normal with identity link; model and HAC covariance.

Poisson by Newton's method (McCullagh & Nelder 1989). NB2 (variance μ + αμ²) by maximum likelihood, α profiled (Cameron & Trivedi
2013, §3.3). HAC as Newey & West 1987 with Bartlett weights and the factor n/(n − k).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.kinds import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEPS = 100
CLOSE = 1e-10
LOWEST_ALPHA, HIGHEST_ALPHA = 1e-6, 20.0


class Family(Kind):
    """What scatters how."""

    AUTO = "auto", "自动"
    POISSON = "poisson", "泊松"
    QUASI_POISSON = "quasi_poisson", "准泊松"
    NEGATIVE_BINOMIAL = "negative_binomial", "负二项（NB2）"
    NORMAL = "normal", "正态"


@dataclass(frozen=True, eq=False)
class Fit:
    """*beta* k coefficients, *bread* k×k inverse information without dispersion, *mean* n fitted values, *weighted* n×k design times root
    weights, *pearson* n residuals of variance ≈ dispersion, *dispersion* Pearson's statistic ÷ (n − k), *alpha* of NB2 (0 otherwise).
    """

    family: Family
    beta: Floats
    bread: Floats
    mean: Floats
    weighted: Floats
    pearson: Floats
    dispersion: float
    alpha: float = 0.0

    @property
    def score(self) -> Floats:
        """The contributions to the score, n×k."""
        return self.weighted * self.pearson[:, None]

    @property
    def freedom(self) -> int:
        """n − k."""
        return len(self.mean) - len(self.beta)

    def model_covariance(self) -> Floats:
        """Return the covariance by the model. Quasi-Poisson uses max(1, dispersion): below 1 is nearly always chance in short series."""
        scale = {Family.POISSON: 1.0, Family.NEGATIVE_BINOMIAL: 1.0, Family.QUASI_POISSON: max(1.0, self.dispersion)}
        return self.bread * scale.get(self.family, self.dispersion)

    def hac_covariance(self, lags: int) -> Floats:
        """Return Newey and West's covariance with *lags* lags."""
        meat = self.score.T @ self.score
        for lag in range(1, min(lags, len(self.score) - 1) + 1):
            part = self.score[lag:].T @ self.score[:-lag]
            meat = meat + (1 - lag / (lags + 1)) * (part + part.T)
        n = len(self.mean)
        return self.bread @ meat @ self.bread * n / max(1, n - len(self.beta))


def fit(design: Floats, outcome: Floats, offset: Floats, family: Family) -> Fit:
    """Fit *outcome* (n) on *design* (n×k) with log exposure *offset* (n; ignored for normal).

    Raises `CannotTell` where no finite estimate exists (no events on one side of the break, collinear columns). NB2 on counts that do not scatter more than
    Poisson returns the quasi-Poisson fit: its α would be zero.
    """
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise CannotTell("期数太少，斜率、季节和水平分不开", mend="补报更多期，或去掉季节项")
    if family is Family.NORMAL:
        return _normal(design, outcome)
    made = _poisson(design, outcome, offset, family)
    if family is not Family.NEGATIVE_BINOMIAL:
        return made
    return _negative_binomial(design, outcome, offset, made)


def _normal(design: Floats, outcome: Floats) -> Fit:
    bread = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    beta = bread @ design.T @ outcome
    mean = design @ beta
    rest = outcome - mean
    freedom = max(1, len(outcome) - design.shape[1])
    return Fit(Family.NORMAL, beta, bread, mean, design, rest, float(rest @ rest) / freedom)


def _poisson(design: Floats, outcome: Floats, offset: Floats, family: Family) -> Fit:
    beta, mean, bread = _newton(design, outcome, offset, 0.0)
    pearson = (outcome - mean) / np.sqrt(mean)
    dispersion = float(pearson @ pearson) / max(1, len(outcome) - design.shape[1])
    kept = Family.QUASI_POISSON if family in (Family.AUTO, Family.NEGATIVE_BINOMIAL) else family
    return Fit(kept, beta, bread, mean, design * np.sqrt(mean)[:, None], pearson, dispersion)


def _newton(design: Floats, outcome: Floats, offset: Floats, alpha: float) -> tuple[Floats, Floats, Floats]:
    """Fisher scoring for the log link with variance μ + αμ²; steps are halved where the likelihood would fall."""
    if not outcome.sum() > 0:
        raise CannotTell("一件也没有，不能拟合", mend="换一个发生得较多的指标，或延长观察期")
    beta = np.linalg.lstsq(design, np.log(outcome + 0.5) - offset, rcond=None)[0]
    for _ in range(STEPS):
        mean = np.exp(np.clip(design @ beta + offset, -50, 50))
        weight = mean / (1 + alpha * mean)
        information = design.T @ (design * weight[:, None])
        try:
            step = np.linalg.solve(information, design.T @ ((outcome - mean) / (1 + alpha * mean)))
        except np.linalg.LinAlgError as error:
            raise CannotTell("没有有限的估计：有一段一件也没有", mend="换一个发生得较多的指标") from error
        step = step * min(1.0, 3 / max(float(np.abs(step).max()), 1e-300))
        beta = beta + step
        if np.abs(step).max() < CLOSE:
            mean = np.exp(design @ beta + offset)
            weight = mean / (1 + alpha * mean)
            return np.asarray(beta, dtype=np.float64), mean, np.asarray(np.linalg.inv(design.T @ (design * weight[:, None])), dtype=np.float64)
    raise CannotTell("没有有限的估计：有一段一件也没有", mend="换一个发生得较多的指标")


def _negative_binomial(design: Floats, outcome: Floats, offset: Floats, start: Fit) -> Fit:
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    if start.dispersion <= 1:
        return start

    def loss(log_alpha: float) -> float:
        alpha = float(np.exp(log_alpha))
        _, mean, _ = _newton(design, outcome, offset, alpha)
        size = 1 / alpha
        return -float((gammaln(outcome + size) - gammaln(size) + outcome * np.log(mean / (mean + size))
                       + size * np.log(size / (size + mean))).sum())

    found = minimize_scalar(loss, bounds=(np.log(LOWEST_ALPHA), np.log(HIGHEST_ALPHA)), method="bounded", options={"xatol": 1e-8})
    alpha = float(np.exp(found.x))
    if alpha < 10 * LOWEST_ALPHA:
        return start
    beta, mean, bread = _newton(design, outcome, offset, alpha)
    spread = mean + alpha * mean**2
    pearson = (outcome - mean) / np.sqrt(spread)
    return Fit(Family.NEGATIVE_BINOMIAL, beta, bread, mean, design * np.sqrt(mean / (1 + alpha * mean))[:, None], pearson,
               float(pearson @ pearson) / max(1, len(outcome) - design.shape[1]), alpha)
