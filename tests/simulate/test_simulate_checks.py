"""What must hold whatever the numbers: extremes, closed forms, directions, and sums that must agree.

Witnesses: Poisson and geometric distributions (scipy), arithmetic on the scenario's own parameters.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numba as nb
import numpy as np
import pytest
from scipy import stats
from simulate_worlds import set_to, shipped, small

from fangkong_lab.errors import BadInput
from fangkong_lab.simulate.candidates import put_in_order
from fangkong_lab.simulate.figures import BY_MONTH, BY_SIZE, PLACE, ByMonth, BySize, Figure
from fangkong_lab.simulate.model import Block, Model, model_of, run_rows
from fangkong_lab.simulate.records import MAX_CANDIDATES
from fangkong_lab.simulate.scenario import DAYS_A_MONTH, Scenario
from fangkong_lab.simulate.settle import desk_of
from fangkong_lab.streams import stream

NO_CONDUCT = {f"conduct.kinds.{k}.rate": 0.0 for k in ("作风问题", "违规采购", "重大案件")}
CHANNELS = ("自查", "信息员", "巡察", "信访", "审计")
NO_RUMOURS = {f"detection.{c}.unfounded": 0.0 for c in CHANNELS}
NO_AWE = {f"responses.{r}.deters": 0.0 for r in ("提醒", "约谈整改", "问责处置")}
NO_AFTERMATH = {"after.exempted": 0.0, "after.appealed": 0.0}
PLAIN = {"conduct.grades.高.rate": 1.0, "conduct.grades.低.rate": 1.0, "conduct.sole_rate": 1.0, "conduct.leader_rate": 1.0,
         "conduct.tenure_rate": 1.0, "conduct.sole_found": 1.0, "conduct.leader_unfounded": 1.0}


def rows(scenario: Scenario, count: int = 60, arms: int = 1) -> tuple[Model, np.ndarray]:
    model = model_of(replace(scenario, arms=scenario.arms[:arms]))
    return model, run_rows(model, Block(0, count))


def of(made: np.ndarray, figure: Figure, arm: int = 0) -> np.ndarray:
    return made[arm, :, PLACE[figure]]


def test_without_conduct_every_warning_is_unfounded() -> None:
    _, made = rows(small(NO_CONDUCT))
    assert of(made, Figure.CONDUCT).sum() == 0
    assert of(made, Figure.PERSON_WARNINGS).sum() > 50
    assert (of(made, Figure.PERSON_WARNINGS) == of(made, Figure.PERSON_UNFOUNDED)).all()
    assert (of(made, Figure.UNIT_WARNINGS) == of(made, Figure.UNIT_UNFOUNDED)).all()


def test_without_conduct_and_rumours_only_standing_work_is_left() -> None:
    model, made = rows(small({**NO_CONDUCT, **NO_RUMOURS}), 3)
    made = made[..., :model.layout.month_at]
    kept = [PLACE[Figure.MINUTES], PLACE[Figure.PEAK]]
    assert made.sum() == made[..., kept].sum()
    assert (of(made, Figure.MINUTES) == 8 * 24 * 30).all()


def test_without_rumours_no_warning_is_unfounded() -> None:
    _, made = rows(small(NO_RUMOURS))
    assert of(made, Figure.PERSON_WARNINGS).sum() > 500
    assert of(made, Figure.PERSON_UNFOUNDED).sum() == of(made, Figure.UNIT_UNFOUNDED).sum() == 0


def test_certain_detection_at_once_misses_nothing() -> None:
    sure = {"detection.自查.finds": 1.0, "detection.自查.days": 0.0, "detection.自查.verify_days": 0.0, "detection.自查.upheld": 1.0}
    others = {f"detection.{c}.finds": 0.0 for c in CHANNELS[1:]}
    _, made = rows(small({**sure, **others, **NO_RUMOURS, **NO_AFTERMATH, **PLAIN}))
    assert of(made, Figure.CONDUCT).sum() > 500
    for figure in (Figure.FOUND, Figure.UPHELD, Figure.ANSWERED):
        assert (of(made, figure) == of(made, Figure.CONDUCT)).all()
    assert of(made, Figure.LATE).sum() == of(made, Figure.UNANSWERED).sum() == 0


def test_no_detection_finds_nothing() -> None:
    _, made = rows(small({f"detection.{c}.finds": 0.0 for c in CHANNELS} | NO_RUMOURS))
    assert of(made, Figure.CONDUCT).sum() > 500
    assert of(made, Figure.FOUND).sum() == of(made, Figure.PERSON_WARNINGS).sum() == of(made, Figure.UNIT_WARNINGS).sum() == 0


def test_without_deterrence_all_policies_see_the_same_conduct() -> None:
    _, made = rows(small(NO_AWE), arms=4)
    for arm in range(1, 4):
        for figure in (Figure.CONDUCT, Figure.FOUND, Figure.UPHELD, Figure.REPORTS_UNFOUNDED):
            assert (of(made, figure, arm) == of(made, figure)).all()
    assert of(made, Figure.DETERRED).sum() == 0


def test_counts_are_poisson() -> None:
    scenario = small({**PLAIN, **NO_AWE}, crowds=((10, 4),))
    _, made = rows(scenario, 1500)
    rate = sum(scenario.value(f"conduct.kinds.{k.name}.rate") for k in scenario.kinds) * 40 * scenario.days / DAYS_A_MONTH
    counts = of(made, Figure.CONDUCT)
    assert counts.mean() == pytest.approx(rate, abs=4 * np.sqrt(rate / len(counts)))
    low, high = stats.chi2.ppf((1e-4, 1 - 1e-4), len(counts) - 1)
    assert low < counts.var(ddof=1) * (len(counts) - 1) / rate < high
    rumours = sum(scenario.value(f"detection.{c}.unfounded") for c in CHANNELS) * 40 * scenario.days / DAYS_A_MONTH
    assert of(made, Figure.REPORTS_UNFOUNDED).mean() == pytest.approx(rumours, abs=4 * np.sqrt(rumours / len(counts)))


def test_factors_multiply_the_counts() -> None:
    values = {**PLAIN, **NO_AWE, "conduct.sole_rate": 3.0, "conduct.grades.高.rate": 2.0, "conduct.leader_rate": 0.5}
    scenario = small(values, crowds=((40, 5),))
    model, made = rows(scenario, 400)
    kind = model.world.kind
    factor = np.where(kind // 4 == 0, 2.0, 1.0) * np.where(kind & 2, 3.0, 1.0) * np.where(kind & 1, 0.5, 1.0)
    rate = sum(scenario.value(f"conduct.kinds.{k.name}.rate") for k in scenario.kinds) * factor.sum() * scenario.days / DAYS_A_MONTH
    assert of(made, Figure.CONDUCT).mean() == pytest.approx(rate, abs=4 * np.sqrt(rate / 400))


def test_long_tenure_raises_the_rate_from_its_day_on() -> None:
    scenario = small({**PLAIN, **NO_AWE, "conduct.tenure_rate": 3.0, "conduct.long_tenure": 36.0}, crowds=((40, 5),))
    model, made = rows(scenario, 400)
    long_days = np.clip(scenario.days - np.ceil(np.maximum(36 - model.world.tenure, 0) * DAYS_A_MONTH), 0, scenario.days)
    rate = sum(scenario.value(f"conduct.kinds.{k.name}.rate") for k in scenario.kinds) / DAYS_A_MONTH
    rate *= (scenario.days + 2 * long_days).sum()
    assert of(made, Figure.CONDUCT).mean() == pytest.approx(rate, abs=4 * np.sqrt(rate / 400))


def test_expected_detections_of_one_channel() -> None:
    only = {f"detection.{c}.finds": 0.0 for c in CHANNELS} | {"detection.审计.finds": 0.4, "detection.审计.days": 30.0}
    scenario = small({**PLAIN, **NO_AWE, **only}, crowds=((40, 5),))
    _, made = rows(scenario, 300)
    days = np.arange(scenario.days)
    in_time = 1 - (30 / 31) ** (scenario.days - days)  # geometric: found on one of the days that are left
    rate = sum(scenario.value(f"conduct.kinds.{k.name}.rate") for k in scenario.kinds) * 200 / DAYS_A_MONTH * 0.4 * in_time.sum()
    assert of(made, Figure.FOUND).mean() == pytest.approx(rate, abs=4 * np.sqrt(rate / 300))


def test_channels_race_and_the_first_one_wins() -> None:
    only = {f"detection.{c}.finds": 0.0 for c in CHANNELS} | {
        "detection.自查.finds": 0.3, "detection.信访.finds": 0.5, "detection.自查.days": 0.0, "detection.信访.days": 0.0}
    _, made = rows(small({**PLAIN, **NO_AWE, **only}, crowds=((40, 5),)), 300)
    share = of(made, Figure.FOUND).sum() / of(made, Figure.CONDUCT).sum()
    assert share == pytest.approx(1 - 0.7 * 0.5, abs=4 * np.sqrt(0.25 / of(made, Figure.CONDUCT).sum()))


def test_stricter_thresholds_never_warn_fewer_on_the_same_randoms() -> None:
    """Of persons, units and conduct. The number of warnings itself may fall: who is at the top cannot rise again."""
    scenario = small(NO_AWE)
    base = scenario.arms[0]
    steps = [replace(base, name=str(low), thresholds={"蓝色预警": low, "黄色预警": low + 2.5, "红色预警": low + 5}) for low in (1, 3, 4, 6, 7)]
    made = run_rows(model_of(scenario).with_arms(steps), Block(0, 80))
    for strict, lax in pairwise(made):
        for figure in (Figure.PERSONS_WARNED, Figure.UNITS_WARNED, Figure.ANSWERED):
            assert (strict[:, PLACE[figure]] >= lax[:, PLACE[figure]]).all(), figure.label
        assert (strict[:, PLACE[Figure.UNANSWERED]] <= lax[:, PLACE[Figure.UNANSWERED]]).all()
    assert (made[0] != made[-1]).any()


def test_more_deterrence_never_leaves_more_conduct_than_none() -> None:
    _, none = rows(small(NO_AWE))
    _, some = rows(small())
    assert (of(some, Figure.CONDUCT) <= of(none, Figure.CONDUCT)).all()
    assert of(some, Figure.CONDUCT).sum() < 0.95 * of(none, Figure.CONDUCT).sum()
    assert (of(some, Figure.CONDUCT) + of(some, Figure.DETERRED) == of(none, Figure.CONDUCT)).all()


def test_parts_add_up() -> None:
    model, made = rows(small(), arms=4)
    sizes, months = model.layout.by_size(made), model.layout.by_month(made)
    for whole, part in ((Figure.CONDUCT, BySize.CONDUCT), (Figure.UPHELD, BySize.UPHELD), (Figure.UNITS_WARNED, BySize.UNITS_WARNED),
                        (Figure.PERSON_WARNINGS, BySize.PERSON_WARNINGS), (Figure.UNIT_WARNINGS, BySize.UNIT_WARNINGS)):
        assert (made[..., PLACE[whole]] == sizes[..., BY_SIZE.index(part)].sum(axis=-1)).all()
    assert (made[..., PLACE[Figure.CONDUCT]] == months[..., BY_MONTH.index(ByMonth.CONDUCT)].sum(axis=-1)).all()
    assert (made[..., PLACE[Figure.MINUTES]] == months[..., BY_MONTH.index(ByMonth.MINUTES)].sum(axis=-1)).all()
    assert (made[..., PLACE[Figure.PEAK]] == months[..., BY_MONTH.index(ByMonth.MINUTES)].max(axis=-1)).all()
    levels = made[..., PLACE[Figure.PERSON_1]:PLACE[Figure.UNIT_1]].sum(axis=-1)
    assert (levels == made[..., PLACE[Figure.PERSON_WARNINGS]]).all()
    waits = made[..., model.layout.wait_at:model.layout.unit_wait_at].sum(axis=-1)
    assert (waits == made[..., PLACE[Figure.PERSONS_ACTED]]).all()
    units = made[..., model.layout.unit_wait_at:]
    assert (units.sum(axis=-1) == model.world.units).all()
    assert (units[..., :-1].sum(axis=-1) == made[..., PLACE[Figure.UNITS_WARNED]]).all()


def test_harm_is_only_what_was_put_in() -> None:
    _, made = rows(small({"conduct.kinds.违规采购.rate": 0.0, "conduct.kinds.重大案件.rate": 0.0, "conduct.kinds.作风问题.harm": 0.25}))
    assert (of(made, Figure.HARM) == 25 * of(made, Figure.CONDUCT)).all()
    assert of(made, Figure.HARM).sum() > 0


def test_values_of_the_world_make_another_world() -> None:
    model = model_of(small())
    sole = model.with_scenario(set_to(model.scenario, {"world.people.sole_share": 1.0}))
    assert (sole.world.kind & 2).all()
    assert not (model.world.kind & 2).all()
    assert model.with_scenario(set_to(model.scenario, {"after.changed": 0.2})).world is model.world


def test_other_units_leave_a_unit_alone_in_whatever_company_it_is_drawn() -> None:
    """Small units come first; what large ones follow, in the same batch or in many more, does not show in theirs."""
    made = []
    for others in (1, 2, 60):
        model, found = rows(small(crowds=((6, 40), (40, others))), 20)
        made.append(model.layout.by_size(found)[:, :, 0])
    assert made[0].sum() > 500
    assert (made[0] == made[1]).all()
    assert (made[0] == made[2]).all()


def test_units_too_busy_to_be_drawn_together_are_drawn_apart() -> None:
    """Two units of 500 persons with 35,000 candidates each: more than one desk holds, but not more than it holds of one."""
    values = {**PLAIN, **NO_AWE, **NO_RUMOURS, **{f"detection.{c}.finds": 0.0 for c in CHANNELS}}
    scenario = small({**values, **NO_CONDUCT, "conduct.kinds.作风问题.rate": 70 / 24}, crowds=((1, 3), (500, 2)))
    _, made = rows(scenario, 4)
    rate = 70 / 24 * 1003 * scenario.days / DAYS_A_MONTH
    assert of(made, Figure.CONDUCT).mean() == pytest.approx(rate, abs=4 * np.sqrt(rate / 4))
    assert rate > MAX_CANDIDATES
    with pytest.raises(BadInput, match="第 4 个单位的备选事件多于"):
        rows(set_to(scenario, {"conduct.kinds.作风问题.rate": 140 / 24}), 2)


@nb.njit
def _ordered(desks: Any, count: Any, units: Any) -> None:
    put_in_order(desks[0], count, units)


@pytest.mark.parametrize("persons", [1, 7, 300])
def test_candidates_come_in_the_order_of_time(persons: int) -> None:
    """Few and many to a unit, some at the same time. Witness: numpy's stable sort."""
    draw, desks = stream(4, "order", persons), desk_of(0)
    count, desk, chosen = 3 * persons, desks[0], 2 * persons
    desk["unit_of"][:persons] = np.sort(draw.integers(0, 3, persons))
    desk["whose"][:count], desk["time"][:count] = draw.integers(0, persons, count), draw.integers(0, persons, count) / 8
    desk["chosen"][:chosen] = np.sort(draw.choice(count, chosen, replace=False))
    _ordered(desks, chosen, 3)
    unit, picked = desk["unit_of"][desk["whose"][:count]], desk["chosen"][:chosen]
    wanted = picked[np.lexsort((desk["time"][picked], unit[picked]))]
    made = desk["order"][:chosen]
    assert sorted(made) == sorted(picked)
    assert (unit[made] == unit[wanted]).all()
    assert (desk["time"][made] == desk["time"][wanted]).all()
    assert desk["starts"][:4].tolist() == np.searchsorted(unit[wanted], range(4)).tolist()
    if chosen <= 48:
        assert (made == wanted).all(), "ties as they came"


def test_plain_python_gives_the_same_rows(tmp_path: Path) -> None:
    """Uncompiled, so that an auditor can step through the model in a debugger; no number may run over on the way."""
    code = ("import numpy as np\nfrom simulate_worlds import small\nfrom fangkong_lab.simulate.model import Block, model_of, run_rows\n"
            "from numba import config\nassert config.DISABLE_JIT\n"
            "np.save('rows.npy', run_rows(model_of(small(months=36, crowds=((10, 1),))), Block(5, 2)))")
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([sys.executable, "-W", "error::RuntimeWarning", "-c", code], check=True, cwd=tmp_path, env=environment)
    made = np.load(tmp_path / "rows.npy")
    assert (made == run_rows(model_of(small(months=36, crowds=((10, 1),))), Block(5, 2))).all()
    assert made[..., PLACE[Figure.CONDUCT]].sum() > 100
    assert made[..., PLACE[Figure.UNIT_WARNINGS]].sum() > 20


def test_values_outside_their_ranges_are_refused() -> None:
    with pytest.raises(Exception, match="范围"):
        shipped().with_values({"after.appealed": 0.9})
    assert set_to(shipped(), {"after.appealed": 0.9}).value("after.appealed") == 0.9
