"""Page one of the unit report: the six questions of a leader, each answered by a number with its caveat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Audience
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.network.influence import NONE
from fangkong_lab.show.duty_chart import duty_sentence
from fangkong_lab.show.prose import Listing

if TYPE_CHECKING:
    from fangkong_lab.show.unit import UnitPages
    from fangkong_lab.show.unit_checks import CheckPages
    from fangkong_lab.show.unit_outcomes import OutcomePages

MOST_NAMED = 3


@dataclass(frozen=True)
class Conclusion:
    """The answers for *pages*' unit, taken from the chapters *checks* and *outcomes*; nothing is counted anew."""

    pages: UnitPages
    checks: CheckPages
    outcomes: OutcomePages

    def six(self) -> Listing:
        """Return the six questions with their answers; a question that the ledger cannot answer says what is missing.

        The last one asks the leader; the unit's copy says there what the unit has to do, the public copy leaves it out.
        """
        import pandas as pd

        last = {Audience.INTERNAL: "需要决定什么", Audience.UNIT: "需要单位办理什么"}
        rows = [("覆盖全不全", self.coverage()), ("风险在哪里", self.risk()), ("制约是否执行", self.kept()), ("问题改没改", self.mended()),
                ("数据可不可靠、能否公开", self.data())]
        if self.pages.audience in last:
            rows.append((last[self.pages.audience], "".join(self.decisions())))
        return Listing(pd.DataFrame(rows, columns=["问题", "回答"]), caption="结论", note="各项数字的口径、来源和局限见后面各章。")

    def coverage(self) -> str:
        """How far list, flows, risks, measures and publication reach."""
        return f"{self.pages.funnel().sentence()}按报送的台账计算，是否真实、有效未经现场核验。"

    def risk(self) -> str:
        """What stands first in the list of findings, and what it does not mean."""
        found = self.checks.found
        if not found.listed:
            return f"没有列出的待核实事项；不能判定{len(found.waiting)}项，不等于没有问题。"
        alone = sum(f.each.structure.kappa is not None and f.each.structure.kappa[NONE.name].high == 1 for f in found.listed)
        names = "、".join(f"「{f.each.item.name}」" for f in found.listed[:MOST_NAMED])
        stated = [f.each.item.yearly_amount for f in found.listed if f.each.item.yearly_amount is not None]
        money = f"，已载年度资金{sum(stated):,.10g}万元（{len(found.listed) - len(stated)}项未载）" if stated else "，年涉及金额均未载"
        accepted = f"另有{len(found.accepted)}项已接受，未列入。" if found.accepted else ""
        return (f"列出待核实事项{len(found.listed)}项{money}，其中{alone}项按现行流程可由一人办结；排在前面的是{names}。{accepted}"
                "反映制度设计情况，不代表存在违规行为。")

    def kept(self) -> str:
        """Whether the duties that the unit owes were kept."""
        made = self.checks.fulfilment
        return "义务履行未报，不能判断；未报不等于没有履行。" if made is None else f"{duty_sentence(made)}只计单位选定应履行的义务。"

    def mended(self) -> str:
        """Closed issues, and how many of them were verified."""
        found = self.outcomes.year.conduct.rectification
        if found is None:
            return "整改台账未报，不能判断；未报不等于没有。"
        return (f"到期问题{found.due}个，销号{found.closed_due}个；全部已销号{found.closed}个，其中经核验{found.verified}个，"
                f"「回头看」发现反弹{found.rebounded}个。销号为单位自报，核验才算认定。")

    def data(self) -> str:
        """What was refused or not sent, and who may read this copy."""
        missing = [t.label for n, t in TABLES.items() if n in self.pages.tables and t.tier.value in ("A", "B") and not len(self.pages.own(n))]
        unsent = f"A、B两级台账中{'、'.join(missing)}未报。" if missing else "A、B两级台账均已报送。"
        may = "本册含人员代号，只供纪委内部使用，不得公开。" if self.pages.audience is Audience.INTERNAL else f"本册供{self.pages.audience.label}使用，不含人员和经手组合。"
        return self.pages.receipts().lines[0] + unsent + may

    def decisions(self) -> Iterator[str]:
        """What to ask of the unit, and which acceptances will end; numbered."""
        for number, asked in enumerate(self._asked(), start=1):
            yield f"（{number}）{asked}。"
        if not any(True for _ in self._asked()):
            yield "没有需要办理的事项。"

    def _asked(self) -> Iterator[str]:
        found, inner = self.checks.found, self.pages.audience is Audience.INTERNAL
        for kind, drawing in (("补填任职", False), ("补正流程", True)):
            settles = [s for s in found.settles if s.cell.drawing is drawing]
            items = {i for s in settles for i in s.items}
            if settles:
                yield f"{'是否责成单位' if inner else '请'}{kind}{len(settles)}处，涉及不能判定的事项{len(items)}项"
        if found.questions:
            yield f"{'是否请单位' if inner else '请'}说明{sum(len(f.each.structure.idle) for f in found.questions)}处制约环节的作用"
        if found.accepted and inner:
            yield f"已接受的{len(found.accepted)}项最早于{min(row.until for _, row in found.accepted)}到期，是否延续"
