"""Pictures and pages of simulated policies: every one is marked, drawn from its own data, and made of real glyphs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from fangkong_lab.show.canvas import missing_glyphs
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose, Stack
from fangkong_lab.show.scenario_pages import NO_COUNTS, NO_TURN, Actual, ScenarioPages
from fangkong_lab.show.simulation_charts import calibration_chart, influence_chart
from fangkong_lab.simulate.calibrate import Search, calibrate
from fangkong_lab.simulate.calibrate_counts import Countable, Counts
from fangkong_lab.simulate.model import model_of
from fangkong_lab.simulate.read_scenario import load_scenario
from fangkong_lab.simulate.robust import Design, Effort
from fangkong_lab.simulate.robust_conclusion import Claim
from fangkong_lab.simulate.robust_verdict import Standing
from fangkong_lab.simulate.scenario import Crowd

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "scenarios" / "twelve_points.yaml"


@cache
def pages() -> ScenarioPages:
    scenario = load_scenario(SHIPPED).resized([Crowd(5, 8), Crowd(12, 3), Crowd(25, 1)], 12)
    few = {a: replace(p, low=p.value, high=p.value) for a, p in scenario.parameters.items()}
    for address in ("conduct.kinds.作风问题.rate", "responses.提醒.hours", "responses.约谈整改.deters"):
        few[address] = scenario.parameters[address]
    return ScenarioPages(model_of(replace(scenario, parameters=few)), 12, Effort(replications=3, confirm=6, trajectories=2))


@cache
def turning() -> ScenarioPages:
    """One rule answered mildly (0.5 to 8 hours) or hard (4), where answers deter nobody: the hours turn round at 4."""
    scenario = load_scenario(SHIPPED).resized([Crowd(5, 6)], 12)
    fixed = {a: replace(p, low=p.value, high=p.value) for a, p in scenario.parameters.items()}
    for address in (a for a in fixed if a.startswith("responses.") and a.endswith((".deters", ".colleagues"))):
        fixed[address] = replace(fixed[address], value=0.0, low=0.0, high=0.0)
    fixed["responses.提醒.hours"] = replace(fixed["responses.提醒.hours"], low=0.5, value=2.0, high=8.0)
    fixed["responses.约谈整改.hours"] = replace(fixed["responses.约谈整改.hours"], low=4.0, value=4.0, high=4.0)
    for address, value in (("conduct.kinds.作风问题.rate", 0.06), ("conduct.kinds.违规采购.rate", 0.03), ("detection.信息员.finds", 0.5)):
        fixed[address] = replace(fixed[address], value=value, low=value, high=value)
    fixed["detection.信访.finds"] = scenario.parameters["detection.信访.finds"]
    arm = scenario.arms[0]
    arms = [replace(arm, name=name, use=replace(arm.use, responses=dict.fromkeys(arm.use.responses, response)))
            for name, response in (("轻", "提醒"), ("重", "约谈整改"))]
    return ScenarioPages(model_of(replace(scenario, parameters=fixed)).with_arms(arms), 4,
                         Effort(replications=4, confirm=8, trajectories=3))


CHARTS = {"standing": ScenarioPages.standing_chart, "comparison": ScenarioPages.comparison_chart, "sizes": ScenarioPages.sizes,
          "hours": ScenarioPages.hours, "thresholds": ScenarioPages.thresholds}


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_marked_and_the_same_twice(name: str) -> None:
    one, two = CHARTS[name](pages()), CHARTS[name](pages())
    assert isinstance(one, Chart)
    assert isinstance(two, Chart)
    assert one.png == two.png
    assert one.png.startswith(b"\x89PNG")
    assert "推演，不是预测" in one.title
    assert len(one.frame)
    assert not missing_glyphs(one.title + one.alt + one.note)


def test_the_picture_of_influence_is_drawn_from_the_sweep() -> None:
    made = pages().sweep
    verdict = made.verdicts[0]
    chart = influence_chart(made, verdict)
    assert set(chart.frame["参数"]) == {"「作风问题」的发生率", "「提醒」的工时", "「约谈整改」的遏制作用"}
    assert chart.frame["全程影响"].is_monotonic_decreasing


def test_pages_lead_with_what_survives_and_keep_the_echoes_out() -> None:
    held = pages()
    assert held.standing().lines[:3] == held.sweep.lines()[:3]
    assert {*held.standing().lines[4:]} < {*held.sweep.lines()}
    assert NO_TURN in held.standing().lines
    assert [repr(each) for each in held.turns().items] == list(held.sweep.turning()) == ["会翻转的：没有。"]
    assert held.answer().lines[0].startswith("【推演，不是预测；模拟数据】假定取遍各自范围，处处成立的结论：")
    assert held.answer().lines[-1] == NO_COUNTS
    assert held.calibration().sentence() == NO_COUNTS
    assert "「收紧1-3-6」用的规则同「示例门槛1-6-12」，门槛改为" in held.heading().sentence()
    assert held.standing().lines[0].startswith("【推演，不是预测；模拟数据】")
    assert "模拟数据" in held.heading().sentence()
    assert len(held.assumptions().frame) == len(held.model.scenario.parameters)
    assert len(held.figures().frame) > 10
    assert len(held.verdicts().frame) == 14  # 长武 scores persons only: no comparison of warnings to units
    for shown in (held.figures(), held.levels(), held.waits(), held.turns(), held.influences()):
        assert "损害" not in shown._repr_html_()
    assert held.comparison().lines[0].count("在同一组随机数上") == 3


def test_what_cannot_be_told_as_assumed_is_said_without_more_or_less() -> None:
    held = pages()
    opened = {v.question.arm: v for v in held.sweep.standing(Standing.OPEN) if v.question.claim in (Claim.MISSED, Claim.HOURS)}
    line = {arm: text for arm in opened for text in held.answer().lines if f"个月里「{arm}」的" in text}
    assert set(line) == set(opened) != set()
    for arm, verdict in opened.items():
        assert f"{verdict.question.claim.label}与「{verdict.question.base}」分不出多少" in line[arm]


def test_a_report_by_sobol_shows_the_shares() -> None:
    held = turning()
    other = ScenarioPages(held.model, 4, replace(held.effort, design=Design.SOBOL, base=4, strongest=2))
    shares = other.influences().items[-1]
    assert isinstance(shares, Listing)
    assert not any(isinstance(each, Listing) for each in held.influences().items)
    assert {"单独解释", "连同交互"} < set(shares.frame.columns)
    assert set(shares.frame["结论"]) == {v.question.short(v.sign) for v in other.sweep.standing(Standing.FLIPS)}
    assert shares.frame.groupby("结论").size().max() <= 2
    assert "推演，不是预测" in shares.note


def test_what_turns_is_a_sentence_a_numbered_list_and_a_table_of_every_flip() -> None:
    held = ScenarioPages(turning().model, 4, turning().effort)
    count = len(held.sweep.standing(Standing.FLIPS))
    assert f"会翻转的 {count} 条，在哪里翻转另列在后。" in held.standing().lines
    head, each, flips = held.turns().items
    assert isinstance(head, Prose)
    assert isinstance(each, Prose)
    assert (*head.lines, *each.lines) == held.sweep.turning()
    assert each.ordered
    assert len(each.lines) == count > 0
    assert isinstance(flips, Listing)
    assert flips.caption == "翻转处"
    assert flips.frame["参数"].tolist() == ["「提醒」的工时"]
    assert float(flips.frame["翻转处"].iloc[0]) == pytest.approx(4, abs=0.02)


def test_calibration_is_drawn_for_every_parameter_with_its_verdict() -> None:
    model = pages().model
    last = model.scenario.end - timedelta(days=1)
    counts = Counts((Countable.RECEIVED,), (9,), model.scenario.start, last, last, ("年报",))
    made = calibrate(model, counts, search=Search(20, 2, 4, 2))
    chart = calibration_chart(made)
    assert len(chart.frame) == 3
    assert "推演，不是预测" in chart.title
    assert chart.source == "年报"


def test_where_no_value_agrees_the_calibration_says_none_not_never() -> None:
    held = pages()
    last = held.model.scenario.end - timedelta(days=1)
    absurd = Counts((Countable.RECEIVED,), (99_999,), held.model.scenario.start, last, last, ("年报",))
    told = replace(held, actual=Actual(absurd, held.model.scenario.arms[0].name, Search(4, 1, 1, 2))).calibration()
    assert isinstance(told, Stack)
    assert isinstance(told.items[-1], Listing)
    assert {*told.items[-1].frame["相容值最低"], *told.items[-1].frame["判断"]} == {"—", "没有相容的值"}
