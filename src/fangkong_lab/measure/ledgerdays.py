"""Dates of ledger columns as seen on one day: what happened later is not known yet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


def day_column(frame: pd.DataFrame, name: str, as_of: date | None = None) -> pd.Series:
    """Return the dates of column *name* (datetime64; NaT where empty or the column is missing).

    With *as_of*, later days become NaT: on that day they had not happened. Deadlines are read without it. Text is read as
    the ledger reads it; `BadInput` for what is no date.
    """
    import pandas as pd

    if name not in frame.columns:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
    column = frame[name]
    if column.dtype == object:
        column = column.map(lambda v: pd.NaT if v is None or v is pd.NaT or v != v or v == "" else pd.Timestamp(parse_day(v)))
    days = column.astype("datetime64[ns]")
    return days if as_of is None else days.where(days <= pd.Timestamp(as_of))


def text_column(frame: pd.DataFrame, name: str, empty: str = "未载") -> pd.Series:
    """Return the text of column *name*, *empty* where a cell is empty or the column is missing."""
    import pandas as pd

    if name not in frame.columns:
        return pd.Series(empty, index=frame.index, dtype=object)
    return frame[name].astype(object).where(frame[name].notna() & (frame[name] != ""), empty)


def need(frame: pd.DataFrame, table: str, *names: str) -> None:
    """Raise `BadInput` naming the columns of *names* that *frame* of *table* lacks."""
    missing = [n for n in names if n not in frame.columns]
    if missing:
        raise BadInput(f"{table}缺少列：{'、'.join(missing)}", mend="按台账模板补上")
