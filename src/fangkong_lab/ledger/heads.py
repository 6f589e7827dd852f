"""Finding the header line of a sheet and what its columns are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fangkong_lab.errors import near_match
from fangkong_lab.ledger.book import RawSheet, letter_of
from fangkong_lab.ledger.cells import is_blank
from fangkong_lab.ledger.columns import Column, Table
from fangkong_lab.ledger.privacy import DROPPED_HEADERS, is_personal_header
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.wording import narrow

MARK = "标记"
"""Header of the template's first column, in which the example row says 示例."""

_SEARCHED = 15
_SILENT = frozenset({"序号", MARK})
_TAIL = re.compile(r"\(([^()]*)\)$")
_MONEY = frozenset({"元", "千元", "百元", "百万元", "亿元", "亿", "万"})


@dataclass(frozen=True)
class Heads:
    """The header line: *row* from 0, *columns* English name → column from 0, *mark* the column of marks if any.

    *letters* maps the Chinese labels of the columns found, and the headers of columns not taken, to column letters.
    """

    row: int
    columns: dict[str, int]
    mark: int | None
    letters: dict[str, str]
    width: int


def header_word(cell: object) -> str:
    """Return a header cell as it is looked up: narrow, without line breaks, blanks and the star of required columns."""
    return narrow(cell).replace("*", "") if isinstance(cell, str) else ""


def column_named(table: Table, word: str) -> Column | None:
    """Return the column of *table* called *word* (Chinese or English), also with its unit or a remark in brackets."""
    return table.by_header.get(word) or table.by_header.get(word.lower()) or table.by_header.get(_TAIL.sub("", word))


def find_heads(raw: RawSheet, table: Table) -> tuple[Heads | None, list[Problem]]:
    """Return the header line of *raw*, None where none is found, and what is wrong with it."""
    scores = [sum(column_named(table, header_word(c)) is not None for c in row) for row in raw.rows[:_SEARCHED]]
    if not scores or max(scores) == 0:
        return None, [_sheet_problem(raw, table, "no_header", "", "", "找不到表头", f"表头写成：{_labels(table)}")]
    row = scores.index(max(scores))
    heads = _heads_at(raw, table, row)
    problems = [*_column_problems(raw, table, row), *_missing(raw, table, heads)]
    if _doubled(raw, scores, row):
        problems.append(_sheet_problem(raw, table, "two_header_rows", "", "", "表头有两行或合并了单元格",
                                       "表头只留一行，每列写一个列名，不合并单元格"))
    return heads, problems


def _labels(table: Table) -> str:
    return "、".join(c.label for c in table.required)


def _sheet_problem(raw: RawSheet, table: Table, code: str, column: str, value: str, why: str, mend: str,
                   gravity: Gravity = Gravity.REFUSED) -> Problem:
    return Problem(raw.name, 0, column, table.name, code, value, why, mend, gravity)


def _heads_at(raw: RawSheet, table: Table, row: int) -> Heads:
    columns: dict[str, int] = {}
    letters: dict[str, str] = {}
    mark = None
    for index, cell in enumerate(raw.rows[row]):
        word = header_word(cell)
        column = column_named(table, word)
        if column is not None:
            columns.setdefault(column.name, index)
            letters.setdefault(column.label, letter_of(index))
        elif word:
            letters.setdefault(word, letter_of(index))
            mark = index if word == MARK and mark is None else mark
    return Heads(row, columns, mark, letters, len(raw.rows[row]))


def _column_problems(raw: RawSheet, table: Table, row: int) -> list[Problem]:
    words = [header_word(cell) for cell in raw.rows[row]]
    known = [column_named(table, word) for word in words]
    present = {c.name for c in known if c is not None}
    absent = tuple(c.label for c in table.columns if c.name not in present)
    problems = []
    seen: set[str] = set()
    for word, column in zip(words, known, strict=True):
        if column is None:
            problems += _unknown(raw, table, word, absent)
            continue
        if column.name in seen:
            problems.append(_sheet_problem(raw, table, "duplicate_header", column.label, word, "这一列出现了两次",
                                           "只留一列"))
        seen.add(column.name)
        problems += _unit_problem(raw, table, word, column)
    return problems


def _unit_problem(raw: RawSheet, table: Table, word: str, column: Column) -> list[Problem]:
    """A header such as 合同价(元) in a column of 万元 would be off by ten thousand."""
    hit = _TAIL.search(word)
    if hit is None or not column.unit or hit[1] == column.unit:
        return []
    if hit[1] in _MONEY or (column.unit != "万元" and column.unit in ("工作日", "天") and hit[1] in ("工作日", "天", "月")):
        return [_sheet_problem(raw, table, "header_unit", column.label, word,
                               f"表头的单位「{hit[1]}」与本列单位「{column.unit}」不符", f"换算成{column.unit}后改表头")]
    return []


def _unknown(raw: RawSheet, table: Table, word: str, absent: tuple[str, ...]) -> list[Problem]:
    if not word or word in _SILENT:
        return []
    if word in DROPPED_HEADERS:
        return [_sheet_problem(raw, table, "dropped_column", word, "", "这一列含个人信息，没有收入", "下次报送前删去这一列",
                               Gravity.NOTICE)]
    if is_personal_header(word):
        return [_sheet_problem(raw, table, "personal_header", word, "", "这一列是个人信息，不得进入本系统",
                               "删去这一列，人员一律用代号")]
    near = near_match(word, absent)
    if near:
        return [_sheet_problem(raw, table, "unknown_header", word, "", "不认识这一列", f"检查列名，是否为「{near}」")]
    return [_sheet_problem(raw, table, "ignored_column", word, "", "本表没有这一列，没有收入",
                           "内容要收入的，改用数据字典里的列名", Gravity.NOTICE)]


def _missing(raw: RawSheet, table: Table, heads: Heads) -> list[Problem]:
    filled = any(not is_blank(c) for line in raw.rows[heads.row + 1:] for c in line)
    return [
        _sheet_problem(raw, table, "missing_column", c.label, "", "缺少必填的列", f"补上「{c.label}」列")
        for c in table.required
        if filled and c.name not in heads.columns
    ]


def _doubled(raw: RawSheet, scores: list[int], row: int) -> bool:
    beside = scores[max(row - 1, 0):row] + scores[row + 1:row + 2]
    if any(score >= 2 for score in beside):
        return True
    return any(top <= row <= bottom and (bottom > top or right > left)
               for (top, left), (bottom, right) in raw.merges)
