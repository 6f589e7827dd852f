"""Staggered pilots by imputation: unit and period effects are learnt from untreated cells only and filled into treated ones.

Borusyak, Jaravel & Spiess 2024, Review of Economic Studies 91:3253–3285: efficient under homoskedasticity, any panel, balanced
or not; the conservative standard error of their theorem 3, treated cells centred by cohort and period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.absorb import Absorber, absorber
from fangkong_lab.evaluate.aggregate import Aggregate, By

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Imputed:
    """*effect* N×T, the treated cells' own effects (NaN elsewhere); *panel* the one used; *missing* treated cells without any
    untreated unit in their period, which have no effect.
    """

    panel: Panel
    absorb: Absorber
    effect: Floats
    residual: Floats
    missing: int

    @property
    def cells(self) -> Bools:
        """Return N×T: the treated cells that have an effect."""
        return np.isfinite(self.effect)


def impute(panel: Panel) -> Imputed:
    """Return each treated cell's effect. Units without an untreated cell are left out.

    Raises `CannotTell` where no treated cell has an untreated unit in its period.
    """
    open_cells = panel.present & ~panel.status
    used = panel.kept(np.asarray(open_cells.any(axis=1)))
    open_cells = used.present & ~used.status
    own = np.ones_like(used.outcome) if used.weight is None else np.nan_to_num(used.weight)
    absorb = absorber(used, np.where(open_cells, own, 0.0))
    values = np.where(used.present, used.rates(), 0.0)
    unit, further = absorb.effects(values)
    gap = values - absorb.fitted(unit, further)
    known = _known(absorb, used)
    cells = used.present & used.status & known
    if not cells.any():
        raise CannotTell("试点后各期没有未试点的单位", where="插补估计", mend="补报对照单位")
    missing = int((used.present & used.status & ~known).sum())
    return Imputed(used, absorb, np.where(cells, gap, np.nan), np.where(open_cells, gap, 0.0), missing)


def _known(absorb: Absorber, panel: Panel) -> Bools:
    """Return N×T: is the cell's further effect learnt from untreated cells at all."""
    seen = absorb.cross.sum(axis=0) > 0
    if absorb.codes is None:
        return np.broadcast_to(seen[None, :], panel.outcome.shape)
    return np.asarray(seen[absorb.codes])


def gather(imputed: Imputed) -> Aggregate:
    """Return the effects by periods since the start (0 on), and their mean over all treated cells as the overall value."""
    panel, cells = imputed.panel, imputed.cells
    own = np.ones_like(panel.outcome) if panel.weight is None else np.nan_to_num(panel.weight)
    relative = np.arange(panel.n_periods)[None, :] - panel.start[:, None]
    at = np.unique(relative[cells])
    targets = np.stack([cells, *(cells & (relative == e) for e in at)]).astype(float) * own
    targets /= targets.sum(axis=(1, 2), keepdims=True)
    estimate = (targets * np.nan_to_num(imputed.effect)).sum(axis=(1, 2))
    influence = _influence(imputed, targets)
    return Aggregate(By.DYNAMIC, at, estimate[1:], influence[:, 1:], float(estimate[0]), influence[:, 0])


def cell_weights(imputed: Imputed) -> Floats:
    """Return N×T: the weight of each cell's outcome in the overall value."""
    targets = imputed.cells / imputed.cells.sum()
    a, b = imputed.absorb.solve(targets.sum(axis=1), imputed.absorb.gather(targets))
    return np.asarray(targets - imputed.absorb.weight * imputed.absorb.fitted(a, b))


def _influence(imputed: Imputed, targets: Floats) -> Floats:
    """Return N×L: what each unit adds to the error of the mean effects with weights *targets* (L×N×T)."""
    absorb, panel = imputed.absorb, imputed.panel
    sums = absorb.gather(targets)
    a, b = absorb.solve(targets.sum(axis=2), sums)
    centred = imputed.effect - _cohort_means(imputed)
    treated = (targets * np.where(imputed.cells, centred, 0.0)).sum(axis=2)
    # Weights of the untreated cells: minus what each adds to the fitted effects of the treated ones.
    untreated = -(absorb.weight * absorb.fitted(a, b) * imputed.residual).sum(axis=2)
    return np.asarray((treated + untreated).T * panel.n_units)


def _cohort_means(imputed: Imputed) -> Floats:
    """Return N×T: the mean effect of the cell's cohort in its period; of all treated cells for a cohort of one unit, whose own
    mean would leave no spread.
    """
    out = np.full_like(imputed.effect, np.nan)
    for g in imputed.panel.cohorts:
        rows = imputed.panel.start == g
        if rows.sum() < 2:
            out[rows] = np.nanmean(imputed.effect)
            continue
        block = imputed.effect[rows]
        count = np.isfinite(block).sum(axis=0)
        out[rows] = np.where(count > 0, np.nansum(block, axis=0) / np.maximum(count, 1), np.nan)
    return out
