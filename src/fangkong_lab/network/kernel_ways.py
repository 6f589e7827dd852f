"""The ways through an item as threshold conditions (see kernel_scratch.WAYS), exactly.

A route without distinctness is the AND of its requirements. The rest follows from Hall's theorem:

* *Distinct signers* (min_persons m): at least m distinct persons can sign iff for every set C of requirements
  with Σ need < m the others' eligible persons number at least m − Σ need(C). (König: a bipartite b-matching is as
  large as its smallest cover; a requirement met beyond its matched part is filled up from its own persons.)
* *Incompatible steps* a, b with one requirement each, in no other pair: disjoint signers exist iff the union has
  need(a) + need(b) persons. They are two distinct signers at once, so m ≤ 2 adds nothing.
* Otherwise every person eligible on both sides of a pair is kept for one side; each choice that takes nobody away
  without need is a way of its own with fewer eligible persons, and the route is their OR.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.network.kernel_bits import Int, lowest, popcount
from fangkong_lab.network.kernel_item import bit
from fangkong_lab.network.kernel_scratch import MAX_CONDITIONS, MAX_CONFLICTS, MAX_WAYS, OK, TOO_BIG

HALL_LIMIT = 16
WORK_LIMIT = 20
"""log₂ of the most (choice of sides × set of requirements) that are worth writing out here."""
FREE, PAIRED, TANGLED = 0, 1, 2


@nb.njit(nogil=True)
def _add(ways: Any, own: Any, far: Any, need: Int) -> Int:
    """Append a condition to the way being written."""
    index = ways.conditions
    if index >= MAX_CONDITIONS:
        return TOO_BIG
    ways.own[index] = own
    ways.far[index] = far
    ways.need[index] = need
    ways.conditions = index + 1
    return OK


@nb.njit(nogil=True)
def _add_distinct(item: Any, ways: Any, active: Int, persons: Int) -> Int:
    """Append the conditions for *persons* distinct signers over the first *active* requirements."""
    # For two persons, sets of one requirement say "another one is signed", which its own condition says.
    codes = 1 << active if persons > 2 else 1
    for code in range(codes):
        covered, largest = np.int64(0), np.int64(0)
        own, far = np.uint64(0), np.uint64(0)
        for k in range(active):
            d = item.active[k]
            if (code >> k) & 1:
                covered += item.need[d]
                continue
            largest = max(largest, item.need[d])
            if item.own[d]:
                own |= item.shrunk[d]
            else:
                far |= item.shrunk[d]
        # A requirement of that many persons among the others says it already.
        if largest < persons - covered and _add(ways, own, far, persons - covered) != OK:
            return TOO_BIG
    return OK


@nb.njit(nogil=True)
def _step_union(item: Any, active: Int, step: Int) -> tuple[Any, Any, Int, Int]:
    """Return (own, far, need, number) of the active requirements of one step."""
    own, far = np.uint64(0), np.uint64(0)
    need, number = np.int64(0), np.int64(0)
    for k in range(active):
        d = item.active[k]
        if item.step[d] == step:
            if item.own[d]:
                own |= item.shrunk[d]
            else:
                far |= item.shrunk[d]
            need += item.need[d]
            number += 1
    return own, far, need, number


@nb.njit(nogil=True)
def _tangle(item: Any, active: Int) -> Int:
    """Say how the incompatible pairs lie: none active, apart from one another, or anything else."""
    found = FREE
    for pair in range(item.pairs):
        a, b = item.pair_a[pair], item.pair_b[pair]
        number_a, number_b = _step_union(item, active, a)[3], _step_union(item, active, b)[3]
        if number_a == 0 or number_b == 0:
            continue
        if number_a > 1 or number_b > 1 or item.persons > 2:
            return TANGLED
        for other in range(pair):
            c, d = item.pair_a[other], item.pair_b[other]
            same = (c == a and d == b) or (c == b and d == a)
            if not same and (c in (a, b) or d in (a, b)):
                return TANGLED
        found = PAIRED
    return found


@nb.njit(nogil=True)
def _write_way(item: Any, ways: Any, active: Int, persons: Int) -> Int:
    """Write one way of the active requirements with their shrunk words; skip it where it is beyond everybody."""
    for k in range(active):
        d = item.active[k]
        if popcount(item.shrunk[d]) < item.need[d]:
            return OK
    if ways.ways >= MAX_WAYS:
        return TOO_BIG
    for k in range(active):
        d = item.active[k]
        own, far = np.uint64(0), item.shrunk[d]
        if item.own[d]:
            own, far = far, own
        if _add(ways, own, far, item.need[d]) != OK:
            return TOO_BIG
    if persons >= 2:
        if persons > 2 and active > HALL_LIMIT:
            return TOO_BIG
        if _add_distinct(item, ways, active, persons) != OK:
            return TOO_BIG
    ways.ways += 1
    ways.start[ways.ways] = ways.conditions
    return OK


@nb.njit(nogil=True)
def _write_paired(item: Any, ways: Any, active: Int) -> Int:
    """Write the way of a route whose incompatible pairs lie apart: requirements and one union per pair."""
    ways_before = ways.ways
    if _write_way(item, ways, active, np.int64(1)) != OK:
        return TOO_BIG
    if ways.ways == ways_before:
        return OK
    for pair in range(item.pairs):
        own_a, far_a, need_a, number_a = _step_union(item, active, item.pair_a[pair])
        own_b, far_b, need_b, number_b = _step_union(item, active, item.pair_b[pair])
        if number_a and number_b and _add(ways, own_a | own_b, far_a | far_b, need_a + need_b) != OK:
            return TOO_BIG
    ways.start[ways.ways] = ways.conditions
    return OK


@nb.njit(nogil=True)
def _find_conflicts(item: Any, active: Int) -> Int:
    """List (person, pair) with the person eligible on both sides; return how many, −1 for too many."""
    count = np.int64(0)
    for pair in range(item.pairs):
        own_a, far_a, _need_a, _number_a = _step_union(item, active, item.pair_a[pair])
        own_b, far_b, _need_b, _number_b = _step_union(item, active, item.pair_b[pair])
        both = (own_a | far_a) & (own_b | far_b)
        while both:
            if count >= MAX_CONFLICTS:
                return np.int64(-1)
            word = bit(lowest(both))
            item.conflict_bit[count] = word
            item.conflict_pair[count] = pair
            both &= ~word
            count += 1
    return count


@nb.njit(nogil=True)
def _left_step(item: Any, code: Int, c: Int) -> Int:
    """Return the step from which choice *code* takes the person of conflict *c*."""
    pair = item.conflict_pair[c]
    return item.pair_a[pair] if (code >> c) & 1 else item.pair_b[pair]


@nb.njit(nogil=True)
def _leaves(item: Any, code: Int, conflicts: Int, word: Any, step: Int) -> bool:
    """Say whether choice *code* takes the person *word* from *step*."""
    for c in range(conflicts):  # noqa: SIM110 (compiled: no generators)
        if item.conflict_bit[c] == word and _left_step(item, code, c) == step:
            return True
    return False


@nb.njit(nogil=True)
def _worthwhile(item: Any, code: Int, conflicts: Int) -> bool:
    """Say whether choice *code* takes nobody from a step without need, and is the first of those that take the same."""
    for c in range(conflicts):
        word, left = item.conflict_bit[c], _left_step(item, code, c)
        needed = False
        for d in range(conflicts):
            pair = item.conflict_pair[d]
            if item.conflict_bit[d] != word or (item.pair_a[pair] != left and item.pair_b[pair] != left):
                continue
            other = item.pair_b[pair] if item.pair_a[pair] == left else item.pair_a[pair]
            if not _leaves(item, code, conflicts, word, other):
                needed = True
        pair = item.conflict_pair[c]
        if not needed or (left == item.pair_b[pair] and _leaves(item, code, conflicts, word, item.pair_a[pair])):
            return False
    return True


@nb.njit(nogil=True)
def _write_tangled(item: Any, ways: Any, active: Int) -> Int:
    """Write one way per choice of side for every conflicted person."""
    conflicts = _find_conflicts(item, active)
    if conflicts < 0 or conflicts + (active if item.persons > 2 else 0) > WORK_LIMIT:
        return TOO_BIG
    for code in range(1 << conflicts):
        if not _worthwhile(item, code, conflicts):
            continue
        for k in range(active):
            d = item.active[k]
            mask = item.mask[d]
            for c in range(conflicts):
                if item.step[d] == _left_step(item, code, c):
                    mask &= ~item.conflict_bit[c]
            item.shrunk[d] = mask
        if _write_way(item, ways, active, item.persons) != OK:
            return TOO_BIG
    return OK


@nb.njit(nogil=True)
def _activate(item: Any, route: Int, everything: Int, without: Int) -> tuple[Int, Int]:
    """Collect the requirements of *route*; return (how many, sum of their needs)."""
    active, total = np.int64(0), np.int64(0)
    for d in range(item.demands):
        lies = item.on[d] if everything else item.before[d]
        if (lies >> np.uint64(route)) & np.uint64(1) and item.sign[d] != without:
            item.active[active] = d
            item.shrunk[d] = item.mask[d]
            total += item.need[d]
            active += 1
    return active, total


@nb.njit(nogil=True)
def write_ways(item: Any, ways: Any, everything: Int, without: Int) -> Int:
    """Write the ways through *item*; return OK or TOO_BIG.

    *everything*: 1 counts the sign-offs after effect too; *without* is a sign-off left out (−1: none).
    A route nobody can go through is dropped, and ``ways.dropped`` says that one was.
    """
    ways.ways = 0
    ways.conditions = 0
    ways.dropped = 0
    for route in range(item.routes):
        active, total = _activate(item, route, everything, without)
        if active == 0 or total < item.persons:
            ways.dropped = 1
            continue
        shape = _tangle(item, active)
        if shape == FREE:
            state = _write_way(item, ways, active, item.persons)
        elif shape == PAIRED:
            state = _write_paired(item, ways, active)
        else:
            state = _write_tangled(item, ways, active)
        if state != OK:
            return TOO_BIG
    return OK


@nb.njit(nogil=True)
def way_open(ways: Any, way: Int, own: Any, far: Any) -> bool:
    """Say whether coalition word *own* with reach word *far* meets every condition of *way*."""
    for c in range(ways.start[way], ways.start[way + 1]):
        if popcount((ways.own[c] & own) | (ways.far[c] & far)) < ways.need[c]:
            return False
    return True


@nb.njit(nogil=True)
def alive_way(ways: Any, own: Any, far: Any) -> Int:
    """Return the first way open to coalition word *own* with reach word *far*, −1 where none is."""
    for way in range(ways.ways):
        if way_open(ways, way, own, far):
            return np.int64(way)
    return np.int64(-1)


@nb.njit(nogil=True)
def captures(ways: Any, own: Any, far: Any) -> bool:
    """Say whether some way is open to coalition word *own* with reach word *far*."""
    return alive_way(ways, own, far) >= 0
