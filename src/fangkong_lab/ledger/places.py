"""Where the rows of a unit (or of any other code) stand in a table: read once, not searched for by every report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.memory import remembered

if TYPE_CHECKING:
    import pandas as pd


class Places(Mapping[object, np.ndarray]):
    """Value → positions (int64, ascending): one array of all positions, value by value, and where each value's begin."""

    def __init__(self, number: dict[object, int], order: np.ndarray, starts: np.ndarray) -> None:
        self._number, self._order, self._starts = number, order, starts

    def __getitem__(self, value: object) -> np.ndarray:
        at = self._number[value]
        return self._order[self._starts[at]:self._starts[at + 1]]

    def __iter__(self) -> Iterator[object]:
        return iter(self._number)

    def __len__(self) -> int:
        return len(self._number)

    def __contains__(self, value: object) -> bool:
        return value in self._number


@remembered
def places(frame: pd.DataFrame, column: str) -> Places:
    """Return value of *column* → positions (int64, ascending) of its rows in *frame*; empty cells are in none.

    Values are told apart as pandas does (``"1"`` is not ``1``). Raises `KeyError` where there is no such column.
    """
    import pandas as pd

    codes, values = pd.factorize(frame[column])
    order = np.argsort(codes, kind="stable").astype(np.int64)
    starts = np.searchsorted(codes[order], np.arange(len(values) + 1))
    return Places({value: k for k, value in enumerate(values)}, order, starts)


def rows_with(frame: pd.DataFrame, column: str, values: Iterable[object]) -> pd.DataFrame:
    """Return the rows of *frame* whose *column* is one of *values*, in their order: ``frame[frame[column].isin(values)]``."""
    return frame.take(positions(frame, column, values))


def positions(frame: pd.DataFrame, column: str, values: Iterable[object]) -> np.ndarray:
    """Return the positions (int64, ascending) of the rows of *frame* whose *column* is one of *values*."""
    found = places(frame, column)
    return np.sort(np.concatenate([np.empty(0, np.int64), *(found[v] for v in dict.fromkeys(values) if v in found)]))
