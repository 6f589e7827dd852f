"""Runs replications of a plan under a policy, compiled: one row of figures each."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.errors import BadInput
from fangkong_lab.simulate.course import unit_course
from fangkong_lab.simulate.figures import BY_MONTH, PLACE, ByMonth, Figure, Layout
from fangkong_lab.simulate.plan import Plan
from fangkong_lab.simulate.records import MAX_CANDIDATES
from fangkong_lab.simulate.settle import desk_of

_MINUTES, _PEAK, _CONDUCT = PLACE[Figure.MINUTES], PLACE[Figure.PEAK], PLACE[Figure.CONDUCT]
_ANSWERED, _UNANSWERED = PLACE[Figure.ANSWERED], PLACE[Figure.UNANSWERED]
_MONTH_MINUTES, _STEP = BY_MONTH.index(ByMonth.MINUTES), len(BY_MONTH)


@nb.njit(cache=True, nogil=True)
def _replicate(plans: Any, people: Any, books: Any, desks: Any, first: Any, rows: Any) -> Any:
    """Fill *rows* with the replications from *first* on; return -1, or the unit that has too many candidates."""
    plan, book, desk = plans[0], books[0], desks[0]
    starts, sizes, kinds, long_from = people
    for place in range(len(rows)):
        row = rows[place]
        row[:] = 0
        desk.replication = first + place
        for unit in range(len(sizes)):
            desk.first, desk.size = starts[unit], sizes[unit]
            desk.unit = starts[unit + 1] - starts[unit]
            if not unit_course(plan, (kinds, long_from), book, desk, row, starts[unit + 1]):
                return unit
        _finish(plan, row, len(sizes))
    return -1


@nb.njit(nogil=True)
def _finish(plan: Any, row: Any, units: Any) -> None:
    """Fill in what follows from the rest: standing work, the busiest month, units never warned, unanswered conduct."""
    most, total = np.int64(0), np.int64(0)
    for month in range(plan.months):
        at = plan.at[1] + month * _STEP + _MONTH_MINUTES
        row[at] += units * plan.office[0]
        total += row[at]
        most = max(most, row[at])
    row[_MINUTES], row[_PEAK] = total, most
    row[_UNANSWERED] = row[_CONDUCT] - row[_ANSWERED]
    warned = np.int64(0)
    for month in range(plan.months):
        warned += row[plan.at[3] + month]
    row[plan.at[3] + plan.months] = units - warned


def replicate(plan: Plan, book: np.ndarray, layout: Layout, first: int, count: int) -> np.ndarray:
    """Return the figures of replications *first* to *first* + *count* − 1: int64, count × width.

    A row depends on its replication's number only, not on the others or on how they are divided. Raises `BadInput`
    where one unit has more than 65,000 candidate events.
    """
    rows = np.zeros((count, layout.width), np.int64)
    people = (plan.starts, plan.size, plan.kind, plan.long_from)
    unit = _replicate(plan.record, people, book, desk_of(), np.int64(first), rows)
    if unit >= 0:
        raise BadInput(f"第 {unit + 1} 个单位的备选事件多于 {MAX_CANDIDATES} 件", mend="把大单位拆成内设机构，或核对发生率")
    return rows
