"""The course of one unit in one replication under one policy: conduct, reports, and what the policy does."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.simulate.figures import BY_MONTH, BY_SIZE, PLACE, ByMonth, BySize, Figure
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
    touch,
)

_FOUND, _UPHELD, _ACTED = PLACE[Figure.FOUND], PLACE[Figure.UPHELD], PLACE[Figure.PERSONS_ACTED]
_DETERRED, _HARM = PLACE[Figure.DETERRED], PLACE[Figure.HARM]
_SIZE_CONDUCT, _SIZE_UPHELD = BY_SIZE.index(BySize.CONDUCT), BY_SIZE.index(BySize.UPHELD)
_MONTH_CONDUCT, _MONTH_REPORTS = BY_MONTH.index(ByMonth.CONDUCT), BY_MONTH.index(ByMonth.REPORTS)


@nb.njit(nogil=True, error_model="numpy")
def unit_course(plan: Any, book: Any, desk: Any, part: Any) -> None:
    """Simulate the unit that the desk is set for, whose candidates are *part* of its order, under *book*; add to ``desk.row``."""
    start, stop = part
    if start == stop:
        return
    desk.entry_count = desk.heap_count = desk.touched_count = 0
    for place in range(start, stop):
        i = desk.order[place]
        drain(plan, book, desk, np.int64(desk.time[i]))
        if desk.true[i]:
            _conduct(plan, book, desk, i)
        else:
            enter(plan, book, desk, i)
    drain(plan, book, desk, plan.days)
    _close(plan, desk)


@nb.njit(nogil=True, error_model="numpy")
def _close(plan: Any, desk: Any) -> None:
    """Count the waits, and leave the desk clean."""
    for place in range(desk.touched_count):
        who = desk.touched[place]
        first, warned = desk.subject[who, FIRST], desk.subject[who, AFTER_FIRST]
        if first >= 0:
            desk.row[_ACTED] += 1
            desk.row[plan.at[2] + (plan.months if warned < 0 else plan.month[warned] - plan.month[first])] += 1
        clear_subject(desk, who)
    clear_subject(desk, desk.unit)


@nb.njit(nogil=True, error_model="numpy")
def _conduct(plan: Any, book: Any, desk: Any, i: Any) -> None:
    """Let candidate *i* happen, if deterrence does not keep the person from it."""
    day, who = np.int64(desk.time[i]), desk.origin + desk.whose[i] - desk.first
    if desk.accept[i] >= desk.ease[i] * (1.0 - awe_on(plan, desk, who, day)) * (1.0 - awe_on(plan, desk, desk.unit, day)):
        desk.row[_DETERRED] += 1
        return
    desk.row[_HARM] += plan.harm[desk.act[i]]
    desk.row[plan.at[0] + desk.size_class * SIZES + _SIZE_CONDUCT] += 1
    desk.row[plan.at[1] + plan.month[day] * MONTHS + _MONTH_CONDUCT] += 1
    if desk.subject[who, FIRST] < 0:
        desk.subject[who, FIRST] = day
        touch(desk, who)
    if desk.met[i] < plan.days:
        _come_to_light(plan, book, desk, i)


@nb.njit(nogil=True, error_model="numpy")
def _come_to_light(plan: Any, book: Any, desk: Any, i: Any) -> None:
    """Count conduct that was found, and enter it where it is upheld."""
    desk.row[_FOUND] += 1
    day = desk.met[i]
    desk.row[plan.at[1] + plan.month[day] * MONTHS + _MONTH_REPORTS] += 1
    month_minutes(plan, desk, day, plan.effort[desk.channel[i]])
    if desk.verified[i] < plan.days:
        desk.row[_UPHELD] += 1
        desk.row[plan.at[0] + desk.size_class * SIZES + _SIZE_UPHELD] += 1
        enter(plan, book, desk, i)
