"""`--period`: the year or month that is evaluated, and the day on which it is judged (its last)."""

from __future__ import annotations

import calendar
import re
from datetime import date

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput, WrongCall

_PERIOD = re.compile(r"^(\d{4})\s*年?(?:[-./]?\s*(\d{1,2})\s*月?)?$")


def period_days(text: str) -> tuple[date, date]:
    """Return the first and the last day of a period: ``2016``, ``2016年``, ``2016-06``, ``2016年6月``; `BadInput` otherwise."""
    found = _PERIOD.match(text.strip())
    if not found or not 1900 <= int(found[1]) <= 2999 or not 1 <= int(found[2] or 1) <= 12:
        raise BadInput(f"「{text}」不是年份或月份", where="--period", mend="写成 2016 或 2016-06")
    year = int(found[1])
    if found[2] is None:
        return date(year, 1, 1), date(year, 12, 31)
    month = int(found[2])
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def day_of(period: str | None, as_of: str | None) -> str | None:
    """Return the day to judge on: ``--as-of`` where given, else the period's last day, else None (the workspace's own).

    Reports look at the calendar year of that day up to the day. `WrongCall` where both are given and the day lies
    outside the period.
    """
    if period is None:
        return as_of
    first, last = period_days(period)
    if as_of is None:
        return last.isoformat()
    if not first <= parse_day(as_of) <= last:
        raise WrongCall(f"评估日期 {as_of} 不在评估期 {period} 之内", mend="改 --as-of 或 --period，或只写一个")
    return as_of
