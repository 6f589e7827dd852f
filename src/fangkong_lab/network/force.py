"""What one person, or several together, bring to a coalition in the best case (see `bestcase`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Force:
    """What one person or several bring: signers reached and signers themselves (masks over the game's signers), outer
    posts reached (*slots*), known non-signers reached (*helpers*), and who they are (*people*: known non-signers).
    """

    reach: int = 0
    own: int = 0
    slots: int = 0
    helpers: int = 0
    people: int = 0

    def __or__(self, other: Force) -> Force:
        return Force(self.reach | other.reach, self.own | other.own, self.slots | other.slots,
                     self.helpers | other.helpers, self.people | other.people)

    @property
    def able(self) -> int:
        """The signers who do as the coalition wants."""
        return self.reach | self.own

    def covers(self, other: Force) -> bool:
        """Whether this force can do all that the *other* can."""
        return self | replace(other, people=0) == self


@dataclass(frozen=True)
class Bounds:
    """The least coalition size found, and whether it is exact (else no smaller one exists, but it may be greater)."""

    least: int
    exact: bool


@dataclass(frozen=True)
class Used:
    """What the search has spent: slots, helpers who are blocks, and blocks that are known persons not yet reached."""

    slots: int = 0
    helpers: int = 0
    hosts: int = 0


def apart(coalition: Sequence[Force]) -> bool:
    """Say whether no person and no block is in the coalition twice."""
    seen = Force()
    for force in coalition:
        if seen.people & force.people or seen.own & force.own:
            return False
        seen |= force
    return True


def uncovered(ordered: Sequence[Force], asked: int) -> list[Force]:
    """Return the forces that no earlier one covers; being a signer counts for the signers *asked* only."""
    found: list[Force] = []
    for force in ordered:
        plain = Force(force.able, force.own & asked, force.slots)
        if not any(plain.reach | f.able == f.able and plain.own | f.own == f.own and plain.slots | f.slots == f.slots
                   for f in found):
            found.append(force)
    return found
