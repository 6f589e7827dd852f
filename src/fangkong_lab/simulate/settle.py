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
_ALL, _TRUE = np.int64(0), np.int64(1)
"""Typed, not written out as False and True: else the compiler makes a copy of the judge for each."""
AWE_DAY, HEAD, TAIL, SEEN, FIRST, WARNED, AFTER_FIRST, DISPUTED = 0, 1, 2, 3, 4, 5, 6, 7
"""Columns of a subject: day of its deterrence; first and last entry; last day judged; day of the first conduct, of the first
warning, and of the first warning after conduct (-1: none); whether an entry is appealed against (-1: no)."""


def desk_of(most: int) -> np.ndarray:
    """Return an empty desk for units of at most *most* persons, as the only record of an array."""
    desk = np.zeros(1, DESK)
    desk[0]["subject"][:most + 1, HEAD:] = -1
    return desk


@nb.njit(nogil=True, error_model="numpy")
def clear_subject(desk: Any, who: Any) -> None:
    """Forget a subject."""
    desk.awe[who] = 0.0
    desk.subject[who, AWE_DAY] = 0
    for column in range(HEAD, SUBJECT_COLUMNS):
        desk.subject[who, column] = -1


@nb.njit(nogil=True, error_model="numpy")
def touch(desk: Any, who: Any) -> None:
    """Note that a subject is to be cleared at the end; more than once does no harm."""
    desk.touched[desk.touched_count] = who
    desk.touched_count += 1


@nb.njit(nogil=True, error_model="numpy")
def month_minutes(plan: Any, desk: Any, day: Any, minutes: Any) -> None:
    """Add office minutes to the month of *day*."""
    desk.row[plan.at[1] + plan.month[day] * MONTHS + _MONTH_MINUTES] += minutes


@nb.njit(nogil=True, error_model="numpy")
def _push(desk: Any, day: Any, entry: Any) -> None:
    heap, i = desk.heap, desk.heap_count
    item = (day << 32) | entry
    while i > 0 and heap[(i - 1) >> 1] > item:
        heap[i] = heap[(i - 1) >> 1]
        i = (i - 1) >> 1
    heap[i] = item
    desk.heap_count += 1


@nb.njit(nogil=True, error_model="numpy")
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


@nb.njit(nogil=True, error_model="numpy")
def enter(plan: Any, book: Any, desk: Any, i: Any) -> None:
    """Enter the upheld event of candidate *i* in the ledgers; draw what follows: concealment, 容错, clearing, appeal."""
    kind, verified, channel, true = desk.act[i], desk.verified[i], desk.channel[i], desk.true[i]
    day, who = np.int64(desk.time[i]), desk.origin + desk.whose[i] - desk.first
    a, b, c, d = draw(plan.key, desk.first + who, desk.replication, AFTER, desk.which[i])
    concealed, exempted = true and unit(a) < plan.after[0], true and unit(b) < plan.after[1]
    desk.row[_EXEMPTED] += exempted
    flags = (desk.kind[i] & 1) | (plan.own[channel] & true) << 1 | concealed << 2 | exempted << 3
    micro = book.points[book.dawn[day + 1], kind, flags]
    bits = plan.entered[kind] & book.ledgers
    if micro <= 0 or bits == 0:
        return
    cleared = judge.NEVER
    if not true and unit(c) < plan.after[2]:
        cleared = verified + days_until(d, plan.scales[0])
        desk.row[_CLEARED] += cleared < plan.days
    at = desk.entry_count
    desk.entry_count += 1
    entries = desk.entries
    entries[at, judge.OCCURRED], entries[at, judge.VERIFIED], entries[at, judge.MICRO] = day, verified, micro
    entries[at, judge.CLEARED], entries[at, judge.TRUE], entries[at, judge.ANSWERED] = cleared, true, 0
    entries[at, judge.PERSON], entries[at, judge.BITS] = who, bits
    _appeal(plan, desk, i, at)
    _chain(desk, at, who, judge.NEXT_OF_PERSON, bits & PERSON_BIT)
    _chain(desk, at, desk.unit, judge.NEXT_OF_UNIT, bits & UNIT_BIT)
    for moment in (verified, entries[at, judge.CLOSED], cleared):
        if moment < plan.days:
            _push(desk, moment, at)


@nb.njit(nogil=True, error_model="numpy")
def _appeal(plan: Any, desk: Any, i: Any, at: Any) -> None:
    """Decide whether and how the entry *at*, of candidate *i*, is appealed against."""
    entries = desk.entries
    entries[at, judge.APPEALED], entries[at, judge.CLOSED] = judge.NEVER, judge.NEVER
    entries[at, judge.VERDICT], entries[at, judge.CHANGED] = judge.STANDS, 0
    a, b, c, d = draw(plan.key, desk.origin + desk.whose[i], desk.replication, APPEAL, desk.which[i])
    if unit(a) >= plan.after[3]:
        return
    made = entries[at, judge.VERIFIED] + days_until(b, plan.scales[1])
    if made >= plan.days or made >= entries[at, judge.CLEARED]:
        return
    closed = made + days_until(c, plan.scales[2])
    revoked = plan.after[4] if entries[at, judge.TRUE] else plan.after[5]
    entries[at, judge.APPEALED], entries[at, judge.CLOSED] = made, closed
    if unit(d) < revoked:
        entries[at, judge.VERDICT] = judge.REVOKED
        desk.row[_REVOKED] += closed < plan.days
    elif unit(d) < revoked + plan.after[6]:
        entries[at, judge.VERDICT] = judge.ALTERED
        entries[at, judge.CHANGED] = np.int64(np.round(entries[at, judge.MICRO] * plan.after[7] / 1000.0)) * 1000
    desk.row[_APPEALS] += 1
    month_minutes(plan, desk, made, plan.office[1])


@nb.njit(nogil=True, error_model="numpy")
def _chain(desk: Any, i: Any, who: Any, link: Any, belongs: Any) -> None:
    """Put entry *i* at the end of a subject's chain."""
    desk.entries[i, link] = -1
    if not belongs:
        return
    if desk.subject[who, HEAD] < 0:
        desk.subject[who, HEAD] = i
        touch(desk, who)
    else:
        desk.entries[desk.subject[who, TAIL], link] = i
    desk.subject[who, TAIL] = i
    if desk.entries[i, judge.APPEALED] != judge.NEVER:
        desk.subject[who, DISPUTED] = 1


@nb.njit(nogil=True, error_model="numpy")
def drain(plan: Any, book: Any, desk: Any, before: Any) -> None:
    """Carry out all actions before the day *before*."""
    while desk.heap_count > 0 and desk.heap[0] >> 32 < before:
        item = _pop(desk)
        day, entry = item >> 32, item & 0xFFFFFFFF
        bits = desk.entries[entry, judge.BITS]
        if bits & PERSON_BIT:
            _settle(plan, book, desk, (desk.entries[entry, judge.PERSON], np.int64(0), day))
        if bits & UNIT_BIT:
            _settle(plan, book, desk, (desk.unit, np.int64(1), day))


@nb.njit(nogil=True, error_model="numpy")
def _settle(plan: Any, book: Any, desk: Any, asked: Any) -> None:
    """Judge a subject on a day, once: (subject, 0 person or 1 unit, day)."""
    who, ledger, day = asked
    if desk.subject[who, SEEN] == day:
        return
    desk.subject[who, SEEN] = day
    chain = (desk.subject[who, HEAD], judge.NEXT_OF_UNIT if ledger else judge.NEXT_OF_PERSON, desk.subject[who, DISPUTED])
    level, count, since, judged = judge.stand(book, desk, chain, day, _ALL)
    old, before, _, _ = judge.stand(book, desk, chain, day - 1, _ALL)
    _mark(desk, chain, (level, since, judged, day))
    if level > old:
        founded = judge.stand(book, desk, chain, day, _TRUE)[0] >= level
        _warn(plan, book, desk, asked, (level, founded))
    for r in range(book.repeat_count):
        if count >= book.repeats[book.regime[judged + 1], r] > before:
            desk.row[_ACCOUNTABLE[ledger]] += 1
            month_minutes(plan, desk, day, plan.office[2])


@nb.njit(nogil=True, error_model="numpy")
def _mark(desk: Any, chain: Any, standing: Any) -> None:
    """Mark true entries that count while a level is reached; count those upheld after their cycle was over."""
    level, since, judged, day = standing
    ledger, entries = np.int64(chain[1] == judge.NEXT_OF_UNIT), desk.entries
    i = chain[0]
    while i >= 0:
        if entries[i, judge.TRUE] and judge.worth(desk, i, judged, day) > 0:
            if entries[i, judge.OCCURRED] < since:
                late = entries[i, judge.VERIFIED] == day and (ledger == 0 or not entries[i, judge.BITS] & PERSON_BIT)
                desk.row[_LATE] += late
            elif level > 0 and not entries[i, judge.ANSWERED]:
                entries[i, judge.ANSWERED] = 1
                desk.row[_ANSWERED] += 1
        i = entries[i, chain[1]]


@nb.njit(nogil=True, error_model="numpy")
def _warn(plan: Any, book: Any, desk: Any, asked: Any, found: Any) -> None:
    who, ledger, day = asked
    level, founded = found
    at, month = plan.at[0] + desk.size_class * SIZES, plan.at[1] + plan.month[day] * MONTHS
    desk.row[_WARNINGS[ledger]] += 1
    desk.row[_LEVELS[ledger] + level - 1] += 1
    desk.row[at + _SIZE_WARNINGS[ledger]] += 1
    desk.row[month + _MONTH_WARNINGS] += 1
    desk.row[month + _MONTH_MINUTES] += book.minutes[level - 1]
    if not founded:
        desk.row[_UNFOUNDED[ledger]] += 1
        desk.row[at + _SIZE_UNFOUNDED] += 1
    subject = desk.subject
    if subject[who, WARNED] < 0:
        subject[who, WARNED] = day
        desk.row[_SUBJECTS[ledger]] += 1
        if ledger:
            desk.row[at + _SIZE_WARNED] += 1
            desk.row[plan.at[3] + plan.month[day]] += 1
    if subject[who, FIRST] >= 0 and subject[who, AFTER_FIRST] < 0:
        subject[who, AFTER_FIRST] = day
    _deter(plan, desk, who, day, book.deters[level - 1])
    if not ledger:
        _deter(plan, desk, desk.unit, day, book.deters[level - 1] * book.colleagues[level - 1])


@nb.njit(nogil=True, error_model="numpy")
def awe_on(plan: Any, desk: Any, who: Any, day: Any) -> Any:
    """Return the share of conduct that deterrence keeps a subject from on *day*."""
    return desk.awe[who] * plan.decay[day - desk.subject[who, AWE_DAY]]


@nb.njit(nogil=True, error_model="numpy")
def _deter(plan: Any, desk: Any, who: Any, day: Any, much: Any) -> None:
    left = awe_on(plan, desk, who, day)
    desk.awe[who] = left + (1.0 - left) * much
    desk.subject[who, AWE_DAY] = day
