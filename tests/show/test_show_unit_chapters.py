"""The chapters 风险排查与分级 and 预警运行, and the annex. Witnesses: counting with plain Python over the same rows."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.kinds import Audience
from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.grade import grade
from fangkong_lab.show.unit import UnitPages
from fangkong_lab.show.unit_annex import AnnexPages
from fangkong_lab.show.unit_policies import ChosenRule, RiskPages, chosen_rule
from fangkong_lab.show.unit_warnings import WarningPages, warning_days

DAY = date(2016, 12, 31)
RECEIPTS = pd.DataFrame({"sender": [], "book": [], "file": [], "sha256": [], "rows_read": [], "refused": [], "held_back": []})
RISK_RULE = ChosenRule(shelf().find("shayang_risk"), "由试验指定")
WARNING_RULE = ChosenRule(shelf().find("shayang_warning"), "由试验指定")
COMPLETE = ChosenRule(shelf().find("changwu_score"), "由试验指定")


@pytest.fixture(scope="module")
def tables():
    return synthetic_county(seed=1, units=3).tables


def pages(tables, audience: Audience = Audience.INTERNAL, day: date = DAY) -> UnitPages:
    return UnitPages(tables, "U03", day, audience, RECEIPTS)


def test_risks_are_counted_as_plain_python_counts_them(tables):
    rows = [r for r in tables["risk_points"].to_dict("records") if r["unit_id"] == "U03"]
    made = RiskPages(pages(tables), RISK_RULE)
    assert made.findings().lines[0].startswith(f"查有风险点{len(rows)}个，涉及权力事项{len({r['item_id'] for r in rows if r['item_id']})}项")
    pairs = Counter((r["kind"], r["grade"]) for r in rows)
    table = made.stated().table().set_index("风险类别")
    assert {(k, g): int(table.loc[k, g]) for k in table.index for g in table.columns if g != "合计" and table.loc[k, g]} == dict(pairs)
    assert int(table["合计"].sum()) == len(rows)


def test_the_rules_grades_are_those_of_the_whole_county(tables):
    """Grading one unit's points alone gives what grading all points gives."""
    whole = grade(RISK_RULE.policy, tables, DAY).frame().set_index("risk_id")["grade"].astype(str)
    own = tables["risk_points"].query("unit_id == 'U03'")
    expected = Counter(zip(own["grade"], whole.loc[own["risk_id"]], strict=True))
    table = RiskPages(pages(tables), RISK_RULE).compared().table().set_index("现定等级")
    assert {(a, b): int(table.loc[a, b]) for a in table.index for b in table.columns if b != "合计" and table.loc[a, b]} == dict(expected)
    assert list(table.index) == ["高", "一般", "低"]


def test_the_rule_is_named_with_its_assumptions(tables):
    said = RiskPages(pages(tables), RISK_RULE).by_rule().sentence()
    assert "含假定" in said
    assert RISK_RULE.policy.content_hash[:12] in said
    assert "由试验指定" in said
    assert len(RISK_RULE.assumptions().table()) == len(RISK_RULE.policy.assumptions())
    assert "出处最早核对于2026-11-21" in said
    later = replace(RISK_RULE, checked_since=date(2030, 1, 1))
    assert len(later.stale().table()) >= 4
    assert "都在2020-01-01之后核对过" in replace(RISK_RULE, checked_since=date(2020, 1, 1)).stale().sentence()


def test_a_rule_not_in_force_says_so(tables):
    made = RiskPages(pages(tables, day=date(2009, 7, 31)), RISK_RULE)
    assert "查有风险点0个" not in made.findings().sentence()
    early = {**tables, "risk_points": tables["risk_points"].assign(confirmed_on=pd.Timestamp("2009-01-01"))}
    assert "规则自 2009-08-01 起施行" in RiskPages(pages(early, day=date(2009, 7, 31)), RISK_RULE).by_rule().sentence()
    bare = {**tables, "risk_points": tables["risk_points"].iloc[0:0]}
    assert "未报不等于没有" in RiskPages(pages(bare), RISK_RULE).stated().sentence()


def test_a_risk_confirmed_later_is_not_known_yet(tables):
    own = tables["risk_points"].query("unit_id == 'U03'")
    known = int((own["confirmed_on"] <= pd.Timestamp("2012-10-01")).sum())
    assert 0 < known < len(own)
    assert f"查有风险点{known}个" in RiskPages(pages(tables, day=date(2012, 10, 1)), RISK_RULE).findings().sentence()


def by_hand(tables) -> list[tuple[str, int, str]]:
    """Level, days and state of every decided, unstruck warning of U03, row by row."""
    found = []
    for r in tables["warning_events"].to_dict("records"):
        decided, lifted, due = (None if pd.isna(r[c]) or (r[c].date() > DAY and c != "due_on") else r[c].date() for c in ("decided_on", "lifted_on", "due_on"))
        undone = r["appeal_result"] == "撤销" and not pd.isna(r["appeal_closed_on"])
        if r["unit_id"] == "U03" and decided and r["clue_status"] not in ("不实", "已澄清") and not undone:
            state = "已解除" if lifted else "逾期未解除" if due and due < DAY else "未解除"
            found.append((r["level"], ((lifted or DAY) - decided).days, state))
    return sorted(found)


def test_the_chart_draws_every_warning_once(tables):
    made = pages(tables)
    chart = WarningPages(made, WARNING_RULE).lifting_chart()
    assert sorted(map(tuple, chart.table()[["等级", "天数", "状态"]].to_numpy().tolist())) == by_hand(tables)
    assert chart.png.startswith(b"\x89PNG")
    assert not set(chart.table().columns) & {"event_id", "person_id", "事件编码"}
    assert chart.png == WarningPages(made, WARNING_RULE).lifting_chart().png
    empty = made.own("warning_events").iloc[0:0]
    assert warning_days(empty, made).empty


def test_warnings_in_words(tables):
    made = WarningPages(pages(tables), WARNING_RULE)
    levels = Counter(level for level, _, _ in by_hand(tables))
    said = made.findings().sentence()
    assert all(f"{level}色预警{count}件" in said for level, count in levels.items())
    assert "不是违纪的证据" in said
    assert int(made.fates().table()["合计"].sum()) == int((tables["warning_events"]["unit_id"] == "U03").sum())


def test_the_score_is_said_with_what_is_assumed(tables):
    said = WarningPages(pages(tables), WARNING_RULE).by_rule().sentence()
    assert "单位台账：" in said
    assert "线索，非结论" in said
    assert "门槛、扣分值" in said
    persons = set(tables["persons"]["person_id"])
    assert not [p for p in persons if p in said]
    only_persons = WarningPages(pages(tables), COMPLETE).by_rule().sentence()
    assert "本规则只记个人的分" in only_persons


def test_events_before_the_rule_are_counted_and_not_scored(tables):
    """A rule in force from 2015 only; older events would be an error of the engine, here they are left out and said."""
    policy = COMPLETE.policy
    young = ChosenRule(replace(policy, in_force=replace(policy.in_force, start=date(2015, 1, 1))), "由试验指定")
    old = int(((tables["warning_events"]["unit_id"] == "U03") & (tables["warning_events"]["occurred_on"] < "2015-01-01")).sum())
    assert old > 0
    assert f"规则施行前发生的{old}件不按本规则记分" in WarningPages(pages(tables), young).by_rule().sentence()


@pytest.mark.parametrize("audience", [Audience.UNIT, Audience.PUBLIC])
def test_warnings_stay_inside(tables, audience):
    made = WarningPages(pages(tables, audience), WARNING_RULE)
    for shown in (made.findings(), made.fates(), made.lifting_chart(), made.by_rule()):
        assert "见纪委内部册" in shown.sentence()
    annex = AnnexPages(pages(tables, audience)).figures().table()
    assert not annex["编号"].str.startswith(("预警", "监督执纪")).any()


def test_the_annex_prints_each_key_once(tables):
    annex = AnnexPages(pages(tables)).figures().table()
    assert annex["编号"].is_unique
    row = annex.set_index("编号").loc["覆盖-列入清单"]
    assert row["数值"] == str(int((tables["power_items"]["unit_id"] == "U03").sum()))


def test_fangkong_toml_may_name_the_rule(workspace, monkeypatch, tmp_path):
    monkeypatch.chdir(workspace.root)
    made = chosen_rule("grading_policy", "shayang_risk")
    assert made.policy.id == "shayang_risk"
    assert "由报告模板指定" in made.why
    own = tmp_path / "own"
    own.mkdir()
    (own / "fangkong.toml").write_text('grading_policy = "finance_bureau_risk"\nchecked_since = 2030-01-01\n', encoding="utf-8")
    monkeypatch.chdir(own)
    named = chosen_rule("grading_policy", "shayang_risk")
    assert (named.policy.id, named.checked_since) == ("finance_bureau_risk", date(2030, 1, 1))
    assert "由 fangkong.toml 的 grading_policy 指定" in named.line()
