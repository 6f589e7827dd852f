"""Interrupted time series: published numbers, statsmodels as a second opinion, refusals, preconditions."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.assumption import Refusal, State
from fangkong_lab.evaluate.clock import read_series
from fangkong_lab.evaluate.effect import Effect, Inference, Scale
from fangkong_lab.evaluate.interrupted import ItsOptions, Reference, design_of, its
from fangkong_lab.evaluate.regression import Family, fit
from fangkong_lab.evaluate.serial import error_correlation
from fangkong_lab.evaluate.settings import Nature, Settings

SHARED = Path(os.environ.get("FANGKONG_SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
needs_sicily = pytest.mark.skipif(not (SHARED / "eval" / "sicily.csv").exists(), reason="published data are not beside the checkout")
NORMAL = {"lags": 0, "reference": Reference.NORMAL}


def series(n=40, at=24, step=0.7, seed=1, per_year=12) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    time = np.arange(n)
    mean = 50 * np.exp(0.005 * time + 0.2 * np.cos(2 * np.pi * time / per_year)) * np.where(time >= at, step, 1.0)
    return pd.DataFrame({"t": pd.period_range("2012-01", periods=n, freq="M").to_timestamp(), "y": draw.poisson(draw.gamma(mean / 1.0, 1.0)),
                         "pop": 1000.0 + time})


def run(frame, start="2014-01-01", **options):
    made = its(frame, outcome="y", time="t", start=start, exposure="pop", options=ItsOptions(**options))
    assert isinstance(made, Effect)
    return made


@needs_sicily
@pytest.mark.parametrize(("options", "expected", "tolerance"), [
    ({"slope": False, "family": Family.POISSON, "season": 1}, (0.894, 0.865, 0.925), 6e-4),
    ({"slope": False, "season": 1}, (0.894, 0.839, 0.953), 6e-4),
    ({"slope": False, "season": 12}, (0.8850715, 0.839401, 0.933227), 2e-6)])
def test_the_smoking_ban_as_published(options, expected, tolerance):
    """Lopez Bernal et al. 2017, R output; intervals by the normal quantile as there."""
    frame = pd.read_csv(SHARED / "eval" / "sicily.csv")
    made = its(frame, outcome="aces", time="time", start=37, exposure="stdpop", options=ItsOptions(**options, **NORMAL))
    assert isinstance(made, Effect)
    assert (made.estimate, made.low, made.high) == pytest.approx(expected, abs=tolerance)


@needs_sicily
def test_the_corrected_slope_as_published():
    """The 2020 correction: centred slope, p = 0.4242; Pearson's dispersion of m3 2.26218."""
    frame = pd.read_csv(SHARED / "eval" / "sicily.csv")
    made = its(frame, outcome="aces", time="time", start=37, exposure="stdpop", options=ItsOptions(season=12, **NORMAL))
    assert isinstance(made, Effect)
    assert made.detail().set_index("量").loc["斜率变化（每期）", "p值"] == pytest.approx(0.4242, abs=5e-4)
    flat = read_series(frame, "aces", "time", 37, "stdpop")
    m3 = fit(design_of(flat, ItsOptions(slope=False), 12), flat.outcome, np.log(flat.exposure), Family.QUASI_POISSON)
    assert m3.dispersion == pytest.approx(2.26218, abs=1e-5)


@pytest.mark.parametrize("family", [Family.QUASI_POISSON, Family.NEGATIVE_BINOMIAL, Family.NORMAL])
def test_fits_agree_with_statsmodels(family):
    flat = read_series(series(), "y", "t", "2014-01-01", "pop")
    design, offset = design_of(flat, ItsOptions(), 12), np.log(flat.exposure)
    mine = fit(design, flat.outcome, offset, family)
    if family is Family.NORMAL:
        theirs = sm.OLS(flat.outcome, design).fit()
        errors = theirs.bse
    elif family is Family.QUASI_POISSON:
        theirs = sm.GLM(flat.outcome, design, family=sm.families.Poisson(), offset=offset).fit(scale="X2")
        errors = theirs.bse
    else:
        theirs = sm.GLM(flat.outcome, design, family=sm.families.NegativeBinomial(alpha=mine.alpha), offset=offset).fit(tol=1e-12)
        both = sm.NegativeBinomial(flat.outcome, design, offset=offset).fit(disp=0, maxiter=500, start_params=[*theirs.params, mine.alpha])
        assert mine.alpha == pytest.approx(both.params[-1], rel=2e-3)
        errors = theirs.bse
    assert mine.beta == pytest.approx(np.asarray(theirs.params), abs=1e-6)
    assert np.sqrt(np.diag(mine.model_covariance())) == pytest.approx(np.asarray(errors), rel=1e-5)


def test_hac_agrees_with_statsmodels():
    flat = read_series(series(), "y", "t", "2014-01-01", "pop")
    design = design_of(flat, ItsOptions(), 12)
    mine = fit(design, flat.outcome, np.zeros(flat.n), Family.NORMAL).hac_covariance(3)
    theirs = sm.OLS(flat.outcome, design).fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}).cov_params()
    assert mine == pytest.approx(np.asarray(theirs), rel=1e-8)


def test_equidispersed_counts_fall_back_from_negative_binomial():
    frame = series()
    frame["y"] = np.round(50 * np.exp(0.005 * np.arange(40)))
    made = run(frame, family=Family.NEGATIVE_BINOMIAL)
    assert "准泊松" in " ".join(made.caveats)
    assert np.isfinite([made.low, made.high]).all()


def test_the_planted_step_is_inside_the_interval():
    made = run(series(step=0.5))
    assert made.low <= 0.5 <= made.high
    assert made.separate
    assert made.scale is Scale.RATIO


def test_the_step_is_at_the_break_whatever_the_slope_does():
    """Without noise: a step of 0.8 and a change of slope of 1 % a period come back exactly."""
    time = np.arange(40)
    frame = pd.DataFrame({"t": time, "y": np.exp(3 + 0.01 * time) * np.where(time >= 20, 0.8 * np.exp(0.01 * (time - 20)), 1)})
    frame["y"] = np.log(frame["y"])
    made = its(frame, outcome="y", time="t", start=20, options=ItsOptions(season=1, lags=0))
    assert isinstance(made, Effect)
    assert made.estimate == pytest.approx(np.log(0.8), abs=1e-9)
    assert made.detail()["估计"].iloc[1] == pytest.approx(0.01, abs=1e-9)


def test_row_order_does_not_matter():
    frame = series()
    assert run(frame).estimate == run(frame.sample(frac=1, random_state=3)).estimate


@pytest.mark.parametrize(("n", "start", "need"), [(20, "2012-08-01", 12), (20, "2013-04-01", 12)])
def test_too_few_points_are_refused_with_the_number_needed(n, start, need):
    made = its(series(n, 7), outcome="y", time="t", start=start)
    assert isinstance(made, Refusal)
    assert f"前后各{need}期" in made.sentence()
    assert "不能由此判断" in made.sentence()


def test_no_events_on_one_side_are_refused():
    frame = series()
    frame.loc[frame["t"] >= "2014-01-01", "y"] = 0
    made = its(frame, outcome="y", time="t", start="2014-01-01")
    assert isinstance(made, Refusal)


def state(made: Effect, name: str) -> State:
    return next(a.state for a in made.assumptions if a.name == name)


def test_an_ignored_season_fails():
    assert state(run(series(), season=1), "季节") is State.FAILED
    frame = series().assign(t=np.arange(40))
    made = its(frame, outcome="y", time="t", start=24)
    assert isinstance(made, Effect)
    assert state(made, "季节") is State.FAILED
    assert state(run(series()), "季节") is State.INFORMATIONAL


def test_ignored_dispersion_fails():
    assert state(run(series(), family=Family.POISSON), "过度离散") is State.FAILED


@pytest.mark.parametrize(("rho", "expected"), [(0.5, State.INFORMATIONAL), (0.85, State.FAILED)])
def test_serial_correlation_widens_the_interval(rho, expected):
    """An AR(1) in 120 points: found near its size, allowed for; a strong one fails."""
    draw, rest = np.random.default_rng(4), [0.0]
    for z in draw.normal(size=119):
        rest.append(rho * rest[-1] + z)
    frame = pd.DataFrame({"t": np.arange(120), "y": 100 + np.array(rest)})
    free = its(frame, outcome="y", time="t", start=60, options=ItsOptions(season=1, lags=0))
    made = its(frame, outcome="y", time="t", start=60, options=ItsOptions(season=1))
    assert isinstance(free, Effect)
    assert isinstance(made, Effect)
    assert made.inference is Inference.AUTOREGRESSIVE
    assert made.high - made.low > 1.3 * (free.high - free.low)
    flat = read_series(frame, "y", "t", 60)
    assert error_correlation(fit(design_of(flat, ItsOptions(), 1), flat.outcome, np.zeros(120), Family.NORMAL))[0] == pytest.approx(rho, abs=0.2)
    assert state(made, "自相关") is expected


def test_a_start_at_an_extreme_fails():
    frame = series()
    frame.loc[23, "y"] = 140
    assert state(run(frame), "选在极端时点") is State.FAILED
    assert state(run(series()), "选在极端时点") is State.PASSED


def test_both_readings_of_the_supervisors_own_activity():
    frame = series().rename(columns={"y": "立案"})
    made = its(frame, outcome="立案", time="t", start="2014-01-01")
    assert isinstance(made, Effect)
    assert any("发现能力" in c for c in made.caveats)
    other = its(frame.rename(columns={"立案": "合同单价"}), outcome="合同单价", time="t", start="2014-01-01", settings=Settings(nature=Nature.OTHER))
    assert isinstance(other, Effect)
    assert not any("发现能力" in c for c in other.caveats)


def test_the_evidence_is_at_most_level_two():
    assert run(series()).evidence.level <= 2


@pytest.mark.parametrize(("change", "match"), [
    (lambda f: f.drop(index=5), "缺"), (lambda f: pd.concat([f, f.iloc[[3]]]), "两次"), (lambda f: f.assign(y=f["y"].astype(object).where(f.index != 2)), "不是数"),
    (lambda f: f.assign(pop=0.0), "分母"), (lambda f: f.drop(columns="y"), "y")])
def test_wrong_input_is_named(change, match):
    with pytest.raises(BadInput, match=match):
        run(change(series()))


def test_a_start_outside_is_named():
    with pytest.raises(BadInput, match="2030"):
        run(series(), start="2030-01-01")
