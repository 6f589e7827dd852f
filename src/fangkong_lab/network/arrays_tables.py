"""From ledger tables in Arrow form (tables.md) to the columnar form, as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fangkong_lab.kinds import CHECKING_STEPS, SignRule, StepKind
from fangkong_lab.network.arrays import (
    Columns,
    Offices,
    apply_influences,
    blocks_of,
    columns,
    line_above,
    ragged,
    seat,
)
from fangkong_lab.network.arrays_flows import (
    KIND_CHECK,
    KIND_EXECUTE,
    KIND_OTHER,
    KIND_PAY,
    SIGN_ROW,
    StepRows,
    lay_flows,
)
from fangkong_lab.network.cells import decoded, flags, labels, numbers, places, texts, words
from fangkong_lab.network.kernel_item import RULE_ALL, RULE_ANY, RULE_AT_LEAST, RULE_MAJORITY

Tables = Mapping[str, pa.Table]
VACANT = "空缺"
RULE_CODES = {SignRule.ANY.label: RULE_ANY, SignRule.ALL.label: RULE_ALL, SignRule.MAJORITY.label: RULE_MAJORITY,
              SignRule.AT_LEAST.label: RULE_AT_LEAST}
KIND_CODES = {kind.label: KIND_CHECK if kind in CHECKING_STEPS else KIND_PAY if kind is StepKind.PAY
              else KIND_EXECUTE if kind is StepKind.EXECUTE else KIND_OTHER for kind in StepKind}


@dataclass(frozen=True)
class Coded:
    """A network in numbers with the codes of its persons and items.

    *flow*: item → flow number (−1: none), *least*: item → min_persons. *sign_step*, *sign_number*: sign-off → its
    numbers in the ledger. *astray*: how many references to posts and flows led nowhere. *tables*, *flow_codes*: what it was
    made from (items with 简易流程 have flows of their own in it), flow → code.
    """

    net: Columns
    offices: Offices
    persons: pa.Array
    items: pa.Table
    flow: np.ndarray
    least: np.ndarray
    sign_step: np.ndarray
    sign_number: np.ndarray
    astray: int
    tables: Tables
    flow_codes: pa.Array


def from_frames(frames: Mapping[str, pd.DataFrame]) -> dict[str, pa.Table]:
    """Return ledger frames as Arrow tables."""
    return {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in frames.items()}


def _seated(tables: Tables, posts: pa.Array, day: date) -> tuple[np.ndarray, pa.Array, np.ndarray]:
    """Return (post, person) rows unique and sorted, the persons' codes sorted, and post → known to be empty."""
    spans = tables.get("occupancies")
    vacant = np.zeros(len(posts), np.bool_)
    if spans is None or not spans.num_rows:
        return np.empty((0, 2), np.int64), pa.array([], pa.string()), vacant
    today = (day - date(1970, 1, 1)).days
    start, end = numbers(spans, "start", 1 << 40), numbers(spans, "end", 1 << 40)
    covers = (start <= today) & (today < end)
    place = places(spans["post_id"], posts)[covers]
    who = texts(spans["person_id"].filter(pa.array(covers)))
    persons = pc.unique(who)
    persons = persons.filter(pc.not_equal(persons, VACANT)).sort()
    person = places(who, persons)
    vacant[place[(person < 0) & (place >= 0)]] = True
    seated = (person >= 0) & (place >= 0)
    keys = np.unique(place[seated] * max(len(persons), 1) + person[seated])
    pairs = np.column_stack(np.divmod(keys, max(len(persons), 1)))
    vacant[pairs[:, 0]] = False
    return pairs, persons, vacant


def code_offices(tables: Tables, day: date, whole: bool) -> tuple[Offices, pa.Array, pa.Array]:
    """Return offices in numbers with the codes of persons and posts, as of *day*.

    *whole*: all posts are one block; otherwise units connected by persons or links are (see `Openings`).
    """
    table = tables["posts"]
    posts = texts(table["post_id"])
    pairs, persons, vacant = _seated(tables, posts, day)
    unknown = ~vacant
    unknown[pairs[:, 0]] = False
    unit = pc.dictionary_encode(texts(table["unit_id"])).indices.to_numpy(zero_copy_only=False).astype(np.int64)
    above = places(table["reports_to"], posts) if "reports_to" in table.column_names else np.full(len(posts), -1)
    line = line_above(above, unit, flags(table, "external"), vacant)
    uppers = _uppers(tables, line, posts)
    block = np.zeros(len(posts), np.int64)
    if not whole:
        held = ragged(pairs[:, 0], len(posts))
        block = blocks_of(unit, held, pairs[:, 1], uppers, len(persons))
    return seat(pairs, uppers, len(persons), unknown, block), persons, posts


def _uppers(tables: Tables, line: np.ndarray, posts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    given = tables.get("influences")
    if given is None or not given.num_rows:
        none = np.empty(0, np.int64)
        return apply_influences(line, none, none, none.astype(bool))
    upper, lower = places(given["from_post"], posts), places(given["to_post"], posts)
    named = (upper >= 0) & (lower >= 0)
    return apply_influences(line, upper[named], lower[named], flags(given, "works")[named])


def _sorted_by(key: np.ndarray, *others: np.ndarray) -> np.ndarray | slice:
    """Return the order by *key*, then *others*; a plain slice where the rows lie so already and all keys are known."""
    if len(key) and key[0] >= 0:
        ahead, still = key[1:] > key[:-1], np.ones(len(key) - 1, np.bool_)
        still &= key[1:] == key[:-1]
        for other in others:
            ahead |= still & (other[1:] > other[:-1])
            still &= other[1:] == other[:-1]
        if bool((ahead | still).all()):
            return slice(None)
    order = np.lexsort((*others[::-1], key))
    return order[key[order] >= 0]


def _steps(table: pa.Table | None, flows: pa.Array) -> StepRows:
    """Return step rows in numbers."""
    if table is None or not table.num_rows:
        none = np.empty(0, np.int64)
        return StepRows(np.zeros(len(flows) + 1, np.int64), none, none.astype(np.int8), none.astype(bool), none,
                        np.zeros(1, np.int64), none)
    flow = places(table["flow_id"], flows)
    order = _sorted_by(flow)
    route: np.ndarray = np.full(len(flow), -1, np.int64)
    known: list[str] = []
    if "route" in table.column_names:
        route, known = labels(table["route"])
    lists = [[n for n in word.split("、") if n] for word in known]
    names = {name: i for i, name in enumerate(sorted({n for some in lists for n in some}))}
    starts = np.concatenate([[0], np.cumsum([len(some) for some in lists])]).astype(np.int64)
    kind, kinds = labels(table["kind"])
    codes = np.array([KIND_CODES[k] for k in kinds], np.int8)
    return StepRows(ragged(flow[order], len(flows)), numbers(table, "step_no", 0)[order], codes[kind[order]],
                    flags(table, "statutory")[order], route[order], starts,
                    np.array([names[n] for some in lists for n in some], np.int64))


def _signs(table: pa.Table | None, flows: pa.Array, posts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return sign-off rows (SIGN_ROW) and the posts they list; an empty rule is 任一."""
    if table is None or not table.num_rows:
        return np.zeros(0, SIGN_ROW), np.empty(0, np.int64)
    flow, step = places(table["flow_id"], flows), numbers(table, "step_no", 0)
    number = numbers(table, "sign_no", 1)
    order = _sorted_by(flow, step, number)
    rule = np.full(len(flow), RULE_ANY, np.int8)
    if "rule" in table.column_names:
        which, known = labels(table["rule"])
        rule = np.array([*(RULE_CODES[w] for w in known), RULE_ANY], np.int8)[which]
    rows = np.zeros(len(flow[order]), SIGN_ROW)
    for name, values in (("flow", flow), ("step", step), ("number", number), ("rule", rule),
                         ("need", numbers(table, "need", 0)), ("own", flags(table, "independent"))):
        rows[name] = values[order]
    return rows, places(table["post_id"], posts)[order]


def _pairs(table: pa.Table | None, flows: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if table is None or not table.num_rows:
        none = np.empty(0, np.int64)
        return none, none, none
    flow = places(table["flow_id"], flows)
    order = _sorted_by(flow)
    return flow[order], numbers(table, "step_a", 0)[order], numbers(table, "step_b", 0)[order]


def _flow_codes(tables: Tables) -> pa.Array:
    """Return the codes of all flows that have steps or sign-offs, those of the flow table first."""
    named = [words(tables[name]["flow_id"]) for name in ("flows", "steps", "sign_offs")
             if name in tables and tables[name].num_rows]
    if not named:
        return pa.array([], pa.string())
    others = [part for part in named[1:] if not part.equals(named[0])]
    missing = [part.filter(pc.is_null(pc.index_in(part, named[0]))) for part in others]
    return pc.unique(pa.concat_arrays([named[0], *missing])) if any(map(len, missing)) else named[0]


def _plain_flows(tables: Tables) -> tuple[dict[str, pa.Table], pa.Array]:
    """Return the tables with the 简易流程 laid out as flows, and item → code of its flow (empty where it has none).

    The flow of a simple item is called by its unit and text, with a character in front that no code has.
    """
    items = tables["power_items"]
    named = texts(items["flow_id"]) if "flow_id" in items.column_names else pa.nulls(items.num_rows, pa.string())
    if "simple_flow" not in items.column_names:
        return dict(tables), named
    wanted = pc.and_(pc.is_null(named), pc.is_valid(items["simple_flow"]))
    if not pc.any(wanted).as_py():
        return dict(tables), named
    posts = tables["posts"].select(["post_id", "unit_id", "title"]).to_pylist()
    seats: dict[tuple[str, str], list[str]] = {}
    for post in posts:
        seats.setdefault((post["unit_id"], post["title"]), []).append(post["post_id"])
    flow = named.to_pylist()
    steps: dict[tuple[str, str], list[list[str]]] = {}
    for row in np.flatnonzero(wanted.to_numpy()):
        unit, text = str(items["unit_id"][row]), str(items["simple_flow"][row])
        found = [seats.get((unit, title), []) for title in text.split(">")]
        if all(found):
            steps[unit, text] = found
            flow[row] = f"\x1f{unit}\x1f{text}"
    return _with_plain(tables, steps), pa.array(flow, pa.string())


def _with_plain(tables: Tables, plain: Mapping[tuple[str, str], list[list[str]]]) -> dict[str, pa.Table]:
    """Return the tables with the steps and sign-offs of *plain* flows at the end."""
    steps: list[dict[str, object]] = []
    signs: list[dict[str, object]] = []
    for (unit, text), seats in plain.items():
        code = f"\x1f{unit}\x1f{text}"
        for number, posts in enumerate(seats, start=1):
            kind = StepKind.DECIDE if number == len(seats) else StepKind.ACCEPT if number == 1 else StepKind.REVIEW
            steps.append({"flow_id": code, "step_no": number, "kind": kind.label})
            signs += [{"flow_id": code, "step_no": number, "sign_no": 1, "post_id": post} for post in posts]
    more = {"steps": pa.Table.from_pylist(steps), "sign_offs": pa.Table.from_pylist(signs)} if steps else {}
    return {**tables, **{name: _stacked(tables.get(name), rows) for name, rows in more.items()}}


def _stacked(first: pa.Table | None, second: pa.Table) -> pa.Table:
    if first is None or not first.num_rows:
        return second
    return pa.concat_tables([decoded(first), second], promote_options="permissive")


def code_tables(tables: Tables, day: date, whole: bool = True) -> Coded:
    """Return the network of *tables* as of *day* in numbers; see `code_offices` for *whole*."""
    tables, flow_of = _plain_flows(tables)
    offices, persons, posts = code_offices(tables, day, whole)
    flows = _flow_codes(tables)
    signs, listed = _signs(tables.get("sign_offs"), flows, posts)
    charts = lay_flows(_steps(tables.get("steps"), flows), signs, listed, _pairs(tables.get("incompatible_steps"), flows))
    items = tables["power_items"]
    heads = charts.sign["posts"][:-1]
    flow = places(flow_of, flows)
    astray = int((listed < 0).sum()) + int(((flow < 0) & pc.is_valid(flow_of).to_numpy(zero_copy_only=False)).sum())
    return Coded(columns(charts, offices), offices, persons, items, flow, numbers(items, "min_persons", 1),
                 signs["step"][heads], signs["number"][heads], astray, tables, flows)
