"""Where the kernel puts its answers: one ANSWER row per task, and one list of persons for all."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.network.kernel_bits import Int

STATE_DONE, STATE_TOO_BIG, STATE_UNSIGNED, STATE_OPEN = 0, 1, 2, 3

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
def _widen(span: Any, value: Int) -> None:
    """Widen the interval *span* ([0, 0]: none yet) to hold *value* > 0."""
    if value > 0:
        span[0] = value if span[0] == 0 else min(span[0], value)
        span[1] = max(span[1], value)


@nb.njit(nogil=True)
def merge(item: Any, row: Any) -> None:
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
def insert(people: Any, start: Int, size: Int, who: Int) -> Int:
    """Insert *who* into the sorted ``people[start:size]``; return the new size."""
    at = size
    while at > start and people[at - 1] > who:
        people[at] = people[at - 1]
        at -= 1
    people[at] = who
    return size + 1


@nb.njit(nogil=True)
def room(people: Any, needed: Int) -> Any:
    """Return *people*, longer where *needed* do not fit."""
    while needed > len(people):
        people = np.concatenate((people, np.empty_like(people)))
    return people
