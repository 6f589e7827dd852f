"""Reforms, differences, contributions, parts, and who stands near a threshold."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from itertools import permutations
from math import factorial
from pathlib import Path

import pandas as pd
import policy_worlds as worlds
import pytest

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.change import Reform, apply, load_reform
from fangkong_lab.policy.compare import document_changes
from fangkong_lab.policy.difference import difference
from fangkong_lab.policy.grade import grade
from fangkong_lab.policy.near import one_event_away
from fangkong_lab.policy.rank import rank_parts
from fangkong_lab.policy.score import score
from fangkong_lab.policy.shapley import Effect, contributions, shapley

DAY = date(2014, 12, 31)
WARNING, RISK = shelf().find("shayang_warning"), shelf().find("shayang_risk")
REFORM = """schema_version: 1
id: tighter
name: 收紧(假设)
baseline: shayang_warning
about: 只作试算
provisions:
  - name: 黄色降为4分
    assumed: 假设方案
    set:
      - {at: rule.levels.黄色预警.at_least, from: 2009-08-01, value: 4}
  - name: 改为滚动周期
    assumed: 假设方案
    set:
      - {at: rule.cycle.kind, value: rolling}
    remove: [rule.cycle.anchor]
  - name: 评议末位2012年起5分
    assumed: 假设方案
    set:
      - {at: rule.behaviours.连续两次评议末位.points, from: 2012-01-01, value: 5}
  - name: 新列一种情形
    assumed: 假设方案
    add:
      - to: rule.behaviours
        item: {name: 表外甲, points: {2009-08-01: {value: 4, assumed: 假设方案}}}
"""


def reform(tmp_path: Path, text: str = REFORM) -> Reform:
    path = tmp_path / "tighter.reform.yaml"
    path.write_text(text, encoding="utf-8")
    return load_reform(path)


def events(seed: int = 3) -> dict[str, pd.DataFrame]:
    return {"warning_events": worlds.events(400, worlds.SHAYANG, seed=seed, people=60)}


def test_applying_makes_a_new_policy_and_leaves_the_baseline(tmp_path: Path) -> None:
    before = WARNING.content_hash
    made = apply(reform(tmp_path), WARNING)
    assert WARNING.content_hash == before
    assert made.id == "tighter"
    assert "收紧(假设)" in made.title()
    assert WARNING.scoring is not None
    assert made.scoring is not None
    assert made.scoring.thresholds[1].at_least.number(DAY) == 4
    assert WARNING.scoring.thresholds[1].at_least.number(DAY) == 6
    assert made.scoring.behaviours[0].points.number(date(2011, 12, 31)) == 3
    assert made.scoring.behaviours[0].points.number(date(2012, 1, 1)) == 5
    assert made.scoring.cycle.kind.value == "rolling"
    assert made.scoring.cycle.evidence.assumed == "假设方案"
    assert made.scoring.behaviours[-1].name == "表外甲"


def test_the_changes_of_a_reform_are_listed_by_address(tmp_path: Path) -> None:
    changes = {c.at: (c.before, c.after) for c in document_changes(WARNING, apply(reform(tmp_path), WARNING))}
    assert changes["rule.levels.黄色预警.at_least.2009-08-01.value"] == ("6", "4")
    assert changes["rule.cycle.anchor"] == ("2009-01-01", "")
    assert changes["rule.behaviours.表外甲.points.2009-08-01.value"] == ("", "4")


@pytest.mark.parametrize(("old", "new", "words"), [
    ("at: rule.levels.黄色预警.at_least", "at: rule.levels.黄色.at_least", ("找不到「黄色」", "黄色预警")),
    ("from: 2009-08-01, value: 4", "value: 4", ("带日期的值要写 from",)),
    ("{at: rule.cycle.kind, value: rolling}", "{at: rule.cycle.kind, from: 2012-01-01, value: rolling}", ("不带日期的不写",)),
    ("to: rule.behaviours", "to: rule.cycle", ("不是列表",)),
    ("value: 4}", "value: 13}", ("黄色降为4分", "规则不成立", "写成一个条款")),
])
def test_a_reform_that_does_not_fit_its_baseline_says_where(tmp_path: Path, old: str, new: str, words: tuple[str, ...]) -> None:
    with pytest.raises(BadInput) as caught:
        apply(reform(tmp_path, REFORM.replace(old, new)), WARNING)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(("old", "new", "words"), [
    ("    assumed: 假设方案\n    set:\n      - {at: rule.levels", "    set:\n      - {at: rule.levels", "没有出处"),
    ("name: 改为滚动周期", "name: 黄色降为4分", "条款名重复"), ("baseline:", "basline:", "不认识的字段"),
    ("remove: [rule.cycle.anchor]", "remove: []", "不为空")])
def test_a_reform_file_is_read_strictly(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        reform(tmp_path, REFORM.replace(old, new))


def test_a_reform_belongs_to_its_baseline(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="基准是 shayang_warning"):
        apply(reform(tmp_path), shelf().find("changwu_score"))
    with pytest.raises(WrongCall, match="没有名为「黄色」的条款"):
        apply(reform(tmp_path), WARNING, ["黄色"])


def test_shapley_equals_the_mean_over_all_orders_and_adds_up(tmp_path: Path) -> None:
    """Witness: the definition by permutations (Shapley 1953), 24 orders, against the formula over coalitions."""
    plan, tables = reform(tmp_path), events()
    found = contributions(plan, WARNING, tables, DAY, Effect.POINTS)

    @cache
    def worth(names: frozenset[str]) -> Fraction:
        states = score(apply(plan, WARNING, names), tables, DAY).states()
        return sum((Fraction(s) for s in states["score"]), Fraction(0))

    total = dict.fromkeys(plan.names(), Fraction(0))
    for order in permutations(plan.names()):
        for place, name in enumerate(order):
            total[name] += worth(frozenset(order[:place + 1])) - worth(frozenset(order[:place]))
    assert found.shares == tuple(total[n] / factorial(4) for n in plan.names())
    assert sum(found.shares) == Fraction(found.total)
    assert found.total != 0


def test_a_provision_that_does_nothing_gets_nothing_and_twins_get_the_same() -> None:
    """The dummy and symmetry axioms, on a hand-made game: a and b both needed, c idle."""
    game = [Fraction(1 if s & 0b11 == 0b11 else 0) for s in range(8)]
    assert shapley(game) == (Fraction(1, 2), Fraction(1, 2), Fraction(0))


def test_more_than_twelve_provisions_give_both_orders_only(tmp_path: Path) -> None:
    head = REFORM[:REFORM.index("provisions:")]
    body = "".join(f"  - name: 条款{i}\n    assumed: 假设\n    add:\n      - to: rule.behaviours\n"
                   f"        item: {{name: 新{i}, points: {{2009-08-01: {{value: {i + 1}, assumed: 假设}}}}}}\n" for i in range(13))
    tables = events()
    tables["warning_events"]["behaviour"] = [f"新{i % 13}" for i in range(400)]
    found = contributions(reform(tmp_path, head + "provisions:\n" + body), WARNING, tables, DAY, Effect.POINTS)
    assert found.shares is None
    assert len(found.first) == len(found.last) == 13
    assert "先入" in "".join(found.table().columns)
    assert "不相加" in found.sentence()


def test_an_effect_that_the_kind_lacks_is_refused(tmp_path: Path) -> None:
    plan = reform(tmp_path, """schema_version: 1
id: r
name: r
baseline: shayang_risk
about: 试
provisions:
  - {name: 甲, assumed: 假设, set: [{at: rule.cutoffs.高.at_least, from: 2009-08-01, value: 12}]}
""")
    with pytest.raises(WrongCall, match="对象计分合计"):
        contributions(plan, RISK, worlds.risks(50), DAY, Effect.POINTS)
    found = contributions(plan, RISK, worlds.risks(300), DAY, Effect.TOP)
    high = [int((grade(p, worlds.risks(300), DAY).frame()["grade"] == "高").sum()) for p in (RISK, apply(plan, RISK))]
    assert (found.before, found.total) == (high[0], high[1] - high[0])
    assert found.shares == (Fraction(found.total),)


def test_the_difference_counts_every_row_once_and_an_items_amount_once(tmp_path: Path) -> None:
    """Witness: hand counting on five risk points; item I1 (100 万元) has two that move together."""
    risk = pd.DataFrame({"risk_id": list("abcde"), "unit_id": ["U1", "U1", "U2", "U2", "U2"], "item_id": ["I1", "I1", "I2", None, "I2"],
                         "social_harm": [3, 3, 5, 1, None], "loss": [4, 4, 5, 1, 1], "private_gain": [4, 4, 5, 1, 1], "petitions": 0})
    items = pd.DataFrame({"item_id": ["I1", "I2"], "category": ["专项资金", "行政许可"], "yearly_amount": [100.0, 7.0]})
    plan = reform(tmp_path, "schema_version: 1\nid: r\nname: r\nbaseline: shayang_risk\nabout: 试\nprovisions:\n"
                  "  - {name: 甲, assumed: 假设, set: [{at: rule.cutoffs.高.at_least, from: 2009-08-01, value: 12}]}\n")
    found = difference(RISK, apply(plan, RISK), {"risk_points": risk, "power_items": items}, DAY)
    assert found.moved()["key"].tolist() == ["a", "b"]
    table = found.table()
    assert table.to_dict("records") == [{"单位编码": "U1", "类别": "专项资金", "原等级": "一般", "新等级": "高", "变化": "升级",
                                         "数量": 2, "涉及金额（万元）": 100.0}]
    assert found.cells()["count"].sum() == 5
    assert "升级 2" in found.sentence()
    assert "不变 3" in found.sentence()


def test_rules_with_other_scales_are_compared_by_rank_or_not_at_all() -> None:
    tables = worlds.risks(200)
    same = difference(RISK, shelf().find("finance_bureau_risk"), tables, DAY)
    assert set(same.rows["move"]) <= {"same", "up", "down", "lost", "found"}
    with pytest.raises(WrongCall, match="不是同一种对象"):
        difference(RISK, WARNING, tables, DAY)


def test_a_score_difference_lists_units_and_persons(tmp_path: Path) -> None:
    plan, tables = reform(tmp_path), events()
    found = difference(WARNING, apply(plan, WARNING), tables, DAY)
    old, new = (score(p, tables, DAY).states() for p in (WARNING, apply(plan, WARNING)))
    assert len(found.rows) == len(old)
    assert len(found.moved()) == int((old["level"] != new["level"]).sum())
    assert "线索，非结论" in found.sentence()


def test_parts_are_ranked_by_what_leaving_them_out_moves() -> None:
    tables = events()
    ranking = rank_parts(WARNING, tables, DAY)
    assert ranking.frame["moved"].is_monotonic_decreasing
    part = ranking.frame.iloc[0]["part"]
    old, new = (score(p, tables, DAY).states() for p in (WARNING, WARNING.without(part)))
    assert ranking.frame.iloc[0]["moved"] == int((old["level"] != new["level"]).sum())
    assert set(ranking.frame["part"]) == set(WARNING.parts())
    with pytest.raises(WrongCall, match="没有名为"):
        WARNING.without("没有的部分")


def test_who_stands_one_event_from_a_threshold() -> None:
    """Witness: hand counting. A has 5 (any listed event lifts to 6), B 2 (6 and 12 lift), C 12 (nothing above)."""
    row = {"occurred_on": pd.Timestamp("2014-02-01"), "verified_on": pd.Timestamp("2014-02-02"), "clue_status": "属实"}
    frame = pd.DataFrame([{**row, "event_id": e, "unit_id": u, "behaviour": b, "points": p} for e, u, b, p in (
        ("1", "A", "表外", 5.0), ("2", "B", "表外", 2.0), ("3", "C", "重大违纪违法案件", None), ("4", "D", "表外", None))])
    near = one_event_away(score(WARNING, {"warning_events": frame}, DAY))
    assert near.frame[["subject", "next_level", "gap", "any_event"]].to_dict("records") == [
        {"subject": "A", "next_level": "黄色预警", "gap": 1.0, "any_event": True},
        {"subject": "B", "next_level": "黄色预警", "gap": 4.0, "any_event": False}]
    assert near.frame.iloc[1]["behaviours"] == ("违规采购", "重大违纪违法案件")
    assert "再有一件就升级的对象 2 个" in near.sentence()
