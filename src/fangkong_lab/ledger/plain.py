"""Reading csv and parquet: one table per file, named by the file or by the caller."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.book import MAX_BOOK_CELLS, MAX_SHEET_ROWS, MAX_UNPACKED_BYTES, RawSheet
from fangkong_lab.ledger.sheet_scan import refuse_far

_SEPARATORS = (",", "\t", ";", "\uff0c")
_LONGEST_FIELD = 131_072


def read_csv(path: Path, name: str) -> RawSheet:
    """Return the rows of the csv file *path* as a sheet called *name*; every cell is text.

    UTF-8 with or without BOM, UTF-16 with BOM and GB18030 are told apart; the separator is the one its first line has
    most of. Raises `BadInput` for other encodings, broken quotes and files that are too large.
    """
    text = _decoded(path)
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    csv.field_size_limit(_LONGEST_FIELD)
    rows: list[list[object]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append(list(row))
            cells += len(row)
            if len(rows) > MAX_SHEET_ROWS or cells > MAX_BOOK_CELLS:
                refuse_far(MAX_SHEET_ROWS + 1, 1, path.name)
    except csv.Error as error:
        raise BadInput(f"第 {len(rows) + 1} 行附近引号或换行不成对", where=path.name,
                       mend="用 Excel 或 WPS 打开后另存为 CSV UTF-8") from error
    return RawSheet(name, rows, ragged=True)


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    encodings = ["utf-8-sig", "gb18030"]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadInput("文字编码无法识别", where=path.name, mend="另存为 CSV UTF-8 或 xlsx")


def read_parquet(path: Path, name: str) -> RawSheet:
    """Return the rows of the parquet file *path* as a sheet called *name*; its column names are row 1.

    Raises `BadInput` for damaged files and files that are too large.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            meta = file.metadata
            refuse_far(meta.num_rows, max(meta.num_columns, 1), path.name)
            _refuse_large(sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups)), path)
            table = file.read()
        columns = [[_cell(v) for v in column.to_pylist()] for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise BadInput("文件不完整或已损坏", where=path.name, mend="重新导出 parquet 文件") from error
    return RawSheet(name, [list(table.column_names), *_across(columns)])


def _refuse_large(size: int, path: Path) -> None:
    if size > MAX_UNPACKED_BYTES:
        raise BadInput(f"展开后有 {size / 1e6:,.0f} MB，超过可收的 {MAX_UNPACKED_BYTES / 1e6:,.0f} MB", where=path.name,
                       mend="拆成几个文件分别报送")


def _across(columns: list[list[object]]) -> Iterator[list[object]]:
    return (list(row) for row in zip(*columns, strict=True))


def _cell(value: object) -> object:
    """Return a parquet value as a spreadsheet would hold it."""
    if value is None:
        return ""
    if isinstance(value, str | bool | int | float | datetime | date | time):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list | tuple):
        return "\u3001".join(str(v) for v in value)
    return str(value)
