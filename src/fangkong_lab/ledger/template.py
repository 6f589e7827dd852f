"""The empty workbook that units fill in: one sheet per table, everything drawn from the declared columns."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.kinds import Tier
from fangkong_lab.ledger.body import EXAMPLE
from fangkong_lab.ledger.columns import Column, ColumnType, Table
from fangkong_lab.ledger.filling import full_rule
from fangkong_lab.ledger.heads import MARK
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.ledger.template_formats import Formats, formats_of
from fangkong_lab.ledger.template_notes import write_notes

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_LAST_LISTED_ROW = 5000
_MADE_ON = datetime(2000, 1, 1)
_TABS = {Tier.A: "#1F4E5F", Tier.B: "#7FA3AD", Tier.C: "#C9D3D6"}
_NARROWEST, _WIDEST = 9, 32
_HINT_TITLE, _HINT_TEXT = 32, 255


def tables_of(tier: Tier) -> tuple[Table, ...]:
    """Return the tables an office of *tier* fills: A only those of A, B those of A and B, C all."""
    order = list(Tier)
    return tuple(t for t in TABLES.values() if order.index(t.tier) <= order.index(tier))


def write_template(path: Path, tier: Tier = Tier.C, unit: str = "", *, force: bool = False) -> None:
    """Write the empty workbook for *tier* to *path* (.xlsx), with *unit* as 填报单位编码 if given.

    The file appears whole or not at all. Raises `WrongCall` where *path* has another ending or exists without *force*,
    `BadInput` where it cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise WrongCall("模板只能写成 .xlsx", where=str(path), mend=f"改为 {path.with_suffix('.xlsx').name}")
    if path.exists() and not force:
        raise WrongCall("文件已存在，不覆盖", where=str(path), mend="换一个文件名，或加上 --force")
    if not path.parent.is_dir():
        raise WrongCall("没有这个文件夹", where=str(path.parent), mend="先建文件夹")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _write(temporary, tier, unit)
        temporary.replace(path)
    except OSError as error:
        raise BadInput("写不进去", where=str(path), mend="文件在 Excel 中打开着的先关闭，并核对权限和磁盘空间") from error
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, tier: Tier, unit: str) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    tables = tables_of(tier)
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": "台账填报表", "created": _MADE_ON})
    book.set_size(2400, 1500)
    formats = formats_of(book)
    write_notes(book, formats, tables, unit)
    for table in tables:
        _write_sheet(book, formats, table)
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error


def _write_sheet(book: Workbook, formats: Formats, table: Table) -> None:
    sheet = book.add_worksheet(table.label)
    sheet.set_tab_color(_TABS[table.tier])
    sheet.freeze_panes(1, 2)
    sheet.set_row(0, 30)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_comments_author("填报说明")
    _write_mark(sheet, formats, table)
    for index, column in enumerate(table.columns, start=1):
        _write_column(sheet, formats, column, index)


def _write_mark(sheet: Worksheet, formats: Formats, table: Table) -> None:
    sheet.set_column(0, 0, 6)
    sheet.write_string(0, 0, MARK, formats.mark)
    sheet.write_comment(0, 0, f"「{EXAMPLE}」行导入时跳过，可以删去。数据行这一格留空。\n本表：{table.doc}。", _comment_size(3))
    sheet.write_string(1, 0, EXAMPLE, formats.example)


def _write_column(sheet: Worksheet, formats: Formats, column: Column, index: int) -> None:
    sheet.set_column(index, index, _width(column), _cell_format(formats, column))
    sheet.write_string(0, index, column.label, formats.required if column.required else formats.optional)
    note = _note(column)
    sheet.write_comment(0, index, note, _comment_size(_lines(note)))
    _write_example(sheet, formats, column, index)
    if column.choices or column.type is ColumnType.FLAG:
        sheet.data_validation(1, index, _LAST_LISTED_ROW, index, _drop_down(column))


def _note(column: Column) -> str:
    lines = [("必填。" if column.required else "选填。") + column.doc, f"填法：{full_rule(column)}"]
    lines += [f"单位：{column.unit}"] if column.unit else []
    lines += [f"例：{column.example}"] if column.example else []
    return "\n".join(lines)


def _lines(note: str) -> int:
    return sum(1 + len(line) // 19 for line in note.split("\n"))


def _comment_size(lines: int) -> dict[str, object]:
    return {"width": 270, "height": 14 + 18 * lines, "font_name": "宋体", "font_size": 10, "color": "#FFFBE6"}


def _write_example(sheet: Worksheet, formats: Formats, column: Column, index: int) -> None:
    if column.type.numeric and column.example:
        sheet.write_number(1, index, float(column.example), formats.example)
    else:
        sheet.write_string(1, index, column.example, formats.example)


def _drop_down(column: Column) -> dict[str, object]:
    """Only a word of the list, a warning for yes-no (√ is fine too), no hindrance where several may be named."""
    single = column.type is ColumnType.CHOICE
    hint = column.rule
    return {
        "validate": "list",
        "source": list(column.choices) or ["是", "否"],
        "error_type": "stop" if single else "warning",
        "error_title": "不在可选范围",
        "error_message": _cut(f"{column.label}{hint}"),
        "show_error": column.type is not ColumnType.CHOICES,
        "input_title": column.label[:_HINT_TITLE],
        "input_message": _cut(hint),
    }


def _cut(text: str) -> str:
    return text if len(text) <= _HINT_TEXT else text[: _HINT_TEXT - 1] + "…"


def _cell_format(formats: Formats, column: Column) -> Format:
    if column.type is ColumnType.DAY:
        return formats.day
    if column.type is ColumnType.MOMENT:
        return formats.moment
    return formats.number if column.type.numeric else formats.text


def _width(column: Column) -> int:
    """Return a width in characters that shows header and example; a Han character takes two."""
    def wide(text: str) -> int:
        return sum(1 if c.isascii() else 2 for c in text)

    return max(_NARROWEST, min(_WIDEST, max(wide(column.label), wide(column.example)) + 3))
