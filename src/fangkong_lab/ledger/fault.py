"""What is wrong with one cell, before it is known in which rows the cell's value stands."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.ledger.problem import Gravity


@dataclass(frozen=True)
class Fault:
    """*code* is the stable word of `Problem.code`, *why* and *mend* Chinese sentences without full stop."""

    code: str
    why: str
    mend: str
    gravity: Gravity = Gravity.REFUSED
