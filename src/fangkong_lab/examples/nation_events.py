"""Risk points and warning events of the synthetic nation."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from fangkong_lab.examples.alarms import BEHAVIOURS, colour
from fangkong_lab.examples.nation_arrow import code_texts, codes_between, days, words
from fangkong_lab.examples.nation_charts import FIRST_CHIEF, POSTS, SECTIONS
from fangkong_lab.examples.nation_flows import Cut

_RISK_KINDS = ("岗位职责", "思想道德", "制度机制", "业务流程")
_SCORES = ("likelihood", "harm", "social_harm", "loss", "private_gain", "urgency")
_GRADES = ("高", "一般", "低")
_STATUS = ("属实", "未查实不能排除", "不实", "已澄清")
_STATUS_SHARES = (0.82, 0.08, 0.06, 0.04)
_FIRST, _LAST = ((d - date(1970, 1, 1)).days for d in (date(2014, 1, 1), date(2016, 12, 31)))
_DELAY = 60


def risk_columns(cut: Cut, numbers: tuple[int, int], draw: np.random.Generator) -> dict[str, pa.Array]:
    """Return the columns of the risk points with *numbers* [first, last), sorted by the item they belong to."""
    count = numbers[1] - numbers[0]
    item = np.sort(draw.integers(*cut.items, count))
    unit = item // cut.items_per_flow // cut.flows_per_unit
    level = draw.beta(2, 3, count).astype(np.float32) * 4
    scores = {name: np.clip(np.rint(1 + level + draw.normal(0, 0.7, count)), 1, 5).astype(np.int8) for name in _SCORES}
    total = np.sum(list(scores.values()), axis=0, dtype=np.int16)
    post = unit * POSTS + FIRST_CHIEF + draw.integers(0, 2 * SECTIONS, count)
    return {
        "risk_id": code_texts("F", np.arange(*numbers)), "unit_id": codes_between("U", unit, *cut.units),
        "item_id": codes_between("I", item, *cut.items),
        "post_id": codes_between("G", post, cut.units[0] * POSTS, cut.units[1] * POSTS),
        "kind": words(draw.integers(0, len(_RISK_KINDS), count), _RISK_KINDS),
        **{name: pa.array(score) for name, score in scores.items()},
        "discretion": pa.array(draw.integers(0, 4, count).astype(np.int8)),
        "petitions": pa.array(draw.poisson(0.4, count).astype(np.int8)),
        "grade": words(np.asarray((total < 21).astype(np.int8) + (total < 14)), _GRADES)}


def event_columns(cut: Cut, numbers: tuple[int, int], people: int, draw: np.random.Generator) -> dict[str, pa.Array]:
    """Return the columns of the warning events with *numbers* [first, last), by unit; *people*: persons per unit."""
    count = numbers[1] - numbers[0]
    unit = np.sort(draw.integers(*cut.units, count))
    shares = np.array([s for *_, s in BEHAVIOURS])
    what = draw.choice(len(BEHAVIOURS), count, p=shares / shares.sum())
    status = draw.choice(len(_STATUS), count, p=_STATUS_SHARES)
    points = np.where(status == 0, np.array([p for _, p, _ in BEHAVIOURS])[what], 0.0)
    occurred = draw.integers(_FIRST, _LAST - _DELAY, count)
    post = unit * POSTS + draw.integers(0, POSTS, count)
    colours = [colour(p) for _, p, _ in BEHAVIOURS]
    person = unit * people + draw.integers(0, people - 2, count)
    return {
        "event_id": code_texts("E", np.arange(*numbers)), "unit_id": codes_between("U", unit, *cut.units),
        "actor_post": codes_between("G", post, cut.units[0] * POSTS, cut.units[1] * POSTS),
        "person_id": codes_between("P", person, cut.units[0] * people, cut.units[1] * people),
        "occurred_on": days(occurred), "behaviour": words(what, [b for b, *_ in BEHAVIOURS]),
        "verified_on": days(occurred + draw.integers(5, _DELAY, count)), "clue_status": words(status, _STATUS),
        "level": words(np.where(status == 0, what, len(colours)), [*colours, None]), "points": pa.array(points.astype(np.float32)),
        "leader": pa.array(post % POSTS < FIRST_CHIEF)}
