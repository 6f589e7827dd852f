"""The unit report's chapter 权力制约及义务履行: findings in order with their stories, what to fill in, posts, duties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.errors import CannotTell
from fangkong_lab.kinds import Audience
from fangkong_lab.measure.catalogue import catalogue
from fangkong_lab.measure.duties import Fulfilment, fulfilment
from fangkong_lab.measure.five_full import Side, five_full
from fangkong_lab.measure.screening import SOURCE, Screened, borrowed_threshold, screening
from fangkong_lab.network.acceptance import FILE, Acceptance, read_acceptances
from fangkong_lab.network.find_settle import Settles
from fangkong_lab.network.find_tests import FindingTest
from fangkong_lab.network.findings import Finding, Findings, Sought, findings, impossible_reasons
from fangkong_lab.network.ranking import ORDER_RULE, ledger_grading
from fangkong_lab.show.duty_chart import duty_chart, duty_sentence
from fangkong_lab.show.heatmap import heatmap
from fangkong_lab.show.prose import Listing, Prose, Stack

if TYPE_CHECKING:
    from fangkong_lab.show.chart import Chart
    from fangkong_lab.show.unit import UnitPages
    from fangkong_lab.show.unit_power import PowerPages

MOST_ROWS, MOST_STORIES = 15, 5
LEAD = "线索，非结论：只说明流程设计允许一人完成，不说明有人这样做过。"


@dataclass(frozen=True)
class CheckPages:
    """The chapter for *pages*' unit, on the thresholds that *power* has worked out already; *acceptances* of the workspace."""

    pages: UnitPages
    power: PowerPages
    acceptances: tuple[Acceptance, ...] = ()

    @cached_property
    def found(self) -> Findings:
        """The findings of the unit, as the reader of the report may see them."""
        answer = self.power.answer
        grading = ledger_grading(self.pages.tables.get("risk_points"), self.pages.as_of)
        codes = {e.item.item_id for e in answer.items}
        mine = tuple(a for a in self.acceptances if a.item_id in codes)
        sought = Sought(grading, self.pages.audience, self.pages.unit_id, mine)
        return findings(answer.network, sought, answer.items)

    def counts(self) -> Listing:
        """Return how all items fare in every test: applicable, each verdict, excluded, accepted."""
        import pandas as pd

        return Listing(pd.DataFrame([c.row() for c in self.found.counts]), caption="检验结果",
                       note="适用＝达标＋不达标＋不能判定＋无法办结。「单人可办结」不计上下级影响；「单人可令办结」计直接领导关系；"
                            "「待核实的制约环节」不达标指有环节去掉后结果不变，请单位说明。不达标应当核实，不等于违规。")

    def headline(self) -> Prose:
        """Return how many findings are listed, what is accepted and what has come back."""
        return Prose(tuple(self.found.sentences()))

    def listed(self) -> Listing | Prose:
        """Return the first findings in order, every factor of the order stated."""
        import pandas as pd

        listed = self.found.listed
        if not listed:
            return Prose(("没有列出的待核实事项。",))
        rest = f"共{len(listed)}项，列出前{MOST_ROWS}项。" if len(listed) > MOST_ROWS else f"共{len(listed)}项。"
        return Listing(pd.DataFrame([_row(f) for f in listed[:MOST_ROWS]]), caption="待核实事项", note=f"{rest}{ORDER_RULE}。{LEAD}")

    def stories(self) -> Stack:
        """Return the first findings told: who by which route, why no check binds; for others that it is so and where.

        Items that share a flow share the story: it is told once, for all of them.
        """
        alike: dict[tuple[int, FindingTest, object], list[Finding]] = {}
        for finding in self.found.listed:
            alike.setdefault((id(finding.each.structure), finding.test, finding.past), []).append(finding)
        return Stack(tuple(self._told(group) for group in list(alike.values())[:MOST_STORIES]), empty="没有列出的待核实事项。")

    def _told(self, group: Sequence[Finding]) -> Listing:
        import pandas as pd

        item = group[0].each.item
        rest = "、".join(f.each.item.item_id for f in group[1:MOST_ROWS]) + ("等" if len(group) > MOST_ROWS else "")
        same = f"同一流程、说明相同的还有{len(group) - 1}项：{rest}。" if len(group) > 1 else ""
        rows = group[0].told_to(self.found.network, self.found.sought.audience)
        return Listing(pd.DataFrame(rows, columns=["说明", "内容"]), caption=f"{item.item_id}「{item.name}」（{group[0].test.label}）", note=same)

    def questions(self) -> Listing | Prose:
        """Return the checks whose removal changes nothing: questions to the unit, never removals."""
        import pandas as pd

        rows = [{"事项": f.each.item.item_id, "名称": f.each.item.name, "环节": step, "签批": sign, "环节名称": _step_name(f, step)}
                for f in self.found.questions for step, sign in f.each.structure.idle]
        if not rows:
            return Prose(("没有发现去掉后结果不变的制约环节。",))
        return Listing(pd.DataFrame(rows[:MOST_ROWS]), caption=f"待说明的制约环节（{len(rows)}处）",
                       note="去掉后谁能办成这件事没有变化，请单位说明其作用；不据此取消任何环节。" + (f"列出前{MOST_ROWS}处。" if len(rows) > MOST_ROWS else ""))

    def settles(self) -> Listing | Prose:
        """Return what to fill in, the cells that settle most first."""
        import pandas as pd

        if not self.found.settles:
            return Prose(("没有因资料缺失不能判定的事项。",))
        rows = [_settled(replace(s, cell=s.cell.for_reader(self.pages.audience))) for s in self.found.settles[:MOST_ROWS]]
        return Listing(pd.DataFrame(rows), caption="补填后可以判定的事项")

    def stuck(self) -> Listing | Prose:
        """Return the items that nobody can complete as drawn, and why: often a post is empty and the work is done anyhow."""
        import pandas as pd

        if not self.found.stuck:
            return Prose(("没有按现行流程和任职无法办结的事项。",))
        rows = [{"事项": e.item.item_id, "名称": e.item.name, "原因": "；".join(impossible_reasons(self.found, e))} for e in self.found.stuck[:MOST_ROWS]]
        return Listing(pd.DataFrame(rows), caption=f"按现行流程和任职无法办结的事项（{len(self.found.stuck)}项）",
                       note="岗位空着而事项照办的，请说明由谁签批。")

    def accepted(self) -> Listing | Prose:
        """Return the accepted findings: they are not listed, and count; reasons and names for 纪委内部 only."""
        import pandas as pd

        if not self.found.accepted:
            return Prose(("没有已接受的事项。",))
        inner = self.pages.audience is Audience.INTERNAL
        rows = [{"事项": f.each.item.item_id, "名称": f.each.item.name, "检验": f.test.label, "有效期至": row.until.isoformat(),
                 **({"接受人": row.by, "理由": row.reason} if inner else {})} for f, row in self.found.accepted]
        return Listing(pd.DataFrame(rows), caption="已接受的事项", note="不在待核实清单内，仍计入检验结果；到期或流程改动后重新列出。")

    def heatmap(self) -> Chart | Prose:
        """Return chart ③: items by posts; not in the public copy."""
        if self.pages.audience is Audience.PUBLIC:
            return Prose(("岗位在小单位里等于指名，公开册不列事项与岗位热力图。",))
        try:
            return heatmap(self.found.network, self.pages.unit_id, self.pages.audience)
        except CannotTell as error:
            return Prose((f"{error.what}。",))

    @cached_property
    def fulfilment(self) -> Fulfilment | None:
        """The unit's duties as kept on the day; None where no record was sent."""
        records = self.pages.own("duty_records")
        return fulfilment(records, self.pages.own("duties"), self.pages.as_of) if len(records) else None

    def duties(self) -> Prose:
        """Return the sentence on duties owed, kept, late and missed."""
        if self.fulfilment is None:
            return Prose(("义务履行未报，不能判断；未报不等于没有履行。",))
        odd = len(self.fulfilment.unknown_duties)
        lines = [duty_sentence(self.fulfilment), "应履行哪些义务由单位按规定选定，没有选定的方式不作为缺项。"]
        return Prose(tuple(lines + ([f"{odd}项义务编码在监督义务表里没有，方式按未载列。"] if odd else [])))

    def duty_chart(self) -> Chart | Prose:
        """Return chart ④: 报告, 备案, 公开 and the other means – on time, late, missed."""
        return Prose(("义务履行未报，不画图。",)) if self.fulfilment is None else duty_chart(self.fulfilment, self._mark)

    @property
    def _mark(self) -> str:
        return "【模拟数据】" if self.pages.simulated else ""

    def catalogue(self) -> Prose:
        """Return 「1+1+2X」 of the unit in sentences, and why the items that are not whole are not."""
        found = catalogue(self.pages.tables, self.pages.as_of, self.pages.unit_id)
        why: dict[str, int] = {}
        for item in found.items:
            for piece, text in item.lacks.items():
                if text and piece not in item.unknown:
                    why[f"{piece.label}{text}"] = why.get(f"{piece.label}{text}", 0) + 1
        lacks = "；".join(f"{text}{n}项" for text, n in sorted(why.items(), key=lambda p: (-p[1], p[0])))
        return Prose((found.sentence(), *((f"不齐全的原因：{lacks}。",) if lacks else ())))

    def five(self) -> Listing:
        """Return 「五全」 of the unit: what the ledger shows of each standard, and what it cannot show."""
        whole = five_full(self.pages.tables, self.pages.as_of, self.pages.unit_id)
        # Few persons in a unit are known by their number: what leaves the office counts posts only.
        found = whole if self.pages.audience is Audience.INTERNAL else whole.without_people()
        unit = found.units[0]
        rest = "" if unit.in_scope else "该单位不属于行政事业单位和国有出资企业，不在这一标准的范围内，仅供参照。"
        frame = found.table().drop(columns=["单位"])
        return Listing(frame, caption=f"「五全」覆盖（{len(Side)}项标准）", note=f"{rest}「最低一项」为台账所见各项中最低的一项；未载、未报都不等于没有。")

    def screened(self) -> Stack | Prose:
        """Return the screening by five criteria: how many reach each count, the sentence, and where the threshold is from."""
        if not len(self.pages.own("risk_points")):
            return Prose(("风险点台账未报，不能排查。",))
        found = screening(self.pages.tables, self.pages.as_of, borrowed_threshold(self.pages.as_of), self.pages.unit_id)
        first = Listing(found.criteria(), caption="五项条件（风险点个数）")
        counts = {s: int((found.items["screened"] == s).sum()) for s in Screened}
        line = (f"权力事项{len(found.items)}项，符合{found.threshold.count}项以上条件、列为重要节点的{counts[Screened.IN]}项，"
                f"因条件未载不能判定的{counts[Screened.CANNOT_TELL]}项，没有风险点、未能排查的{counts[Screened.NO_RISK]}项。")
        second = Listing(found.distribution(), caption="符合项数（风险点个数）", note=f"{SOURCE}；门槛{found.threshold.count}项{found.threshold.source}。换一个门槛，看上表即知。")
        return Stack((Prose((line,)), first, second))


def check_pages(pages: UnitPages, power: PowerPages) -> CheckPages:
    """Return the chapter with the acceptances of the workspace we stand in."""
    from fangkong_lab.workspace import find_workspace

    return CheckPages(pages, power, read_acceptances(find_workspace().root / FILE))


def _row(finding: Finding) -> dict[str, object]:
    item, weight = finding.each.item, finding.weight
    return {"次序": str(finding.place), "事项": item.item_id, "名称": item.name, "检验": finding.test.label,
            "年涉及金额（万元）": weight.amount.text.removeprefix("金额").removesuffix("万元"),
            "自由裁量": weight.discretion.text.removeprefix("裁量"), "风险等级": weight.grade.text.removeprefix("等级")}


def _settled(each: Settles) -> dict[str, object]:
    whole = len(each.items)
    return {"台账": each.cell.table, "补填": each.cell.text, "事项数": whole,
            "单补此处即可判定": "补正后才能计算" if each.cell.drawing else str(each.alone),
            "年涉及金额（万元）": "未载" if each.unstated == whole else f"{each.amount:,.10g}", "未填金额": each.unstated}


def _step_name(finding: Finding, number: int) -> str:
    return next((s.name for s in finding.each.structure.flow.steps if s.step_no == number), "")
