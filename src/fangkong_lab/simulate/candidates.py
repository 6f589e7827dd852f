"""The candidate events of a batch of neighbouring units in one replication: when, whose, and what they would be.

Nothing here depends on a policy, so that all policies share it.
"""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.simulate.draws import CANDIDATE, draw_asked, draw_first, halves, unit, unit53
from fangkong_lab.simulate.records import MAX_CANDIDATES

_FEW = 48
"""Candidates of a unit that are sorted by counting."""


@nb.njit(nogil=True, error_model="numpy")
def gather(plan: Any, kinds: Any, desk: Any, last: Any) -> Any:
    """Put the candidates of the persons from ``desk.origin`` to *last* on the desk; return their number, -1: too many.

    Gaps between a person's candidates are exponential at the upper bound of all rates (thinning: Lewis & Shedler 1979).
    All persons' first draws are made together, then the second ones of those who had a first candidate, and so on.
    """
    asked, size, turn = _first_draws(plan, kinds, desk, last), np.int64(0), 0
    while asked > 0:
        asked, size = _step(plan, kinds, desk, turn, (asked, size))
        if size > MAX_CANDIDATES:
            return np.int64(-1)
        turn += 1
        for i in range(asked):
            desk.turn[i] = turn
        draw_asked(plan.key, desk, asked)
    return size


@nb.njit(nogil=True, error_model="numpy")
def _first_draws(plan: Any, kinds: Any, desk: Any, last: Any) -> Any:
    """Draw everybody's first gap; keep those who have a candidate at all at the head of the list, return their number."""
    base = desk.origin
    draw_first(plan.key, desk, last - base)
    kept = np.int64(0)
    for i in range(last - base):
        pair = desk.ab[i]
        desk.purpose[i] = CANDIDATE
        desk.person[kept], desk.ab[kept], desk.cd[kept], desk.clock[kept] = base + i, pair, desk.cd[i], 0.0
        kept += unit53(*halves(pair)) >= plan.silent[kinds[base + i]]
    return kept


@nb.njit(nogil=True, error_model="numpy")
def _step(plan: Any, kinds: Any, desk: Any, turn: Any, counts: Any) -> Any:
    """Turn the gaps drawn into candidates; return (persons who may have another one, candidates).

    Written without branches: every place is filled, and counted only where the time is within the period.
    """
    asked, size = counts
    kept, days = np.int64(0), np.float64(plan.days)
    for i in range(asked):
        person = np.int64(desk.person[i])
        kind = kinds[person]
        time = desk.clock[i] - math.log(unit53(*halves(desk.ab[i]))) / plan.bound[kind]
        c, d = halves(desk.cd[i])
        desk.time[size], desk.mark[size], desk.accept[size] = time, unit(c), unit(d)
        desk.whose[size], desk.which[size], desk.kind[size] = person - desk.origin, turn, kind
        desk.person[kept], desk.clock[kept] = person, time
        within = np.int64(time < days)
        kept += within
        size += within
    return kept, size


@nb.njit(nogil=True, error_model="numpy")
def put_in_order(desk: Any, chosen: Any, units: Any) -> None:
    """Set ``desk.order`` to the first *chosen* places of ``desk.chosen``, by unit, from early to late, and ``desk.starts``."""
    starts, order = desk.starts, desk.order
    for unit_ in range(units + 1):
        starts[unit_] = 0
    for j in range(chosen):
        starts[desk.unit_of[desk.whose[desk.chosen[j]]]] += 1
    for unit_ in range(1, units + 1):
        starts[unit_] += starts[unit_ - 1]
    for j in range(chosen - 1, -1, -1):
        i = desk.chosen[j]
        of = desk.unit_of[desk.whose[i]]
        starts[of] -= 1
        order[starts[of]], desk.clock[starts[of]] = i, desk.time[i]
    for unit_ in range(units):
        start, stop = np.int64(starts[unit_]), np.int64(starts[unit_ + 1])
        if stop - start <= _FEW:
            _rank(desk, start, stop)
        else:
            _sort(desk, start, stop)


@nb.njit(nogil=True, error_model="numpy")
def _rank(desk: Any, start: Any, stop: Any) -> None:
    """Sort a short part of ``desk.order`` by counting for each how many are earlier: no branches to be guessed wrong."""
    clock, order, held = desk.clock, desk.order, desk.about
    for i in range(stop - start):
        held[i] = order[start + i]
    for i in range(start, stop):
        time, place = clock[i], start
        for j in range(start, i):
            place += clock[j] <= time
        for j in range(i + 1, stop):
            place += clock[j] < time
        order[place] = held[i - start]


@nb.njit(nogil=True, error_model="numpy")
def _sort(desk: Any, start: Any, stop: Any) -> None:
    """Sort a part of ``desk.order`` (Shell 1959); at the same time, the earlier place first."""
    order, time, gap = desk.order, desk.time, 1
    while gap < (stop - start) // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(start + gap, stop):
            held, j = order[i], i
            while j >= start + gap and time[order[j - gap]] > time[held]:
                order[j] = order[j - gap]
                j -= gap
            order[j] = held
        gap //= 3
