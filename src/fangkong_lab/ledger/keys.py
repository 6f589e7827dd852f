"""Keys: every row of a table has its own, inside the delivery and against all others."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.ledger.columns import KeyRule, Table
from fangkong_lab.ledger.gathered import OWN, Gathered, origin, problem_at, records
from fangkong_lab.ledger.known import BOOK, SENDER
from fangkong_lab.ledger.problem import Problem
from fangkong_lab.ledger.tables import TABLES


def key_problems(gathered: Gathered) -> Iterator[Problem]:
    """Yield a problem for each own row whose key another row has too, naming that row."""
    for name in gathered.own:
        table = TABLES[name]
        if table.key_rule is not KeyRule.REPEATED:
            yield from _table_problems(gathered, table)


def _table_problems(gathered: Gathered, table: Table) -> Iterator[Problem]:
    rows = gathered.both(table.name)
    if table.key_rule is KeyRule.SHARED:
        rows = rows[rows[OWN].astype(bool)]
    key = list(table.key)
    needed = [c for c in key if table.column(c).required]
    rows = rows[rows[needed].notna().all(axis=1)]
    doubled = rows[rows.duplicated(subset=key, keep=False)]
    if doubled.empty:
        return
    for _, group in doubled.groupby(key, dropna=False, sort=False):
        yield from _clashes(table, records(group), gathered.sender)


def _clashes(table: Table, group: list[dict[str, object]], sender: str) -> Iterator[Problem]:
    """Every own row names the first row that is not itself; a shared key is a problem only the second time."""
    labels = "、".join(table.column(c).label for c in table.key)
    shared = table.key_rule is KeyRule.SHARED
    for place, row in enumerate(group):
        if not row[OWN] or (shared and place == 0):
            continue
        other = next((r for r in group if not r[OWN]), None) or group[1 if place == 0 else 0]
        code = "duplicate_key" if other[OWN] else "key_clash"
        why = f"{labels}与{origin(other)}重复"
        yield problem_at(table, row, table.key, code, why, _mend(other, sender))


def _mend(other: dict[str, object], sender: str) -> str:
    if other[OWN]:
        return "每行用不同的编码，同一行只留一次"
    if other[SENDER] == sender:
        return f"这若是《{other[BOOK]}》的修改稿，改回原来的文件名再送；不是的，改用未用过的编码"
    return "改用未用过的编码；确是同一行的，只由一个单位报送"
