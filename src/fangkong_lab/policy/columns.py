"""The cells that a rule reads, as arrays: values beside a mask of what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from fangkong_lab.errors import BadInput
from fangkong_lab.policy.inputs import Input, Late, SumOver
from fangkong_lab.policy.words import InputType, LatePeriod

Tables = Mapping[str, pd.DataFrame]
_LINK_KEYS = {"power_items": "item_id", "posts": "post_id", "units": "unit_id", "flows": "flow_id"}


@dataclass(frozen=True)
class Cells:
    """One input over the rows: *data* (numbers; codes into *labels*; 0/1; days) and *missing*."""

    data: np.ndarray
    missing: np.ndarray
    labels: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """Return what each row shows, for explanations."""
        return tuple("空" if m else self._shown(v) for v, m in zip(self.data.tolist(), self.missing.tolist(), strict=True))

    def _shown(self, value: object) -> str:
        if self.labels and isinstance(value, int):
            return self.labels[value]
        if isinstance(value, bool):
            return "是" if value else "否"
        return f"{value:g}" if isinstance(value, float) else str(value)


class Columns:
    """The inputs of a policy over the rows of its table; read when asked for, in slices that fit in memory."""

    def __init__(self, frame: pd.DataFrame, tables: Tables, inputs: tuple[Input, ...], as_of: date) -> None:
        self._frame, self._tables, self._as_of = frame, tables, as_of
        self._inputs = {i.name: i for i in inputs}
        self._links: dict[str, np.ndarray | None] = {}
        self._derived: dict[str, pd.Series] = {}

    def __len__(self) -> int:
        return len(self._frame)

    def input(self, name: str) -> Input:
        """Return the declaration of the input *name*."""
        return self._inputs[name]

    def lack(self, name: str) -> str:
        """Return what an unknown cell of the input *name* lacks: the column itself, or this row's cell."""
        made = self._inputs[name]
        whole = made.derived is None and self.series(made, slice(0, 0)) is None
        return f"台账没有「{made.header}」列" if whole else f"缺「{made.header}」"

    def rows(self, where: slice | np.ndarray) -> Rows:
        """Return the cells of some rows."""
        return Rows(self, where)

    def series(self, made: Input, where: slice | np.ndarray) -> pd.Series | None:
        """Return the cells of one input as in the ledger; None where the ledger has no such column."""
        if made.derived is not None:
            return self._derive(made).iloc[where]
        table, _, column = made.column.rpartition(".")
        if not table:
            return self._frame[column].iloc[where] if column in self._frame.columns else None
        return self._linked(table, column, where)

    def _linked(self, table: str, column: str, where: slice | np.ndarray) -> pd.Series | None:
        other = self._tables.get(table)
        if other is None or column not in other.columns:
            return None
        places = self._link(table)
        return None if places is None else _take(other[column], places[where])

    def _link(self, table: str) -> np.ndarray | None:
        if table not in self._links:
            key = _LINK_KEYS[table]
            known = key in self._frame.columns and key in self._tables[table].columns
            self._links[table] = _places(self._frame[key], self._tables[table][key]) if known else None
        return self._links[table]

    def _derive(self, made: Input) -> pd.Series:
        if made.name not in self._derived:
            how = made.derived
            self._derived[made.name] = (_sum_over(self._frame, how) if isinstance(how, SumOver)
                                        else _late(self._frame, how, self._as_of) if isinstance(how, Late)
                                        else pd.Series(dtype=float))
        return self._derived[made.name]


class Rows:
    """The cells of some rows, by input; each column is read once."""

    def __init__(self, columns: Columns, where: slice | np.ndarray) -> None:
        self._columns, self._where = columns, where
        self._cells: dict[str, Cells] = {}
        self.count = len(range(*where.indices(len(columns)))) if isinstance(where, slice) else len(where)

    def cells(self, name: str) -> Cells:
        """Return the cells of the input *name*; `BadInput` where a value lies outside its declared range or list."""
        if name not in self._cells:
            made = self._columns.input(name)
            self._cells[name] = _cells(made, self._columns.series(made, self._where), self.count)
        return self._cells[name]

    def input(self, name: str) -> Input:
        """Return the declaration of the input *name*."""
        return self._columns.input(name)

    def missing(self, names: tuple[str, ...]) -> np.ndarray:
        """Return for every row the bit mask of those of *names* whose cell is missing."""
        mask = np.zeros(self.count, dtype=np.uint32)
        for bit, name in enumerate(names):
            mask |= self.cells(name).missing.astype(np.uint32) << np.uint32(bit)
        return mask


def _places(keys: pd.Series, known: pd.Series) -> np.ndarray:
    """Return where each key stands in *known* (-1: nowhere)."""
    if known.duplicated().any():
        raise BadInput(f"「{known.name}」有重复的编码「{known[known.duplicated()].iloc[0]}」", mend="先查清重复的行再分级")
    index = pd.Index(known.astype(object))
    if isinstance(keys.dtype, pd.CategoricalDtype):
        by_code = np.append(index.get_indexer(pd.Index(keys.cat.categories.astype(object))), -1)
        return by_code[keys.cat.codes.to_numpy()].astype(np.int32)
    return index.get_indexer(pd.Index(keys.astype(object))).astype(np.int32)


def _take(column: pd.Series, places: np.ndarray) -> pd.Series:
    found = column.iloc[np.where(places < 0, 0, places)] if len(column) else pd.Series([pd.NA] * len(places), dtype=object)
    found = found.reset_index(drop=True)
    return found.where(places >= 0) if (places < 0).any() and len(column) else found


def _sum_over(frame: pd.DataFrame, how: SumOver) -> pd.Series:
    if any(c not in frame.columns for c in (how.column, *how.keys)):
        own = frame[how.column] if how.column in frame.columns else pd.Series(np.nan, index=frame.index)
        return own.astype("float64")
    own = frame[how.column].astype("float64")
    keys = [frame[k] for k in how.keys]
    total = own.fillna(0.0).groupby(keys, observed=True, dropna=False).transform("sum")
    unknown = own.isna().groupby(keys, observed=True, dropna=False).transform("any")
    alone = np.logical_or.reduce([k.isna().to_numpy() for k in keys])
    return total.where(~unknown).where(~alone, own)


def _late(frame: pd.DataFrame, how: Late, as_of: date) -> pd.Series:
    nothing = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
    due = frame[how.due] if how.due in frame.columns else nothing
    done = frame[how.done] if how.done in frame.columns else nothing
    day = pd.Timestamp(as_of)
    late = _periods(pd.Series(day, index=frame.index), how.period) - _periods(due, how.period)
    in_time = (done <= day) | (due >= day)
    return late.where(~in_time, 0.0).where(due.notna())


def _periods(days: pd.Series, period: LatePeriod) -> pd.Series:
    if period is LatePeriod.DAY:
        return (days - pd.Timestamp(0)).dt.days.astype("float64")
    years = days.dt.year.astype("float64")
    return years if period is LatePeriod.YEAR else years * 4 + days.dt.quarter.astype("float64")


def _cells(made: Input, column: pd.Series | None, count: int) -> Cells:
    if column is None:
        column = pd.Series([pd.NA] * count, dtype=object)
    if made.type in (InputType.LABEL, InputType.WORDS):
        return _label_cells(made, column)
    missing = column.isna().to_numpy()
    if made.type is InputType.DAY:
        days = pd.to_datetime(column.where(~missing)).to_numpy(dtype="datetime64[D]")
        return Cells(days.astype(np.int64), missing)
    data = _numbers(made, column, missing)
    if made.type is InputType.YES_NO:
        return Cells(data == 1.0, missing if made.empty_as is None else np.zeros(count, dtype=bool))
    _check_range(made, data, missing)
    return Cells(data, missing if made.empty_as is None else np.zeros(count, dtype=bool))


def _numbers(made: Input, column: pd.Series, missing: np.ndarray) -> np.ndarray:
    empty = {"是": 1.0, "否": 0.0}.get(str(made.empty_as), made.empty_as if isinstance(made.empty_as, float) else 0.0)
    try:
        return column.to_numpy(dtype="float64", na_value=empty)
    except (TypeError, ValueError) as error:
        raise BadInput(f"「{made.header}」列有不是{made.type.label}的值", where=made.column or made.name,
                       mend="先用 fangkong import 导入台账，或把该列改成数") from error


def _check_range(made: Input, data: np.ndarray, missing: np.ndarray) -> None:
    low = -np.inf if made.low is None else made.low
    high = np.inf if made.high is None else made.high
    outside = ~missing & ~((data >= low) & (data <= high))
    if outside.any():
        raise BadInput(f"「{made.header}」的值 {data[outside][0]:g} 不在 {low:g}–{high:g} 之内",
                       where=made.column or made.name, mend="改正台账里的该格后重新导入")


def _label_cells(made: Input, column: pd.Series) -> Cells:
    coded = column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")
    labels = tuple(str(c) for c in coded.cat.categories)
    codes = coded.cat.codes.to_numpy().astype(np.int32)
    missing = codes < 0
    if made.labels and made.type is InputType.LABEL:
        strange = [w for i, w in enumerate(labels) if w not in made.labels and (codes == i).any()]
        if strange:
            raise BadInput(f"「{made.header}」的值「{strange[0]}」不在规则列出的选项之内", where=made.column or made.name,
                           mend="改用以下之一：" + "、".join(made.labels))
    if made.empty_as is not None:
        word = str(made.empty_as)
        labels = labels if word in labels else (*labels, word)
        codes = np.where(missing, labels.index(word), codes).astype(np.int32)
        missing = np.zeros(len(codes), dtype=bool)
    return Cells(codes, missing, labels)
