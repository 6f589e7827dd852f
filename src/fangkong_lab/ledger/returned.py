"""The returned workbook (退表核对): the sender's own file with its cells marked, and two sheets in front.

问题清单 lists every problem with its place and what to do; 变化 lists what differs from his last stored delivery.
Files that are no Excel workbook, damaged ones and very large ones come back as a fresh workbook that holds only the rows
with problems, and says so.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from fangkong_lab.ledger.changes import Change
from fangkong_lab.ledger.delivery import Delivery
from fangkong_lab.ledger.journal import Counts, Result
from fangkong_lab.ledger.problem import Problem

FOLDER = "退表"
INFIX = "_退回核对_"
SECRET = "secret"
LIST_SHEET, CHANGE_SHEET = "问题清单", "变化"
LARGEST_MARKED_ROWS = 50_000
LARGEST_MARKED_BYTES = 120_000_000
_MARKABLE = (".xlsx", ".xlsm")
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Return:
    """All that a returned workbook says.

    *no* is the journal number, *problems* those of the delivery, *held* one per row that was right and yet not taken,
    *changes* against the last stored delivery, None where there was none.
    """

    delivery: Delivery
    no: int
    result: Result
    counts: Counts
    problems: tuple[Problem, ...]
    held: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] | None = None
    good_rows: bool = field(default=False)

    @property
    def worth_sending(self) -> bool:
        """Say whether there is anything to tell the sender."""
        return bool(self.problems or self.held or self.changes)

    @property
    def secret(self) -> bool:
        """Say whether the file holds content of a secrecy grade, of which no copy may be made."""
        return any(p.code == SECRET for p in self.problems)

    @property
    def marks_own_file(self) -> bool:
        """Say whether the sender's own file can be marked (else a fresh workbook is made)."""
        path = self.delivery.path
        return (not self.secret and path.suffix.lower() in _MARKABLE and bool(self.delivery.sheets)
                and self.delivery.rows_read <= LARGEST_MARKED_ROWS and _unpacked_size(path) <= LARGEST_MARKED_BYTES)

    @property
    def file_name(self) -> str:
        """Return the returned workbook's name; it is always an xlsx: macros are not sent back."""
        # File systems count bytes; a name cut short is still told apart by its number.
        short = self.delivery.book.encode()[:_LONGEST_NAME].decode(errors="ignore")
        return f"{short}{INFIX}{self.no}.xlsx"


def _unpacked_size(path: Path) -> int:
    """Return how many bytes the parts of the workbook take unpacked; marking needs about fifty times a cell's share of it."""
    try:
        with zipfile.ZipFile(path) as parts:
            return sum(part.file_size for part in parts.infolist())
    except (OSError, zipfile.BadZipFile):
        return LARGEST_MARKED_BYTES + 1


def book_of_sender(book: str) -> str:
    """Return the name a book had before we returned it: 台账_退回核对_7 (corrected and sent again) is 台账."""
    name = book
    while INFIX in name:
        head, tail = name.rsplit(INFIX, 1)
        # Windows and mail programs add (1) to a second copy.
        if not tail.split("(")[0].split("(")[0].strip(" -副本").isdigit():
            break
        name = head
    return name
