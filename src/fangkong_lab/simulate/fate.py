"""What becomes of candidate events if they happen: which channel finds them, when, and whether they are upheld.

Nothing here depends on a policy, so that all policies share it.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.simulate.draws import CHANCE, FIND, days_until, draw_asked, halves, unit
from fangkong_lab.simulate.figures import BY_MONTH, PLACE, ByMonth, Figure
from fangkong_lab.simulate.judge import NEVER

_REPORTS, _WRONGLY = PLACE[Figure.REPORTS_UNFOUNDED], PLACE[Figure.WRONGLY]
_MONTHS, _MONTH_REPORTS, _MONTH_MINUTES = len(BY_MONTH), BY_MONTH.index(ByMonth.REPORTS), BY_MONTH.index(ByMonth.MINUTES)
_GROUP = 4
"""Channels whose chances come from one draw, a word each."""


@nb.njit(nogil=True, error_model="numpy")
def foresee(plan: Any, long_from: Any, desk: Any, size: Any) -> Any:
    """Fill in the fate of the first *size* candidates; return how many of them policies have to do with.

    Those are put in ``desk.chosen``: conduct, and reports without foundation that are upheld. The other reports are counted
    in ``desk.common``.
    """
    conduct, rumours = _tell_apart(plan, long_from, desk, size)
    for first in range(0, plan.channels, _GROUP):
        _look(plan, desk, conduct, (first, min(first + _GROUP, plan.channels)))
    for j in range(conduct):
        _verify(plan, desk, desk.chosen[j], plan.upheld)
    return _accuse(plan, desk, rumours, conduct)


@nb.njit(nogil=True, error_model="numpy")
def _tell_apart(plan: Any, long_from: Any, desk: Any, size: Any) -> Any:
    """Put conduct (less what tenure leaves out) in ``desk.chosen``, reports without foundation in ``desk.rumours``."""
    conduct, rumours, last = np.int64(0), np.int64(0), plan.kinds + plan.channels - 1
    for i in range(size):
        kind, mark = desk.kind[i], desk.mark[i]
        cell = 0
        for place in range(last):
            cell += mark >= plan.marks[kind, place]
        ease = plan.ease[np.int64(np.int64(desk.time[i]) >= long_from[desk.origin + desk.whose[i]])]
        desk.act[i], desk.ease[i], desk.met[i], desk.verified[i], true = cell, ease, NEVER, NEVER, cell < plan.kinds
        desk.true[i] = true
        desk.chosen[conduct], desk.rumours[rumours] = i, i
        conduct += true & (desk.accept[i] < ease)
        rumours += not true
    return conduct, rumours


@nb.njit(nogil=True, error_model="numpy")
def _ask(desk: Any, at: Any, i: Any, purpose: Any) -> None:
    """Ask for a draw about candidate *i*."""
    desk.person[at], desk.turn[at], desk.purpose[at] = desk.origin + desk.whose[i], desk.which[i], purpose


@nb.njit(nogil=True, error_model="numpy")
def _look(plan: Any, desk: Any, conduct: Any, group: Any) -> None:
    """Let a group of channels look at the chosen conduct; the first one of all to find reports."""
    for j in range(conduct):
        _ask(desk, j, desk.chosen[j], CHANCE + group[0] // _GROUP)
    draw_asked(plan.key, desk, conduct)
    found = np.int64(0)
    for j in range(conduct):
        i = desk.chosen[j]
        sole = (desk.kind[i] >> 1) & 1
        words = (*halves(desk.ab[j]), *halves(desk.cd[j]))
        for channel in range(group[0], group[1]):
            desk.about[found], desk.by[found] = i, channel
            found += words[channel - group[0]] < plan.finds_below[sole, channel]
    for j in range(found):
        _ask(desk, j, desk.about[j], FIND + desk.by[j])
    draw_asked(plan.key, desk, found)
    for j in range(found):
        i, channel = desk.about[j], desk.by[j]
        moment = np.int64(desk.time[i]) + days_until(halves(desk.ab[j])[1], plan.delay[channel])
        if moment < desk.met[i]:
            desk.met[i], desk.channel[i], desk.sealed[i] = moment, channel, desk.cd[j]


@nb.njit(nogil=True, error_model="numpy")
def _accuse(plan: Any, desk: Any, rumours: Any, chosen: Any) -> Any:
    """Count reports without foundation; choose those that are upheld by mistake, and the kind of conduct alleged."""
    for j in range(rumours):
        i = desk.rumours[j]
        desk.channel[i] = desk.act[i] - plan.kinds
        _ask(desk, j, i, FIND + desk.channel[i])
    draw_asked(plan.key, desk, rumours)
    for j in range(rumours):
        i = desk.rumours[j]
        day, channel = np.int64(desk.time[i]), desk.channel[i]
        desk.met[i], desk.sealed[i] = day, desk.cd[j]
        month = plan.at[1] + plan.month[day] * _MONTHS
        desk.common[_REPORTS] += 1
        desk.common[month + _MONTH_REPORTS] += 1
        desk.common[month + _MONTH_MINUTES] += plan.effort[channel]
        _verify(plan, desk, i, plan.wrongly)
        if desk.verified[i] < plan.days:
            desk.common[_WRONGLY] += 1
            desk.act[i] = _alleged(plan, desk.accept[i])
            desk.chosen[chosen] = i
            chosen += 1
    return chosen


@nb.njit(nogil=True, error_model="numpy")
def _alleged(plan: Any, share: Any) -> Any:
    """Return the kind of conduct alleged."""
    kind = 0
    while kind < plan.kinds - 1 and share >= plan.alleged[kind]:
        kind += 1
    return kind


@nb.njit(nogil=True, error_model="numpy")
def _verify(plan: Any, desk: Any, i: Any, chances: Any) -> None:
    """Set the day on which a report of this candidate is upheld, where it is, within the period."""
    if desk.met[i] >= plan.days:
        return
    wait, outcome = halves(desk.sealed[i])
    day = desk.met[i] + days_until(wait, plan.verify[desk.channel[i]])
    if day < plan.days and unit(outcome) < chances[desk.channel[i]]:
        desk.verified[i] = day
