"""Does the answer hang on one unit? The estimate again, without each unit in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import FangkongError
from fangkong_lab.evaluate.assumption import Refusal
from fangkong_lab.evaluate.effect import Effect
from fangkong_lab.evaluate.plot import Plot, Shape
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.evaluate.panel import Panel


MOST_NAMED = 5


@dataclass(frozen=True, eq=False)
class LeaveOneOut:
    """*estimate* with all units; *frame* has unit, treated, estimate without it (NaN where it cannot be made), sorted by estimate."""

    estimate: float
    null: float
    frame: pd.DataFrame

    @property
    def turned(self) -> tuple[str, ...]:
        """Return the units without which the estimate changes its side of no effect."""
        value = self.frame["效应"]
        return tuple(self.frame.loc[(value - self.null) * (self.estimate - self.null) < 0, "去掉的单位"])

    @property
    def lost(self) -> int:
        """Return how many units cannot be done without: no estimate is left."""
        return int(self.frame["效应"].isna().sum())

    def table(self) -> pd.DataFrame:
        """Return one row per unit left out."""
        return self.frame.copy()

    def sentence(self) -> str:
        """Return the range of the estimates, and whether one unit decides the direction; at most five of such units are named."""
        value = self.frame["效应"]
        if value.notna().sum() == 0:
            return "去掉任一单位后都无法估计，结论依赖单个单位。"
        more = f"去掉其中{self.lost}个单位的任一个就无法估计。" if self.lost else ""
        some = f"等{len(self.turned)}个单位中的任一个" if len(self.turned) > MOST_NAMED else "中的任一个" if len(self.turned) > 1 else ""
        turn = f"去掉{'、'.join(self.turned[:MOST_NAMED])}{some}后方向改变。" if self.turned else "方向不变。"
        low, high, whole = (f"{v - 1:+.1%}" if self.null == 1 else f"{v:.3g}" for v in (value.min(), value.max(), self.estimate))
        return f"逐一去掉一个单位，效应在{low}至{high}之间（全部单位为{whole}），{turn}{more}"

    def figure(self) -> Plot:
        """Return the estimates without each unit."""
        frame = self.frame.rename(columns={"去掉的单位": "x", "效应": "y"}).assign(low=np.nan, high=np.nan)
        frame["series"] = np.where(frame["试点"], "试点单位", "对照单位")
        return Plot(Shape.EVENT, "逐一去掉一个单位", frame[["x", "y", "low", "high", "series"]], self.sentence(), "去掉的单位", "效应", self.null)

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def leave_one_out(panel: Panel, estimate: Callable[[Panel], Effect | Refusal], *, treated_only: bool = False) -> LeaveOneOut | Refusal:
    """Return what *estimate* gives without each unit (*treated_only*: without each pilot unit).

    *estimate* is a design, as ``lambda p: staggered(p, settings)``. A `Refusal` where all units together already give one.
    """
    whole = estimate(panel)
    if isinstance(whole, Refusal):
        return whole
    scale = whole.scale

    def again(left: Panel, _: str) -> float | None:
        answer = estimate(left)
        return answer.estimate if isinstance(answer, Effect) and answer.scale is scale else None

    return leave_out(panel, np.flatnonzero(panel.treated).tolist() if treated_only else range(panel.n_units), whole, again)


def leave_out(panel: Panel, chosen: Iterable[int], whole: Effect, again: Callable[[Panel, str], float | None]) -> LeaveOneOut:
    """Return *whole* beside what *again* gives for the panel without each of the units at *chosen* (its arguments: that panel, the unit's name)."""
    import pandas as pd

    rows = [{"去掉的单位": panel.units[i], "试点": bool(panel.treated[i]), "效应": _value(again, panel.kept(np.arange(panel.n_units) != i), panel.units[i])}
            for i in chosen]
    frame = pd.DataFrame(rows, columns=["去掉的单位", "试点", "效应"]).sort_values(["效应", "去掉的单位"], ignore_index=True)
    return LeaveOneOut(whole.estimate, whole.scale.null, frame)


def _value(again: Callable[[Panel, str], float | None], left: Panel, unit: str) -> float:
    """Return the estimate on *left*; NaN where there is none."""
    try:
        value = again(left, unit)
    except FangkongError:
        return float("nan")
    return float("nan") if value is None else value
