"""What a reader sees: sentences, tables, figures, evidence, sensitivity."""

import numpy as np
import pytest
from evaluate_panels import COLUMNS, COUNTS, frame, panel

from fangkong_lab import evaluate as ev
from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.evidence import grade
from fangkong_lab.evaluate.parallel import breakdown
from fangkong_lab.evaluate.pre_trend import pre_trend
from fangkong_lab.result import Result

NAMES = {"outcome": "y", "unit": "unit", "time": "year", "treated_from": "start"}


@pytest.fixture(scope="module")
def clear() -> ev.Panel:
    """15 units a side, one start, an effect of 1 with little noise."""
    made = panel(units=30, starts=(4,), periods=8)
    rng = np.random.default_rng(1)
    return made.with_outcome(rng.normal(size=(30, 1)) + 0.1 * rng.normal(size=(30, 8)) + 1.0 * made.status)


def test_did_chooses_by_starts_and_exposure():
    one, many = frame(units=24, starts=(3,), counts=True), frame(units=24, counts=True)
    assert ev.did(one, **NAMES).design is ev.Design.DID
    assert ev.did(many, **NAMES).design is ev.Design.STAGGERED
    counts = {**NAMES, "outcome": "n", "exposure": "people"}
    for made in (one, many):
        answer = ev.did(made, **counts)
        assert (answer.design, answer.scale) == (ev.Design.POISSON, ev.Scale.RATIO)


def test_units_treated_from_the_first_period_on_are_left_out_and_said():
    made = frame(units=24, starts=(3,))
    made.loc[made["unit"] == "u000", "start"] = 2010.0
    answer = ev.did(made, **NAMES)
    assert answer.design is ev.Design.STAGGERED
    without = ev.staggered(ev.Panel.read(made[made["unit"] != "u000"], COLUMNS))
    assert (answer.estimate, answer.low, answer.size.treated) == (pytest.approx(without.estimate), pytest.approx(without.low), 11)
    assert any("1个单位从第一期起就已试点" in c for c in answer.caveats)


def test_an_effect_shows_everything(clear):
    answer = ev.two_by_two(clear, ev.Settings(unit_word="件"))
    assert isinstance(answer, Result)
    assert answer.sentence().startswith("试点15个单位，与对照单位相比，y平均每单位每期增加")
    assert "件（双重差分（两组两期），95%区间+" in answer.sentence()
    assert answer.sentence().endswith("；证据等级3级。")
    assert list(answer.table().columns)[:3] == ["方法", "指标", "效应"]
    assert set(answer.preconditions()["前提"]) == {"单位数", "平行趋势", "试点选取"}
    page = answer._repr_html_()
    assert all(c in page for c in ("马里兰量表", "前提", "试点单位不是抽签确定的"))
    assert answer.sources == ("传入数据240行（30个单位、8期，2010至2017）",)


def test_the_four_means_give_the_estimate(clear):
    answer = ev.two_by_two(clear)
    table = answer.detail().set_index("组")["变化"]
    assert answer.estimate == pytest.approx(table["试点单位"] - table["对照单位"])
    assert answer.estimate == pytest.approx(1.0, abs=0.1)


def test_no_difference_is_said_so():
    made = panel(units=30, starts=(4,), periods=8)
    noise = made.with_outcome(np.random.default_rng(3).normal(size=(30, 8)))
    answer = ev.two_by_two(noise)
    assert not answer.separate
    assert "尚不能与没有变化区分" in answer.sentence()


def test_a_ratio_is_printed_in_percent():
    made = frame(units=30, starts=(3,), counts=True)
    made["n"] = np.where(made["start"].notna() & (made["year"] >= 2013), made["n"] // 3, made["n"])
    answer = ev.did(made, **{**NAMES, "outcome": "n"}, exposure="people")
    assert "n降低" in answer.sentence()
    assert f"降低{1 - answer.estimate:.1%}" in answer.sentence()
    assert answer.separate


def test_a_difference_of_rates_names_its_denominator():
    made = frame(units=30, starts=(3,), counts=True)
    made["people"] *= 1e5
    answer = ev.two_by_two(ev.Panel.read(made, COUNTS))
    assert answer.scale is ev.Scale.RATE
    assert abs(answer.estimate) * answer.per() >= 0.1
    assert f"每{answer.per():g}分母" in answer.sentence()


def test_a_refusal_shows_itself():
    answer = ev.two_by_two(panel(units=4, starts=(3,)))
    assert isinstance(answer, ev.Refusal)
    assert isinstance(answer, Result)
    assert "不能由此判断，至少需要" in answer.sentence()
    assert answer.table().loc[0, "结论"] == "不能由此判断"
    assert "不能由此判断" in answer._repr_html_()


@pytest.mark.parametrize(("assignment", "treated", "control", "level"), [
    (ev.Assignment.BY_LOT, 8, 8, 5), (ev.Assignment.BY_LOT, 3, 30, 4), (ev.Assignment.CHOSEN, 8, 8, 3),
    (ev.Assignment.UNKNOWN, 1, 30, 2), (ev.Assignment.UNKNOWN, 30, 1, 2)])
def test_evidence_levels(assignment, treated, control, level):
    assert grade(3, (), assignment, treated=treated, control=control).level == level


def test_failed_preconditions_cost_levels():
    bad = tuple(ev.Assumption(f"前提{k}", ev.State.FAILED, "不符") for k in range(4))
    made = grade(3, bad[:1], ev.Assignment.CHOSEN, treated=9, control=9)
    assert (made.level, "前提0未通过，降1级" in made.reason) == (2, True)
    assert grade(3, bad, ev.Assignment.CHOSEN, treated=9, control=9).level == 1
    with pytest.raises(BadInput):
        ev.Evidence(6, "太高")


def test_a_lot_raises_the_evidence(clear):
    assert ev.two_by_two(clear, ev.Settings(assignment=ev.Assignment.BY_LOT)).evidence.level == 5


def test_the_figure_of_an_event_study(clear):
    answer = ev.event_study(clear, ev.Settings(draws=499))
    figure = answer.figure()
    assert list(figure.frame["x"]) == [-4, -3, -2, 0, 1, 2, 3]
    assert (figure.frame["low"] < figure.frame["y"]).all()
    assert "试点后4期中4期的95%同时区间不含无效应值" in figure.sentence()
    narrow = ev.event_study(clear, ev.Settings(inference=ev.Inference.CLUSTER)).figure().frame
    assert ((figure.frame["high"] - figure.frame["low"]).to_numpy() > (narrow["high"] - narrow["low"]).to_numpy()).all()


def test_pre_trend_by_hand(clear):
    """The slope of the mean difference over the periods before the start, by least squares."""
    made = pre_trend(clear, ev.Controls.NEVER)
    gap = (clear.outcome[clear.treated].mean(axis=0) - clear.outcome[~clear.treated].mean(axis=0))[:4]
    assert made.slope == pytest.approx(np.polyfit(np.arange(4), gap, 1)[0])
    assert made.bias == pytest.approx(made.detectable * 2.5)


def test_detectable_slope_is_detected_four_times_in_five():
    """Simulated: a drift of the detectable size is found in 80 % of panels."""
    made, found = panel(units=30, starts=(4,), periods=8), []
    rng = np.random.default_rng(5)
    for _ in range(300):
        noise = made.with_outcome(rng.normal(size=(30, 8)))
        reach = pre_trend(noise, ev.Controls.NEVER).detectable
        drift = made.treated[:, None] * reach * np.arange(8)
        found.append(pre_trend(noise.with_outcome(noise.outcome + drift), ev.Controls.NEVER).p < 0.05)
    assert np.mean(found) == pytest.approx(0.8, abs=0.08)


def test_breakdown_is_where_the_interval_meets_zero(clear):
    made = breakdown(clear, ev.Settings())
    assert made.value > 1
    curve = made.table()
    assert (np.diff(curve["区间上端"] - curve["区间下端"]) > 0).all()
    inside = curve.loc[curve["允许的偏离倍数"] < made.value, "区间下端"]
    outside = curve.loc[curve["允许的偏离倍数"] > made.value, "区间下端"]
    assert (inside > 0).all()
    assert (outside <= 0).all()
    assert f"{made.value:.2f}倍" in made.sentence()


def test_breakdown_without_an_effect_is_zero_and_without_a_before_none():
    made = panel(units=30, starts=(4,), periods=8)
    noise = made.with_outcome(np.random.default_rng(3).normal(size=(30, 8)))
    assert breakdown(noise, ev.Settings()).value == 0
    assert "即使平行趋势成立" in breakdown(noise, ev.Settings()).sentence()
    assert breakdown(panel(units=30, starts=(1,)), ev.Settings()) is None


@pytest.mark.heavy
def test_breakdown_interval_covers_under_its_worst_bias():
    """A drift of M̄ = 1 times the largest step before the start, all one way: the interval for M̄ = 1 holds the effect ≥ 95 %."""
    made, held = panel(units=30, starts=(4,), periods=7), []
    rng = np.random.default_rng(6)
    steps = np.array([0.0, 0.2, -0.3, 0.3, 0.3, 0.3, 0.3])
    for _ in range(400):
        noise = rng.normal(size=(30, 7)) * 0.5
        drifting = made.with_outcome(noise + made.treated[:, None] * np.cumsum(steps) + 1.0 * made.status)
        curve = breakdown(drifting, ev.Settings()).curve.set_index("m").loc[1.0]
        held.append(curve["low"] <= 1.0 <= curve["high"])
    assert np.mean(held) >= 0.95


def test_leaving_one_out_finds_the_unit_that_decides():
    made = panel(units=20, starts=(3,))
    rng = np.random.default_rng(0)
    y = rng.normal(size=made.outcome.shape) * 0.1 - 0.2 * made.status
    heavy = int(np.flatnonzero(made.treated)[0])
    y[heavy] += 30 * made.status[heavy]
    swayed = made.with_outcome(y)
    left = ev.leave_one_out(swayed, ev.two_by_two)
    assert left.turned == (swayed.units[heavy],)
    assert f"去掉{swayed.units[heavy]}后方向改变" in left.sentence()
    assert len(left.table()) == 20
    assert len(ev.leave_one_out(swayed, ev.two_by_two, treated_only=True).table()) == 10
    by_hand = swayed.kept(np.arange(20) != 4)
    row = left.table().set_index("去掉的单位").loc[swayed.units[4], "效应"]
    assert row == pytest.approx(ev.two_by_two(by_hand).estimate)


def test_leaving_one_out_of_a_single_pilot():
    made = frame(units=40, starts=(3,))
    keep = sorted(made.loc[made["start"].notna(), "unit"].unique())[0]
    only = made[(made["unit"] == keep) | made["start"].isna()]
    left = ev.leave_one_out(ev.Panel.read(only, COLUMNS), ev.two_by_two, treated_only=True)
    assert "都无法估计" in left.sentence() or "无法估计" in left.sentence()
    assert isinstance(ev.leave_one_out(panel(units=4, starts=(3,)), ev.two_by_two), ev.Refusal)


def test_gaps_are_folded_not_filled():
    """A unit without a row on one side is left out; the others are averaged over the rows there are."""
    made = frame(units=24, starts=(3,))
    gone = made.drop(index=made.index[(made["unit"] == "u001") & (made["year"] < 2013)]).drop(index=[0])
    answer = ev.did(gone, **NAMES)
    folded = gone.assign(late=gone["year"] >= 2013).pivot_table(index=["unit", gone["start"].notna().rename("pilot")], columns="late", values="y")
    change = (folded[True] - folded[False]).dropna()
    assert answer.estimate == pytest.approx(change.xs(True, level="pilot").mean() - change.xs(False, level="pilot").mean())
    assert answer.detail()["单位数"].sum() == 23
    assert "缺4个单位期，未补数" in answer.caveats


def test_simultaneous_bands_hold_everywhere_at_once():
    """Under no effect the 90 % band leaves out zero somewhere in at most about 10 % of panels (600 panels of 24 units)."""
    made, outside = panel(units=24, starts=(3,)), []
    rng = np.random.default_rng(9)
    for _ in range(300):
        answer = ev.event_study(made.with_outcome(rng.normal(size=made.outcome.shape)), ev.Settings(level=0.9, draws=199))
        drawn = answer.figure().frame
        outside.append(((drawn["low"] > 0) | (drawn["high"] < 0)).any())
    assert np.mean(outside) < 0.14
