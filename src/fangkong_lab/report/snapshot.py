"""The ledger as it was when a batch began: every report of the batch reads the same rows, and reads them once.

The batch freezes the tables and the list of deliveries in one file; in a worker that `use`s it, `ledger.frames.tables`
and `ledger.receipts.receipts` answer from there for the workspace it was taken from.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.frozen import Frozen, hold, place_of
from fangkong_lab.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Snapshot(Frozen):
    """The *tables* (English name → frame) and *receipts* of the store at *path*, taken in one go."""

    def hashes(self) -> dict[str, str]:
        """Return, table by table, the SHA-256 over its column names and its rows in their order (name → hash)."""
        return {name: frame_hash(frame) for name, frame in sorted(self.tables.items())} | {"报送清单": frame_hash(self.receipts)}


def take(workspace: Workspace) -> Snapshot | None:
    """Return the present state of the workspace's store; None where there is no store."""
    from fangkong_lab.ledger.frames import tables
    from fangkong_lab.ledger.receipts import receipts

    if not workspace.store_path.exists():
        return None
    return Snapshot(place_of(workspace), tables(workspace), receipts(workspace))


def write(snapshot: Snapshot, path: Path) -> None:
    """Write *snapshot* to *path* for workers of this batch, readable by this user only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        pickle.dump(snapshot, file, protocol=pickle.HIGHEST_PROTOCOL)


def read(path: str) -> Snapshot:
    """Read what `write` wrote; it never leaves the folder of the batch that made it."""
    with open(path, "rb") as file:
        found = pickle.load(file)
    if not isinstance(found, Snapshot):
        raise BadInput("快照文件已损坏", where=path, mend="重新运行同一命令")
    return found


def use(snapshot: Snapshot) -> None:
    """Let this process read *snapshot* where a notebook asks for the ledger of the same store; a later call replaces it."""
    hold(snapshot)


def frame_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 over the names, types and rows of *frame*, in their order."""
    import pandas as pd

    total = hashlib.sha256("\0".join(f"{c}:{t}" for c, t in zip(frame.columns, frame.dtypes, strict=True)).encode())
    if len(frame):
        total.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return total.hexdigest()
