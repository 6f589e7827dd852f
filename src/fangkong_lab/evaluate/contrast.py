"""Balanced panels: an estimate as a weighted sum of the cohorts' mean paths, so that placebo laws cost one product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.settings import Controls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Contrast:
    """Estimate = sum over cohorts c of ⟨weights[c], mean path of c⟩. *starts* C (T = never), *sizes* C, *weights* C×T."""

    starts: Ints
    sizes: Ints
    weights: Floats

    def values(self, outcome: Floats) -> Floats:
        """Return N×C: what a unit adds to the estimate were it in cohort c."""
        return np.asarray(outcome @ self.weights.T / self.sizes)

    def labels(self, start: Ints) -> Ints:
        """Return N: each unit's cohort, as an index into *starts*."""
        return np.asarray(np.searchsorted(self.starts, start), dtype=np.int64)

    def estimate(self, outcome: Floats, start: Ints) -> float:
        """Return the estimate for *outcome* N×T."""
        values = self.values(outcome)
        return float(values[np.arange(len(values)), self.labels(start)].sum())


def two_by_two(panel: Panel) -> Contrast:
    """Return the contrast of mean changes, before and from the start on, of units treated and not (one common start)."""
    t, g = panel.n_periods, panel.cohorts[0]
    path = np.where(np.arange(t) >= g, 1 / (t - g), -1 / g)
    starts = np.array([g, t])
    return Contrast(starts, np.array([(panel.start == s).sum() for s in starts]), np.stack([path, -path]))


def two_way(panel: Panel) -> Contrast:
    """Return the contrast of the two-way fixed effects estimate of a balanced panel: treatment with both effects taken out."""
    starts, sizes = np.unique(panel.start, return_counts=True)
    active = (np.arange(panel.n_periods)[None, :] >= starts[:, None]).astype(np.float64)
    share = sizes / sizes.sum()
    left = active - active.mean(axis=1, keepdims=True) - (share @ active)[None, :] + float(share @ active.mean(axis=1))
    weights = sizes[:, None] * left
    return Contrast(starts, sizes, weights / float((sizes[:, None] * left * left).sum()))


def imputed(panel: Panel) -> Contrast:
    """Return the contrast of the imputation estimate (`filling`) of a balanced panel: its weights are the same within a cohort."""
    from fangkong_lab.evaluate.filling import cell_weights, impute

    cells = cell_weights(impute(panel))
    starts, kind, sizes = np.unique(panel.start, return_inverse=True, return_counts=True)
    return Contrast(starts, sizes, np.stack([cells[kind == c].sum(axis=0) for c in range(len(starts))]))


def staggered(panel: Panel, controls: Controls) -> Contrast:
    """Return the contrast of the simple Callaway–Sant'Anna average of a balanced panel without covariates or weights.

    Raises `CannotTell` where some cohort has nobody to be compared with.
    """
    t = panel.n_periods
    starts = np.unique(panel.start)
    sizes = np.array([(panel.start == s).sum() for s in starts])
    weights = np.zeros((len(starts), t))
    total = 0.0
    for c, g in enumerate(starts):
        for p in range(int(g), t):
            against = (starts >= t) if controls is Controls.NEVER else (starts > p)
            if not against.any():
                continue
            total += sizes[c]
            share = np.where(against, sizes, 0) / sizes[against].sum()
            weights[c, p] += sizes[c]
            weights[c, g - 1] -= sizes[c]
            weights[:, p] -= sizes[c] * share
            weights[:, g - 1] += sizes[c] * share
    if total == 0:
        raise CannotTell("没有可比的单位", where=controls.label, mend="补报对照单位，或改用「尚未试点的单位」作对照")
    return Contrast(starts, sizes, weights / total)
