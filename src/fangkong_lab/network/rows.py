"""Ledger frames read row by row: plain dicts with None where a cell is empty."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

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
    return [dict(zip(columns, cells, strict=True)) for cells in cells_of(tables, name, columns, required)]


def cells_of(tables: Tables, name: str, columns: tuple[str, ...], required: tuple[str, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give what `rows_of` does, each row as the tuple of its cells in the order of *columns*."""
    frame = tables.get(name)
    if frame is None or frame.empty:
        return iter(())
    check_filled(frame, name, required)
    return zip(*(_cells(frame, column) for column in columns), strict=True)


def check_filled(frame: pd.DataFrame, name: str, required: tuple[str, ...]) -> None:
    """Raise `BadInput` naming the first row of table *name*, and its first column, of the *required* ones that is empty."""
    empty = {c: frame[c].isna().to_numpy() if c in frame.columns else np.ones(len(frame), bool) for c in required}
    if not any(found.any() for found in empty.values()):
        return
    number = min(int(found.argmax()) for found in empty.values() if found.any())
    column = next(c for c, found in empty.items() if found[number])
    raise BadInput("必填项为空", where=f"{name} › 第{number + 1}条 › {column}", mend="补填后重试")


def _cells(frame: pd.DataFrame, column: str) -> list[Any]:
    if column not in frame.columns:
        return [None] * len(frame)
    values = frame[column]
    empty = values.isna()
    if not empty.any():
        return list(values.tolist())
    return [None if gone else value for value, gone in zip(values.tolist(), empty.tolist(), strict=True)]


def once(value: object, seen: Container[str], table: str, key: str) -> str:
    """Return *value* as text; `BadInput` where it is among those *seen*."""
    code = str(value)
    if code in seen:
        raise BadInput(f"编码「{code}」重复", where=f"{table} › {key}", mend="每个编码只留一行")
    return code


def known_post(post_id: object, posts: Container[str], where: str) -> str:
    """Return the code of a post; `BadInput` where it is not among *posts*."""
    if post_id not in posts:
        raise BadInput(f"岗位「{post_id}」未登记", where=where, mend="在岗位表补登，或改正编码")
    return str(post_id)


def split_list(cell: str | None) -> tuple[str, ...]:
    """Return the parts of a list cell joined by 、 without empty ones."""
    return tuple(part.strip() for part in (cell or "").split("、") if part.strip())
