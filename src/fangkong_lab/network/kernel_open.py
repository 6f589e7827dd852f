"""Items with unknown posts: all completions answered and merged.

With one unknown post that has no link, persons who neither sign the item nor stand above a signer differ only by who
stands above them. Of those with the same superiors among the candidates one is answered for (a *sample*), unless
somebody alone captures then: in that case names matter.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.network.arrays import NEW_PERSONS
from fangkong_lab.network.kernel_answer import ASK_SOLE, answer, count_soles
from fangkong_lab.network.kernel_bits import Int
from fangkong_lab.network.kernel_completion import (
    MOST_COMPLETIONS,
    chase_candidates,
    completions,
    crew_size,
    find_open,
    has_links,
    next_completion,
    set_completion,
)
from fangkong_lab.network.kernel_item import forget_item, read_candidates, read_signs
from fangkong_lab.network.kernel_rows import STATE_DONE, STATE_OPEN, STATE_TOO_BIG, insert, merge, room
from fangkong_lab.network.kernel_scratch import MAX_CANDIDATES, OK


@nb.njit(nogil=True)
def _same_bosses(person: Any, boss: Any, busy: Any, one: Int, other: Int) -> bool:
    """Say whether two persons have the same busy superiors, direct ones first, and both or neither have idle ones."""
    i, j = person[one].bosses, person[other].bosses
    last_i, last_j = person[one + 1].bosses, person[other + 1].bosses
    near_i, near_j = person[one].near, person[other].near
    others_i, others_j = False, False
    while True:
        while i < last_i and not busy[boss[i]]:
            others_i = True
            i += 1
        while j < last_j and not busy[boss[j]]:
            others_j = True
            j += 1
        if i == last_i or j == last_j:
            return bool(i == last_i and j == last_j and others_i == others_j)
        if boss[i] != boss[j] or (i < near_i) != (j < near_j):
            return False
        i += 1
        j += 1


@nb.njit(nogil=True)
def _sampled(person: Any, boss: Any, busy: Any, item: Any, who: Int) -> bool:
    """Say whether *who* is like a person for whom the item is answered already."""
    if who >= len(busy) - NEW_PERSONS or busy[who]:
        return False
    for k in range(item.samples):  # noqa: SIM110 (compiled: no generators)
        if _same_bosses(person, boss, busy, who, item.queue[k]):
            return True
    return False


@nb.njit(nogil=True)
def _mark(net: Any, scratch: Any, first: Int) -> bool:
    """Mark the candidates while nobody holds the unknown posts as busy; False where they cannot be read."""
    item, slot, overs = scratch.item[0], scratch.slot, scratch.item[0].overs
    item.overs = 0
    fine = (read_signs(net.sign, net.listed, net.held, net.holder, slot, item, first) == OK
            and read_candidates(net.person, net.boss, slot, item) == OK)
    item.overs = overs
    item.bases = item.candidates if fine else 0
    for k in range(item.bases):
        item.base[k] = item.who[k]
        scratch.busy[item.who[k]] = 1
    forget_item(slot, item)
    return fine


@nb.njit(nogil=True)
def _keep_sample(item: Any, busy: Any, who: Int, level: Int) -> None:
    """Keep *who*, for whom the item was answered just now, as a sample, where names do not matter."""
    known = who < len(busy) - NEW_PERSONS
    if known and not busy[who] and item.kappa[level] != 1 and item.samples < MAX_CANDIDATES:
        item.queue[item.samples] = who
        item.samples += 1


@nb.njit(nogil=True)
def _all(net: Any, opened: Any, scratch: Any, order: tuple[Int, Int, Int], row: Any) -> Int:
    """Answer every completion of the item of *order* = (flow, ask, level) into *row*.

    Returns how many completions there are, 0 where one is too big, −1 where there are too many.
    """
    flow, ask, level = order
    slot, item, before, other = scratch.slot, scratch.item[0], scratch.ways[0], scratch.ways[1]
    tally, busy, known = scratch.tally, scratch.busy, len(scratch.slot) - NEW_PERSONS
    sign, listed, held, holder, person, boss = net.sign, net.listed, net.held, net.holder, net.person, net.boss
    first, linked, crew = net.flow[flow].signs, has_links(opened, item), crew_size(opened, item)
    if completions(crew, item.overs) > MOST_COMPLETIONS:
        return np.int64(-1)
    item.samples = 0
    sampling = item.overs == 1 and not linked and _mark(net, scratch, first)
    count, going = np.int64(0), True
    set_completion(opened, item, np.int64(0), known)
    while going:
        who = item.over_who[0]
        if not (sampling and _sampled(person, boss, busy, item, who)):
            state = read_signs(sign, listed, held, holder, slot, item, first)
            if state == OK:
                state = chase_candidates(net, opened, slot, item) if linked else read_candidates(person, boss, slot, item)
            if state == OK:
                state = answer(item, before, other, ask)
            forget_item(slot, item)
            if state != OK:
                return np.int64(0)
            merge(item, row)
            if ask & ASK_SOLE:
                count_soles(item, before, level, tally, known)
            if sampling:
                _keep_sample(item, busy, who, level)
        count += 1
        going = next_completion(opened, item, crew, known)
    return count


@nb.njit(nogil=True)
def _tell_crew(opened: Any, item: Any, tally: Any, count: Int, people: Any, size: Int, row: Any) -> Int:
    """Append the controllers over *count* completions to *people*: sole ones, then others; return the new size."""
    end = size
    for sure in (True, False):
        start = end
        for k in range(item.blocks):
            for c in range(opened.crew_at[item.block[k]], opened.crew_at[item.block[k] + 1]):
                who = np.int64(opened.crew[c])
                if tally[who] > 0 and (tally[who] == count) == sure:
                    end = insert(people, start, end, who)
        if sure:
            row.soles = end - start
        else:
            row.others = end - start
    return end


@nb.njit(nogil=True)
def _clear(opened: Any, scratch: Any) -> None:
    """Forget what the completions of the item at hand left behind."""
    item = scratch.item[0]
    for k in range(item.bases):
        scratch.busy[item.base[k]] = 0
    for k in range(item.blocks):
        for c in range(opened.crew_at[item.block[k]], opened.crew_at[item.block[k] + 1]):
            scratch.tally[opened.crew[c]] = 0


@nb.njit(nogil=True)
def open_task(net: Any, opened: Any, scratch: Any, order: tuple[Int, Int, Int], people: Any, size: Int, row: Any) -> Any:
    """Answer an item with unknown posts into *row*; return *people* with its controllers and the new size.

    *order* = (flow, ask, level).
    """
    item = scratch.item[0]
    item.bases = 0
    count = np.int64(-1)
    if find_open(net, opened, item, order[0]):
        count = _all(net, opened, scratch, order, row)
    row.state = STATE_DONE if count > 0 else STATE_TOO_BIG if count == 0 else STATE_OPEN
    if count > 0 and order[1] & ASK_SOLE:
        people = room(people, size + crew_size(opened, item))
        size = _tell_crew(opened, item, scratch.tally, count, people, size, row)
    _clear(opened, scratch)
    return people, size
