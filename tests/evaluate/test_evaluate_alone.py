"""Without other units: before and after, E-values, false dates, starts at an extreme."""

import numpy as np
import pandas as pd
import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.assumption import Refusal, State
from fangkong_lab.evaluate.before_and_after import before_after
from fangkong_lab.evaluate.effect import Effect, Scale
from fangkong_lab.evaluate.evalue import e_value, e_value_of
from fangkong_lab.evaluate.extreme import chosen_at_extreme, start_at_extreme
from fangkong_lab.evaluate.false_dates import placebo_dates
from fangkong_lab.evaluate.readings import nature_of, readings
from fangkong_lab.evaluate.settings import Nature, Settings
from fangkong_lab.measure.rates import Exposure, rate_ratio

COLUMNS = {"outcome": "y", "unit": "u", "time": "t", "treated_from": "since"}


def counts(units=6, before=4, after=4, mean=8.0, ratio=0.5, seed=0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    rows = [(f"U{i}", t, float(draw.poisson(mean * (ratio if t >= before else 1))), before, 10.0 + i) for i in range(units) for t in range(before + after)]
    return pd.DataFrame(rows, columns=["u", "t", "y", "since", "staff"])


def test_two_counts_agree_with_the_exact_ratio():
    frame = pd.DataFrame({"u": "A", "t": [0, 1], "y": [30.0, 14.0], "since": 1})
    made = before_after(frame, **COLUMNS)
    exact = rate_ratio((14, 30), (Exposure(1, "期", "x"), Exposure(1, "期", "x")))
    assert made.estimate == pytest.approx(14 / 30)
    assert made.low <= exact.bounds.low
    assert made.high >= exact.bounds.high


def test_one_ratio_over_units_of_different_level_is_that_of_the_totals():
    frame = counts()
    made = before_after(frame, **COLUMNS)
    early, late = frame.loc[frame["t"] < 4, "y"].sum(), frame.loc[frame["t"] >= 4, "y"].sum()
    assert made.estimate == pytest.approx(late / early)
    assert made.scale is Scale.RATIO
    assert made.evidence.level == 2
    assert "没有对照单位" in " ".join(made.caveats)


def test_units_that_drift_apart_widen_the_interval():
    alike = counts(units=8, mean=50, ratio=1.0)
    apart = alike.copy()
    apart.loc[apart["t"] >= 4, "y"] = (apart["y"] * np.where(apart["u"].isin(["U0", "U1", "U2", "U3"]), 2.0, 0.5)).round()
    first, second = before_after(alike, **COLUMNS), before_after(apart, **COLUMNS)
    assert np.log(second.high / second.low) > 2 * np.log(first.high / first.low)


def test_size_of_before_and_after():
    p = [before_after(counts(units=6, mean=5, ratio=1.0, seed=s), **COLUMNS).p for s in range(300)]
    assert np.mean(np.array(p) <= 0.05) <= 0.07


def test_values_are_compared_within_units():
    """Paired t by hand: changes 1, 2, 3."""
    frame = pd.DataFrame({"u": list("AABBCC"), "t": [0, 1] * 3, "y": [1.5, 2.5, 10.5, 12.5, 0.5, 3.5], "since": 1})
    made = before_after(frame, **COLUMNS)
    assert made.estimate == pytest.approx(2)
    assert made.high - made.estimate == pytest.approx(4.302653 / np.sqrt(3))


def test_no_events_on_one_side_are_refused():
    frame = counts()
    frame.loc[frame["t"] >= 4, "y"] = 0
    made = before_after(frame, **COLUMNS)
    assert isinstance(made, Refusal)
    assert "试点后0件" in made.sentence()


def test_an_exposure_is_divided_by():
    frame = counts(units=1, ratio=1.0)
    frame["staff"] = np.where(frame["t"] >= 4, 20.0, 10.0)
    with_, without = before_after(frame, **COLUMNS, exposure="staff"), before_after(frame, **COLUMNS)
    assert with_.estimate == pytest.approx(without.estimate / 2)


@pytest.mark.parametrize(("ratio", "low", "high", "point", "bound"), [(3.9, 1.8, 8.7, 7.26, 3.0), (0.80, 0.71, 0.91, 1.81, 1.43), (1.1, 0.9, 1.3, 1.43, 1.0)])
def test_e_values_as_published(ratio, low, high, point, bound):
    """VanderWeele & Ding 2017, the two worked examples (3.9 [1.8, 8.7]; 0.80 [0.71, 0.91]); an interval that holds 1 gives 1."""
    made = e_value(ratio, low, high)
    assert made.point == pytest.approx(point, abs=0.01)
    assert made.bound == pytest.approx(bound, abs=0.01)


def test_e_values_of_differences_are_refused():
    frame = pd.DataFrame({"u": list("AABBCC"), "t": [0, 1] * 3, "y": [1.5, 2.5, 10.5, 12.5, 0.5, 3.5], "since": 1})
    assert isinstance(e_value_of(before_after(frame, **COLUMNS)), Refusal)
    with pytest.raises(BadInput):
        e_value(0.5, 0.6, 0.9)


def run(frame, false):
    return before_after(frame, **COLUMNS)


def test_false_dates_look_only_at_what_was_before():
    made = placebo_dates(counts(before=8), run, time="t", treated_from="since")
    assert [d for d, _ in made.effects] == [2, 3, 4, 5, 6, 7]
    assert all(e.size.periods == 8 for _, e in made.effects)
    assert made.seen == 0
    assert made.assumption().state is State.PASSED


def test_an_old_trend_shows_at_false_dates():
    frame = counts(before=8, mean=60)
    frame["y"] = (frame["y"] * 0.85 ** frame["t"]).round()
    made = placebo_dates(frame, run, time="t", treated_from="since")
    assert made.seen >= 4
    assert made.assumption().state is State.FAILED
    assert len(made.table()) == 6


def test_too_short_for_false_dates():
    made = placebo_dates(counts(before=2), run, time="t", treated_from="since")
    assert made.assumption().state is State.INFORMATIONAL


@pytest.mark.parametrize(("before", "expected"), [((10, 11, 9, 10, 24), State.FAILED), ((10, 11, 9, 10, 11), State.PASSED), ((10, 24), State.INFORMATIONAL)])
def test_a_start_at_an_extreme(before, expected):
    assert start_at_extreme(np.array(before, dtype=float)).state is expected


def test_regression_to_the_mean_is_caught():
    """Units chosen because their last count was highest: Barnett et al. 2005. It is flagged far more often than a choice by lot."""
    flagged = {"extreme": 0, "lot": 0}
    for seed in range(100):
        draw = np.random.default_rng(seed)
        y = draw.poisson(20, (40, 8)).astype(float)
        for way, chosen in (("extreme", y[:, -1].argsort()[-6:]), ("lot", draw.permutation(40)[:6])):
            rest = np.setdiff1d(np.arange(40), chosen)
            flagged[way] += chosen_at_extreme(y[chosen], y[rest]).state is State.FAILED
    assert flagged["extreme"] >= 90
    assert flagged["lot"] <= 15


def test_measures_that_are_the_supervisors_own_activity():
    assert nature_of("诫勉谈话") is Nature.ACTIVITY
    assert nature_of("立案") is Nature.ACTIVITY
    assert nature_of("合同单价") is Nature.UNKNOWN
    assert "举报意愿" in readings(Settings(), "信访举报")[0]
    assert readings(Settings(nature=Nature.OTHER), "合同单价") == ()
    assert "如是" in readings(Settings(), "合同单价")[0]


def test_effects_are_effects():
    assert isinstance(before_after(counts(), **COLUMNS), Effect)
