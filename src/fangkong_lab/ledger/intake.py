"""Deciding which rows of the books of one call may be taken, without touching the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fangkong_lab.ledger.delivery import ROW, Delivery, Sheet
from fangkong_lab.ledger.known import BOOK, SENDER, SHEET, Known
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.references import check_delivery
from fangkong_lab.ledger.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

Rows = Mapping[str, frozenset[int]]
"""Row numbers by sheet name."""


@dataclass(frozen=True)
class Judged:
    """A delivery with all its problems, and what becomes of its rows.

    *refused* rows have something wrong in them, *held* rows are right and yet not taken; the rest is taken. *why_held*
    has one entry per held row that refers to something not taken (empty where the whole book was held back).
    """

    delivery: Delivery
    refused: Rows
    held: Rows
    why_held: tuple[Problem, ...] = ()

    @property
    def taken(self) -> Delivery:
        """Return the delivery with only the rows that are taken."""
        return _only(self.delivery, self.refused, self.held)

    @property
    def clean(self) -> bool:
        """Say whether nothing in it is refused."""
        return not any(p.gravity is Gravity.REFUSED for p in self.delivery.problems)


def judge(delivery: Delivery, known: Known) -> Judged:
    """Check *delivery*, which has its own reading problems, against *known*, and take it whole or not at all.

    *known* is all that is in the store, what the delivery brought before included.
    """
    checked = replace(delivery, problems=_merge(delivery.problems, check_delivery(delivery, known)))
    refused = refused_rows(checked)
    clean = not any(p.gravity is Gravity.REFUSED for p in checked.problems)
    held = {} if clean else {name: rows - refused[name] for name, rows in _all_rows(checked).items()}
    return Judged(checked, refused, held)


def good_parts(deliveries: Sequence[Delivery], known: Known) -> list[Judged]:
    """Take of each of *deliveries* the rows that are right and refer only to rows that are taken too.

    First every book is checked whole, all books beside each other; rows with problems are refused. Then what is left is
    checked again and again, and rows that now refer to nothing are held back, until nothing more falls: the largest set
    of rows that holds together.
    """
    whole = _judged_beside_each_other(deliveries, known)
    held: list[dict[str, set[int]]] = [{name: set() for name in j.refused} for j in whole]
    reasons: list[list[Problem]] = [[] for _ in whole]
    fell = True
    while fell:
        fell = False
        left = [_only(j.delivery, j.refused, h) for j, h in zip(whole, held, strict=True)]
        together = with_all(known, left)
        for place, part in enumerate(left):
            for problem in _falling(part, check_delivery(part, _beside(part, together, known))):
                fell = fell or problem.row not in held[place][problem.sheet]
                held[place][problem.sheet].add(problem.row)
                reasons[place].append(problem)
    return [Judged(j.delivery, j.refused, {name: frozenset(rows) for name, rows in h.items()}, _first_per_row(why))
            for j, h, why in zip(whole, held, reasons, strict=True)]


def stands_together(deliveries: Sequence[Delivery], known: Known) -> list[Judged]:
    """Return those of *deliveries* that can be taken whole if they are taken all at once (books that refer to each other).

    Books that cannot are left out one round after the other, until the rest stands.
    """
    group = list(deliveries)
    while group:
        judged = _judged_beside_each_other(group, known)
        standing = [d for d, j in zip(group, judged, strict=True) if j.clean]
        if len(standing) == len(group):
            return judged
        group = standing
    return []


def refused_rows(delivery: Delivery) -> dict[str, frozenset[int]]:
    """Return the existing rows that carry a refusing problem, by sheet name.

    A refusing problem without row, or on a line that is no data row (the header), refuses its sheet; one without sheet,
    the book.
    """
    everything = _all_rows(delivery)
    refused: dict[str, set[int]] = {name: set() for name in everything}
    for problem in delivery.problems:
        if problem.gravity is not Gravity.REFUSED:
            continue
        for name in everything if not problem.sheet else [problem.sheet] if problem.sheet in everything else []:
            refused[name] |= {problem.row} if problem.row in everything[name] else everything[name]
    return {name: frozenset(rows) for name, rows in refused.items()}


def with_all(known: Known, deliveries: Iterable[Delivery]) -> Known:
    """Return *known* as it would be with *deliveries* stored, each in place of what it brought before."""
    import pandas as pd

    for delivery in deliveries:
        tables: dict[str, pd.DataFrame] = dict(known.without(delivery.sender, delivery.book).tables)
        for sheet in delivery.sheets:
            if len(sheet.frame):
                rows = filled_columns(sheet.table, sheet.frame)
                rows = rows.assign(**{SENDER: delivery.sender, BOOK: delivery.book, SHEET: sheet.name})
                old = tables.get(sheet.table)
                tables[sheet.table] = rows if old is None or old.empty else pd.concat([old, rows], ignore_index=True)
        known = Known(tables)
    return known


def filled_columns(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return *frame* without the columns nobody filled, which a `Known` need not have; keys and references stay.

    Most columns of most ledgers are empty, and joining empty text columns is what checking many books spends its time on.
    """
    declared = TABLES[table]
    needed = {*declared.key, declared.parent, *(c for r in declared.all_references for c in r.columns)}
    empty = frame.columns[frame.isna().all()]
    return frame.drop(columns=[c for c in empty if c not in needed])


def _judged_beside_each_other(deliveries: Sequence[Delivery], known: Known) -> list[Judged]:
    together = with_all(known, deliveries)
    return [judge(d, _beside(d, together, known)) for d in deliveries]


def _beside(delivery: Delivery, together: Known, known: Known) -> Known:
    """Return *together* with what *delivery* brings now put back to what it brought before, as `judge` wants it."""
    import pandas as pd

    tables = dict(together.without(delivery.sender, delivery.book).tables)
    for name, before in known.brought_by(delivery.sender, delivery.book).tables.items():
        if len(before):
            others = tables.get(name)
            tables[name] = before if others is None or others.empty else pd.concat([others, before], ignore_index=True)
    return Known(tables)


def _all_rows(delivery: Delivery) -> dict[str, frozenset[int]]:
    rows: dict[str, frozenset[int]] = {}
    for sheet in delivery.sheets:
        rows[sheet.name] = rows.get(sheet.name, frozenset()) | frozenset(sheet.frame[ROW].tolist())
    return rows


def _only(delivery: Delivery, *without: Mapping[str, Iterable[int]]) -> Delivery:
    if not any(rows for gone in without for rows in gone.values()):
        return delivery
    return replace(delivery, sheets=tuple(_less(s, [set(gone.get(s.name, ())) for gone in without]) for s in delivery.sheets))


def _less(sheet: Sheet, without: list[set[int]]) -> Sheet:
    gone = set[int]().union(*without)
    return replace(sheet, frame=sheet.frame[~sheet.frame[ROW].isin(gone)].reset_index(drop=True)) if gone else sheet


def _merge(first: Iterable[Problem], second: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys([*first, *second]))


def _falling(part: Delivery, found: Iterable[Problem]) -> list[Problem]:
    """Return one problem per row of *part* that *found* makes fall."""
    rows = refused_rows(replace(part, problems=tuple(found)))
    named = {(p.sheet, p.row): p for p in reversed(tuple(found)) if p.gravity is Gravity.REFUSED}
    tables = {s.name: s.table for s in part.sheets}
    return [_holding_back(name, row, tables[name], named.get((name, row)) or named.get((name, 0)) or named.get(("", 0)))
            for name, numbers in rows.items() for row in sorted(numbers)]


def _holding_back(sheet: str, row: int, table: str, cause: Problem | None) -> Problem:
    return Problem(sheet, row, cause.column if cause else "", table, "held_back", cause.value if cause else "",
                   "本行没有错，但所依据的行未能入库" + (f"({cause.why})" if cause else ""), "改正那一行后一并再送",
                   Gravity.NOTICE)


def _first_per_row(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple({(p.sheet, p.row): p for p in reversed(list(problems))}.values())[::-1]
