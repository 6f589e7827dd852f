"""Whatever is stored comes back: any rows of any table, and the journal's counts."""

import tempfile
from datetime import datetime
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangkong_lab.ledger.columns import ColumnType, Table
from fangkong_lab.ledger.delivery import Sheet
from fangkong_lab.ledger.holdings import Holding, fetch, put
from fangkong_lab.ledger.journal import Counts
from fangkong_lab.ledger.layout import layout_of
from fangkong_lab.ledger.store import open_store
from fangkong_lab.ledger.tables import TABLES

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_DAYS = st.dates(min_value=datetime(1700, 1, 1).date(), max_value=datetime(2200, 1, 1).date())
_CELLS = {
    ColumnType.FLAG: st.booleans(),
    ColumnType.INTEGER: st.integers(-(2**63), 2**63 - 1),
    ColumnType.NUMBER: st.floats(allow_nan=False),
    ColumnType.MONEY: st.floats(min_value=0, allow_infinity=False),
    ColumnType.DAY: _DAYS,
    ColumnType.MOMENT: st.datetimes(min_value=datetime(1700, 1, 1), max_value=datetime(2200, 1, 1)).map(lambda t: t.replace(microsecond=0)),
}


@st.composite
def filled(draw: st.DrawFn) -> tuple[Table, pd.DataFrame]:
    """A declared table with a few rows, every cell of it empty or anything its type may hold."""
    table = draw(st.sampled_from(list(TABLES.values())))
    count = draw(st.integers(0, 4))
    columns = {}
    for column in table.columns:
        cell = st.none() | _CELLS.get(column.type, _TEXT)
        values = draw(st.lists(cell, min_size=count, max_size=count))
        if column.dtype.startswith("datetime"):
            columns[column.name] = pd.Series(pd.to_datetime(pd.Series(values, dtype=object)), dtype="datetime64[ns]")
        else:
            columns[column.name] = pd.Series(values, dtype=column.dtype)
    return table, pd.DataFrame(columns).assign(_row=range(2, count + 2))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(filled())
def test_any_rows_come_back_as_they_were_stored(case: tuple[Table, pd.DataFrame]) -> None:
    table, frame = case
    layout = layout_of({table.name: table})
    counts = Counts(len(frame), len(frame), 0, 0)
    holding = Holding(1, "U1", "台账", "台账.xlsx", "ab", False, datetime(2016, 12, 31), "me", counts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.duckdb"
        with open_store(path, layout, write=True) as store, store.transaction():
            put(store, layout, holding, [Sheet(table.name, table.label, frame, {})])
        with open_store(path, layout, write=False) as store:
            found = fetch(store, layout, table.name, have=store.columns())
    pd.testing.assert_frame_equal(found[list(table.names)], frame[list(table.names)], check_column_type=False)
    assert found["_row"].tolist() == frame["_row"].tolist()
