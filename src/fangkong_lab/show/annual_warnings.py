"""The annual report's chapter on warnings: issued by month and colour (chart ④), lifted, overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Audience
from fangkong_lab.measure.ledgerdays import day_column, text_column
from fangkong_lab.measure.lifting import LEVELS, lifting, struck
from fangkong_lab.show.canvas import AMBER, BLUE, MUTED, RED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Prose
from fangkong_lab.show.unit_warnings import KEPT_IN, NOT_SENT, PROMPT, UNSTATED

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.show.annual import AnnualPages

_COLOURS = dict(zip((*LEVELS, UNSTATED), (BLUE, AMBER, RED, MUTED), strict=True))


@dataclass(frozen=True)
class AnnualWarnings:
    """Warnings decided in the year of *pages*' day, up to that day; the discipline side's copy only."""

    pages: AnnualPages

    @property
    def why_not(self) -> str:
        """Why nothing is shown; empty where it is."""
        if self.pages.audience is not Audience.INTERNAL:
            return KEPT_IN
        return "" if len(self.pages.tables.get("warning_events", ())) else NOT_SENT

    @cached_property
    def decided(self) -> pd.DataFrame:
        """The events decided in the year, struck ones left out, with their month (1–12) and level."""
        events = self.pages.tables["warning_events"]
        events = events[~struck(events, self.pages.as_of)]
        days = day_column(events, "decided_on", self.pages.as_of)
        own = events[days >= str(date(self.pages.as_of.year, 1, 1))]
        level = text_column(own, "level", "").replace("", UNSTATED).fillna(UNSTATED)
        return own.assign(month=days[own.index].dt.month.astype(int), shade=level)

    def by_month(self) -> pd.DataFrame:
        """Return months (up to the report's) × levels: warnings decided."""
        import pandas as pd

        months = range(1, self.pages.as_of.month + 1)
        made = pd.crosstab(self.decided["month"], self.decided["shade"]).reindex(index=months, columns=list(_COLOURS), fill_value=0)
        return made.rename_axis("月份").rename_axis(None, axis=1).reset_index()

    def findings(self) -> Prose:
        """Return how many were decided, by colour, and how long they stand."""
        if self.why_not:
            return Prose((self.why_not,))
        counts = self.decided["shade"].value_counts()
        said = "、".join(f"{_shade(level)}{counts[level]}件" for level in _COLOURS if level in counts)
        made = lifting(self.pages.tables["warning_events"], self.pages.as_of)
        late = sum(n for _, n in made.overdue)
        return Prose((f"本年（至{self.pages.as_of}）决定预警{len(self.decided)}件{'：' + said if said else ''}；历年发出、逾期未解除的{late}件，申诉未结{made.frozen}件。",
                      made.basis_line() + "。" + PROMPT))

    def trend_chart(self) -> Chart | Prose:
        """Return chart ④: warnings decided by month, stacked by colour."""
        if self.why_not:
            return Prose((self.why_not,))
        from matplotlib.ticker import MaxNLocator

        frame = self.by_month()
        with canvas(66) as (figure, axes):
            axis, floor = axes[0], [0] * len(frame)
            for level, colour in _COLOURS.items():
                if frame[level].sum():
                    axis.bar(frame["月份"], frame[level], bottom=floor, color=colour, width=0.7, label=_shade(level))
                    floor = [a + b for a, b in zip(floor, frame[level], strict=True)]
            axis.set_xticks(frame["月份"], [f"{m}月" for m in frame["月份"]])
            axis.set_ylabel("预警（件）")
            axis.yaxis.set_major_locator(MaxNLocator(integer=True))
            if len(self.decided):
                axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4)
            picture = png(figure)
        return Chart(title=f"{self.pages.as_of.year}年预警月度趋势", png=picture, alt=f"柱形图：{self.findings().lines[0]}", frame=frame,
                     note="按决定日期计；不实、已澄清和经申诉撤销的不计。件数随发现力度变化，升降不能直接解释为问题增减。", source="预警事件台账")


def _shade(level: str) -> str:
    return level + "色" if level in LEVELS else level
