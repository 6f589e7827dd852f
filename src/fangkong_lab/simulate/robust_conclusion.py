"""Conclusions of a comparison: this policy gives more (or less) of something than the first one, on the same random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fangkong_lab.kinds import Kind
from fangkong_lab.policy.words import LedgerKind
from fangkong_lab.simulate.compare import SURE
from fangkong_lab.simulate.figures import PLACE, Figure
from fangkong_lab.simulate.model import Block, Model, run_rows
from fangkong_lab.simulate.scenario import Arm, Scenario


class Claim(Kind):
    """What is compared."""

    PERSON_WARNINGS = "person_warnings", "个人预警"
    UNIT_WARNINGS = "unit_warnings", "单位预警"
    MISSED = "missed", "未触发预警的行为"
    UNFOUNDED = "unfounded", "无据预警"
    HOURS = "hours", "办公室工时"


_WARNINGS = {Claim.PERSON_WARNINGS: LedgerKind.PERSON, Claim.UNIT_WARNINGS: LedgerKind.UNIT}
_FIGURES = {Claim.PERSON_WARNINGS: Figure.PERSON_WARNINGS, Claim.UNIT_WARNINGS: Figure.UNIT_WARNINGS, Claim.MISSED: Figure.UNANSWERED,
            Claim.HOURS: Figure.MINUTES}
_UNFOUNDED = {LedgerKind.PERSON: Figure.PERSON_UNFOUNDED, LedgerKind.UNIT: Figure.UNIT_UNFOUNDED}
_SCALE = {Claim.HOURS: 60.0}
UNIT = {Claim.PERSON_WARNINGS: "次", Claim.UNIT_WARNINGS: "次", Claim.MISSED: "件", Claim.UNFOUNDED: "次", Claim.HOURS: "小时"}


@dataclass(frozen=True)
class Question:
    """Whether *arm* gives more or less of *claim* than *base*, the first policy; warnings of the ledgers that both keep."""

    arm: str
    base: str
    claim: Claim
    ledgers: frozenset[LedgerKind]

    def words(self, sign: int) -> str:
        """Return the conclusion for the *sign* of the difference (0: open)."""
        word = {1: "更多", -1: "更少", 0: "分不出多少"}[sign]
        return f"「{self.arm}」的{self.what()}比「{self.base}」{word}" if sign else f"「{self.arm}」与「{self.base}」的{self.what()}{word}"

    def short(self, sign: int) -> str:
        """Return the conclusion without what it is compared with, for tables."""
        return f"「{self.arm}」{self.what()}{ {1: '更多', -1: '更少', 0: '分不出'}[sign]}"

    def what(self) -> str:
        """Return what is compared: unfounded warnings are those of both ledgers together, or of the only one that both keep."""
        if self.claim is Claim.UNFOUNDED and len(self.ledgers) == 1:
            (only,) = self.ledgers
            return only.label + self.claim.label
        return self.claim.label

    def figures(self) -> tuple[Figure, ...]:
        """Return the figures that are added up."""
        if self.claim is Claim.UNFOUNDED:
            return tuple(figure for ledger, figure in _UNFOUNDED.items() if ledger in self.ledgers)
        return (_FIGURES[self.claim],)


def questions_of(scenario: Scenario) -> tuple[Question, ...]:
    """Return every later policy against the first, claim by claim; the order of `gaps_at`.

    Warnings of a ledger that one of the two does not keep are no question: there are none by the rule's own words.
    """
    base, *others = scenario.arms
    return tuple(Question(arm.name, base.name, claim, _ledgers(base) & _ledgers(arm)) for arm in others for claim in Claim
                 if _bears(claim, _ledgers(base) & _ledgers(arm)))


def not_asked(scenario: Scenario) -> tuple[str, ...]:
    """Return one line per policy of which some warnings are not compared, and why."""
    base, *others = scenario.arms
    made = []
    for arm in others:
        for ledger in _UNFOUNDED:
            if (ledger in _ledgers(base)) == (ledger in _ledgers(arm)):
                continue
            without = arm.name if ledger in _ledgers(base) else base.name
            other = base.name if without == arm.name else arm.name
            made.append(f"「{without}」不记{ledger.label}，与「{other}」的{ledger.label}预警不作比较。")
    return tuple(made)


def _ledgers(arm: Arm) -> frozenset[LedgerKind]:
    assert arm.policy.scoring is not None
    return frozenset(arm.policy.scoring.charge.ledgers)


def _bears(claim: Claim, common: frozenset[LedgerKind]) -> bool:
    if claim is Claim.UNFOUNDED:
        return bool(common)
    return claim not in _WARNINGS or _WARNINGS[claim] in common


@dataclass(frozen=True)
class Gaps:
    """Paired differences at one place of the parameters: *mean* and Monte Carlo *error*, one per question."""

    mean: np.ndarray
    error: np.ndarray

    def told(self, errors: float = SURE) -> np.ndarray:
        """Return the sign of each difference, 0 where it lies within *errors* Monte Carlo errors."""
        return np.where(np.abs(self.mean) > errors * self.error, np.sign(self.mean), 0).astype(np.int64)


def gaps_at(model: Model, values: Mapping[str, float], block: Block) -> Gaps:
    """Return the differences where the parameters have *values* (the others those of *model*), over the replications of
    *block*. Pure: the same arguments give the same bits in any process.
    """
    moved = model.with_scenario(model.scenario.with_values(values)) if values else model
    rows, place = run_rows(moved, block), {arm.name: i for i, arm in enumerate(model.scenario.arms)}
    apart = np.stack([_of(rows[place[q.arm]], q) - _of(rows[0], q) for q in questions_of(model.scenario)])
    return Gaps(apart.mean(axis=1), apart.std(axis=1, ddof=1) / np.sqrt(block.count))


def _of(rows: np.ndarray, question: Question) -> np.ndarray:
    """One number for each replication."""
    return np.asarray(sum(rows[:, PLACE[f]] for f in question.figures()) / _SCALE.get(question.claim, 1.0))
