"""A panel of one common start, folded to two periods, before and after: serial correlation then cannot mislead.

Bertrand, Duflo & Mullainathan 2004, Quarterly Journal of Economics 119:249–275, section IV.C.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]

PERIODS = ("试点前", "试点后")


def collapsed(panel: Panel) -> Panel:
    """Return the two-period panel: counts and exposures summed, other outcomes averaged (by weight) over the rows there are.

    Units without a row on either side are left out. Raises `CannotTell` for several starts, or where no unit of a group is left.
    """
    if len(panel.cohorts) != 1:
        raise CannotTell("试点起始不止一个，不能合并成前后两期", where="两组两期", mend="改用分批双重差分")
    after = np.arange(panel.n_periods) >= panel.cohorts[0]
    sides = [panel.present & (after == late)[None, :] for late in (False, True)]
    both = np.asarray(sides[0].any(axis=1) & sides[1].any(axis=1))
    used = panel.kept(both)
    sides = [s[both] for s in sides]
    if not used.treated.any() or used.treated.all():
        raise CannotTell("试点或对照一方没有前后都有数的单位", where="两组两期", mend="补报缺的单位期")
    weight = None if used.weight is None else _folded(np.nan_to_num(used.weight), sides)
    if used.exposure is not None:
        outcome, exposure = (_folded(np.nan_to_num(a), sides) for a in (used.outcome, used.exposure))
    else:
        own = np.ones_like(used.outcome) if used.weight is None else np.nan_to_num(used.weight)
        outcome, exposure = _weighted_means(np.nan_to_num(used.outcome), own, sides), None
    rows = np.stack([np.where(s, used.rows, -1).max(axis=1) for s in sides], axis=1)
    covariates = None if used.covariates is None else used.covariates[:, [panel.cohorts[0] - 1, panel.cohorts[0]], :]
    return replace(used, periods=PERIODS, outcome=outcome, exposure=exposure, weight=weight, rows=rows, absorb=None, dose=None,
                   covariates=covariates, start=np.where(used.treated, 1, 2).astype(np.int64))


def _folded(values: Floats, sides: list[NDArray[np.bool_]]) -> Floats:
    """Return N×2: sums of *values* before and after."""
    return np.stack([(values * s).sum(axis=1) for s in sides], axis=1)


def _weighted_means(values: Floats, own: Floats, sides: list[NDArray[np.bool_]]) -> Floats:
    """Return N×2: means of *values* before and after, weighted by *own*."""
    return np.stack([(values * own * s).sum(axis=1) / (own * s).sum(axis=1) for s in sides], axis=1)
