"""All answers about one item in one completion."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.network.kernel_bits import Int
from fangkong_lab.network.kernel_eta import eta
from fangkong_lab.network.kernel_idle import is_idle
from fangkong_lab.network.kernel_item import bit, crowd
from fangkong_lab.network.kernel_kappa import alone, kappa
from fangkong_lab.network.kernel_scratch import OK, TOO_BIG
from fangkong_lab.network.kernel_ways import write_ways

ASK_KAPPA, ASK_WHOLE, ASK_ETA, ASK_SOLE, ASK_IDLE = 1, 2, 4, 8, 16
ASK_ALL = 31
"""What to answer, as bits of a word. ASK_WHOLE and ASK_SOLE need ASK_KAPPA."""


@nb.njit(nogil=True)
def _profile(item: Any, ways: Any, row: Any) -> Int:
    """Write κ at the three levels into *row*; return OK or TOO_BIG."""
    ceiling = np.int64(0)
    for level in range(3):
        ceiling = kappa(item, ways, level, ceiling)
        if ceiling < 0:
            return TOO_BIG
        row[level] = ceiling
        if ceiling == 0:
            row[1] = row[2] = 0
            break
    return OK


@nb.njit(nogil=True)
def _whole(item: Any, ways: Any) -> Int:
    """Write κ_whole; the same as κ where no sign-off comes after effect."""
    after = False
    for d in range(item.demands):
        after |= item.on[d] != item.before[d]
    if not after:
        for level in range(3):
            item.whole[level] = item.kappa[level]
        return OK
    if write_ways(item, ways, 1, np.int64(-1)) != OK:
        return TOO_BIG
    return _profile(item, ways, item.whole)


@nb.njit(nogil=True)
def _idle(item: Any, before: Any, without: Any) -> Int:
    """Write the word of idle checks among those still suspect; return OK or TOO_BIG."""
    word = np.uint64(0)
    for sign in range(item.signs):
        if item.check[sign] and (item.suspect >> np.uint64(sign)) & np.uint64(1):
            verdict = is_idle(item, before, without, sign)
            if verdict < 0:
                return TOO_BIG
            if verdict:
                word |= bit(sign)
    item.idle = word
    return OK


@nb.njit(nogil=True)
def answer(item: Any, before: Any, other: Any, ask: Int) -> Int:
    """Answer the item at hand within its record; return OK or TOO_BIG. *before*, *other*: WAYS records to use."""
    if write_ways(item, before, 0, np.int64(-1)) != OK:
        return TOO_BIG
    if ask & ASK_KAPPA and _profile(item, before, item.kappa) != OK:
        return TOO_BIG
    if ask & ASK_WHOLE and _whole(item, other) != OK:
        return TOO_BIG
    if ask & ASK_ETA:
        item.eta = eta(item, before)
    if ask & ASK_IDLE and _idle(item, before, other) != OK:
        return TOO_BIG
    return OK


@nb.njit(nogil=True)
def count_soles(item: Any, before: Any, level: Int, tally: Any, known: Int) -> None:
    """Add 1 to the *tally* of every sole controller who is one of the *known* persons."""
    if item.kappa[level] != 1:
        return
    for i in range(crowd(item, level)):
        if item.who[i] < known and alone(item, before, level, i):
            tally[item.who[i]] += 1
