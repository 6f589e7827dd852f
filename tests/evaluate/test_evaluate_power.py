"""Power before the data, against exact sums, normal theory and counting by hand."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import norm, poisson

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.pilot_power import (
    Direction,
    Vary,
    assignments,
    attainable_level,
    minimum_effect,
    p_values,
    power,
    sample_size,
)
from fangkong_lab.evaluate.plan import PilotPlan, draw_counts, draw_totals


def exact_two_poisson(early: float, late: float, level: float = 0.05) -> float:
    """Power of the conditional binomial test of two Poisson counts of equal time (doubled smaller tail), summed over all outcomes."""
    counts = np.arange(0, int(4 * max(early, late)) + 40)
    total = 0.0
    for a in counts:
        for b in counts:
            m = int(a + b)
            lower = sum(math.comb(m, k) for k in range(int(b) + 1)) / 2**m
            upper = sum(math.comb(m, k) for k in range(int(b), m + 1)) / 2**m
            if min(1.0, 2 * min(lower, upper)) <= level:
                total += poisson.pmf(a, early) * poisson.pmf(b, late)
    return float(total)


@pytest.mark.parametrize(("mean", "ratio"), [(8.0, 0.4), (12.0, 2.0)])
def test_two_poisson_counts_agree_with_the_exact_sum(mean, ratio):
    exact = exact_two_poisson(mean, mean * ratio)
    made = power(PilotPlan(1, 0, 1, 1, mean), ratio, draws=6000, seed=3)
    assert made.power == pytest.approx(exact, abs=4 * made.error)


def test_many_events_agree_with_normal_theory():
    plan = PilotPlan(10, 0, 5, 5, 40.0)
    error = math.sqrt(1 / 2000 + 1 / (2000 * 0.92))
    theory = norm.cdf(abs(math.log(0.92)) / error - norm.ppf(0.975))
    assert power(plan, 0.92, draws=4000).power == pytest.approx(theory, abs=0.035)


def test_permutation_of_many_units_agrees_with_normal_theory():
    plan, ratio = PilotPlan(40, 40, 3, 3, 10.0), 0.88
    error = math.sqrt(3 / 1200 + 1 / (1200 * ratio))
    theory = norm.cdf(abs(math.log(ratio)) / error - norm.ppf(0.975))
    assert power(plan, ratio, draws=2000).power == pytest.approx(theory, abs=0.05)


@pytest.mark.parametrize("plan", [PilotPlan(6, 18, 3, 3, 4.0), PilotPlan(6, 0, 3, 3, 2.0), PilotPlan(3, 9, 4, 2, 6.0, 2.0, 0.3),
                                  PilotPlan(5, 0, 4, 4, 6.0, 2.5)], ids=lambda p: p.text())
def test_the_size_is_held(plan):
    assert power(plan, 1.0, draws=2000).power <= 0.065


@pytest.mark.parametrize(("treated", "controls", "floor"), [(1, 15, 1 / 16), (3, 3, 2 / 20), (2, 6, 1 / 28), (6, 18, None)])
def test_the_floor_is_counted_by_hand(treated, controls, floor):
    plan = PilotPlan(treated, controls, 3, 3, 30.0)
    reached = attainable_level(plan)
    assert reached == pytest.approx(floor if floor is not None else 1 / 500)
    assert p_values(plan, 0.01, 50, 0).min() == pytest.approx(reached)


def test_a_design_that_cannot_reject_says_so():
    made = power(PilotPlan(1, 15, 3, 3, 50.0), 0.05)
    assert made.power == 0
    assert "无论变化多大都看不出来" in made.sentence()
    assert minimum_effect(PilotPlan(1, 15, 3, 3, 50.0)).ratio is None


def test_all_assignments_are_all_the_choices():
    rows = assignments(7, 3, 0)
    assert {tuple(np.flatnonzero(r)) for r in rows} == set(combinations(range(7), 3))
    assert tuple(np.flatnonzero(rows[0])) == (0, 1, 2)


def test_sampled_assignments_keep_the_true_one_first():
    rows = assignments(40, 6, 0)
    assert tuple(np.flatnonzero(rows[0])) == tuple(range(6))
    assert (rows.sum(1) == 6).all()


def test_made_up_counts_have_the_mean_and_scatter_asked_for():
    before, after = draw_counts(PilotPlan(5, 5, 4, 4, 9.0, 3.0), 0.5, 4000, 1)
    assert before.mean() == pytest.approx(9, rel=0.01)
    assert before.var() / before.mean() == pytest.approx(3, rel=0.03)
    assert after[:, :5].mean() == pytest.approx(4.5, rel=0.01)
    assert after[:, 5:].mean() == pytest.approx(9, rel=0.01)


def test_totals_scatter_like_sums_of_periods():
    plan = PilotPlan(3, 5, 4, 6, 7.0, 2.5)
    before, after = draw_totals(plan, 0.5, 20000, 1)
    long = draw_counts(plan, 0.5, 20000, 2)
    for totals, periods in ((before, long[0].sum(2)), (after[:, :3], long[1][:, :3].sum(2)), (after[:, 3:], long[1][:, 3:].sum(2))):
        assert totals.mean() == pytest.approx(periods.mean(), rel=0.01)
        assert totals.var() == pytest.approx(periods.var(), rel=0.03)


def test_drift_keeps_the_mean():
    _, after = draw_counts(PilotPlan(1, 3, 1, 1, 20.0, 1.0, 0.4), 1.0, 20000, 1)
    assert after.mean() == pytest.approx(20, rel=0.02)
    assert after.var() == pytest.approx(20 + 400 * (math.exp(0.16) - 1), rel=0.06)


def test_the_smallest_visible_effect_is_seen_with_the_power_asked_for():
    plan = PilotPlan(6, 18, 3, 3, 4.0)
    made = minimum_effect(plan)
    assert made.ratio is not None
    assert power(plan, made.ratio, draws=3000, seed=9).power == pytest.approx(0.8, abs=0.05)
    assert f"{made.ratio - 1:+.0%}" in made.sentence()


def test_more_of_everything_shows_smaller_effects():
    small, large = minimum_effect(PilotPlan(6, 18, 3, 3, 3.0)), minimum_effect(PilotPlan(12, 36, 3, 6, 3.0))
    assert small.ratio is not None
    assert large.ratio is not None
    assert large.ratio > small.ratio


def test_increases_are_looked_for_on_request():
    up = minimum_effect(PilotPlan(6, 18, 3, 3, 4.0), direction=Direction.UP)
    assert up.ratio is not None
    assert up.ratio > 1


def test_the_sample_size_is_the_least():
    plan = PilotPlan(1, 0, 1, 1, 10.0)
    made = sample_size(plan, 0.6, draws=2000)
    assert made.needed is not None
    assert power(plan.with_units(made.needed), 0.6, draws=2000).power >= 0.8
    assert power(plan.with_units(made.needed - 1), 0.6, draws=2000).power < 0.8
    # Normal theory of two Poisson totals n·10 and n·6.
    theory = (norm.ppf(0.975) + norm.ppf(0.8)) ** 2 * (1 / 10 + 1 / 6) / math.log(0.6) ** 2
    assert made.needed == pytest.approx(theory, abs=2)


def test_periods_that_cannot_help_are_said_not_to():
    made = sample_size(PilotPlan(2, 6, 1, 1, 1.0), 0.9, vary=Vary.PERIODS, draws=200)
    assert made.needed is None
    assert "也不够" in made.sentence()


def test_the_same_question_has_the_same_answer():
    plan = PilotPlan(6, 18, 3, 3, 4.0)
    assert power(plan, 0.6, seed=5) == power(plan, 0.6, seed=5)
    assert power(plan, 0.6, seed=5) != power(plan, 0.6, seed=6)


@pytest.mark.parametrize("wrong", [(0, 3, 1, 1, 1.0), (1, -1, 1, 1, 1.0), (1, 1, 0, 1, 1.0), (1, 1, 1, 1, 0.0), (1, 1, 1, 1, 1.0, 0.5)])
def test_impossible_plans_are_refused(wrong):
    with pytest.raises(BadInput):
        PilotPlan(*wrong)


def test_an_impossible_ratio_is_refused():
    with pytest.raises(BadInput, match="下降四成"):
        power(PilotPlan(1, 3, 1, 1, 1.0), -0.4)
