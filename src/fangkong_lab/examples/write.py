"""Writing a made-up county as the workbooks that units would send, and its truth beside them; the same bytes every time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from fangkong_lab.errors import WrongCall
from fangkong_lab.examples.county import County
from fangkong_lab.examples.places import COUNTY_NAME
from fangkong_lab.examples.senders import by_sender, collector
from fangkong_lab.examples.truth import truth_text
from fangkong_lab.ledger.columns import Column, ColumnType, Table
from fangkong_lab.ledger.notes import NOTES_SHEET, SENDER_LABEL
from fangkong_lab.ledger.tables import TABLES

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MARK = "模拟数据"
TRUTH_FILE = "truth.json"
_MADE_ON = datetime(2000, 1, 1)
_WARNING = "本工作簿全部为模拟数据：单位、岗位、人员、数字均由程序生成，与任何真实单位和个人无关。"
_WIDTHS = {ColumnType.TEXT: 22, ColumnType.MOMENT: 17, ColumnType.TITLES: 40}


def write_county(county: County, folder: Path, *, one_book: bool = False, force: bool = False) -> tuple[Path, ...]:
    """Write *county* into *folder*: a workbook per sending unit, or *one_book*, and truth.json. Returns the workbooks, sorted.

    Everything is written under a provisional name and renamed when complete. Raises `WrongCall` where *folder* holds
    made-up data already, unless *force*: then it is replaced, and workbooks of a larger county before it are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = sorted(folder.glob(f"{MARK}_*.xlsx")) + [p for p in (folder / TRUTH_FILE,) if p.exists()]
    if before and not force:
        raise WrongCall(f"已有模拟数据({before[0].name} 等 {len(before)} 个文件)", where=str(folder), mend="加上 --force 覆盖，或换一个 --out 目录")
    books = {collector(county.tables): dict(county.tables)} if one_book else by_sender(county.tables)
    paths = [folder / f"{name}.xlsx" for name in book_names(county, one_book=one_book)]
    for path, (unit, tables) in zip(paths, books.items(), strict=True):
        _write_whole(path, unit, tables)
    truth = folder / f"{TRUTH_FILE}.part"
    truth.write_text(truth_text(county.truth), encoding="utf-8", newline="\n")
    truth.replace(folder / TRUTH_FILE)
    for stale in set(before) - {*paths, folder / TRUTH_FILE}:
        stale.unlink()
    return tuple(sorted(paths))


def book_names(county: County, *, one_book: bool = False) -> list[str]:
    """Return the names of the workbooks, without ending, in the order of their senders' codes."""
    names = county.tables["units"].set_index("unit_id")["name"]
    if one_book:
        return [f"{MARK}_{collector(county.tables)}_{COUNTY_NAME}台账"]
    return [f"{MARK}_{unit}_{names[unit]}台账" for unit in by_sender({"units": county.tables["units"]})]


def _write_whole(path: Path, unit: str, tables: Mapping[str, pd.DataFrame]) -> None:
    import xlsxwriter

    part = path.with_suffix(".part")
    # In memory, XlsxWriter gives every entry of the zip the same fixed time.
    with xlsxwriter.Workbook(part, {"in_memory": True, "strings_to_numbers": False}) as book:
        book.set_properties({"title": f"{path.stem}（{MARK}）", "comments": _WARNING, "created": _MADE_ON})
        formats = {"head": book.add_format({"bold": True, "bg_color": "#DCE6E9", "border": 1}),
                   "day": book.add_format({"num_format": "yyyy-mm-dd"}), "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
                   "mark": book.add_format({"bold": True, "font_size": 16, "font_color": "#9C2B2B"})}
        _notes(book, unit, tables, formats["mark"])
        for name, table in TABLES.items():
            if name in tables and len(tables[name]):
                _sheet(book, table, tables[name], formats)
    part.replace(path)


def _notes(book: Workbook, unit: str, tables: Mapping[str, pd.DataFrame], mark: Format) -> None:
    sheet = book.add_worksheet(NOTES_SHEET)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, MARK, mark)
    sheet.write_string(1, 0, _WARNING)
    sheet.write_row(2, 0, (SENDER_LABEL, unit))
    sheet.write_row(4, 0, ("工作表", "行数"))
    for k, (name, frame) in enumerate((n, tables[n]) for n in TABLES if n in tables and len(tables[n])):
        sheet.write_row(5 + k, 0, (TABLES[name].label, len(frame)))


def _sheet(book: Workbook, table: Table, frame: pd.DataFrame, formats: Mapping[str, Format]) -> None:
    sheet = book.add_worksheet(table.label)
    sheet.freeze_panes(1, 1)
    filled = [c for c in table.columns if c.required or frame[c.name].notna().any()]
    sheet.write_row(0, 0, [c.label for c in filled], formats["head"])
    for k, column in enumerate(filled):
        sheet.set_column(k, k, _WIDTHS.get(column.type, 12))
        _cells(sheet, k, column, frame[column.name], formats)


def _cells(sheet: Worksheet, k: int, column: Column, cells: pd.Series, formats: Mapping[str, Format]) -> None:
    """Write one column under its header; empty cells stay empty."""
    present = cells.notna().to_numpy()
    for row, (value, here) in enumerate(zip(cells.tolist(), present, strict=True), 1):
        if not here:
            continue
        if column.type in (ColumnType.DAY, ColumnType.MOMENT):
            sheet.write_datetime(row, k, value.to_pydatetime(), formats["moment" if column.type is ColumnType.MOMENT else "day"])
        elif column.type is ColumnType.FLAG:
            sheet.write_string(row, k, "是" if value else "否")
        elif column.type.numeric:
            sheet.write_number(row, k, value)
        else:
            sheet.write_string(row, k, str(value))
