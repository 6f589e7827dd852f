"""The unit report's chapter on checks of power: who could carry an item alone, how much money that touches, what is open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.network.answer import Answer, Question, answer
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.summary import sentences
from fangkong_lab.show.canvas import AMBER, RED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Prose
from fangkong_lab.show.simulated import marked

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.network.concentration import OnOne
    from fangkong_lab.show.unit import UnitPages


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

    def alone_chart(self) -> Chart:
        """Return chart ②: by domain, items one person can carry, and the yearly amount they touch; 未载 is not zero."""
        domains = [(d.label, alone, ordered) for d, (count, alone, ordered) in self.answer.units[0].domains.items() if count][::-1]
        names = [label for label, _, _ in domains]
        panels: list[tuple[str, list[tuple[float, float, str]]]] = [
            ("事项数（项）", [(a.count[0], o.count[0], f"{a.count[0]}/{o.count[0]}") for _, a, o in domains]),
            ("年涉及金额（万元）", [(a.amount[0], o.amount[0], f"{stated_money(a)}/{stated_money(o)}") for _, a, o in domains])]
        with canvas(20 + 9 * len(domains), columns=2) as (figure, axes):
            for axis, (title, values) in zip(axes, panels, strict=True):
                wide = axis.barh(names, [o for _, o, _ in values], color=AMBER, alpha=0.5, height=0.66, label="单人可令办结")
                axis.barh(names, [a for a, _, _ in values], color=RED, height=0.4, label="其中单人可办结")
                axis.bar_label(wide, labels=[said for _, _, said in values], padding=3)
                axis.set_xlabel(title)
                axis.margins(x=0.45)
                if not any(o for _, o, _ in values):  # nothing to measure by: no ticks below zero
                    axis.set(xlim=(0, 1), xticks=[])
            axes[1].set_yticklabels([])
            axes[0].legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
            picture = png(figure)
        note = "数字为「单人可办结/单人可令办结」；只计能够确定的，未填金额的事项不计入金额，都没有填的写「未载」。"
        return Chart(title="单人可办结事项及涉及金额", png=picture, alt=f"条形图：{self.findings().lines[0]}", frame=self._by_domain(),
                     note=marked(self.answer.network, note), source="权力事项、流程、签批、任职台账")

    def _by_domain(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame([
            {"领域": d.label, "事项数": count, "单人可办结": alone.count[0], "单人可令办结": ordered.count[0],
             "单人可办结金额": stated_money(alone), "单人可令办结金额": stated_money(ordered)}
            for d, (count, alone, ordered) in self.answer.units[0].domains.items() if count])


def stated_money(found: OnOne) -> str:
    """Return the yearly amount (万元) of the sure items of *found*; 未载 where none of them states one."""
    return "未载" if found.count[0] and found.unstated[0] == found.count[0] else f"{found.amount[0]:,.10g}"
