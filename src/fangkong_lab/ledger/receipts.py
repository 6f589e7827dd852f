"""What lies in the store, delivery by delivery: who sent which book, and what became of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fangkong_lab.ledger.frozen import held_for
from fangkong_lab.ledger.holdings import holdings
from fangkong_lab.ledger.layout import layout_of
from fangkong_lab.ledger.store import open_store
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


def receipts(workspace: Workspace) -> pd.DataFrame:
    """Return one row per delivery in the store: sender, book, file, sha256, rows_read, accepted, refused, held_back.

    Sorted by sender and book; accepted + refused + held_back = rows_read in every row. No time is in it: the same
    deliveries give the same frame. Raises as `open_store` does.
    """
    import pandas as pd

    frozen = held_for(workspace)
    if frozen is not None:
        return frozen.receipts
    with open_store(workspace.store_path, layout_of(TABLES), write=False) as store:
        held = holdings(store)
    rows = [(h.sender, h.book, h.file, h.sha256, h.counts.read, h.counts.accepted, h.counts.refused, h.counts.held_back)
            for h in held]
    return pd.DataFrame(rows, columns=["sender", "book", "file", "sha256", "rows_read", "accepted", "refused", "held_back"])
