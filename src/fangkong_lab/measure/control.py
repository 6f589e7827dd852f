"""Control charts over time: u (rate), c (count), XmR (single values), with named run rules.

Montgomery, Introduction to Statistical Quality Control, ch. 6–7 (limits, 3σ); runs rules of Western Electric 1956 and
Nelson 1984, Journal of Quality Technology 16:237–239. A signal says that the process is not one steady process; it does
not say why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.kinds import Kind

if TYPE_CHECKING:
    import pandas as pd

D2, D4 = 1.128, 3.267  # mean and upper 3σ limit of the range of two normal values, in σ and in mean ranges
FEWEST_POINTS = 8


class ChartKind(Kind):
    """Which chart."""

    U = "u", "u 图（率）"
    C = "c", "c 图（件数）"
    X = "x", "单值图（XmR）"


class Rule(Kind):
    """Run rules; σ zones are a third of the way to the limits each."""

    BEYOND = "beyond_3_sigma", "一点超出控制界限"
    SIDE = "eight_on_one_side", "连续8点在中心线同侧"
    TREND = "six_in_a_row", "连续6点递增或递减"
    TWO_OF_THREE = "two_of_three", "连续3点中有2点在同侧2σ以外"
    FOUR_OF_FIVE = "four_of_five", "连续5点中有4点在同侧1σ以外"


@dataclass(frozen=True)
class Signal:
    """A rule that holds at point *at* (0-based index of the last point of its window)."""

    rule: Rule
    at: int
    label: str


@dataclass(frozen=True)
class ControlChart:
    """Points in order of time with their centre, limits (per point) and signals. *judged* False: too few points."""

    kind: ChartKind
    labels: tuple[str, ...]
    values: tuple[float, ...]
    centre: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    signals: tuple[Signal, ...]
    measure: str
    moving_limit: float = math.nan

    @property
    def judged(self) -> bool:
        """Say whether there are enough points for the limits to mean anything."""
        return len(self.values) >= FEWEST_POINTS

    def table(self) -> pd.DataFrame:
        """Return one row per point in order of time."""
        import pandas as pd

        named = {i: "、".join(s.rule.label for s in self.signals if s.at == i) for i in range(len(self.values))}
        return pd.DataFrame({"期": self.labels, "值": self.values, "中心线": self.centre, "下限": self.lower,
                             "上限": self.upper, "信号": [named[i] for i in range(len(self.values))]})

    def basis_line(self) -> str:
        """Return the 口径 line."""
        return f"口径：{self.measure}；{self.kind.label}；{len(self.values)}期；3σ界限"

    def sentence(self) -> str:
        """Return the signals, or that there are none, and what they do not say."""
        if not self.judged:
            return f"只有{len(self.values)}期，不足{FEWEST_POINTS}期，控制界限仅供参考，不作判断。{self.basis_line()}。"
        if not self.signals:
            return f"各期均在随机波动之内，不宜解释单期升降。{self.basis_line()}。"
        listed = "；".join(f"{s.label}：{s.rule.label}" for s in self.signals)
        return f"有{len(self.signals)}处信号（{listed}），说明不是同一稳定过程，原因需另查。{self.basis_line()}。"


def u_chart(counts: Sequence[float], exposure: Sequence[float], labels: Sequence[str], measure: str) -> ControlChart:
    """Return the u chart of counts per exposure: ū ± 3√(ū/nᵢ), lower limit not below zero. Exposures must be > 0."""
    _same_length(counts, labels)
    _same_length(exposure, labels)
    n, c = np.asarray(exposure, float), np.asarray(counts, float)
    if (n <= 0).any() or (c < 0).any():
        raise BadInput("分母须大于零，数量不能为负", mend="核对各期数据")
    centre = float(c.sum() / n.sum())
    half = 3 * np.sqrt(centre / n)
    return _chart(ChartKind.U, labels, c / n, centre, (centre - half, centre + half), measure)


def c_chart(counts: Sequence[float], labels: Sequence[str], measure: str) -> ControlChart:
    """Return the c chart of counts of equal periods: c̄ ± 3√c̄, lower limit not below zero."""
    _same_length(counts, labels)
    c = np.asarray(counts, float)
    if (c < 0).any():
        raise BadInput("数量不能为负", mend="核对各期数据")
    centre = float(c.mean())
    half = np.full(len(c), 3 * math.sqrt(centre))
    return _chart(ChartKind.C, labels, c, centre, (centre - half, centre + half), measure)


def xmr_chart(values: Sequence[float], labels: Sequence[str], measure: str) -> ControlChart:
    """Return the XmR chart: x̄ ± 3·mR̄/1.128; ``moving_limit`` = 3.267·mR̄ for the moving ranges. Limits may be negative."""
    _same_length(values, labels)
    x = np.asarray(values, float)
    moving = float(np.abs(np.diff(x)).mean())
    centre, half = float(x.mean()), np.full(len(x), 3 * moving / D2)
    return _chart(ChartKind.X, labels, x, centre, (centre - half, centre + half), measure, D4 * moving)


def _same_length(values: Sequence[float], labels: Sequence[str]) -> None:
    if len(values) != len(labels):
        raise BadInput(f"{len(values)} 个值对不上 {len(labels)} 个期名", mend="核对各期数据")
    if len(values) < 2:
        raise CannotTell("少于两期，画不成控制图", mend="至少两期，八期以上才作判断")
    if any(v is None or math.isnan(v) for v in values):
        raise BadInput("有空的期", mend="补齐或去掉该期；空不等于零")


def _chart(kind: ChartKind, labels: Sequence[str], values: np.ndarray, centre: float,
           limits: tuple[np.ndarray, np.ndarray], measure: str, moving_limit: float = math.nan) -> ControlChart:
    low, high = limits
    sigma = (high - centre) / 3
    zone = np.divide(values - centre, sigma, out=np.zeros_like(values), where=sigma > 0)
    floor = low if kind is ChartKind.X else np.maximum(low, 0.0)
    signals = _signals(zone, labels) if len(values) >= FEWEST_POINTS else ()
    return ControlChart(kind, tuple(labels), tuple(map(float, values)), centre, tuple(map(float, floor)),
                        tuple(map(float, high)), signals, measure, moving_limit)


def _one_side(window: np.ndarray, beyond: float, least: int) -> bool:
    return int((window > beyond).sum()) >= least or int((window < -beyond).sum()) >= least


def _trend(window: np.ndarray) -> bool:
    steps = np.diff(window)
    return bool((steps > 0).all() or (steps < 0).all())


_WINDOWS: dict[Rule, tuple[int, Callable[[np.ndarray], bool]]] = {
    Rule.BEYOND: (1, lambda w: bool(abs(w[0]) > 3)),
    Rule.SIDE: (8, lambda w: _one_side(w, 0.0, 8)),
    Rule.TREND: (6, _trend),
    Rule.TWO_OF_THREE: (3, lambda w: _one_side(w, 2.0, 2) and abs(w[-1]) > 2),
    Rule.FOUR_OF_FIVE: (5, lambda w: _one_side(w, 1.0, 4) and abs(w[-1]) > 1),
}


def _signals(zone: np.ndarray, labels: Sequence[str]) -> tuple[Signal, ...]:
    found = [Signal(rule, end, str(labels[end])) for rule, (width, holds) in _WINDOWS.items()
             for end in range(width - 1, len(zone)) if holds(zone[end - width + 1:end + 1])]
    return tuple(sorted(found, key=lambda s: (s.at, list(Rule).index(s.rule))))
