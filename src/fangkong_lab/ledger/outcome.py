"""What became of one book of an import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fangkong_lab.ledger.delivery import Delivery
from fangkong_lab.ledger.intake import Judged
from fangkong_lab.ledger.journal import Counts, Result
from fangkong_lab.ledger.problem import Problem


@dataclass(frozen=True)
class Outcome:
    """One book's fate.

    *result* and *counts* as in the journal, where it is entry *no*; *problems* all that is to be said to the sender,
    *held* one per row held back for what it refers to; *returned* the returned workbook, None where there is nothing to
    tell; *sentence* why a file could not be read at all ("" otherwise).
    """

    path: Path
    sender: str
    book: str
    no: int
    result: Result
    counts: Counts
    problems: tuple[Problem, ...] = ()
    held: tuple[Problem, ...] = ()
    returned: Path | None = None
    sentence: str = ""


def counts_of(judged: Judged) -> Counts:
    """Return the counts of *judged*: every row read is accepted, refused or held back, exactly once.

    Raises `ArithmeticError` where that does not hold, which would be a mistake of ours.
    """
    refused = sum(len(rows) for rows in judged.refused.values())
    held = sum(len(rows) for rows in judged.held.values())
    return Counts(judged.delivery.rows_read, judged.taken.rows_read, refused, held)


def result_of(judged: Judged) -> Result:
    """Return whether the book is stored whole, in part, or sent back."""
    counts = counts_of(judged)
    if judged.clean and counts.accepted == counts.read:
        return Result.STORED
    return Result.PARTLY if counts.accepted else Result.REFUSED


def in_book_order(problems: Iterable[Problem], delivery: Delivery) -> tuple[Problem, ...]:
    """Return *problems* as the sender goes through his book: the book's own first, then sheet by sheet, row by row, from left to right."""
    places = {sheet.name: place for place, sheet in enumerate(delivery.sheets)}
    letters = {(s.name, header): (len(letter), letter) for s in delivery.sheets for header, letter in s.letters.items()}
    return tuple(sorted(problems, key=lambda p: (places.get(p.sheet, -1), p.row, letters.get((p.sheet, p.column), (0, "")), p)))
