"""What the store already holds, as far as checking a new delivery needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SENDER, BOOK, SHEET, ROW = "_sender", "_book", "_sheet", "_row"
ORIGIN = (SENDER, BOOK, SHEET, ROW)


@dataclass(frozen=True)
class Known:
    """A frozen view of the rows of the store.

    *tables* maps an English table name to a frame with the table's declared columns (those absent count as empty) and
    the four columns ``_sender``, ``_book``, ``_sheet``, ``_row`` that say where each row is from. A table that is not
    there is empty. The frames are never changed.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def without(self, sender: str, book: str) -> Known:
        """Return the view without what (*sender*, *book*) brought, because sending it again replaces that."""
        return Known({
            name: frame[~((frame[SENDER] == sender) & (frame[BOOK] == book))] for name, frame in self.tables.items()
        })

    def brought_by(self, sender: str, book: str) -> Known:
        """Return only what (*sender*, *book*) brought."""
        return Known({
            name: frame[(frame[SENDER] == sender) & (frame[BOOK] == book)] for name, frame in self.tables.items()
        })

    def rows(self, table: str) -> pd.DataFrame | None:
        """Return the rows of *table*, None where the store has none."""
        frame = self.tables.get(table)
        return None if frame is None or frame.empty else frame


EMPTY = Known()
