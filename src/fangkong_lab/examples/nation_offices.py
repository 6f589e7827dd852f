"""Units, posts and people of the synthetic nation: every unit has the same frame of posts and 25 persons."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from fangkong_lab.examples.nation_arrow import code_texts, codes_between, days, words
from fangkong_lab.examples.nation_charts import (
    BALLOT,
    DEPUTIES,
    EMPTY,
    FIRST_CHIEF,
    FIRST_CLERK,
    FIRST_DEPUTY,
    HEAD,
    OUTSIDER,
    POSTS,
    SECTIONS,
)

PEOPLE = 1 + DEPUTIES + SECTIONS + 2 * SECTIONS + 1
NEWCOMERS = 2
BALLOT_SIZES = (7, 8, 9, 10, 11)
DOUBLE_SHARE = 0.1
_SINCE, _TURN = (date(2010, 1, 1) - date(1970, 1, 1)).days, (date(2014, 7, 1) - date(1970, 1, 1)).days
_TITLES = ("局长", *(f"副局长{n}" for n in "甲乙丙"), "集体审议组成员", "专项审核岗", "法制审核岗", "群众代表",
           *(f"{n}股股长" for n in "一二三四五六"), *(f"{n}股经办人" for n in "一二三四五六"))


def _superiors() -> np.ndarray:
    """Return each post's superior by its place in the unit, −1 for none."""
    above = np.full(POSTS, -1)
    above[FIRST_DEPUTY:FIRST_DEPUTY + DEPUTIES] = HEAD
    for k in range(SECTIONS):
        above[FIRST_CHIEF + k], above[FIRST_CLERK + k] = FIRST_DEPUTY + k % DEPUTIES, FIRST_CHIEF + k
    return above


def unit_columns(first: int, last: int, draw: np.random.Generator) -> dict[str, pa.Array]:
    """Return the columns of the units with numbers [*first*, *last*)."""
    number = np.arange(first, last)
    return {"unit_id": code_texts("U", number), "name": words(number % 1000, [f"模拟第{k:03d}号单位" for k in range(1000)]),
            "kind": words(draw.integers(0, 3, len(number)), ("党政机关", "乡镇街道", "事业单位")),
            "level": words(draw.integers(0, 4, len(number)), ("省", "市", "县", "乡")),
            "headcount": pa.array(draw.integers(30, 300, len(number)).astype(np.int32))}


def post_columns(first: int, last: int) -> dict[str, pa.Array]:
    """Return the columns of the posts of the units [*first*, *last*): unit by unit, in the order of their places."""
    number = np.arange(first * POSTS, last * POSTS)
    place = number % POSTS
    above = _superiors()[place]
    boss = pa.DictionaryArray.from_arrays(
        pa.array((number - place + above - first * POSTS).astype(np.int32), mask=above < 0), code_texts("G", number))
    return {"post_id": code_texts("G", number), "unit_id": codes_between("U", number // POSTS, first, last),
            "title": words(place, _TITLES), "reports_to": boss, "external": pa.array(place == OUTSIDER)}


def occupancy_columns(first: int, last: int, draw: np.random.Generator) -> dict[str, pa.Array]:
    """Return the columns of the occupancies of the units [*first*, *last*), by unit.

    In one unit in ten the first deputy is also chief of the first section. The unknown post has no row, the empty post
    the row 空缺. Two clerks of every unit left in 2014; newcomers followed.
    """
    units = last - first
    person, post, ends = _frame(units, draw)
    per_unit = PEOPLE + NEWCOMERS
    base = (np.arange(units) + first)[:, None]
    keep = post >= 0
    vacant = person < 0
    who = np.where(vacant, 0, person + base * per_unit)[keep]
    names = pa.DictionaryArray.from_arrays(
        pa.array(np.where(vacant[keep], (last - first) * per_unit, who - first * per_unit).astype(np.int32)),
        pa.concat_arrays([code_texts("P", np.arange(first * per_unit, last * per_unit)), pa.array(["空缺"])]))
    start = np.where(person >= PEOPLE, _TURN, _SINCE)[keep]
    return {"person_id": names, "post_id": codes_between("G", (post + base * POSTS)[keep], first * POSTS, last * POSTS),
            "start": days(start), "end": days(ends[keep])}


def _frame(units: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (person, post, end) by [unit, row] in numbers within the unit; post −1: no row, person −1: 空缺, end −1: still."""
    chiefs = np.arange(SECTIONS)
    fixed_people = np.concatenate([np.arange(1 + DEPUTIES), 1 + DEPUTIES + chiefs, 1 + DEPUTIES + SECTIONS + np.arange(2 * SECTIONS),
                                   [PEOPLE - 1, -1, PEOPLE, PEOPLE + 1]])
    fixed_posts = np.concatenate([np.arange(1 + DEPUTIES), FIRST_CHIEF + chiefs, FIRST_CLERK + np.arange(2 * SECTIONS) // 2,
                                  [OUTSIDER, EMPTY, FIRST_CLERK, FIRST_CLERK + 1]])
    size = np.array(BALLOT_SIZES)[draw.integers(0, len(BALLOT_SIZES), units)]
    members = np.arange(max(BALLOT_SIZES))
    person = np.hstack([np.tile(fixed_people, (units, 1)), np.tile(members, (units, 1))])
    post = np.hstack([np.tile(fixed_posts, (units, 1)), np.where(members < size[:, None], BALLOT, -1)])
    # The head and the deputies vote, then chiefs, then clerks: the first `size` persons of the unit.
    person[draw.random(units) < DOUBLE_SHARE, 1 + DEPUTIES] = 1
    ends = np.full(person.shape, -1)
    first_clerk = 1 + DEPUTIES + SECTIONS
    ends[:, [first_clerk, first_clerk + 2]] = _TURN
    return person, post, ends

