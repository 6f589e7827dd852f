"""Where the rows behind a figure lie: delivery, sheet, row – all rows of a table looked up in one reading of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fangkong_lab.ledger.changes import shown
from fangkong_lab.ledger.holdings import fetch, holdings
from fangkong_lab.ledger.layout import layout_of
from fangkong_lab.ledger.store import ORIGIN_COLUMNS, open_store
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.measure.key_figure import Row
from fangkong_lab.workspace import Workspace


@dataclass(frozen=True)
class Place:
    """One stored row: *sender* sent *file* as delivery number *delivery*; the row is *row* of *sheet*."""

    delivery: int
    sender: str
    file: str
    sheet: str
    row: int

    def sentence(self) -> str:
        """Return the place as one Chinese line."""
        return f"第 {self.delivery} 号送交（{self.sender} 的 {self.file}）› {self.sheet} › 第{self.row}行"


Keyed = tuple[str, tuple[str, ...]]


def places(workspace: Workspace, rows: Iterable[Row]) -> Mapping[Keyed, tuple[Place, ...]]:
    """Return (table, key) → where it lies, for the *rows* given; a key that no stored row has maps to nothing.

    Two stored rows of one key (办件日志 has no key; other tables refuse it) are both returned. Raises as `open_store`.
    """
    wanted: dict[str, set[tuple[str, ...]]] = {}
    for row in rows:
        wanted.setdefault(row.table, set()).add(row.key)
    layout = layout_of(TABLES)
    found: dict[Keyed, list[Place]] = {(t, k): [] for t, keys in wanted.items() for k in keys}
    with open_store(workspace.store_path, layout, write=False) as store:
        by_id, have = {h.id: h for h in holdings(store)}, store.columns()
        for table, keys in sorted(wanted.items()):
            frame = fetch(store, layout, table, have=have)
            columns = [*TABLES[table].key, *ORIGIN_COLUMNS]
            for cells in frame[columns].itertuples(index=False, name=None):
                key = tuple(shown(c) for c in cells[: -len(ORIGIN_COLUMNS)])
                if key in keys:
                    delivery, sheet, number = cells[-len(ORIGIN_COLUMNS):]
                    held = by_id[int(delivery)]
                    found[table, key].append(Place(held.id, held.sender, held.file, str(sheet), int(number)))
    return {keyed: tuple(made) for keyed, made in found.items()}
