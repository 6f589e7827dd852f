"""Where a unit or person stands on a day, from the entries in its ledger: the compiled twin of `policy.standing`.

Held equal to `fangkong_lab.policy.score` by tests/simulate/test_simulate_judge.py: freezing appeals, cycles, changed and
struck events, caps, levels. Bonuses are not simulated.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.simulate.rulebook import FIRST_EVENT

OCCURRED, VERIFIED, MICRO, APPEALED, CLOSED, VERDICT, CHANGED, CLEARED = 0, 1, 2, 3, 4, 5, 6, 7
TRUE, ANSWERED, PERSON, BITS, NEXT_OF_PERSON, NEXT_OF_UNIT = 8, 9, 10, 11, 12, 13
"""Columns of an entry. Days count from the start, `NEVER` where there is none; links end with -1."""
STANDS, REVOKED, ALTERED = 0, 1, 2
NEVER = np.int64(2**40)


@nb.njit(nogil=True)
def struck(entry: Any, day: Any) -> Any:
    """Whether the entry is struck by what is known on *day*: cleared, or revoked on appeal."""
    return entry[CLEARED] <= day or (entry[VERDICT] == REVOKED and entry[CLOSED] <= day)


@nb.njit(nogil=True)
def judged_day(entries: Any, head: Any, link: Any, today: Any) -> Any:
    """Return the day as of which a subject stands: before every appeal that is open, again and again."""
    day = today
    while True:
        earliest = NEVER
        i = head
        while i >= 0:
            entry = entries[i]
            if entry[APPEALED] <= day < entry[CLOSED] and entry[APPEALED] < earliest and not struck(entry, today):
                earliest = entry[APPEALED]
            i = entry[link]
        if earliest == NEVER:
            return day
        day = earliest - 1


@nb.njit(nogil=True)
def worth(entry: Any, judged: Any, today: Any) -> Any:
    """Return the millionths that the entry counts for, cycles apart; 0 where it does not count."""
    if entry[OCCURRED] > judged or entry[VERIFIED] > judged or struck(entry, today):
        return np.int64(0)
    if entry[VERDICT] == ALTERED and entry[CLOSED] <= today:
        return entry[CHANGED]
    return entry[MICRO]


@nb.njit(nogil=True)
def stand(book: Any, entries: Any, chain: Any, today: Any, only_true: Any) -> Any:
    """Return (level, counted events, first day that counts, judged day) of the subject whose chain is (head, link).

    Entries are chained in the order of the days they occurred. Level 0: none; 1: the lowest. *only_true*: as if reports
    without foundation had never been upheld.
    """
    head, link = chain
    if today < 0 or head < 0:
        return 0, 0, NEVER, today
    judged = judged_day(entries, head, link, today)
    if judged < 0:
        return 0, 0, NEVER, judged
    months, opened = book.regime[today + 1], book.cycle == FIRST_EVENT
    since = NEVER if opened else book.window[months, judged + 1]
    until, total, count = np.int64(-1), np.int64(0), 0
    i = head
    while i >= 0:
        entry = entries[i]
        micro = worth(entry, judged, today)
        if micro > 0 and (entry[TRUE] == 1 or not only_true):
            day = entry[OCCURRED]
            if opened and day >= until:
                since, until, total, count = day, book.window[months, day + 1], np.int64(0), 0
            if day >= since:
                total, count = total + micro, count + 1
        i = entry[link]
    if opened and until <= judged:
        return 0, 0, NEVER, judged
    return level_of(book, book.regime[judged + 1], total), count, since, judged


@nb.njit(nogil=True)
def level_of(book: Any, regime: Any, total: Any) -> Any:
    """Return the level that *total* millionths reach, caps applied."""
    score = min(total, book.cap[regime])
    level = 0
    while level < book.levels and score >= book.limits[regime, level]:
        level += 1
    return level
