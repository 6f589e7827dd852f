"""Marking the cells of the sender's own workbook."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from fangkong_lab.ledger.pen import BLUE, RED, YELLOW, fill
from fangkong_lab.ledger.problem import Problem
from fangkong_lab.ledger.returned import LIST_SHEET, Return
from fangkong_lab.ledger.returned_lists import add_lists, colour_of

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

AUTHOR = "退回核对"
# Found again by its words, for spreadsheet programs do not all keep a comment's author.
MARK = "【退回核对】"
MOST_COMMENTS = 3_000
_GRAVEST = {RED: 0, YELLOW: 1, BLUE: 2}


class Unmarkable(Exception):
    """The sender's file cannot be opened for marking; a fresh workbook is made instead."""


def marked_workbook(returned: Return) -> Workbook:
    """Return the sender's workbook with problem cells filled and commented and our two sheets in front.

    Marks of an earlier return are taken off first. Beyond `MOST_COMMENTS` cells only the fill is set, because
    spreadsheet programs become slow; 问题清单 has them all. Raises `Unmarkable`.
    """
    book = _open(returned)
    if LIST_SHEET in book.sheetnames:
        for sheet in book.worksheets:
            _unmark(sheet)
    letters = {s.name: s.letters for s in returned.delivery.sheets}
    places: dict[tuple[str, str], list[tuple[str, Problem]]] = {}
    for problem, held in [*((p, False) for p in returned.problems), *((p, True) for p in returned.held)]:
        if problem.row and problem.sheet in letters:
            letter = letters[problem.sheet].get(problem.column, "A")
            places.setdefault((problem.sheet, f"{letter}{problem.row}"), []).append((colour_of(problem, held=held), problem))
    for number, ((name, address), found) in enumerate(sorted(places.items())):
        _mark(book[name], address, found, comment=number < MOST_COMMENTS)
    add_lists(book, returned, marked=True)
    return book


def _open(returned: Return) -> Workbook:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    path = returned.delivery.path
    try:
        book = openpyxl.load_workbook(path, rich_text=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, OSError, SyntaxError) as error:
        # A file that the reader (calamine) takes and openpyxl does not: odd styles, parts that are missing.
        raise Unmarkable(str(path)) from error
    if missing := {s.name for s in returned.delivery.sheets} - set(book.sheetnames):
        raise Unmarkable(f"{path}: {sorted(missing)}")
    return book


def _unmark(sheet: Worksheet) -> None:
    """Take the colours and comments of an earlier return off *sheet*; what the sender wrote himself stays."""
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, MergedCell):
                continue
            if cell.fill.fill_type == "solid" and cell.fill.start_color.rgb in _GRAVEST:
                cell.fill = PatternFill()
            if cell.comment is not None and MARK in cell.comment.text:
                own = _own_words(cell)
                cell.comment = Comment(own, cell.comment.author) if own else None


def _mark(sheet: Worksheet, address: str, found: list[tuple[str, Problem]], *, comment: bool) -> None:
    from openpyxl.comments import Comment

    cell = _top_left(sheet, address)
    cell.fill = fill(min((colour for colour, _ in found), key=_GRAVEST.__getitem__))
    if not comment:
        return
    lines = [f"{problem.why}。{problem.mend}" if problem.mend else problem.why for _, problem in found]
    own = _own_words(cell)
    text = (f"{own}\n" if own else "") + "\n".join([MARK, *lines])
    cell.comment = Comment(text, AUTHOR, width=300, height=min(400, 40 + 20 * (len(text) // 20 + text.count("\n"))))


def _own_words(cell: Cell) -> str:
    """Return what the sender himself wrote in the comment of *cell* ("" if nothing): all before our mark."""
    return cell.comment.text.split(MARK)[0].rstrip("\n") if cell.comment is not None else ""


def _top_left(sheet: Worksheet, address: str) -> Cell:
    """Return the cell at *address*, or the one that shows the merged range it lies in."""
    for merged in sheet.merged_cells.ranges:
        if address in merged:
            return sheet.cell(merged.min_row, merged.min_col)
    return sheet[address]
