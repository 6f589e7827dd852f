"""From a frame of the user's to a checked `Panel`; every refusal names the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.columns import Columns, require_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def read_parts(frame: pd.DataFrame, columns: Columns) -> dict[str, Any]:
    """Return the fields of a `Panel` of *frame*, units in the order in which they first occur; refusals as `Panel.read` says."""
    for name in columns.named():
        require_column(frame, name)
    if frame.empty:
        raise BadInput("没有一行数据", where="传入数据", mend="核对筛选条件")
    unit, labels = _codes(frame, columns.unit)
    time, periods = _codes(frame, columns.time, ordered=True)
    n, t = len(labels), len(periods)
    cell = unit * t + time
    _once(frame, columns, cell)
    start, late, between = _starts(frame, columns, unit, periods)
    flat = np.full(n * t, -1, dtype=np.int64)
    flat[cell] = np.arange(len(frame))
    rows = flat.reshape(n, t)
    parts = {"units": tuple(str(x) for x in labels), "periods": tuple(periods), "outcome": _wide(_numbers(frame, columns.outcome), rows),
             "start": start, "rows": rows, "cluster": _clusters(frame, columns, unit), "late": late, "between": between}
    return parts | _optional(frame, columns, rows)


def _optional(frame: pd.DataFrame, columns: Columns, rows: Ints) -> dict[str, Any]:
    """Return the fields that need not be there."""
    if columns.exposure is not None:
        _no_negative(frame, columns)
    return {"exposure": None if columns.exposure is None else _wide(_positive(frame, columns.exposure), rows),
            "weight": None if columns.weight is None else _wide(_positive(frame, columns.weight), rows),
            "absorb": None if columns.absorb is None else _wide_codes(frame, columns.absorb, rows),
            "covariates": _covariates(frame, columns, rows),
            "dose": None if columns.dose is None else _wide(_dose(frame, columns.dose), rows)}


def _row_error(frame: pd.DataFrame, columns: Columns, at: int, what: str, mend: str, column: str = "") -> BadInput:
    """Return the error of row *at* (0 = first), named by its number, unit and time."""
    unit, time = (str(frame[c].iloc[at])[:20] for c in (columns.unit, columns.time))
    return BadInput(what, where=f"传入数据第{at + 1}行（{unit}，{time}）{f' › {column}' if column else ''}", mend=mend)


def _codes(frame: pd.DataFrame, name: str, ordered: bool = False) -> tuple[Ints, Any]:
    """Return the codes of a column and its values; an empty value is refused."""
    try:
        codes, values = pd.factorize(_plain(frame[name]), sort=ordered)
    except TypeError as error:
        raise BadInput(f"「{name}」一栏混有不同类型的值，不能排先后", where="传入数据", mend="统一写成年份、日期或文字") from error
    if (codes < 0).any():
        at = int(np.flatnonzero(codes < 0)[0])
        raise BadInput("为空", where=f"传入数据第{at + 1}行 › {name}", mend="补填或删去该行")
    return codes.astype(np.int64), values


def _plain(column: pd.Series) -> pd.Series:
    """Return a column of categories or mixed objects as what it holds (numbers, dates, text)."""
    if isinstance(column.dtype, pd.CategoricalDtype) or column.dtype == object:
        return column.astype(object).infer_objects()
    return column


def _once(frame: pd.DataFrame, columns: Columns, cell: Ints) -> None:
    """Refuse a unit and period that occur twice."""
    twice = pd.Series(cell).duplicated().to_numpy()
    if twice.any():
        raise _row_error(frame, columns, int(np.flatnonzero(twice)[0]), "同一单位同一期出现两次", "删去重复的行，或先合并")


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    """Return a column as floats; text, empty and infinite values are refused with their row."""
    column = frame[name]
    try:
        values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~np.isfinite(values)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise BadInput(f"「{column.iloc[at]}」不是数" if pd.notna(column.iloc[at]) else "为空",
                       where=f"传入数据第{at + 1}行 › {name}", mend="补填或删去该行；没有的数不要写0")
    return values


def _positive(frame: pd.DataFrame, name: str) -> Floats:
    """Return a column of exposures or weights, all > 0."""
    values = _numbers(frame, name)
    if (values <= 0).any():
        at = int(np.flatnonzero(values <= 0)[0])
        raise BadInput(f"{values[at]:g} 不能作分母或权重", where=f"传入数据第{at + 1}行 › {name}", mend="核对数值，须大于0")
    return values


def _dose(frame: pd.DataFrame, name: str) -> Floats:
    """Return a column of shares of a period, all in 0–1."""
    values = _numbers(frame, name)
    outside = (values < 0) | (values > 1)
    if outside.any():
        at = int(np.flatnonzero(outside)[0])
        raise BadInput(f"{values[at]:g} 不在0–1之内", where=f"传入数据第{at + 1}行 › {name}", mend="写当期处于试点的时间比例")
    return values


def _no_negative(frame: pd.DataFrame, columns: Columns) -> None:
    """Refuse a negative count."""
    values = _numbers(frame, columns.outcome)
    if (values < 0).any():
        at = int(np.flatnonzero(values < 0)[0])
        raise _row_error(frame, columns, at, f"数量 {values[at]:g} 为负", "核对数值；不是计数的，不要给出暴露量", columns.outcome)


def _starts(frame: pd.DataFrame, columns: Columns, unit: Ints, periods: Any) -> tuple[Ints, int, int]:
    """Return each unit's first treated period (index; T: never), how many start late, how many inside a period."""
    codes, values = _start_values(frame, columns, periods)
    first = np.full(int(unit.max()) + 1, -2, dtype=np.int64)
    first[unit[::-1]] = codes[::-1]
    changed = first[unit] != codes
    if changed.any():
        at = int(np.flatnonzero(changed)[0])
        raise _row_error(frame, columns, at, "同一单位的试点起始前后不一", "每个单位只写一个起始，从未试点的留空", columns.treated_from)
    place = np.append(np.searchsorted(_keys(periods), _keys(values)), len(periods)).astype(np.int64)
    inside = np.append(~np.isin(_keys(values), _keys(periods)), False)
    start = place[first]
    given = first >= 0
    late = int((given & (start == len(periods))).sum())
    first_key = _keys(periods)[0]
    before = np.append(_keys(values) < first_key, False)
    between = int((given & inside[first] & ~before[first] & (start < len(periods))).sum())
    return start, late, between


def _start_values(frame: pd.DataFrame, columns: Columns, periods: Any) -> tuple[Ints, Any]:
    """Return codes (−1: never) and values of the start column, comparable with *periods*."""
    column = _plain(frame[columns.treated_from])
    where = f"传入数据 › {columns.treated_from}"
    dated = pd.api.types.is_datetime64_any_dtype(periods)
    if dated and not pd.api.types.is_datetime64_any_dtype(column):
        try:
            column = pd.to_datetime(column)
        except (TypeError, ValueError) as error:
            raise BadInput("时间是日期，试点起始却不是", where=where, mend="把试点起始写成日期") from error
    if pd.api.types.is_bool_dtype(column):
        raise BadInput("试点起始写成了是否", where=where, mend="写试点开始的那一期，从未试点的留空")
    if column.dtype == object:
        column = column.mask(column.astype(str).str.strip().isin(["", "nan", "NaT", "None", "<NA>"])).infer_objects()
    codes, values = pd.factorize(column, sort=False)
    numeric = pd.api.types.is_numeric_dtype(periods)
    if numeric and len(values) and not pd.api.types.is_numeric_dtype(values):
        raise BadInput("时间是数字，试点起始却不是", where=where, mend="两栏写成同一种写法")
    if numeric and len(values) and bool((np.asarray(values, float) == 0).any()) and float(min(periods)) > 0:
        raise BadInput("试点起始为0，不能当作从未试点", where=where, mend="从未试点的单位留空")
    return codes.astype(np.int64), values


def _keys(values: Any) -> Any:
    """Return values in a form that sorts: dates as integers, numbers as floats, text as it is."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.DatetimeIndex(values).as_unit("ns").to_numpy().astype(np.int64)
    if pd.api.types.is_numeric_dtype(values):
        return np.asarray(values, dtype=np.float64)
    return np.asarray(values, dtype=object) if isinstance(values, pd.PeriodIndex) else np.asarray(values).astype(str)


def _wide(values: Floats, rows: Ints) -> Floats:
    """Return a column as N×T, NaN where there is no row."""
    return np.where(rows >= 0, values[rows], np.nan)


def _wide_codes(frame: pd.DataFrame, name: str, rows: Ints) -> Ints:
    codes, _ = _codes(frame, name)
    return np.where(rows >= 0, codes[rows], -1)


def _clusters(frame: pd.DataFrame, columns: Columns, unit: Ints) -> Ints:
    """Return each unit's cluster; the unit itself where no column is named."""
    n = int(unit.max()) + 1
    if columns.cluster is None:
        return np.arange(n, dtype=np.int64)
    codes, _ = _codes(frame, columns.cluster)
    first = np.zeros(n, dtype=np.int64)
    first[unit[::-1]] = codes[::-1]
    changed = first[unit] != codes
    if changed.any():
        at = int(np.flatnonzero(changed)[0])
        raise _row_error(frame, columns, at, "同一单位属于两个聚类组", "聚类组须含整个单位", columns.cluster)
    return first


def _covariates(frame: pd.DataFrame, columns: Columns, rows: Ints) -> Floats | None:
    """Return N×T×K, None where no covariate is named."""
    if not columns.covariates:
        return None
    return np.stack([_wide(_numbers(frame, name), rows) for name in columns.covariates], axis=2)
