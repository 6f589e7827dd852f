"""A fresh returned workbook, where the sender's own file is none that can be marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fangkong_lab.ledger.changes import shown
from fangkong_lab.ledger.delivery import ROW, Sheet
from fangkong_lab.ledger.pen import Look, Pen
from fangkong_lab.ledger.problem import Problem
from fangkong_lab.ledger.returned import Return
from fangkong_lab.ledger.returned_lists import add_lists, colour_of
from fangkong_lab.ledger.tables import TABLES

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

ROW_HEADER = "原行号"


def fresh_workbook(returned: Return) -> Workbook:
    """Return a new workbook: 问题清单, 变化, and per sheet the rows with problems, their original row number first."""
    from openpyxl.workbook import Workbook

    book = Workbook(write_only=True)
    add_lists(book, returned, marked=False)
    by_sheet: dict[str, list[tuple[Problem, str]]] = {}
    for problem, held in [*((p, False) for p in returned.problems), *((p, True) for p in returned.held)]:
        if problem.row:
            by_sheet.setdefault(problem.sheet, []).append((problem, colour_of(problem, held=held)))
    for sheet in returned.delivery.sheets:
        if sheet.name in by_sheet and not returned.secret:
            _problem_sheet(book, sheet, by_sheet[sheet.name])
    return book


def _tab_name(name: str, taken: list[str]) -> str:
    """Return *name* as a workbook takes it (a csv's sheet is named after its file): no []:*?/\\, 31 characters, not twice."""
    short = "".join("_" if c in "[]:*?/\\" else c for c in name)[:28].strip("'") or "表"
    numbered = (f"{short}{number or ''}" for number in range(len(taken) + 1))
    return next(n for n in numbered if n.lower() not in {t.lower() for t in taken})


def _problem_sheet(book: Workbook, sheet: Sheet, found: list[tuple[Problem, str]]) -> None:
    columns = {c.label: c.name for c in TABLES[sheet.table].columns if c.label in sheet.letters}
    marks = {(p.row, p.column): (colour, p.value) for p, colour in reversed(found)}
    page = book.create_sheet(_tab_name(sheet.name, book.sheetnames))
    pen = Pen(page)
    page.freeze_panes = "B2"
    page.append([pen.cell(header, Look(bold=True)) for header in (ROW_HEADER, *columns)])
    wanted = sheet.frame[sheet.frame[ROW].isin({p.row for p, _ in found})]
    for number, *cells in wanted[[ROW, *columns.values()]].itertuples(index=False):
        row = [pen.cell(int(number), Look(marks.get((number, ""), ("", ""))[0]))]
        for header, cell in zip(columns, cells, strict=True):
            colour, sent = marks.get((number, header), ("", ""))
            value = sent or shown(cell)
            row.append(pen.cell(value, Look(colour, wrap=False)) if colour else pen.value(value))
        page.append(row)
