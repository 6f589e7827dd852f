"""The ledger as a JSON schema, drawn from the declared columns: for programs that exchange ledgers as JSON.

A ledger is an object: English table name → list of rows, each an object of English column names. Amounts are numbers in
万元, days ``2016-09-30``, several words one text joined by 、, empty cells null or absent.
Reference: JSON Schema draft 2020-12.
"""

from __future__ import annotations

from fangkong_lab.ledger.columns import Column, ColumnType, Table
from fangkong_lab.ledger.tables import TABLES

SCHEMA_VERSION = 1

_TYPES = {
    ColumnType.FLAG: "boolean",
    ColumnType.INTEGER: "integer",
    ColumnType.NUMBER: "number",
    ColumnType.MONEY: "number",
}
_FORMATS = {ColumnType.DAY: "date", ColumnType.MOMENT: "date-time"}


def ledger_schema() -> dict[str, object]:
    """Return the schema of a whole ledger as a JSON-ready value."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "台账",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION},
            **{table.name: {"type": "array", "items": _row(table)} for table in TABLES.values()},
        },
    }


def _row(table: Table) -> dict[str, object]:
    return {
        "title": table.label,
        "description": table.doc,
        "type": "object",
        "additionalProperties": False,
        "required": [c.name for c in table.required],
        "properties": {c.name: _cell(c) for c in table.columns},
    }


def _cell(column: Column) -> dict[str, object]:
    kind = _TYPES.get(column.type, "string")
    cell: dict[str, object] = {"title": column.label, "description": column.doc,
                               "type": kind if column.required else [kind, "null"]}
    if column.type is ColumnType.CHOICE:
        cell["enum"] = [*column.choices] if column.required else [*column.choices, None]
    if column.type is ColumnType.CHOICES:
        word = "|".join(column.choices)
        cell["pattern"] = f"^({word})(、({word}))*$"
    if column.type in _FORMATS:
        cell["format"] = _FORMATS[column.type]
    if kind == "string" and column.required:
        cell["minLength"] = 1
    if column.lowest is not None:
        cell["minimum"] = column.lowest
    if column.highest is not None:
        cell["maximum"] = column.highest
    return cell
