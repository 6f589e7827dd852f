"""The columnar form of a network: a few flat arrays that compiled code walks through.

A *ragged* table is two arrays: ``start`` (rows + 1 offsets) and values; row i is ``values[start[i]:start[i+1]]``.
Posts, persons and flows are numbered from 0 by the caller (arrays_frames, national), who keeps their codes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba as nb
import numpy as np

FLOW = np.dtype([("signs", np.int64), ("pairs", np.int64), ("routes", np.int64)])
"""A flow: its first sign-off, its first incompatible pair, its number of routes (over 64: too big for the kernel)."""

SIGN = np.dtype([("posts", np.int64), ("step", np.int64), ("on", np.uint64), ("before", np.uint64), ("need", np.int32),
                 ("rule", np.int8), ("own", np.int8), ("check", np.int8)], align=True)
"""A sign-off: its first listed post, its step number, the routes it lies on and those on which it lies before effect
(words), 至少人数, rule (kernel_item.RULE_…), 1 where it is independent, 1 where it may be an idle check."""

NEW_PERSONS = 16
"""How many new persons one completion may bring in: as many as an item may have unknown posts."""

PAIR = np.dtype([("a", np.int64), ("b", np.int64)])
"""Two incompatible steps, by number."""

PERSON = np.dtype([("bosses", np.int64), ("near", np.int64)])
"""A person: where those who reach him begin, and where those end for whom one link is enough."""


class Charts(NamedTuple):
    """The flows: *flow* (FLOW), *sign* (SIGN), *pair* (PAIR), *listed* (posts of the sign-offs).

    *flow* and *sign* have one row more than there are, which says where the last one ends.
    """

    flow: np.ndarray
    sign: np.ndarray
    pair: np.ndarray
    listed: np.ndarray


class Openings(NamedTuple):
    """What completions need: *unknown* (post → 1), *block* (post → its block), and ragged tables.

    A *block* is a set of offices judged as one network: only its persons may hold its unknown posts.
    *crew_at*, *crew*: block → its persons. *linked_at*, *linked*: block → its unknown posts that have a link.
    *duty_at*, *duty*: person → his posts. *upper_at*, *upper*: post → upper posts of its links.
    """

    unknown: np.ndarray
    block: np.ndarray
    crew_at: np.ndarray
    crew: np.ndarray
    linked_at: np.ndarray
    linked: np.ndarray
    duty_at: np.ndarray
    duty: np.ndarray
    upper_at: np.ndarray
    upper: np.ndarray


class Offices(NamedTuple):
    """Who holds what and who can be leaned on.

    *held*, *holder*: ragged post → persons; posts known to be empty and unknown ones have none.
    *person* (PERSON), *boss*: person → everyone who reaches him through any chain, direct superiors first.
    *openings*: what completions need.
    """

    held: np.ndarray
    holder: np.ndarray
    person: np.ndarray
    boss: np.ndarray
    openings: Openings


class Columns(NamedTuple):
    """What the kernel reads: the fields of `Charts` and the first four of `Offices`.

    *person* has NEW_PERSONS rows more than there are persons: the new ones of completions, whom nobody reaches.
    """

    flow: np.ndarray
    sign: np.ndarray
    pair: np.ndarray
    listed: np.ndarray
    held: np.ndarray
    holder: np.ndarray
    person: np.ndarray
    boss: np.ndarray


def columns(charts: Charts, offices: Offices) -> Columns:
    """Return flows and offices as one value for the kernel (nothing is copied)."""
    return Columns(*charts, *offices[:4])


def ragged(keys: np.ndarray, rows: int) -> np.ndarray:
    """Return the offsets of *rows* groups for sorted group numbers *keys*."""
    counts = np.bincount(keys, minlength=rows) if len(keys) else np.zeros(rows, np.int64)
    start = np.zeros(rows + 1, np.int64)
    np.cumsum(counts, out=start[1:])
    return start


@nb.njit(cache=True, nogil=True)
def line_above(above: np.ndarray, unit: np.ndarray, external: np.ndarray, vacant: np.ndarray) -> np.ndarray:
    """Return post → the next non-empty superior in the same unit, −1 where there is none.

    *above*: post → superior, −1 none. No link runs to an external post; a ring in the line ends the search.
    """
    found = np.full(len(above), -1, np.int64)
    for post in range(len(above)):
        if external[post]:
            continue
        up = above[post]
        for _ in range(len(above)):
            if up < 0 or up == post or unit[up] != unit[post]:
                break
            if not vacant[up]:
                found[post] = up
                break
            up = above[up]
    return found


def apply_influences(line: np.ndarray, upper: np.ndarray, lower: np.ndarray, works: np.ndarray) -> tuple[Any, Any]:
    """Return the links as ragged post → upper posts, after 影响关系 (the last row of a pair counts)."""
    posts = len(line)
    below = np.flatnonzero(line >= 0)
    keys = below * posts + line[below]
    if len(upper):
        named = lower.astype(np.int64) * posts + upper
        last, where = np.unique(named[::-1], return_index=True)
        holds = works[::-1][where]
        holds_apart = holds & (last // posts != last % posts)
        keys = np.union1d(np.setdiff1d(keys, last[~holds]), last[holds_apart])
    keys = np.sort(keys)
    return ragged(keys // max(posts, 1), posts), keys % max(posts, 1)


@nb.njit(cache=True, nogil=True)
def superiors(held: np.ndarray, holder: np.ndarray, posts_of: tuple[Any, Any], uppers: tuple[Any, Any],
              persons: int) -> tuple[Any, Any, Any]:
    """Return per person where his superiors begin and where the direct ones end, and the superiors themselves.

    *posts_of*: ragged person → posts; *uppers*: ragged post → upper posts. Breadth first from below: the first
    round is one link, the rest any chain through persons who hold several posts.
    """
    start, close = np.zeros(persons + 1, np.int64), np.zeros(persons + 1, np.int64)
    boss = np.empty(max(16, 4 * persons), np.int32)
    seen = np.full(persons, -1, np.int64)
    size = 0
    for person in range(persons):
        seen[person] = person
        at, current = size, person
        while True:
            for p in range(posts_of[0][current], posts_of[0][current + 1]):
                post = posts_of[1][p]
                for u in range(uppers[0][post], uppers[0][post + 1]):
                    up = uppers[1][u]
                    for h in range(held[up], held[up + 1]):
                        if seen[holder[h]] == person:
                            continue
                        seen[holder[h]] = person
                        if size == len(boss):
                            boss = np.concatenate((boss, np.empty_like(boss)))
                        boss[size] = holder[h]
                        size += 1
            if current == person:
                close[person] = size
            if at == size:
                break
            current = boss[at]
            at += 1
        start[person + 1] = size
    return start, close, boss[:size].copy()


@nb.njit(cache=True, nogil=True)
def _join(parent: np.ndarray, held: np.ndarray, holder: np.ndarray, upper_at: np.ndarray, upper: np.ndarray,
          last_post: np.ndarray) -> None:
    """Join the units of posts that share a person or a link (*parent*: union-find over posts)."""
    for post in range(len(held) - 1):
        for h in range(held[post], held[post + 1]):
            other = last_post[holder[h]]
            if other >= 0:
                _unite(parent, post, other)
            last_post[holder[h]] = post
        for u in range(upper_at[post], upper_at[post + 1]):
            _unite(parent, post, upper[u])


@nb.njit(nogil=True)
def _unite(parent: Any, one: int, other: int) -> None:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    while parent[other] != other:
        parent[other] = parent[parent[other]]
        other = parent[other]
    parent[max(one, other)] = min(one, other)


def blocks_of(unit: np.ndarray, held: np.ndarray, holder: np.ndarray, uppers: tuple[np.ndarray, np.ndarray],
              persons: int) -> np.ndarray:
    """Return post → block: units connected by a person with posts in both, or by a link, are one block."""
    first = np.zeros(int(unit.max(initial=-1)) + 1, np.int64)
    first[unit[::-1]] = np.arange(len(unit))[::-1]
    parent = first[unit]
    _join(parent, held, holder, uppers[0], uppers[1], np.full(persons, -1, np.int64))
    while True:
        up = parent[parent]
        if np.array_equal(up, parent):
            return np.unique(parent, return_inverse=True)[1].astype(np.int64)
        parent = up


def openings(block: np.ndarray, unknown: np.ndarray, pairs: np.ndarray, uppers: tuple[np.ndarray, np.ndarray],
             persons: int) -> Openings:
    """Return what completions need. *pairs*: (post, person) rows."""
    order = np.argsort(pairs[:, 1], kind="stable")
    blocks = int(block.max(initial=-1)) + 1
    many = max(persons, 1)
    crew_block, crew = np.divmod(np.unique(block[pairs[:, 0]] * many + pairs[:, 1]), many)
    has_link = np.diff(uppers[0]) > 0
    has_link[uppers[1]] = True
    linked = np.flatnonzero(unknown & has_link)
    linked = linked[np.argsort(block[linked], kind="stable")]
    return Openings(unknown, block, ragged(crew_block, blocks), crew, ragged(block[linked], blocks), linked,
                    ragged(pairs[order, 1], persons + NEW_PERSONS), pairs[order, 0], uppers[0], uppers[1])


def seat(pairs: np.ndarray, uppers: tuple[np.ndarray, np.ndarray], persons: int, unknown: np.ndarray,
         block: np.ndarray) -> Offices:
    """Return offices from (post, person) rows, unique and sorted, and the ragged post → upper posts."""
    held, holder = ragged(pairs[:, 0], len(unknown)), pairs[:, 1].astype(np.int32)
    opened = openings(block, unknown, pairs, uppers, persons)
    everyone = persons + NEW_PERSONS
    person = np.zeros(everyone + 1, PERSON)
    person["bosses"], person["near"], boss = superiors(held, holder, (opened.duty_at, opened.duty), uppers, everyone)
    return Offices(held, holder, person, boss, opened)
