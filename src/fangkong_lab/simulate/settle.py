"""What happens after an event is upheld: entries, actions in the order of days, warnings, accountability, deterrence."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.simulate import judge
from fangkong_lab.simulate.draws import AFTER, APPEAL, days_until, draw, unit
from fangkong_lab.simulate.figures import BY_MONTH, BY_SIZE, PLACE, ByMonth, BySize, Figure
from fangkong_lab.simulate.records import DESK, SUBJECT_COLUMNS
from fangkong_lab.simulate.rulebook import PERSON_BIT, UNIT_BIT

SIZES, MONTHS = len(BY_SIZE), len(BY_MONTH)
_ANSWERED, _LATE, _EXEMPTED = PLACE[Figure.ANSWERED], PLACE[Figure.LATE], PLACE[Figure.EXEMPTED]
_APPEALS, _REVOKED, _CLEARED = PLACE[Figure.APPEALS], PLACE[Figure.REVOKED], PLACE[Figure.CLEARED]
_WARNINGS = (PLACE[Figure.PERSON_WARNINGS], PLACE[Figure.UNIT_WARNINGS])
_LEVELS = (PLACE[Figure.PERSON_1], PLACE[Figure.UNIT_1])
_UNFOUNDED = (PLACE[Figure.PERSON_UNFOUNDED], PLACE[Figure.UNIT_UNFOUNDED])
_ACCOUNTABLE = (PLACE[Figure.PERSON_ACCOUNTABLE], PLACE[Figure.UNIT_ACCOUNTABLE])
_SUBJECTS = (PLACE[Figure.PERSONS_WARNED], PLACE[Figure.UNITS_WARNED])
_SIZE_WARNINGS = (BY_SIZE.index(BySize.PERSON_WARNINGS), BY_SIZE.index(BySize.UNIT_WARNINGS))
_SIZE_WARNED, _SIZE_UNFOUNDED = BY_SIZE.index(BySize.UNITS_WARNED), BY_SIZE.index(BySize.UNFOUNDED)
_MONTH_WARNINGS, _MONTH_MINUTES = BY_MONTH.index(ByMonth.WARNINGS), BY_MONTH.index(ByMonth.MINUTES)
AWE_DAY, HEAD, TAIL, SEEN, FIRST, WARNED, AFTER_FIRST = 0, 1, 2, 3, 4, 5, 6
"""Columns of a subject: day of its deterrence; first and last entry; last day judged; day of the first conduct, of the first
warning, and of the first warning after conduct (-1: none)."""


def desk_of() -> np.ndarray:
    """Return an empty desk, as the only record of an array."""
    desk = np.zeros(1, DESK)
    desk[0]["subject"][:, HEAD:] = -1
    return desk


@nb.njit(nogil=True)
def clear_subject(desk: Any, who: Any) -> None:
    """Forget a subject."""
    desk.awe[who] = 0.0
    desk.subject[who, AWE_DAY] = 0
    for column in range(HEAD, SUBJECT_COLUMNS):
        desk.subject[who, column] = -1


@nb.njit(nogil=True)
def month_minutes(plan: Any, row: Any, day: Any, minutes: Any) -> None:
    """Add office minutes to the month of *day*."""
    row[plan.at[1] + plan.month[day] * MONTHS + _MONTH_MINUTES] += minutes


@nb.njit(nogil=True)
def _push(desk: Any, day: Any, entry: Any) -> None:
    heap, i = desk.heap, desk.heap_count
    item = (day << 32) | entry
    while i > 0 and heap[(i - 1) >> 1] > item:
        heap[i] = heap[(i - 1) >> 1]
        i = (i - 1) >> 1
    heap[i] = item
    desk.heap_count += 1


@nb.njit(nogil=True)
def _pop(desk: Any) -> Any:
    heap, size = desk.heap, desk.heap_count - 1
    top, item, i = heap[0], heap[size], 0
    desk.heap_count = size
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= item:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = item
    return top


@nb.njit(nogil=True)
def enter(plan: Any, book: Any, desk: Any, row: Any, i: Any, event: Any) -> None:
    """Enter the upheld event of candidate *i* in the ledgers: (kind, verified, channel, true).

    Draws what follows: concealment, 容错, clearing, appeal.
    """
    kind, verified, channel, true = event
    day, who = np.int64(desk.time[i]), desk.who[i]
    a, b, c, d = draw(plan.key, desk.first + who, desk.replication, AFTER, desk.turn[i])
    concealed, exempted = true and unit(a) < plan.after[0], true and unit(b) < plan.after[1]
    row[_EXEMPTED] += exempted
    flags = (desk.kind[i] & 1) | (plan.own[channel] & true) << 1 | concealed << 2 | exempted << 3
    micro = book.points[book.dawn[day + 1], kind, flags]
    bits = plan.entered[kind] & book.ledgers
    if micro <= 0 or bits == 0:
        return
    cleared = judge.NEVER
    if not true and unit(c) < plan.after[2]:
        cleared = verified + days_until(d, plan.scales[0])
        row[_CLEARED] += cleared < plan.days
    at = desk.entry_count
    desk.entry_count += 1
    entry = desk.entries[at]
    entry[judge.OCCURRED], entry[judge.VERIFIED], entry[judge.MICRO], entry[judge.CLEARED] = day, verified, micro, cleared
    entry[judge.TRUE], entry[judge.ANSWERED], entry[judge.PERSON], entry[judge.BITS] = true, 0, who, bits
    _appeal(plan, desk, row, i, entry)
    _chain(desk, at, who, judge.NEXT_OF_PERSON, bits & PERSON_BIT)
    _chain(desk, at, desk.unit, judge.NEXT_OF_UNIT, bits & UNIT_BIT)
    for moment in (verified, entry[judge.CLOSED], cleared):
        if moment < plan.days:
            _push(desk, moment, at)


@nb.njit(nogil=True)
def _appeal(plan: Any, desk: Any, row: Any, i: Any, entry: Any) -> None:
    entry[judge.APPEALED], entry[judge.CLOSED], entry[judge.VERDICT], entry[judge.CHANGED] = judge.NEVER, judge.NEVER, judge.STANDS, 0
    a, b, c, d = draw(plan.key, desk.first + desk.who[i], desk.replication, APPEAL, desk.turn[i])
    if unit(a) >= plan.after[3]:
        return
    made = entry[judge.VERIFIED] + days_until(b, plan.scales[1])
    if made >= plan.days or made >= entry[judge.CLEARED]:
        return
    closed = made + days_until(c, plan.scales[2])
    revoked = plan.after[4] if entry[judge.TRUE] else plan.after[5]
    entry[judge.APPEALED], entry[judge.CLOSED] = made, closed
    if unit(d) < revoked:
        entry[judge.VERDICT] = judge.REVOKED
        row[_REVOKED] += closed < plan.days
    elif unit(d) < revoked + plan.after[6]:
        entry[judge.VERDICT] = judge.ALTERED
        entry[judge.CHANGED] = np.int64(np.round(entry[judge.MICRO] * plan.after[7] / 1000.0)) * 1000
    row[_APPEALS] += 1
    month_minutes(plan, row, made, plan.office[1])


@nb.njit(nogil=True)
def _chain(desk: Any, i: Any, who: Any, link: Any, belongs: Any) -> None:
    desk.entries[i, link] = -1
    if not belongs:
        return
    subject = desk.subject[who]
    if subject[HEAD] < 0:
        subject[HEAD] = i
    else:
        desk.entries[subject[TAIL], link] = i
    subject[TAIL] = i


@nb.njit(nogil=True)
def drain(plan: Any, book: Any, desk: Any, row: Any, before: Any) -> None:
    """Carry out all actions before the day *before*."""
    while desk.heap_count > 0 and desk.heap[0] >> 32 < before:
        item = _pop(desk)
        day, entry = item >> 32, desk.entries[item & 0xFFFFFFFF]
        if entry[judge.BITS] & PERSON_BIT:
            _settle(plan, book, desk, row, (entry[judge.PERSON], 0, day))
        if entry[judge.BITS] & UNIT_BIT:
            _settle(plan, book, desk, row, (desk.unit, 1, day))


@nb.njit(nogil=True)
def _settle(plan: Any, book: Any, desk: Any, row: Any, asked: Any) -> None:
    """Judge a subject on a day, once: (subject, 0 person or 1 unit, day)."""
    who, ledger, day = asked
    subject = desk.subject[who]
    if subject[SEEN] == day:
        return
    subject[SEEN] = day
    chain = (subject[HEAD], judge.NEXT_OF_UNIT if ledger else judge.NEXT_OF_PERSON)
    level, count, since, judged = judge.stand(book, desk.entries, chain, day, False)
    old, before, _, _ = judge.stand(book, desk.entries, chain, day - 1, False)
    _mark(desk, row, chain, (level, since, judged, day))
    if level > old:
        founded = judge.stand(book, desk.entries, chain, day, True)[0] >= level
        _warn(plan, book, desk, row, asked, (level, founded))
    for r in range(book.repeat_count):
        if count >= book.repeats[book.regime[judged + 1], r] > before:
            row[_ACCOUNTABLE[ledger]] += 1
            month_minutes(plan, row, day, plan.office[2])


@nb.njit(nogil=True)
def _mark(desk: Any, row: Any, chain: Any, standing: Any) -> None:
    """Mark true entries that count while a level is reached; count those upheld after their cycle was over."""
    level, since, judged, day = standing
    ledger = np.int64(chain[1] == judge.NEXT_OF_UNIT)
    i = chain[0]
    while i >= 0:
        entry = desk.entries[i]
        if entry[judge.TRUE] and judge.worth(entry, judged, day) > 0:
            if entry[judge.OCCURRED] >= since and level > 0 and not entry[judge.ANSWERED]:
                entry[judge.ANSWERED] = 1
                row[_ANSWERED] += 1
            elif entry[judge.OCCURRED] < since and entry[judge.VERIFIED] == day and (ledger == 0 or not entry[judge.BITS] & PERSON_BIT):
                row[_LATE] += 1
        i = entry[chain[1]]


@nb.njit(nogil=True)
def _warn(plan: Any, book: Any, desk: Any, row: Any, asked: Any, found: Any) -> None:
    who, ledger, day = asked
    level, founded = found
    at, month = plan.at[0] + desk.size * SIZES, plan.at[1] + plan.month[day] * MONTHS
    row[_WARNINGS[ledger]] += 1
    row[_LEVELS[ledger] + level - 1] += 1
    row[at + _SIZE_WARNINGS[ledger]] += 1
    row[month + _MONTH_WARNINGS] += 1
    row[month + _MONTH_MINUTES] += book.minutes[level - 1]
    if not founded:
        row[_UNFOUNDED[ledger]] += 1
        row[at + _SIZE_UNFOUNDED] += 1
    subject = desk.subject[who]
    if subject[WARNED] < 0:
        subject[WARNED] = day
        row[_SUBJECTS[ledger]] += 1
        if ledger:
            row[at + _SIZE_WARNED] += 1
            row[plan.at[3] + plan.month[day]] += 1
    if subject[FIRST] >= 0 and subject[AFTER_FIRST] < 0:
        subject[AFTER_FIRST] = day
    _deter(plan, desk, who, day, book.deters[level - 1])
    if not ledger:
        _deter(plan, desk, desk.unit, day, book.deters[level - 1] * book.colleagues[level - 1])


@nb.njit(nogil=True)
def awe_on(plan: Any, desk: Any, who: Any, day: Any) -> Any:
    """Return the share of conduct that deterrence keeps a subject from on *day*."""
    return desk.awe[who] * plan.decay[day - desk.subject[who, AWE_DAY]]


@nb.njit(nogil=True)
def _deter(plan: Any, desk: Any, who: Any, day: Any, much: Any) -> None:
    left = awe_on(plan, desk, who, day)
    desk.awe[who] = left + (1.0 - left) * much
    desk.subject[who, AWE_DAY] = day
