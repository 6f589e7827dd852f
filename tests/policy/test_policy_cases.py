"""The cases that analysts write beside the rules, and the machinery that runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.policy.cases import run_cases
from fangkong_lab.policy.catalogue import CASES, shelf
from fangkong_lab.policy.load import load_policy

PATHS = shelf().paths()
CHANGWU = next(p for p in PATHS if p.stem == "changwu_score")


@pytest.mark.parametrize("path", PATHS, ids=[p.stem for p in PATHS])
def test_the_cases_beside_each_rule_pass(path: Path) -> None:
    results = run_cases(load_policy(path), path.with_name(path.stem + CASES))
    assert len(results) >= 4
    assert [r.sentence() for r in results if r.wrong] == []


@pytest.mark.parametrize("path", PATHS, ids=[p.stem for p in PATHS])
def test_each_rule_lies_in_the_folder_of_its_domain(path: Path) -> None:
    assert load_policy(path).domain == path.parent.name


def case(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "changwu_score.cases.yaml"
    path.write_text("policy: changwu_score\ncases:\n" + body, encoding="utf-8")
    return path


EVENT = "    events:\n      - {person_id: P1, behaviour: 党内警告, occurred_on: 2016-01-10, verified_on: 2016-01-20}\n"


def test_a_wrong_expectation_is_reported_with_its_place(tmp_path: Path) -> None:
    path = case(tmp_path, "  - name: 甲\n    as_of: 2016-06-30\n" + EVENT + "    expect:\n      states:\n"
                "        person:P1: {score: 7, level: 满6分, cycle_start: 2016-01-11}\n")
    (result,) = run_cases(load_policy(CHANGWU), path)
    assert "第3行" in result.sentence()
    assert "person:P1 的 score应为「7.0」，得到「6.0」" in result.sentence()
    assert "cycle_start" in result.sentence()
    assert len(result.wrong) == 2


def test_an_expected_error_that_does_not_come_is_a_failure(tmp_path: Path) -> None:
    path = case(tmp_path, "  - name: 甲\n    as_of: 2016-06-30\n" + EVENT + "    expect: {error: 施行}\n")
    (result,) = run_cases(load_policy(CHANGWU), path)
    assert result.wrong == ("应当报错「施行」，却没有报错",)


def test_another_error_than_the_expected_one_is_a_failure(tmp_path: Path) -> None:
    path = case(tmp_path, "  - name: 甲\n    as_of: 2009-06-30\n" + EVENT + "    expect: {error: 别的话}\n")
    (result,) = run_cases(load_policy(CHANGWU), path)
    assert "起施行" in result.wrong[0]


@pytest.mark.parametrize(("expect", "words"), [
    ("{states: {P1: {score: 6}}}", "unit:单位编码"), ("{events: {E9: {points: 6}}}", "没有事件「E9」"),
    ("{states: {'person:P1': {scores: 6}}}", "不认识的字段「scores」"), ("{score: 6}", "不认识的字段「score」")])
def test_a_case_that_is_not_understood_names_its_line(tmp_path: Path, expect: str, words: str) -> None:
    path = case(tmp_path, "  - name: 甲\n    as_of: 2016-06-30\n" + EVENT + f"    expect: {expect}\n")
    (result,) = run_cases(load_policy(CHANGWU), path)
    assert words in result.wrong[0]
    assert "第7行" in result.wrong[0]


def test_cases_of_another_policy_are_refused(tmp_path: Path) -> None:
    path = case(tmp_path, "  - {name: 甲, as_of: 2016-06-30, expect: {}}\n")
    other = next(p for p in PATHS if p.stem == "shayang_warning")
    with pytest.raises(BadInput, match="用例写的是「changwu_score」"):
        run_cases(load_policy(other), path)
