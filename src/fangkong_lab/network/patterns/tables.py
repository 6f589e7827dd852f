"""The tables that patterns are tested on, from one workbook or from the workspace's store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.problem import Gravity
from fangkong_lab.network.rows import NEEDED_TABLES, Tables

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.workspace import Workspace

PATTERN_TABLES = (*NEEDED_TABLES, "duties", "duty_records", "contracts", "oversight", "risk_points")
_SHOWN = 5


def book_tables(path: Path) -> Tables:
    """Return the frames of the workbook *path* that patterns look at, by English name.

    Raises `BadInput` where one of these sheets has a refused row: leaving it out would change verdicts silently.
    """
    import pandas as pd

    from fangkong_lab.ledger.read import read_delivery

    delivery = read_delivery(path, sender=path.stem)
    wrong = [p for p in delivery.problems if p.gravity is Gravity.REFUSED and (p.table in PATTERN_TABLES or not p.sheet)]
    if wrong:
        lines = "；".join(p.sentence() for p in wrong[:_SHOWN]) + (f"等{len(wrong)}处" if len(wrong) > _SHOWN else "")
        raise BadInput(f"台账有不能采用的行：{lines}", where=path.name, mend=f"改正后重试；全部问题见 fangkong import {path.name} 生成的退回核对表")
    frames: dict[str, list[pd.DataFrame]] = {}
    for sheet in delivery.sheets:
        if sheet.table in PATTERN_TABLES:
            frames.setdefault(sheet.table, []).append(sheet.frame)
    return {name: parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True) for name, parts in frames.items()}


def store_tables(workspace: Workspace) -> Tables:
    """Return the frames that patterns look at, all from one state of the workspace's store."""
    from fangkong_lab.ledger.frames import tables

    return tables(workspace, PATTERN_TABLES)
