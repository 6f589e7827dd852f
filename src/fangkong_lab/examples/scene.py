"""The scene of a made-up county: its units with people, charts and items, before anything happens in them."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.examples.dealing import Chart
from fangkong_lab.examples.office import Office
from fangkong_lab.examples.period import Period
from fangkong_lab.examples.powers import Item
from fangkong_lab.examples.registry import Commission
from fangkong_lab.examples.staffing import Staff


@dataclass(frozen=True)
class Scene:
    """What all families of tables share. *staff* by unit id; *charts* and *items* in the order of units."""

    seed: int
    period: Period
    offices: tuple[Office, ...]
    staff: dict[str, Staff]
    commission: Commission
    charts: tuple[Chart, ...]
    items: tuple[Item, ...]

    def headcounts(self) -> list[int]:
        """Return the headcount of every unit: three times those who hold a post on the last day, rounded to tens."""
        return [10 * round(3 * self._now(o) / 10) for o in self.offices]

    def _now(self, office: Office) -> int:
        staff = self.staff[office.unit_id]
        return len({p for post in staff.tenures for p in staff.holders(post, self.period.as_of)})

    def office_of(self, unit_id: str) -> Office:
        """Return the office with *unit_id*."""
        return next(o for o in self.offices if o.unit_id == unit_id)

    def items_of(self, office: Office) -> list[Item]:
        """Return the items of *office*."""
        return [i for i in self.items if i.row["unit_id"] == office.unit_id]
