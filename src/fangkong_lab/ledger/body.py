"""The data rows of a sheet: which rows are data, merged cells, example rows, and their typed columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fangkong_lab.ledger.book import RawSheet, letter_of
from fangkong_lab.ledger.cells import as_text, is_blank
from fangkong_lab.ledger.columns import Table
from fangkong_lab.ledger.heads import Heads
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.wording import narrow

EXAMPLE = "示例"
"""What the mark column of an example row says."""

_TOTAL = re.compile(r"^(合计|总计|小计|本页合计|累计)[::\uff1a]?$")
_FOOT = re.compile("^(填表人|审核人|制表人?|填报人|填报单位|单位负责人|注|说明|备注)[:\uff1a]")
_STARTS = frozenset("合总小本累填审制单注说备")
_SPECIAL_COLUMNS = 3


@dataclass(frozen=True)
class Body:
    """The rows below the header: *cells* English name → cells of all of them, *kept* which rows are data rows.

    *row_numbers* are those the spreadsheet shows; *problems* what is wrong with whole rows; *set_aside* marks the kept
    rows that are no data (totals, repeated headers, …), which get no further problems.
    """

    cells: dict[str, list[object]]
    kept: np.ndarray
    row_numbers: np.ndarray
    problems: list[Problem]
    set_aside: np.ndarray


def read_body(raw: RawSheet, table: Table, heads: Heads) -> Body:
    """Take the rows below the header of *raw* apart."""
    rows = raw.rows[heads.row + 1:]
    first = heads.row + 2
    cells = {name: _column(rows, index) for name, index in heads.columns.items()}
    filled = _filled(cells, len(rows))
    merged = _merges(raw, table, heads, cells, filled)
    examples, edited = _examples(rows, table, heads, cells, filled)
    kept = filled & ~examples
    numbers = np.arange(first, first + len(rows))
    special = [*merged, *edited]
    aside = np.zeros(len(rows), dtype=bool)
    for position, problem in _no_data_rows(raw, table, heads, rows, cells):
        if kept[position]:
            aside[position] = True
            special.append(problem)
    if raw.ragged:
        special += _overlong(raw, table, heads, rows, kept)
    return Body(cells, kept, numbers, special, aside)


def _column(rows: Sequence[Sequence[object]], index: int) -> list[object]:
    return [row[index] if index < len(row) else "" for row in rows]


def _filled(cells: dict[str, list[object]], count: int) -> np.ndarray:
    filled = np.zeros(count, dtype=bool)
    for column in cells.values():
        blanks = {cell: is_blank(cell) for cell in set(column)}
        filled |= ~np.fromiter(map(blanks.__getitem__, column), dtype=bool, count=count)
    return filled


def _problem(raw: RawSheet, table: Table, row: int, code: str, why: str, mend: str, *, column: str = "",
             value: str = "") -> Problem:
    return Problem(raw.name, row, column, table.name, code, value, why, mend)


def _merges(raw: RawSheet, table: Table, heads: Heads, cells: dict[str, list[object]], filled: np.ndarray) -> list[Problem]:
    """Fill words that a merged cell holds for several rows; refuse merged numbers and cells merged across columns."""
    names = {index: name for name, index in heads.columns.items()}
    problems = []
    for (top, left), (bottom, right) in raw.merges:
        touched = [names[i] for i in range(left, min(right, heads.width) + 1) if i in names]
        start, stop = top - heads.row - 1, min(bottom - heads.row, len(filled))
        if not touched or start < 0 or start >= len(filled) or is_blank(cells[touched[0]][start]):
            continue
        column = table.column(touched[0])
        place = ":".join((f"{letter_of(left)}{top + 1}", f"{letter_of(right)}{bottom + 1}"))
        if right > left or column.type.numeric:
            problems += [_problem(raw, table, heads.row + 2 + i, "merged_cells", f"合并了单元格 {place}，不能确定各行的值",
                                  "取消合并，每行各填", column=column.label) for i in range(start, stop) if filled[i]]
            continue
        for i in range(start + 1, stop):
            if filled[i]:
                cells[column.name][i] = cells[column.name][start]
        problems.append(Problem(raw.name, top + 1, column.label, table.name, "merged_filled", "",
                                f"合并单元格 {place} 按每行同值读取", "今后不合并，每行各填", Gravity.NOTICE))
    return problems


def _examples(rows: Sequence[Sequence[object]], table: Table, heads: Heads, cells: dict[str, list[object]],
              filled: np.ndarray) -> tuple[np.ndarray, list[Problem]]:
    """Return which rows are the template's example, and problems of rows so marked that were filled with something else."""
    examples = np.zeros(len(rows), dtype=bool)
    problems: list[Problem] = []
    if heads.mark is None:
        return examples, problems
    for i, mark in enumerate(_column(rows, heads.mark)):
        if mark == "" or not filled[i] or not isinstance(mark, str) or narrow(mark) != EXAMPLE:
            continue
        if _is_example(table, cells, i):
            examples[i] = True
        else:
            problems.append(Problem("", heads.row + 2 + i, "", table.name, "edited_example", "",
                                    "标记是「示例」，内容却不是示例", "是真实数据就清空标记，不是就删去这一行"))
    return examples, problems


def _is_example(table: Table, cells: dict[str, list[object]], row: int) -> bool:
    return all(narrow(as_text(column[row])) == narrow(table.column(name).example) for name, column in cells.items())


def _no_data_rows(raw: RawSheet, table: Table, heads: Heads, rows: Sequence[Sequence[object]],
                  cells: dict[str, list[object]]) -> list[tuple[int, Problem]]:
    """Return (position, problem) of rows of totals, footers and headers printed again."""
    found: dict[int, Problem] = {}
    for column in [*cells.values(), *(_column(rows, i) for i in range(_SPECIAL_COLUMNS))]:
        words = {c for c in set(column) if isinstance(c, str) and c.lstrip()[:1] in _STARTS and _is_foot(c)}
        for i in (i for i, cell in enumerate(column) if cell in words) if words else ():
            found.setdefault(i, _foot_problem(raw, table, heads.row + 2 + i, as_text(column[i])))
    for i in _repeated_heads(raw, heads, cells):
        found[i] = _problem(raw, table, heads.row + 2 + i, "repeated_header", "表头在数据中间又出现了一次", "删去这一行")
    return sorted(found.items())


def _is_foot(text: str) -> bool:
    word = narrow(text)
    return bool(_TOTAL.match(word) or _FOOT.match(word))


def _foot_problem(raw: RawSheet, table: Table, row: int, text: str) -> Problem:
    if _TOTAL.match(narrow(text)):
        return _problem(raw, table, row, "total_row", "是合计行，不是数据", "删去合计行", value=text)
    return _problem(raw, table, row, "footer_row", "是表尾的说明文字，不是数据", "删去这一行", value=text)


def _repeated_heads(raw: RawSheet, heads: Heads, cells: dict[str, list[object]]) -> list[int]:
    hits: dict[int, int] = {}
    for name, column in cells.items():
        head = raw.rows[heads.row][heads.columns[name]]
        for i in (i for i, cell in enumerate(column) if cell == head) if head in set(column) else ():
            hits[i] = hits.get(i, 0) + 1
    return [i for i, count in hits.items() if count >= min(2, len(cells))]


def _overlong(raw: RawSheet, table: Table, heads: Heads, rows: Sequence[Sequence[object]], kept: np.ndarray) -> list[Problem]:
    return [
        _problem(raw, table, heads.row + 2 + i, "overlong_row", "这一行的格子比表头多，逗号可能错了位",
                 "含逗号的文字用英文双引号括起来，或改用 xlsx")
        for i, row in enumerate(rows)
        if kept[i] and len(row) > heads.width and not all(is_blank(c) for c in row[heads.width:])
    ]
