"""Flows and items of a ledger; those of a large one are made from their rows when they are asked for.

Small tables, and tables with anything that an import would not let through, are read whole and row by row: what is wrong in
them is told at once, as it stands there. Tables that are read later must not be edited in between.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind, SignRule, StepKind
from fangkong_lab.ledger.columns import ColumnType
from fangkong_lab.ledger.places import Places, places, positions
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.ledger.wording import split_titles
from fangkong_lab.network.nodes import Flow, Item, Reason, ReasonCode, SignOff, Step, domain_of
from fangkong_lab.network.ondemand import OnDemand
from fangkong_lab.network.rows import Row, Tables, check_filled, known_post, once, rows_of, split_list

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = {
    "flows": ("flow_id", "unit_id", "name"),
    "steps": ("flow_id", "step_no", "name", "kind", "route", "statutory", "days"),
    "sign_offs": ("flow_id", "step_no", "sign_no", "post_id", "rule", "need", "independent"),
    "incompatible_steps": ("flow_id", "step_a", "step_b"),
    "power_items": ("item_id", "unit_id", "name", "category", "small", "flow_id", "simple_flow", "min_persons", "yearly_amount",
                    "yearly_volume", "discretion"),
}
_REQUIRED = {
    "flows": ("flow_id",), "steps": ("flow_id", "step_no", "kind"), "sign_offs": ("flow_id", "step_no", "sign_no", "post_id"),
    "incompatible_steps": ("flow_id", "step_a", "step_b"), "power_items": ("item_id", "unit_id"),
}
_WORDS: Mapping[str, tuple[tuple[str, type[Kind]], ...]] = {"steps": (("kind", StepKind),), "sign_offs": (("rule", SignRule),)}
_CODES = {"flows": ("flow_id", "unit_id"), "power_items": ("item_id", "unit_id")}
_ALONE = {"flows": "flow_id", "power_items": "item_id"}
LARGE = 20_000
"""Rows from which on values are made on demand: below, reading all takes a fraction of a second."""
_FLOW_TABLES = ("flows", "steps", "sign_offs", "incompatible_steps")


def flows_of(tables: Tables, posts: Container[str]) -> Mapping[str, Flow]:
    """Return the flows of all flow tables by code; `BadInput` where a row names no post of *posts* or cannot be meant.

    Faults inside one flow are part of it (`Flow.faults`).
    """
    for name in _FLOW_TABLES:
        _check(tables, name)
    source = FlowRows({name: tables[name] for name in _FLOW_TABLES if name in tables}, posts)
    large = sum(len(tables[name]) for name in _FLOW_TABLES if name in tables) >= LARGE
    ordinary = large and all(_ordinary(tables, name) for name in _FLOW_TABLES) and _sound(tables, posts)
    return OnDemand(source) if ordinary else source.every()


def items_of(tables: Tables) -> Mapping[str, Item]:
    """Return the items by code; `BadInput` where a code stands twice or an item asks for fewer than one person."""
    _check(tables, "power_items")
    frame = tables.get("power_items")
    source = ItemRows(frame)
    if frame is None or len(frame) < LARGE or not _ordinary(tables, "power_items") or _below_one(frame, "min_persons"):
        return source.every()
    return OnDemand(source)


def _check(tables: Tables, name: str) -> None:
    frame = tables.get(name)
    if frame is not None and not frame.empty:
        check_filled(frame, name, _REQUIRED[name])


def _ordinary(tables: Tables, name: str) -> bool:
    """Say whether codes are texts and stand once where they must, lists are texts, numbers finite, step numbers whole, words known."""
    frame = tables.get(name)
    if frame is None or frame.empty:
        return True
    codes = _CODES.get(name, ("flow_id",))
    if not all(c in frame.columns and frame[c].notna().all() and _all_text(frame[c]) for c in codes):
        return False
    if name in _ALONE and not frame[_ALONE[name]].is_unique:
        return False
    declared = [c for c in TABLES[name].columns if c.name in _COLUMNS[name] and c.name in frame.columns]
    texts = all(_all_text(frame[c.name]) for c in declared if c.type.listed or c.type is ColumnType.TITLES)
    numbers = all(_numeric(frame[c.name], whole=c.type is ColumnType.INTEGER) for c in declared if c.type.numeric)
    return texts and numbers and all(_known(kind, frame[c].dropna().unique()) for c, kind in _WORDS.get(name, ()) if c in frame.columns)


def _all_text(cells: pd.Series) -> bool:
    from pandas.api.types import infer_dtype

    return infer_dtype(cells, skipna=True) in ("string", "empty")


def _numeric(cells: pd.Series, *, whole: bool) -> bool:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if not is_numeric_dtype(cells.dtype) or is_bool_dtype(cells.dtype):
        return bool(cells.isna().all())
    found = cells.dropna().to_numpy(dtype=np.float64)
    return bool(np.isfinite(found).all()) and not (whole and (found % 1).any())


def _known(kind: type[Kind], words: Iterable[object]) -> bool:
    try:
        return all(kind.read(str(word)) for word in words)
    except BadInput:
        return False


def _sound(tables: Tables, posts: Container[str]) -> bool:
    """Say whether all sign-offs name posts and ask for somebody, and no step is incompatible with itself."""
    signs, pairs = tables.get("sign_offs"), tables.get("incompatible_steps")
    if signs is not None and not signs.empty and (_below_one(signs, "need") or not all(p in posts for p in signs["post_id"].unique())):
        return False
    return pairs is None or pairs.empty or not bool((pairs["step_a"] == pairs["step_b"]).any())


def _below_one(frame: pd.DataFrame, column: str) -> bool:
    return column in frame.columns and bool((frame[column] < 1).fillna(False).any())


class FlowRows:
    """The rows of the flow *tables*: the source of `flows_of`."""

    def __init__(self, tables: Tables, posts: Container[str]) -> None:
        self._tables, self._posts = {name: frame for name, frame in tables.items() if not frame.empty}, posts

    @cached_property
    def _places(self) -> Mapping[str, Places]:
        return {name: places(frame, "flow_id") for name, frame in self._tables.items()}

    def keys(self) -> tuple[str, ...]:
        """Return the codes of all flows that any table but the incompatible steps names, sorted."""
        return tuple(sorted({str(code) for name in ("flows", "steps", "sign_offs") for code in self._places.get(name, ())}))

    def one(self, key: str) -> Flow:
        """Return one flow."""
        return _flow(key, partial(self._rows, key), self._posts)

    def every(self) -> Mapping[str, Flow]:
        """Return all flows by code."""
        grouped = {name: _grouped(rows_of(self._tables, name, _COLUMNS[name])) for name in _FLOW_TABLES}
        keys = sorted(grouped["flows"].keys() | grouped["steps"].keys() | grouped["sign_offs"].keys())
        return {key: _flow(key, lambda name, key=key: grouped[name].get(key, []), self._posts) for key in keys}  # type: ignore[misc]

    def of_unit(self, unit_id: str) -> tuple[str, ...]:
        """Return the codes of the flows that a unit registered, sorted."""
        frame = self._tables.get("flows")
        if frame is None or "unit_id" not in frame.columns:
            return ()
        return tuple(sorted(set(map(str, frame["flow_id"].take(positions(frame, "unit_id", (unit_id,)))))))

    def naming(self, posts: Iterable[str]) -> tuple[str, ...]:
        """Return the codes of the flows that list any of *posts* in a sign-off, sorted."""
        frame = self._tables.get("sign_offs")
        if frame is None:
            return ()
        return tuple(sorted(set(map(str, frame["flow_id"].take(positions(frame, "post_id", posts))))))

    def _rows(self, key: str, name: str) -> list[Row]:
        if name not in self._places or key not in self._places[name]:
            return []
        return rows_of({name: self._tables[name].take(self._places[name][key])}, name, _COLUMNS[name])


class ItemRows:
    """The rows of the items' *frame* (None: there are none): the source of `items_of`."""

    def __init__(self, frame: pd.DataFrame | None) -> None:
        self._frame = frame

    @cached_property
    def _places(self) -> Mapping[object, Any]:
        return {} if self._frame is None or self._frame.empty else places(self._frame, "item_id")

    def keys(self) -> tuple[str, ...]:
        """Return the codes of all items, sorted."""
        return tuple(sorted(map(str, self._places)))

    def one(self, key: str) -> Item:
        """Return one item."""
        assert self._frame is not None
        (row,) = rows_of({"power_items": self._frame.take(self._places[key])}, "power_items", _COLUMNS["power_items"])
        return _item(row, key)

    def every(self) -> Mapping[str, Item]:
        """Return all items by code; `BadInput` where a code stands twice or an item asks for fewer than one person."""
        items: dict[str, Item] = {}
        for row in rows_of({} if self._frame is None else {"power_items": self._frame}, "power_items", _COLUMNS["power_items"]):
            item_id = once(row["item_id"], items, "权力事项", "item_id")
            items[item_id] = _item(row, item_id)
        return dict(sorted(items.items()))

    def of_unit(self, unit_id: str) -> tuple[str, ...]:
        """Return the codes of a unit's items, sorted."""
        if self._frame is None or self._frame.empty:
            return ()
        return tuple(sorted(map(str, self._frame["item_id"].take(positions(self._frame, "unit_id", (unit_id,))))))


def _grouped(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["flow_id"]), []).append(row)
    return found


def _flow(flow_id: str, rows_in: Callable[[str], list[Row]], posts: Container[str]) -> Flow:
    """Return a flow from its rows in each table."""
    head: Row = next(reversed(rows_in("flows")), {})  # the last one counts
    steps = tuple(sorted((_step(r) for r in rows_in("steps")), key=lambda s: s.step_no))
    numbers = [s.step_no for s in steps]
    faults: list[Reason] = []
    if len(set(numbers)) < len(numbers):
        faults.append(Reason(ReasonCode.CONTRADICTORY_ROWS, f"流程图「{flow_id}」的环节序号重复，请每个序号只留一行"))
    signs = []
    for sign, wrong in _sign_offs(rows_in("sign_offs"), posts, flow_id):
        signs.append(sign)
        faults += wrong
        if sign.step_no not in numbers:
            faults.append(Reason(ReasonCode.STEP_NOT_LISTED, f"签批写在环节{sign.step_no}，但环节表没有这个序号，请补登环节", *sign.key))
    if not signs:
        faults.append(Reason(ReasonCode.NO_SIGN_OFFS, f"流程图「{flow_id}」没有任何签批要求，请补填签批表"))
    return Flow(flow_id, str(head.get("unit_id") or ""), str(head.get("name") or flow_id), steps, tuple(signs),
                _pairs(rows_in("incompatible_steps"), flow_id), tuple(faults))


def _sign_offs(rows: list[Row], posts: Container[str], flow_id: str) -> Iterator[tuple[SignOff, list[Reason]]]:
    ordered = sorted(rows, key=lambda r: (int(r["step_no"]), int(r["sign_no"])))
    for key, own in groupby(ordered, key=lambda r: (int(r["step_no"]), int(r["sign_no"]))):
        yield _sign_off(key, list(own), posts, flow_id)


def _pairs(rows: list[Row], flow_id: str) -> tuple[tuple[int, int], ...]:
    if any(int(r["step_a"]) == int(r["step_b"]) for r in rows):
        raise BadInput("不相容的两个环节是同一个环节", where=f"不相容 › {flow_id}", mend="改正环节序号或删去该行")
    return tuple(sorted({(min(a, b), max(a, b)) for a, b in ((int(r["step_a"]), int(r["step_b"])) for r in rows)}))


def _step(row: Row) -> Step:
    return Step(int(row["step_no"]), str(row["name"] or f"环节{row['step_no']}"), StepKind.read(str(row["kind"])),
                split_list(row["route"]), bool(row["statutory"]), None if row["days"] is None else float(row["days"]))


def _sign_off(key: tuple[int, int], rows: list[Row], posts: Container[str],
              flow_id: str) -> tuple[SignOff, list[Reason]]:
    where = f"签批 › {flow_id} › 环节{key[0]} › 签批{key[1]}"
    rules = {SignRule.read(str(r["rule"])) for r in rows if r["rule"] is not None} or {SignRule.ANY}
    needs = {int(r["need"]) for r in rows if r["need"] is not None}
    marks = {bool(r["independent"]) for r in rows if r["independent"] is not None} or {False}
    rule = sorted(rules, key=lambda r: r.value)[0]
    faults = []
    if len(rules) > 1 or len(needs) > 1 or len(marks) > 1:
        faults.append(Reason(ReasonCode.CONTRADICTORY_ROWS, f"{where}：几行的规则、人数或独立签批写得不一致，请统一", *key))
    if rule is SignRule.AT_LEAST and not needs:
        faults.append(Reason(ReasonCode.CONTRADICTORY_ROWS, f"{where}：规则为「至少」但未填至少人数，请补填", *key))
    if any(n < 1 for n in needs):
        raise BadInput("至少人数须不小于1", where=where, mend="改正人数")
    need = max(needs, default=0) if rule is SignRule.AT_LEAST else 0
    eligible = tuple(sorted({known_post(r["post_id"], posts, where) for r in rows}))
    return SignOff(key[0], key[1], rule, need, marks == {True}, eligible), faults


def _item(row: Row, item_id: str) -> Item:
    least = 1 if row["min_persons"] is None else int(row["min_persons"])
    if least < 1:
        raise BadInput("最少经手人数须不小于1", where=f"权力事项 › {item_id}", mend="改正人数")
    return Item(item_id, str(row["unit_id"]), str(row["name"] or item_id), str(row["category"] or ""),
                domain_of(row["category"], row["small"]),
                None if row["flow_id"] is None else str(row["flow_id"]), tuple(filter(None, split_titles(row["simple_flow"] or ""))),
                least, _number(row["yearly_amount"]), _number(row["yearly_volume"]), _number(row["discretion"]))


def _number(cell: object) -> float | None:
    return None if cell is None else float(cell)  # type: ignore[arg-type]
