"""References: every row that is pointed to must be there, in the delivery or in the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import near_match
from fangkong_lab.ledger.columns import Reference, Table
from fangkong_lab.ledger.delivery import ROW
from fangkong_lab.ledger.gathered import Gathered, problem_at, records
from fangkong_lab.ledger.known import BOOK, SENDER, SHEET
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.tables import TABLES, VACANT

if TYPE_CHECKING:
    import pandas as pd

Keys = set[object]

_SEARCHED_KEYS = 5000
_SEARCHED_WORDS = 20


def reference_problems(gathered: Gathered) -> Iterator[Problem]:
    """Yield missing references of own rows, persons not listed (a notice), and rows that others still need."""
    found: dict[str, Keys] = {}
    for name in gathered.own:
        for reference in TABLES[name].all_references:
            yield from _missing(gathered, TABLES[name], reference, found)
    yield from _unlisted_persons(gathered)
    yield from _still_needed(gathered, found)


def _keys(gathered: Gathered, table: str, found: dict[str, Keys]) -> Keys:
    if table not in found:
        found[table] = keys_of(gathered.both(table), TABLES[table].key)
    return found[table]


def keys_of(frame: pd.DataFrame, columns: tuple[str, ...]) -> Keys:
    """Return the distinct keys of *frame* over *columns*: values, or tuples of several; rows with an empty cell have none."""
    part = frame[list(columns)].dropna()
    if len(columns) == 1:
        return set(part[columns[0]].tolist())
    return set(zip(*(part[c].tolist() for c in columns), strict=True))


def _missing(gathered: Gathered, table: Table, reference: Reference, found: dict[str, Keys]) -> Iterator[Problem]:
    frame = gathered.own[table.name]
    target = TABLES[reference.table]
    keys = _keys(gathered, reference.table, found)
    dangling = _dangling(frame, reference.columns, keys)
    if len(reference.columns) > 1:
        dangling &= frame[reference.columns[0]].isin(_keys(gathered, _first_table(table, reference), found)).to_numpy()
    lost = frame[dangling]
    if lost.empty:
        return
    mends = _mends(lost, reference, keys)
    for row in records(lost):
        column = reference.columns[-1:]
        why = f"「{target.label}」表里没有这个{target.column(target.key[len(reference.columns) - 1]).label}"
        if len(reference.columns) > 1:
            why = f"流程图「{row[reference.columns[0]]}」没有这个环节序号"
        mend = mends.get(str(row[column[0]]), f"核对编码，或先在「{target.label}」表补上这一行")
        yield problem_at(table, row, column, "missing_reference", why, mend)


def _first_table(table: Table, reference: Reference) -> str:
    return table.column(reference.columns[0]).refers


def _dangling(frame: pd.DataFrame, columns: tuple[str, ...], keys: Keys) -> np.ndarray:
    filled = frame[list(columns)].notna().all(axis=1).to_numpy()
    if len(columns) == 1:
        return filled & ~frame[columns[0]].isin(keys).to_numpy()
    named = zip(*(frame[c].tolist() for c in columns), strict=True)
    return filled & np.fromiter((n not in keys for n in named), dtype=bool, count=len(frame))


def _mends(lost: pd.DataFrame, reference: Reference, keys: Keys) -> dict[str, str]:
    """Return the near match of each missing code, where there are few enough to look for."""
    words = lost[reference.columns[-1]].astype(str).unique()
    if len(reference.columns) > 1 or len(words) > _SEARCHED_WORDS or len(keys) > _SEARCHED_KEYS:
        return {}
    known = tuple(sorted(str(k) for k in keys))
    near = {word: near_match(word, known) for word in words if len(word) > 2}
    return {word: f"检查写法，是否为「{hit}」" for word, hit in near.items() if hit}


def _unlisted_persons(gathered: Gathered) -> Iterator[Problem]:
    """Persons need not be listed; where there is a list, a code outside of it may be a slip of the pen."""
    listed = keys_of(gathered.both("persons"), ("person_id",)) | {VACANT}
    if len(listed) == 1:
        return
    for name, frame in gathered.own.items():
        table = TABLES[name]
        for column in (c for c in table.columns if c.refers == "persons" and not c.forward):
            strange = frame[frame[column.name].notna() & ~frame[column.name].isin(listed)]
            for row in records(strange.drop_duplicates(column.name)):
                yield problem_at(table, row, (column.name,), "person_not_listed", "人员表里没有这个人员代号",
                                 "核对代号；新来的人补入人员表", Gravity.NOTICE)


def _still_needed(gathered: Gathered, found: dict[str, Keys]) -> Iterator[Problem]:
    """A row brought last time and left out now may not be needed by another delivery's rows."""
    for name, table in TABLES.items():
        for reference in table.all_references:
            others, before = gathered.others.rows(name), gathered.before.rows(reference.table)
            if others is None or before is None or any(c not in others.columns for c in reference.columns):
                continue
            gone = keys_of(before, TABLES[reference.table].key) - _keys(gathered, reference.table, found)
            if gone:
                yield from _needed(gathered, table, reference, others, gone)


def _needed(gathered: Gathered, table: Table, reference: Reference, others: pd.DataFrame, gone: Keys) -> Iterator[Problem]:
    filled = others[others[list(reference.columns)].notna().all(axis=1)]
    target = TABLES[reference.table]
    own = gathered.own.get(reference.table)
    sheet = "" if own is None or own.empty else str(own[SHEET].iat[0])
    named = filled[list(reference.columns)].apply(tuple, axis=1) if len(reference.columns) > 1 else filled[reference.columns[0]]
    for row in records(filled[named.isin(gone)].drop_duplicates(list(reference.columns))):
        value = "、".join(str(row[c]) for c in reference.columns)
        place = f"{row[SENDER]}《{row[BOOK]}》工作表「{row[SHEET]}」第 {row[ROW]} 行"
        yield Problem(sheet, 0, target.column(target.key[0]).label, target.name, "still_needed", value,
                      f"上次报送有这一行，这次没有，而{place}（{table.label}）还要用它", "补回这一行，或请对方先改正")
