"""The sheet 填报说明 of the empty workbook: who fills it in, how, and which table is for what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Tier
from fangkong_lab.ledger.columns import Table
from fangkong_lab.ledger.notes import NOTES_SHEET, SENDER_HINT, SENDER_LABEL
from fangkong_lab.ledger.template_formats import Formats

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_FIRST_CLAUSE = re.compile("[;:(\uff1b\uff1a\uff08]")
_TIERS = {Tier.A: "第一周就要有", Tier.B: "第一个月内补齐", Tier.C: "有就填，没有不填"}
_RULES = (
    "每张工作表一张表，表名、列名不要改；没有的表整张留空即可。",
    "深色表头的列必填，浅色的选填；没有的格子留空，不填「无」「/」「-」。",
    "鼠标停在表头上可看这一列的含义、填法、单位和示例；有下拉框的从中选。",
    "灰色斜体的示例行导入时跳过，可以删去；不要在示例行上直接改填。",
    "日期写成 2016-09-30 或 2016年9月30日；只知道年月的写 2016年9月。",
    "金额以万元计；按元填的请写明单位，如 3000元。",
    "一格里填几项的，用、隔开。评分列填 1 至 5，也可填 高、中、低。",
    "人员一律填代号，岗位填岗位编码。不得出现姓名、电话、身份证号、住址和家庭情况。",
    "秘密及以上的内容不得填报。核查中的线索不得带人员代号。",
    "不合并单元格，不加合计行，表头只有一行，不隐藏工作表。",
    "同一本工作簿再次报送，会替换上次报送的全部内容，请报送全本，文件名不要改。",
)


def write_notes(book: Workbook, formats: Formats, tables: tuple[Table, ...], unit: str) -> None:
    """Add the sheet to *book*: the cell for 填报单位编码 (filled with *unit*), the rules, the list of *tables*."""
    sheet = book.add_worksheet(NOTES_SHEET)
    sheet.hide_gridlines(2)
    for column, width in enumerate((3, 20, 30, 24, 46)):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 36)
    sheet.write_string(0, 1, "台账填报表", formats.title)
    sheet.write_string(2, 1, SENDER_LABEL, formats.body)
    sheet.write_string(2, 2, unit, formats.entry)
    sheet.merge_range(2, 3, 2, 4, SENDER_HINT, formats.body)
    row = _write_rules(sheet, formats, 4)
    _write_tables(sheet, formats, tables, row + 1)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.activate()


def _write_rules(sheet: Worksheet, formats: Formats, row: int) -> int:
    for column in range(1, 5):
        sheet.write_string(row, column, "怎样填" if column == 1 else "", formats.heading)
    for number, rule in enumerate(_RULES, start=1):
        sheet.merge_range(row + number, 1, row + number, 4, f"{number}. {rule}", formats.body)
        sheet.set_row(row + number, 20)
    return row + len(_RULES) + 1


def _write_tables(sheet: Worksheet, formats: Formats, tables: tuple[Table, ...], row: int) -> None:
    for column, label in enumerate(("工作表", "每一行是", "批次", "必填的列"), start=1):
        sheet.write_string(row, column, label, formats.heading)
    for number, table in enumerate(tables, start=1):
        sheet.write_url(row + number, 1, f"internal:'{table.label}'!A1", formats.link, table.label)
        sheet.write_string(row + number, 2, _FIRST_CLAUSE.split(table.doc)[0], formats.cell)
        sheet.write_string(row + number, 3, f"{table.tier.label}：{_TIERS[table.tier]}", formats.cell)
        sheet.write_string(row + number, 4, "、".join(c.label for c in table.required), formats.cell)
        sheet.set_row(row + number, 20)
