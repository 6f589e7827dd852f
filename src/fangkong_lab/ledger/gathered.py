"""The rows of a delivery beside those of all other deliveries, table by table: what the cross-row checks look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fangkong_lab.ledger.columns import Table
from fangkong_lab.ledger.delivery import ROW, Delivery
from fangkong_lab.ledger.known import BOOK, SENDER, SHEET, Known
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.ledger.validate import shown

if TYPE_CHECKING:
    import pandas as pd

OWN = "_own"


@dataclass(frozen=True)
class Gathered:
    """*own* the delivery's rows by table, *others* what other deliveries brought, *before* what this one brought last;
    *sender* who sends the delivery."""

    own: Mapping[str, pd.DataFrame]
    others: Known
    before: Known
    sender: str = ""
    _both: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    def both(self, table: str) -> pd.DataFrame:
        """Return own and others' rows of *table* with the column ``_own`` and, for others, where they are from."""
        if table not in self._both:
            self._both[table] = self._joined(table)
        return self._both[table]

    def _joined(self, table: str) -> pd.DataFrame:
        import pandas as pd

        own = self.own.get(table)
        others = self.others.rows(table)
        parts = [f.assign(**{OWN: mine}) for f, mine in ((own, True), (others, False)) if f is not None and len(f)]
        if not parts:
            return pd.DataFrame(columns=[*TABLES[table].names, SHEET, ROW, OWN])
        joined = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
        absent = [name for name in TABLES[table].names if name not in joined.columns]
        return joined.assign(**dict.fromkeys(absent)).reset_index(drop=True)


def gather(delivery: Delivery, known: Known) -> Gathered:
    """Return the rows of *delivery* beside those of *known*, without what the delivery replaces."""
    import pandas as pd

    own: dict[str, pd.DataFrame] = {}
    for name in dict.fromkeys(sheet.table for sheet in delivery.sheets):
        frames = [s.frame.assign(**{SHEET: s.name}) for s in delivery.sheets if s.table == name]
        own[name] = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    mine = (delivery.sender, delivery.book)
    return Gathered(own, known.without(*mine), known.brought_by(*mine), delivery.sender)


def origin(row: Mapping[str, object]) -> str:
    """Return where a row stands, in Chinese: its sheet and row, before it the delivery if it is another one."""
    place = f"工作表「{row[SHEET]}」第 {row[ROW]} 行"
    return place if row[OWN] else f"{row[SENDER]}《{row[BOOK]}》{place}"


def problem_at(table: Table, row: Mapping[str, object], columns: Sequence[str], code: str, why: str, mend: str,
               gravity: Gravity = Gravity.REFUSED) -> Problem:
    """Return a problem of an own *row*, put on the first of *columns*, showing the values of them all."""
    value = "、".join(filter(None, (shown(row[c]) for c in columns)))
    return Problem(str(row[SHEET]), int(str(row[ROW])), table.column(columns[0]).label, table.name, code, value, why, mend,
                   gravity)


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of *frame* as dictionaries; meant for the few rows that have a problem."""
    return frame.to_dict("records")  # type: ignore[return-value]
