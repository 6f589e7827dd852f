"""Working memory of the kernel: two records per thread, reused from item to item.

An item is small: at most 64 eligible persons (*bits* of a word, in order of first mention), at most 256
candidates (the eligible persons, then the others who reach one of them), at most 64 requirements. Whatever is
larger is reported as TOO_BIG and left to the reference; nothing is cut off.

Records (numpy structured scalars) rather than many arrays: compiled functions then take one pointer each.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fangkong_lab.network.arrays import NEW_PERSONS

MAX_BITS = 64
MAX_CANDIDATES = 256
MAX_DEMANDS = 64
MAX_PAIRS = 32
MAX_WAYS = 1024
MAX_CONDITIONS = 16384
MAX_CONFLICTS = 14
MAX_NODES = 4096
MAX_OPEN = NEW_PERSONS

OK = 0
TOO_BIG = 1

NONE, DIRECT, FULL = 0, 1, 2
BEFORE, OTHER = 0, 1

_WORD, _INT = np.uint64, np.int64


def _edition() -> str:
    """Return a digest of the kernel's source files.

    It becomes the name of a field of ITEM, and so part of the compiled functions' signature: numba's cache looks at
    the file of the outermost function only, and would go on using code from before a change in another one.
    """
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("kernel*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]



WAYS = np.dtype([
    ("ways", _INT), ("conditions", _INT), ("dropped", _INT), ("start", _INT, MAX_WAYS + 1),
    ("own", _WORD, MAX_CONDITIONS), ("far", _WORD, MAX_CONDITIONS), ("need", _INT, MAX_CONDITIONS),
], align=True)
"""The ways through an item: an OR of ways, each an AND of threshold conditions.

Condition c is met by a coalition S with reach A(S) ⊇ S when at least ``need[c]`` of the persons
``(own[c] & S) | (far[c] & A(S))`` are there. Way w has the conditions ``start[w]`` to ``start[w + 1]``.
*dropped* is 1 where a route was left out because nobody can go through it.
"""

ITEM = np.dtype([
    ("bits", _INT), ("candidates", _INT), ("demands", _INT), ("pairs", _INT), ("routes", _INT), ("persons", _INT),
    ("who", _INT, MAX_CANDIDATES), ("reach", _WORD, (3, MAX_CANDIDATES)),
    ("mask", _WORD, MAX_DEMANDS), ("need", _INT, MAX_DEMANDS), ("own", _INT, MAX_DEMANDS),
    ("sign", _INT, MAX_DEMANDS), ("step", _INT, MAX_DEMANDS), ("on", _WORD, MAX_DEMANDS), ("before", _WORD, MAX_DEMANDS),
    ("pair_a", _INT, MAX_PAIRS), ("pair_b", _INT, MAX_PAIRS),
    ("active", _INT, MAX_DEMANDS), ("shrunk", _WORD, MAX_DEMANDS),
    ("conflict_bit", _WORD, MAX_CONFLICTS), ("conflict_pair", _INT, MAX_CONFLICTS),
    ("lean_own", _WORD, MAX_BITS), ("lean_far", _WORD, MAX_BITS), ("lean_kind", _WORD, MAX_BITS),
    ("helps", _WORD, MAX_CONDITIONS), ("depth_own", _WORD, MAX_BITS + 2), ("depth_far", _WORD, MAX_BITS + 2),
    ("depth_banned", _WORD, MAX_BITS + 2), ("depth_open", _WORD, MAX_BITS + 2),
    ("node", _WORD, (MAX_NODES, 7)),
    ("overs", _INT), ("blocks", _INT), ("block", _INT, MAX_OPEN), ("choice", _INT, MAX_OPEN),
    ("over_post", _INT, MAX_OPEN), ("over_who", _INT, MAX_OPEN), ("queue", _INT, MAX_CANDIDATES),
    ("base", _INT, MAX_CANDIDATES), ("bases", _INT), ("samples", _INT), ("bound", _INT),
    ("kappa", _INT, 3), ("whole", _INT, 3), ("eta", _INT), ("idle", _WORD), ("suspect", _WORD), ("signs", _INT),
    ("check", _INT, MAX_DEMANDS), (f"edition_{_edition()}", np.int8),
], align=True)
"""One item in local numbers.

*bits*, *candidates*, *demands*, *pairs*, *routes*: how many; *persons*: min_persons. *who*: candidate → person.
*reach*: [level, candidate] → word of the persons he brings, himself included. *mask* … *before*: one requirement
each: word of eligible persons, how many of them, whether independent, its sign-off and step, on which routes it lies
and on which of them before effect. *lean_…*: candidates after dominance; *helps*: condition → word of those who add
to it. *depth_…*, *node*: stacks of the searches; *bound*: least size. *check*: sign-off → 1 where it may be idle; *signs*: how many.
*over_post*, *over_who*: the unknown posts of this completion and who holds them, *overs* of them; *queue*: stack,
or the *samples* of kernel_open; *base*: candidates while nobody holds the unknown posts.
*kappa*, *whole* [level], *eta*, *idle* (word of sign-offs): the answers in this completion; *suspect*: the
sign-offs that may still be idle in all of them.
"""


class Scratch(NamedTuple):
    """Memory of one thread.

    *slot*: person → index among the item's candidates, −1 elsewhere. *item*: one ITEM record. *ways*: two WAYS records
    (before effect; the whole, or without one sign-off). *tally*: person → completions in which he is sole controller.
    *busy*: person → 1 where he is a candidate even while nobody holds the item's unknown posts.
    """

    slot: np.ndarray
    item: np.ndarray
    ways: np.ndarray
    tally: np.ndarray
    busy: np.ndarray


def new_scratch(persons: int) -> Scratch:
    """Return working memory for a network of *persons* persons (about 2 MB and 9 bytes a person)."""
    return Scratch(np.full(persons, -1, np.int32), np.zeros(1, ITEM), np.zeros(2, WAYS), np.zeros(persons, np.int32),
                   np.zeros(persons, np.int8))
