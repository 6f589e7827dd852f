"""Ledger frames read row by row: plain dicts with None where a cell is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fangkong_lab.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
Tables = Mapping[str, "pd.DataFrame"]
NEEDED_TABLES = ("units", "posts", "power_items", "persons", "occupancies", "flows", "steps", "sign_offs",
                 "incompatible_steps", "influences")
"""The tables of the ledger that a network is made of."""


def rows_of(tables: Tables, name: str, columns: tuple[str, ...], required: tuple[str, ...] = ()) -> list[Row]:
    """Return the rows of table *name* with the *columns*; missing tables and columns read as empty.

    *required* cells that are empty raise `BadInput` naming table, row and column: the ledger refuses them at import,
    so here they mean hand-made frames.
    """
    frame = tables.get(name)
    if frame is None or frame.empty:
        return []
    lists = [_cells(frame, column) for column in columns]
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*lists, strict=True)]
    for number, row in enumerate(rows, start=1):
        for column in required:
            if row[column] is None:
                raise BadInput("必填项为空", where=f"{name} › 第{number}条 › {column}", mend="补填后重试")
    return rows


def _cells(frame: pd.DataFrame, column: str) -> list[Any]:
    if column not in frame.columns:
        return [None] * len(frame)
    values = frame[column]
    return [None if empty else value for value, empty in zip(values.tolist(), values.isna().tolist(), strict=True)]


def split_list(cell: str | None) -> tuple[str, ...]:
    """Return the parts of a list cell joined by 、 without empty ones."""
    return tuple(part.strip() for part in (cell or "").split("、") if part.strip())
