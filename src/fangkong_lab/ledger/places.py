"""Where the rows of a unit (or of any other code) stand in a table: read once, not searched for by every report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.memory import remembered

if TYPE_CHECKING:
    import pandas as pd


@remembered
def places(frame: pd.DataFrame, column: str) -> Mapping[object, np.ndarray]:
    """Return value of *column* → positions (int64, ascending) of its rows in *frame*; empty cells are in none.

    Values are told apart as pandas does (``"1"`` is not ``1``). Raises `KeyError` where there is no such column.
    """
    found = frame.groupby(column, sort=False, observed=True).indices
    return {value: np.asarray(rows, dtype=np.int64) for value, rows in found.items()}


def rows_with(frame: pd.DataFrame, column: str, values: Iterable[object]) -> pd.DataFrame:
    """Return the rows of *frame* whose *column* is one of *values*, in their order: ``frame[frame[column].isin(values)]``."""
    return frame.take(positions(frame, column, values))


def positions(frame: pd.DataFrame, column: str, values: Iterable[object]) -> np.ndarray:
    """Return the positions (int64, ascending) of the rows of *frame* whose *column* is one of *values*."""
    found = places(frame, column)
    return np.sort(np.concatenate([np.empty(0, np.int64), *(found[v] for v in dict.fromkeys(values) if v in found)]))
