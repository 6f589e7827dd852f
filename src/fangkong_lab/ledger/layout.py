"""How the declared tables lie in the store: table → column → SQL type."""

from __future__ import annotations

from collections.abc import Mapping

from fangkong_lab.ledger.columns import ColumnType, Table
from fangkong_lab.ledger.store import Layout

_SQL = {
    ColumnType.FLAG: "BOOLEAN",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.MONEY: "DOUBLE",
    ColumnType.DAY: "DATE",
    ColumnType.MOMENT: "TIMESTAMP",
}


def layout_of(tables: Mapping[str, Table]) -> Layout:
    """Return the layout of *tables*; whatever is text in memory is VARCHAR."""
    return {name: {c.name: _SQL.get(c.type, "VARCHAR") for c in table.columns} for name, table in tables.items()}
