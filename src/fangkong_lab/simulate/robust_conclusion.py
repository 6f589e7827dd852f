"""Conclusions of a comparison: this policy gives more (or less) of something than the first one, on the same random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fangkong_lab.kinds import Kind
from fangkong_lab.simulate.compare import SURE
from fangkong_lab.simulate.figures import PLACE, Figure
from fangkong_lab.simulate.model import Block, Model, run_rows
from fangkong_lab.simulate.scenario import Scenario


class Claim(Kind):
    """What is compared."""

    PERSON_WARNINGS = "person_warnings", "个人预警"
    UNIT_WARNINGS = "unit_warnings", "单位预警"
    MISSED = "missed", "未触发预警的行为"
    UNFOUNDED = "unfounded", "无据预警"
    HOURS = "hours", "办公室工时"


_SUMS = {Claim.PERSON_WARNINGS: (Figure.PERSON_WARNINGS,), Claim.UNIT_WARNINGS: (Figure.UNIT_WARNINGS,),
         Claim.MISSED: (Figure.UNANSWERED,), Claim.UNFOUNDED: (Figure.PERSON_UNFOUNDED, Figure.UNIT_UNFOUNDED),
         Claim.HOURS: (Figure.MINUTES,)}
_SCALE = {Claim.HOURS: 60.0}
UNIT = {Claim.PERSON_WARNINGS: "次", Claim.UNIT_WARNINGS: "次", Claim.MISSED: "件", Claim.UNFOUNDED: "次", Claim.HOURS: "小时"}
CLAIMS = tuple(Claim)


@dataclass(frozen=True)
class Question:
    """Whether *arm* gives more or less of *claim* than *base*, the first policy."""

    arm: str
    base: str
    claim: Claim

    def words(self, sign: int) -> str:
        """Return the conclusion for the *sign* of the difference (0: open)."""
        word = {1: "更多", -1: "更少", 0: "分不出多少"}[sign]
        return f"「{self.arm}」的{self.claim.label}比「{self.base}」{word}" if sign else (
            f"「{self.arm}」与「{self.base}」的{self.claim.label}{word}")

    def short(self, sign: int) -> str:
        """Return the conclusion without what it is compared with, for tables."""
        return f"「{self.arm}」{self.claim.label}{ {1: '更多', -1: '更少', 0: '分不出'}[sign]}"


def questions_of(scenario: Scenario) -> tuple[Question, ...]:
    """Return every later policy against the first, claim by claim; the order of `gaps_at`."""
    base, *others = (a.name for a in scenario.arms)
    return tuple(Question(arm, base, claim) for arm in others for claim in CLAIMS)


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
    rows = run_rows(moved, block)
    made = np.stack([_summed(rows, claim) for claim in CLAIMS], axis=1)
    apart = (made[1:] - made[:1]).reshape(-1, block.count)
    return Gaps(apart.mean(axis=1), apart.std(axis=1, ddof=1) / np.sqrt(block.count))


def _summed(rows: np.ndarray, claim: Claim) -> np.ndarray:
    """Arms × replications."""
    return np.asarray(sum(rows[:, :, PLACE[f]] for f in _SUMS[claim]) / _SCALE.get(claim, 1.0))
