"""A ledger frozen for a batch: a worker that was handed one reads it where a notebook asks for the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Frozen:
    """All *tables* (English name → frame) and *receipts* of the store at *path*, as they were at one moment."""

    path: str
    tables: Mapping[str, pd.DataFrame]
    receipts: pd.DataFrame


_HELD: list[Frozen] = []


def hold(frozen: Frozen | None) -> None:
    """Let this process answer for the store of *frozen* from it, in the place of an earlier one; None: read the store again."""
    _HELD[:] = [] if frozen is None else [frozen]


def held_for(workspace: Workspace) -> Frozen | None:
    """Return what this process holds for the store of *workspace*; None where it is to be read."""
    return _HELD[0] if _HELD and _HELD[0].path == place_of(workspace) else None


def place_of(workspace: Workspace) -> str:
    """Return the full path of the store: a workspace named by a path relative to where one stands is the same one."""
    return str(workspace.store_path.resolve())
