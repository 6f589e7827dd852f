"""A book as it was opened: sheets of raw cells, before any of them is understood."""

from __future__ import annotations

from dataclasses import dataclass

Area = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged area, as (row, column) from 0, both included."""

MAX_SHEET_ROWS = 500_000
MAX_SHEET_AREA = 16_000_000
MAX_BOOK_CELLS = 8_000_000
MAX_UNPACKED_BYTES = 400_000_000
MAX_FILE_BYTES = 300_000_000


@dataclass(frozen=True)
class RawSheet:
    """The cells of one sheet: *rows* from the sheet's first row and first column on, empty cells as ``''``.

    An error value stands in *rows* as its text (``#REF!``), a formula without a stored result as `cells.NO_RESULT`;
    *lost_faults* says that there are such cells whose place is not known. *merges* are the merged areas, *hidden* says
    that the sheet is hidden, *hidden_rows* counts rows hidden by hand or by a filter. *ragged* says that rows may be
    longer than the header because a separator was typed unquoted (csv).
    """

    name: str
    rows: list[list[object]]
    hidden: bool = False
    merges: tuple[Area, ...] = ()
    lost_faults: bool = False
    hidden_rows: int = 0
    ragged: bool = False


def letter_of(column: int) -> str:
    """Return the letters of the spreadsheet column numbered *column* from 0 (0 → A, 26 → AA)."""
    letters = ""
    number = column + 1
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def column_of(letters: str) -> int:
    """Return the number from 0 of the spreadsheet column called *letters*."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
