"""Synthetic control and synthetic DiD: published numbers, a second optimiser, planted mixtures, placebo floors."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.assumption import Refusal, State
from fangkong_lab.evaluate.effect import Effect
from fangkong_lab.evaluate.predictors import Predictor
from fangkong_lab.evaluate.sdid import SyntheticDidOptions, synthetic_did
from fangkong_lab.evaluate.simplex import frank_wolfe, simplex_weights
from fangkong_lab.evaluate.synthetic_control import SyntheticOptions, synthetic, synthetic_gap

SHARED = Path(os.environ.get("FANGKONG_SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
needs_prop99 = pytest.mark.skipif(not (SHARED / "eval" / "prop99.csv").exists(), reason="published data are not beside the checkout")
STATES = {"outcome": "cigsale", "unit": "state", "time": "year", "treated_from": "since"}
MADE = {"outcome": "y", "unit": "u", "time": "t", "treated_from": "since"}


@pytest.fixture(scope="module")
def smoke() -> pd.DataFrame:
    frame = pd.read_csv(SHARED / "eval" / "prop99.csv")
    return frame.assign(since=np.where(frame["state"] == "California", 1989.0, np.nan))


def made_up(others=22, before=8, after=4, effect=-3.0, noise=0.3, seed=0, pilots=1) -> pd.DataFrame:
    """Units on two common paths; the pilots are mixtures of others, shifted by *effect* after the start."""
    draw = np.random.default_rng(seed)
    periods = before + after
    paths = draw.normal(0, 1, (2, periods)).cumsum(1)
    loads = draw.uniform(0, 2, (others, 2))
    loads = np.vstack([loads, [loads[draw.choice(others, 4, replace=False)].mean(0) for _ in range(pilots)]])
    y = 10 + loads @ paths + draw.normal(0, noise, (others + pilots, periods))
    y[others:, before:] += effect
    rows = [(f"U{i:02d}", t, y[i, t], before if i >= others else np.nan) for i in range(others + pilots) for t in range(periods)]
    return pd.DataFrame(rows, columns=["u", "t", "y", "since"])


@needs_prop99
def test_the_outcome_path_as_three_programs_have_it(smoke):
    made = synthetic(smoke, **STATES)
    weights = made.detail().set_index("单位")["权重"]
    for state, weight in {"Utah": 0.394, "Montana": 0.232, "Nevada": 0.205, "Connecticut": 0.109, "New Hampshire": 0.045}.items():
        assert weights[state] == pytest.approx(weight, abs=0.002)
    assert made.estimate == pytest.approx(-19.5136, abs=0.001)
    assert np.sqrt(synthetic_gap(smoke, weights.to_dict(), **STATES).before) == pytest.approx(1.6564, abs=0.001)
    assert made.p_floor == pytest.approx(1 / 39)


@needs_prop99
def test_the_published_weights_leave_the_published_gap(smoke):
    """Abadie, Diamond & Hainmueller 2010, table 2 and text."""
    gap = synthetic_gap(smoke, {"Colorado": 0.164, "Connecticut": 0.069, "Montana": 0.199, "Nevada": 0.234, "Utah": 0.334}, **STATES)
    assert gap.before == pytest.approx(3.089, abs=0.02)
    assert gap.at(2000) == pytest.approx(-25.7, abs=0.3)
    assert gap.effect == pytest.approx(-18.97, abs=0.1)
    assert gap.after / gap.before == pytest.approx(128.4, abs=2)


@needs_prop99
@pytest.mark.heavy
def test_predictors_from_many_starts_give_the_published_weights(smoke):
    wanted = [Predictor(c, 1980, 1988) for c in ("lnincome", "retprice", "age15to24")] + [Predictor("beer", 1984, 1988)]
    wanted += [Predictor("cigsale", year, year) for year in (1975, 1980, 1988)]
    made = synthetic(smoke, **STATES, options=SyntheticOptions(tuple(wanted)))
    weights = made.detail().set_index("单位")["权重"]
    for state, weight in {"Colorado": 0.164, "Connecticut": 0.069, "Montana": 0.199, "Nevada": 0.234, "Utah": 0.334}.items():
        assert weights[state] == pytest.approx(weight, abs=0.006)
    assert np.sqrt(synthetic_gap(smoke, weights.to_dict(), **STATES).before) == pytest.approx(1.756, abs=0.003)
    luck = next(a for a in made.assumptions if a.name == "求解起点")
    assert "12个起点" in luck.text


@needs_prop99
def test_synthetic_did_as_published(smoke):
    """Arkhangelsky et al. 2021, table 1: SDID and their synthetic control."""
    assert synthetic_did(smoke, **STATES).estimate == pytest.approx(-15.60383, abs=1e-4)
    plain = SyntheticDidOptions(unit_ridge=1e-6, intercept=False, time_weights=False)
    assert synthetic_did(smoke, **STATES, options=plain).estimate == pytest.approx(-19.61966, abs=1e-4)


@given(st.integers(0, 10_000))
def test_simplex_weights_are_no_worse_than_a_general_optimiser(seed):
    draw = np.random.default_rng(seed)
    donors, target = draw.normal(size=(7, 5)), draw.normal(size=7)
    mine = simplex_weights(donors, target)
    assert mine.min() >= 0
    assert mine.sum() == pytest.approx(1)
    theirs = minimize(lambda w: float(((donors @ w - target) ** 2).sum()), np.full(5, 0.2), bounds=[(0, 1)] * 5, method="SLSQP",
                      constraints={"type": "eq", "fun": lambda w: w.sum() - 1})
    assert ((donors @ mine - target) ** 2).sum() <= theirs.fun + 1e-6


def test_a_mixture_is_found_again():
    donors = np.random.default_rng(2).normal(size=(12, 6))
    wanted = np.array([0.5, 0, 0.3, 0, 0.2, 0])
    assert simplex_weights(donors, donors @ wanted) == pytest.approx(wanted, abs=1e-8)
    assert simplex_weights(donors, donors[:, 3]) == pytest.approx(np.eye(6)[3])


def test_frank_wolfe_agrees_with_the_exact_answer():
    """Its published form drops small weights after the first round, so it may be a little worse, never better."""
    draw = np.random.default_rng(5)
    donors, target = draw.normal(size=(30, 6)), draw.normal(size=30)
    for ridge in (0.0, 5.0):
        loss = [float(((donors @ w - target) ** 2).sum() + ridge * w @ w) for w in (frank_wolfe(donors, target, ridge, 1e-9), simplex_weights(donors, target, ridge))]
        assert loss[1] <= loss[0] + 1e-9
        assert loss[0] == pytest.approx(loss[1], rel=0.05)


@pytest.mark.parametrize("estimator", [synthetic, synthetic_did])
def test_a_planted_effect_is_found_and_row_order_and_names_do_not_matter(estimator):
    frame = made_up()
    made = estimator(frame, **MADE)
    assert isinstance(made, Effect)
    assert made.estimate == pytest.approx(-3, abs=0.6)
    assert made.p == pytest.approx(1 / 23)
    other = frame.assign(u=frame["u"].map(lambda name: f"x{99 - int(name[1:])}")).sample(frac=1, random_state=1)
    assert estimator(other, **MADE).estimate == pytest.approx(made.estimate, abs=1e-6)


def test_nothing_is_found_where_nothing_is():
    p = [synthetic_did(made_up(effect=0.0, seed=s, others=19), **MADE).p for s in range(20)]
    assert np.mean(np.array(p) <= 0.05) <= 0.15


def test_several_pilots_are_followed_by_their_mean():
    made = synthetic_did(made_up(pilots=3), **MADE)
    assert made.estimate == pytest.approx(-3, abs=0.5)
    assert made.size.treated == 3


def test_the_floor_of_the_p_value_is_printed():
    made = synthetic(made_up(others=10, effect=-30), **MADE)
    assert made.p == pytest.approx(1 / 11)
    assert not made.separate
    assert "p值最小为0.0909" in made.sentence()


@pytest.mark.parametrize("estimator", [synthetic, synthetic_did])
@pytest.mark.parametrize(("change", "word"), [
    (lambda f: f.assign(since=f["since"].where(f["u"] != "U21", 9)), "批"),
    (lambda f: f[f["u"].isin(["U22", "U01"])], "对照单位"),
    (lambda f: f[f["t"] >= 6], "试点前"),
    (lambda f: f.drop(index=5), "缺")])
def test_what_cannot_be_borne_is_refused(estimator, change, word):
    made = estimator(change(made_up()), **MADE)
    assert isinstance(made, Refusal)
    assert word in made.reason
    assert made.needed


def state(made, name):
    return next(a.state for a in made.assumptions if a.name == name)


def test_a_pilot_out_of_range_fails():
    far = made_up()
    far.loc[far["u"] == "U22", "y"] += 40
    made = synthetic(far, **MADE)
    assert state(made, "在对照单位范围之内") is State.FAILED
    assert state(made, "试点前拟合") is State.FAILED
    assert state(synthetic(made_up(), **MADE), "试点前拟合") is State.PASSED


def test_weights_of_units_that_are_not_there_are_refused():
    with pytest.raises(BadInput, match="U22"):
        synthetic_gap(made_up(), {"U22": 1.0}, **MADE)


def test_a_predictor_without_data_is_named():
    frame = made_up().assign(z=1.0)
    with pytest.raises(BadInput, match="都一样"):
        synthetic(frame, **MADE, options=SyntheticOptions((Predictor("z", 0, 3),)))
    with pytest.raises(BadInput, match="没有"):
        synthetic(frame.assign(z=np.where(frame["u"] == "U03", np.nan, frame["y"])), **MADE, options=SyntheticOptions((Predictor("z", 0, 3),)))
