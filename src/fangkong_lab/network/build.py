"""From ledger frames to the parts of a `PowerNetwork` of one day."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import SignRule, StepKind
from fangkong_lab.network.nodes import Flow, Item, Post, Reason, ReasonCode, SignOff, Step, Unit, domain_of
from fangkong_lab.network.rows import Row, Tables, rows_of, split_list

VACANT = "空缺"


def parts_of(tables: Tables, as_of: date) -> dict[str, Any]:
    """Return the fields of the `PowerNetwork` of *as_of* (all but the day) from frames with the ledger's English names.

    Missing tables and optional columns read as empty. Raises `BadInput` where a key is doubled or a row names a post,
    unit or person that is not there; faults inside one flow do not stop the rest: its items cannot be told.
    """
    posts = _posts(tables)
    holders, empty = _occupied(tables, posts, as_of)
    return {"units": _units(tables, posts), "posts": posts, "holders": holders, "empty": empty,
            "flows": _flows(tables, posts), "items": _items(tables), "overrides": _overrides(tables, posts)}


def _once(row: Row, key: str, seen: dict[str, object], table: str) -> str:
    value = str(row[key])
    if value in seen:
        raise BadInput(f"编码「{value}」重复", where=f"{table} › {key}", mend="每个编码只留一行")
    return value


def _units(tables: Tables, posts: dict[str, Post]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for row in rows_of(tables, "units", ("unit_id", "name", "kind"), ("unit_id",)):
        unit_id = _once(row, "unit_id", dict(units), "单位")
        units[unit_id] = Unit(unit_id, str(row["name"] or unit_id), str(row["kind"] or ""))
    for post in posts.values():
        units.setdefault(post.unit_id, Unit(post.unit_id, post.unit_id, ""))
    return dict(sorted(units.items()))


def _posts(tables: Tables) -> dict[str, Post]:
    columns = ("post_id", "unit_id", "title", "reports_to", "external")
    posts: dict[str, Post] = {}
    for row in rows_of(tables, "posts", columns, ("post_id", "unit_id")):
        post_id = _once(row, "post_id", posts, "岗位")  # type: ignore[arg-type]
        posts[post_id] = Post(post_id, str(row["unit_id"]), str(row["title"] or post_id),
                              None if row["reports_to"] is None else str(row["reports_to"]), bool(row["external"]))
    for post in posts.values():
        if post.reports_to is not None:
            _known_post(post.reports_to, posts, f"岗位 › {post.post_id} › 上级岗位编码")
    return dict(sorted(posts.items()))


def _known_post(post_id: object, posts: dict[str, Post], where: str) -> str:
    if post_id not in posts:
        raise BadInput(f"岗位「{post_id}」未登记", where=where, mend="在岗位表补登，或改正编码")
    return str(post_id)


def _occupied(tables: Tables, posts: dict[str, Post], as_of: date) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    held: dict[str, set[str]] = {}
    vacant: set[str] = set()
    for row in rows_of(tables, "occupancies", ("person_id", "post_id", "start", "end"),
                       ("person_id", "post_id", "start")):
        if not _covers(row, as_of):
            continue
        post = _known_post(row["post_id"], posts, f"任职 › {row['person_id']}")
        if row["person_id"] == VACANT:
            vacant.add(post)
        else:
            held.setdefault(post, set()).add(str(row["person_id"]))
    return {p: tuple(sorted(x)) for p, x in sorted(held.items())}, frozenset(vacant - held.keys())


def _covers(row: Row, day: date) -> bool:
    start, end = _day(row["start"]), None if row["end"] is None else _day(row["end"])
    return start <= day and (end is None or day < end)


def _day(value: object) -> date:
    """A Timestamp or date as a date: comparing the two directly is an error in pandas."""
    return value.date() if hasattr(value, "date") else value  # type: ignore[return-value]


def _flows(tables: Tables, posts: dict[str, Post]) -> dict[str, Flow]:
    heads = {str(r["flow_id"]): r for r in rows_of(tables, "flows", ("flow_id", "unit_id", "name"), ("flow_id",))}
    steps = _grouped(rows_of(tables, "steps", ("flow_id", "step_no", "name", "kind", "route", "statutory", "days"),
                             ("flow_id", "step_no", "kind")))
    signs = _grouped(rows_of(tables, "sign_offs", ("flow_id", "step_no", "sign_no", "post_id", "rule", "need",
                                                   "independent"), ("flow_id", "step_no", "sign_no", "post_id")))
    pairs = _grouped(rows_of(tables, "incompatible_steps", ("flow_id", "step_a", "step_b"),
                             ("flow_id", "step_a", "step_b")))
    names = sorted(heads.keys() | steps.keys() | signs.keys())
    return {name: _flow(name, heads.get(name, {}), steps.get(name, []),
                        (signs.get(name, []), pairs.get(name, [])), posts) for name in names}


def _grouped(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["flow_id"]), []).append(row)
    return found


def _flow(flow_id: str, head: Row, step_rows: list[Row], sign_rows: tuple[list[Row], list[Row]],
          posts: dict[str, Post]) -> Flow:
    steps = tuple(sorted((_step(r) for r in step_rows), key=lambda s: s.step_no))
    faults: list[Reason] = []
    numbers = [s.step_no for s in steps]
    if len(set(numbers)) < len(numbers):
        faults.append(Reason(ReasonCode.CONTRADICTORY_ROWS, f"流程图「{flow_id}」的环节序号重复，请每个序号只留一行"))
    signs = []
    ordered = sorted(sign_rows[0], key=lambda r: (int(r["step_no"]), int(r["sign_no"])))
    for key, rows in groupby(ordered, key=lambda r: (int(r["step_no"]), int(r["sign_no"]))):
        sign, wrong = _sign_off(key, list(rows), posts, flow_id)
        signs.append(sign)
        faults += wrong
        if key[0] not in numbers:
            faults.append(Reason(ReasonCode.STEP_NOT_LISTED, f"签批写在环节{key[0]}，但环节表没有这个序号，请补登环节", *key))
    if not signs:
        faults.append(Reason(ReasonCode.NO_SIGN_OFFS, f"流程图「{flow_id}」没有任何签批要求，请补填签批表"))
    if any(int(r["step_a"]) == int(r["step_b"]) for r in sign_rows[1]):
        raise BadInput("不相容的两个环节是同一个环节", where=f"不相容 › {flow_id}", mend="改正环节序号或删去该行")
    pairs = sorted({(min(a, b), max(a, b)) for a, b in ((int(r["step_a"]), int(r["step_b"])) for r in sign_rows[1])})
    return Flow(flow_id, str(head.get("unit_id") or ""), str(head.get("name") or flow_id), steps, tuple(signs),
                tuple(pairs), tuple(faults))


def _step(row: Row) -> Step:
    return Step(int(row["step_no"]), str(row["name"] or f"环节{row['step_no']}"), StepKind.read(str(row["kind"])),
                split_list(row["route"]), bool(row["statutory"]), None if row["days"] is None else float(row["days"]))


def _sign_off(key: tuple[int, int], rows: list[Row], posts: dict[str, Post],
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
    eligible = tuple(sorted({_known_post(r["post_id"], posts, where) for r in rows}))
    return SignOff(key[0], key[1], rule, need, marks == {True}, eligible), faults


def _items(tables: Tables) -> dict[str, Item]:
    columns = ("item_id", "unit_id", "name", "category", "small", "flow_id", "simple_flow", "min_persons",
               "yearly_amount", "yearly_volume", "discretion")
    items: dict[str, Item] = {}
    for row in rows_of(tables, "power_items", columns, ("item_id", "unit_id")):
        item_id = _once(row, "item_id", items, "权力事项")  # type: ignore[arg-type]
        least = 1 if row["min_persons"] is None else int(row["min_persons"])
        if least < 1:
            raise BadInput("最少经手人数须不小于1", where=f"权力事项 › {item_id}", mend="改正人数")
        items[item_id] = Item(item_id, str(row["unit_id"]), str(row["name"] or item_id), str(row["category"] or ""),
                              domain_of(row["category"], row["small"]),
                              None if row["flow_id"] is None else str(row["flow_id"]), _titles(row["simple_flow"]),
                              least, _number(row["yearly_amount"]), _number(row["yearly_volume"]),
                              _number(row["discretion"]))
    return dict(sorted(items.items()))


def _titles(cell: str | None) -> tuple[str, ...]:
    return tuple(t.strip() for t in (cell or "").replace(">", ">").split(">") if t.strip())


def _number(cell: object) -> float | None:
    return None if cell is None else float(cell)  # type: ignore[arg-type]


def _overrides(tables: Tables, posts: dict[str, Post]) -> dict[tuple[str, str], bool]:
    found: dict[tuple[str, str], bool] = {}
    for row in rows_of(tables, "influences", ("from_post", "to_post", "works"), ("from_post", "to_post", "works")):
        pair = (_known_post(row["from_post"], posts, "影响关系"), _known_post(row["to_post"], posts, "影响关系"))
        if found.setdefault(pair, bool(row["works"])) != bool(row["works"]):
            raise BadInput(f"「{pair[0]}」对「{pair[1]}」既写成立又写不成立", where="影响关系", mend="只留一行")
    return dict(sorted(found.items()))
