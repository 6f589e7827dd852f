"""The world of a ledger: who was in post, graded how, acting alone. Witness: counting by hand, and row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from simulate_worlds import shipped

from fangkong_lab.errors import BadInput
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.simulate.ledger_world import ledger_world
from fangkong_lab.simulate.model import Block, model_of, run_rows
from fangkong_lab.simulate.scenario import Scenario, WorldKind, WorldSpec

GRADES = {"高": "高", "一级": "高", "一般": "一般", "低": "低"}


def scenario(start: date = date(2014, 1, 1)) -> Scenario:
    return replace(shipped(), start=start, world=WorldSpec(WorldKind.LEDGER, (), GRADES))


def hand() -> dict[str, pd.DataFrame]:
    """Two units: a head with a clerk; an office whose second post is empty."""
    days = pd.to_datetime
    return {
        "units": pd.DataFrame({"unit_id": ["U1", "U2"], "name": ["甲", "乙"], "kind": "党政机关"}),
        "posts": pd.DataFrame({"post_id": ["A", "B", "C", "D"], "unit_id": ["U1", "U1", "U2", "U2"],
                               "title": ["局长", "科员", "主任", "副主任"], "reports_to": [None, "A", None, "C"]}),
        "occupancies": pd.DataFrame({"person_id": ["P1", "P2", "P3", "空缺", "P4", "P2"], "post_id": ["A", "B", "C", "D", "A", "D"],
                                     "start": days(["2010-01-01", "2013-07-01", "2012-01-01", "2012-01-01", "2005-01-01", "2015-01-01"]),
                                     "end": days([None, None, None, None, "2010-01-01", None])}),
        "risk_points": pd.DataFrame({"risk_id": ["R1", "R2", "R3"], "unit_id": "U1", "post_id": ["A", "A", "B"],
                                     "grade": ["一般", "一级", None]}),
        "power_items": pd.DataFrame({"item_id": ["I1"], "unit_id": ["U2"], "name": ["审批"], "category": ["行政许可"],
                                     "flow_id": ["F1"]}),
        "flows": pd.DataFrame({"flow_id": ["F1"], "unit_id": ["U2"], "name": ["审批"]}),
        "steps": pd.DataFrame({"flow_id": ["F1"], "step_no": [1], "name": ["决定"], "kind": ["决定"]}),
        "sign_offs": pd.DataFrame({"flow_id": ["F1"], "step_no": [1], "sign_no": [1], "post_id": ["C"], "rule": ["任一"]})}


def test_by_hand() -> None:
    world = ledger_world(scenario(), hand())
    assert world.starts.tolist() == [0, 2, 3]
    # P1: 一级 of two grades, leads; P2: ungraded, under the head; P3: ungraded, leads, and decides alone
    assert world.kind.tolist() == [0 * 4 + 0 + 1, 2 * 4, 2 * 4 + 2 + 1]
    assert world.tenure.tolist() == [48, 6, 24]
    assert not world.simulated
    assert any("2 人的岗位没有可对应等级" in note for note in world.notes)


def test_nobody_in_post_is_an_error() -> None:
    with pytest.raises(BadInput, match="没有人在任"):
        ledger_world(scenario(date(2004, 1, 1)), hand())
    with pytest.raises(BadInput, match="岗位表"):
        ledger_world(scenario(), {})


def test_a_county_runs_from_its_ledger() -> None:
    tables = synthetic_county(seed=1, units=4).tables
    asked = scenario()
    world = ledger_world(asked, tables)
    spans, day = tables["occupancies"], pd.Timestamp(asked.start)
    held = spans[(spans["start"] <= day) & ~(spans["end"] <= day) & (spans["person_id"] != "空缺")]
    assert world.persons == held["person_id"].nunique()
    assert world.simulated
    risks = tables["risk_points"]
    high = set(risks.loc[risks["grade"].isin(["高", "一级"]), "post_id"])
    assert (world.kind // 4 == 0).sum() == held.loc[held["post_id"].isin(high), "person_id"].nunique()
    made = run_rows(model_of(asked, world), Block(0, 5))
    again = run_rows(model_of(asked, ledger_world(asked, {k: f.sample(frac=1, random_state=1) for k, f in tables.items()})), Block(0, 5))
    assert np.array_equal(made, again), "the order of rows does not matter"
    assert made.sum() > 0
