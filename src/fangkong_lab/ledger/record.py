"""Writing an import down: rows, journal entry and returned workbook, so that a kill leaves nothing half told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, FangkongError
from fangkong_lab.ledger import journal
from fangkong_lab.ledger.changes import Change, Compared, changes
from fangkong_lab.ledger.delivery import ROW, Delivery
from fangkong_lab.ledger.holdings import Holding, fetch, holding_of, holdings, next_id, put, rows_held
from fangkong_lab.ledger.intake import Judged, filled_columns
from fangkong_lab.ledger.journal import Counts, Entry, Result
from fangkong_lab.ledger.known import BOOK, SENDER, Known
from fangkong_lab.ledger.outcome import Outcome, counts_of, in_book_order, result_of
from fangkong_lab.ledger.returned import FOLDER, SECRET, Return
from fangkong_lab.ledger.send_back import write_return
from fangkong_lab.ledger.store import Layout, Store
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

PROVISIONAL = ".待发_"
_NOTHING = Counts(0, 0, 0, 0)


@dataclass(frozen=True)
class Desk:
    """What one call of import works with; *now* UTC without zone, the same for all its entries."""

    store: Store
    layout: Layout
    workspace: Workspace
    good_rows: bool
    who: str
    now: datetime

    @property
    def folder(self) -> Path:
        """Where returned workbooks go."""
        return self.workspace.reports_dir / FOLDER


def known_of(desk: Desk) -> Known:
    """Return all rows of the store with their origin, as checks need them."""
    named = {h.id: (h.sender, h.book) for h in holdings(desk.store)}
    tables: dict[str, pd.DataFrame] = {}
    for table in desk.layout:
        frame = fetch(desk.store, desk.layout, table)
        if len(frame):
            origin = frame.pop("_delivery")
            frame[SENDER] = origin.map({number: sender for number, (sender, _) in named.items()})
            frame[BOOK] = origin.map({number: book for number, (_, book) in named.items()})
            tables[table] = filled_columns(table, frame)
    return Known(tables)


def settle(desk: Desk) -> None:
    """Give returned workbooks left under a provisional name by a killed call their name, or remove them.

    The journal decides: what it names was stored, whatever it does not name never happened.
    """
    if not desk.folder.is_dir():
        return
    left = sorted(desk.folder.glob(f"{PROVISIONAL}*"))
    named = {entry.returned for entry in journal.entries(desk.store)} if left else set()
    for provisional in left:
        final = provisional.with_name(provisional.name.removeprefix(PROVISIONAL))
        if _relative(desk, final) in named:
            provisional.replace(final)
        else:
            provisional.unlink()


def record(desk: Desk, judged: Sequence[Judged]) -> list[Outcome]:
    """Store what is taken of *judged* and their journal entries in one transaction; write the returned workbooks."""
    first = journal.next_no(desk.store)
    outcomes = [_write_provisional(desk, j, first + place) for place, j in enumerate(judged)]
    with desk.store.transaction():
        for verdict, outcome in zip(judged, outcomes, strict=True):
            stored = _put(desk, verdict, outcome) if outcome.result in (Result.STORED, Result.PARTLY) else None
            journal.append(desk.store, _entry(desk, outcome, verdict.delivery.sha256, stored))
    for outcome in outcomes:
        if outcome.returned:
            _provisional(outcome.returned).replace(outcome.returned)
    return outcomes


def record_unchanged(desk: Desk, path: Path, same: Holding) -> Outcome:
    """Note in the journal that *path* is what lies in the store already; its rows count as accepted."""
    counts = Counts(same.counts.read, same.counts.read, 0, 0)
    outcome = Outcome(path, same.sender, same.book, journal.next_no(desk.store), Result.UNCHANGED, counts)
    with desk.store.transaction():
        journal.append(desk.store, _entry(desk, outcome, same.sha256, same.id))
    return outcome


def record_unreadable(desk: Desk, path: Path, sha256: str, error: FangkongError) -> Outcome:
    """Note in the journal that *path* could not be read."""
    outcome = Outcome(path, "", path.stem, journal.next_no(desk.store), Result.UNREADABLE, _NOTHING, sentence=str(error))
    with desk.store.transaction():
        journal.append(desk.store, _entry(desk, outcome, sha256, None))
    return outcome


def _write_provisional(desk: Desk, judged: Judged, no: int) -> Outcome:
    delivery = judged.delivery
    before = holding_of(desk.store, delivery.sender, delivery.book)
    result, counts = result_of(judged), counts_of(judged)
    secret = any(p.code == SECRET for p in delivery.problems)
    problems, held = (tuple(replace(p, value="") if secret else p for p in in_book_order(found, delivery))
                      for found in (delivery.problems, judged.why_held))
    outcome = Outcome(delivery.path, delivery.sender, delivery.book, no, result, counts, problems, held)
    if before and result is Result.PARTLY and _same_part(desk, judged, before):
        return replace(outcome, result=Result.UNCHANGED)
    differing = _changes(desk, delivery, before) if before and not secret else None
    back = Return(delivery, no, result, counts, problems, held, differing, desk.good_rows)
    if not back.worth_sending:
        return outcome
    target = desk.folder / back.file_name
    try:
        write_return(back, _provisional(target))
    except OSError as error:
        raise BadInput(f"退回核对表写不进去（{error.strerror or error}），本次未入库", where=str(target),
                       mend="检查磁盘空间和目录权限后再导入") from error
    return replace(outcome, returned=target)


def _same_part(desk: Desk, judged: Judged, before: Holding) -> bool:
    """Say whether the same bytes give the same rows as last time, so that there is nothing to store."""
    if (before.sha256, before.counts) != (judged.delivery.sha256, counts_of(judged)):
        return False
    taken = {s.name: set(s.frame[ROW].tolist()) for s in judged.taken.sheets if len(s.frame)}
    return taken == rows_held(desk.store, desk.layout, before.id)


def _put(desk: Desk, judged: Judged, outcome: Outcome) -> int:
    number = next_id(desk.store)
    holding = Holding(number, outcome.sender, outcome.book, outcome.path.name, judged.delivery.sha256, desk.good_rows, desk.now,
                      desk.who, outcome.counts)
    put(desk.store, desk.layout, holding, judged.taken.sheets)
    return number


def _entry(desk: Desk, outcome: Outcome, sha256: str, stored: int | None) -> Entry:
    returned = _relative(desk, outcome.returned) if outcome.returned else ""
    listed = len(outcome.problems) + len(outcome.held)
    return Entry(outcome.no, desk.now, desk.who, outcome.sender, outcome.book, outcome.path.name, sha256, outcome.result,
                 outcome.counts, listed, stored, returned)


def _provisional(target: Path) -> Path:
    return target.with_name(PROVISIONAL + target.name)


def _relative(desk: Desk, path: Path) -> str:
    return path.relative_to(desk.workspace.root).as_posix()


def _changes(desk: Desk, delivery: Delivery, before: Holding) -> tuple[Change, ...]:
    """Return what *delivery* changes; a cell that could not be read shows as sent, not as empty."""
    import pandas as pd

    sent = {(p.sheet, p.row, p.column): p.value for p in delivery.problems}
    found: list[Change] = []
    for name, table in TABLES.items():
        old = fetch(desk.store, desk.layout, name, only=before.id)
        sheets = [s for s in delivery.sheets if s.table == name]
        if old.empty and not any(len(s.frame) for s in sheets):
            continue
        new = pd.concat([s.frame for s in sheets], ignore_index=True) if sheets else old.iloc[:0]
        sheet = sheets[0].name if sheets else str(old["_sheet"].iloc[0])
        found += changes(old, new, Compared(name, sheet, {c.name: c.label for c in table.columns}, table.key))
    return tuple(replace(c, new=c.new or sent.get((c.sheet, c.row, c.header), "")) if c.header else c for c in found)
