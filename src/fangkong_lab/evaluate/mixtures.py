"""Many mixtures with a ridge at once: the exact weights of every placebo in a dozen rounds of matrix products.

min ½‖Aw − b‖² + ½ρ‖w‖² over weights that are none of them negative and sum to one has the dual unknowns r (the residual, as many as periods) and μ
(of the sum), w = max(0, μ − Aᵀr)/ρ; Newton's method on that smooth concave problem ends in finitely many steps (Qi & Sun 1993, Mathematical Programming
58:353–367). Its systems have the size of the periods, not of the units, and placebos share A.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.simplex import simplex_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

ROUNDS, HALVINGS = 60, 40
CLOSE = 1e-9
WEAKEST = 1e-8  # ridge over squared scale below which the dual loses its digits: then each is solved by itself
RISE = 1e-4


def ridged_mixtures(matrix: Floats, targets: Floats, ridges: Floats, allowed: Bools) -> Floats:
    """Return B×N weights: row b mixes the columns of *matrix* (T×N) marked in *allowed* (B×N) nearest to *targets* (B×T), *ridges* (B) ·‖w‖² added to the
    squared distance; exact up to rounding. Every row of *allowed* has at least one column.
    """
    scale = float(np.sqrt((matrix**2).sum(axis=0).max())) or 1.0
    rho = ridges / scale**2
    weights, settled = np.zeros(allowed.shape), np.zeros(len(targets), dtype=bool)
    strong = np.flatnonzero(rho >= WEAKEST)
    if len(strong):
        found, sound = _newton(matrix / scale, targets[strong] / scale, rho[strong], allowed[strong])
        weights[strong[sound]], settled[strong[sound]] = found[sound], True
    for k in np.flatnonzero(~settled):
        row = allowed[k]
        weights[k, row] = simplex_weights(matrix[:, row], targets[k], float(ridges[k]))
    return weights


def _newton(matrix: Floats, targets: Floats, rho: Floats, allowed: Bools) -> tuple[Floats, Bools]:
    """Return the weights and whether they meet the conditions of the optimum."""
    rays = np.column_stack([-matrix.T, np.ones(matrix.shape[1])])  # N×(T+1): w = max(0, rays · (r, μ))/ρ
    size = rays.shape[1]
    products = (rays[:, :, None] * rays[:, None, :]).reshape(len(rays), -1)
    linear = np.column_stack([-targets, np.ones(len(targets))])
    fixed = np.diag(np.append(np.ones(size - 1), 1e-14))
    point = np.linalg.solve(fixed + (allowed @ products).reshape(-1, size, size) / rho[:, None, None], linear[..., None])[..., 0]
    sound, last = np.zeros(len(targets), dtype=bool), point
    for _ in range(ROUNDS):
        at = np.flatnonzero(~sound)
        given = (rays, linear[at], rho[at], allowed[at])
        height, slope, active = _dual(last[at], given)
        sound[at] = np.abs(slope).max(axis=1) <= CLOSE
        if sound.all():
            break
        curve = fixed + (active @ products).reshape(-1, size, size) / rho[at][:, None, None]
        last = last.copy()
        last[at] = _climbed(last[at], np.linalg.solve(curve, slope[..., None])[..., 0], (height, slope), given)
    weights = np.maximum(0.0, last @ rays.T) * allowed / rho[:, None]
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total > 0, total, 1.0), sound


_Given = tuple["Floats", "Floats", "Floats", "Bools"]


def _dual(point: Floats, given: _Given) -> tuple[Floats, Floats, Floats]:
    """Return the dual's value (B), its slope (B×(T+1)) and which weights are positive (B×N)."""
    rays, linear, rho, allowed = given
    weights = np.maximum(0.0, point @ rays.T) * allowed / rho[:, None]
    slope = linear - weights @ rays
    slope[:, :-1] -= point[:, :-1]
    height = (linear * point).sum(axis=1) - (point[:, :-1] ** 2).sum(axis=1) / 2 - rho * (weights**2).sum(axis=1) / 2
    return height, slope, (weights > 0).astype(np.float64)


def _climbed(point: Floats, step: Floats, old: tuple[Floats, Floats], given: _Given) -> Floats:
    """Return *point* moved along *step*, the length halved where the dual would not rise."""
    height, slope = old
    gain, length = (slope * step).sum(axis=1), np.ones(len(point))
    for _ in range(HALVINGS):
        short = _dual(point + length[:, None] * step, given)[0] < height + RISE * length * gain - 1e-14 * np.abs(height)
        if not short.any():
            break
        length = np.where(short, length / 2, length)
    return np.asarray(point + length[:, None] * step)
