"""η of one item: the fewest persons whose refusal shuts every way.

A way is shut as soon as one of its conditions fails, that is when (eligible − need + 1) of its persons refuse.
One way: the cheapest condition. Two ways: for two conditions the overlap serves both, so the cost is
a + b − min(a, b, overlap). More: iterative deepening over refusals, where a person tried without success is banned
together with everyone who stands in a subset of his conditions.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.network.kernel_bits import Int, lowest, popcount
from fangkong_lab.network.kernel_item import bit, everybody
from fangkong_lab.network.kernel_ways import alive_way, way_open


@nb.njit(nogil=True)
def _cost(ways: Any, c: Int) -> Int:
    """Return how many refusals make condition *c* fail (≤ 0: it fails by itself)."""
    return popcount(ways.own[c] | ways.far[c]) - ways.need[c] + 1


@nb.njit(nogil=True)
def _cheapest(ways: Any, way: Int) -> Int:
    """Return the fewest refusals that shut *way*."""
    best = np.int64(65)
    for c in range(ways.start[way], ways.start[way + 1]):
        best = min(best, _cost(ways, c))
    return best


@nb.njit(nogil=True)
def _both(ways: Any, first: Int, second: Int) -> Int:
    """Return the fewest refusals that shut two ways, each open to everybody."""
    best = np.int64(130)
    for c in range(ways.start[first], ways.start[first + 1]):
        a = _cost(ways, c)
        if a >= best:
            continue
        mask = ways.own[c] | ways.far[c]
        for d in range(ways.start[second], ways.start[second + 1]):
            b = _cost(ways, d)
            shared = min(popcount(mask & (ways.own[d] | ways.far[d])), a, b)
            best = min(best, a + b - shared)
    return best


@nb.njit(nogil=True)
def _below(ways: Any, person: Any, other: Any) -> bool:
    """Say whether *person* stands only in conditions in which *other* stands (single-bit words)."""
    for c in range(ways.conditions):
        mask = ways.own[c] | ways.far[c]
        if (mask & person) != 0 and (mask & other) == 0:
            return False
    return True


@nb.njit(nogil=True)
def _worth_removing(ways: Any, way: Int, there: Any, left: Int) -> Any:
    """Return the persons in conditions of *way* that *left* refusals can make fail."""
    word = np.uint64(0)
    for c in range(ways.start[way], ways.start[way + 1]):
        mask = (ways.own[c] | ways.far[c]) & there
        if popcount(mask) - ways.need[c] + 1 <= left:
            word |= mask
    return word


@nb.njit(nogil=True)
def _no_better(ways: Any, mine: Any, others: Any) -> Any:
    """Return *mine* (a single-bit word) and those of *others* whose refusal does no more than his."""
    word = mine
    while others:
        other = others & (~others + np.uint64(1))
        others &= ~other
        if _below(ways, other, mine):
            word |= other
    return word


@nb.njit(nogil=True)
def _shut(item: Any, ways: Any, size: Int) -> bool:
    """Say whether *size* refusals shut every way (depth-first, with a stack in *item*)."""
    depth = np.int64(0)
    item.depth_own[0] = everybody(item)
    item.depth_banned[0] = np.uint64(0)
    while True:
        there = item.depth_own[depth]
        way = alive_way(ways, there, there)
        if way < 0:
            return True
        item.depth_open[depth] = _worth_removing(ways, way, there, size - depth) & ~item.depth_banned[depth]
        while item.depth_open[depth] == 0:
            depth -= 1
            if depth < 0:
                return False
        mine = bit(lowest(item.depth_open[depth]))
        item.depth_own[depth + 1] = item.depth_own[depth] & ~mine
        item.depth_banned[depth + 1] = item.depth_banned[depth]
        gone = _no_better(ways, mine, item.depth_open[depth])
        item.depth_banned[depth] |= gone
        item.depth_open[depth] &= ~gone
        depth += 1


@nb.njit(nogil=True)
def eta(item: Any, ways: Any) -> Int:
    """Return η, 0 where the item cannot be done at all."""
    all_ = everybody(item)
    first, second, alive = np.int64(-1), np.int64(-1), 0
    for way in range(ways.ways):
        if way_open(ways, way, all_, all_):
            first, second = np.int64(way), first
            alive += 1
    if alive == 0:
        return np.int64(0)
    if alive == 1:
        return _cheapest(ways, first)
    if alive == 2:
        return _both(ways, first, second)
    size = np.int64(1)
    while not _shut(item, ways, size):
        size += 1
    return size
