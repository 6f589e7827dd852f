"""The kernel equals a slow event-by-event reference (SimPy, real scoring), figure by figure, on small worlds.

Witness: tests/simulate/simpy_reference.py, which draws the same random numbers by other code and scores with
`fangkong_lab.policy.score`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from simpy_reference import reference
from simulate_worlds import BUSY, ROLLING, TURNING, duty, reformed, set_to, small

from fangkong_lab.policy.words import LedgerKind
from fangkong_lab.simulate.figures import FIGURES, ByMonth, Figure
from fangkong_lab.simulate.model import Block, model_of, run_rows
from fangkong_lab.simulate.scenario import Arm, Scenario
from fangkong_lab.streams import stream

CASES = ("固定周期", "收紧", "首次记分起算", "滚动", "中途改规则", "倍数与单位", "只记单位")


def case(name: str, folder: Path) -> tuple[Scenario, Arm]:
    scenario = small()
    if name == "倍数与单位":
        return replace(scenario, start=date(2023, 1, 1)), duty(scenario)
    if name == "只记单位":
        kinds = tuple(replace(k, entered=frozenset({LedgerKind.UNIT})) for k in scenario.kinds)
        return replace(scenario, kinds=kinds), scenario.arms[0]
    arms = {"固定周期": scenario.arms[0], "收紧": scenario.arms[1], "首次记分起算": scenario.arms[3]}
    return scenario, arms[name] if name in arms else reformed(scenario, {"滚动": ROLLING, "中途改规则": TURNING}[name], folder)


def check(name: str, folder: Path, replication: int) -> tuple[int, int]:
    """Compare one replication of a case."""
    return compare(*case(name, folder), replication)


def compare(scenario: Scenario, arm: Arm, replication: int) -> tuple[int, int]:
    """Compare one replication; return how much conduct there was, and how much of it was answered."""
    model = model_of(replace(scenario, arms=(arm,)))
    row = run_rows(model, Block(replication, 1))[0, 0]
    figures, months = reference(scenario, arm, model.world, replication)
    for place, figure in enumerate(FIGURES):
        if figure is not Figure.HARM:
            assert row[place] == figures[figure.value], figure.label
    made = model.layout.by_month(row)
    for month in range(scenario.months):
        for place, kind in enumerate(ByMonth):
            assert made[month, place] == months[kind.value, month], (kind.label, month)
    for name, start in (("wait", model.layout.wait_at), ("unit_wait", model.layout.unit_wait_at)):
        for wait in range(scenario.months + 1):
            assert row[start + wait] == months[name, wait], (name, wait)
    return figures["conduct"], figures["answered"]


@pytest.mark.parametrize("name", CASES)
def test_every_figure_equals_the_reference(name: str, tmp_path: Path) -> None:
    conduct, answered = check(name, tmp_path, 3)
    assert conduct > 40
    assert answered > 5


@pytest.mark.heavy
@pytest.mark.parametrize("name", CASES)
def test_four_more_replications_equal_the_reference(name: str, tmp_path: Path) -> None:
    assert sum(check(name, tmp_path, replication)[1] for replication in range(10, 14)) > 30


def anywhere(seed: int, crowds: tuple[tuple[int, int], ...], months: int) -> Scenario:
    """A busy world in which every other parameter lies anywhere in its range."""
    scenario, draw = small(BUSY, months, crowds), stream(seed, "anywhere")
    values = {address: draw.uniform(p.low, p.high) for address, p in sorted(scenario.parameters.items())
              if address not in BUSY and not address.endswith((".rate", ".unfounded"))}
    return replace(set_to(scenario, values), seed=seed)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(12))
def test_parameters_anywhere_in_their_ranges_equal_the_reference(seed: int) -> None:
    scenario = anywhere(seed, ((1, 2), (5, 3)), 30)
    assert compare(scenario, scenario.arms[seed % len(scenario.arms)], seed)[0] > 10


@pytest.mark.heavy
def test_a_large_unit_equals_the_reference() -> None:
    """More candidates than are sorted by counting (`candidates._FEW`)."""
    scenario = small(months=24, crowds=((90, 1),))
    assert compare(scenario, scenario.arms[0], 1)[0] > 48
