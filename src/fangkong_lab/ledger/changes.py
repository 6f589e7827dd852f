"""What changed between a sender's last stored delivery and this one (退表核对, sheet 变化)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Kind
from fangkong_lab.ledger.delivery import ROW

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


_NAMING_CELLS = 3


class ChangeKind(Kind):
    """How a row differs from the last delivery."""

    ADDED = "added", "新增"
    REMOVED = "removed", "删除"
    CHANGED = "changed", "修改"


@dataclass(frozen=True)
class Change:
    """One difference. *row* is the row number in this delivery, for a removed row the one in the last; *name* its key
    values (or, in a table without key, its first cells); *header*, *old* and *new* are empty for whole rows."""

    table: str
    sheet: str
    row: int
    kind: ChangeKind
    name: str
    header: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class Compared:
    """What to compare in one table: English *columns* → Chinese headers, and the *key* columns (may be empty)."""

    table: str
    sheet: str
    columns: Mapping[str, str]
    key: Sequence[str]


def shown(cell: object) -> str:
    """Return a stored cell as people write it: dates 2016-09-30, 是/否, whole numbers without point, empty ""."""
    import numpy as np
    import pandas as pd

    if cell is None or cell is pd.NA or cell is pd.NaT or cell != cell:
        return ""
    if isinstance(cell, bool | np.bool_):
        return "是" if cell else "否"
    if isinstance(cell, pd.Timestamp):
        return str(cell.date()) if cell == cell.normalize() else cell.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")
    if isinstance(cell, float):
        return repr(cell).removesuffix(".0")
    return str(cell)


def changes(old: pd.DataFrame, new: pd.DataFrame, what: Compared) -> list[Change]:
    """Return the differences of *new* against *old*, in order of row; removed rows last.

    Both frames have the columns of *what* and ``_row``. Rows are matched by the key; in a table without key, or where a
    key value is not unique, equal rows match one to one and what is left is added or removed.
    """
    columns = list(what.columns)
    a, b = _cells(old, columns), _cells(new, columns)
    key = what.key if what.key and _distinct(a, columns, what.key) and _distinct(b, columns, what.key) else columns
    names = _marks(b, columns, what.key or columns[:_NAMING_CELLS])
    pairs = _pairs(_marks(a, columns, key), _marks(b, columns, key))
    rows = new[ROW].tolist()
    found = [change for j, i in enumerate(pairs)
             for change in _row_changes(what, int(rows[j]), _name(names[j]), a[i] if i >= 0 else None, b[j])]
    found.sort(key=lambda change: change.row)
    gone = sorted(set(range(len(a))) - set(pairs))
    old_names = _marks(a, columns, what.key or columns[:_NAMING_CELLS])
    old_rows = old[ROW].tolist()
    return found + [Change(what.table, what.sheet, int(old_rows[i]), ChangeKind.REMOVED, _name(old_names[i])) for i in gone]


def _row_changes(what: Compared, row: int, name: str, old: np.ndarray | None, new: np.ndarray) -> list[Change]:
    if old is None:
        return [Change(what.table, what.sheet, row, ChangeKind.ADDED, name)]
    headers = what.columns.values()
    return [Change(what.table, what.sheet, row, ChangeKind.CHANGED, name, header, str(was), str(now))
            for header, was, now in zip(headers, old, new, strict=True) if was != now]


def _cells(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Return the cells as text, one row of the array per row of the frame."""
    import numpy as np

    cells = np.full((len(frame), len(columns)), "", dtype=object)
    for k, column in enumerate(columns):
        if column in frame.columns:
            codes, words = frame[column].factorize()
            # Each distinct value is written out once: 200,000 rows hold few of them.
            texts = np.array([*(shown(w) for w in words), ""], dtype=object)
            cells[:, k] = texts[codes]
    return cells


def _distinct(cells: np.ndarray, columns: Sequence[str], key: Sequence[str]) -> bool:
    marks = _marks(cells, columns, key)
    return len(set(marks)) == len(marks)


def _marks(cells: np.ndarray, columns: Sequence[str], chosen: Sequence[str]) -> list[tuple[str, ...]]:
    places = [list(columns).index(c) for c in chosen]
    return list(map(tuple, cells[:, places].tolist()))


def _pairs(left: list[tuple[str, ...]], right: list[tuple[str, ...]]) -> list[int]:
    """Return for each of *right* the place of its partner in *left*, -1 without one; every place is used once."""
    free: dict[tuple[str, ...], list[int]] = {}
    for i in range(len(left) - 1, -1, -1):
        free.setdefault(left[i], []).append(i)
    return [places.pop() if (places := free.get(mark)) else -1 for mark in right]


def _name(mark: Sequence[str]) -> str:
    return " / ".join(part for part in mark if part)
