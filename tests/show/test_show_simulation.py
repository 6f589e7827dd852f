"""Pictures and pages of simulated policies: every one is marked, drawn from its own data, and made of real glyphs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from fangkong_lab.show.canvas import missing_glyphs
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.scenario_pages import NO_COUNTS, ScenarioPages
from fangkong_lab.show.simulation_charts import calibration_chart, influence_chart
from fangkong_lab.simulate.calibrate import Search, calibrate
from fangkong_lab.simulate.calibrate_counts import Countable, Counts
from fangkong_lab.simulate.model import model_of
from fangkong_lab.simulate.read_scenario import load_scenario
from fangkong_lab.simulate.robust import Effort
from fangkong_lab.simulate.scenario import Crowd

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "scenarios" / "twelve_points.yaml"


@cache
def pages() -> ScenarioPages:
    scenario = load_scenario(SHIPPED).resized([Crowd(5, 8), Crowd(12, 3), Crowd(25, 1)], 12)
    few = {a: replace(p, low=p.value, high=p.value) for a, p in scenario.parameters.items()}
    for address in ("conduct.kinds.作风问题.rate", "responses.提醒.hours", "responses.约谈整改.deters"):
        few[address] = scenario.parameters[address]
    return ScenarioPages(model_of(replace(scenario, parameters=few)), 12, Effort(replications=3, confirm=6, trajectories=2))


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
    assert [line.split(". ", 1)[-1] for line in held.turns().lines] == list(held.sweep.turning())
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


def test_calibration_is_drawn_for_every_parameter_with_its_verdict() -> None:
    model = pages().model
    last = model.scenario.end - timedelta(days=1)
    counts = Counts((Countable.RECEIVED,), (9,), model.scenario.start, last, last, ("年报",))
    made = calibrate(model, counts, search=Search(20, 2, 4, 2))
    chart = calibration_chart(made)
    assert len(chart.frame) == 3
    assert "推演，不是预测" in chart.title
    assert chart.source == "年报"

