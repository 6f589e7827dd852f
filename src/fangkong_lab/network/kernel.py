"""The compiled kernel: exact κ, η, sole controllers and idle checks of many items, thread by thread.

One task = one (flow, min_persons); items that share both share the answer. See docs/kernel.md for why it is exact.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numba as nb
import numpy as np

from fangkong_lab.network.arrays import Columns, Openings
from fangkong_lab.network.kernel_answer import ASK_SOLE, answer
from fangkong_lab.network.kernel_bits import Int
from fangkong_lab.network.kernel_completion import openness
from fangkong_lab.network.kernel_item import crowd, forget_item, open_item, read_candidates, read_signs
from fangkong_lab.network.kernel_kappa import alone
from fangkong_lab.network.kernel_open import open_task
from fangkong_lab.network.kernel_rows import (
    ANSWER,
    STATE_DONE,
    STATE_TOO_BIG,
    STATE_UNSIGNED,
    insert,
    merge,
    room,
)
from fangkong_lab.network.kernel_scratch import OK, new_scratch


class Tasks(NamedTuple):
    """What to answer: *flow* and *persons* (min_persons) per task; *level* (0 none, 1 direct, 2 full) of controllers.

    *ask* is a word (kernel_answer.ASK_…). *opens*: flow → see `openness`; filled in by `solve`.
    """

    flow: np.ndarray
    persons: np.ndarray
    level: int
    ask: int
    opens: np.ndarray = np.zeros(0, np.uint8)


@nb.njit(nogil=True)
def _tell(item: Any, before: Any, level: Int, people: Any, size: Int, row: Any) -> Int:
    """Append the sole controllers of the item at hand to *people*; return the new size."""
    end = size
    for i in range(crowd(item, level)):
        if alone(item, before, level, i):
            end = insert(people, size, end, item.who[i])
    row.soles = end - size
    return end


@nb.njit(cache=True, nogil=True)
def _block(net: Any, opened: Any, scratch: Any, tasks: Any, span: tuple[Int, Int], table: Any) -> Any:
    """Answer the tasks of *span* into *table*; return their controllers in order."""
    flows, least, opens, level, ask = tasks.flow, tasks.persons, tasks.opens, np.int64(tasks.level), np.int64(tasks.ask)
    rows, sign, pair, listed, held, holder, person, boss = net
    slot, item, before, other = scratch.slot, scratch.item[0], scratch.ways[0], scratch.ways[1]
    people = np.empty(1024, np.int32)
    size = np.int64(0)
    for task in range(span[0], span[1]):
        flow, row = np.int64(flows[task]), table[task]
        if flow < 0 or rows[flow].signs == rows[flow + 1].signs:
            row.state = STATE_UNSIGNED
            continue
        row.state = STATE_TOO_BIG
        if open_item(rows[flow], rows[flow + 1], pair, item, np.int64(least[task])) != OK:
            continue
        if opens[flow]:
            people, size = open_task(net, opened, scratch, (flow, ask, level), people, size, row)
            continue
        if (read_signs(sign, listed, held, holder, slot, item, rows[flow].signs) == OK
                and read_candidates(person, boss, slot, item) == OK and answer(item, before, other, ask) == OK):
            row.state = STATE_DONE
            merge(item, row)
            if ask & ASK_SOLE and item.kappa[level] == 1:
                people = room(people, size + item.candidates)
                size = _tell(item, before, level, people, size, row)
        forget_item(slot, item)
    return people[:size].copy()


def solve(net: Columns, opened: Openings, tasks: Tasks, threads: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Answer all *tasks*; return the answers (ANSWER) and the controllers of all tasks, task after task.

    Per task first its sole controllers, then the other possible ones, both sorted. Does not depend on *threads*.
    """
    count = len(tasks.flow)
    table = np.zeros(count, ANSWER)
    tasks = tasks._replace(opens=openness(net, opened))
    blocks = max(1, min(threads * 8, count // 512))
    edges = np.linspace(0, count, blocks + 1).astype(np.int64)
    spans = [(int(a), int(b)) for a, b in pairwise(edges)]
    free = [new_scratch(len(net.person) - 1) for _ in range(max(1, min(threads, blocks)))]

    def one(span: tuple[int, int]) -> np.ndarray:
        scratch = free.pop()
        try:
            return _block(net, opened, scratch, tasks, span, table)
        finally:
            free.append(scratch)

    if len(free) == 1:
        return table, np.concatenate([one(span) for span in spans])
    with ThreadPoolExecutor(len(free)) as pool:
        return table, np.concatenate(list(pool.map(one, spans)))
