"""The engine against the slow obvious reference (policy_reference.py: row by row, plain Python, no shared code)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import policy_reference as reference
import policy_worlds as worlds
import pytest
import yaml

from fangkong_lab.policy.load import read_policy
from fangkong_lab.policy.node import parse_yaml
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score import score

WORLDS = {"changwu_score": (worlds.CHANGWU, "2010-01-01"), "shayang_warning": (worlds.SHAYANG, "2010-01-01"),
          "baibu_duty": (worlds.BAIBU, "2022-06-01"), "rolling": (worlds.SHAYANG, "2010-01-01")}


def rule(name: str) -> tuple[Policy, dict]:
    """The policy, and its YAML as plain dicts; ``rolling`` is 沙洋's example with a moving window."""
    if name != "rolling":
        text = next(reference.POLICIES.rglob(f"{name}.yaml")).read_text(encoding="utf-8")
    else:
        text = next(reference.POLICIES.rglob("shayang_warning.yaml")).read_text(encoding="utf-8")
        text = text.replace("kind: anchored\n    anchor: 2009-01-01", "kind: rolling")
    return read_policy(parse_yaml(text, name)), yaml.safe_load(text)


def as_of_days(start: str) -> tuple[date, ...]:
    """In the middle, on a leap day or its eve, at the end, and long after."""
    year = int(start[:4])
    return date(year + 1, 7, 1), date(year + 2, 2, 28), date(year + 2, 3, 1), date(year + 5, 5, 31), date(year + 8, 1, 1)


def compare(name: str, count: int, people: int, days: tuple[date, ...]) -> None:
    """Assert that every event's points and every subject's state are the reference's."""
    policy, plain = rule(name)
    behaviours, start = WORLDS[name]
    frame = worlds.events(count, behaviours, start, people=people)
    rows = worlds.rows_of(frame)
    for day in days:
        scores = score(policy, {"warning_events": frame}, day)
        expected = reference.states(plain, rows, day)
        got = {}
        for row in scores.states().itertuples(index=False):
            begun = None if pd.isna(row.cycle_start) else row.cycle_start.date()
            frozen = None if pd.isna(row.frozen_on) else row.frozen_on.date()
            got[row.kind, row.subject] = (Fraction(row.score), row.level, begun, frozen, row.warnings, row.undetermined)
        assert got == expected
        check_points(plain, rows, day, scores.event_points())


def check_points(plain: dict, rows: list[dict], day: date, got: np.ndarray) -> None:
    """Points of the events that count; the rest add nothing or cannot be told."""
    for row, points in zip(rows, got, strict=True):
        if points and not np.isnan(points):
            assert Fraction(float(points)) == reference.points(plain, row, day)
        if row["clue_status"] != "属实":
            assert points == 0


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_two_thousand_events_equal_the_reference(name: str) -> None:
    compare(name, 2000, 150, as_of_days(WORLDS[name][1]))


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_sparse_subjects_equal_the_reference(name: str) -> None:
    compare(name, 2000, 1500, as_of_days(WORLDS[name][1])[:2])


@pytest.mark.heavy
@pytest.mark.parametrize("name", sorted(WORLDS))
def test_a_million_events_equal_the_reference(name: str) -> None:
    compare(name, 1_000_000, 200_000, as_of_days(WORLDS[name][1])[3:4])
