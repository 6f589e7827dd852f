"""Items with unknown posts: every completion (design §4) answered by the same kernel, and the answers merged.

The unknown posts that matter to an item are those its sign-offs list and, for influence, those of the same block that
have a link. A completion gives each a person of the block or a new one; new persons are numbered in the order of
first use, so that no completion is tried twice.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.network.kernel_bits import Int
from fangkong_lab.network.kernel_item import bit, candidate_of, only_themselves, stand_in
from fangkong_lab.network.kernel_scratch import DIRECT, FULL, MAX_OPEN, OK, TOO_BIG

MOST_COMPLETIONS = 10_000


@nb.njit(nogil=True)
def _note_open(item: Any, post: Int) -> bool:
    """Put the unknown *post* on the item's list, once; False where the list is full."""
    if stand_in(item, post) >= 0:
        return True
    if item.overs >= MAX_OPEN:
        return False
    item.over_post[item.overs] = post
    item.over_who[item.overs] = 0
    item.overs += 1
    return True


@nb.njit(cache=True, nogil=True)
def openness(net: Any, opened: Any) -> Any:
    """Return per flow whether unknown posts matter to it: 0 no, 1 some that have no link, 2 some that have."""
    found = np.zeros(len(net.flow) - 1, np.uint8)
    flows, signs, listed = net.flow, net.sign, net.listed
    unknown, block, linked_at = opened.unknown, opened.block, opened.linked_at
    for flow in range(len(found)):
        for row in range(signs[flows[flow].signs].posts, signs[flows[flow + 1].signs].posts):
            post = listed[row]
            if linked_at[block[post] + 1] > linked_at[block[post]]:
                found[flow] = 2
                break
            if unknown[post]:
                found[flow] = 1
    return found


@nb.njit(nogil=True)
def find_open(net: Any, opened: Any, item: Any, flow: Int) -> bool:
    """List the unknown posts that matter to *flow* in ``item.over_post``, its blocks in ``item.block``.

    False where there are too many.
    """
    item.overs = 0
    item.blocks = 0
    first, last = net.sign[net.flow[flow].signs].posts, net.sign[net.flow[flow + 1].signs].posts
    for row in range(first, last):
        post = np.int64(net.listed[row])
        if opened.unknown[post] and not _note_open(item, post):
            return False
        block = opened.block[post]
        seen = False
        for k in range(item.blocks):
            seen |= item.block[k] == block
        if not seen:
            if item.blocks >= MAX_OPEN:
                return False
            item.block[item.blocks] = block
            item.blocks += 1
    for k in range(item.blocks):
        for row in range(opened.linked_at[item.block[k]], opened.linked_at[item.block[k] + 1]):
            if not _note_open(item, np.int64(opened.linked[row])):
                return False
    return True


@nb.njit(nogil=True)
def has_links(opened: Any, item: Any) -> bool:
    """Say whether some unknown post of the item's blocks has a link."""
    for k in range(item.blocks):
        if opened.linked_at[item.block[k] + 1] > opened.linked_at[item.block[k]]:
            return True
    return False


@nb.njit(nogil=True)
def crew_size(opened: Any, item: Any) -> Int:
    """Return how many known persons may hold the item's unknown posts (a person of two blocks is in one)."""
    count = np.int64(0)
    for k in range(item.blocks):
        count += opened.crew_at[item.block[k] + 1] - opened.crew_at[item.block[k]]
    return count


@nb.njit(nogil=True)
def completions(crew: Int, posts: Int) -> Int:
    """Return the number of completions of *posts* unknown posts over *crew* persons; counting stops past the most."""
    ways = np.zeros(MAX_OPEN + 1, np.int64)
    ways[0] = 1
    for _ in range(posts):
        for new in range(MAX_OPEN, -1, -1):
            ways[new] = ways[new] * (crew + new) + (ways[new - 1] if new else 0)
        if ways.sum() > MOST_COMPLETIONS:
            return np.int64(MOST_COMPLETIONS + 1)
    return ways.sum()


@nb.njit(nogil=True)
def _person_at(opened: Any, item: Any, choice: Int, first_new: Int) -> Int:
    """Return the person of number *choice*: the blocks' persons in order, then new ones."""
    for k in range(item.blocks):
        start = opened.crew_at[item.block[k]]
        size = opened.crew_at[item.block[k] + 1] - start
        if choice < size:
            return np.int64(opened.crew[start + choice])
        choice -= size
    return np.int64(first_new + choice)


@nb.njit(nogil=True)
def set_completion(opened: Any, item: Any, first: Int, first_new: Int) -> None:
    """Give the unknown posts from number *first* on the first choice, a known person where there is one."""
    for k in range(first, item.overs):
        item.choice[k] = 0
        item.over_who[k] = _person_at(opened, item, np.int64(0), first_new)


@nb.njit(nogil=True)
def next_completion(opened: Any, item: Any, crew: Int, first_new: Int) -> bool:
    """Go to the next completion; False after the last one."""
    for place in range(item.overs - 1, -1, -1):
        new = np.int64(0)
        for k in range(place):
            new = max(new, item.choice[k] - crew + 1)
        if item.choice[place] < crew + new:
            item.choice[place] += 1
            item.over_who[place] = _person_at(opened, item, item.choice[place], first_new)
            set_completion(opened, item, place + 1, first_new)
            return True
    return False


@nb.njit(nogil=True)
def _lean_on(net: Any, slot: Any, item: Any, index: Int, up: Int, near: bool, tail: Int) -> Int:
    """Add person *index* to the reach of the holders of *up*; queue those met first; −1 where there are too many."""
    mine = bit(index)
    extra = stand_in(item, up)
    first, last = net.held[up], net.held[up + 1]
    for h in range(first, last + (1 if extra >= 0 else 0)):
        who = np.int64(net.holder[h]) if h < last else extra
        if who == item.who[index]:
            continue
        where = candidate_of(slot, item, who)
        if where < 0:
            return np.int64(-1)
        if near:
            item.reach[DIRECT, where] |= mine
        if (item.reach[FULL, where] & mine) == 0:
            item.reach[FULL, where] |= mine
            item.queue[tail] = who
            tail += 1
    return tail


@nb.njit(nogil=True)
def _chase(net: Any, opened: Any, slot: Any, item: Any, index: Int) -> Int:
    """Find everyone who reaches the person of bit *index* in this completion, breadth first; return OK or TOO_BIG."""
    at, tail = np.int64(-1), np.int64(0)
    while at < tail:
        person = item.who[index] if at < 0 else item.queue[at]
        first, last = opened.duty_at[person], opened.duty_at[person + 1]
        for p in range(first, last + item.overs):
            post = np.int64(0)
            if p < last:
                post = np.int64(opened.duty[p])
            elif item.over_who[p - last] == person:
                post = item.over_post[p - last]
            else:
                continue
            for u in range(opened.upper_at[post], opened.upper_at[post + 1]):
                tail = _lean_on(net, slot, item, index, np.int64(opened.upper[u]), at < 0, tail)
                if tail < 0:
                    return TOO_BIG
        at += 1
    return OK


@nb.njit(nogil=True)
def chase_candidates(net: Any, opened: Any, slot: Any, item: Any) -> Int:
    """Fill candidates and reach in a completion in which posts with links are held; return OK or TOO_BIG."""
    only_themselves(item)
    for index in range(item.bits):
        if _chase(net, opened, slot, item, index) != OK:
            return TOO_BIG
    return OK
