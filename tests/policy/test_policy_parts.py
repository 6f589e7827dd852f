"""The small parts: dates, dated values, conditions with holes, charging, explanations, finding policies."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.dates import add_months
from fangkong_lab.errors import BadInput, NotInForce, WrongCall
from fangkong_lab.policy import cycle
from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.explain import explain_event, explain_state
from fangkong_lab.policy.grade import grade
from fangkong_lab.policy.load import read_policy
from fangkong_lab.policy.node import parse_yaml
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score import Scores, score
from fangkong_lab.policy.why import whys
from fangkong_lab.policy.words import LedgerKind

DAY = date(2016, 12, 31)
days = st.dates(date(1996, 1, 1), date(2040, 12, 31))
BOUND = Path(__file__).parents[1] / "broken_policies" / "overlapping_dates.yaml"


def text_of(policy_id: str) -> str:
    return next(p for p in shelf().paths() if p.stem == policy_id).read_text(encoding="utf-8")


@given(st.lists(days, min_size=1, max_size=30), st.integers(-30, 30))
def test_months_on_arrays_are_the_months_of_single_days(some: list[date], months: int) -> None:
    """Witness: `fangkong_lab.dates.add_months`."""
    numbers = np.array([cycle.day_number(d) for d in some])
    assert [cycle.day_of(n) for n in cycle.add_months(numbers, months)] == [add_months(d, months) for d in some]
    many = np.resize(numbers, 20_000)
    assert np.array_equal(cycle.add_months(many, months)[:len(some)], cycle.add_months(numbers, months))


@given(days, days, st.integers(1, 24))
def test_an_anchored_cycle_holds_its_day(anchor: date, day: date, months: int) -> None:
    start = cycle.day_of(cycle.anchored_start(np.array([cycle.day_number(day)]), cycle.day_number(anchor), months)[0])
    turn = 0
    while add_months(anchor, turn * months) > day:
        turn -= 1
    while add_months(anchor, (turn + 1) * months) <= day:
        turn += 1
    assert start == add_months(anchor, turn * months)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=40), st.integers(1, 24))
def test_opened_cycles_follow_one_by_one(offsets: list[int], months: int) -> None:
    """Witness: walking through the events of two subjects one at a time."""
    occurred = sorted(date(2010, 1, 1) + timedelta(days=o) for o in offsets)
    numbers = np.array([cycle.day_number(d) for d in occurred] * 2)
    subjects = np.repeat([0, 1], len(occurred))
    expected, start = [], None
    for on in occurred:
        if start is None or on >= add_months(start, months):
            start = on
        expected.append(start)
    got = [cycle.day_of(n) for n in cycle.opened_starts(subjects, numbers, months)]
    assert got == expected * 2


def limited() -> Policy:
    """A decision list with a dated limit: 100 until 2014, 200 from then on; judged on the day of signing."""
    text = BOUND.read_text(encoding="utf-8").replace("until: 2015-01-01", "until: 2014-01-01")
    text = text.replace("table: contracts", "table: contracts\nday_input: signed_on")
    text = text.replace("inputs:\n", "inputs:\n  signed_on: {column: signed_on, header: 签订日期, type: day}\n")
    return read_policy(parse_yaml(text, "limited.yaml"))


def test_each_row_is_judged_by_the_rule_of_its_own_day() -> None:
    rows = pd.DataFrame({"contract_id": list("abcde"), "kind": "施工", "price": [150.0, 150.0, 100.0, 99.9, 150.0],
                         "signed_on": pd.to_datetime(["2013-12-31", "2014-01-01", "2010-01-01", "2013-12-31", None])})
    grades = grade(limited(), {"contracts": rows}, DAY)
    assert grades.frame()["grade"].tolist() == ["高", "低", "高", "低", "不能判定"]
    assert grades.reasons().iloc[4] == "缺「签订日期」"
    assert "100万元" in grades.explain("a").text()
    assert "200万元" in grades.explain("b").text()
    with pytest.raises(NotInForce, match="早于规则施行日 2010-01-01"):
        grade(limited(), {"contracts": rows.assign(signed_on=pd.Timestamp("2009-12-31"))}, DAY)


def test_a_dated_value_before_its_first_day_is_an_error() -> None:
    value = dict(limited().named_values)["limit"]
    assert value.number(date(2013, 12, 31)) == 100
    with pytest.raises(NotInForce, match="最早的值自 2010-01-01 起") as caught:
        value.at(date(2009, 12, 31))
    assert "overlapping_dates" not in str(caught.value)
    assert "limited.yaml › 第" in str(caught.value)


def test_empty_as_is_used_and_stands_among_the_assumptions() -> None:
    assert ("inputs.urgent", "测试") in limited().assumptions()
    rows = pd.DataFrame({"contract_id": ["a"], "kind": ["货物"], "price": [1.0], "signed_on": [pd.Timestamp("2016-01-01")]})
    assert grade(limited(), {"contracts": rows}, DAY).frame()["grade"].tolist() == ["低"]


def test_columns_may_be_categories_strings_or_objects() -> None:
    rows = pd.DataFrame({"contract_id": ["a", "b"], "kind": ["施工", None], "price": [300.0, 1.0],
                         "signed_on": pd.to_datetime(["2016-01-01"] * 2), "urgent": pd.array([None, True], dtype="boolean")})
    answers = [grade(limited(), {"contracts": rows.astype({"kind": kind})}, DAY).frame()["grade"].tolist()
               for kind in ("object", "string", "category")]
    assert answers == [["高", "高"]] * 3


@pytest.mark.parametrize(("column", "value", "words"), [("kind", "拆除", "不在规则列出的选项之内"), ("price", "很多", "不是数值的值")])
def test_a_cell_that_cannot_be_read_names_its_header(column: str, value: object, words: str) -> None:
    rows = pd.DataFrame({"contract_id": ["a"], "kind": ["施工"], "price": [1.0], "signed_on": [pd.Timestamp("2016-01-01")]})
    rows[column] = pd.Series([value], dtype=object)
    with pytest.raises(BadInput, match=words):
        grade(limited(), {"contracts": rows}, DAY)


def events(*rows: dict[str, object]) -> dict[str, pd.DataFrame]:
    base = {"unit_id": "U1", "clue_status": "属实", "occurred_on": pd.Timestamp("2016-03-01"), "verified_on": pd.Timestamp("2016-03-10")}
    return {"warning_events": pd.DataFrame([{"event_id": f"E{i}", **base, **r} for i, r in enumerate(rows, 1)])}


def shayang(tables: dict[str, pd.DataFrame]) -> Scores:
    return score(shelf().find("shayang_warning"), tables, DAY)


def test_the_holder_of_the_warned_post_on_the_day_is_charged() -> None:
    tables = events({"actor_post": "G1", "person_id": "P1", "warned_post": "G2", "behaviour": "违规采购"})
    tables["occupancies"] = pd.DataFrame({
        "person_id": ["P2", "P3"], "post_id": ["G2", "G2"], "start": pd.to_datetime(["2010-01-01", "2016-03-01"]),
        "end": pd.to_datetime(["2016-03-01", None])})
    assert shayang(tables).states()["subject"].tolist() == ["P3"]
    tables["occupancies"].loc[0, "end"] = pd.NaT
    made = shayang(tables)
    assert made.states().empty
    assert "对象不能确定" in "".join(whys(made)[0])
    assert made.event_points().tolist() == [0.0]


def test_the_actor_is_charged_where_the_warned_post_is_his_own() -> None:
    made = shayang(events({"actor_post": "G1", "person_id": "P1", "warned_post": "G1", "behaviour": "违规采购"}))
    assert made.states()[["kind", "subject", "score"]].to_numpy().tolist() == [["person", "P1", 6.0]]


def test_a_unit_and_a_person_in_one_event_are_kept_apart() -> None:
    made = shayang(events({"warned_unit": "U2", "person_id": "P1", "behaviour": "违规采购"}, {"behaviour": "违规采购"}))
    assert made.states()[["kind", "subject", "score"]].to_numpy().tolist() == [
        ["person", "P1", 6.0], ["unit", "U1", 6.0], ["unit", "U2", 6.0]]


def test_explanations_reach_values_and_sources() -> None:
    made = shayang(events({"behaviour": "违规采购"}, {"behaviour": "连续两次评议末位"}))
    tree = explain_state(made, LedgerKind.UNIT, "U1")
    text = tree.text()
    assert tree.value == "9 分，黄色预警"
    for words in ("事件 E1：6 分", "门槛「黄色预警」：≥ 6 分〔假定值，无出处", "累计「两次以上预警」：≥ 2 次，现 2 次", "不是沙洋的规定"):
        assert words in text
    assert explain_event(made, "E2").as_json()["value"] == "3 分"
    with pytest.raises(WrongCall, match="没有编号为「E7」的事件"):
        explain_event(made, "E7")
    with pytest.raises(WrongCall, match="个人台账里没有「P9」"):
        explain_state(made, LedgerKind.PERSON, "P9")


def test_trees_in_html_are_escaped() -> None:
    made = shayang(events({"unit_id": "<b>U</b>", "behaviour": "违规采购"}))
    html = explain_state(made, LedgerKind.UNIT, "<b>U</b>")._repr_html_()
    assert "<b>U</b>" not in html
    assert "&lt;b&gt;U&lt;/b&gt;" in html
    assert "<script" not in made._repr_html_()


def test_points_are_those_of_the_day_it_occurred() -> None:
    text = text_of("shayang_warning").replace(
        "        2009-08-01: {value: 6, assumed: 沙洋未公布扣分值；示例值与文中发出黄色预警一致}",
        "        2009-08-01: {value: 6, assumed: 示例}\n        2016-03-01: {value: 7, assumed: 示例}")
    policy = read_policy(parse_yaml(text, "shayang_warning.yaml"))
    rows = ({"behaviour": "违规采购", "occurred_on": pd.Timestamp(d)} for d in ("2016-02-29", "2016-03-01"))
    assert score(policy, events(*rows), DAY).event_points().tolist() == [6.0, 7.0]


@pytest.mark.parametrize(("row", "words"), [
    ({"clue_status": "可能"}, "「核查结论」的值「可能」"), ({"appeal_result": "驳回"}, "「申诉结果」的值「驳回」"),
    ({"appealed_on": pd.Timestamp("2016-05-01"), "appeal_closed_on": pd.Timestamp("2016-04-01")}, "早于申诉日期")])
def test_impossible_events_are_refused(row: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        shayang(events({"behaviour": "违规采购", **row}))


def test_an_appeal_within_an_appeal_goes_back_step_by_step() -> None:
    """A is appealed 1 May–1 Aug, B on 1 July and open: on 31 Dec the state is that of 30 April, A and B's events in it."""
    first = {"behaviour": "违规采购", "appealed_on": pd.Timestamp("2016-05-01"), "appeal_closed_on": pd.Timestamp("2016-08-01"),
             "appeal_result": "维持"}
    second = {"behaviour": "连续两次评议末位", "appealed_on": pd.Timestamp("2016-07-01")}
    late = {"behaviour": "连续两次评议末位", "occurred_on": pd.Timestamp("2016-06-01"), "verified_on": pd.Timestamp("2016-06-02")}
    own = shayang(events(first, second, late)).states().iloc[0]
    assert (own["score"], own["frozen_on"].date()) == (9.0, date(2016, 4, 30))


def test_frozen_records_cannot_be_edited() -> None:
    policy = shelf().find("shayang_risk")
    with pytest.raises(AttributeError):
        policy.name = "别的"  # type: ignore[misc]


def test_a_broken_file_in_the_workspace_is_seen_and_stops_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "broken.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "policies" / "typo.yaml").write_text("kind: grading\n", encoding="utf-8")
    (tmp_path / "policies" / "taxonomy.yaml").write_text("forms: {}\n", encoding="utf-8")
    found = shelf(tmp_path)
    names = {p.stem for p in found.paths()}
    assert {"broken", "typo", "shayang_risk"} <= names
    assert "taxonomy" not in names
    assert found.find("沙洋县风险分级(四项指标)").id == "shayang_risk"
    with pytest.raises(BadInput, match="不是合法的 YAML"):
        found.find("broken")
