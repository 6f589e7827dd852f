"""Planted truth against direct counting of the tables, by rules written here from the definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fangkong_lab.examples.county import make_scene
from fangkong_lab.examples.frames import frame_of
from fangkong_lab.examples.period import Period
from fangkong_lab.examples.tallies import outcome_rows, tally_truth
from fangkong_lab.ledger.tables import TABLES


@pytest.fixture(scope="module")
def tables(county):
    return county.tables


@pytest.fixture(scope="module")
def truth(county):
    return county.truth


def pairs(frame, *columns):
    return sorted([key, day.date().isoformat()] for key, day in frame[list(columns)].itertuples(index=False))


def test_every_table_of_the_dictionary_has_rows_in_its_declared_columns(tables):
    assert list(tables) == list(TABLES)
    for name, frame in tables.items():
        assert len(frame), name
        assert list(frame.columns) == [c.name for c in TABLES[name].columns]
        assert {c.name: str(frame[c.name].dtype) for c in TABLES[name].columns} == {c.name: c.dtype for c in TABLES[name].columns}


def test_all_dates_lie_inside_the_years(tables):
    for name, frame in tables.items():
        for column in frame.columns[frame.dtypes == "datetime64[ns]"]:
            days = frame[column].dropna()
            assert days.between("2009-01-01", "2016-12-31 23:59").all(), (name, column)


def test_every_unit_says_that_it_is_simulated_and_no_person_has_a_name(tables):
    assert tables["units"].name.str.contains("模拟").all()
    assert tables["persons"].person_id.str.fullmatch(r"P[0-9A-Z]+").all()
    assert tables["outcomes"].source.str.contains("模拟数据").all()


def test_warning_network_of_the_documents(tables):
    nodes = tables["warning_network"]
    counts = [1, 8, 66, 430, 484, 10]
    assert [int((nodes.tier == t).sum()) for t in ("预警中心", "信息办公室", "报送点", "采集点", "信息员", "监督员")] == counts
    tier = nodes.set_index("node_id").tier
    above = nodes.dropna(subset="parent")
    assert set(zip(above.tier, above.parent.map(tier), strict=True)) == {
        ("信息办公室", "预警中心"), ("报送点", "信息办公室"), ("采集点", "报送点"), ("信息员", "采集点"), ("监督员", "预警中心")}


def test_numbers_of_the_documents(tables):
    first_six = [f"U{k:02d}" for k in range(1, 7)]
    assert tables["risk_points"].unit_id.isin(first_six).sum() == 1945
    assert len(tables["discretion_standards"]) == 956
    assert tables["regulations"].action.value_counts().to_dict() == {"修订": 126, "新建": 39}
    assert len(tables["flows"]) == 232


def test_missed_and_late_duties(tables, truth):
    records = tables["duty_records"]
    missed = records[records.done_on.isna() & records.excused.isna()]
    assert pairs(missed, "duty_id", "due_on") == sorted(truth["missed_duties"])
    assert pairs(records[records.done_on > records.due_on], "duty_id", "due_on") == sorted(truth["late_duties"])
    assert truth["missed_duties"]
    assert truth["late_duties"]


def test_monthly_duties_fall_on_the_25th_and_the_28th(tables):
    monthly = set(tables["duties"].query("every == '月'").duty_id)
    records = tables["duty_records"]
    assert set(records[records.duty_id.isin(monthly)].due_on.dt.day) == {25, 28}


def test_reports_on_the_25th_and_the_28th_unsent_and_late(tables, truth):
    reports, tier = tables["info_reports"], tables["warning_network"].set_index("node_id").tier
    day = {t: set(g.due_on.dt.day) for t, g in reports.groupby(reports.node_id.map(tier))}
    assert day == {"报送点": {28}, "采集点": {25}}
    assert pairs(reports[reports.sent_on.isna()], "node_id", "due_on") == sorted(truth["unsent_reports"])
    assert pairs(reports[reports.sent_on > reports.due_on], "node_id", "due_on") == sorted(truth["late_reports"])


def test_split_contracts_are_those_that_stay_under_the_limit_only_in_parts(tables, truth):
    found = []
    for _, group in tables["contracts"].groupby(["unit_id", "supplier", "kind", "batch"]):
        if len(group) > 1 and (group.price < group.limit).all() and group.price.sum() > group.limit.iloc[0]:
            assert (group.method != "公开招标").all()
            found.append(sorted(group.contract_id))
    assert sorted(found) == sorted(sorted(s) for s in truth["split_contracts"])
    assert len(found) == 5


def test_the_planted_person_has_twelve_points_inside_twelve_months(tables, truth):
    planted = truth["twelve_points"]
    events = tables["warning_events"].query("person_id == @planted['person']")
    mine = events[events.event_id.isin(planted["events"])]
    assert mine.points.sum() == planted["points"] == 12
    assert mine.occurred_on.max() < mine.occurred_on.min() + pd.DateOffset(months=12)


def test_no_person_has_an_open_clue_and_nobody_outside_his_post_is_named(tables):
    events = tables["warning_events"]
    assert events[events.clue_status == "核查中"].person_id.isna().all()
    named = events.dropna(subset=["person_id"]).merge(tables["occupancies"], left_on=["actor_post", "person_id"],
                                                      right_on=["post_id", "person_id"])
    inside = named[(named.start <= named.occurred_on) & (named.end.isna() | (named.end > named.occurred_on))]
    assert set(inside.event_id) == set(events.dropna(subset=["person_id"]).event_id)


def test_issues_closed_but_not_verified_rebounds_and_money_still_due(tables, truth):
    issues, paid = tables["rectifications"], tables["recoveries"]
    open_check = issues[issues.closed_on.notna() & issues.verified_on.isna()]
    assert sorted(open_check.issue_id) == sorted(truth["closed_not_verified"])
    assert sorted(issues[issues.rebound_on.notna()].issue_id) == sorted(truth["rebounded"])
    sums = paid.groupby("recovery_id").agg(due=("due", "first"), paid=("paid", "sum"), n=("paid", "size"))
    left = (sums.due - sums.paid).round(2)
    assert left[left > 0].to_dict() == pytest.approx(truth["outstanding_recoveries"])
    assert (left >= 0).all()
    assert (sums.n >= 3).any()


def test_petitions_add_up_to_the_outcome(tables):
    counted = tables["outcomes"].query("measure == '信访举报'").set_index(["unit_id", "period_start"]).value
    listed = tables["petitions"].groupby(["unit_id", "period_start"])["count"].sum()
    pd.testing.assert_series_equal(counted.sort_index(), listed.astype(float).sort_index(), check_names=False)


@pytest.fixture(scope="module")
def panel():
    """A county with 55 control units: counts of 信访举报 and 立案 by unit, before and after."""
    scene = make_scene(1, 66, Period(2009, 2016))
    truth = tally_truth(scene)
    rows = frame_of("outcomes", outcome_rows(scene)).query("measure in ['信访举报', '立案', '提醒谈话']").copy()
    rows["after"] = rows.period_start >= "2013-07-01"
    rows = rows[(rows.period_start < "2012-07-01") | rows.after]
    rows["pilot"] = rows.unit_id.isin(truth["pilot_adopted"])
    return truth, rows.groupby(["measure", "pilot", "after"]).value.sum()


@pytest.mark.parametrize("measure", ["信访举报", "提醒谈话", "立案"])
def test_the_pilots_effect_is_in_the_counts(panel, measure):
    planted, sums = panel
    cells = sums[measure]
    log_ratio = np.log(cells[True, True] / cells[True, False]) - np.log(cells[False, True] / cells[False, False])
    error = np.sqrt((1 / cells).sum())
    effect = planted["pilot_effect"][measure]
    assert abs(log_ratio - np.log(effect)) < 3 * error
    if measure != "立案":
        assert abs(log_ratio) > 2 * error


def test_one_unit_really_has_the_higher_rate(tables, truth):
    high = truth["high_unit"]
    counts = tables["outcomes"].query("measure in @high['measures']").groupby("unit_id").value.sum()
    heads = tables["units"].set_index("unit_id").headcount.astype(float)
    rate = counts / heads[counts.index]
    others = counts.drop(high["unit_id"]).sum() / heads[counts.index].drop(high["unit_id"]).sum()
    ratio, error = rate[high["unit_id"]] / others, np.sqrt(1 / counts[high["unit_id"]] + 1 / counts.drop(high["unit_id"]).sum())
    assert rate.idxmax() == high["unit_id"]
    assert abs(np.log(ratio / high["relative_rate"])) < 3 * error + 0.3


class Log:
    """The case log beside the charts, by plain loops."""

    def __init__(self, tables):
        self.items = tables["power_items"].set_index("item_id")
        self.steps = tables["steps"].set_index(["flow_id", "step_no"])
        self.signs = dict(iter(tables["sign_offs"].groupby(["flow_id", "step_no"])))
        self.flows = {f: sorted(g.step_no.unique()) for f, g in tables["sign_offs"].groupby("flow_id")}
        self.apart = {f: list(zip(g.step_a, g.step_b, strict=True)) for f, g in tables["incompatible_steps"].groupby("flow_id")}
        self.held = tables["occupancies"].merge(tables["case_log"][["person_id"]].drop_duplicates()).groupby("person_id")
        self.held = {p: list(g[["post_id", "start", "end"]].itertuples(index=False)) for p, g in self.held}
        self.cases = tables["case_log"].groupby("case_id")

    def eligible(self, row):
        posts = set(self.signs[self.items.flow_id[row.item_id], row.step_no].post_id)
        return any(p in posts and s <= row.at and (pd.isna(e) or row.at < e) for p, s, e in self.held[row.person_id])

    def missing(self, case):
        flow = self.items.flow_id[case.item_id.iloc[0]]
        done, routes = set(case.step_no), {}
        for step in self.flows[flow]:
            routes.setdefault(self.steps.route[flow, step], set()).add(step)
        common = next((s for r, s in routes.items() if pd.isna(r)), set())
        named = {r: s | common for r, s in routes.items() if pd.notna(r)} or {None: common}
        # A route on which only the common steps are signed is a route all the same.
        named |= dict.fromkeys(set(self.steps.loc[flow].route.dropna()) - set(named), common)
        return min((steps - done for steps in named.values()), key=len)


@pytest.fixture(scope="module")
def log(tables):
    return Log(tables)


def test_one_pair_of_eyes_where_two_were_due(log, truth):
    found = []
    for case_id, case in log.cases:
        flow, fewest = log.items.flow_id[case.item_id.iloc[0]], log.items.min_persons[case.item_id.iloc[0]]
        by_step = case.dropna(subset=["person_id"]).groupby("step_no").person_id.agg(set)
        twice = any(by_step.get(a, set()) & by_step.get(b, set()) for a, b in log.apart.get(flow, []))
        if twice or (case.person_id.notna().all() and case.person_id.nunique() < fewest):
            found.append(case_id)
    assert sorted(found) == sorted(case for case, _ in truth["four_eyes_violations"])
    assert len(found) > 10


def test_strangers_unknown_performers_and_left_out_checks(log, truth):
    strangers, unknown, left_out = [], [], []
    for case_id, case in log.cases:
        for row in case.itertuples():
            if pd.isna(row.person_id):
                unknown.append([case_id, row.step_no])
            elif not log.eligible(row):
                strangers.append([case_id, row.step_no])
        left_out += [[case_id, step] for step in log.missing(case)]
    assert sorted(strangers) == sorted(truth["ineligible_signers"])
    assert sorted(unknown) == sorted(truth["unknown_performers"])
    assert sorted(left_out) == sorted(truth["skipped_checks"])
