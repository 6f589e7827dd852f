"""The data of a figure, drawn by the floor above: what lies where, and one sentence for those who cannot see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Kind

if TYPE_CHECKING:
    import pandas as pd


class Shape(Kind):
    """How a figure is drawn."""

    EVENT = "event", "逐期效应"
    PATHS = "paths", "走势"
    BARS = "bars", "并列"
    DISTRIBUTION = "distribution", "分布"
    CURVE = "curve", "曲线"


@dataclass(frozen=True)
class Plot:
    """*frame* has the columns `x`, `y`, `low`, `high` (NaN where there is no interval) and `series` (Chinese name).

    *level_line* is a horizontal line (the value of no effect), *break_line* an x before which nothing had begun; None where
    there is none. *alt* says what is seen. For DISTRIBUTION `y` holds the drawn values and *level_line* the one observed.
    """

    shape: Shape
    title: str
    frame: pd.DataFrame
    alt: str
    x_label: str = ""
    y_label: str = ""
    level_line: float | None = None
    break_line: object = None

    def table(self) -> pd.DataFrame:
        """Return a copy of the data drawn, with Chinese headers."""
        names = {"x": self.x_label or "横轴", "y": self.y_label or "数值", "low": "区间下端", "high": "区间上端", "series": "系列"}
        return self.frame.rename(columns=names)

    def sentence(self) -> str:
        """Return the sentence that says what is seen."""
        return self.alt
