"""Fewest: the least number of persons who together capture (κ), exactly.

Way by way (see `conditions`), trying 1, 2, 3 … persons. A way that is shut has an unmet condition, and whoever opens it
holds somebody who adds to that condition: so it is enough to branch there. A person tried without success is barred from
the branches beside, and with him those for whom he can stand in. Conditions that no free person shares need different
persons: their lower bounds add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from fangkong_lab.network.conditions import Condition
from fangkong_lab.network.signing import bits


@dataclass(frozen=True)
class Lack:
    """One unmet condition: how many persons are *missing*, who of the candidates *help* (a mask over them), and a lower
    bound on how many of them it takes."""

    missing: int
    help: int
    bound: int


@dataclass(frozen=True)
class Opening:
    """The search for the fewest candidates who open a way.

    *brings* holds per candidate the masks (own, far) of signers that he brings.
    """

    conditions: tuple[Condition, ...]
    brings: tuple[tuple[int, int], ...]

    @cached_property
    def _kinds(self) -> tuple[int, ...]:
        """Per candidate the conditions (a mask) to which he adds the one signer that nobody else brings; 0: other sort."""
        once = twice = 0
        for own, far in self.brings:
            twice |= once & (own | far)
            once |= own | far
        return tuple(0 if (own | far).bit_count() != 1 or (own | far) & twice else
                     sum(1 << i for i, c in enumerate(self.conditions) if c.there(own, far))
                     for own, far in self.brings)

    def least(self, own: int, far: int, below: int) -> int:
        """Return the least number, under *below*, of candidates who open the way with (*own*, *far*); else *below*."""
        free = (1 << len(self.brings)) - 1
        lacks = self._lacks(own, far, free)
        for size in range(_bound(lacks), below):
            if self._opens((own, far), free, size):
                return size
        return below

    @cached_property
    def _parts(self) -> tuple[tuple[Condition, tuple[tuple[int, int], ...]], ...]:
        """Per condition, of each candidate who adds to it, his bit and the signers whom he brings to it (a mask)."""
        return tuple((c, tuple((1 << j, mask) for j, (own, far) in enumerate(self.brings) if (mask := c.there(own, far))))
                     for c in self.conditions)

    def _lacks(self, own: int, far: int, free: int) -> list[Lack]:
        """Return the unmet conditions, those with the fewest *free* helpers first."""
        found = []
        for condition, parts in self._parts:
            there = condition.there(own, far)
            missing = condition.need - there.bit_count()
            if missing > 0:
                found.append(self._lack(parts, there, missing, free))
        return sorted(found, key=lambda lack: lack.help.bit_count())

    def _lack(self, parts: Sequence[tuple[int, int]], there: int, missing: int, free: int) -> Lack:
        helpers, most = 0, 0
        for bit, mask in parts:
            new = mask & ~there
            if new and bit & free:
                helpers |= bit
                if missing > 1 and new & new - 1:
                    most = max(most, new.bit_count())
        if not helpers:
            return Lack(missing, 0, len(self.brings) + 1)
        return Lack(missing, helpers, -(-missing // max(most, 1)))

    def _opens(self, have: tuple[int, int], free: int, size: int) -> bool:
        """Say whether *size* of the *free* candidates open the way with what the chosen ones *have* brought."""
        lacks = self._lacks(*have, free)
        if not lacks:
            return True
        if _bound(lacks) > size:
            return False
        choice = lacks[0].help
        while choice:
            number = max(bits(choice), key=lambda bit: self._worth(bit, lacks)).bit_length() - 1
            own, far = self.brings[number]
            if self._opens((have[0] | own, have[1] | far), free & ~(1 << number), size - 1):
                return True
            gone = self._replaced(number, choice)
            choice &= ~gone
            free &= ~gone
        return False

    @staticmethod
    def _worth(bit: int, lacks: Sequence[Lack]) -> int:
        return sum(1 for lack in lacks if lack.help & bit)

    def _replaced(self, number: int, choice: int) -> int:
        """Return candidate *number* and those of *choice* for whom he can stand in."""
        gone = 1 << number
        kind = self._kinds[number]
        if kind:
            for bit in bits(choice):
                other = self._kinds[bit.bit_length() - 1]
                if other and other & ~kind == 0:
                    gone |= bit
        return gone


def _bound(lacks: Sequence[Lack]) -> int:
    """Return how many persons are needed at least: conditions that share no helper add up."""
    taken = total = most = 0
    for lack in lacks:
        most = max(most, lack.bound)
        if not lack.help & taken:
            taken |= lack.help
            total += lack.bound
    return max(total, most)
