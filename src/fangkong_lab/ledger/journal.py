"""The import journal: every attempt, who and when, with its counts; only ever appended, and chained by hashes.

Each entry's *chain* is the SHA-256 of the entry before it and its own content, so that a changed or removed entry
shows (`broken_entry`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime
from typing import Any

from fangkong_lab.kinds import Kind
from fangkong_lab.ledger.migrate import one
from fangkong_lab.ledger.store import Store


class Result(Kind):
    """What became of an attempt to import a book."""

    STORED = "stored", "已入库"
    PARTLY = "partly", "部分入库"
    REFUSED = "refused", "退回"
    UNCHANGED = "unchanged", "无变化"
    UNREADABLE = "unreadable", "未能读入"


@dataclass(frozen=True)
class Counts:
    """Rows of one attempt. *accepted* + *refused* + *held_back* = *read*, or it cannot be made (`ArithmeticError`).

    *refused*: rows with something wrong in them; *held_back*: right rows that were not taken, because the delivery is
    taken whole or not at all, or because they refer to a row that was refused.
    """

    read: int
    accepted: int
    refused: int
    held_back: int

    def __post_init__(self) -> None:
        parts = (self.accepted, self.refused, self.held_back)
        if min(parts) < 0 or sum(parts) != self.read:
            raise ArithmeticError(f"rows do not add up: {self}")

    def sentence(self) -> str:
        """Return the counts as one Chinese line."""
        return f"读入 {self.read} 行 = 入库 {self.accepted} + 拒收 {self.refused} + 留置 {self.held_back}"


@dataclass(frozen=True)
class Entry:
    """One attempt. *no* 1, 2, 3 …; *at* UTC without zone; *delivery* None where nothing was stored; *returned* the
    returned workbook's path from the workspace's root ("" if none); *problems* how many were listed."""

    no: int
    at: datetime
    who: str
    sender: str
    book: str
    file: str
    sha256: str
    outcome: Result
    counts: Counts
    problems: int
    delivery: int | None
    returned: str
    chain: str = ""


_COLUMNS = ("no", "moment", "who", "sender", "book", "file", "sha256", "outcome", "rows_read", "accepted", "refused", "held_back",
            "problems", "delivery", "returned", "chain")


def next_no(store: Store) -> int:
    """Return the number the next entry will have."""
    return int(str(one(store.connection, "SELECT coalesce(max(no), 0) + 1 FROM journal")))


def append(store: Store, entry: Entry) -> Entry:
    """Write *entry* at the end and return it with its chain; call it inside the transaction of what it reports.

    Raises `ValueError` where its number is not the next one.
    """
    if entry.no != next_no(store):
        raise ValueError(f"journal entry {entry.no} is not the next one")
    last = one(store.connection, "SELECT chain FROM journal ORDER BY no DESC LIMIT 1")
    chained = replace(entry, chain=_chain(str(last or ""), entry))
    marks = ", ".join("?" * len(_COLUMNS))
    store.connection.execute(f"INSERT INTO journal VALUES ({marks})", _row(chained))
    return chained


def entries(store: Store) -> list[Entry]:
    """Return all entries, oldest first."""
    rows = store.connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM journal ORDER BY no").fetchall()
    return [_entry(r) for r in rows]


def broken_entry(found: list[Entry]) -> int | None:
    """Return the number of the first entry whose chain or number does not follow from the one before; None: all hold."""
    before = ""
    for expected, entry in enumerate(found, start=1):
        if entry.no != expected or entry.chain != _chain(before, entry):
            return entry.no
        before = entry.chain
    return None


def _entry(row: Sequence[Any]) -> Entry:
    return Entry(no=row[0], at=row[1], who=row[2], sender=row[3], book=row[4], file=row[5], sha256=row[6],
                 outcome=Result.read(row[7]), counts=Counts(*row[8:12]), problems=row[12], delivery=row[13], returned=row[14],
                 chain=row[15])


def _row(entry: Entry) -> list[object]:
    values = [getattr(entry, f.name) for f in fields(entry)]
    return [*values[:7], entry.outcome.value, *astuple(entry.counts), *values[9:]]


def _chain(before: str, entry: Entry) -> str:
    content = json.dumps([str(v) for v in _row(entry)[:-1]], ensure_ascii=False)
    return hashlib.sha256(f"{before}\n{content}".encode()).hexdigest()
