"""Idle checks of one item: does leaving one sign-off out change which coalitions capture it?

Two families of coalitions differ iff some coalition lies in one and not in the other. Such a coalition may be
taken as large as possible among those that capture nothing in the second: each of its ways is shut by one
condition, of whose persons a chosen need − 1 stay within reach and the rest are out of it; everybody who brings
nobody forbidden is in the coalition. So it is enough to try, way by way, every condition and every such choice
(one of each set of interchangeable persons), as long as the first family still captures.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.network.kernel_bits import Int, lowest, popcount
from fangkong_lab.network.kernel_item import bit, crowd, everybody
from fangkong_lab.network.kernel_scratch import FULL, MAX_NODES, NONE, OK
from fangkong_lab.network.kernel_ways import alive_way, captures, write_ways

OUT_OWN, OUT_FAR, OWN, FAR, REST, KEPT, LEFT = 0, 1, 2, 3, 4, 5, 6
NODE_SIZE = 7
MAX_STEPS = 20_000


@nb.njit(nogil=True)
def _largest(item: Any, level: Int, out_own: Any, out_far: Any) -> tuple[Any, Any]:
    """Return (own, reach) of the largest coalition without forbidden members that brings nobody forbidden."""
    own, far = np.uint64(0), np.uint64(0)
    bits = item.bits
    for i in range(crowd(item, level)):
        reach = item.reach[level, i]
        mine = bit(i) if i < bits else np.uint64(0)
        if (reach & out_far) == 0 and (mine & out_own) == 0:
            own |= mine
            far |= reach
    return own, far


@nb.njit(nogil=True)
def _same_demands(item: Any, i: Any, j: Any) -> bool:
    """Say whether two persons (single-bit words) are eligible in the same requirements."""
    for d in range(item.demands):
        mask = item.mask[d]
        if ((mask & i) == 0) != ((mask & j) == 0):
            return False
    return True


@nb.njit(nogil=True)
def _alike(item: Any, level: Int, i: Int, j: Int) -> bool:
    """Say whether eligible persons *i* and *j* can be swapped without changing requirements or reach."""
    one, two = bit(i), bit(j)
    if not _same_demands(item, one, two):
        return False
    both = one | two
    a, b = item.reach[level, i], item.reach[level, j]
    if (a & ~both) != (b & ~both) or ((a & two) == 0) != ((b & one) == 0):
        return False
    for k in range(crowd(item, level)):
        reach = item.reach[level, k]
        if k not in (i, j) and ((reach & one) == 0) != ((reach & two) == 0):
            return False
    return True


@nb.njit(nogil=True)
def _twins(item: Any, level: Int, top: Int, i: Int) -> Any:
    """Return the word of *i* and of those still to choose in node *top* who are interchangeable with him."""
    mine = bit(i)
    word = mine
    rest = item.node[top, REST] & ~mine
    while rest:
        j = lowest(rest)
        other = bit(j)
        rest &= ~other
        same = True
        for field in (OUT_OWN, OUT_FAR, OWN, FAR):
            if ((item.node[top, field] & mine) == 0) != ((item.node[top, field] & other) == 0):
                same = False
        if same and _alike(item, level, i, j):
            word |= other
    return word


@nb.njit(nogil=True)
def _split(item: Any, level: Int, top: Int) -> Int:
    """Replace node *top* by two: the first person left is kept within reach, or he and his twins are not."""
    rest = item.node[top, REST]
    i = lowest(rest)
    twins = _twins(item, level, top, i)
    for field in range(NODE_SIZE):
        item.node[top + 1, field] = item.node[top, field]
    item.node[top, REST] = rest & ~twins
    if popcount(rest & ~twins) < np.int64(item.node[top, LEFT]):
        for field in range(NODE_SIZE):
            item.node[top, field] = item.node[top + 1, field]
        top -= 1
    item.node[top + 1, REST] = rest & ~bit(i)
    item.node[top + 1, KEPT] |= bit(i)
    item.node[top + 1, LEFT] -= np.uint64(1)
    return top + 1


@nb.njit(nogil=True)
def _push(item: Any, ways: Any, top: Int, way: Int, spared: tuple[Any, Any, Any, Any]) -> Int:
    """Push one node per condition of *way*, under what is forbidden and within reach so far; return the new top."""
    out_own, out_far, own, far = spared
    for c in range(ways.start[way], ways.start[way + 1]):
        top += 1
        item.node[top, OUT_OWN] = out_own
        item.node[top, OUT_FAR] = out_far
        item.node[top, OWN] = ways.own[c]
        item.node[top, FAR] = ways.far[c]
        item.node[top, REST] = (ways.own[c] & own) | (ways.far[c] & far)
        item.node[top, KEPT] = np.uint64(0)
        item.node[top, LEFT] = np.uint64(ways.need[c] - 1)
    return top


@nb.njit(nogil=True)
def _exceeds(item: Any, first: Any, second: Any, level: Int) -> Int:
    """Return 1 where some coalition is in the family *first* and not in *second*, 0 where none is, −1: too big."""
    top, steps = np.int64(0), np.int64(0)
    item.node[0, :] = np.uint64(0)
    while top >= 0:
        steps += 1
        if steps > MAX_STEPS:
            return np.int64(-1)
        if item.node[top, LEFT]:
            top = _split(item, level, top)
            if top + 2 >= MAX_NODES:
                return np.int64(-1)
            continue
        kept = item.node[top, KEPT]
        out_own = item.node[top, OUT_OWN] | (item.node[top, OWN] & ~kept)
        out_far = item.node[top, OUT_FAR] | (item.node[top, FAR] & ~kept)
        top -= 1
        own, far = _largest(item, level, out_own, out_far)
        if not captures(first, own, far):
            continue
        way = alive_way(second, own, far)
        if way < 0:
            return np.int64(1)
        if top + 2 + second.start[way + 1] - second.start[way] >= MAX_NODES:
            return np.int64(-1)
        top = _push(item, second, top, way, (out_own, out_far, own, far))
    return np.int64(0)


@nb.njit(nogil=True)
def _implied(item: Any, sign: Int) -> bool:
    """Say whether every requirement of *sign* is met whenever another one of the same route is, and no more hangs on it.

    A shortcut: True means idle, False means nothing.
    """
    if item.persons > 1:
        return False
    for d in range(item.demands):
        if item.sign[d] != sign:
            continue
        for pair in range(item.pairs):
            if item.step[d] == item.pair_a[pair] or item.step[d] == item.pair_b[pair]:
                return False
        covered = np.uint64(0)
        for t in range(item.demands):
            stronger = item.own[t] >= item.own[d] and item.need[t] >= item.need[d] and (item.mask[t] & ~item.mask[d]) == 0
            if stronger and item.sign[t] != sign:
                covered |= item.before[t]
        if item.before[d] & ~covered:
            return False
    return True


@nb.njit(nogil=True)
def _short(there: Any, mask: Any, need: Int) -> Any:
    """Return the people *there* without those of *mask*, but for the first need − 1 of them."""
    gone = there & mask
    for _ in range(need - 1):
        gone &= gone - np.uint64(1)
    return there & ~gone


@nb.njit(nogil=True)
def _shut_one_more(before: Any, without: Any, way: Int, there: Any) -> Any:
    """Return fewer people *there*, who shut *way* but still capture by *without*; nobody where none are found."""
    for c in range(before.start[way], before.start[way + 1]):
        fewer = _short(there, before.own[c] | before.far[c], before.need[c])
        if captures(without, fewer, fewer):
            return fewer
    return np.uint64(0)


@nb.njit(nogil=True)
def _tells(before: Any, without: Any, there: Any) -> bool:
    """Say whether taking people away from *there* leads to some who capture by *without* and not by *before*."""
    while captures(without, there, there):
        way = alive_way(before, there, there)
        if way < 0:
            return True
        there = _shut_one_more(before, without, way, there)
    return False


@nb.njit(nogil=True)
def _obvious(item: Any, before: Any, without: Any, sign: Int) -> bool:
    """Say whether a coalition is found at first try that captures only without *sign* (a shortcut for "not idle").

    From everybody, those are taken away whom the sign-off asks for, or else whom some condition asks for.
    """
    all_ = everybody(item)
    for d in range(item.demands):
        if item.sign[d] == sign and _tells(before, without, _short(all_, item.mask[d], item.need[d])):
            return True
    if item.pairs:
        for c in range(before.conditions):
            if _tells(before, without, _short(all_, before.own[c] | before.far[c], before.need[c])):
                return True
    return False


@nb.njit(nogil=True)
def _way_implies(strong: Any, s: Int, weak: Any, w: Int) -> bool:
    """Say whether way *s* of *strong* has, for every condition of way *w* of *weak*, one that implies it."""
    for c in range(weak.start[w], weak.start[w + 1]):
        met = False
        for t in range(strong.start[s], strong.start[s + 1]):
            if (strong.need[t] >= weak.need[c] and (strong.far[t] & ~weak.far[c]) == 0
                    and (strong.own[t] & ~(weak.own[c] | weak.far[c])) == 0):
                met = True
                break
        if not met:
            return False
    return True


@nb.njit(nogil=True)
def _follows(strong: Any, weak: Any) -> bool:
    """Say whether every way of *strong* implies one of *weak*: whoever captures there captures here."""
    for s in range(strong.ways):
        met = False
        for w in range(weak.ways):
            if _way_implies(strong, s, weak, w):
                met = True
                break
        if not met:
            return False
    return True


@nb.njit(nogil=True)
def is_idle(item: Any, before: Any, without: Any, sign: Int) -> Int:
    """Return 1 where sign-off *sign* constrains no coalition, 0 where it does, −1 where the item is too big.

    *before* holds the item's ways, *without* is overwritten. Both levels of design §4 are compared: without
    influence, and full.
    """
    if _implied(item, sign):
        return np.int64(1)
    if write_ways(item, without, 0, sign) != OK:
        return np.int64(-1)
    if _obvious(item, before, without, sign):
        return np.int64(0)
    smaller = item.persons > 1 or without.dropped > 0
    if _follows(without, before) and not (smaller and not _follows(before, without)):
        return np.int64(1)
    for level in (NONE, FULL):
        found = _exceeds(item, without, before, level)
        if found == 0 and smaller:
            found = _exceeds(item, before, without, level)
        if found != 0:
            return np.int64(0) if found == 1 else found
    return np.int64(1)
