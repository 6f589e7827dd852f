"""What one person, or several together, bring to a coalition in the best case (see `bestcase`)."""

from __future__ import annotations

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
