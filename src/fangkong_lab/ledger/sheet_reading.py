"""One sheet becomes the typed frame of its table, with everything that is wrong with its cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.ledger.body import Body, read_body
from fangkong_lab.ledger.book import RawSheet
from fangkong_lab.ledger.cells import as_text
from fangkong_lab.ledger.columns import Column, Table
from fangkong_lab.ledger.delivery import ROW, Sheet
from fangkong_lab.ledger.heads import Heads, find_heads
from fangkong_lab.ledger.privacy import has_secrecy_mark
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.typed import TypedColumn, empty_series, type_column

if TYPE_CHECKING:
    import pandas as pd

MOST_PER_COLUMN = 5000
"""How many problems of one column and code are listed; beyond, the whole sheet is refused with one line."""


@dataclass(frozen=True)
class SheetRead:
    """A sheet as read: None where no header was found."""

    sheet: Sheet | None
    problems: list[Problem]


def read_sheet(raw: RawSheet, table: Table) -> SheetRead:
    """Read *raw* as *table*: never raises for its content."""
    import pandas as pd

    heads, problems = find_heads(raw, table)
    problems += _sheet_problems(raw, table)
    if heads is None:
        filled = any(cell != "" for row in raw.rows for cell in row)
        return SheetRead(None, problems if filled else [])
    body = read_body(raw, table, heads)
    problems += [replace(p, sheet=raw.name) for p in body.problems]
    positions = np.flatnonzero(body.kept)
    columns: dict[str, pd.Series] = {}
    for column in table.columns:
        if column.name not in heads.columns:
            columns[column.name] = empty_series(column, len(positions))
            continue
        typed = type_column(column, body.cells.pop(column.name))
        columns[column.name] = _without(typed.series(positions), body.set_aside[positions])
        problems += _cell_problems(raw, table, typed, body)
    columns[ROW] = pd.Series(body.row_numbers[positions], dtype="int64")
    return SheetRead(Sheet(table.name, raw.name, pd.DataFrame(columns), heads.letters, heads.row + 1), problems)


def _without(series: pd.Series, aside: np.ndarray) -> pd.Series:
    """Return *series* emptied in the rows that are no data, so that no further check looks at them."""
    return series.mask(aside) if aside.any() else series


def _sheet_problems(raw: RawSheet, table: Table) -> list[Problem]:
    problems = []
    if raw.hidden:
        problems.append(Problem(raw.name, 0, "", table.name, "hidden_sheet", "", "工作表是隐藏的",
                                "取消隐藏、核对内容后再报送，或删去这张表"))
    if raw.lost_faults:
        problems.append(Problem(raw.name, 0, "", table.name, "error_cell", "", "有错误值或没有结果的公式，位置不明",
                                "用 Excel 或 WPS 打开改正后另存"))
    if raw.hidden_rows:
        problems.append(Problem(raw.name, 0, "", table.name, "hidden_rows", "", f"有 {raw.hidden_rows} 行被隐藏或筛掉，也已读取",
                                "核对隐藏的行是否要报送", Gravity.NOTICE))
    titles = [c for row in raw.rows[:15] for c in row if isinstance(c, str)]
    if any(has_secrecy_mark(title) for title in titles):
        problems.append(Problem(raw.name, 0, "", table.name, "secret", "", "带有密级标志，秘密及以上的内容不得进入本系统",
                                "按保密规定办理，不要报送"))
    return problems


def _cell_problems(raw: RawSheet, table: Table, typed: TypedColumn, body: Body) -> Iterator[Problem]:
    yield from _faults(raw, table, typed, body)
    if typed.column.required:
        missing = np.flatnonzero(typed.blank_rows & body.kept & ~body.set_aside)
        for i in missing[:MOST_PER_COLUMN]:
            yield Problem(raw.name, int(body.row_numbers[i]), typed.column.label, table.name, "missing_value", "",
                          "必填，却是空的", f"填上{typed.column.label}")
        if len(missing) > MOST_PER_COLUMN:
            yield too_many(raw.name, table.name, typed.column, "missing_value", len(missing))


def _faults(raw: RawSheet, table: Table, typed: TypedColumn, body: Body) -> Iterator[Problem]:
    rows = typed.faulty_rows
    rows = rows[body.kept[rows] & ~body.set_aside[rows]]
    for i in rows[:MOST_PER_COLUMN]:
        code = int(typed.codes[i])
        fault = typed.faults[code]
        yield Problem(raw.name, int(body.row_numbers[i]), typed.column.label, table.name, fault.code,
                      as_text(typed.distinct[code]), fault.why, fault.mend, fault.gravity)
    if len(rows) > MOST_PER_COLUMN:
        yield too_many(raw.name, table.name, typed.column, "too_many", len(rows))


def too_many(sheet: str, table: str, column: Column, code: str, count: int) -> Problem:
    """Return the one problem that stands for *count* problems of a column: it refuses the sheet."""
    return Problem(sheet, 0, column.label, table, code, "", f"这一列有 {count:,} 处错误，只列出前 {MOST_PER_COLUMN:,} 处",
                   "先按列出的各处改正整列，再重新报送")


def heads_of(raw: RawSheet, table: Table) -> Heads | None:
    """Return the header line of *raw* as *table*, None where there is none."""
    return find_heads(raw, table)[0]
