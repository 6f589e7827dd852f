"""Taking unit and period effects out of a panel, exactly: one small linear system instead of alternating projections.

With weights W (N×T, 0 where there is no row) the unit effects are eliminated by hand and the others (periods, region by
year) solve a Schur complement of their own size (Frisch & Waugh 1933; Lovell 1963).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Absorber:
    """Unit effects and further effects of weighted cells.

    *weight* N×T ≥ 0; *codes* N×T, the further effect of each cell (None: the period); *inverse* K×K, the pseudo-inverse of
    the Schur complement; *unit_sum* N. *extra* adds the period effect where *codes* do not contain it.
    """

    weight: Floats
    unit_sum: Floats
    inverse: Floats
    codes: Ints | None
    cross: Floats

    @classmethod
    def of(cls, weight: Floats, codes: Ints | None = None) -> Absorber:
        """Return the absorber of unit effects and of the effects *codes* (None: periods)."""
        unit_sum = weight.sum(axis=1)
        safe = np.where(unit_sum > 0, unit_sum, 1.0)
        cross = weight if codes is None else cross_sums(weight, codes)
        schur = np.diag(cross.sum(axis=0)) - (cross / safe[:, None]).T @ cross
        return cls(weight, safe, np.asarray(np.linalg.pinv(schur, rcond=1e-11, hermitian=True), dtype=np.float64), codes, cross)

    def gather(self, weighted: Floats) -> Floats:
        """Return the sums of *weighted* values (…×N×T) over the further effects (…×K)."""
        if self.codes is None:
            return np.asarray(weighted.sum(axis=-2))
        flat = self.codes.ravel()
        keep = flat >= 0
        stacked = weighted.reshape(-1, flat.size)
        sums = [np.bincount(flat[keep], row[keep], minlength=self.cross.shape[1]) for row in stacked]
        return np.asarray(sums, dtype=np.float64).reshape(*weighted.shape[:-2], -1)

    def effects(self, values: Floats) -> tuple[Floats, Floats]:
        """Return unit effects (…×N) and further effects (…×K) of the weighted least squares fit to *values* (…×N×T)."""
        return self.solve((self.weight * values).sum(axis=-1), self.gather(self.weight * values))

    def solve(self, unit_total: Floats, further_total: Floats) -> tuple[Floats, Floats]:
        """Return the effects whose fitted values have these weighted sums, by unit (…×N) and further effect (…×K)."""
        further = (further_total - (unit_total / self.unit_sum) @ self.cross) @ self.inverse
        return (unit_total - further @ self.cross.T) / self.unit_sum, further

    def fitted(self, unit: Floats, further: Floats) -> Floats:
        """Return …×N×T: unit effect plus further effect of each cell."""
        spread = further[..., None, :] if self.codes is None else further[..., self.codes]
        return np.asarray(unit[..., :, None] + spread)

    def residual(self, values: Floats) -> Floats:
        """Return *values* (…×N×T) less the fitted effects; 0 where the weight is 0."""
        return np.where(self.weight > 0, values - self.fitted(*self.effects(values)), 0.0)

    def rank(self) -> int:
        """Return the number of further effects that unit effects do not already contain."""
        return int(np.linalg.matrix_rank(self.inverse, hermitian=True, tol=1e-9 * max(1e-300, float(np.abs(self.inverse).max()))))


def absorber(panel: Panel, weight: Floats | None = None) -> Absorber:
    """Return the absorber of the unit effects and the period effects (or the panel's further effect) of *panel*.

    *weight* (N×T) replaces the panel's weights; cells without a row always weigh 0.
    """
    given = panel.weight if weight is None else weight
    cells = np.where(panel.present, 1.0 if given is None else np.nan_to_num(given), 0.0)
    return Absorber.of(cells, None if panel.absorb is None else _with_periods(panel.absorb))


def _with_periods(codes: Ints) -> Ints:
    """Return codes of (further effect, period): a region by year; −1 where there is no row."""
    t = codes.shape[1]
    _, made = np.unique(codes * t + np.arange(t)[None, :], return_inverse=True)
    return np.where(codes >= 0, made.reshape(codes.shape), -1)


def cross_sums(weight: Floats, codes: Ints) -> Floats:
    """Return N×K: each unit's weight in each further effect."""
    n, k = weight.shape[0], int(codes.max()) + 1
    keep = codes >= 0
    place = (np.arange(n)[:, None] * k + codes)[keep]
    return np.asarray(np.bincount(place, weight[keep], minlength=n * k), dtype=np.float64).reshape(n, k)
