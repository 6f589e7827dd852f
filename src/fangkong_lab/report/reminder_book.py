"""The workbook of a 催办单: one sheet per table, a sheet of notes; the same list gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

WIDTHS = {"状态": 10, "到期日": 12, "逾期天数": 10, "事由": 12, "单位": 26, "事项": 52, "依据": 14, "责任与对象（内部）": 40}
LATE_COLOUR = "#F8DCDA"


def write_book(path: Path, title: str, marks: tuple[str, ...], tables: Iterable[tuple[str, Any]], notes: tuple[str, ...]) -> None:
    """Write *tables* (sheet name, frame), each under *title* and *marks*, and the *notes* on a last sheet."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # no clock: same list, same bytes
        for name, frame in tables:
            _sheet(book, name, " · ".join((title, *marks)), frame)
        sheet = book.add_worksheet("说明")
        sheet.set_column(0, 0, 110, book.add_format({"text_wrap": True, "valign": "top"}))
        for number, line in enumerate((" · ".join((title, *marks)), *notes)):
            sheet.write_string(number, 0, line)


def _sheet(book: Any, name: str, head: str, frame: pd.DataFrame) -> None:
    plain = {"text_wrap": True, "valign": "top", "border": 1}
    bold, cell, late = (book.add_format(f) for f in (plain | {"bold": True, "bg_color": "#DDEBF7"}, plain, plain | {"bg_color": LATE_COLOUR}))
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, head, book.add_format({"bold": True, "font_size": 14}))
    for at, column in enumerate(frame.columns):
        sheet.write_string(1, at, str(column), bold)
        sheet.set_column(at, at, WIDTHS.get(str(column), 14))
    for number, row in enumerate(frame.itertuples(index=False), 2):
        look = late if row[0] == "逾期" else cell
        for at, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, at, value, look)
            else:
                sheet.write_number(number, at, int(value), look)
    _fit(sheet, head, len(frame), len(frame.columns))


def _fit(sheet: Any, head: str, rows: int, columns: int) -> None:
    sheet.freeze_panes(2, 0)
    sheet.autofilter(1, 0, 1 + rows, columns - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_header(f"&C{head.replace('&', '&&')}")
    sheet.set_footer("&C— &P —")
