"""Funnel plots instead of league tables: units' rates against the limits that chance alone would give.

Exact limits from the Poisson or binomial distribution; over-dispersion between units by Spiegelhalter's winsorised z-scores
and additive between-unit variance τ² (Spiegelhalter 2005, Statistics in Medicine 24:1185–1202; Spiegelhalter et al. 2012,
JRSS A 175:1–47; the same steps as the R package FunnelPlotR).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.kinds import Kind
from fangkong_lab.measure.interval import plain
from fangkong_lab.memory import remembered

if TYPE_CHECKING:
    import pandas as pd

LEVELS = (0.95, 0.998)
FEWEST_UNITS = 5  # with fewer, neither the target nor the spread between units means anything


class Spread(Kind):
    """What is counted: events over an exposure (率), or cases out of cases (比例)."""

    RATE = "rate", "率"
    PROPORTION = "proportion", "比例"


class Place(Kind):
    """Where a unit lies; never a rank."""

    WITHIN = "within", "正常波动范围内"
    HIGH = "high", "高于界限"
    LOW = "low", "低于界限"
    TOO_FEW = "too_few", "数量太少，不比较"


@dataclass(frozen=True)
class Overdispersion:
    """Spread between units beyond chance: *phi* (1 = none), *tau2* on the transformed scale, *winsorised* share a side."""

    phi: float
    tau2: float
    winsorised: float

    def sentence(self) -> str:
        """Return whether units differ by more than chance."""
        if self.tau2 == 0:
            return f"各单位之间没有超出随机波动的差异（φ={self.phi:.2f}），用精确界限。"
        return f"各单位之间另有随机波动以外的差异（φ={self.phi:.2f}，τ²={self.tau2:.2g}），界限已相应放宽。"


@dataclass(frozen=True)
class Point:
    """One unit: *z* is its winsorisation-free z-score, *outside* the widest level whose limits it lies beyond (None: none)."""

    unit: str
    events: float
    size: float
    value: float
    z: float
    place: Place
    outside: float | None


@dataclass(frozen=True)
class Funnel:
    """Units against a common *target*; *per* is the size in which values are printed."""

    points: tuple[Point, ...]
    target: float
    spread: Spread
    dispersion: Overdispersion
    levels: tuple[float, ...]
    measure: str
    per: float = 1.0

    def limits(self, size: float, level: float) -> tuple[float, float]:
        """Return (lower, upper) at *size* and *level*, per unit of size: the wider of exact and over-dispersed limits."""
        low, high = self.curves(np.array([size]), level)
        return float(low[0]), float(high[0])

    def curves(self, sizes: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the (lower, upper) `limits` at many *sizes* at once: two arrays as long as *sizes*."""
        exact = exact_limits(self.target, sizes, level, self.spread)
        if self.dispersion.tau2 == 0:
            return exact
        wide = _wide_limits(self.target, sizes, level, self.spread, self.dispersion.tau2)
        return np.minimum(exact[0], wide[0]), np.maximum(exact[1], wide[1])

    def outside(self, level: float) -> tuple[str, ...]:
        """Return the units beyond the limits of *level*, sorted by unit."""
        return tuple(p.unit for p in self.points if p.outside is not None and p.outside >= level)

    def table(self) -> pd.DataFrame:
        """Return one row per unit, sorted by unit code, without ranks."""
        import pandas as pd

        rows = []
        lows, highs = self.curves(np.array([p.size for p in self.points]), self.levels[0])
        for p, low, high in zip(self.points, lows.tolist(), highs.tolist(), strict=True):
            rows.append({"单位": p.unit, "数量": p.events, "分母": p.size, self.spread.label: p.value * self.per,
                         "界限下端": low * self.per, "界限上端": high * self.per, "位置": p.place.label,
                         "超出": f"{p.outside:.1%}界限" if p.outside else ""})
        return pd.DataFrame(rows)

    def basis_line(self) -> str:
        """Return the 口径 line."""
        levels = "、".join(f"{x:.1%}" for x in self.levels)
        unit = f"每{plain(self.per)}" if self.per != 1 else ""
        return f"口径：{self.measure}；{self.spread.label}{unit}；目标值 {plain(round(self.target * self.per, 4))}（全部单位合计）；界限 {levels}"

    def sentence(self, names: Mapping[str, str] | None = None) -> str:
        """Return who lies outside (*names*: unit code → name), how many would by chance alone, and what that does not say."""
        wide, known = self.levels[-1], names or {}
        called = {p.unit: f"{known[p.unit]}（{p.unit}，{p.place.label}）" if p.unit in known else f"{p.unit}（{p.place.label}）" for p in self.points}
        judged = sum(p.place is not Place.TOO_FEW for p in self.points)
        out = [called[p.unit] for p in self.points if p.outside is not None and p.outside >= wide]
        found = f"超出{wide:.1%}界限的有{'、'.join(out)}" if out else f"各单位均处于同类单位正常波动范围（{wide:.1%}界限），不宜据此排名"
        chance = f"{judged}个单位即使毫无差别，平均也会有不多于{judged * (1 - wide):.2g}个超出"
        return f"{found}；{chance}。{self.dispersion.sentence()}数量偏高可能源于问题多或发现能力强，现有数据不能区分。{self.basis_line()}。"


@remembered
def funnel(frame: pd.DataFrame, measure: str, spread: Spread = Spread.RATE, *, levels: tuple[float, ...] = LEVELS,
           per: float = 1.0, minimum: float = 0.0, winsorise: float = 0.1) -> Funnel:
    """Return the funnel of a *frame* with columns unit, events, size (exposure, expected count, or cases), one row a unit.

    The target is Σ events / Σ size. A unit lies outside a level where its exact tail probability is at most (1 − level)/2
    and, with over-dispersion, the widened limits are passed too: so the chance of a false alarm is never above nominal.
    Units whose expected count is below *minimum* are shown but not judged. Raises `CannotTell` for fewer than five units
    or no events at all, `BadInput` for sizes ≤ 0, negative events, events above size in a proportion, or a unit twice.
    """
    rows = _checked(frame, spread)
    events, size = rows["events"].to_numpy(float), rows["size"].to_numpy(float)
    target = float(events.sum() / size.sum())
    if target == 0 or (spread is Spread.PROPORTION and target == 1):
        raise CannotTell(f"「{measure}」没有可比的差异（全为零或全为一）", mend="只列数量")
    dispersion = overdispersion(events, size, spread, winsorise)
    made = Funnel((), target, spread, dispersion, tuple(sorted(levels)), measure, per)
    z = z_scores(events, size, spread, dispersion.tau2)
    points = tuple(_point(made, str(u), e, n, float(zi), minimum)
                   for u, e, n, zi in zip(rows["unit"], events, size, z, strict=True))
    return Funnel(points, target, spread, dispersion, made.levels, measure, per)


def _checked(frame: pd.DataFrame, spread: Spread) -> pd.DataFrame:
    missing = [c for c in ("unit", "events", "size") if c not in frame.columns]
    if missing:
        raise BadInput(f"缺少列：{'、'.join(missing)}", mend="补上 unit、events、size")
    rows = frame.sort_values("unit", key=lambda s: s.astype(str)).reset_index(drop=True)
    if rows["unit"].duplicated().any():
        raise BadInput("同一单位出现两次", mend="先按单位合计")
    if rows[["events", "size"]].isna().any().any() or (rows["size"] <= 0).any() or (rows["events"] < 0).any():
        raise BadInput("分母须大于零，数量不能为负或空", mend="去掉没有分母的单位，或补上分母")
    if spread is Spread.PROPORTION and (rows["events"] > rows["size"]).any():
        raise BadInput("比例的分子大于分母", mend="核对两列，或改用率")
    if len(rows) < FEWEST_UNITS:
        raise CannotTell(f"只有{len(rows)}个单位，不能判断谁与众不同", mend=f"待同类单位满{FEWEST_UNITS}个再比")
    return rows


def _point(made: Funnel, unit: str, events: float, size: float, z: float, minimum: float) -> Point:
    value = events / size
    if made.target * size < minimum:
        return Point(unit, events, size, value, z, Place.TOO_FEW, None)
    beyond = [level for level in made.levels if _is_outside(made, events, size, level)]
    side = Place.HIGH if value > made.target else Place.LOW
    return Point(unit, events, size, value, z, side if beyond else Place.WITHIN, max(beyond) if beyond else None)


def _is_outside(made: Funnel, events: float, size: float, level: float) -> bool:
    if tail(events, made.target, size, made.spread) > (1 - level) / 2:
        return False
    if made.dispersion.tau2 == 0:
        return True
    low, high = _wide_limits(made.target, np.array([size]), level, made.spread, made.dispersion.tau2)
    return not low[0] <= events / size <= high[0]


def tail(events: float, target: float, size: float, spread: Spread) -> float:
    """Return the exact probability of a count as far out as *events*, on its side of the expected count."""
    # scipy.special and not scipy.stats: freezing a distribution costs a thousand times the sum itself.
    from scipy.special import bdtr, bdtrc, pdtr, pdtrc

    above = events > target * size
    least = math.ceil(events) - 1 if above else math.floor(events)
    if spread is Spread.RATE:
        return float(pdtrc(least, target * size) if above else pdtr(least, target * size))
    return float(bdtrc(least, round(size), target) if above else bdtr(least, round(size), target))


def exact_limits(target: float, sizes: np.ndarray, level: float, spread: Spread) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact limits at each of *sizes*: a count strictly outside them has tail probability ≤ (1 − level)/2.

    The ends are the counts of the distribution divided by the size, not interpolated (Spiegelhalter 2005, A.1.1 without
    its interpolation, which would let the false alarm rate pass the nominal one).
    """
    from scipy.stats import binom, poisson

    law, shape = (poisson, (target * sizes,)) if spread is Spread.RATE else (binom, (np.round(sizes), target))
    p = (1 - level) / 2
    # ppf(q) is the least count whose cdf is ≥ q; at the lower end a cdf of exactly p must still count as outside.
    low = law.ppf(p, *shape)
    low = np.where(law.cdf(low, *shape) <= p, low + 1, low)
    return np.maximum(0.0, low) / sizes, law.isf(p, *shape) / sizes


def _to_scale(value: np.ndarray | float, spread: Spread) -> np.ndarray:
    return np.arcsin(np.sqrt(value)) if spread is Spread.PROPORTION else np.sqrt(value)


def z_scores(events: np.ndarray, size: np.ndarray, spread: Spread, tau2: float = 0.0) -> np.ndarray:
    """Return (y − θ)/√(s² + τ²) on the variance-stabilised scale: √ for rates, arcsine √ for proportions.

    s = 1/(2√size) on both scales; a rate's y and θ are taken per expected count (√(O/E), θ = 1), so that s = 1/(2√E).
    """
    target = events.sum() / size.sum()
    if spread is Spread.RATE:
        expected = size * target
        gap, variance = np.sqrt(events / expected) - 1.0, 1 / (4 * expected)
    else:
        gap = _to_scale(events / size, spread) - _to_scale(target, spread)
        variance = 1 / (4 * size)
    return np.asarray(gap / np.sqrt(variance + tau2), dtype=float)


def overdispersion(events: np.ndarray, size: np.ndarray, spread: Spread, winsorise: float = 0.1) -> Overdispersion:
    """Return φ = mean z² after winsorising the share *winsorise* on each side, and τ² by the method of moments.

    τ² = max(0, (Nφ − (N − 1)) / (Σw − Σw²/Σw)), w = 1/s² (DerSimonian & Laird on the winsorised z).
    """
    if not 0 <= winsorise < 0.5:
        raise BadInput(f"缩尾比例 {winsorise:g} 不在 0 与 0.5 之间", mend="写成 0.1 的样子")
    z = z_scores(events, size, spread)
    low, high = np.quantile(z, [winsorise, 1 - winsorise])
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    weight = 4 * size * (events.sum() / size.sum() if spread is Spread.RATE else 1.0)
    count = len(z)
    tau2 = (count * phi - (count - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return Overdispersion(phi, max(0.0, float(tau2)), winsorise)


def _wide_limits(target: float, sizes: np.ndarray, level: float, spread: Spread, tau2: float) -> tuple[np.ndarray, np.ndarray]:
    from scipy.special import ndtri

    reach = -float(ndtri((1 - level) / 2))
    if spread is Spread.RATE:
        half = reach * np.sqrt(1 / (4 * sizes * target) + tau2)
        return target * np.maximum(0.0, 1 - half) ** 2, target * (1 + half) ** 2
    half, centre = reach * np.sqrt(1 / (4 * sizes) + tau2), math.asin(math.sqrt(target))
    return np.sin(np.maximum(0.0, centre - half)) ** 2, np.sin(np.minimum(math.pi / 2, centre + half)) ** 2
