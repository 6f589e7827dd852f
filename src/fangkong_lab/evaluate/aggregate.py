"""From many ATT(g, t) to what is reported: simple, by time since the start, by cohort, by calendar period.

Callaway & Sant'Anna 2021, section 3.2; cohorts weigh by their share of the units, and the influence of estimating those
shares is included, as in R's ``did::aggte``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.kinds import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.group_time import GroupTime

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class By(Kind):
    """What the effects are gathered by."""

    SIMPLE = "simple", "全部试点后各期"
    DYNAMIC = "dynamic", "距试点起始期数"
    GROUP = "group", "试点批次"
    CALENDAR = "calendar", "日历期"


@dataclass(frozen=True, eq=False)
class Aggregate:
    """*at* L (relative period, cohort or period index), *estimate* L, *influence* N×L; *overall* and *overall_influence* N."""

    by: By
    at: Ints
    estimate: Floats
    influence: Floats
    overall: float
    overall_influence: Floats


def aggregate(effects: GroupTime, by: By) -> Aggregate:
    """Return the effects gathered *by*. The overall value is the simple mean over relative or calendar periods from the
    start on, the share-weighted mean over cohorts, or for SIMPLE the share-weighted mean of all.
    """
    after = effects.relative >= 0
    if by is By.SIMPLE:
        value, psi = _weighted(effects, np.flatnonzero(after))
        return Aggregate(by, np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros((len(psi), 0)), value, psi)
    if by is By.GROUP:
        return _by_group(effects, after)
    key = effects.relative if by is By.DYNAMIC else effects.period
    chosen = np.ones_like(after) if by is By.DYNAMIC else after
    at = np.unique(key[chosen])
    parts = [_weighted(effects, np.flatnonzero((key == k) & chosen)) for k in at]
    estimate, psi = np.array([p[0] for p in parts]), np.stack([p[1] for p in parts], axis=1)
    counted = at >= 0 if by is By.DYNAMIC else np.ones(len(at), dtype=bool)
    return Aggregate(by, at, estimate, psi, float(estimate[counted].mean()), psi[:, counted].mean(axis=1))


def _weighted(effects: GroupTime, cells: Ints) -> tuple[float, Floats]:
    """Return the share-weighted mean of the effects *cells* and its influence, that of the shares included."""
    share, att = effects.shares()[cells], effects.att[cells]
    total = share.sum()
    value = float(share @ att / total)
    member = (effects.panel.start[:, None] == effects.cohort[cells][None, :]) - share
    return value, effects.influence[:, cells] @ (share / total) + member @ ((att - value) / total)


def _by_group(effects: GroupTime, after: NDArray[np.bool_]) -> Aggregate:
    """Return each cohort's mean over its treated periods, and their share-weighted mean."""
    cohorts = np.unique(effects.cohort[after])
    cells = [np.flatnonzero(after & (effects.cohort == g)) for g in cohorts]
    estimate = np.array([effects.att[c].mean() for c in cells])
    psi = np.stack([effects.influence[:, c].mean(axis=1) for c in cells], axis=1)
    member = effects.panel.start[:, None] == cohorts[None, :]
    share = member.mean(axis=0)
    overall = float(share @ estimate / share.sum())
    spread = (member - share) @ ((estimate - overall) / share.sum())
    return Aggregate(By.GROUP, cohorts, estimate, psi, overall, psi @ (share / share.sum()) + spread)


def clustered(influence: Floats, cluster: Ints) -> Floats:
    """Return the influence (N×L or N) summed over the clusters; as it is where each unit is its own."""
    groups = int(cluster.max()) + 1
    if groups == len(cluster):
        return influence
    out = np.zeros((groups, *influence.shape[1:]))
    np.add.at(out, cluster, influence)
    return out


def covariance(influence: Floats, cluster: Ints) -> Floats:
    """Return the L×L covariance of estimates with *influence* N×L, clustered."""
    summed = clustered(influence, cluster)
    return np.asarray(summed.T @ summed / len(influence) ** 2)
