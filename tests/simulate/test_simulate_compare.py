"""Comparison of policies: paired differences, the frontier, provisions. Witnesses: the rows themselves, brute force."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from simulate_worlds import TURNING, reform, small

from fangkong_lab.errors import WrongCall
from fangkong_lab.policy.change import apply
from fangkong_lab.simulate.compare import Differences, frontier, provisions, undominated
from fangkong_lab.simulate.figures import PLACE, Figure
from fangkong_lab.simulate.fold import Totals
from fangkong_lab.simulate.model import Block, Model, model_of, run_rows
from fangkong_lab.simulate.outcome import Outcome
from fangkong_lab.simulate.runner import run
from fangkong_lab.streams import stream

COUNT = 40


def go(model: Model) -> Totals:
    return run(model, COUNT)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    model = model_of(small())
    return Outcome(model, go(model))


def test_differences_are_paired(outcome: Outcome) -> None:
    rows = run_rows(outcome.model, Block(0, COUNT)).astype(float)
    for place, arm in enumerate(outcome.arms):
        made = outcome.estimate(arm.name, Figure.UNANSWERED, difference=True)
        exact = rows[place, :, PLACE[Figure.UNANSWERED]] - rows[0, :, PLACE[Figure.UNANSWERED]]
        assert made.mean == pytest.approx(exact.mean(), abs=1e-9)
        assert made.error == pytest.approx(exact.std(ddof=1) / np.sqrt(COUNT), abs=1e-9)
    paired = outcome.estimate("收紧1-3-6", Figure.CONDUCT, difference=True).error
    alone = outcome.estimate("收紧1-3-6", Figure.CONDUCT).error
    assert paired < alone


def test_sentences_say_what_they_are(outcome: Outcome) -> None:
    for text in (outcome.sentence(), outcome.size_sentence(), Differences(outcome).sentence()):
        assert "推演，不是预测" in text
        assert "模拟数据" in text
    assert Differences(outcome).sentence().count("在同一组随机数上") == 3
    assert "遏制" not in outcome.table().to_string()
    assert "损害" not in outcome.table().to_string()
    assert set(outcome.echoes()["说明"]) == {"假定的回声，不是效果的证据"}


def test_tables_hold_every_arm_and_level(outcome: Outcome) -> None:
    levels = outcome.warnings()
    assert len(levels) == 2 * (3 + 3 + 3) + 2, "长武 keeps no unit ledger"
    assert outcome.table().set_index("指标").loc["单位预警（次）", "长武记分"] == "不记"
    per_person = levels[(levels["方案"] == "示例门槛1-6-12") & (levels["台账"] == "个人")]
    assert per_person["颜色"].tolist() == ["红", "黄", "蓝"]
    total = outcome.estimate("示例门槛1-6-12", Figure.PERSON_WARNINGS).mean
    assert per_person["平均"].sum() == pytest.approx(total)
    sizes = outcome.by_size()
    assert set(sizes["单位大小"]) == {"不足10人", "10–19人"}
    assert len(outcome.by_month()) == 4 * 24
    waits = outcome.waits()
    assert ((waits["期内未预警"] >= 0) & (waits["期内未预警"] <= 1)).all()


def test_undominated_is_what_brute_force_finds() -> None:
    costs = stream(1, "costs").integers(0, 4, (60, 3))
    slow = [not any((other <= own).all() and (other < own).any() for other in costs) for own in costs]
    assert undominated(costs).tolist() == slow


def test_frontier_runs_every_combination_in_order(outcome: Outcome) -> None:
    made = frontier(outcome.model, go)
    grid = outcome.model.scenario.grid
    assert grid is not None
    wanted = sum(low < middle < high for low in grid.values["蓝色预警"] for middle in grid.values["黄色预警"]
                 for high in grid.values["红色预警"])
    assert len(made.points) == wanted > 5
    assert made.points["best"].any()
    best = made.points.loc[made.points["missed"].idxmin()]
    assert "推演，不是预测" in made.sentence()
    arm = replace(outcome.arms[0], thresholds={n: best[n] for n in made.levels})
    again = Outcome(outcome.model.with_arms([arm]), go(outcome.model.with_arms([arm])))
    assert again.estimate(arm.name, Figure.UNANSWERED).mean == pytest.approx(best["missed"])


def test_frontier_needs_a_grid(outcome: Outcome) -> None:
    with pytest.raises(WrongCall, match="grid"):
        frontier(replace(outcome.model, scenario=replace(outcome.model.scenario, grid=None)), go)


def test_provisions_share_the_change_as_shapley_does(outcome: Outcome, tmp_path: Path) -> None:
    made, base = reform(TURNING, tmp_path), outcome.arms[0]
    found, hours = provisions(outcome.model, base.name, made, (Figure.PERSON_WARNINGS, Figure.MINUTES), go)
    assert sum(hours.shares) == pytest.approx(hours.total, abs=1e-9)
    worth = {}
    for size in range(4):
        for chosen in {frozenset(p[:size]) for p in permutations(made.names())}:
            names = tuple(n for n in made.names() if n in chosen)
            arm = replace(base, policy=apply(made, base.policy, only=names))
            worth[chosen] = run_rows(outcome.model.with_arms([arm]), Block(0, COUNT))[0, :, PLACE[Figure.PERSON_WARNINGS]].mean()
    orders = list(permutations(made.names()))
    for place, name in enumerate(made.names()):
        gains = [worth[frozenset(o[:o.index(name) + 1])] - worth[frozenset(o[:o.index(name)])] for o in orders]
        assert found.shares[place] == pytest.approx(np.mean(gains), abs=1e-9)
    assert sum(found.shares) == pytest.approx(found.total, abs=1e-9)
    assert abs(found.total) > 0
    assert found.table()["条款"].tolist() == list(made.names())
    assert "推演，不是预测" in found.sentence()
