"""The course of one unit in one replication: candidates by thinning, conduct, reports, and what the policy does."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.simulate.draws import CANDIDATE, CHANCE, FIND, days_until, draw, unit, unit53
from fangkong_lab.simulate.figures import BY_MONTH, BY_SIZE, PLACE, ByMonth, BySize, Figure
from fangkong_lab.simulate.judge import NEVER
from fangkong_lab.simulate.records import MAX_CANDIDATES
from fangkong_lab.simulate.settle import (
    AFTER_FIRST,
    FIRST,
    MONTHS,
    SIZES,
    awe_on,
    clear_subject,
    drain,
    enter,
    month_minutes,
)

_CONDUCT, _FOUND, _UPHELD, _ACTED = (PLACE[f] for f in (Figure.CONDUCT, Figure.FOUND, Figure.UPHELD, Figure.PERSONS_ACTED))
_REPORTS, _WRONGLY, _DETERRED, _HARM = (
    PLACE[f] for f in (Figure.REPORTS_UNFOUNDED, Figure.WRONGLY, Figure.DETERRED, Figure.HARM))
_SIZE_CONDUCT, _SIZE_UPHELD = BY_SIZE.index(BySize.CONDUCT), BY_SIZE.index(BySize.UPHELD)
_MONTH_CONDUCT, _MONTH_REPORTS = BY_MONTH.index(ByMonth.CONDUCT), BY_MONTH.index(ByMonth.REPORTS)


@nb.njit(nogil=True)
def gather(plan: Any, people: Any, desk: Any, last: Any) -> Any:
    """Put the candidates of the persons from ``desk.first`` to *last* on the desk; return their number, -1: too many.

    Gaps between a person's candidates are exponential at the upper bound of all rates (thinning: Lewis & Shedler 1979).
    """
    kinds, long_from = people
    size, days, replication = np.int64(0), np.float64(plan.days), desk.replication
    for person in range(desk.first, last):
        kind = kinds[person]
        a, b, c, d = draw(plan.key, person, replication, CANDIDATE, 0)
        gap = unit53(a, b)
        if gap < plan.silent[kind]:
            continue
        bound, turn, time = plan.bound[kind], 0, 0.0
        while True:
            time += -np.log(gap) / bound
            if not time < days:
                break
            if size == MAX_CANDIDATES:
                return np.int64(-1)
            desk.time[size], desk.mark[size], desk.accept[size], desk.turn[size] = time, unit(c), unit(d), turn
            desk.who[size], desk.kind[size], desk.long_from[size] = person - desk.first, kind, long_from[person]
            size += 1
            turn += 1
            a, b, c, d = draw(plan.key, person, replication, CANDIDATE, turn)
            gap = unit53(a, b)
    return size


@nb.njit(nogil=True)
def _later(time: Any, one: Any, other: Any) -> Any:
    return time[one] > time[other] or (time[one] == time[other] and one > other)


@nb.njit(nogil=True)
def put_in_order(desk: Any, size: Any) -> None:
    """Set ``desk.order`` to the places of the candidates from early to late (Shell 1959); ties keep their order."""
    time, order, gap = desk.time, desk.order, 1
    for i in range(size):
        order[i] = i
    while gap < size // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, size):
            held, j = order[i], i
            while j >= gap and _later(time, order[j - gap], held):
                order[j] = order[j - gap]
                j -= gap
            order[j] = held
        gap //= 3


@nb.njit(nogil=True)
def unit_course(plan: Any, people: Any, book: Any, desk: Any, row: Any, last: Any) -> Any:
    """Simulate the unit that the desk is set for under the policy *book* and add to *row*; False: too many candidates."""
    size = gather(plan, people, desk, last)
    if size <= 0:
        return size == 0
    desk.entry_count = desk.heap_count = 0
    put_in_order(desk, size)
    for place in range(size):
        i = desk.order[place]
        drain(plan, book, desk, row, np.int64(desk.time[i]))
        _happen(plan, book, desk, row, i)
    drain(plan, book, desk, row, plan.days)
    _close(plan, desk, row, size)
    return True


@nb.njit(nogil=True)
def _close(plan: Any, desk: Any, row: Any, size: Any) -> None:
    """Count the waits, and leave the desk clean."""
    for i in range(size):
        who = desk.who[i]
        first, warned = desk.subject[who, FIRST], desk.subject[who, AFTER_FIRST]
        if first >= 0:
            row[_ACTED] += 1
            row[plan.at[2] + (plan.months if warned < 0 else plan.month[warned] - plan.month[first])] += 1
        clear_subject(desk, who)
    clear_subject(desk, desk.unit)


@nb.njit(nogil=True)
def _happen(plan: Any, book: Any, desk: Any, row: Any, i: Any) -> None:
    """Decide what candidate *i* is: conduct, conduct that does not come about, or an unfounded report."""
    cell, last = 0, plan.kinds + plan.channels - 1
    while cell < last and desk.mark[i] >= plan.marks[desk.kind[i], cell]:
        cell += 1
    if cell >= plan.kinds:
        _accuse(plan, book, desk, row, (i, cell - plan.kinds))
        return
    day, who = np.int64(desk.time[i]), desk.who[i]
    ease = plan.ease[np.int64(day >= desk.long_from[i])]
    if desk.accept[i] >= ease:
        return
    if desk.accept[i] >= ease * (1.0 - awe_on(plan, desk, who, day)) * (1.0 - awe_on(plan, desk, desk.unit, day)):
        row[_DETERRED] += 1
        return
    row[_CONDUCT] += 1
    row[_HARM] += plan.harm[cell]
    row[plan.at[0] + desk.size * SIZES + _SIZE_CONDUCT] += 1
    row[plan.at[1] + plan.month[day] * MONTHS + _MONTH_CONDUCT] += 1
    if desk.subject[who, FIRST] < 0:
        desk.subject[who, FIRST] = day
    _come_to_light(plan, book, desk, row, (i, cell))


@nb.njit(nogil=True)
def _come_to_light(plan: Any, book: Any, desk: Any, row: Any, what: Any) -> None:
    """Let every channel look; the first one to find reports, and the report is verified."""
    i, kind = what
    day, best, channel = np.int64(desk.time[i]), NEVER, 0
    c, d, sole, person = np.uint64(0), np.uint64(0), (desk.kind[i] >> 1) & 1, desk.first + desk.who[i]
    chances = (c, c, c, c)
    for each in range(plan.channels):
        if each % 4 == 0:
            chances = draw(plan.key, person, desk.replication, CHANCE + each // 4, desk.turn[i])
        if unit(chances[each % 4]) < plan.finds[sole, each]:
            _, delay, verify, outcome = draw(plan.key, person, desk.replication, FIND + each, desk.turn[i])
            moment = day + days_until(delay, plan.delay[each])
            if moment < best:
                best, channel, c, d = moment, each, verify, outcome
    if best >= plan.days:
        return
    row[_FOUND] += 1
    _receive(plan, row, best, channel)
    verified = best + days_until(c, plan.verify[channel])
    if verified >= plan.days or unit(d) >= plan.upheld[channel]:
        return
    row[_UPHELD] += 1
    row[plan.at[0] + desk.size * SIZES + _SIZE_UPHELD] += 1
    enter(plan, book, desk, row, i, (kind, verified, channel, 1))


@nb.njit(nogil=True)
def _accuse(plan: Any, book: Any, desk: Any, row: Any, what: Any) -> None:
    """A report without foundation; it may be upheld by mistake."""
    i, channel = what
    day = np.int64(desk.time[i])
    _, _, verify, outcome = draw(plan.key, desk.first + desk.who[i], desk.replication, FIND + channel, desk.turn[i])
    row[_REPORTS] += 1
    _receive(plan, row, day, channel)
    verified = day + days_until(verify, plan.verify[channel])
    if verified >= plan.days or unit(outcome) >= plan.wrongly[channel]:
        return
    row[_WRONGLY] += 1
    kind = 0
    while kind < plan.kinds - 1 and desk.accept[i] >= plan.alleged[kind]:
        kind += 1
    enter(plan, book, desk, row, i, (kind, verified, channel, 0))


@nb.njit(nogil=True)
def _receive(plan: Any, row: Any, day: Any, channel: Any) -> None:
    row[plan.at[1] + plan.month[day] * MONTHS + _MONTH_REPORTS] += 1
    month_minutes(plan, row, day, plan.effort[channel])
