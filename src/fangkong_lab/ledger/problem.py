"""One thing that is wrong with a delivery, where it stands, and what the sender should do."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.kinds import Kind


class Gravity(Kind):
    """What a problem does to its row or sheet."""

    REFUSED = "refused", "拒收"
    NOTICE = "notice", "提示"


@dataclass(frozen=True, order=True)
class Problem:
    """A problem at a place.

    *table* is the English table name ("" if the sheet is unknown), *sheet* the sheet's name as sent, *row* the row
    number as the spreadsheet shows it (1 = first line; 0 = the whole sheet or book), *column* the Chinese header
    ("" = the whole row), *value* the cell as sent, *why* and *mend* sentences without full stop, *code* a stable word
    for tests and counting (e.g. ``missing_reference``).
    """

    sheet: str
    row: int
    column: str
    table: str
    code: str
    value: str
    why: str
    mend: str
    gravity: Gravity = Gravity.REFUSED

    def sentence(self) -> str:
        """Return the problem as one line for the screen."""
        place = " › ".join(p for p in (self.sheet, f"第{self.row}行" if self.row else "", self.column) if p)
        shown = f"「{self.value}」" if self.value else ""
        return (f"{place}:" if place else "") + f"{shown}{self.why}；{self.mend}"
