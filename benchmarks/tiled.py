"""A ledger of very many units: copies of one county beside each other, each with codes of its own (for reports.py)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.examples.county import County, synthetic_county
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.ledger.columns import ColumnType, Table
from fangkong_lab.ledger.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

OFFICES = 24
"""Units with items in one copy of the made-up county."""
VACANT = "空缺"
_LEFT_OUT = frozenset({"case_log", "risk_points", "measures", "discretion_standards", "info_reports", "warning_network"})


def write_tiles(folder: Path, units: int, *, full: bool) -> str:
    """Write the tables of a ledger with at least *units* units that have items into *folder*, one parquet file each; return the
    code of a unit that may send them. *full*: whole offices, else copies of the golden county.
    """
    county = synthetic_county(1, OFFICES, (2016, 2016)) if full else golden_county()
    copies = -(-units // (OFFICES if full else 1))
    for name in county.tables:
        if name not in _LEFT_OUT:
            _tiled(TABLES[name], county, copies).to_parquet(folder / f"{TABLES[name].label}.parquet", index=False)
    return f"{county.tables['units']['unit_id'].iloc[0]}T0000"


def _tiled(table: Table, county: County, copies: int) -> pd.DataFrame:
    import pandas as pd

    frame = county.tables[table.name]
    frame = frame[[c.name for c in table.columns if c.name in frame]]
    codes = [c.name for c in table.columns if c.name in frame and (c.refers or c.type in (ColumnType.CODE, ColumnType.PERSON))]
    tiles = [frame.assign(**{c: frame[c].map(lambda v, k=k: _in_tile(v, k)) for c in codes}) for k in range(copies)]
    if table.name == "units":
        tiles = [tile.assign(name=tile["name"] + f"（{k + 1}县）") for k, tile in enumerate(tiles)]
    whole = pd.concat(tiles, ignore_index=True).dropna(axis=1, how="all")
    return whole.rename(columns={c.name: c.label for c in table.columns})


def _in_tile(cell: object, number: int) -> object:
    """Return a cell of codes as the copy of that *number* has it; empty cells and 空缺 stay."""
    if not isinstance(cell, str) or cell == VACANT:
        return cell
    return "、".join(f"{code}T{number:04d}" for code in cell.split("、"))
