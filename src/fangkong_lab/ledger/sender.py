"""Which unit sent a book, where the call does not say."""

from __future__ import annotations

from collections.abc import Iterable

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.delivery import Delivery
from fangkong_lab.ledger.holdings import Holding


def sender_of(delivery: Delivery, held: Iterable[Holding]) -> str:
    """Return the unit code of the sender of *delivery*.

    The unit that stands at the top of its sheet 单位 (the one unit whose superior is not in the sheet); without that sheet
    the only unit its rows belong to; where both leave a choice, the one among them that sent a book of this name before.
    Raises `BadInput` where that is not one: nothing is guessed, for (sender, book) decides what is replaced.
    """
    candidates = _top_units(delivery) or _units(delivery)
    if len(candidates) == 1:
        return candidates.pop()
    before = {h.sender for h in held if h.book == delivery.book}
    if len(before) == 1 and (not candidates or before <= candidates):
        return before.pop()
    shown = "、".join(sorted(candidates)[:5])
    raise BadInput("看不出是哪个单位送交的" + (f"(表中有 {shown} 等 {len(candidates)} 个单位)" if shown else ""),
                   where=delivery.path.name, mend="加上 --unit 单位编码")


def _top_units(delivery: Delivery) -> set[str]:
    tops: set[str] = set()
    for sheet in delivery.sheets:
        if sheet.table == "units":
            codes = sheet.frame["unit_id"]
            tops |= set(codes[~sheet.frame["parent_id"].isin(codes.dropna())].dropna())
    return tops


def _units(delivery: Delivery) -> set[str]:
    return {code for sheet in delivery.sheets if "unit_id" in sheet.frame.columns
            for code in sheet.frame["unit_id"].dropna().unique()}
