"""From the columnar network to the local form of one item: bits, requirements, candidates.

Rules become requirements "at least *need* of these persons" (design §4): 任一 one of the union; 至少 `need`;
过半 floor(n/2)+1; 全体 one requirement of one person per listed post, for one person may stand for several.
That exactly k persons sign matters only where persons must be distinct or kept apart, and is treated there
(kernel_ways).
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.network.kernel_bits import Int, popcount
from fangkong_lab.network.kernel_scratch import (
    DIRECT,
    FULL,
    MAX_BITS,
    MAX_CANDIDATES,
    MAX_DEMANDS,
    MAX_PAIRS,
    OK,
    TOO_BIG,
)

RULE_ANY, RULE_ALL, RULE_MAJORITY, RULE_AT_LEAST = 0, 1, 2, 3
MAX_ROUTES = 64


@nb.njit(nogil=True)
def bit(index: Int) -> Any:
    """Return the word in which only bit *index* (0–63) is set."""
    return np.uint64(1) << np.uint64(index)


@nb.njit(nogil=True)
def stand_in(item: Any, post: Int) -> Int:
    """Return who holds the unknown *post* in the completion at hand, −1 where it is none of its posts."""
    for k in range(item.overs):
        if item.over_post[k] == post:
            return item.over_who[k]
    return np.int64(-1)


@nb.njit(nogil=True)
def _bit_of(slot: Any, item: Any, person: Int) -> Any:
    """Return the word of *person*, a new bit at first mention; none, and `bits` past 64, where all are taken."""
    index = np.int64(slot[person])
    if index < 0:
        index = item.bits
        if index >= MAX_BITS:
            item.bits = MAX_BITS + 1
            return np.uint64(0)
        slot[person] = index
        item.who[index] = person
        item.bits = index + 1
    return bit(index)


@nb.njit(nogil=True)
def _held_by(held: Any, holder: Any, slot: Any, item: Any, post: Int) -> Any:
    """Return the word of the holders of *post*, with new bits at first mention; counts past 64 where there are more."""
    mask = np.uint64(0)
    for h in range(held[post], held[post + 1]):
        mask |= _bit_of(slot, item, np.int64(holder[h]))
    if mask == 0:
        person = stand_in(item, post)
        if person >= 0:
            mask = _bit_of(slot, item, person)
    return mask


@nb.njit(nogil=True)
def _add_demand(item: Any, sign: Any, number: Int, mask: Any, need: Int) -> None:
    """Append one requirement of sign-off *sign* (a SIGN row), the *number*-th of its flow."""
    index = item.demands
    item.demands = index + 1
    if index < MAX_DEMANDS:
        item.mask[index] = mask
        item.need[index] = need
        item.own[index] = sign.own
        item.sign[index] = number
        item.step[index] = sign.step
        item.on[index] = sign.on
        item.before[index] = sign.before


@nb.njit(nogil=True)
def _demand(item: Any, sign: Any, number: Int, mask: Any) -> None:
    """Append the requirement of a sign-off that is not 全体, over all its eligible persons *mask*."""
    if sign.rule == RULE_ANY:
        _add_demand(item, sign, number, mask, np.int64(1))
    elif sign.rule == RULE_AT_LEAST:
        _add_demand(item, sign, number, mask, np.int64(sign.need))
    elif sign.rule == RULE_MAJORITY:
        _add_demand(item, sign, number, mask, popcount(mask) // 2 + 1)


@nb.njit(nogil=True)
def read_signs(signs: Any, listed: Any, held: Any, holder: Any, slot: Any, item: Any, first: Int) -> Int:
    """Read the requirements of ``item.signs`` sign-offs from row *first* on; return OK or TOO_BIG."""
    item.bits = 0
    item.candidates = 0
    item.demands = 0
    for k in range(item.signs):
        sign = signs[first + k]
        item.check[k] = sign.check
        mask = np.uint64(0)
        for row in range(sign.posts, signs[first + k + 1].posts):
            holders = _held_by(held, holder, slot, item, np.int64(listed[row]))
            if sign.rule == RULE_ALL:
                _add_demand(item, sign, k, holders, np.int64(1))
            mask |= holders
        _demand(item, sign, k, mask)
    if item.bits > MAX_BITS or item.demands > MAX_DEMANDS:
        item.bits = min(item.bits, MAX_BITS)
        return TOO_BIG
    return OK


@nb.njit(nogil=True)
def candidate_of(slot: Any, item: Any, person: Int) -> Int:
    """Return the candidate number of *person*, a new one at first mention, −1 where there are too many."""
    where = np.int64(slot[person])
    if where < 0:
        where = item.candidates
        if where >= MAX_CANDIDATES:
            return np.int64(-1)
        slot[person] = where
        item.who[where] = person
        for level in range(3):
            item.reach[level, where] = np.uint64(0)
        item.candidates = where + 1
    return where


@nb.njit(nogil=True)
def only_themselves(item: Any) -> None:
    """Make the eligible persons the candidates, each bringing himself."""
    item.candidates = item.bits
    for index in range(item.bits):
        for level in range(3):
            item.reach[level, index] = bit(index)


@nb.njit(nogil=True)
def read_candidates(person: Any, boss: Any, slot: Any, item: Any) -> Int:
    """Fill candidates and reach from the superiors of every eligible person."""
    only_themselves(item)
    for index in range(item.bits):
        me, mine = item.who[index], bit(index)
        close = person[me].near
        for row in range(person[me].bosses, person[me + 1].bosses):
            where = candidate_of(slot, item, np.int64(boss[row]))
            if where < 0:
                return TOO_BIG
            item.reach[FULL, where] |= mine
            if row < close:
                item.reach[DIRECT, where] |= mine
    return OK


@nb.njit(nogil=True)
def open_item(row: Any, after: Any, pairs: Any, item: Any, persons: Int) -> Int:
    """Start on the item of the flow in *row* (FLOW; *after*: the next one); return OK or TOO_BIG."""
    item.persons = persons
    item.suspect = ~np.uint64(0)
    item.bits = 0
    item.candidates = 0
    item.overs = 0
    item.routes = row.routes
    item.signs = after.signs - row.signs
    item.pairs = after.pairs - row.pairs
    if item.routes > MAX_ROUTES or item.pairs > MAX_PAIRS or item.signs > MAX_DEMANDS:
        return TOO_BIG
    for k in range(item.pairs):
        item.pair_a[k] = pairs[row.pairs + k].a
        item.pair_b[k] = pairs[row.pairs + k].b
    return OK


@nb.njit(nogil=True)
def forget_item(slot: Any, item: Any) -> None:
    """Clear the slots that the last item used, so that the next one starts empty."""
    for index in range(max(item.bits, item.candidates)):
        slot[item.who[index]] = -1


@nb.njit(nogil=True)
def everybody(item: Any) -> Any:
    """Return the word of all eligible persons."""
    if item.bits == 0:
        return np.uint64(0)
    return ~np.uint64(0) >> np.uint64(MAX_BITS - item.bits)


@nb.njit(nogil=True)
def crowd(item: Any, level: Int) -> Int:
    """Return how many candidates a level has: without influence, the eligible persons only."""
    return item.bits if level == 0 else item.candidates
