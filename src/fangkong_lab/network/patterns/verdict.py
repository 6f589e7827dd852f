"""Words of a pattern test: what it came to, and what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fangkong_lab.kinds import Kind


class PatternVerdict(Kind):
    """What one test of a pattern came to on one subject. 不适用 is counted as excluded, with its reason."""

    SATISFIED = "satisfied", "达标"
    VIOLATED = "violated", "不达标"
    CANNOT_TELL = "cannot_tell", "不能判定"
    NOT_APPLICABLE = "not_applicable", "不适用"


class Subject(Kind):
    """What a pattern is tested on."""

    ITEM = "item", "权力事项"
    UNIT = "unit", "单位"
    TENURE = "tenure", "岗位任职"
    DUTY = "duty", "监督义务"
    RISK = "risk", "风险点"
    CONTRACTS = "contracts", "合同组"


GOOD, BAD = PatternVerdict.SATISFIED, PatternVerdict.VIOLATED
OPEN, OUT = PatternVerdict.CANNOT_TELL, PatternVerdict.NOT_APPLICABLE


def worst(verdicts: Iterable[PatternVerdict]) -> PatternVerdict:
    """Return 不达标 if any is, else 不能判定 if any is, else 达标; 不适用 where there is nothing else."""
    found = set(verdicts)
    return next((v for v in (BAD, OPEN, GOOD) if v in found), OUT)


@dataclass(frozen=True)
class Witness:
    """What a verdict rests on: steps, posts, persons (codes; discipline side only) and rows of the ledger (codes)."""

    steps: tuple[int, ...] = ()
    posts: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


NO_WITNESS = Witness()


@dataclass(frozen=True)
class Instance:
    """One subject and its verdict.

    *subject* is the code of the item, unit, post, duty, risk point or first contract; *reason* is one Chinese sentence
    that names no person and no post; *settle* are the cells that would settle a 不能判定.
    """

    subject: str
    unit_id: str
    verdict: PatternVerdict
    reason: str
    witness: Witness = NO_WITNESS
    settle: tuple[str, ...] = ()
