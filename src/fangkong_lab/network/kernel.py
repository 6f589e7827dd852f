"""The compiled kernel: exact κ, η, sole controllers and idle checks of many items, thread by thread.

One task = one (flow, min_persons); items that share both share the answer. See docs/kernel.md for why it is exact.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numba as nb
import numpy as np

from fangkong_lab.network.arrays import NEW_PERSONS, Columns, Openings
from fangkong_lab.network.kernel_answer import ASK_SOLE, answer, count_soles
from fangkong_lab.network.kernel_completion import (
    MOST_COMPLETIONS,
    chase_candidates,
    completions,
    crew_size,
    find_open,
    has_links,
    next_completion,
    openness,
)
from fangkong_lab.network.kernel_item import crowd, forget_item, open_item, read_candidates, read_signs
from fangkong_lab.network.kernel_kappa import alone
from fangkong_lab.network.kernel_scratch import OK, new_scratch

STATE_DONE, STATE_TOO_BIG, STATE_UNSIGNED, STATE_OPEN = 0, 1, 2, 3


class Tasks(NamedTuple):
    """What to answer: *flow* and *persons* (min_persons) per task; *level* (0 none, 1 direct, 2 full) of controllers.

    *ask* is a word (kernel_answer.ASK_…). *opens*: flow → see `openness`; filled in by `solve`.
    """

    flow: np.ndarray
    persons: np.ndarray
    level: int
    ask: int
    opens: np.ndarray = np.zeros(0, np.uint8)


ANSWER = np.dtype([("kappa", np.uint8, (3, 2)), ("whole", np.uint8, (3, 2)), ("eta", np.uint8, 2), ("state", np.uint8),
                   ("impossible", np.uint8), ("outer", np.uint8), ("soles", np.int32), ("others", np.int32), ("idle", np.uint64)], align=True)
"""The answer to one task.

*state*: 0 done, 1 too big for the kernel, 2 no flow or no sign-offs, 3 more completions than are tried. *kappa*,
*whole*: [level, least and greatest] over the completions in which the item can be done, 0 where there is none.
*eta*: likewise. *impossible*: 1 where some completion cannot be done. *outer*: 1 where the intervals are outer bounds
(never from the kernel itself). *soles*: how many sole controllers; *others*:
how many more possible ones. *idle*: word over the flow's sign-offs in order (bit i: the i-th is an idle check).
"""


@nb.njit(nogil=True)
def _widen(span: Any, value: int) -> None:
    """Widen the interval *span* ([0, 0]: none yet) to hold *value* > 0."""
    if value > 0:
        span[0] = value if span[0] == 0 else min(span[0], value)
        span[1] = max(span[1], value)


@nb.njit(nogil=True)
def _merge(item: Any, row: Any) -> None:
    """Add the answers of the completion at hand to *row* (ANSWER)."""
    for level in range(3):
        _widen(row.kappa[level], item.kappa[level])
        _widen(row.whole[level], item.whole[level])
    _widen(row.eta, item.eta)
    if item.kappa[0] == 0:
        row.impossible = 1
    item.suspect &= item.idle
    row.idle = item.suspect


@nb.njit(nogil=True)
def _all(net: Any, opened: Any, scratch: Any, order: tuple[int, int, int], row: Any) -> int:
    """Answer every completion of the item of *order* = (flow, ask, level) into *row*.

    Returns how many completions there are, 0 where one is too big, −1 where there are too many.
    """
    flow, ask, level = order
    slot, item, before, other, tally = scratch.slot, scratch.item[0], scratch.ways[0], scratch.ways[1], scratch.tally
    sign, listed, held, holder, person, boss = net.sign, net.listed, net.held, net.holder, net.person, net.boss
    first, linked, known = net.flow[flow].signs, has_links(opened, item), len(tally) - NEW_PERSONS
    crew = crew_size(opened, item)
    if completions(crew, item.overs) > MOST_COMPLETIONS:
        return np.int64(-1)
    count = np.int64(0)
    going = next_completion(opened, item, crew, known, True)
    while going:
        state = read_signs(sign, listed, held, holder, slot, item, first)
        if state == OK:
            state = chase_candidates(net, opened, slot, item) if linked else read_candidates(person, boss, slot, item)
        if state == OK:
            state = answer(item, before, other, ask)
        if state != OK:
            forget_item(slot, item)
            return np.int64(0)
        _merge(item, row)
        if ask & ASK_SOLE:
            count_soles(item, before, level, tally, known)
        forget_item(slot, item)
        count += 1
        going = next_completion(opened, item, crew, known, False)
    return count


@nb.njit(nogil=True)
def _insert(people: Any, start: int, size: int, who: int) -> int:
    """Insert *who* into the sorted ``people[start:size]``; return the new size."""
    at = size
    while at > start and people[at - 1] > who:
        people[at] = people[at - 1]
        at -= 1
    people[at] = who
    return size + 1


@nb.njit(nogil=True)
def _tell(item: Any, before: Any, level: int, people: Any, size: int, row: Any) -> int:
    """Append the sole controllers of the item at hand to *people*; return the new size."""
    end = size
    for i in range(crowd(item, level)):
        if alone(item, before, level, i):
            end = _insert(people, size, end, item.who[i])
    row.soles = end - size
    return end


@nb.njit(nogil=True)
def _tell_crew(opened: Any, item: Any, tally: Any, count: int, people: Any, size: int, row: Any) -> int:
    """Append the controllers over *count* completions to *people*: sole ones, then others; clear the tally."""
    end = size
    for sure in (True, False):
        start = end
        for k in range(item.blocks):
            for c in range(opened.crew_at[item.block[k]], opened.crew_at[item.block[k] + 1]):
                who = np.int64(opened.crew[c])
                if tally[who] > 0 and (tally[who] == count) == sure:
                    end = _insert(people, start, end, who)
        if sure:
            row.soles = end - start
        else:
            row.others = end - start
    for k in range(size, end):
        tally[people[k]] = 0
    return end


@nb.njit(nogil=True)
def _room(people: Any, needed: int) -> Any:
    """Return *people*, longer where *needed* do not fit."""
    while needed > len(people):
        people = np.concatenate((people, np.empty_like(people)))
    return people


@nb.njit(nogil=True)
def _open_task(net: Any, opened: Any, scratch: Any, order: tuple[int, int, int], people: Any, size: int, row: Any) -> Any:
    """Answer an item with unknown posts into *row*; return *people* with its controllers and the new size."""
    item = scratch.item[0]
    count = np.int64(-1)
    if find_open(net, opened, item, order[0]):
        count = _all(net, opened, scratch, order, row)
    row.state = STATE_DONE if count > 0 else STATE_TOO_BIG if count == 0 else STATE_OPEN
    if count > 0 and order[1] & ASK_SOLE:
        people = _room(people, size + crew_size(opened, item))
        size = _tell_crew(opened, item, scratch.tally, count, people, size, row)
    return people, size


@nb.njit(cache=True, nogil=True)
def _block(net: Any, opened: Any, scratch: Any, tasks: Any, span: tuple[int, int], table: Any) -> Any:
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
            people, size = _open_task(net, opened, scratch, (flow, ask, level), people, size, row)
            continue
        if read_signs(sign, listed, held, holder, slot, item, rows[flow].signs) == OK:
            if read_candidates(person, boss, slot, item) == OK and answer(item, before, other, ask) == OK:
                row.state = STATE_DONE
                _merge(item, row)
                if ask & ASK_SOLE and item.kappa[level] == 1:
                    people = _room(people, size + item.candidates)
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
    spans = [(int(a), int(b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
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
