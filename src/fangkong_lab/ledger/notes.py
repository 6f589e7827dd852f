"""The sheet 填报说明: who sends the book."""

from __future__ import annotations

from fangkong_lab.ledger.book import RawSheet
from fangkong_lab.ledger.cells import as_text, is_blank
from fangkong_lab.ledger.wording import narrow

NOTES_SHEET = "填报说明"
SENDER_LABEL = "填报单位编码"
SENDER_HINT = "必填：本单位的单位编码，与「单位」表一致"


def sender_in_notes(raw: RawSheet) -> str:
    """Return the unit code that stands beside 填报单位编码, an empty string where none does.

    The code may stand in any cell to the right, or behind a colon in the same cell.
    """
    for row in raw.rows:
        for index, cell in enumerate(row):
            word = narrow(cell) if isinstance(cell, str) else ""
            if not word.startswith(SENDER_LABEL):
                continue
            # The template's own hint stands further right: an unfilled cell must not make it the sender.
            beside = [narrow(as_text(c)) for c in row[index + 1:] if not is_blank(c) and not as_text(c).startswith(SENDER_HINT[:2])]
            behind = word[len(SENDER_LABEL):].lstrip(":*")
            return behind or (beside[0] if beside else "")
    return ""
