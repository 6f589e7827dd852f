"""Empirical-Bayes shrinkage of units' rates, and intervals of ranks: the answer where a ranking is asked for.

Model: events ~ Poisson(expected × θ), θ ~ Gamma(ν, α), mean ν/α. Clayton & Kaldor 1987, Biometrics 43:671–681 (as R's
``DCluster::empbaysmooth``); Marshall 1991, Applied Statistics 40:283–294 (as R's ``spdep::EBest``); rank intervals as
Goldstein & Spiegelhalter 1996, JRSS A 159:385–443.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.measure.funnel import FEWEST_UNITS
from fangkong_lab.measure.interval import Interval
from fangkong_lab.streams import stream

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 4000
TOLERANCE = 1e-5
NO_SPREAD = 1e7  # an α beyond this shrinks every unit to the mean
LONGEST = 10_000


@dataclass(frozen=True)
class Prior:
    """The gamma distribution of units' relative rates: shape *nu*, rate *alpha*; None where no spread is seen."""

    nu: float | None
    alpha: float | None

    @property
    def spread_seen(self) -> bool:
        """Say whether units differ by more than chance."""
        return self.nu is not None


@dataclass(frozen=True)
class Shrunk:
    """One unit: *raw* and *shrunk* relative rate (1 = all units together), *bounds* of the latter, *ranks* [low, high]."""

    unit: str
    events: float
    size: float
    raw: float
    shrunk: float
    bounds: Interval
    ranks: tuple[int, int]


@dataclass(frozen=True)
class Ranking:
    """Shrunken relative rates and rank intervals of units (rank 1 = highest)."""

    units: tuple[Shrunk, ...]
    prior: Prior
    level: float
    measure: str
    target: float

    def table(self) -> pd.DataFrame:
        """Return one row per unit, sorted by unit code."""
        import pandas as pd

        return pd.DataFrame([{"单位": u.unit, "数量": u.events, "分母": u.size, "原始比值": u.raw, "收缩后比值": u.shrunk,
                              "区间下端": u.bounds.low, "区间上端": u.bounds.high,
                              "名次区间": f"{u.ranks[0]}–{u.ranks[1]}"} for u in self.units])

    def basis_line(self) -> str:
        """Return the 口径 line."""
        return f"口径：{self.measure}；相对于全部单位合计的率；经验贝叶斯收缩；{self.level:.0%}区间"

    def sentence(self) -> str:
        """Return what may be said instead of a league table."""
        if not self.prior.spread_seen:
            return f"各单位之间没有看得出的差异，{len(self.units)}个单位不分名次。{self.basis_line()}。"
        widths = [u.ranks[1] - u.ranks[0] + 1 for u in self.units]
        firm = [u.unit for u in self.units if u.ranks[0] == u.ranks[1]]
        named = f"名次可以确定的有{'、'.join(firm)}" if firm else "没有一个单位的名次可以确定"
        return f"{len(self.units)}个单位的名次区间平均跨{np.mean(widths):.0f}位，{named}；不宜排名。{self.basis_line()}。"


def clayton_kaldor(events: np.ndarray, expected: np.ndarray, tolerance: float = TOLERANCE) -> Prior:
    """Return the gamma prior by Clayton & Kaldor's moment iteration, with the start and stopping rule of R's DCluster.

    It stops where mean and variance of the smoothed rates each move by at most *tolerance* times the sum of old and new
    (R: 1e-5, which leaves about five figures). No spread beyond chance: α grows without end and the prior is
    `Prior(None, None)`. All *expected* must be above zero.
    """
    raw = events / expected
    mean, variance = float(raw.mean()), float(raw.var(ddof=1))
    for _ in range(LONGEST):
        if variance <= 0 or mean / variance > NO_SPREAD:
            break
        alpha, nu = mean / variance, mean**2 / variance
        theta = (events + nu) / (expected + alpha)
        new_mean = float(theta.mean())
        new_variance = float(((1 + alpha / expected) * (theta - new_mean) ** 2).sum() / (len(events) - 1))
        still = abs(new_mean - mean) <= tolerance * (new_mean + mean)
        if still and abs(new_variance - variance) <= tolerance * (new_variance + variance):
            return Prior(nu, alpha)
        mean, variance = new_mean, new_variance
    return Prior(None, None)


def marshall(events: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return Marshall's global empirical-Bayes rates (moments, population-weighted); the common rate where no spread is seen."""
    raw = events / size
    mean = events.sum() / size.sum()
    variance = float((size * (raw - mean) ** 2).sum() / size.sum() - mean / size.mean())
    if variance <= 0:
        return np.full(len(raw), mean)
    return np.asarray(mean + (raw - mean) * variance / (variance + mean / size), dtype=float)


def rank_units(frame: pd.DataFrame, measure: str, *, level: float = 0.95, seed: int = 0) -> Ranking:
    """Return shrunken relative rates with rank intervals from a *frame* of unit, events, size (one row a unit).

    Rates are relative to all units together. Rank intervals come from 4,000 draws of all units' posterior
    Gamma(events + ν, expected + α), by fixed *seed*; with no spread seen every unit has the rank interval [1, N]. Raises
    as `funnel`: `CannotTell` below five units or without events, `BadInput` for sizes ≤ 0 or a unit twice.
    """
    rows = _checked(frame)
    events, size = rows["events"].to_numpy(float), rows["size"].to_numpy(float)
    target = float(events.sum() / size.sum())
    if target == 0:
        raise CannotTell(f"「{measure}」全为零，没有可比的差异", mend="只列数量")
    expected = size * target
    prior = clayton_kaldor(events, expected)
    shrunk, bounds, ranks = _posterior(events, expected, prior, level, seed)
    units = tuple(Shrunk(str(u), float(e), float(n), float(e / x), float(s), b, r) for u, e, n, x, s, b, r in
                  zip(rows["unit"], events, size, expected, shrunk, bounds, ranks, strict=True))
    return Ranking(units, prior, level, measure, target)


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    missing = [c for c in ("unit", "events", "size") if c not in frame.columns]
    if missing:
        raise BadInput(f"缺少列：{'、'.join(missing)}", mend="补上 unit、events、size")
    rows = frame.sort_values("unit", key=lambda s: s.astype(str)).reset_index(drop=True)
    if rows["unit"].duplicated().any() or (rows["size"] <= 0).any() or (rows["events"] < 0).any():
        raise BadInput("分母须大于零、数量不能为负、每个单位一行", mend="先按单位合计并补上分母")
    if len(rows) < FEWEST_UNITS:
        raise CannotTell(f"只有{len(rows)}个单位，名次没有意义", mend=f"待同类单位满{FEWEST_UNITS}个再比")
    return rows


def _posterior(events: np.ndarray, expected: np.ndarray, prior: Prior, level: float,
               seed: int) -> tuple[np.ndarray, list[Interval], list[tuple[int, int]]]:
    from scipy.stats import gamma

    count = len(events)
    if prior.nu is None or prior.alpha is None:
        return np.ones(count), [Interval.exactly(1.0)] * count, [(1, count)] * count
    shape, rate = events + prior.nu, expected + prior.alpha
    p = (1 - level) / 2
    lows, highs = gamma.ppf(p, shape, scale=1 / rate), gamma.isf(p, shape, scale=1 / rate)
    draws = stream(seed, "rank_units").gamma(shape, 1 / rate, size=(DRAWS, count))
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    low, high = np.quantile(ranks, [p, 1 - p], axis=0, method="inverted_cdf")
    return (shape / rate, [Interval(float(a), float(b)) for a, b in zip(lows, highs, strict=True)],
            [(int(a), int(b)) for a, b in zip(low, high, strict=True)])
