"""`fangkong import`: read the books of one call, check them against each other and the store, store, send back.

One connection for the whole call; nobody else reads or writes meanwhile. Each book is one transaction that holds its
rows, what it replaces and its journal entry; books that refer to each other in a circle share one. The returned workbook
is written under a provisional name before the transaction and gets its name after it, so that a kill at any moment leaves
the store as before or as after, and no workbook that tells of something that is not so (`settle`).
"""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fangkong_lab.errors import BadInput, FangkongError
from fangkong_lab.ledger.delivery import Delivery
from fangkong_lab.ledger.holdings import Holding, holdings
from fangkong_lab.ledger.intake import Judged, good_parts, judge, stands_together, with_all
from fangkong_lab.ledger.journal import Result
from fangkong_lab.ledger.known import Known
from fangkong_lab.ledger.layout import layout_of
from fangkong_lab.ledger.order import dependency_order
from fangkong_lab.ledger.outcome import Outcome
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.read import read_book
from fangkong_lab.ledger.record import Desk, known_of, record, record_unchanged, record_unreadable, settle
from fangkong_lab.ledger.returned import CHANGE_SHEET, LIST_SHEET, book_of_sender
from fangkong_lab.ledger.sender import sender_of
from fangkong_lab.ledger.store import open_store
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.workspace import Workspace


@dataclass(frozen=True)
class Request:
    """One call of import: the files, the sending unit if said (for all of them), and whether right rows are taken alone."""

    paths: tuple[Path, ...]
    unit: str = ""
    good_rows: bool = False


def import_books(workspace: Workspace, request: Request) -> list[Outcome]:
    """Import the files of *request* into the store of *workspace* and return each one's outcome, in the order given.

    References between the books hold whatever their order. Raises `BadInput` where a file does not exist, `StoreBusy`
    where another process holds the store; everything else that is wrong with a file is in its outcome.
    """
    for path in request.paths:
        if not path.is_file():
            raise BadInput("没有这个文件", where=str(path), mend="检查文件名和目录")
    layout = layout_of(TABLES)
    with open_store(workspace.store_path, layout, write=True) as store:
        desk = Desk(store, layout, workspace, request.good_rows, _who(), datetime.now(UTC).replace(tzinfo=None))
        settle(desk)
        done, pending = _read_all(desk, request)
        if pending:
            done |= _take_all(desk, pending)
        return [done[path] for path in dict.fromkeys(request.paths)]


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "未知"


def _read_all(desk: Desk, request: Request) -> tuple[dict[Path, Outcome], list[Delivery]]:
    done: dict[Path, Outcome] = {}
    pending: list[Delivery] = []
    held = holdings(desk.store)
    for path in dict.fromkeys(request.paths):
        book, sha256 = book_of_sender(path.stem), _sha256(path)
        same = next((h for h in held if _unchanged(h, book, sha256, request.unit)), None)
        if same:
            done[path] = record_unchanged(desk, path, same)
            continue
        try:
            delivery = _read(desk, request, path, held)
            _refuse_twin(delivery, pending)
        except FangkongError as error:
            done[path] = record_unreadable(desk, path, sha256, error)
        else:
            pending.append(delivery)
    return done, pending


def _unchanged(holding: Holding, book: str, sha256: str, unit: str) -> bool:
    """Only a book stored whole is known to bring nothing new: rows held back last time may be right today."""
    whole = holding.counts.accepted == holding.counts.read
    return whole and (holding.book, holding.sha256) == (book, sha256) and unit in ("", holding.sender)


def _read(desk: Desk, request: Request, path: Path, held: Sequence[Holding]) -> Delivery:
    raw = read_book(path, sender=request.unit, allowed_by=desk.workspace.open_clues_allowed_by)
    # What we put in front of a book we returned is not the sender's.
    problems = tuple(p for p in raw.problems if p.sheet not in (LIST_SHEET, CHANGE_SHEET))
    delivery = replace(raw, book=book_of_sender(path.stem), problems=problems)
    if not delivery.sender:
        delivery = replace(delivery, sender=sender_of(delivery, held))
    if not delivery.rows_read and not any(p.gravity is Gravity.REFUSED for p in problems):
        empty = Problem("", 0, "", "", "no_rows", "", "没有读到任何数据行", "填写后再送；示例行不算")
        delivery = replace(delivery, problems=(*problems, empty))
    return delivery


def _refuse_twin(delivery: Delivery, others: Iterable[Delivery]) -> None:
    for other in others:
        if (other.sender, other.book) == (delivery.sender, delivery.book):
            raise BadInput(f"与 {other.path} 是同一单位的同名文件，后者会替换前者", where=str(delivery.path),
                           mend="改名后再送，或只送其中一个")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _take_all(desk: Desk, pending: list[Delivery]) -> dict[Path, Outcome]:
    """Store what stands alone, round after round; then what stands only together; then good rows, or refuse."""
    done: dict[Path, Outcome] = {}
    known = known_of(desk)
    left, judged, known = _one_by_one(desk, dependency_order(pending), known, done)
    if left and desk.good_rows:
        parts = good_parts(left, known)
        return done | _recorded(desk, parts)
    if len(left) > 1 and (group := stands_together(left, known)):
        done |= _recorded(desk, group)
        known = with_all(known, [j.delivery for j in group])
        names = {j.delivery.path for j in group}
        judged = [judge(d, known) for d in left if d.path not in names]
    for refusal in judged:
        done |= _recorded(desk, [refusal])
    return done


def _one_by_one(desk: Desk, pending: list[Delivery], known: Known,
                done: dict[Path, Outcome]) -> tuple[list[Delivery], list[Judged], Known]:
    """Store each book that is right as the store then is, pass after pass, until a pass stores none.

    Adds outcomes to *done*; returns the books left, why they were left, and what is known now.
    """
    left = list(pending)
    while True:
        judged, waiting = [], []
        for delivery in left:
            found = judge(delivery, known)
            if found.clean:
                done |= _recorded(desk, [found])
                known = with_all(known, [delivery])
            else:
                judged.append(found)
                waiting.append(delivery)
        # A pass that stored nothing judged all that is left against the store as it is.
        if len(waiting) == len(left) or not waiting:
            return waiting, judged, known
        left = waiting


def _recorded(desk: Desk, judged: list[Judged]) -> dict[Path, Outcome]:
    return {outcome.path: outcome for outcome in record(desk, judged)}


def failed(outcomes: Iterable[Outcome]) -> bool:
    """Say whether any book of the call was sent back or could not be read."""
    return any(o.result in (Result.REFUSED, Result.UNREADABLE) for o in outcomes)
