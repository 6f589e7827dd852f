"""The unit report's chapters on outcomes and rectification: counts, forms, place among like units, closing, money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Audience
from fangkong_lab.measure.public_counts import public_counts
from fangkong_lab.measure.summary import Outcomes, Question, outcomes
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.funnel_chart import funnel_chart
from fangkong_lab.show.outcome_charts import ageing_chart, forms_chart
from fangkong_lab.show.prose import Listing, Prose

if TYPE_CHECKING:
    from fangkong_lab.show.unit import UnitPages

COMPARED = "立案"  # the measure with a plain unit of count (件) and a place in the documents' own counts
YEARS_COMPARED = 5
NOT_SENT = "监督执纪统计未报，本章不能判断；未报不等于没有。"
KEPT_IN = "由计数算出的构成、比率和比较可用来反推人数，本册不列；见纪委内部册。"


@dataclass(frozen=True)
class OutcomePages:
    """The outcome chapters of *pages*' unit: the calendar year of the report's day, beside all units for the funnel."""

    pages: UnitPages

    @cached_property
    def year(self) -> Outcomes:
        """The unit's own year: 1 January to the report's day."""
        day = self.pages.as_of
        return outcomes(self.pages.tables, Question(day, unit=self.pages.unit_id, since=date(day.year, 1, 1), until=day))

    @cached_property
    def like_units(self) -> Outcomes:
        """The measure compared, over all units and the last five years."""
        day = self.pages.as_of
        since = date(day.year - YEARS_COMPARED + 1, 1, 1)
        return outcomes(self.pages.tables, Question(day, measure=COMPARED, unit=self.pages.unit_id, since=since, until=day))

    @property
    def why_not(self) -> str:
        """Why the counts are not shown: they leave the office, or nothing was delivered; empty where they are."""
        if self.pages.audience is not Audience.INTERNAL:
            return KEPT_IN
        return "" if len(self.pages.own("outcomes")) else NOT_SENT

    def counts(self) -> Listing | Prose:
        """Return the year's counts, each with its 口径; equal 口径 only are added.

        A copy that leaves the office hides small counts, over all units' copies and the annual report together.
        """
        if not len(self.pages.own("outcomes")):
            return Prose((NOT_SENT,))
        if self.pages.audience is not Audience.INTERNAL:
            made = public_counts(self.pages.tables, self.pages.as_of, self.pages.suppress_below)
            return Listing(made.of(self.pages.unit_id), caption=f"{self.pages.as_of.year}年监督执纪情况", note=made.sentence())
        frame = self.year.tallies.table().drop(columns=["单位数", "记录数"])
        return Listing(frame, caption=f"{self.pages.as_of.year}年监督执纪情况", note="口径不同的不相加；党纪与政务处分可能是同一人。")

    def forms(self) -> Prose:
        """Return the sentences on forms: what is classed, what stays unsplit, what cannot be classed and why."""
        if self.why_not:
            return Prose((self.why_not,))
        year = self.year
        return Prose((year.forms.sentence(), *(b.sentence() for b in year.breaks())))

    def forms_chart(self) -> Chart | Prose:
        """Return chart ⑥: the year's counts by form, daily talks apart."""
        if self.why_not:
            return Prose((self.why_not,))
        return forms_chart(self.year.forms, f"{self.pages.as_of.year}年")

    def place(self) -> Prose:
        """Return the sentence on where the unit lies among like units; never a rank."""
        if self.why_not:
            return Prose((self.why_not,))
        found = self.like_units.comparison
        return Prose((found.sentence(self.pages.unit_id, str(self.pages.unit["name"])) if found else "没有可比的同类单位，不能判断。",))

    def place_chart(self) -> Chart | Prose:
        """Return chart ⑧: the funnel of like units, or why there is none."""
        if self.why_not:
            return Prose((self.why_not,))
        found = self.like_units.comparison
        if found is None or found.funnel is None:
            return Prose(("同类单位不足，不画漏斗图。",))
        units = self.pages.tables["units"]
        names = dict(zip(units["unit_id"], units["name"], strict=True))
        mine = {self.pages.unit_id: str(names[self.pages.unit_id])}
        return funnel_chart(found.funnel, mine, size_label="在册人年", value_label=f"{COMPARED}（件/千人年）",
                            focus=self.pages.unit_id)

    def rectification(self) -> Prose:
        """Return the sentences on closing, verification and rebound, days to close, money by nature."""
        conduct = self.year.conduct
        parts = [r.sentence() for r in (conduct.rectification, conduct.closing, conduct.recoveries) if r is not None]
        return Prose(tuple(parts) or ("整改台账未报，不能判断；未报不等于没有。",))

    def ageing_chart(self) -> Chart | Prose:
        """Return chart ⑦: open issues by how long they are past their deadline."""
        found = self.year.conduct.rectification
        return ageing_chart(found) if found is not None else Prose(("整改台账未报，不画账龄图。",))
