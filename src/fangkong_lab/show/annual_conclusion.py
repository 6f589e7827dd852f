"""Page one of the annual report: the six questions of a leader, each answered by a number with its caveat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.measure.duties import Fulfilment
from fangkong_lab.measure.five_full import Side
from fangkong_lab.measure.rectify import Rectification
from fangkong_lab.measure.summary import Question, outcomes
from fangkong_lab.show.duty_chart import duty_sentence
from fangkong_lab.show.prose import Listing

if TYPE_CHECKING:
    from fangkong_lab.show.annual import AnnualPages
    from fangkong_lab.show.annual_power import AnnualPower

MOST_NAMED = 3


@dataclass(frozen=True)
class AnnualConclusion:
    """The answers for the county of *pages*, taken from the chapters; nothing is counted anew."""

    pages: AnnualPages
    power: AnnualPower

    def six(self) -> Listing:
        """Return the six questions with their answers; the public copy leaves out what the leader has to decide."""
        import pandas as pd

        rows = [("覆盖全不全", self.coverage()), ("风险在哪里", self.risk()), ("制约是否执行", self.kept()), ("问题改没改", self.mended()),
                ("数据可不可靠、能否公开", self.data())]
        if self.pages.audience is Audience.INTERNAL:
            rows.append(("需要决定什么", self.decisions()))
        return Listing(pd.DataFrame(rows, columns=["问题", "回答"]), caption="结论", note="各项数字的口径、来源和局限见后面各章。")

    def coverage(self) -> str:
        """Units that listed their powers, and the standard on which most is missing."""
        five = self.pages.five
        scope = five.total(Side.SCOPE)[0]
        shares = {side: [p.share for p in five.total(side) if p.share is not None] for side in Side}
        least = min((side for side in Side if shares[side]), key=lambda side: min(shares[side]))
        return (f"{scope.said()}；「五全」中最低的是{least.label}（最低一项{100 * min(shares[least]):.0f}%）。"
                "按报送的台账计算，是否真实、有效未经现场核验。")

    def risk(self) -> str:
        """Items one person can carry, in how many units, and the money they touch."""
        lines = self.power.findings().lines
        units = sum(u.alone.count[0] > 0 for u in self.power.now.units)
        return f"{lines[0]}分布在{units}个单位。反映制度设计情况，不代表存在违规行为。"

    def kept(self) -> str:
        """Whether the duties that units owe were kept, over all units."""
        made = self._conduct().fulfilment
        return "义务履行未报，不能判断；未报不等于没有履行。" if not isinstance(made, Fulfilment) else f"{duty_sentence(made)}只计单位选定应履行的义务。"

    def mended(self) -> str:
        """Closed issues over all units, and how many of them were verified."""
        found = self._conduct().rectification
        if not isinstance(found, Rectification):
            return "整改台账未报，不能判断；未报不等于没有。"
        return (f"到期问题{found.due}个，销号{found.closed_due}个；全部已销号{found.closed}个，其中经核验{found.verified}个，"
                f"「回头看」发现反弹{found.rebounded}个。销号为单位自报，核验才算认定。")

    def data(self) -> str:
        """What was refused or not sent, and who may read this copy."""
        missing = [t.label for n, t in TABLES.items() if n in self.pages.tables and t.tier.value in ("A", "B") and not len(self.pages.tables[n])]
        unsent = f"A、B两级台账中{'、'.join(missing)}没有一个单位报送。" if missing else "A、B两级台账各表均有单位报送。"
        inner = self.pages.audience is Audience.INTERNAL
        may = "本册含未隐去的小数，只供纪委内部使用，不得公开。" if inner else f"本册供{self.pages.audience.label}使用，人数较小的已隐去。"
        return self.pages.receipts().lines[0] + unsent + may

    def decisions(self) -> str:
        """What the leader is asked: units to name, gaps to fill, problems that half of the units share."""
        bad = [u for u in self.power.now.units if u.alone.count[0]]
        most = sorted(bad, key=lambda u: (-u.alone.amount[0], -u.alone.count[0], u.unit_id))[:MOST_NAMED]
        waiting = sum(e.status is Verdict.CANNOT_TELL for e in self.power.now.items)
        asked = []
        if most:
            asked.append(f"是否责成{'、'.join(self.pages.names[u.unit_id] for u in most)}等{len(bad)}个单位先行分岗")
        if waiting:
            asked.append(f"是否限期补报任职和流程，使{waiting}项不能判定的事项可以判定")
        half = self.power.shared[(self.power.shared["性质"] == "制度设计") & (self.power.shared["单位数"] * 2 >= len(self.pages.names))]
        if len(half):
            asked.append(f"半数以上单位共有的{len(half)}类薄弱环节是否统一规范（见共性问题一章）")
        return "".join(f"（{n}）{text}。" for n, text in enumerate(asked, start=1)) or "没有需要决定的事项。"

    def _conduct(self):  # type: ignore[no-untyped-def]
        return outcomes(self.pages.tables, Question(self.pages.as_of)).conduct
