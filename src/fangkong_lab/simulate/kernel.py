"""Runs replications of a plan under policies, compiled: one row of figures each."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.errors import BadInput
from fangkong_lab.simulate.candidates import gather, put_in_order
from fangkong_lab.simulate.course import unit_course
from fangkong_lab.simulate.fate import foresee
from fangkong_lab.simulate.figures import BY_MONTH, PLACE, ByMonth, Figure, Layout
from fangkong_lab.simulate.plan import Plan
from fangkong_lab.simulate.records import BATCH, MAX_CANDIDATES, MAX_ROW, readable
from fangkong_lab.simulate.settle import desk_of

_MINUTES, _PEAK, _CONDUCT = PLACE[Figure.MINUTES], PLACE[Figure.PEAK], PLACE[Figure.CONDUCT]
_ANSWERED, _UNANSWERED = PLACE[Figure.ANSWERED], PLACE[Figure.UNANSWERED]
_MONTH_MINUTES, _MONTH_CONDUCT, _STEP = BY_MONTH.index(ByMonth.MINUTES), BY_MONTH.index(ByMonth.CONDUCT), len(BY_MONTH)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _replicate(plans: Any, people: Any, books: Any, desks: Any, first: Any, rows: Any) -> Any:
    """Add to *rows*, all zero, the replications from *first* on; return -1, or the unit that has too many candidates."""
    plan, desk, starts = plans[0], desks[0], people[0]
    units, head = len(starts) - 1, 0
    while head < units:
        tail = _batch_end(starts, head)
        for place in range(rows.shape[1]):
            desk.replication = first + place
            if _course(plan, people, books, desk, rows, (place, head, tail)):
                continue
            for each in range(head, tail):
                if not _course(plan, people, books, desk, rows, (place, each, each + 1)):
                    return each
        head = tail
    for arm in range(len(books)):
        for place in range(rows.shape[1]):
            _finish(plan, rows[arm, place], units)
    return -1


@nb.njit(nogil=True, error_model="numpy")
def _batch_end(starts: Any, head: Any) -> Any:
    """Return the unit after the last one that is simulated together with unit *head*."""
    tail = head + 1
    while tail < len(starts) - 1 and tail - head < BATCH and starts[tail + 1] - starts[head] <= BATCH:
        tail += 1
    return tail


@nb.njit(nogil=True, error_model="numpy")
def _course(plan: Any, people: Any, books: Any, desk: Any, rows: Any, what: Any) -> Any:
    """Simulate some units under every policy and add to *rows*; False: too many candidates.

    *what*: place of the replication in *rows*, first unit, unit after the last one.
    """
    starts, sizes, kinds, long_from = people
    place, head, tail = what
    desk.origin = starts[head]
    for unit in range(head, tail):
        for person in range(starts[unit], starts[unit + 1]):
            desk.unit_of[person - desk.origin] = unit - head
    count = gather(plan, kinds, desk, starts[tail])
    if count < 0:
        return False
    for at in range(rows.shape[2]):
        desk.common[at] = 0
    put_in_order(desk, foresee(plan, long_from, desk, count), tail - head)
    for arm in range(len(books)):
        for at in range(rows.shape[2]):
            desk.row[at] = desk.common[at]
        for unit in range(head, tail):
            desk.first, desk.size_class = starts[unit], sizes[unit]
            desk.unit = starts[unit + 1] - starts[unit]
            part = (np.int64(desk.starts[unit - head]), np.int64(desk.starts[unit - head + 1]))
            unit_course(plan, books[arm], desk, part)
        for at in range(rows.shape[2]):
            rows[arm, place, at] += desk.row[at]
    return True


@nb.njit(nogil=True, error_model="numpy")
def _finish(plan: Any, row: Any, units: Any) -> None:
    """Fill in what follows from the rest: sums of months, standing work, units never warned, unanswered conduct."""
    most = np.int64(0)
    for month in range(plan.months):
        at = plan.at[1] + month * _STEP
        row[at + _MONTH_MINUTES] += units * plan.office[0]
        row[_MINUTES] += row[at + _MONTH_MINUTES]
        row[_CONDUCT] += row[at + _MONTH_CONDUCT]
        most = max(most, row[at + _MONTH_MINUTES])
    row[_PEAK] = most
    row[_UNANSWERED] = row[_CONDUCT] - row[_ANSWERED]
    warned = np.int64(0)
    for month in range(plan.months):
        warned += row[plan.at[3] + month]
    row[plan.at[3] + plan.months] = units - warned


def replicate(plan: Plan, books: np.ndarray, layout: Layout, first: int, count: int) -> np.ndarray:
    """Return the figures of replications *first* to *first* + *count* − 1: int64, policies × count × width.

    A row depends on its policy and its replication's number only, not on the others or on how they are divided. Raises
    `BadInput` where one unit has more than 65,000 candidate events, or a row is longer than the kernel's desk.
    """
    if layout.width > MAX_ROW:
        raise BadInput(f"每次重复要记 {layout.width} 个数，至多 {MAX_ROW} 个", where="size_edges", mend="减少单位大小的分界")
    rows = np.zeros((len(books), count, layout.width), np.int64)
    people = (plan.starts, plan.size, plan.kind, plan.long_from)
    desk = desk_of(int(np.diff(plan.starts).max(initial=0)))
    unit = _replicate(readable(plan.record), people, readable(books), readable(desk), np.int64(first), rows)
    if unit >= 0:
        raise BadInput(f"第 {unit + 1} 个单位的备选事件多于 {MAX_CANDIDATES} 件", mend="把大单位拆成内设机构，或核对发生率")
    return rows
