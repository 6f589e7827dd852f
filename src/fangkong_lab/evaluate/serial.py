"""Serial correlation of a short series: its bias-corrected size, and the covariance that allows for it.

Residuals of a model with k coefficients look less correlated than the errors are. The correlation ρ of a first-order process is
therefore the one whose *expected* residual correlation, tr(M R L)/tr(M R) with M the projection off the design and R = ρ^|i−j|, equals the one
seen (the idea of Andrews 1993 and of Pantula & Pollock 1985), three quarters of a standard error added; dispersion is corrected by tr(M R) likewise.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.regression import Fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HIGHEST = 0.95
CAUTION = 0.75  # standard errors added to the correlation seen: too little makes intervals too narrow, too much only wider (benchmarks/size_series.py)
GRID = tuple(np.round(np.arange(0.0, HIGHEST + 0.01, 0.05), 2))


@lru_cache(maxsize=64)
def _decay(n: int, rho: float) -> Floats:
    gap = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    return np.asarray(rho**gap, dtype=np.float64)


def expected(residual_maker: Floats, rho: float) -> tuple[float, float, float]:
    """Return tr(M R), the expected lag-1 correlation of the residuals (to first order) and Satterthwaite's degrees of freedom."""
    spread = residual_maker @ _decay(len(residual_maker), rho) @ residual_maker
    whole = float(np.trace(spread))
    return whole, float(np.trace(spread, offset=1)) / whole, whole**2 / float((spread * spread).sum())


def error_correlation(made: Fit) -> tuple[float, float, float]:
    """Return ρ (0 … 0.95; 0 where residuals are less correlated than independent errors' would be), the dispersion and the degrees of
    freedom that go with it.
    """
    maker = np.eye(len(made.mean)) - made.weighted @ np.linalg.pinv(made.weighted)
    rest = made.pearson
    total = float(rest @ rest)
    if total <= 0:
        return 0.0, 0.0, float(made.freedom)
    seen = float(rest[1:] @ rest[:-1]) / total + CAUTION / np.sqrt(len(rest))
    table = [expected(maker, float(r)) for r in GRID]
    rho = float(np.interp(seen, np.maximum.accumulate([r for _, r, _ in table]), GRID))
    whole, _, freedom = expected(maker, rho)
    return rho, total / whole, freedom


def serial_covariance(made: Fit, floor: float) -> tuple[Floats, float, float]:
    """Return the covariance under errors of correlation ρ, ρ, and its degrees of freedom (Satterthwaite 1946); the dispersion is at least
    *floor* (1 for counts, 0 else).
    """
    rho, dispersion, freedom = error_correlation(made)
    design = made.weighted
    meat = design.T @ _decay(len(design), rho) @ design
    return made.bread @ meat @ made.bread * max(floor, dispersion), rho, freedom
