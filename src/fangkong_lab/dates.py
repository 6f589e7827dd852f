"""Days, half-open spans, and the lenient reading of dates in ledgers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind


class MonthAs(Kind):
    """How a month without a day is read (tables.md, "General")."""

    START = "start", "起"
    HALF_OPEN_END = "half_open_end", "止"
    INCLUSIVE_END = "inclusive_end", "期末"


@dataclass(frozen=True, order=True)
class Span:
    """A half-open span of days [start, end); *end* None means still running."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise BadInput(f"止期 {self.end} 早于起期 {self.start}", mend="核对起止日期")

    def covers(self, day: date) -> bool:
        """Say whether *day* lies in the span."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Span) -> bool:
        """Say whether the two spans share a day."""
        return (self.end is None or other.start < self.end) and (other.end is None or self.start < other.end)


_FULL = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")
_MONTH = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$")
_CLOCK = re.compile(r"[T\s]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_WIDE = {0xFF10 + i: str(i) for i in range(10)} | {0xFF0D: "-", 0xFF0F: "/", 0xFF0E: ".", 0xFF1A: ":"}


def first_of_next_month(year: int, month: int) -> date:
    """Return the first day after the month."""
    return date(year + month // 12, month % 12 + 1, 1)


def parse_day(value: object, month_as: MonthAs = MonthAs.START) -> date:
    """Read one date cell.

    *value* is a date, a datetime, or text such as ``2016-09-30``, ``2016/9/30``, ``2016.9.30``,
    ``2016年9月30日`` or a month (``2016.09``, ``2016年9月``), which is read by *month_as*.
    Returns the day. Raises `BadInput` for anything else, numbers included: an Excel serial number without a
    date format cannot be told from a count.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise BadInput(f"「{value}」不是日期", mend="写成 2016-09-30 的样子")
    text = _CLOCK.sub("", value.translate(_WIDE).strip())
    try:
        if hit := _FULL.match(text):
            return date(int(hit[1]), int(hit[2]), int(hit[3]))
        if hit := _MONTH.match(text):
            return _month_day(int(hit[1]), int(hit[2]), month_as)
    except ValueError:
        pass
    raise BadInput(f"「{value}」不是日期", mend="写成 2016-09-30 的样子")


def _month_day(year: int, month: int, month_as: MonthAs) -> date:
    first = date(year, month, 1)
    if month_as is MonthAs.START:
        return first
    after = first_of_next_month(year, month)
    return after if month_as is MonthAs.HALF_OPEN_END else after - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return *day* moved by *months*; a day the month lacks becomes the 1st of the next (29 Feb → 1 Mar)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return first_of_next_month(year, month + 1)
