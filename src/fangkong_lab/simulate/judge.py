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


@nb.njit(nogil=True, error_model="numpy")
def struck(desk: Any, i: Any, day: Any) -> Any:
    """Whether the entry *i* is struck by what is known on *day*: cleared, or revoked on appeal."""
    entries = desk.entries
    return entries[i, CLEARED] <= day or (entries[i, VERDICT] == REVOKED and entries[i, CLOSED] <= day)


@nb.njit(nogil=True, error_model="numpy")
def judged_day(desk: Any, head: Any, link: Any, today: Any) -> Any:
    """Return the day as of which a subject stands: before every appeal that is open, again and again."""
    entries, day = desk.entries, today
    while True:
        earliest = NEVER
        i = head
        while i >= 0:
            made = entries[i, APPEALED]
            if made <= day < entries[i, CLOSED] and made < earliest and not struck(desk, i, today):
                earliest = made
            i = entries[i, link]
        if earliest == NEVER:
            return day
        day = earliest - 1


@nb.njit(nogil=True, error_model="numpy")
def worth(desk: Any, i: Any, judged: Any, today: Any) -> Any:
    """Return the millionths that the entry *i* counts for, cycles apart; 0 where it does not count."""
    entries = desk.entries
    if entries[i, OCCURRED] > judged or entries[i, VERIFIED] > judged or struck(desk, i, today):
        return np.int64(0)
    if entries[i, VERDICT] == ALTERED and entries[i, CLOSED] <= today:
        return entries[i, CHANGED]
    return entries[i, MICRO]


@nb.njit(nogil=True, error_model="numpy")
def stand(book: Any, desk: Any, chain: Any, today: Any, only_true: Any) -> Any:
    """Return (level, counted events, first day that counts, judged day) of a subject.

    *chain*: its first entry (-1: none), the column of links, whether any entry is appealed against (-1: no). Entries are
    chained in the order of the days they occurred. Level 0: none; 1: the lowest. *only_true*: as if reports
    without foundation had never been upheld.
    """
    head, link, disputed = chain
    if today < 0 or head < 0:
        return 0, 0, NEVER, today
    judged = judged_day(desk, head, link, today) if disputed >= 0 else today
    if judged < 0:
        return 0, 0, NEVER, judged
    entries, months, opened = desk.entries, book.regime[today + 1], book.cycle == FIRST_EVENT
    since = NEVER if opened else np.int64(book.window[months, judged + 1])
    until, total, count = np.int64(-1), np.int64(0), 0
    i = head
    while i >= 0:
        micro = worth(desk, i, judged, today)
        if micro > 0 and (entries[i, TRUE] == 1 or not only_true):
            day = entries[i, OCCURRED]
            if opened and day >= until:
                since, until, total, count = day, np.int64(book.window[months, day + 1]), np.int64(0), 0
            if day >= since:
                total, count = total + micro, count + 1
        i = entries[i, link]
    if opened and until <= judged:
        return 0, 0, NEVER, judged
    return level_of(book, book.regime[judged + 1], total), count, since, judged


@nb.njit(nogil=True, error_model="numpy")
def level_of(book: Any, regime: Any, total: Any) -> Any:
    """Return the level that *total* millionths reach, caps applied."""
    score = min(total, book.cap[regime])
    level = 0
    while level < book.levels and score >= book.limits[regime, level]:
        level += 1
    return level
