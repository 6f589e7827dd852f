"""Results do not depend on the order of rows, the names of units, or PYTHONHASHSEED; they move with the data as they must."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from evaluate_panels import COLUMNS, COUNTS, frame
from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab import evaluate as ev

DESIGNS = ["two_by_two", "two_way", "staggered", "sun_abraham", "imputation", "event_study", "poisson", "staggered_counts"]
QUICK = ev.Settings(draws=199)


def read(made, design):
    return ev.Panel.read(made, COUNTS if design in ("poisson", "staggered_counts") else COLUMNS)


def numbers(answer):
    return [answer.estimate, answer.low, answer.high, answer.p, answer.p_floor, answer.standard_error]


@pytest.mark.parametrize("units", [8, 24], ids=["permutation", "clustered"])
@pytest.mark.parametrize("design", DESIGNS)
@settings(max_examples=4)
@given(order=st.randoms(use_true_random=False))
def test_order_and_names_do_not_matter(design, units, order):
    starts = (3,) if design in ("two_by_two", "poisson") else (3, 5)
    made = frame(units=units, starts=starts, counts=True, seed=units)
    names = [f"{k:04x}" for k in range(units)]
    order.shuffle(names)
    rows = list(range(len(made)))
    order.shuffle(rows)
    other = made.iloc[rows].assign(unit=lambda f: f["unit"].map(dict(zip(sorted(set(made["unit"])), names, strict=True))))
    first, second = (getattr(ev, design)(read(f, design), QUICK) for f in (made, other))
    assert first.inference is second.inference
    assert numbers(first) == numbers(second)
    assert first.sentence() == second.sentence()


@settings(max_examples=15)
@given(shift=st.floats(-50, 50), scale=st.floats(0.1, 20), seed=st.integers(0, 50))
def test_effects_move_with_the_outcome(shift, scale, seed):
    """Adding a constant changes nothing; multiplying multiplies estimate, interval and standard error, not p."""
    made = frame(units=20, seed=seed)
    moved = made.assign(y=shift + scale * made["y"])
    for design in ("two_way", "staggered", "imputation"):
        first, second = (getattr(ev, design)(read(f, design), QUICK) for f in (made, moved))
        assert [second.estimate, second.low, second.high, second.standard_error] == pytest.approx(
            [scale * first.estimate, scale * first.low, scale * first.high, scale * first.standard_error], rel=1e-6, abs=1e-9)
        assert second.p == pytest.approx(first.p, rel=1e-5)


@settings(max_examples=10)
@given(factor=st.floats(0.2, 30), seed=st.integers(0, 20))
def test_a_ratio_does_not_know_the_unit_of_its_exposure(factor, seed):
    made = frame(units=20, starts=(3,), counts=True, seed=seed)
    for design in ("poisson", "staggered_counts"):
        first, second = (getattr(ev, design)(read(f, design), QUICK) for f in (made, made.assign(people=made["people"] * factor)))
        assert numbers(second)[:4] == pytest.approx(numbers(first)[:4], rel=1e-6)


@settings(max_examples=15)
@given(effect=st.floats(-3, 3), seed=st.integers(0, 100), units=st.integers(12, 30))
def test_a_planted_effect_moves_the_estimate_by_itself(effect, seed, units):
    made = ev.Panel.read(frame(units=units, seed=seed), COLUMNS)
    for design in (ev.staggered, ev.sun_abraham, ev.imputation, ev.two_way):
        none, planted = (design(p, QUICK) for p in (made, made.with_outcome(made.outcome + effect * made.status)))
        assert planted.estimate - none.estimate == pytest.approx(effect, abs=1e-8)


@settings(max_examples=20)
@given(seed=st.integers(0, 1_000), treated=st.integers(1, 3))
def test_permutation_p_is_never_below_its_floor(seed, treated):
    made = frame(units=10, starts=(3,), seed=seed)
    some = sorted(made.loc[made["start"].notna(), "unit"].unique())[:treated]
    made["start"] = np.where(made["unit"].isin(some), 2013.0, np.nan)
    answer = ev.permutation(made, outcome="y", unit="unit", time="year", treated_from="start", settings=QUICK)
    assert answer.p_floor <= answer.p <= 1
    assert answer.low <= answer.estimate <= answer.high
    assert answer.p_floor * 45 * (1 if treated == 2 else 2) > 0


PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from evaluate_panels import COLUMNS, COUNTS, frame
from fangkong_lab import evaluate as ev
made, out = frame(units=24, counts=True), {}
for name in ("two_way", "staggered", "imputation", "event_study"):
    a = getattr(ev, name)(ev.Panel.read(made, COLUMNS), ev.Settings(draws=199))
    out[name] = [a.estimate, a.low, a.high, a.p, a.sentence()]
a = ev.staggered_counts(ev.Panel.read(made, COUNTS))
out["counts"] = [a.estimate, a.low, a.high, a.p, a.sentence()]
a = ev.permutation(made, outcome="y", unit="unit", time="year", treated_from="start", settings=ev.Settings(draws=199))
out["permutation"] = [a.estimate, a.low, a.high, a.p, a.sentence()]
print(json.dumps(out))
"""


def test_the_hash_seed_does_not_matter():
    made = [subprocess.run([sys.executable, "-c", PROGRAM, os.path.dirname(__file__)], env={**os.environ, "PYTHONHASHSEED": seed},
                           capture_output=True, text=True, check=True).stdout for seed in ("0", "1", "4242")]
    assert len(json.loads(made[0])) == 6
    assert made[0] == made[1] == made[2]


def test_another_seed_draws_others():
    made = read(frame(units=24, starts=(3,)), "two_by_two")
    first, again, other = (ev.two_by_two(made, replace(QUICK, inference=ev.Inference.PERMUTATION, seed=s)) for s in (1, 1, 2))
    assert first.p == again.p
    assert not np.array_equal(first.plot.frame["y"], other.plot.frame["y"])
