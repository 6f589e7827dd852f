"""Rectification, inspections, money, duties, warnings, durations.

Witnesses: counting by hand on small tables, statsmodels' SurvfuncRight, a published Kaplan–Meier example.
"""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.coverage import coverage
from fangkong_lab.measure.duties import Done, fulfilment
from fangkong_lab.measure.lifting import lifting, overdue
from fangkong_lab.measure.recover import recoveries
from fangkong_lab.measure.rectify import Age, days_to_close, rectification
from fangkong_lab.measure.survival import kaplan_meier

AS_OF = date(2016, 12, 31)
ALL = "见人、见事、见单位、见处理结果、见责任追究"
ISSUES = pd.DataFrame([
    # id, found, due, closed, verified, rebound, five_seen
    ("W1", "2016-01-10", "2016-06-30", "2016-06-01", "2016-07-01", None, ALL),
    ("W2", "2016-01-10", "2016-06-30", "2016-06-20", None, None, "见人、见事"),
    ("W3", "2016-01-10", "2016-06-30", "2016-06-20", "2016-08-01", "2016-10-01", ALL),
    ("W4", "2016-03-01", "2016-12-01", None, None, None, None),
    ("W5", "2016-03-01", "2016-09-15", None, None, None, None),
    ("W6", "2016-03-01", "2017-03-01", "2016-12-01", None, None, None),
    ("W7", "2016-03-01", "2017-03-01", None, None, None, None),
    ("W8", "2016-11-01", "2016-12-31", "2017-01-15", "2017-02-01", None, None),
    ("W9", "2016-11-01", None, None, None, None, None),
    ("X1", "2017-01-01", "2017-06-30", None, None, None, None),
], columns=["issue_id", "found_on", "due_on", "closed_on", "verified_on", "rebound_on", "five_seen"])


def test_rectification_by_hand():
    """Due by the end of 2016: W1–W5 and W8; closed of them W1–W3; W6 closed early; W8 closed only in 2017; X1 not found yet."""
    made = rectification(ISSUES, AS_OF)
    assert (made.total, made.due, made.closed_due, made.not_due, made.no_deadline) == (9, 6, 3, 2, 1)
    assert (made.closed, made.verified, made.rebounded) == (4, 2, 1)
    assert made.completion.value == 0.5
    assert "到期问题6个，销号3个" in made.sentence()
    assert "其中经核验2个" in made.sentence()
    assert dict(made.ages) == {Age.NOT_DUE: 1, Age.MONTH: 2, Age.QUARTER: 0, Age.HALF: 1, Age.LONGER: 0, Age.NO_DEADLINE: 1}
    assert dict(made.seen) == {"见人": 3, "见事": 3, "见单位": 2, "见处理结果": 2, "见责任追究": 2}
    assert made.all_seen == 2
    assert not made.odd


def test_what_happened_later_is_not_known_yet():
    assert rectification(ISSUES, date(2016, 6, 15)).closed == 1
    assert rectification(ISSUES, date(2017, 2, 28)).closed == 5
    assert rectification(ISSUES, date(2017, 2, 28)).verified == 3


def test_no_denominator_no_rate():
    made = rectification(ISSUES.iloc[:0], AS_OF)
    assert made.completion.value is None
    assert "无分母" in made.sentence()


def test_contradicting_dates_are_listed_not_repaired():
    frame = pd.DataFrame([("A", "2016-05-01", "2016-04-01", "2016-03-01", None), ("B", "2016-01-01", None, "2016-06-01", None),
                          ("C", "2016-01-01", "2016-06-01", "2016-07-01", "2016-05-01")],
                         columns=["issue_id", "found_on", "closed_on", "verified_on", "rebound_on"])
    made = rectification(frame, AS_OF)
    assert made.odd == (("A", "核验早于销号"), ("A", "销号早于发现"), ("B", "已核验而未销号"), ("C", "反弹早于销号"))
    assert made.closed == 2
    with pytest.raises(BadInput, match="不是日期"):
        rectification(frame.assign(closed_on="很久以前"), AS_OF)


@given(st.permutations(range(len(ISSUES))))
def test_order_of_rows_does_not_matter(order):
    assert rectification(ISSUES.iloc[list(order)], AS_OF) == rectification(ISSUES, AS_OF)


def test_days_to_close_censors_the_open():
    made = days_to_close(ISSUES, AS_OF)
    assert (made.total, made.done) == (9, 4)
    assert made.moments[0].day == (date(2016, 6, 1) - date(2016, 1, 10)).days
    assert days_to_close(ISSUES, AS_OF, verified=True).done == 2


def test_kaplan_meier_of_freireich():
    """6-MP arm of Freireich et al. 1963 (R: ``survival`` docs, Cox & Oakes 1984): S(6) .857, S(10) .753, S(23) .448, median 23."""
    days = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    done = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    made = kaplan_meier(days, [bool(d) for d in done], "缓解")
    assert [made.open_at(t) for t in (6, 10, 23)] == pytest.approx([0.857, 0.753, 0.448], abs=5e-4)
    assert made.quantile() == 23
    assert made.moments[0].error == pytest.approx(0.0764, abs=5e-5)
    assert "中位23天" in made.sentence()


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=2, max_size=40))
def test_kaplan_meier_equals_statsmodels(pairs):
    days, done = [d for d, _ in pairs], [e for _, e in pairs]
    if not any(done):
        assert math.isnan(kaplan_meier(days, done, "x").quantile())
        return
    made, peer = kaplan_meier(days, done, "x"), SurvfuncRight(np.array(days), np.array(done, dtype=int))
    assert [m.open_ for m in made.moments] == pytest.approx(list(peer.surv_prob))
    ours = [m.error for m in made.moments if m.open_ > 0]
    assert ours == pytest.approx(list(peer.surv_prob_se)[:len(ours)])
    if all(abs(m.open_ - 0.5) > 1e-9 for m in made.moments):  # there statsmodels asks for S < 0.5, we for S ≤ 0.5
        assert np.nan_to_num(made.quantile()) == np.nan_to_num(peer.quantile(0.5))


def test_log_log_interval_by_formula():
    """At one time with 2 of 10 done: S = .8, se(log S)² = 2/(10·8); R's conf.type = "log-log" → .4087, .9459."""
    made = kaplan_meier([5, 5] + [9] * 8, [True, True] + [False] * 8, "x").moments[0]
    assert (made.low, made.high) == pytest.approx((0.4087, 0.9459), abs=5e-5)


def test_ends_that_cannot_be_told_are_said_so():
    assert "区间不能判定" in kaplan_meier([5], [True], "x").sentence()
    assert "nan" not in kaplan_meier([5, 6, 7], [True] * 3, "x").sentence()
    assert "不到一半" in kaplan_meier([5, 6, 7], [True, False, False], "x").sentence()


def test_nothing_known_beyond_the_longest_duration():
    made = kaplan_meier([5, 9], [True, False], "x")
    assert made.open_at(9) == 0.5
    assert math.isnan(made.open_at(10))
    assert kaplan_meier([], [], "x").sentence() == "x没有记录。"


INSPECTIONS = pd.DataFrame([
    ("甲局", "单位", "常规", "2016-03-01", 10), ("甲局", "单位", "回头看", "2016-10-01", 2), ("乙局", "单位", "常规", "2016-03-01", None),
    ("一村", "村居社区", "专项", "2016-05-01", 5), ("二村", "村居社区", "专项", "2017-05-01", 9)],
    columns=["target", "target_kind", "kind", "started_on", "problems"])


def test_coverage_counts_each_target_once_and_never_adds_kinds():
    made = coverage(INSPECTIONS, AS_OF, universe={"单位": 4})
    assert [(k.kind, k.targets, k.visits, k.share) for k in made.kinds] == [("单位", 2, 3, 0.5), ("村居社区", 1, 1, None)]
    assert "不作合计" in made.sentence()
    assert "合计" not in "".join(made.table()["对象类型"])
    assert made.kinds[0].problems == 12
    assert made.kinds[0].problems_missing == 1
    assert "应巡察数未载" in made.sentence()
    with pytest.raises(BadInput, match="多于应巡察"):
        coverage(INSPECTIONS, AS_OF, universe={"单位": 1})
    assert coverage(INSPECTIONS, AS_OF, since=date(2016, 4, 1)).kinds[0].targets == 1


MONEY = pd.DataFrame([
    ("K1", "清退", 1.19, 0.4, "2016-02-01"), ("K1", "清退", None, 0.4, "2016-05-01"), ("K1", "清退", None, 0.39, "2016-08-01"),
    ("K2", "挽回损失", None, 118.81, "2016-09-01"), ("K3", "清退", 3.0, 1.0, "2016-09-01"), ("K3", "清退", 3.0, 1.0, "2017-02-01")],
    columns=["recovery_id", "nature", "due", "paid", "on"])


def test_instalments_are_summed_and_natures_are_not_added():
    """1.19万元 in three instalments (瑞安, 陶山镇横塘村); 118.81万元 recovered is another nature."""
    made = recoveries(MONEY, AS_OF)
    sums = {n.nature: n for n in made.natures}
    assert sums["清退"].paid == pytest.approx(2.19)
    assert (sums["清退"].cases, sums["清退"].instalments) == (2, 4)
    assert sums["挽回损失"].paid == 118.81
    assert "性质不同，不作合计" in made.sentence()
    assert "121" not in made.sentence()
    assert made.table()["应缴未载的笔数"].tolist() == [1, 0]


def test_contradictions_in_money_are_listed_or_refused():
    over = pd.DataFrame([("K1", "清退", 1.0, 2.0, "2016-01-01"), ("K2", "清退", 5.0, 1.0, "2016-01-01"), ("K2", "清退", 6.0, 1.0, "2016-02-01")],
                        columns=MONEY.columns)
    assert recoveries(over, AS_OF).odd == (("K1", "实缴多于应缴"), ("K2", "各期所写应缴不一致"))
    with pytest.raises(BadInput, match="性质不同"):
        recoveries(MONEY.assign(recovery_id="K"), AS_OF)


def test_duties_by_hand():
    duties = pd.DataFrame({"duty_id": ["B1", "B2"], "means": ["报告", "备案"]})
    records = pd.DataFrame([
        ("B1", "2016-03-31", "2016-03-31", None), ("B1", "2016-06-30", "2016-07-02", None), ("B1", "2016-09-30", None, None),
        ("B1", "2017-01-31", None, None), ("B2", "2016-12-31", None, None), ("B2", "2016-06-30", None, "停办"),
        ("B2", "2016-12-20", "2017-01-05", None), ("B9", "2016-01-31", "2016-01-01", None)],
        columns=["duty_id", "due_on", "done_on", "excused"])
    made = fulfilment(records, duties, AS_OF)
    assert {m: {s: n for s, n in states if n} for m, states in made.counts} == {
        "报告": {Done.ON_TIME: 1, Done.LATE: 1, Done.MISSED: 1, Done.NOT_DUE: 1},
        "备案": {Done.MISSED: 2, Done.EXCUSED: 1}, "未载": {Done.ON_TIME: 1}}
    assert made.unknown_duties == ("B9",)
    assert sum(made.total(s) for s in Done) == len(records)
    assert "应备案、报告、未载6次，按期2次，逾期1次，未履行3次" in made.sentence()


def test_lifting_leaves_out_what_was_no_warning():
    frame = pd.DataFrame([
        ("E1", "蓝", "2016-01-01", "2016-01-31", None, "属实", None, None), ("E2", "蓝", "2016-01-01", None, "2016-03-01", "属实", None, None),
        ("E3", "黄", "2016-06-01", "2016-05-01", None, "属实", None, None), ("E4", "红", "2016-06-01", None, None, "不实", None, None),
        ("E5", "红", "2016-06-01", None, None, "属实", "2016-08-01", "撤销"), ("E6", None, "2016-06-01", "2017-01-05", None, "属实", None, None),
        ("E7", "蓝", None, None, None, "核查中", None, None),
        ("E8", "蓝", "2016-01-01", "2016-02-01", None, "已澄清", None, None)],
        columns=["event_id", "level", "decided_on", "lifted_on", "due_on", "clue_status", "appeal_closed_on", "appeal_result"])
    made = lifting(frame, AS_OF)
    assert [(level, c.total, c.done) for level, c in made.curves] == [("蓝", 2, 1), ("等级未载", 1, 0)]
    assert dict(made.overdue)["蓝"] == 1
    assert list(frame.loc[overdue(frame, AS_OF), "event_id"]) == ["E2"]
    assert not overdue(frame, date(2016, 3, 1)).any(), "the day itself is not past"
    assert made.odd == ("E3",)
    assert made.undecided == 1
    assert made.curves[0][1].moments[0].day == 30
    assert "E3" in made.sentence()
