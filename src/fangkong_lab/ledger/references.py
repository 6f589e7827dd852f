"""Checks that need more than one row: keys, references, circles, overlaps, titles; in a delivery and against the store."""

from __future__ import annotations

from fangkong_lab.ledger.agreement import agreement_problems
from fangkong_lab.ledger.circles import circle_problems
from fangkong_lab.ledger.delivery import Delivery
from fangkong_lab.ledger.gathered import gather
from fangkong_lab.ledger.keys import key_problems
from fangkong_lab.ledger.known import EMPTY, Known
from fangkong_lab.ledger.overlaps import overlap_problems
from fangkong_lab.ledger.pointers import reference_problems
from fangkong_lab.ledger.problem import Problem
from fangkong_lab.ledger.titles import title_problems

__all__ = ["EMPTY", "Known", "check_delivery"]


def check_delivery(delivery: Delivery, known: Known = EMPTY) -> tuple[Problem, ...]:
    """Return what is wrong with the rows of *delivery* taken together, and beside what *known* holds, in order of place.

    *known* may hold what the same delivery brought before: it is left out, for it will be replaced. Rows with problems of
    their own still count as rows that can be referred to; who takes only the good rows checks again without the others.
    """
    gathered = gather(delivery, known)
    checks = (key_problems, reference_problems, circle_problems, overlap_problems, title_problems, agreement_problems)
    return tuple(sorted({problem for check in checks for problem in check(gathered)}))
