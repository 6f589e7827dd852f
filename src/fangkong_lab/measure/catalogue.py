"""Completeness of 「1+1+2X」: one catalogue of powers, one list of powers and duties, X flow charts, X risk charts.

The scheme is 宁国's (source document 002): flows and risk charts are as many as needed, and one flow may serve many items.
The ledger shows whether the content of each is there, not whether a drawing hangs on a wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind
from fangkong_lab.ledger.places import places, rows_with
from fangkong_lab.measure.ledgerdays import day_column, text_column

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]


class Piece(Kind):
    """The four pieces of the scheme."""

    CATALOGUE = "catalogue", "职权事项目录"
    LIST = "list", "权责清单"
    FLOW = "flow", "流程图"
    RISK_CHART = "risk_chart", "风险防控图"


@dataclass(frozen=True)
class ItemPieces:
    """What one item has of the scheme. *lacks* says in words what is missing of each piece ("" where nothing is).

    *flow_id* names its flow chart (empty: none, or a 简易流程); *risks* and *guarded* count its risk points and those with
    a measure; *unknown* are the pieces whose tables were not sent.
    """

    item_id: str
    unit_id: str
    name: str
    lacks: Mapping[Piece, str]
    flow_id: str
    risks: int
    guarded: int
    unknown: tuple[Piece, ...]

    @property
    def complete(self) -> bool | None:
        """Whether all four are there; None where that hangs on a table that was not sent."""
        if any(text for piece, text in self.lacks.items() if piece not in self.unknown):
            return False
        return None if self.unknown else True


@dataclass(frozen=True)
class Catalogue:
    """「1+1+2X」 of all items on *as_of*, sorted by code."""

    as_of: date
    items: tuple[ItemPieces, ...]

    def having(self, piece: Piece) -> int | None:
        """Return how many items have *piece*; None where its table was not sent."""
        if self.items and all(piece in i.unknown for i in self.items):
            return None
        return sum(not i.lacks[piece] for i in self.items)

    @property
    def flows(self) -> int:
        """X: the number of different flow charts in use."""
        return len({i.flow_id for i in self.items if i.flow_id})

    def table(self) -> pd.DataFrame:
        """Return one row per item: what is there of each piece, how many risk points with measures, whether it is whole."""
        import pandas as pd

        return pd.DataFrame([{
            "事项编码": i.item_id, "名称": i.name, **{p.label: "未报" if p in i.unknown else i.lacks[p] or "有" for p in Piece},
            "流程图编码": i.flow_id or "无", "风险点": i.risks, "有措施的风险点": i.guarded,
            "齐全": {True: "是", False: "否", None: "不能判定"}[i.complete]} for i in self.items])

    def units(self) -> pd.DataFrame:
        """Return one row per unit: items, those that have each piece, X, and whole ones."""
        import pandas as pd

        rows = []
        for unit in sorted({i.unit_id for i in self.items}):
            mine = Catalogue(self.as_of, tuple(i for i in self.items if i.unit_id == unit))
            rows.append({"单位": unit, "事项": len(mine.items), **{p.label: _shown(mine.having(p)) for p in Piece}, "流程图幅数": mine.flows,
                         "齐全": sum(i.complete is True for i in mine.items), "不能判定": sum(i.complete is None for i in mine.items)})
        return pd.DataFrame(rows)

    def sentence(self) -> str:
        """Return the scheme's state in sentences."""
        number = len(self.items)
        whole, unsure = sum(i.complete is True for i in self.items), sum(i.complete is None for i in self.items)
        charts = self.having(Piece.RISK_CHART)
        said = [f"按「1+1+2X」核对，目录列事项{number}项；权责清单要素齐全{_shown(self.having(Piece.LIST))}项",
                f"流程图{self.flows}幅，{_shown(self.having(Piece.FLOW))}项有流程",
                "风险点或防控措施未报，风险防控图不能核对" if charts is None else f"{charts}项的风险点都有等级和措施、可成风险防控图",
                f"四样齐全{whole}项" + (f"，{unsure}项因有关台账未报不能判定" if unsure else "")]
        return "；".join(said) + "。所指为台账内容是否具备，不是图纸是否上墙。"


def catalogue(tables: Tables, as_of: date, unit_id: str | None = None) -> Catalogue:
    """Return 「1+1+2X」 of every item (of *unit_id*) on *as_of*.

    目录: the item is listed with name and category. 清单: it states its 设定依据 and the posts that carry it out (signing
    posts of its flow, or 简易流程). 流程图: its flow has steps, or 简易流程 is filled. 风险防控图: it has risk points, each with
    a grade and a measure; risk points confirmed after *as_of* do not count. Raises `BadInput` without any item.
    """
    items = _frame(tables, "power_items")
    items = rows_with(items, "unit_id", (unit_id,)) if unit_id is not None and len(items) else items
    if not len(items):
        raise BadInput("没有报送权力事项", where=unit_id or "权力事项", mend="先导入含「权力事项」表的台账")
    seen = _seen(tables, as_of, items["item_id"])
    columns = [text_column(items, c, "").astype(str).str.strip() for c in ("item_id", "unit_id", "name", "category", "basis", "flow_id", "simple_flow")]
    rows = sorted(zip(*columns, strict=True))
    return Catalogue(as_of, tuple(_item(row, seen) for row in rows))


@dataclass(frozen=True)
class _Seen:
    """What the other tables hold: flows with steps, flows with signers, risks of items as (graded, guarded), what is unsent."""

    drawn: frozenset[str]
    signed: frozenset[str]
    risks: Mapping[str, tuple[tuple[bool, bool], ...]]
    unknown: tuple[Piece, ...]


def _seen(tables: Tables, as_of: date, items: Iterable[object]) -> _Seen:
    import pandas as pd

    risks, measures = _frame(tables, "risk_points"), _frame(tables, "measures")
    guarded = places(measures, "risk_id") if len(measures) else {}
    found: dict[str, list[tuple[bool, bool]]] = {}
    if "item_id" in risks.columns:
        own = rows_with(risks, "item_id", items)
        known = own[~(day_column(own, "confirmed_on") > pd.Timestamp(as_of))]
        for item, risk, grade in zip(text_column(known, "item_id", ""), text_column(known, "risk_id", ""), text_column(known, "grade", ""), strict=True):
            found.setdefault(str(item), []).append((bool(grade), risk in guarded))
    unsent = (Piece.RISK_CHART,) if not len(risks) or not len(measures) else ()
    return _Seen(_flows(tables, "steps"), _flows(tables, "sign_offs"), {i: tuple(r) for i, r in found.items()}, unsent)


def _item(row: tuple[str, ...], seen: _Seen) -> ItemPieces:
    item_id, unit_id, name, category, basis, flow, simple = row
    risks = seen.risks.get(item_id, ())
    drawn = flow in seen.drawn if flow else bool(simple)
    lacks = {
        Piece.CATALOGUE: _missing(名称=name, 权力类别=category),
        Piece.LIST: _missing(设定依据=basis, 责任岗位=flow in seen.signed if flow else simple),
        Piece.FLOW: "" if drawn else "缺流程",
        Piece.RISK_CHART: _missing(风险点=risks, 等级=all(g for g, _ in risks), 措施=all(m for _, m in risks)),
    }
    return ItemPieces(item_id, unit_id, name, lacks, flow if drawn and flow else "", len(risks), sum(m for _, m in risks), seen.unknown)


def _missing(**parts: object) -> str:
    names = [name for name, there in parts.items() if not there]
    return f"缺{'、'.join(names)}" if names else ""


def _flows(tables: Tables, name: str) -> frozenset[str]:
    frame = _frame(tables, name)
    return frozenset(map(str, places(frame, "flow_id"))) if "flow_id" in frame.columns else frozenset()


def _frame(tables: Tables, name: str) -> pd.DataFrame:
    import pandas as pd

    return tables[name] if name in tables else pd.DataFrame()


def _shown(count: int | None) -> str:
    return "未报" if count is None else str(count)
