"""The annual report's chapter on outcomes and inspection: composition by year (⑤), verification and rebound (⑥), funnel (⑦)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Audience
from fangkong_lab.measure.public_counts import ALL, public_counts
from fangkong_lab.measure.rectify import Part, Rectification, rectification
from fangkong_lab.measure.summary import Outcomes, Question, outcomes
from fangkong_lab.show.canvas import AMBER, BLUE, INK, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.funnel_chart import funnel_chart
from fangkong_lab.show.prose import Listing, Prose
from fangkong_lab.show.unit_outcomes import COMPARED, KEPT_IN, NOT_SENT, YEARS_COMPARED
from fangkong_lab.show.years_chart import years_chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from fangkong_lab.show.annual import AnnualPages


@dataclass(frozen=True)
class AnnualOutcomes:
    """The outcomes of *pages*' county: the year of its day, beside the years before."""

    pages: AnnualPages

    def of_year(self, year: int) -> Outcomes:
        """Return the outcomes of one calendar year, up to the report's day."""
        day = self.pages.as_of
        return outcomes(self.pages.tables, Question(day, since=date(year, 1, 1), until=min(day, date(year, 12, 31))))

    @cached_property
    def years(self) -> dict[int, Outcomes]:
        """The last five years that have any count."""
        last = self.pages.as_of.year
        made = {year: self.of_year(year) for year in range(last - YEARS_COMPARED + 1, last + 1)}
        return {year: found for year, found in made.items() if found.forms.rows}

    @property
    def why_not(self) -> str:
        """Why the counts are not shown; empty where they are."""
        if self.pages.audience is not Audience.INTERNAL:
            return KEPT_IN
        return "" if len(self.pages.tables.get("outcomes", ())) else NOT_SENT

    def counts(self) -> Listing | Prose:
        """Return the year's counts over all units, each with its 口径; small ones hidden where the copy leaves the office."""
        if not len(self.pages.tables.get("outcomes", ())):
            return Prose((NOT_SENT,))
        if self.pages.audience is not Audience.INTERNAL:
            made = public_counts(self.pages.tables, self.pages.as_of, self.pages.suppress_below)
            return Listing(made.of(ALL), caption=f"{self.pages.as_of.year}年监督执纪情况（各单位合计）", note=made.sentence())
        frame = self.of_year(self.pages.as_of.year).tallies.table()
        return Listing(frame, caption=f"{self.pages.as_of.year}年监督执纪情况（各单位合计）", note="口径不同的不相加；党纪与政务处分可能是同一人。")

    def forms(self) -> Prose:
        """Return what is classed into forms and what is not, and the breaks of the series."""
        if self.why_not:
            return Prose((self.why_not,))
        year = self.of_year(self.pages.as_of.year)
        return Prose((year.forms.sentence(), *(b.sentence() for b in year.breaks()),
                      "处分人数上升，可能源于问题增多或发现能力增强，现有数据不能区分。"))

    def years_chart(self) -> Chart | Prose:
        """Return chart ⑤: composition by year with the breaks of 口径 marked."""
        if self.why_not:
            return Prose((self.why_not,))
        return years_chart({year: found.forms for year, found in self.years.items()})

    @cached_property
    def rectified(self) -> dict[str, Rectification]:
        """Unit → state of its issues, units with issues only."""
        issues = self.pages.tables.get("rectifications")
        if issues is None or not len(issues):
            return {}
        return {str(unit): rectification(own, self.pages.as_of) for unit, own in sorted(issues.groupby("unit_id"))}

    def rectification(self) -> Prose:
        """Return closing, verification and rebound over all units, inspections covered, money by nature."""
        conduct = self.of_year(self.pages.as_of.year).conduct
        parts = [r.sentence() for r in (conduct.rectification, conduct.closing, conduct.coverage, conduct.recoveries) if r is not None]
        return Prose(tuple(parts) or ("整改、巡察台账未报，不能判断；未报不等于没有。",))

    def verified_chart(self) -> Chart | Prose:
        """Return chart ⑥: verification and rebound per unit, each with its exact interval; units by code, no ranks."""
        if not self.rectified:
            return Prose(("整改台账未报，不画核验率图。",))
        names = dict(zip(self.pages.tables["units"]["unit_id"], self.pages.tables["units"]["name"], strict=True))
        units = list(self.rectified)[::-1]
        with canvas(26 + 7.5 * len(units), columns=2) as (figure, axes):
            for axis, title, parts, colour in (
                (axes[0], "核验率（经核验／已销号，%）", [self.rectified[u].verification for u in units], BLUE),
                (axes[1], "反弹率（反弹／已销号，%）", [self.rectified[u].rebound for u in units], AMBER),
            ):
                _dots(axis, parts, colour)
                axis.set_xlabel(title)
                axis.set_ylim(-0.6, len(units) - 0.4)
            axes[0].set_yticks(range(len(units)), [str(names[u]) for u in units])
            axes[1].set_yticks(range(len(units)), [""] * len(units))
            picture = png(figure)
        return Chart(title="整改核验率、反弹率", png=picture, alt=f"点线图：{self._said()}", frame=self._rates(names),
                     note="横线为95%精确区间（Clopper–Pearson），销号少的单位区间宽；按单位编码排列，不排名。", source="整改台账")

    def _said(self) -> str:
        closed = sum(r.closed for r in self.rectified.values())
        verified = sum(r.verified for r in self.rectified.values())
        rebounded = sum(r.rebounded for r in self.rectified.values())
        return f"已销号{closed}个，经核验{verified}个，反弹{rebounded}个。"

    def _rates(self, names: dict[str, str]) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame([{"单位": names[u], "已销号": r.closed, "经核验": r.verified, "核验率": _percent(r.verification),
                              "反弹": r.rebounded, "反弹率": _percent(r.rebound)} for u, r in self.rectified.items()])

    @cached_property
    def like_units(self) -> Outcomes:
        """The measure compared, over all units and the last five years."""
        day = self.pages.as_of
        return outcomes(self.pages.tables, Question(day, measure=COMPARED, since=date(day.year - YEARS_COMPARED + 1, 1, 1), until=day))

    def place(self) -> Prose:
        """Return which units lie outside the usual scatter; never a rank."""
        if self.why_not:
            return Prose((self.why_not,))
        found = self.like_units.comparison
        if found is None:
            return Prose(("没有可比的单位，不能判断。",))
        return Prose((found.funnel.sentence(self.pages.names) if found.funnel else found.why_not,))

    def place_chart(self) -> Chart | Prose:
        """Return chart ⑦: the funnel of units, or why there is none."""
        if self.why_not:
            return Prose((self.why_not,))
        found = self.like_units.comparison
        if found is None or found.funnel is None:
            return Prose((found.why_not if found else "没有可比的单位，不画漏斗图。",))
        return funnel_chart(found.funnel, self.pages.names, size_label="在册人年", value_label=f"{COMPARED}（件/千人年）")


def _dots(axis: Axes, parts: list[Part], colour: str) -> None:
    for row, part in enumerate(parts):
        if part.value is None:
            axis.text(1, row, "无销号，不计算", fontsize=8, va="center", color=INK)
            continue
        axis.plot([100 * part.bounds.low, 100 * part.bounds.high], [row, row], color=colour, linewidth=1.4, alpha=0.6)
        axis.plot([100 * part.value], [row], "o", color=colour, markersize=4.5)
    axis.set_xlim(-2, 102)
    axis.grid(axis="x")


def _percent(part: Part) -> str:
    return "无分母" if part.value is None else f"{100 * part.value:.1f}%"
