"""The annual report's chapter on checks of power: units at a glance, change within the year, weaknesses they share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Verdict
from fangkong_lab.network.answer import Answer, Question, answer
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT
from fangkong_lab.network.nodes import ReasonCode
from fangkong_lab.network.reasons import reasons
from fangkong_lab.network.summary import sentences
from fangkong_lab.show.canvas import AMBER, BLUE, GRID, MUTED, RED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose
from fangkong_lab.show.unit_power import stated_money

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.show.annual import AnnualPages

# Weaknesses of design; what is only unknown is told apart, since nobody can mend it but by filling the ledger.
WEAK = (ReasonCode.ONE_CAN, ReasonCode.ONE_CAN_ORDER, ReasonCode.IDLE_CHECK, ReasonCode.AFTER_EFFECT, ReasonCode.UNSIGNED_STEP)
UNKNOWN = (ReasonCode.NO_FLOW, ReasonCode.NO_SIGN_OFFS, ReasonCode.UNKNOWN_POST, ReasonCode.UNKNOWN_ON_LINE,
           ReasonCode.UNKNOWN_ELSEWHERE, ReasonCode.EMPTY_POST)
NO_HISTORY = "台账不存权力事项和流程的旧版本，年初年末用同一份清单和流程，变化只来自任职变动。"


@dataclass(frozen=True)
class AnnualPower:
    """The chapter on checks of *pages*' county: thresholds on the day, and on the same lists a year before."""

    pages: AnnualPages

    @cached_property
    def now(self) -> Answer:
        """The thresholds of every item on the day."""
        return answer(PowerNetwork.from_tables(self.pages.tables, self.pages.as_of), Question(audience=self.pages.audience))

    @property
    def year_ago(self) -> date:
        """The same day a year before (29 February: the 28th)."""
        day = self.pages.as_of
        return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)

    @cached_property
    def before(self) -> Answer:
        """The thresholds of the same items with the persons in post a year before."""
        return answer(PowerNetwork.from_tables(self.pages.tables, self.year_ago), Question(audience=self.pages.audience))

    def findings(self) -> Prose:
        """Return the county's sentences on who could carry an item alone."""
        return Prose(tuple(sentences(self.now)))

    def units_chart(self) -> Chart:
        """Return chart ①: power items per unit, those one person can carry or have carried drawn over them."""
        units = self.now.units
        names = [self.pages.names[u.unit_id] for u in units][::-1]
        with canvas(22 + 8 * len(units)) as (figure, axes):
            axis = axes[0]
            wide = axis.barh(names, [u.items for u in units][::-1], color=GRID, height=0.74, label="权力事项")
            axis.barh(names, [u.ordered.count[0] for u in units][::-1], color=AMBER, alpha=0.75, height=0.5, label="单人可令办结")
            axis.barh(names, [u.alone.count[0] for u in units][::-1], color=RED, height=0.28, label="其中单人可办结")
            axis.bar_label(wide, padding=3, labels=[f"{u.items}项／{u.ordered.count[0]}／{u.alone.count[0]}" for u in units][::-1])
            axis.set_xlabel("事项数（项）")
            axis.margins(x=0.2)
            axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3)
            picture = png(figure)
        return Chart(title="各单位权力事项总览", png=picture, alt=f"条形图：{self.findings().lines[0]}", frame=self._by_unit(),
                     note="数字依次为事项、单人可令办结、单人可办结；按单位编码排列，不排名；事项多的单位数字自然大。", source="权力事项、流程、签批、任职台账")

    def _by_unit(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame([{"单位": self.pages.names[u.unit_id], "权力事项": u.items, "单人可令办结": u.ordered.count[0],
                              "单人可办结": u.alone.count[0], "单人可办结涉及金额（万元）": stated_money(u.alone)} for u in self.now.units])

    def changes(self) -> Listing:
        """Return how the verdicts of 单人可令办结 moved within the year: from (rows) to (columns)."""
        import pandas as pd

        was = {e.item.item_id: e.under(DIRECT) for e in self.before.items}
        moved = Counter((was[e.item.item_id], e.under(DIRECT)) for e in self.now.items if e.item.item_id in was)
        order = (Verdict.VIOLATED, Verdict.SATISFIED, Verdict.CANNOT_TELL, Verdict.CANNOT_BE_DONE)
        rows = [{f"{self.year_ago}": old.label, **{new.label: moved[old, new] for new in order}} for old in order]
        return Listing(pd.DataFrame(rows), caption=f"单人可令办结检验：{self.year_ago}至{self.pages.as_of}的变动（项）", note=NO_HISTORY)

    def change(self) -> Prose:
        """Return the change in one sentence: mended, newly failing, and what stayed open."""
        was = {e.item.item_id: e.under(DIRECT) for e in self.before.items}
        pairs = [(was[e.item.item_id], e.under(DIRECT)) for e in self.now.items if e.item.item_id in was]
        mended = sum(a is Verdict.VIOLATED and b is Verdict.SATISFIED for a, b in pairs)
        worse = sum(a is Verdict.SATISFIED and b is Verdict.VIOLATED for a, b in pairs)
        opened = sum(a is not Verdict.CANNOT_TELL and b is Verdict.CANNOT_TELL for a, b in pairs)
        settled = sum(a is Verdict.CANNOT_TELL and b is not Verdict.CANNOT_TELL for a, b in pairs)
        return Prose((f"与{self.year_ago}相比，{mended}项由不达标转为达标，{worse}项由达标转为不达标；"
                      f"{settled}项由不能判定转为可以判定，{opened}项转为不能判定。{NO_HISTORY}",))

    @cached_property
    def shared(self) -> pd.DataFrame:
        """Weaknesses over units: 薄弱环节, 性质, 事项数, 单位数, most units first."""
        import pandas as pd

        items: dict[ReasonCode, set[str]] = {}
        units: dict[ReasonCode, set[str]] = {}
        for each in self.now.items:
            for code in {r.code for r in reasons(self.now.network, each, self.pages.audience)}:
                items.setdefault(code, set()).add(each.item.item_id)
                units.setdefault(code, set()).add(each.item.unit_id)
        rows = [(c.label, "制度设计" if c in WEAK else "资料不全", len(items[c]), len(units[c])) for c in (*WEAK, *UNKNOWN) if c in items]
        frame = pd.DataFrame(rows, columns=["薄弱环节", "性质", "事项数", "单位数"])
        return frame.sort_values(["性质", "单位数", "事项数", "薄弱环节"], ascending=[True, False, False, True]).reset_index(drop=True)

    def shared_problems(self) -> Prose:
        """Return the weaknesses that at least half of the units share, in words."""
        half = -(-len(self.pages.names) // 2)
        common = self.shared[(self.shared["单位数"] >= half) & (self.shared["性质"] == "制度设计")]
        gaps = self.shared[(self.shared["单位数"] >= half) & (self.shared["性质"] == "资料不全")]
        lines = [f"{r.薄弱环节}：{r.单位数}个单位有，共{r.事项数}项。" for r in common.itertuples()]
        lines += [f"资料不全（{r.薄弱环节}）：{r.单位数}个单位有，涉及{r.事项数}项，补齐后才能判定。" for r in gaps.itertuples()]
        return Prose(tuple(lines) or (f"没有半数以上（{half}个）单位共有的问题。",), ordered=bool(lines))

    def shared_chart(self) -> Chart:
        """Return chart ③: how many units share each weakness, weaknesses of design apart from missing papers."""
        frame = self.shared
        colours = [BLUE if kind == "制度设计" else MUTED for kind in frame["性质"]][::-1]
        with canvas(18 + 8 * max(1, len(frame))) as (figure, axes):
            axis = axes[0]
            bars = axis.barh(frame["薄弱环节"][::-1], frame["单位数"][::-1], color=colours, height=0.66)
            axis.bar_label(bars, padding=3, labels=[f"{u}个单位，{n}项" for u, n in zip(frame["单位数"], frame["事项数"], strict=True)][::-1])
            axis.set_xlabel("单位数（个）")
            axis.set_xlim(0, len(self.pages.names) * 1.3)
            picture = png(figure)
        return Chart(title="共性薄弱环节", png=picture, alt=f"条形图：{self.shared_problems().sentence()}", frame=frame,
                     note="蓝色为制度设计上的薄弱环节，灰色为资料不全、暂不能判定；一项可以有几种。", source="权力事项、流程、签批、任职台账")

    def advice(self) -> Listing:
        """Return, unit by unit, what to do first: items one person can carry with the most money, and posts to fill in."""
        import pandas as pd

        rows = []
        for unit in self.now.units:
            own = [e for e in self.now.items if e.item.unit_id == unit.unit_id]
            bad = sorted((e for e in own if e.status is Verdict.VIOLATED), key=lambda e: (-(e.item.yearly_amount or 0), e.item.item_id))
            waiting = sum(e.status is Verdict.CANNOT_TELL for e in own)
            if bad or waiting:
                first = "、".join(e.item.name for e in bad[:2]) or "—"
                rows.append({"责任单位": self.pages.names[unit.unit_id], "需核实并分岗的事项": f"{len(bad)}项", "先办（金额大的）": first,
                             "需补报任职、流程后判定": f"{waiting}项"})
        return Listing(pd.DataFrame(rows), caption="各单位先办事项", note="分岗的具体环节见各单位报告；完成期限和责任人由领导小组确定，本软件不代拟。")
