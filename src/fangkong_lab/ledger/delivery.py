"""A delivery: what one sender sent in one book, read and checked, before it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.ledger.problem import Gravity, Problem

if TYPE_CHECKING:
    import pandas as pd

ROW = "_row"


@dataclass(frozen=True)
class Sheet:
    """The rows of one table as read from one sheet.

    *frame* has the declared English column names (all declared columns, missing ones empty), typed, Chinese labels for
    closed lists, lists joined by 、, money in 万元, and the column ``_row``: the row number as the spreadsheet shows it.
    Every data row that was read is in it, the refused ones too; example rows (示例) and blank rows are not.
    *letters* maps each Chinese header found to its column letter, for comments and origins. *header_row* is the row
    number of the header line (0: no header was found), where problems of a whole column are marked.
    """

    table: str
    name: str
    frame: pd.DataFrame
    letters: dict[str, str]
    header_row: int = 1


@dataclass(frozen=True)
class Delivery:
    """(*sender*, *book*) names the delivery: sending it again replaces what it brought.

    *sender* is the unit_id of the sending unit, *book* the file's name without folder and ending, *sha256* of the bytes.
    """

    sender: str
    book: str
    path: Path
    sha256: str
    sheets: tuple[Sheet, ...]
    problems: tuple[Problem, ...]

    @property
    def rows_read(self) -> int:
        """Number of data rows read over all sheets."""
        return sum(len(s.frame) for s in self.sheets)

    def refused_rows(self) -> dict[str, set[int]]:
        """Return, per sheet name, the row numbers that carry at least one refusing problem.

        A refusing problem with row 0 refuses every row of its sheet (or of the book, if it names no sheet).
        """
        refused: dict[str, set[int]] = {s.name: set() for s in self.sheets}
        for problem in self.problems:
            if problem.gravity is not Gravity.REFUSED:
                continue
            for sheet in self.sheets:
                if problem.sheet in ("", sheet.name):
                    rows = {problem.row} if problem.row else set(sheet.frame[ROW].tolist())
                    refused[sheet.name] |= rows
        return refused
