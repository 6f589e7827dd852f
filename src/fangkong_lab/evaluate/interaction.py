"""Staggered pilots by interaction weighting: one coefficient per cohort and period since the start, in one regression.

Sun & Abraham 2021, Journal of Econometrics 225:175–199; as R's ``fixest::sunab``. The base is the last period before the start.
Where every unit is treated in the end, the last cohort is the comparison and its treated periods are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.absorb import Absorber, absorber
from fangkong_lab.evaluate.group_time import GroupTime

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def sun_abraham(panel: Panel) -> GroupTime:
    """Return the coefficients δ(g, e) as effects of cohort and period, to be gathered by `aggregate.aggregate`.

    Raises `CannotTell` where there are fewer than two cohorts to compare, never treated counted as one.
    """
    used = _with_comparison(panel)
    cells = [(g, t) for g in used.cohorts for t in range(used.n_periods) if t != g - 1 and _seen(used, g, t)]
    if not cells:
        raise CannotTell("没有可比的单位", where="Sun–Abraham", mend="补报对照单位")
    cohort, period = (np.array(c) for c in zip(*cells, strict=True))
    att, influence = _regressed(used, cohort, period)
    fewest = np.array([min(int((used.start == g).sum()), int((~used.treated).sum())) for g in cohort])
    return GroupTime(used, cohort, period, att, influence, fewest)


def _seen(panel: Panel, g: int, t: int) -> bool:
    """Say whether cohort *g* has a row in period *t*."""
    return bool(panel.present[panel.start == g, t].any())


def _with_comparison(panel: Panel) -> Panel:
    """Return the panel without units treated from the first period on, and with a comparison cohort."""
    used = panel.kept(panel.start > 0) if panel.always else panel
    if not used.treated.all():
        return used
    if len(used.cohorts) < 2:
        raise CannotTell("所有单位同时试点，没有对照", where="Sun–Abraham", mend="补报对照单位")
    last = used.cohorts[-1]

    def cut(array: Floats | Ints | None) -> Floats | Ints | None:
        return None if array is None else array[:, :last]

    parts = {name: cut(getattr(used, name)) for name in ("outcome", "rows", "exposure", "weight", "absorb", "dose", "covariates")}
    return replace(used, periods=used.periods[:last], start=np.minimum(used.start, last), **parts)  # type: ignore[arg-type]


def _regressed(panel: Panel, cohort: Ints, period: Ints) -> tuple[Floats, Floats]:
    """Return the K coefficients and their influence (N×K)."""
    absorb = absorber(panel)
    own = np.where(panel.present, panel.rates(), 0.0)
    y = absorb.residual(own)
    if absorb.codes is None and bool((absorb.weight == 1.0).all()):
        return _by_cohort(panel, y, cohort, period)
    dummies = (panel.start[None, :, None] == cohort[:, None, None]) & (np.arange(panel.n_periods) == period[:, None, None])
    x = absorb.residual(dummies.astype(np.float64))
    weighted = (x * absorb.weight).reshape(len(cohort), -1)
    bread = np.linalg.pinv(weighted @ x.reshape(len(cohort), -1).T, rcond=1e-11, hermitian=True)
    beta = bread @ (weighted @ y.ravel())
    left = y - np.tensordot(beta, x, axes=1)
    score = np.einsum("knt,nt->nk", x, absorb.weight * left)
    return beta, score @ bread * panel.n_units


def _by_cohort(panel: Panel, y: Floats, cohort: Ints, period: Ints) -> tuple[Floats, Floats]:
    """Return the same for a balanced panel from the cohorts' means: the regressors do not differ within a cohort."""
    starts, kind, size = np.unique(panel.start, return_inverse=True, return_counts=True)
    weight = np.repeat(size[:, None].astype(np.float64), panel.n_periods, axis=1)
    dummies = (starts[None, :, None] == cohort[:, None, None]) & (np.arange(panel.n_periods) == period[:, None, None])
    x = Absorber.of(weight).residual(dummies.astype(np.float64))
    means = np.stack([y[kind == c].mean(axis=0) for c in range(len(starts))])
    flat = x.reshape(len(cohort), -1)
    bread = np.linalg.pinv((flat * weight.ravel()) @ flat.T, rcond=1e-11, hermitian=True)
    beta = bread @ (flat @ (weight * means).ravel())
    score = np.empty((panel.n_units, len(cohort)))
    fitted = np.tensordot(beta, x, axes=1)
    for c in range(len(starts)):
        rows = kind == c
        score[rows] = (y[rows] - fitted[c]) @ x[:, c, :].T
    return beta, score @ bread * panel.n_units
