"""Staggered pilots on counts: unit and period effects of a Poisson model learnt from untreated cells, filled into treated ones.

The ratio is events seen in treated cells over events expected there without the pilot, as Wooldridge 2023, Econometrics Journal
26:C31–C66, with the imputation of Borusyak, Jaravel & Spiess 2024; robust to any variance, clustered by unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.evaluate.absorb import Absorber, absorber
from fangkong_lab.evaluate.aggregate import Aggregate, By

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_STEPS = 200


@dataclass(frozen=True, eq=False)
class Expected:
    """*expected* N×T: counts without the pilot (NaN where they cannot be told); *dropped_units* had no event while untreated."""

    panel: Panel
    absorb: Absorber
    expected: Floats
    dropped_units: int

    @property
    def cells(self) -> Bools:
        """Return N×T: treated cells with an expected count."""
        return np.asarray(self.panel.present & self.panel.status & np.isfinite(self.expected))


def expect(panel: Panel) -> Expected:
    """Return the counts expected without the pilot. `CannotTell` where no treated cell can be told or nothing converges."""
    if panel.exposure is None:
        raise BadInput("没有给出暴露量", where="泊松双重差分", mend="给出分母一栏（如在册人数），或改用差值")
    open_cells = panel.present & ~panel.status
    eventful = np.asarray(np.where(open_cells, panel.outcome, 0.0).sum(axis=1) > 0)
    used = panel.kept(eventful)
    open_cells = used.present & ~used.status
    seen = np.where(open_cells, used.outcome, 0.0).sum(axis=0) > 0
    logs, absorb = _fitted(used, open_cells & seen[None, :])
    exposure = np.where(used.present, used.exposure, 1.0)  # type: ignore[arg-type]
    known = used.present & seen[None, :] if absorb.codes is None else used.present & (absorb.cross.sum(axis=0) > 0)[absorb.codes]
    made = Expected(used, absorb, np.where(known, exposure * np.exp(logs), np.nan), int((~eventful).sum()))
    if not made.cells.any():
        raise CannotTell("试点后各期没有未试点的单位可比", where="泊松插补", mend="补报对照单位")
    return made


def _fitted(panel: Panel, cells: Bools) -> tuple[Floats, Absorber]:
    """Return the log rates (N×T) of the Poisson fit to *cells*, and the absorber with its last weights."""
    assert panel.exposure is not None
    y, exposure = np.where(cells, panel.outcome, 0.0), np.where(cells, panel.exposure, 1.0)
    mean = np.where(cells, (y + y.sum() / exposure[cells].sum() * exposure) / 2, 1.0)
    last = math.inf
    for _ in range(_STEPS):
        absorb = absorber(panel, np.where(cells, mean, 0.0))
        working = np.where(cells, np.log(mean / exposure) + (y - mean) / mean, 0.0)
        logs = np.clip(absorb.fitted(*absorb.effects(working)), -60, 60)
        mean = np.where(cells, exposure * np.exp(logs), 1.0)
        deviance = float((y * logs - mean)[cells].sum())
        if abs(deviance - last) <= 1e-13 * (abs(deviance) + 1):
            return logs, absorber(panel, np.where(cells, mean, 0.0))
        last = deviance
    raise CannotTell("未试点各期的计数太少，期望数无法估计", where="泊松插补", mend="合并时期或单位，或只列数量")


def gather_counts(made: Expected) -> Aggregate:
    """Return log ratios by periods since the start (0 on), and of all treated cells as the overall value; NaN where no event."""
    panel, cells = made.panel, made.cells
    relative = np.arange(panel.n_periods)[None, :] - panel.start[:, None]
    at = np.unique(relative[cells])
    targets = np.stack([cells, *(cells & (relative == e) for e in at)]).astype(np.float64)
    seen, expected = np.where(cells, panel.outcome, 0.0), np.where(cells, made.expected, 0.0)
    total_seen, total = (targets * seen).sum(axis=(1, 2)), (targets * expected).sum(axis=(1, 2))
    with np.errstate(divide="ignore"):
        estimate = np.log(total_seen / total)
    influence = _influence(made, targets, np.exp(estimate), total)
    return Aggregate(By.DYNAMIC, at, estimate[1:], influence[:, 1:], float(estimate[0]), influence[:, 0])


def _influence(made: Expected, targets: Floats, ratio: Floats, total: Floats) -> Floats:
    """Return N×L: what each unit adds to the error of the log ratios.

    A pilot unit with share h of the expected events counts 1/(1 − h) times, as leaving it out would move the ratio: large units
    among few pilots would else err in 8 % instead of 5 %.
    """
    panel, absorb = made.panel, made.absorb
    filled = targets * np.nan_to_num(made.expected)
    own = (targets * np.nan_to_num(panel.outcome)).sum(axis=2) / np.maximum(ratio, 1e-300)[:, None] - filled.sum(axis=2)
    share = filled.sum(axis=2) / total[:, None]
    own = own / np.maximum(1 - share, 1e-3)
    a, b = absorb.solve(filled.sum(axis=2), absorb.gather(filled))
    left = np.where(absorb.weight > 0, np.nan_to_num(panel.outcome) - np.nan_to_num(made.expected), 0.0)
    learnt = (absorb.fitted(a, b) * left).sum(axis=2)
    return np.asarray(((own - learnt) / total[:, None]).T * panel.n_units)
