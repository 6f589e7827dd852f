"""The ledger as pandas frames: what notebooks and all other parts of the product read.

>>> from fangkong_lab.ledger.frames import table, tables  # doctest: +SKIP
>>> units = table(workspace, "units")                     # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from fangkong_lab.ledger.condition import Condition
from fangkong_lab.ledger.frozen import held_for
from fangkong_lab.ledger.holdings import fetch
from fangkong_lab.ledger.layout import layout_of
from fangkong_lab.ledger.store import ORIGIN_COLUMNS, open_store
from fangkong_lab.ledger.tables import TABLES, table_named
from fangkong_lab.ledger.trace import Origin, trace, traces
from fangkong_lab.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Origin", "chosen", "table", "tables", "trace", "traces"]


def tables(workspace: Workspace, only: Iterable[str] = ()) -> Mapping[str, pd.DataFrame]:
    """Return the tables of the ledger, all from one state of the store: English table name → frame.

    *only* names the tables wanted (English or Chinese; none: all). Columns have their English names; text is object with
    None where empty, integers Int64, numbers float64, 是/否 boolean, dates datetime64[ns], money in 万元, lists joined by
    、. Tables nobody filled are there, without rows. Rows stand in order of delivery, sheet and row.
    Raises `BadInput` where nothing has ever been imported, `StoreBusy` where the store is locked or newer, `WrongCall`
    for an unknown table.
    """
    layout = layout_of(TABLES)
    names = [table_named(word).name for word in only] or list(TABLES)
    frozen = held_for(workspace)
    if frozen is not None:
        return {name: frozen.tables[name] for name in names}
    with open_store(workspace.store_path, layout, write=False) as store:
        have = store.columns()
        return {name: _plain(fetch(store, layout, name, have=have)) for name in names}


def table(workspace: Workspace, name: str) -> pd.DataFrame:
    """Return one table of the ledger by its English or Chinese name; see `tables` for types and errors."""
    return tables(workspace, [name])[table_named(name).name]


def chosen(workspace: Workspace, name: str, conditions: Sequence[Condition]) -> pd.DataFrame:
    """Return the rows of the table *name* for which all *conditions* hold; types and errors as in `tables`."""
    layout = layout_of(TABLES)
    with open_store(workspace.store_path, layout, write=False) as store:
        found = fetch(store, layout, table_named(name).name, have=store.columns(), tests=[c.sql() for c in conditions])
    return _plain(found)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=list(ORIGIN_COLUMNS))
