"""Frames of made-up rows with the columns and types that the ledger declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from fangkong_lab.ledger.tables import TABLES


def frame_of(table: str, rows: Iterable[Mapping[str, object] | Sequence[object]]) -> pd.DataFrame:
    """Return *rows* as the frame of *table*: all declared columns in order, ledger types, missing cells empty.

    A row is a mapping by column name, or a sequence in column order (shorter is filled with empty cells). Raises
    `KeyError` for an unknown table and `ValueError` for a column it does not have: both are mistakes of the generator.
    """
    columns = {c.name: c.dtype for c in TABLES[table].columns}
    names = list(columns)
    frame = pd.DataFrame.from_records([_record(table, names, row) for row in rows], columns=names)
    typed = frame.astype(columns)
    text = [name for name, dtype in columns.items() if dtype == "object"]
    return typed.assign(**{name: _blanked(typed[name]) for name in text})


def _blanked(cells: pd.Series) -> pd.Series:
    filled = cells.notna() & (cells != "")
    return cells.where(filled, other=pd.NA)  # type: ignore[call-overload]


def _record(table: str, names: list[str], row: Mapping[str, object] | Sequence[object]) -> tuple[object, ...]:
    if isinstance(row, Mapping):
        if unknown := set(row) - set(names):
            raise ValueError(f"{table}: {sorted(unknown)}")
        return tuple(row.get(name) for name in names)
    if len(row) > len(names):
        raise ValueError(f"{table}: {row}")
    return (*row, *([None] * (len(names) - len(row))))
