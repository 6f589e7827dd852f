"""The rules on the synthetic county: planted truth comes out, every rule runs, nothing is changed."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from fangkong_lab.errors import NotInForce
from fangkong_lab.examples.county import County, synthetic_county
from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.grade import grade
from fangkong_lab.policy.score import score
from fangkong_lab.policy.words import PolicyKind

DAY = date(2016, 12, 31)


@pytest.fixture(scope="module")
def county() -> County:
    return synthetic_county()


def test_the_planted_twelve_points_are_found(county: County) -> None:
    """Witness: the generator's truth: one person, three events, 12 points within twelve months of the first."""
    planted = county.truth["twelve_points"]
    assert isinstance(planted, dict)
    events = county.tables["warning_events"].set_index("event_id").loc[planted["events"]]
    scores = score(shelf().find("changwu_score"), county.tables, DAY)
    past = scores.states(past=True)
    own = past[(past["subject"] == planted["person"]) & (past["cycle_start"] == events["occurred_on"].min())]
    assert own[["score", "level"]].to_numpy().tolist() == [[12.0, "满12分"]]
    assert "已结束的周期里达到过等级的" in scores.sentence()


def test_every_grading_rule_runs_on_the_county(county: County) -> None:
    for path in shelf().paths():
        policy = shelf().find(path.stem)
        if policy.kind is not PolicyKind.GRADE or policy.day_input:
            continue
        grades = grade(policy, county.tables, max(DAY, policy.in_force.start))
        assert int(grades.counts().sum()) == len(county.tables[policy.table])
        untold = grades.frame()["grade"] == "不能判定"
        assert (grades.reasons()[untold] != "").all()
        assert (grades.reasons()[~untold] == "").all()


def test_old_contracts_are_an_error_and_not_a_guess(county: County) -> None:
    policy, contracts = shelf().find("small_project"), county.tables["contracts"]
    with pytest.raises(NotInForce, match="早于规则施行日"):
        grade(policy, county.tables, DAY)
    recent = contracts[contracts["signed_on"] >= pd.Timestamp("2015-01-01")]
    grades = grade(policy, {**county.tables, "contracts": recent}, DAY)
    assert grades.counts()["小项目"] > 0
