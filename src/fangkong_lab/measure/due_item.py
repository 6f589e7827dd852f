"""One thing that falls due: what, of which unit, on which day, and how the day is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fangkong_lab.kinds import Kind


class Matter(Kind):
    """What falls due."""

    DUTY = "duty", "监督义务"
    REPORT = "report", "信息报送"
    RECTIFY = "rectify", "问题整改"
    LIFT = "lift", "预警解除"
    APPEAL = "appeal", "申诉办理"
    ROTATION = "rotation", "岗位轮换"


class Known(Kind):
    """How the day is known."""

    STATED = "stated", "台账所载"
    PERIOD = "period", "按周期推算"
    RULE = "rule", "按规则推算"


@dataclass(frozen=True)
class DueItem:
    """One thing due.

    *unit_id* must do it ("" where the ledger names no unit); *table* and *key* are the ledger row it stands on. *what*
    may be read by the unit: no person code, no warned post. *inner* is for the discipline side only. *for_office*: the
    discipline side itself must act, so it goes on no unit's reminder.
    """

    matter: Matter
    unit_id: str
    due_on: date
    table: str
    key: tuple[str, ...]
    what: str
    known: Known = Known.STATED
    inner: str = ""
    for_office: bool = False

    def late(self, as_of: date) -> int:
        """Return the days by which it is past its day on *as_of*; 0 on the day itself and before."""
        return max(0, (as_of - self.due_on).days)

    def order(self) -> tuple[object, ...]:
        """Return the sort key: the longest overdue first, then by day, matter and row."""
        return (self.due_on, list(Matter).index(self.matter), self.unit_id, self.key)
