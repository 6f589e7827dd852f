"""How long ago a person last held the values of a rule against their sources (checked_on)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.sources import Citation

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.policy.record import Policy


@dataclass(frozen=True)
class Stale:
    """One value of a rule whose source was last checked before the day asked for."""

    rule: str
    at: str
    start: date
    citation: Citation

    def sentence(self) -> str:
        """Return the value's address, its first day, and when its source was checked."""
        return f"{self.rule}\t{self.at}（{self.start}起）\t核对于{self.citation.checked_on}：{self.citation.sentence()}"


def stale_values(policy: Policy, since: date) -> tuple[Stale, ...]:
    """Return every dated value, and the day of force, with a source last checked before *since*; assumed values have none.

    *since* is given, never reckoned from today: a run next year gives the same answer.
    """
    dated = [(v.path, e.start, e.evidence) for v in policy.values() for e in v.entries]
    dated.append(("in_force", policy.in_force.start, policy.in_force.evidence))
    found = {(at, start, c): Stale(policy.id, at, start, c) for at, start, evidence in dated for c in evidence.citations
             if c.checked_on is None or c.checked_on < since}
    return tuple(sorted(found.values(), key=lambda s: (s.at, s.start, s.citation.title)))


def oldest_check(policy: Policy) -> date | None:
    """Return the earliest day on which one of the rule's sources was last checked; None for a rule without sources."""
    days = [c.checked_on for _, c in policy.sources if c.checked_on]
    return min(days) if days else None


def stale_table(found: tuple[Stale, ...]) -> pd.DataFrame:
    """Return stale values with Chinese headers."""
    import pandas as pd

    rows = [{"规则": s.rule, "数值": s.at, "起始日期": s.start.isoformat(), "核对日期": str(s.citation.checked_on or "未载"),
             "出处": s.citation.sentence()} for s in found]
    return pd.DataFrame(rows, columns=["规则", "数值", "起始日期", "核对日期", "出处"])
