"""The two sheets we add to a returned workbook: 问题清单 and 变化."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from fangkong_lab.ledger.pen import BLUE, RED, TEAL, YELLOW, Look, Pen
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.returned import CHANGE_SHEET, LIST_SHEET, Return

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

HELD = "留置"
FIRST_ROW = 7
_LIST_HEAD = ("序号", "性质", "工作表", "行", "列", "原值", "问题", "怎么改")
_LIST_WIDTHS = (6, 7, 12, 7, 16, 18, 40, 40)
_CHANGE_HEAD = ("序号", "工作表", "变化", "行", "哪一行", "列", "上次", "本次")
_CHANGE_WIDTHS = (6, 12, 7, 7, 30, 16, 24, 24)
_LAST_ROW = 1_048_000
_LINE_HEIGHT, _MOST_LINES = 15, 12


def add_lists(book: Workbook, returned: Return, *, marked: bool) -> None:
    """Put 问题清单 and 变化 in front of the sheets of *book*; sheets of these names from an earlier return are replaced.

    *marked* says whether the other sheets are the sender's own with marks in them.
    """
    for name in (LIST_SHEET, CHANGE_SHEET):
        if not book.write_only and name in book.sheetnames:
            del book[name]
    problems = book.create_sheet(LIST_SHEET, 0)
    _write(problems, _opening(returned, marked), _LIST_HEAD, _LIST_WIDTHS, _problem_rows(Pen(problems), returned))
    differing = book.create_sheet(CHANGE_SHEET, 1)
    _write(differing, _change_opening(returned), _CHANGE_HEAD, _CHANGE_WIDTHS, _change_rows(Pen(differing), returned))
    book.active = 0


def _write(sheet: Worksheet, opening: Sequence[str], head: Sequence[str], widths: Sequence[int],
           rows: Iterable[Sequence[object]]) -> None:
    from openpyxl.utils import get_column_letter

    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = f"A{FIRST_ROW}"
    sheet.sheet_properties.tabColor = "C00000"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{FIRST_ROW - 1}:{FIRST_ROW - 1}"
    pen = Pen(sheet)
    for line, text in enumerate(opening):
        sheet.append([pen.cell(text, Look(bold=line == 0, wrap=False))])
    for _ in range(FIRST_ROW - 2 - len(opening)):
        sheet.append([])
    sheet.append([pen.cell(word, Look(TEAL, bold=True)) for word in head])
    count = 0
    for row in rows:
        if count >= _LAST_ROW:
            break
        count += 1
        if (lines := _lines(row, widths)) > 1:
            # Spreadsheet programs do not all work out the height of wrapped rows when they open a file.
            sheet.row_dimensions[FIRST_ROW - 1 + count].height = _LINE_HEIGHT * lines
        sheet.append(row)
    sheet.auto_filter.ref = f"A{FIRST_ROW - 1}:{get_column_letter(len(head))}{FIRST_ROW - 1 + count}"


def _lines(row: Sequence[object], widths: Sequence[int]) -> int:
    """Return how many lines the tallest wrapped cell of *row* takes; a Chinese character is about two digits wide."""
    most = 1
    for cell, width in zip(row, widths, strict=False):
        text = cell if isinstance(cell, str) else getattr(cell, "value", None)
        if isinstance(text, str) and 2 * len(text) > width:
            most = max(most, -(-sum(2 if ord(c) > 255 else 1 for c in text) // (width - 1)))
    return min(most, _MOST_LINES)


def _opening(returned: Return, marked: bool) -> list[str]:
    counts, delivery = returned.counts, returned.delivery
    wrong = sum(p.gravity is Gravity.REFUSED for p in returned.problems)
    lines = [f"退回核对 · {LIST_SHEET}",
             f"文件 {delivery.path.name} · 送交单位 {delivery.sender} · 导入第 {returned.no} 次 · 结果：{returned.result}",
             f"{counts.sentence()}。需改正 {wrong} 处（标红），提示 {len(returned.problems) - wrong} 处（标黄）"]
    if returned.secret:
        lines.append("原文件含有带密级标志的内容，不得进入本系统，此处不留任何抄件；请立即按保密规定处理原文件。")
    elif not marked:
        lines.append("原文件不是 Excel 工作簿、打不开或行数过多，此处只列出有问题的行，行号是原文件的行号；请在原文件中改正。")
    elif wrong:
        lines.append("请在后面各表中改正标红的单元格，把本文件或原文件整本再送一次，会替换上次送交的内容；本页和「变化」页不必删除。")
    if wrong and not returned.good_rows:
        lines.append("整本送交要么全部入库，要么全部不入库：没有问题的行也暂不入库（留置）。")
    return lines


def _change_opening(returned: Return) -> list[str]:
    if returned.changes is None:
        note = "此前没有入库过同一单位的同名文件，没有可比的内容。"
    else:
        note = f"与上次入库的内容相比，共 {len(returned.changes)} 处变化。「删除」的行号是上次文件中的行号。"
    return [f"退回核对 · {CHANGE_SHEET}", note]


def _problem_rows(pen: Pen, returned: Return) -> Iterator[list[WriteOnlyCell]]:
    listed = [(p, str(p.gravity)) for p in returned.problems] + [(p, HELD) for p in returned.held]
    for number, (problem, word) in enumerate(listed, start=1):
        colour = colour_of(problem, held=word == HELD)
        cells = (number, word, problem.sheet or "(整个文件)", problem.row or "", problem.column, problem.value, problem.why,
                 problem.mend)
        yield [pen.cell(value, Look(colour if place == 1 else "")) for place, value in enumerate(cells)]


def _change_rows(pen: Pen, returned: Return) -> Iterator[list[object]]:
    for number, change in enumerate(returned.changes or (), start=1):
        cells = (number, change.sheet, str(change.kind), change.row, change.name, change.header, change.old, change.new)
        yield [pen.value(value) for value in cells]


def colour_of(problem: Problem, *, held: bool = False) -> str:
    """Return the colour that marks *problem*."""
    if held:
        return BLUE
    return RED if problem.gravity is Gravity.REFUSED else YELLOW
