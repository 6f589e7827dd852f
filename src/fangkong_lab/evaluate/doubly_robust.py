"""One comparison with covariates, right if either the outcome model or the model of who is treated is right.

Sant'Anna & Zhao 2020, Journal of Econometrics 219:101–122: logit for the propensity, least squares on the comparison units
for the outcome, as R's ``DRDID::drdid_panel`` and Stata's csdid with ``dripw``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_STEPS = 50
_NEAR_ONE = 1 - 1e-6


def doubly_robust(change: Floats, treated: Bools, control: Bools, covariates: Floats) -> tuple[float, Floats]:
    """Return the effect on the treated and its influence (N; 0 for units not compared).

    *change* N, *covariates* N×K (a constant is added). Raises `CannotTell` where the covariates tell the groups apart.
    """
    used = treated | control
    x = np.column_stack([np.ones(int(used.sum())), covariates[used]])
    att, inside = _compared(change[used], treated[used].astype(float), x)
    influence = np.zeros(len(change))
    influence[used] = inside * len(change) / used.sum()
    return att, influence


def _compared(y: Floats, d: Floats, x: Floats) -> tuple[float, Floats]:
    """Return the effect and its influence for change *y*, treatment *d* (0/1) and covariates *x* with a constant."""
    chance, curve = _logit(x, d)
    left = y - x @ np.linalg.lstsq(x[d == 0], y[d == 0], rcond=None)[0]
    odds = (1 - d) * chance / (1 - chance)
    mean_t, mean_c = (d @ left) / d.sum(), (odds @ left) / odds.sum()
    outcome_lin = ((1 - d) * left)[:, None] * x @ np.linalg.pinv((x * (1 - d)[:, None]).T @ x / len(y))
    chance_lin = (d - chance)[:, None] * x @ curve
    inside_t = d * (left - mean_t) - outcome_lin @ (x * d[:, None]).mean(axis=0)
    inside_c = (odds * (left - mean_c) + chance_lin @ (x * (odds * (left - mean_c))[:, None]).mean(axis=0)
                - outcome_lin @ (x * odds[:, None]).mean(axis=0))
    return float(mean_t - mean_c), inside_t / d.mean() - inside_c / odds.mean()


def _logit(x: Floats, d: Floats) -> tuple[Floats, Floats]:
    """Return fitted chances (N) and the inverse information per row (K×K) of the logit of *d* on *x*, by Newton."""
    centre, spread = x.mean(axis=0), x.std(axis=0)
    centre[0], spread = 0.0, np.where(spread > 0, spread, 1.0)
    z = (x - centre) / spread
    gamma = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(z @ gamma, -500, 500)))
        step = np.linalg.lstsq((z * (chance * (1 - chance))[:, None]).T @ z, z.T @ (d - chance), rcond=None)[0]
        gamma = gamma + step
        if np.abs(z @ gamma).max() > 35:
            break
        if np.abs(step).max() < 1e-12 * max(1.0, float(np.abs(gamma).max())):
            chance = np.minimum(1 / (1 + np.exp(-(z @ gamma))), _NEAR_ONE)
            return chance, np.linalg.pinv((x * (chance * (1 - chance))[:, None]).T @ x / len(d))
    raise CannotTell("试点与对照单位在协变量上没有重叠", where="双重稳健估计", mend="减少协变量，或另选对照单位")
