"""How far trends may part after the start before the effect can no longer be told from none: the breakdown value.

Rambachan & Roth 2023, Review of Economic Studies 90:2555–2591, relative magnitudes: from one period to the next the trends part
after the start by at most M̄ times the largest step seen before it. Interval: for each period before the start that may hold
the largest step, and each sign, an interval for the two ends; their union. It covers at least as often as said (wider than
theirs, which also uses that the other steps are smaller); no optimiser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.plot import Plot, Shape
from fangkong_lab.evaluate.pre_trend import event_path
from fangkong_lab.evaluate.spread import spread_of
from fangkong_lab.evaluate.trap import Trap
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.aggregate import Aggregate
    from fangkong_lab.evaluate.panel import Panel
    from fangkong_lab.evaluate.settings import Settings

    Floats = NDArray[np.float64]

_MOST = 5.0
_GRID = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True, eq=False)
class Breakdown:
    """*value* is the greatest M̄ for which the interval leaves out 0 (0: not even under parallel trends; infinite: beyond 5);
    *curve* has M̄, low, high.
    """

    value: float
    estimate: float
    level: float
    curve: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return M̄ with its interval."""
        return self.curve.rename(columns={"m": "允许的偏离倍数", "low": "区间下端", "high": "区间上端"})

    def sentence(self) -> str:
        """Return how much departure from parallel trends the result bears, and whose reading that is."""
        return self.said() + ("。" if self.value <= 0 else f"（{Trap.FLAT_PRE_TREND.reference}）。")

    def said(self) -> str:
        """Return the same as a clause."""
        if self.value <= 0:
            return f"即使平行趋势成立，效应也不能与没有变化区分（{self.level:.0%}区间）"
        bears = f"{_MOST:g}倍以上" if np.isinf(self.value) else f"{self.value:.2f}倍"
        return f"试点后每期偏离平行趋势的幅度不超过试点前最大一期偏离的{bears}时，效应仍可与没有变化区分"

    def figure(self) -> Plot:
        """Return the interval against M̄."""
        frame = self.curve.rename(columns={"m": "x"}).assign(y=self.estimate, series="平均效应")
        return Plot(Shape.CURVE, "平行趋势偏离多大，结论才站不住", frame, self.sentence(), "允许的偏离倍数", "效应", 0.0)

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def breakdown(panel: Panel, settings: Settings) -> Breakdown | None:
    """Return the breakdown value of the mean effect over the periods since the start; None with fewer than two periods before
    the start or without an error (see `spread.Spread.told`).
    """
    import pandas as pd

    used = panel.kept(panel.start > 0) if panel.always else panel
    path = event_path(used, settings.controls)
    steps = _steps(path)
    after = path.at >= 0
    if steps is None or not after.any() or not spread_of(path.overall_influence, used).told(path.overall):
        return None
    reach = float((path.at[after] + 1).mean())

    def bounds(m: float) -> tuple[float, float]:
        return _union(path, used, steps, m * reach, settings.level)

    curve = pd.DataFrame([(m, *bounds(m)) for m in _GRID], columns=["m", "low", "high"])
    return Breakdown(_greatest(bounds), path.overall, settings.level, curve)


def _steps(path: Aggregate) -> tuple[Floats, Floats] | None:
    """Return the steps between neighbouring periods before the start (S) and their influence (N×S); None where there is none."""
    before = np.flatnonzero(path.at < -1)
    if not len(before):
        return None
    level = np.append(path.estimate[before], 0.0)
    psi = np.column_stack([path.influence[:, before], np.zeros(len(path.influence))])
    near = np.flatnonzero(np.diff(np.append(path.at[before], -1)) == 1)
    return (np.diff(level)[near], np.diff(psi, axis=1)[:, near]) if len(near) else None


def _union(path: Aggregate, panel: Panel, steps: tuple[Floats, Floats], scale: float, level: float) -> tuple[float, float]:
    """Return the ends of the union of intervals for a bias of at most *scale* times the largest step; NaN where none has an error."""
    lows, highs = [], []
    for step, psi in zip(steps[0], steps[1].T, strict=True):
        for sign in (1.0, -1.0):
            move, carried = sign * scale * step, sign * scale * psi
            low = spread_of(path.overall_influence - carried, panel).interval(path.overall - move, level)[0]
            high = spread_of(path.overall_influence + carried, panel).interval(path.overall + move, level)[1]
            if low <= high:
                lows.append(low)
                highs.append(high)
    return min(lows, default=float("nan")), max(highs, default=float("nan"))


def _greatest(bounds: object) -> float:
    """Return the greatest M̄ whose interval leaves out 0, by halving."""
    def tells(m: float) -> bool:
        low, high = bounds(m)  # type: ignore[operator]
        return bool(low > 0 or high < 0)

    if not tells(0.0):
        return 0.0
    if tells(_MOST):
        return float("inf")
    near, far = 0.0, _MOST
    while far - near > 1e-4:
        middle = (near + far) / 2
        near, far = (middle, far) if tells(middle) else (near, middle)
    return near
