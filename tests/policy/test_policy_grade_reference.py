"""Vectorised grades against the slow obvious reference, and every explanation against the grade it explains."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import policy_reference as reference
import policy_worlds as worlds
import pytest

from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.columns import Tables
from fangkong_lab.policy.grade import grade

DAY = date(2016, 12, 31)
Rows = list[dict[str, object]]


def _weighted(name: str) -> Callable[[Rows, Tables], list[str]]:
    return lambda rows, _: [reference.weighted_grade(reference.document(name), r, DAY) for r in rows]


def _forestry(rows: Rows, tables: Tables) -> list[str]:
    items = tables["power_items"]
    stages = dict(zip(items["item_id"], items["major_stage"], strict=True))
    return [reference.forestry_grade(r, stages) for r in rows]


def _matrix(rows: Rows, _: Tables) -> list[str]:
    plain = reference.document("generic_matrix")
    return [reference.matrix_grade(plain, r, DAY) for r in rows]


REFERENCES = {"shayang_risk": _weighted("shayang_risk"), "finance_bureau_risk": _weighted("finance_bureau_risk"),
              "forestry_risk": _forestry, "generic_matrix": _matrix}


def _compare(name: str, count: int) -> None:
    tables = worlds.risks(count)
    plain = reference.document
    reference.document = _cached(plain)  # type: ignore[assignment]
    try:
        expected = REFERENCES[name](worlds.rows_of(tables["risk_points"]), tables)
    finally:
        reference.document = plain
    assert grade(shelf().find(name), tables, DAY).frame()["grade"].tolist() == expected


def _cached(read: Callable[[str], dict]) -> Callable[[str], dict]:
    known: dict[str, dict] = {}
    return lambda name: known.setdefault(name, known.get(name) or read(name))


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_two_thousand_risks_equal_the_reference(name: str) -> None:
    _compare(name, 2000)


@pytest.mark.heavy
@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_a_million_risks_equal_the_reference(name: str) -> None:
    _compare(name, 1_100_000)


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_every_explanation_ends_in_its_grade_and_cites(name: str) -> None:
    grades = grade(shelf().find(name), worlds.risks(60), DAY)
    for row in grades.frame().itertuples(index=False):
        tree = grades.explain(row.risk_id)
        assert tree.value.startswith(row.grade)
        assert tree.evidences()
        assert row.reason in tree.value
