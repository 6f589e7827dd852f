"""Where `grade`, `score` and `policy` get their tables: one book named on the command line, or the workspace's ledger."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import WrongCall
from fangkong_lab.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    import pandas as pd

UNSENT = "未署报送单位"


def add_book(parser: argparse.ArgumentParser, as_of: bool = True) -> None:
    """Declare BOOK and --as-of."""
    parser.add_argument("book", metavar="台账文件", nargs="?", type=Path, help="一本台账（xlsx、csv、parquet）；不写则用工作目录的台账库")
    if as_of:
        parser.add_argument("--as-of", metavar="日期", help="评估日期，如 2016-12-31(默认取 fangkong.toml 的 as_of)")


def workspace_here() -> Workspace | None:
    """Return the workspace of the current folder, or None outside of one."""
    try:
        return find_workspace()
    except WrongCall:
        return None


def tables_of(book: Path | None) -> Mapping[str, pd.DataFrame]:
    """Return the tables of *book* (refused rows left out and counted on the screen), or of the workspace's store."""
    from fangkong_lab.ledger.frames import tables

    return tables(find_workspace()) if book is None else _read(book)


def _read(book: Path) -> dict[str, pd.DataFrame]:
    from fangkong_lab.ledger.delivery import ROW
    from fangkong_lab.ledger.read import read_book

    here = workspace_here()
    delivery = read_book(book, sender=UNSENT, allowed_by=here.open_clues_allowed_by if here else "")
    refused, left_out = delivery.refused_rows(), 0
    found: dict[str, pd.DataFrame] = {}
    for sheet in delivery.sheets:
        out = sheet.frame[ROW].isin(refused[sheet.name])
        left_out += int(out.sum())
        kept = sheet.frame[~out].drop(columns=[ROW]).reset_index(drop=True)
        found[sheet.table] = _joined(found.get(sheet.table), kept)
    if left_out:
        print(f"{book.name}：{left_out} 行有误未用，先用 fangkong import 查看退回核对表", file=sys.stderr)
    return found


def _joined(old: pd.DataFrame | None, new: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return new if old is None else pd.concat([old, new], ignore_index=True)
