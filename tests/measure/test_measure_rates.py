"""Rates, ratios, standardised ratios.

Witnesses: R's printed output for ``poisson.test`` (the examples of its own help page), an independent root search on the
Poisson tail, statsmodels, scipy.
"""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import poisson
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson, test_poisson_2indep

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.basis import Basis, Clue, PeriodKind, Running
from fangkong_lab.measure.interval import Interval
from fangkong_lab.measure.rates import Exposure, clopper_pearson, garwood, rate, rate_ratio
from fangkong_lab.measure.standard import standardise, standardised_ratio
from fangkong_lab.measure.thresholds import reading_rules

test_poisson_2indep.__test__ = False  # a function of statsmodels, not one of our tests


def people(amount, per=1.0):
    return Exposure(amount, "人年", "名册", per)


def test_one_rate_as_r_prints_it():
    """R: ``poisson.test(137, 24.19893)`` → 5.661407, 95 % 4.753125 6.692709 (Welsh nickel workers)."""
    made = rate(137, people(24.19893))
    assert made.value.low == pytest.approx(5.661407, abs=1e-6)
    assert (made.bounds.low, made.bounds.high) == pytest.approx((4.753125, 6.692709), abs=1e-6)


def test_ratio_as_r_prints_it():
    """R: ``poisson.test(c(11, 6+8+7), c(800, 1083+1050+878))`` → 1.971488, 95 % 0.8584264 4.2772659, p 0.07967."""
    made = rate_ratio((11, 21), (people(800), people(3011)))
    assert made.value.low == made.value.high == pytest.approx(1.971488, abs=1e-6)
    assert (made.bounds.low, made.bounds.high) == pytest.approx((0.8584264, 4.2772659), abs=1e-6)
    assert made.p == pytest.approx(0.07967, abs=5e-6)


@given(st.integers(0, 400), st.sampled_from([0.9, 0.95, 0.99]))
def test_garwood_solves_the_poisson_tails(count, level):
    """Independent route: the means at which the tail probabilities are exactly (1 − level)/2."""
    made, p = garwood(count, level), (1 - level) / 2
    high = brentq(lambda m: poisson.cdf(count, m) - p, count, 4 * count + 20, xtol=1e-10)
    low = brentq(lambda m: poisson.sf(count - 1, m) - p, 1e-9, count, xtol=1e-10) if count else 0.0
    assert (made.low, made.high) == pytest.approx((low, high), abs=1e-6)


@given(st.integers(0, 1000))
def test_garwood_equals_statsmodels(count):
    low, high = confint_poisson(count, 1, method="exact-c")
    assert (garwood(count).low, garwood(count).high) == pytest.approx((0.0 if count == 0 else low, high))


@given(st.integers(0, 80), st.integers(1, 80))
def test_proportion_equals_statsmodels(part, rest):
    low, high = proportion_confint(part, part + rest, method="beta")
    made = clopper_pearson(part, part + rest)
    assert (made.low, made.high) == pytest.approx((0.0 if part == 0 else low, high))


@given(st.integers(0, 60), st.integers(0, 60), st.floats(1, 1e4), st.floats(1, 1e4))
def test_ratio_agrees_with_the_conditional_test(a, b, first, second):
    made = rate_ratio((a, b), (people(first), people(second)))
    if a + b == 0:
        assert made.value is None
        return
    p = test_poisson_2indep(a, first, b, second, method="exact-cond").pvalue
    assert made.p == pytest.approx(p, rel=1e-6, abs=1e-12)
    flipped = rate_ratio((b, a), (people(second), people(first)))
    if made.bounds.low > 0 and flipped.bounds.low > 0:
        assert flipped.bounds.low == pytest.approx(1 / made.bounds.high, rel=1e-9)


def test_undefined_cases():
    assert rate_ratio((0, 5), (people(1), people(1))).value == Interval(0, 0)
    assert rate_ratio((5, 0), (people(1), people(1))).bounds.high == math.inf
    assert "无意义" in rate_ratio((0, 0), (people(1), people(1))).sentence()
    with pytest.raises(BadInput, match="不能作分母"):
        people(0)
    with pytest.raises(BadInput, match="分母不同"):
        rate_ratio((1, 2), (people(1), Exposure(1, "办件量", "日志")))
    with pytest.raises(BadInput, match="没有上限"):
        rate(Interval(5, math.inf), people(3))


def test_a_count_known_as_interval_gives_the_union():
    made = rate(Interval(41, 49), people(1000, 1000))
    assert made.bounds == Interval(garwood(41).low, garwood(49).high)
    assert "41–49" in made.sentence()


@given(st.integers(0, 30), st.integers(0, 5), st.integers(0, 30), st.integers(0, 5))
def test_a_ratio_of_intervals_holds_every_ratio_they_allow(a, width, b, spread):
    """Brute force over every pair of counts."""
    made = rate_ratio((Interval(a, a + width), Interval(b, b + spread)), (people(2.0), people(3.0)))
    for x in range(a, a + width + 1):
        for y in range(b, b + spread + 1):
            one = rate_ratio((x, y), (people(2.0), people(3.0)))
            if one.value is not None and made.value is not None:
                assert made.value.low <= one.value.low <= one.value.high <= made.value.high
                assert made.bounds.low <= one.bounds.low + 1e-12
                assert one.bounds.high <= made.bounds.high * (1 + 1e-12)


def test_minimum_count_rule_prints_no_rate():
    few = rate(15, people(100, 1000), minimum=16, basis=Basis("诫勉", "人", Clue.YES, Running.NO, PeriodKind.YEAR))
    assert "共15人，不足16" in few.sentence()
    assert not few.comparable
    assert "不计算率" in few.sentence()
    assert few.table()["率"].tolist() == ["不足16，不计算"]
    assert rate(16, people(100, 1000), minimum=16).comparable


def test_the_shipped_threshold_is_marked_assumed():
    from datetime import date
    assert reading_rules().minimum(date(2016, 12, 31)) == 16
    assert "假定值" in reading_rules().sentence(date(2016, 12, 31))


def test_standardised_ratio_by_hand():
    """Two strata by hand: rates 10/100 and 30/100; unit A expects 50·0.1 + 20·0.3 = 11, has 8."""
    frame = pd.DataFrame([("A", "大", 3, 50), ("B", "大", 7, 50), ("A", "小", 5, 20), ("B", "小", 25, 80)],
                         columns=["unit", "stratum", "events", "exposure"])
    first, second = standardise(frame).ratios
    assert (first.expected, first.value) == pytest.approx((11, 8 / 11))
    assert second.expected == pytest.approx(29)
    assert first.bounds == standardised_ratio("A", 8, 11).bounds
    assert standardise(frame.iloc[::-1]).table().equals(standardise(frame).table())
    with pytest.raises(BadInput, match="出现两次"):
        standardise(pd.concat([frame, frame]))
