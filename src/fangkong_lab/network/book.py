"""The tables a network needs, from one workbook or from the workspace's store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.delivery import Delivery
from fangkong_lab.ledger.problem import Gravity
from fangkong_lab.network.rows import NEEDED_TABLES, Tables

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.workspace import Workspace

_SHOWN = 5


def book_tables(path: Path, also: frozenset[str] = frozenset()) -> Tables:
    """Return the frames of the workbook *path* that a network is built from, and the tables *also*, by English name.

    Other tables' sheets are not read, and nothing is said of them. Raises `BadInput` where one of these sheets has a
    refused row, or where a sheet's name is nearly a table's: leaving it out would change verdicts silently.
    """
    from fangkong_lab.ledger.read import read_delivery

    delivery = read_delivery(path, sender=path.stem, only=frozenset(NEEDED_TABLES) | also)
    _refuse_faulty(delivery, path, frozenset(NEEDED_TABLES) | also)
    frames: dict[str, list[pd.DataFrame]] = {}
    for sheet in delivery.sheets:
        if sheet.table in NEEDED_TABLES or sheet.table in also:
            frames.setdefault(sheet.table, []).append(sheet.frame)
    return {name: _stacked(parts) for name, parts in frames.items()}


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if len(parts) == 1:
        return parts[0]
    import pandas as pd

    return pd.concat(parts, ignore_index=True)


def _refuse_faulty(delivery: Delivery, path: Path, needed: frozenset[str]) -> None:
    wrong = [p for p in delivery.problems
             if p.gravity is Gravity.REFUSED and (p.table in needed or not p.table)]
    if wrong:
        lines = "；".join(p.sentence() for p in wrong[:_SHOWN])
        more = f"等{len(wrong)}处" if len(wrong) > _SHOWN else ""
        raise BadInput(f"台账有不能采用的行：{lines}{more}", where=path.name,
                       mend=f"改正后重试；全部问题见 fangkong import {path.name} 生成的退回核对表")


def store_tables(workspace: Workspace) -> Tables:
    """Return the frames that a network is built from, all from one state of the workspace's store."""
    from fangkong_lab.ledger.frames import tables

    return tables(workspace, NEEDED_TABLES)
