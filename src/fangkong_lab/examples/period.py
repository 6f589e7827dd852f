"""The years of the made-up county, and when its pilots began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fangkong_lab.errors import WrongCall
from fangkong_lab.examples.places import FIRST_WAVE, PILOT_UNITS


@dataclass(frozen=True)
class Period:
    """From 1 January of *first* to 31 December of *last*. Every date of the county lies inside."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1990 <= self.first <= self.last <= 2100:
            raise WrongCall(f"年份 {self.first}-{self.last} 不对", mend="写成 2009-2016 的样子，先早后晚")

    @property
    def start(self) -> date:
        """First day."""
        return date(self.first, 1, 1)

    @property
    def as_of(self) -> date:
        """Last day: the day for which the planted truth holds."""
        return date(self.last, 12, 31)

    @property
    def years(self) -> range:
        """All years."""
        return range(self.first, self.last + 1)

    def halves(self) -> list[tuple[date, date]]:
        """Return all half-years as (first day, last day), in order."""
        return [span for year in self.years
                for span in ((date(year, 1, 1), date(year, 6, 30)), (date(year, 7, 1), date(year, 12, 31)))]

    def adopted(self, number: int) -> date | None:
        """Return the day on which the unit with the running *number* took up the pilot; None for a control unit.

        Six units begin after 7/16 of the half-years, five more after 9/16, as in the documents: first six, then eleven.
        """
        if number >= PILOT_UNITS:
            return None
        halves = self.halves()
        return halves[len(halves) * (7 if number < FIRST_WAVE else 9) // 16][0]

    @property
    def pilot_start(self) -> date:
        """Day on which the first pilots began."""
        first = self.adopted(0)
        assert first is not None
        return first

    def day(self, draw: np.random.Generator, since: date | None = None, until: date | None = None) -> date:
        """Return a random day in [*since*, *until*], both inclusive; defaults: the whole period."""
        low, high = since or self.start, until or self.as_of
        return low + timedelta(days=int(draw.integers(0, max(0, (high - low).days) + 1)))

    def clip(self, day: date) -> date | None:
        """Return *day*, or None where it lies after the period: then it has not happened yet."""
        return day if day <= self.as_of else None
