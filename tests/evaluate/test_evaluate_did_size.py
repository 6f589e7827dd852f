"""A small part of benchmarks/size.py: placebo laws are rarely found, planted effects are nearly always held."""

import importlib.util
import sys
from pathlib import Path

import pytest
from scipy.stats import binom

SPEC = importlib.util.spec_from_file_location("size_bench", Path(__file__).parents[2] / "benchmarks" / "size.py")
bench = importlib.util.module_from_spec(SPEC)
sys.modules["size_bench"] = bench
SPEC.loader.exec_module(bench)


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["did", "staggered", "imputation", "poisson", "staggered_counts", "event_study", "two_way_wild"])
def test_placebo_laws_and_planted_effects(name):
    """At most the rejections that a true level of 7 % would give in 999 of 1,000 runs; intervals likewise for 93 %."""
    laws, seeds = 300, 200
    made = bench.size(name, 20, 5, laws)
    assert made["refused"] == 0
    assert made["rejected"] * laws <= binom.ppf(0.999, laws, 0.07)
    held = bench.coverage(name, 20, 5, seeds)
    assert held["covered"] * seeds >= binom.ppf(0.001, seeds, 0.93)
    assert held["mean"] == pytest.approx(held["planted"], rel=0.15)


def test_one_pilot_of_seven_is_always_refused():
    assert bench.size("did", 7, 1, 5)["refused"] == 5
    assert bench.size("poisson", 7, 1, 5)["refused"] == 5


def test_placebo_panels_hold_nothing_and_planted_ones_the_effect():
    none, planted = (bench.panel(bench.World(40, 20, False, False, e), 3) for e in (None, 1.0))
    assert (planted.outcome - none.outcome == planted.status).all() or abs(planted.outcome - none.outcome - planted.status).max() < 1e-12
