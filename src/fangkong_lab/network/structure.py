"""What a flow comes to: intervals, controllers, checks; the same for all items that share flow and least signers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fangkong_lab.kinds import Verdict
from fangkong_lab.network.capture import NO_COALITIONS, Coalitions
from fangkong_lab.network.completion import Case
from fangkong_lab.network.influence import Influence
from fangkong_lab.network.nodes import Flow


@dataclass(frozen=True)
class Interval:
    """The least and the greatest value over all completions in which the item can be done."""

    low: int
    high: int

    def as_list(self) -> list[int]:
        """Return [low, high]."""
        return [self.low, self.high]

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


Profile = Mapping[str, Interval]


@dataclass(frozen=True)
class Structure:
    """Thresholds of one flow with at least *least* distinct signers.

    *kappa* and *whole* (κ with sign-offs after effect) map the name of each influence to its interval; they and *eta*
    are None where the item cannot be done in any completion, or the flow is missing or faulty. *sole*, *possible_sole*
    and *coalitions* are under *influence*. *exact* is False where an outer bound stands in. *cases* are the patterns
    of the unknown signing posts (see `completion`), empty where there are too many.
    """

    flow: Flow
    least: int
    influence: Influence
    kappa: Profile | None = None
    whole: Profile | None = None
    eta: Interval | None = None
    exact: bool = True
    may_be_impossible: bool = False
    sole: tuple[str, ...] = ()
    possible_sole: tuple[str, ...] = ()
    coalitions: Coalitions = NO_COALITIONS
    idle: tuple[tuple[int, int], ...] = ()
    cases: tuple[Case, ...] = field(default=(), repr=False)


def verdict(structure: Structure, influence: Influence, target: int) -> Verdict:
    """Return 不达标 where the high end is below *target*, 达标 where the low end is not, else 不能判定.

    An item that nobody can complete is 无法办结; one whose flow is missing or faulty is 不能判定.
    """
    if structure.flow.faults:
        return Verdict.CANNOT_TELL
    if structure.kappa is None:
        return Verdict.CANNOT_BE_DONE
    interval = structure.kappa[influence.name]
    if interval.high < target:
        return Verdict.VIOLATED
    return Verdict.SATISFIED if interval.low >= target else Verdict.CANNOT_TELL
