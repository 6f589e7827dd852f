"""The unit report's part on the pattern library: how the unit stands to each named, cited check of the counties."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.network.patterns.pattern import Pattern
from fangkong_lab.network.patterns.result import PatternResult
from fangkong_lab.network.patterns.shelf import run_shelf
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD
from fangkong_lab.show.prose import Listing, Prose

if TYPE_CHECKING:
    from fangkong_lab.show.unit import UnitPages
    from fangkong_lab.show.unit_power import PowerPages

MOST_ROWS, MOST_EACH = 20, 3
NOT_SENT = "未报"


@dataclass(frozen=True)
class PatternPages:
    """The patterns tested on *pages*' unit, in the network that *power* has built already."""

    pages: UnitPages
    power: PowerPages

    @cached_property
    def _run(self) -> tuple[tuple[PatternResult, ...], tuple[tuple[Pattern, str], ...]]:
        return run_shelf(Study(self.power.answer.network, self.pages.tables, self.pages.unit_id))

    def counts(self) -> Listing:
        """Return every pattern with what it applies to and how that fares; 未报 where its table was not sent."""
        import pandas as pd

        rows = [self._row(r) for r in self._run[0]]
        return Listing(pd.DataFrame(rows), caption=f"制约模式检验（{len(rows)}种）",
                       note="适用＝达标＋不达标＋不能判定。各模式出自不同地方，没有采用的不算缺项；出处和要求用 fangkong patterns show 查看。")

    def _row(self, result: PatternResult) -> dict[str, str]:
        head = {"制约模式": result.pattern.label, "检验对象": result.pattern.applies_to.label}
        if result.missing:
            return head | dict.fromkeys(("适用", "达标", "不达标", "不能判定", "除外"), NOT_SENT)
        c = result.counts(self.pages.unit_id)
        return head | {"适用": str(c.applicable), "达标": str(c.satisfied), "不达标": str(c.violated), "不能判定": str(c.cannot_tell),
                       "除外": str(c.excluded)}

    def short_of(self) -> Listing | Prose:
        """Return the first cases of each pattern that fall short, in the words the reader of the report may read."""
        import pandas as pd

        parts, total = [], 0
        for result in self._run[0]:
            frame = result.table(self.pages.audience)
            bad = frame[frame["结论"] == BAD.label] if len(frame) else frame
            total += len(bad)
            parts.append(bad.head(MOST_EACH).assign(制约模式=result.pattern.label))
        rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        if not total:
            return Prose(("各制约模式没有可列出的不达标情形。",))
        shown = rows[["制约模式", "编码", "名称", "环节", "原因"]].head(MOST_ROWS)
        return Listing(shown, caption="制约模式不达标的情形", note=f"共{total}条，每种模式列前{MOST_EACH}条。反映制度设计和台账记载，应当核实，不等于违规。")

    def to_choose(self) -> Prose:
        """Return which patterns were not tested because places differ and nobody has chosen."""
        left = self._run[1]
        if not left:
            return Prose(("各制约模式的参数都已选定。",))
        names = "、".join(f"「{p.label}」" for p, _ in left)
        return Prose((f"{names}各地写法不同，本册没有选定，未检验；用 fangkong patterns test --place 选定一地。",))
