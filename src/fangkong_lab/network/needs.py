"""Needs: what one route asks of those who sign."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """*count* distinct persons out of *eligible* (a bit mask) sign; *independent* ones from the coalition itself."""

    step_no: int
    sign_no: int
    eligible: int
    count: int
    independent: bool

    @property
    def key(self) -> tuple[int, int]:
        """The sign-off it belongs to."""
        return self.step_no, self.sign_no


@dataclass(frozen=True)
class RouteNeeds:
    """What one route needs: its groups, the incompatible pairs of its steps, and the least number of signers."""

    name: str
    groups: tuple[Group, ...]
    pairs: tuple[tuple[int, int], ...]
    least: int

    def hostile(self) -> dict[int, frozenset[int]]:
        """Return, per step, the steps that may not share a signer with it."""
        found: dict[int, set[int]] = {}
        for a, b in self.pairs:
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
        return {step: frozenset(others) for step, others in found.items()}
