"""Calendar arithmetic on arrays of days, and the cycles in which points add up. Days are integers since 1970-01-01."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from fangkong_lab.policy.words import CycleKind

NO_DAY = np.iinfo(np.int64).min
_EPOCH = date(1970, 1, 1)
_FEW = 1000


def day_number(day: date) -> int:
    """Return *day* as days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """Return the day that *number* stands for."""
    return _EPOCH + timedelta(days=int(number))


def by_day(days: np.ndarray, of: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return *of* (days); where there are more rows than days in their span, each day is worked out only once."""
    if len(days) < _FEW:
        return of(days)
    first, last = int(days.min()), int(days.max())
    if last - first >= len(days):
        return of(days)
    return of(np.arange(first, last + 1, dtype=np.int64))[days - first]


def add_months(days: np.ndarray, months: int) -> np.ndarray:
    """Return *days* moved by *months*; a day the month lacks becomes the 1st of the next (29 Feb → 1 Mar).

    The same rule as `fangkong_lab.dates.add_months`, on arrays.
    """
    return by_day(days, lambda some: _moved(some, months))


def _moved(days: np.ndarray, months: np.ndarray | int) -> np.ndarray:
    moment = days.astype("datetime64[D]")
    month = moment.astype("datetime64[M]")
    offset = moment - month.astype("datetime64[D]")
    target = month + np.asarray(months).astype("timedelta64[M]")
    moved = target.astype("datetime64[D]") + offset
    first_after = (target + np.timedelta64(1, "M")).astype("datetime64[D]")
    return np.minimum(moved, first_after).astype(np.int64)


def anchored_start(days: np.ndarray, anchor: int, months: int) -> np.ndarray:
    """Return the first day of the cycle [anchor + k·months, anchor + (k+1)·months) that holds each day."""
    return by_day(days, lambda some: _anchored(some, anchor, months))


def _anchored(days: np.ndarray, anchor: int, months: int) -> np.ndarray:
    base = np.full(len(days), anchor, dtype=np.int64)
    apart = (days.astype("datetime64[D]").astype("datetime64[M]")
             - base.astype("datetime64[D]").astype("datetime64[M]")).astype(np.int64)
    turn = np.floor_divide(apart, months)
    start = _moved(base, turn * months)
    turn = np.where(start > days, turn - 1, turn)
    following = _moved(base, (turn + 1) * months)
    return np.where(following <= days, following, _moved(base, turn * months))


def opened_starts(subjects: np.ndarray, days: np.ndarray, months: int) -> np.ndarray:
    """Return for every event the first day of its cycle, where a cycle is opened by the first event outside one.

    *subjects* and *days* are sorted by subject, then day. The cycle opened on day d is [d, d + *months*).
    """
    count = len(days)
    if not count:
        return np.zeros(0, dtype=np.int64)
    following = np.searchsorted(keyed(subjects, days), keyed(subjects, add_months(days, months)), side="left")
    opens = np.zeros(count + 1, dtype=bool)
    at = np.flatnonzero(np.r_[True, subjects[1:] != subjects[:-1]])
    while len(at):
        opens[at] = True
        after = following[at]
        inside = after < count
        same = np.zeros(len(at), dtype=bool)
        same[inside] = subjects[after[inside]] == subjects[at[inside]]
        at = after[same]
    place = np.maximum.accumulate(np.where(opens[:count], np.arange(count), 0))
    return days[place]


def keyed(subjects: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return one number per (subject, day) that sorts by subject, then day; `NO_DAY` sorts before every day."""
    return (subjects.astype(np.int64) << np.int64(32)) + np.maximum(days, -(1 << 31)) + (1 << 31)


def cycle_end(starts: np.ndarray, months: int, kind: CycleKind) -> np.ndarray:
    """Return the first day after each cycle; a rolling window ends with the day of judgement, so it has none."""
    if kind is CycleKind.ROLLING:
        return np.full(len(starts), NO_DAY)
    return np.where(starts == NO_DAY, NO_DAY, add_months(np.where(starts == NO_DAY, 0, starts), months))
