"""The unit report's chapter 九: main problems, why, and what would mend each item, tried out on the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Audience, StepKind, Verdict
from fangkong_lab.models.staff import Staff, staff_of
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import NONE
from fangkong_lab.network.nodes import Flow
from fangkong_lab.network.patterns.action import Action
from fangkong_lab.network.patterns.actions import AddCheck, RequireSigners, Separate
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.thresholds import ItemThresholds, measure
from fangkong_lab.show.prose import Listing, Prose

if TYPE_CHECKING:
    from fangkong_lab.show.unit import UnitPages
    from fangkong_lab.show.unit_power import PowerPages

MOST_ITEMS = 10
BUSINESS = (StepKind.ACCEPT, StepKind.REVIEW, StepKind.COSIGN, StepKind.DECIDE, StepKind.EXECUTE, StepKind.PAY, StepKind.INSPECT)
NO_DATE = "完成期限和责任人由单位与主管部门商定，本软件不代拟。"


@dataclass(frozen=True)
class Mend:
    """What was tried on one item: the *words* of the change that works, or None where none of those tried does."""

    each: ItemThresholds
    words: str | None


@dataclass(frozen=True)
class AdvicePages:
    """The advice for *pages*' unit: the items one person can carry, largest amounts first, each with a change that works."""

    pages: UnitPages
    power: PowerPages

    @cached_property
    def alone(self) -> tuple[ItemThresholds, ...]:
        """The unit's items that one person can surely carry alone, by yearly amount."""
        found = [e for e in self.power.answer.items if e.under(NONE) is Verdict.VIOLATED]
        return tuple(sorted(found, key=lambda e: (-(e.item.yearly_amount or 0), e.item.item_id)))

    def problems(self) -> Prose:
        """Return the unit's main problems, each with its reason, in the order of their weight."""
        lines = list(self._problems())
        return Prose(tuple(lines) or ("台账所及没有发现需要列出的主要问题；台账没有的内容不能判断。",), ordered=bool(lines))

    def _problems(self) -> Iterator[str]:
        items = self.power.answer.items
        ordered = sum(e.status is Verdict.VIOLATED for e in items) - len(self.alone)
        waiting = sum(e.status is Verdict.CANNOT_TELL for e in items)
        idle = sum(len(e.structure.idle) for e in items)
        if self.alone:
            yield f"{len(self.alone)}项按现行流程可由一人办结。原因在流程设计：同一岗位或同一人签批了各道环节，没有第二人必须经手。"
        if ordered > 0:
            yield f"另有{ordered}项经手人之间存在直接领导关系。原因在分工：审核的人归决定的人管，制约作用有待核实。"
        if idle:
            yield f"{idle}处制约环节去掉后谁能办结没有变化。原因有待单位说明，不是取消的理由。"
        if waiting:
            yield f"{waiting}项不能判定。原因在资料：没有流程或任职记录，补齐后才能说清。"

    def mends(self) -> Listing | Prose:
        """Return, item by item, the smallest of the tried changes that brings the threshold to two, and still lets it be done."""
        import pandas as pd

        if not self.alone:
            return Prose(("没有确定可由一人办结的事项，不需要分岗建议。",))
        network = self.power.answer.network
        staff = staff_of(Study(network, self.pages.tables, self.pages.unit_id))[self.pages.unit_id]
        rows = [self._row(mend(network, each, staff)) for each in self.alone[:MOST_ITEMS]]
        rest = f"共{len(self.alone)}项，试算前{MOST_ITEMS}项。" if len(self.alone) > MOST_ITEMS else f"共{len(self.alone)}项。"
        return Listing(pd.DataFrame(rows), caption="分岗建议（逐项试算）",
                       note=f"{rest}依次试三种办法：两环节不得同一人、规定至少两人经手、另一股室负责人会签；改后最少独立经手人数不少于2且仍能办结的才列出。{NO_DATE}")

    def _row(self, made: Mend) -> dict[str, object]:
        amount = made.each.item.yearly_amount
        words = made.words or "试过的办法都不行，需增设岗位或另定签批"
        name = {Audience.INTERNAL: f"{made.each.item.item_id}　"}.get(self.pages.audience, "")
        return {"事项": f"{name}{made.each.item.name}", "年涉及金额（万元）": "未载" if amount is None else f"{amount:,.1f}", "建议": words}


def mend(network: PowerNetwork, each: ItemThresholds, staff: Staff) -> Mend:
    """Return the first change tried that works for *each*: pairs of steps apart by number, two signers, another chief.

    It works where κ without influence is at least two in every completion and the item can surely still be done.
    """
    flow = each.structure.flow
    for action, words in _tried(flow, staff):
        after = measure(action.apply(network, each.item.item_id), items=[each.item.item_id])[0]
        kappa = after.structure.kappa
        if kappa is not None and kappa[NONE.name].low >= 2 and not after.structure.may_be_impossible:
            return Mend(each, words)
    return Mend(each, None)


def _tried(flow: Flow, staff: Staff) -> Iterator[tuple[Action, str]]:
    signed = {s.step_no for s in flow.sign_offs}
    steps = [s for s in flow.steps if s.step_no in signed and s.kind in BUSINESS]
    for one, other in combinations(steps, 2):
        if (one.step_no, other.step_no) not in flow.incompatible:
            yield (Separate(step_a=one.step_no, step_b=other.step_no),
                   f"将环节{one.step_no}「{one.name}」与环节{other.step_no}「{other.name}」分岗办理，不得同一人签批，不增加工作日")
    yield RequireSigners(least=2), "规定至少两人经手（1+X），不增加环节和工作日"
    for line, words in ((True, "另一条分管线上的股室负责人"), (False, "另一名股室负责人")):
        chief = staff.other_chief(flow, other_line=line)
        if chief is not None:
            yield (AddCheck(posts=(chief,), name="会审会签", kind=StepKind.COSIGN), f"增加一道由{words}的会签，办理时限另定")
