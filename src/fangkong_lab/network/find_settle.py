"""Which cells of the ledger would settle a 不能判定, and how much each of them would settle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.network.bestcase import BestCase
from fangkong_lab.network.completion import Demand
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.nodes import ReasonCode
from fangkong_lab.network.reasons import post_name, signing_posts
from fangkong_lab.network.thresholds import ItemThresholds


@dataclass(frozen=True, order=True)
class Cell:
    """One thing to fill in: sheet *table*, row *key*, *column*; *text* says it in Chinese, *post* is the post it names.

    *drawing*: a flow or its sign-offs are missing or wrong; only once they are right can anything be worked out.
    """

    table: str
    key: str
    column: str
    text: str
    post: str = ""
    drawing: bool = False

    def for_reader(self, audience: Audience) -> Cell:
        """Return the cell as *audience* may read it: the public copy names no post."""
        if audience is Audience.PUBLIC and self.post:
            return Cell(self.table, "", self.column, "补填有关岗位的任职记录")
        return self


@dataclass(frozen=True)
class Settles:
    """A *cell*, the *items* it is needed for, their stated *amount* (万元) and how many have none stated.

    *alone*: of those items, the ones for which no other cell is needed.
    """

    cell: Cell
    items: tuple[str, ...]
    alone: int
    amount: float
    unstated: int

    def sentence(self) -> str:
        """Return what to fill in and what it settles."""
        money = f"，涉及年度资金{self.amount:,.10g}万元" if self.amount else ""
        rest = f"（{self.unstated}项未填金额）" if self.unstated else ""
        if self.cell.drawing:
            whole = "补正后才能计算"
        elif self.alone == len(self.items):
            whole = "补后即可判定"
        else:
            whole = f"其中{self.alone}项补后即可判定，其余还要补别处" if self.alone else "还要补别处才能判定"
        return f"{self.cell.text}：{len(self.items)}项{money}{rest}，{whole}。"


def cells_of(network: PowerNetwork, each: ItemThresholds) -> tuple[Cell, ...]:
    """Return the cells that would settle the verdict of *each* under its influence; none where it is settled.

    Faults of the flow come first: nothing can be worked out before they are mended. Else the unknown signing posts, and the
    unknown posts outside the flow where, signers given, it still depends on who holds them.
    """
    structure = each.structure
    if structure.flow.faults:
        return tuple(sorted({_fault(each, r.code, r.text) for r in structure.flow.faults}))
    if each.status is not Verdict.CANNOT_TELL:
        return ()
    posts = [*signing_posts(structure.flow, network.unknown), *(_outside(network, each) if _hangs_outside(network, each) else ())]
    return tuple(_holder(network, p) for p in posts)


def _hangs_outside(network: PowerNetwork, each: ItemThresholds) -> bool:
    """Say whether, for some holders of the signing posts, the verdict still depends on posts outside the flow."""
    structure = each.structure
    if not structure.cases:
        return True
    for case in structure.cases:
        alone = case.kappa(structure.influence)
        best = BestCase(network, case, structure.influence)
        if alone is not None and alone >= each.target and not best.trivial and best.least(each.target).least < each.target:
            return True
    return False


def _fault(each: ItemThresholds, code: ReasonCode, text: str) -> Cell:
    item = each.item
    if code is ReasonCode.NO_FLOW and item.flow_id is None:
        return Cell("权力事项", item.item_id, "流程图编码", f"在权力事项表填{item.item_id}的流程图编码或简易流程", drawing=True)
    if code is ReasonCode.NO_FLOW:
        return Cell("流程图", item.flow_id or "", "流程图编码", f"登记流程图{item.flow_id}及其环节、签批", drawing=True)
    if code is ReasonCode.NO_SUCH_TITLE:
        return Cell("权力事项", item.item_id, "简易流程", f"核对{item.item_id}简易流程里的岗位名称", drawing=True)
    table = {ReasonCode.NO_SIGN_OFFS: "签批", ReasonCode.STEP_NOT_LISTED: "环节"}.get(code, "签批")
    return Cell(table, each.structure.flow.flow_id, "环节序号" if table == "环节" else "签批序号", text, drawing=True)


def _holder(network: PowerNetwork, post: str) -> Cell:
    return Cell("任职", post, "人员代号", f"补填{post_name(network, post)}在{network.as_of}的任职人员（确实空缺的填「空缺」）", post)


def _outside(network: PowerNetwork, each: ItemThresholds) -> list[str]:
    listed = set(Demand(each.structure.flow, each.structure.least).posts())
    return sorted(network.outlying - listed)


def settling(network: PowerNetwork, items: Iterable[ItemThresholds]) -> tuple[Settles, ...]:
    """Return the cells that *items* wait for, those that settle most by themselves first (then by items, then by text)."""
    wanted: dict[Cell, list[ItemThresholds]] = {}
    single: dict[Cell, int] = {}
    for each in items:
        cells = cells_of(network, each)
        for cell in cells:
            wanted.setdefault(cell, []).append(each)
        if len(cells) == 1:
            single[cells[0]] = single.get(cells[0], 0) + 1
    found = [_settles(cell, waiting, single.get(cell, 0)) for cell, waiting in wanted.items()]
    return tuple(sorted(found, key=lambda s: (-s.alone, -len(s.items), s.cell)))


def _settles(cell: Cell, waiting: Sequence[ItemThresholds], alone: int) -> Settles:
    amounts = [e.item.yearly_amount for e in waiting]
    return Settles(cell, tuple(sorted(e.item.item_id for e in waiting)), alone,
                   round(sum(a for a in amounts if a is not None), 6), sum(a is None for a in amounts))
