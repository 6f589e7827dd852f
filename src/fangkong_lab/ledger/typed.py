"""From raw cells to typed columns: each distinct cell of a column is read once, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.ledger.cells import is_blank, read_cell
from fangkong_lab.ledger.columns import Column, ColumnType
from fangkong_lab.ledger.fault import Fault
from fangkong_lab.ledger.privacy import personal_faults

if TYPE_CHECKING:
    import pandas as pd

_PERSONAL_TYPES = frozenset({ColumnType.CODE, ColumnType.PERSON, ColumnType.TEXT, ColumnType.WORDS, ColumnType.TITLES})


@dataclass(frozen=True)
class TypedColumn:
    """A column as read: *codes* gives for each row the number of its distinct cell, *distinct* those cells as sent.

    *values* holds the typed value of each distinct cell (empty where blank or faulty), *faults* what is wrong with which
    distinct cell, *blank* which of them hold nothing.
    """

    column: Column
    codes: np.ndarray
    distinct: list[object]
    values: pd.Series
    faults: dict[int, Fault]
    blank: np.ndarray

    @property
    def blank_rows(self) -> np.ndarray:
        """Return for each row whether its cell holds nothing."""
        return self.blank[self.codes]

    @property
    def faulty_rows(self) -> np.ndarray:
        """Return the positions of the rows whose cell has a fault."""
        if not self.faults:
            return np.empty(0, dtype=np.intp)
        faulty = np.zeros(len(self.distinct), dtype=bool)
        faulty[list(self.faults)] = True
        return np.flatnonzero(faulty[self.codes])

    def series(self, positions: np.ndarray) -> pd.Series:
        """Return the typed values of the rows at *positions*, numbered from 0."""
        return self.values.take(self.codes[positions]).reset_index(drop=True)


def type_column(column: Column, cells: Sequence[object]) -> TypedColumn:
    """Read all *cells* of *column*.

    TRUE and 1 count as different cells although Python holds them equal.
    """
    if bool in set(map(type, cells)):
        cells = ["TRUE" if c is True else "FALSE" if c is False else c for c in cells]
    index = {cell: i for i, cell in enumerate(dict.fromkeys(cells))}
    codes = np.fromiter(map(index.__getitem__, cells), dtype=np.intp, count=len(cells))
    distinct = list(index)
    read = [None if is_blank(cell) else read_cell(column, cell) for cell in distinct]
    faults = {i: value for i, value in enumerate(read) if isinstance(value, Fault)}
    if column.type in _PERSONAL_TYPES:
        faults |= _personal(column, read)
    values: list[object] = [None if isinstance(v, Fault) or i in faults else v for i, v in enumerate(read)]
    blank = np.fromiter((v is None for v in read), dtype=bool, count=len(read))
    return TypedColumn(column, codes, distinct, _series(column, values), faults, blank)


def _personal(column: Column, read: Sequence[object]) -> dict[int, Fault]:
    texts = {value: i for i, value in enumerate(read) if isinstance(value, str)}
    found = personal_faults(column, texts)
    return {i: found[value] for i, value in enumerate(read) if isinstance(value, str) and value in found}


def _series(column: Column, values: list[object]) -> pd.Series:
    import pandas as pd

    if column.dtype == "datetime64[ns]":
        return pd.Series(np.array(values, dtype="datetime64[s]").astype("datetime64[ns]"))
    if column.dtype == "float64":
        return pd.Series(np.array(values, dtype="float64"))
    if column.dtype == "Int64":
        empty = np.array([v is None for v in values], dtype=bool)
        whole = np.array([0 if v is None else int(v) for v in values], dtype="int64")  # type: ignore[call-overload]
        return pd.Series(pd.arrays.IntegerArray(whole, empty))
    return pd.Series(values, dtype=column.dtype)


def empty_series(column: Column, count: int) -> pd.Series:
    """Return a column of *count* empty cells, for a column that the sheet does not have."""
    import pandas as pd

    return pd.Series(_series(column, [None]).take(np.zeros(count, dtype=np.intp)).array)
