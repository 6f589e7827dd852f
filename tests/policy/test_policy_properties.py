"""Laws that every rule must keep, whatever the ledger (hypothesis)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import policy_worlds as worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.change import Provision, Reform, Step, apply
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.grade import grade
from fangkong_lab.policy.node import Node
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score import score

DAY = date(2014, 12, 31)
SCORING = {"changwu_score": worlds.CHANGWU, "shayang_warning": worlds.SHAYANG}
POLICIES = {name: shelf().find(name) for name in (*SCORING, "shayang_risk", "finance_bureau_risk")}
seeds = st.integers(0, 10_000)
scoring = st.sampled_from(sorted(SCORING))


def changed(policy: Policy, at: str, value: float) -> Policy:
    """The policy with one dated value set from its first day on."""
    node = Node(value, "test", 1)
    step = Step("set", at, node, policy.in_force.start, Field(node))
    provision = Provision("甲", (step,), (("assumed", Node("测试", "test", 1)),))
    return apply(Reform("test_reform", "测试", policy.id, "测试", (provision,)), policy)


def ledger(name: str, seed: int, count: int = 120) -> pd.DataFrame:
    return worlds.events(count, SCORING[name], seed=seed, people=15)


def states(name: str, frame: pd.DataFrame, policy: Policy | None = None) -> pd.DataFrame:
    return score(policy or POLICIES[name], {"warning_events": frame}, DAY).states()


@given(seeds, st.sampled_from(["shayang_risk", "finance_bureau_risk"]), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_a_lower_cutoff_never_lowers_a_grade(seed: int, name: str, by: int) -> None:
    policy = POLICIES[name]
    assert policy.scale is not None
    top = policy.scale.names[0]
    limit = policy.grading.cutoffs.steps[0].at_least.number(DAY)  # type: ignore[union-attr]
    second = policy.grading.cutoffs.steps[1].at_least.number(DAY)  # type: ignore[union-attr]
    stricter = changed(policy, f"rule.cutoffs.{top}.at_least", max(limit - by, second + 0.5))
    tables = worlds.risks(200, seed)
    before, after = grade(policy, tables, DAY).codes, grade(stricter, tables, DAY).codes
    told = (before >= 0) & (after >= 0)
    assert (after[told] <= before[told]).all()


@given(seeds, st.sampled_from(sorted(b for b in worlds.SHAYANG[:3])), st.floats(0, 6).map(lambda x: round(x, 2)))
@settings(max_examples=25, deadline=None)
def test_more_points_never_lower_a_score(seed: int, behaviour: str, more: float) -> None:
    policy, frame = POLICIES["shayang_warning"], ledger("shayang_warning", seed)
    old = next(b.points.number(DAY) for b in policy.scoring.behaviours if b.name == behaviour)  # type: ignore[union-attr]
    stricter = changed(policy, f"rule.behaviours.{behaviour}.points", old + more)
    before, after = states("shayang_warning", frame), states("shayang_warning", frame, stricter)
    assert before["subject"].equals(after["subject"])
    assert (after["score"] >= before["score"]).all()


@given(seeds, scoring, st.integers(0, 119), st.sampled_from(["不实", "已澄清"]))
@settings(max_examples=40, deadline=None)
def test_striking_an_event_is_never_having_had_it(seed: int, name: str, place: int, status: str) -> None:
    frame = ledger(name, seed)
    struck = frame.copy()
    struck.loc[place, "clue_status"] = status
    pd.testing.assert_frame_equal(states(name, struck), states(name, frame.drop(index=place)))


@given(seeds, scoring, st.integers(0, 119))
@settings(max_examples=40, deadline=None)
def test_an_appeal_that_revokes_is_never_having_had_the_event(seed: int, name: str, place: int) -> None:
    frame = ledger(name, seed)
    frame.loc[place, "appealed_on"] = pd.Timestamp("2012-01-01")
    frame.loc[place, "appeal_closed_on"] = pd.Timestamp("2012-03-01")
    frame.loc[place, "appeal_result"] = "撤销"
    pd.testing.assert_frame_equal(states(name, frame), states(name, frame.drop(index=place)))


@given(seeds, scoring)
@settings(max_examples=6, deadline=None)
def test_scoring_subjects_apart_and_joining_is_the_same(seed: int, name: str) -> None:
    frame = ledger(name, seed)
    persons = frame[frame["person_id"].notna()].assign(warned_unit=None)
    whole = states(name, persons)
    parts = [states(name, part) for _, part in persons.groupby("person_id")]
    joined = pd.concat(parts, ignore_index=True).sort_values(["kind", "subject"], kind="stable").reset_index(drop=True)
    whole = whole[whole["kind"] == "person"].reset_index(drop=True)
    pd.testing.assert_frame_equal(whole, joined[joined["kind"] == "person"].reset_index(drop=True))


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_grading_units_apart_and_joining_is_the_same(seed: int) -> None:
    tables = worlds.risks(150, seed)
    whole = grade(POLICIES["shayang_risk"], tables, DAY).frame()
    parts = [grade(POLICIES["shayang_risk"], {**tables, "risk_points": p}, DAY).frame()
             for _, p in tables["risk_points"].groupby("unit_id")]
    joined = pd.concat(parts).set_index("risk_id").loc[whole["risk_id"]].reset_index()
    pd.testing.assert_frame_equal(whole, joined)


@given(seeds, scoring, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_does_not_matter(seed: int, name: str, shuffle: object) -> None:
    frame = ledger(name, seed)
    order = list(range(len(frame)))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(states(name, frame), states(name, frame.iloc[order]))


@given(seeds, scoring)
@settings(max_examples=20, deadline=None)
def test_the_callers_tables_are_not_changed(seed: int, name: str) -> None:
    frame = ledger(name, seed)
    before = frame.copy(deep=True)
    states(name, frame)
    pd.testing.assert_frame_equal(frame, before)


@given(seeds, scoring)
@settings(max_examples=20, deadline=None)
def test_no_score_leaves_the_cycle_cap_and_levels_follow_scores(seed: int, name: str) -> None:
    policy, made = POLICIES[name], states(name, ledger(name, seed))
    assert policy.scoring is not None
    assert made["score"].between(0, 12).all()
    limits = [(t.name, t.at_least.number(DAY)) for t in policy.scoring.thresholds]
    for row in made[made["level"] != "不能判定"].itertuples(index=False):
        assert row.level == next((n for n, limit in limits if row.score >= limit), "")


@given(seeds, st.sampled_from(worlds.CHANGWU), st.integers(0, 1800))
@settings(max_examples=30, deadline=None)
def test_one_more_founded_event_never_lowers_a_rolling_or_anchored_score(seed: int, behaviour: str, after: int) -> None:
    frame = ledger("shayang_warning", seed).drop(columns=["appealed_on", "appeal_closed_on", "appeal_result"])
    on = pd.Timestamp(date(2010, 1, 1) + timedelta(days=after))
    more = frame.iloc[[0]].assign(event_id="新", occurred_on=on, verified_on=on, clue_status="属实", points=2.0)
    before, joined = states("shayang_warning", frame), states("shayang_warning", pd.concat([frame, more], ignore_index=True))
    both = before.merge(joined, on=["kind", "subject"], suffixes=("", "_more"))
    assert np.all(both["score_more"] >= both["score"])
