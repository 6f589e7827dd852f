"""What a cell may hold, with the table it must point to: for the template and the dictionary."""

from __future__ import annotations

from fangkong_lab.ledger.columns import Column
from fangkong_lab.ledger.tables import TABLES


def full_rule(column: Column) -> str:
    """Return in Chinese what a cell of *column* may hold, its reference included."""
    if not (column.refers and column.forward):
        return column.rule
    target = TABLES[column.refers]
    return f"{column.rule}\uff1b须是「{target.label}」表里有的{target.column(target.key[0]).label}"
