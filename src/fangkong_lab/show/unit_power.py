"""The unit report's chapter on checks of power: who could carry an item alone, how much money that touches, what is open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.network.answer import Answer, Question, answer
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.summary import sentences
from fangkong_lab.show.canvas import AMBER, RED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.network.thresholds import ItemThresholds
    from fangkong_lab.show.unit import UnitPages

MOST_ROWS = 20


@dataclass(frozen=True)
class PowerPages:
    """The chapter on checks of *pages*' unit: κ without influence and with direct influence, target 2."""

    pages: UnitPages

    @cached_property
    def answer(self) -> Answer:
        """The thresholds of the unit's items, worked out on the whole ledger (persons and lines of other units count)."""
        network = PowerNetwork.from_tables(self.pages.tables, self.pages.as_of)
        return answer(network, Question(audience=self.pages.audience, unit=self.pages.unit_id))

    def findings(self) -> Prose:
        """Return the sentences: items alone, items by order, what cannot be told and which rows would settle it."""
        return Prose(tuple(sentences(self.answer)))

    def verdicts(self) -> Listing:
        """Return, per test, how many items are 达标, 不达标, 不能判定, 无法办结."""
        import pandas as pd

        names = {"satisfied": "达标", "violated": "不达标", "cannot_tell": "不能判定", "cannot_be_done": "无法办结"}
        rows = [{"检验": t["test"], "适用": t["applicable"], **{label: t[code] for code, label in names.items()}, "除外": t["excluded"]}
                for t in self.answer.document()["tests"]]
        return Listing(pd.DataFrame(rows), caption="检验结果",
                       note="「单人可办结」不计上下级影响；「单人可令办结」计直接领导关系。不达标指一人即可完成，应当核实，不等于违规。")

    def alone_chart(self) -> Chart:
        """Return chart ②: by domain, items one person can carry, and the yearly amount they touch."""
        unit = self.answer.units[0]
        domains = [(d.label, alone, ordered) for d, (count, alone, ordered) in unit.domains.items() if count]
        names = [label for label, _, _ in domains][::-1]
        with canvas(20 + 9 * len(domains), columns=2) as (figure, axes):
            for axis, title, values in (
                (axes[0], "事项数（项）", [(a.count[0], o.count[0]) for _, a, o in domains]),
                (axes[1], "年涉及金额（万元）", [(a.amount[0], o.amount[0]) for _, a, o in domains]),
            ):
                wide = axis.barh(names, [o for _, o in values][::-1], color=AMBER, alpha=0.5, height=0.66, label="单人可令办结")
                axis.barh(names, [a for a, _ in values][::-1], color=RED, height=0.4, label="其中单人可办结")
                axis.bar_label(wide, labels=[f"{a:,.0f}/{o:,.0f}" for a, o in values][::-1], padding=3)
                axis.set_xlabel(title)
                axis.margins(x=0.25)
            axes[1].set_yticklabels([])
            axes[0].legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
            picture = png(figure)
        return Chart(title="单人可办结事项及涉及金额", png=picture, alt=f"条形图：{self.findings().lines[0]}", frame=self._by_domain(),
                     note="数字为「单人可办结/单人可令办结」；只计能够确定的，未填金额的事项不计入金额。", source="权力事项、流程、签批、任职台账")

    def _by_domain(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame([
            {"领域": d.label, "事项数": count, "单人可办结": alone.count[0], "单人可令办结": ordered.count[0],
             "单人可办结金额": round(alone.amount[0], 1), "单人可令办结金额": round(ordered.amount[0], 1)}
            for d, (count, alone, ordered) in self.answer.units[0].domains.items() if count])

    def to_check(self) -> Listing:
        """Return the items to check first, by yearly amount: which item, κ, and for the discipline side who."""
        import pandas as pd

        found = [e for e in self.answer.items if e.status is Verdict.VIOLATED]
        found.sort(key=lambda e: (-(e.item.yearly_amount or 0), e.item.item_id))
        frame = pd.DataFrame([self._row(e) for e in found[:MOST_ROWS]])
        rest = f"共{len(found)}项，列出前{MOST_ROWS}项。" if len(found) > MOST_ROWS else f"共{len(found)}项。"
        return Listing(frame, caption="待核实事项（按年涉及金额排列）",
                       note=rest + "线索，非结论：只说明流程设计允许一人完成，不说明有人这样做过。")

    def _row(self, each: ItemThresholds) -> dict[str, object]:
        kappa = each.structure.kappa
        assert kappa is not None  # 不达标 is told only where κ is known
        amount = each.item.yearly_amount
        row: dict[str, object] = {
            "事项": each.item.item_id, "名称": each.item.name, "不计影响": kappa["none"].low, "计直接领导": kappa["direct"].low,
            "年涉及金额（万元）": "未载" if amount is None else f"{amount:,.1f}"}
        if self.pages.audience is Audience.INTERNAL:
            row["可办结者（代号）"] = "、".join(each.structure.sole[:3]) + ("等" if len(each.structure.sole) > 3 else "")
        return row
