"""Writing a returned workbook to disk."""

from __future__ import annotations

import os
from pathlib import Path

from fangkong_lab.ledger.returned import Return
from fangkong_lab.ledger.returned_fresh import fresh_workbook
from fangkong_lab.ledger.returned_marks import Unmarkable, marked_workbook


def write_return(returned: Return, target: Path) -> None:
    """Write the workbook of *returned* to *target*, complete on disk when this returns.

    Where the sender's file cannot be opened for marking after all, a fresh workbook is written instead.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        book = marked_workbook(returned) if returned.marks_own_file else fresh_workbook(returned)
    except Unmarkable:
        book = fresh_workbook(returned)
    book.save(target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
