"""The tests that findings come from, and how many items fare how in each: counts are always given in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fangkong_lab.kinds import Kind, Verdict
from fangkong_lab.network.completion import Case
from fangkong_lab.network.idle import Removal
from fangkong_lab.network.influence import DIRECT, FULL, NONE, Influence
from fangkong_lab.network.routes import checks_before_effect
from fangkong_lab.network.structure import Structure
from fangkong_lab.network.thresholds import ItemThresholds


class FindingTest(Kind):
    """A test of one item. 待核实的制约环节 asks a question to the unit: 不达标 there means that the question is open."""

    ALONE = "alone", "单人可办结"
    ORDERED = "ordered", "单人可令办结"
    IDLE = "idle_check", "待核实的制约环节"

    @property
    def influence(self) -> Influence:
        """The influence under which the test is told (idle checks: direct, only for telling)."""
        return NONE if self is FindingTest.ALONE else DIRECT


def verdict_of(each: ItemThresholds, test: FindingTest) -> Verdict | None:
    """Return the verdict of *test* about an item measured under direct influence; None where it does not apply.

    待核实的制约环节 applies where a checking sign-off, not 法定必经, stands before effect; an item without flow may have
    one: 不能判定. There 达标 means that no check was shown idle, 不能判定 that it hangs on who holds a signing post.
    """
    if test is not FindingTest.IDLE:
        return each.under(test.influence)
    structure = each.structure
    if structure.flow.faults:
        return Verdict.CANNOT_TELL
    if not checks_before_effect(structure.flow):
        return None
    if structure.kappa is None:
        return Verdict.CANNOT_BE_DONE
    if structure.idle:
        return Verdict.VIOLATED
    return Verdict.CANNOT_TELL if not structure.exact or _idle_in_some(structure) else Verdict.SATISFIED


def _idle_in_some(structure: Structure) -> bool:
    """Say whether some check is idle for some holders of the unknown signing posts, though not for all of them.

    The unknown posts outside the flow are taken as held by persons of their own.
    """
    if len(structure.cases) < 2:
        return False
    keys = [s.key for s in checks_before_effect(structure.flow)]
    return any(_idle_here(case, key) for case in structure.cases for key in keys)


def _idle_here(case: Case, key: tuple[int, int]) -> bool:
    removal = Removal(case.game, key)
    powers = tuple(sorted(set(case.powers(FULL).values())))
    return removal.same_alone and (removal.same_always or removal.same_under(powers))


@dataclass(frozen=True)
class TestCounts:
    """How all *items* fare in one test.

    items = applicable + excluded; applicable = violated + satisfied + cannot_tell + cannot_be_done. *accepted* (in force)
    and *returned* (accepted once, listed again) are parts of violated.
    """

    __test__ = False  # for pytest: this is no class of tests

    test: FindingTest
    items: int
    violated: int
    satisfied: int
    cannot_tell: int
    cannot_be_done: int
    accepted: int
    returned: int

    @property
    def applicable(self) -> int:
        """Items the test applies to."""
        return self.violated + self.satisfied + self.cannot_tell + self.cannot_be_done

    @property
    def excluded(self) -> int:
        """Items the test does not apply to."""
        return self.items - self.applicable

    def row(self) -> dict[str, object]:
        """Return the counts with Chinese headers."""
        return {"检验": self.test.label, "事项": self.items, "适用": self.applicable, "达标": self.satisfied, "不达标": self.violated,
                "不能判定": self.cannot_tell, "无法办结": self.cannot_be_done, "除外": self.excluded, "不达标中已接受": self.accepted,
                "接受已失效": self.returned}


def counted(test: FindingTest, verdicts: Sequence[Verdict | None], accepted: int, returned: int) -> TestCounts:
    """Return the counts of *verdicts* (None: excluded) with how many of the violated ones are *accepted* and *returned*."""
    violated, satisfied, cannot_tell, stuck = (verdicts.count(v) for v in (
        Verdict.VIOLATED, Verdict.SATISFIED, Verdict.CANNOT_TELL, Verdict.CANNOT_BE_DONE))
    return TestCounts(test, len(verdicts), violated, satisfied, cannot_tell, stuck, accepted, returned)
