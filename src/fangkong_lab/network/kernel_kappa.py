"""κ of one item at one level of influence, by iterative deepening over conditions.

Branching is complete: a way that is still shut has an unmet condition, and every coalition that opens it holds
someone who adds to that condition. A candidate tried without success is banned from the sister branches, and with
him everyone he can stand in for: whoever brings a subset of what he brings, and, where both bring nobody but
themselves and nobody else brings him, whoever meets a subset of the conditions he meets (exchange argument).
Lower bound: unmet conditions that no candidate shares need disjoint people.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.network.kernel_bits import Int, lowest, popcount
from fangkong_lab.network.kernel_item import bit, crowd, everybody
from fangkong_lab.network.kernel_scratch import MAX_BITS
from fangkong_lab.network.kernel_ways import captures

MET, SHUT = -1, -2


@nb.njit(nogil=True)
def alone(item: Any, ways: Any, level: Int, candidate: Int) -> bool:
    """Say whether *candidate* captures the item by himself."""
    bits = item.bits
    own = np.uint64(0)
    if candidate < bits:
        own = bit(candidate)
    return captures(ways, own, item.reach[level, candidate])


@nb.njit(nogil=True)
def _lean(item: Any, ways: Any, level: Int) -> Int:
    """Keep the candidates nobody dominates; return how many, −1 for more than 64."""
    wanted_own, wanted_far = np.uint64(0), np.uint64(0)
    for c in range(ways.conditions):
        wanted_own |= ways.own[c]
        wanted_far |= ways.far[c]
    kept = 0
    bits = item.bits
    for i in range(crowd(item, level)):
        far = item.reach[level, i] & wanted_far
        own = bit(i) & wanted_own if i < bits else np.uint64(0)
        if (own | far) == 0:
            continue
        k = 0
        dominated = False
        if level > 0:
            while k < kept:
                if (own & ~item.lean_own[k]) == 0 and (far & ~item.lean_far[k]) == 0:
                    dominated = True
                    break
                if (item.lean_own[k] & ~own) == 0 and (item.lean_far[k] & ~far) == 0:
                    kept -= 1
                    item.lean_own[k] = item.lean_own[kept]
                    item.lean_far[k] = item.lean_far[kept]
                else:
                    k += 1
        if dominated:
            continue
        if kept >= MAX_BITS:
            return -1
        item.lean_own[kept] = own
        item.lean_far[kept] = far
        kept += 1
    return kept


@nb.njit(nogil=True)
def _brings(item: Any, ways: Any, c: Int, j: Int) -> Any:
    """Return the word of persons lean candidate *j* adds to condition *c*."""
    return (ways.own[c] & item.lean_own[j]) | (ways.far[c] & item.lean_far[j])


@nb.njit(nogil=True)
def _prepare(item: Any, ways: Any, way: Int, lean: Int) -> None:
    """Fill `helps` for the way, and `lean_kind`: the conditions a single met, 0 for who is no single."""
    first, last = ways.start[way], ways.start[way + 1]
    once, twice = np.uint64(0), np.uint64(0)
    for j in range(lean):
        item.lean_kind[j] = np.uint64(0)
        twice |= once & item.lean_far[j]
        once |= item.lean_far[j]
    for c in range(first, last):
        helps = np.uint64(0)
        for j in range(lean):
            if _brings(item, ways, c, j):
                helps |= bit(j)
                if c - first < MAX_BITS:
                    item.lean_kind[j] |= bit(c - first)
        item.helps[c] = helps
    for j in range(lean):
        word = item.lean_own[j] | item.lean_far[j]
        if last - first > MAX_BITS or popcount(word) != 1 or (word & twice) != 0:
            item.lean_kind[j] = np.uint64(0)


@nb.njit(nogil=True)
def _least(item: Any, ways: Any, c: Int, useful: Any, lack: Int) -> Int:
    """Return a lower bound on how many candidates of word *useful* fill the *lack* of condition *c*."""
    if useful == 0:
        return np.int64(MAX_BITS + 1)
    if lack == 1:
        return np.int64(1)
    most = np.int64(1)
    while useful:
        most = max(most, popcount(_brings(item, ways, c, lowest(useful))))
        useful &= useful - np.uint64(1)
    return (lack + most - 1) // most


@nb.njit(nogil=True)
def _choose(item: Any, ways: Any, way: Int, depth: Int, left: Int) -> Int:
    """Return the unmet condition to branch on; MET where all are met, SHUT where *left* people cannot do it."""
    own, far, free = item.depth_own[depth], item.depth_far[depth], ~item.depth_banned[depth]
    best, narrowest = np.int64(MET), np.int64(MAX_BITS + 1)
    taken = np.uint64(0)
    bound = np.int64(0)
    for c in range(ways.start[way], ways.start[way + 1]):
        lack = ways.need[c] - popcount((ways.own[c] & own) | (ways.far[c] & far))
        if lack <= 0:
            continue
        useful = item.helps[c] & free
        least = _least(item, ways, c, useful, lack)
        if least > left:
            return np.int64(SHUT)
        if (useful & taken) == 0:
            taken |= useful
            bound += least
            if bound > left:
                return np.int64(SHUT)
        width = popcount(useful)
        if width < narrowest:
            best, narrowest = np.int64(c), width
    item.bound = bound
    return best


@nb.njit(nogil=True)
def _next(item: Any, choice: Any) -> Int:
    """Return the lean candidate of word *choice* who meets or brings most."""
    best, most = np.int64(0), np.int64(-1)
    while choice:
        j = lowest(choice)
        choice &= choice - np.uint64(1)
        kind = item.lean_kind[j]
        worth = popcount(kind) if kind else popcount(item.lean_own[j] | item.lean_far[j])
        if worth > most:
            best, most = j, worth
    return best


@nb.njit(nogil=True)
def _replaced(item: Any, j: Int, choice: Any) -> Any:
    """Return the word of those in *choice* for whom candidate *j* can stand in."""
    kind = item.lean_kind[j]
    word = bit(j)
    if kind == 0:
        return word
    while choice:
        i = lowest(choice)
        choice &= choice - np.uint64(1)
        if item.lean_kind[i] and (item.lean_kind[i] & ~kind) == 0:
            word |= bit(i)
    return word


@nb.njit(nogil=True)
def _bound(item: Any, ways: Any, way: Int) -> Int:
    """Return a lower bound on how many candidates open the way, more than there are bits where none do."""
    item.depth_own[0] = item.depth_far[0] = item.depth_banned[0] = np.uint64(0)
    if _choose(item, ways, way, np.int64(0), np.int64(MAX_BITS)) == SHUT:
        return np.int64(MAX_BITS + 1)
    return item.bound


@nb.njit(nogil=True)
def _opened(item: Any, ways: Any, way: Int, size: Int) -> bool:
    """Say whether *size* candidates can open the way (depth-first, with a stack in *item*); call `_bound` before."""
    depth = np.int64(0)
    while True:
        c = _choose(item, ways, way, depth, size - depth)
        if c == MET:
            return True
        item.depth_open[depth] = np.uint64(0) if c == SHUT else item.helps[c] & ~item.depth_banned[depth]
        while item.depth_open[depth] == 0:
            depth -= 1
            if depth < 0:
                return False
        j = _next(item, item.depth_open[depth])
        below = depth + 1
        item.depth_own[below] = item.depth_own[depth] | item.lean_own[j]
        item.depth_far[below] = item.depth_far[depth] | item.lean_far[j]
        item.depth_banned[below] = item.depth_banned[depth] | bit(j)
        gone = _replaced(item, j, item.depth_open[depth])
        item.depth_banned[depth] |= gone
        item.depth_open[depth] &= ~gone
        depth = below


@nb.njit(nogil=True)
def kappa(item: Any, ways: Any, level: Int, ceiling: Int) -> Int:
    """Return the size of the smallest capturing coalition; 0 where even everybody captures nothing, −1: too big.

    *ceiling* > 0 is a size known to be enough (κ of a lower level): nothing at or above it is searched for.
    """
    if ceiling == 0:
        all_ = everybody(item)
        if not captures(ways, all_, all_):
            return np.int64(0)
        ceiling = item.bits + 1
    if ceiling == 1:
        return ceiling
    for i in range(crowd(item, level)):
        if alone(item, ways, level, i):
            return np.int64(1)
    if ceiling == 2:
        return ceiling
    lean = _lean(item, ways, level)
    if lean < 0:
        return np.int64(-1)
    for way in range(ways.ways):
        _prepare(item, ways, way, lean)
        for size in range(max(np.int64(2), _bound(item, ways, way)), ceiling):
            item.depth_banned[0] = np.uint64(0)
            if _opened(item, ways, way, size):
                ceiling = np.int64(size)
                break
    return ceiling
