"""Numbers made again by plain loops, a general optimiser or statsmodels, from the formula and not from the code."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from evaluate_panels import COLUMNS, panel
from scipy.optimize import minimize
from scipy.stats import t as student

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.before_and_after import before_after
from fangkong_lab.evaluate.comparison import two_by_two
from fangkong_lab.evaluate.interrupted import ItsOptions, its
from fangkong_lab.evaluate.mixtures import ridged_mixtures
from fangkong_lab.evaluate.panel import Panel
from fangkong_lab.evaluate.parallel import breakdown
from fangkong_lab.evaluate.pre_trend import pre_trend
from fangkong_lab.evaluate.sdid import synthetic_did
from fangkong_lab.evaluate.settings import Controls, Settings
from fangkong_lab.evaluate.simplex import simplex_weights
from fangkong_lab.evaluate.synthetic_control import synthetic

NAMES = {"outcome": "y", "unit": "unit", "time": "year", "treated_from": "start"}


def mixed(matrix, target, ridge):
    """Weights on the simplex by a general optimiser, from several starts; the best."""
    n = matrix.shape[1]

    def loss(w):
        return float(((matrix @ w - target) ** 2).sum() + ridge * (w @ w))

    def slope(w):
        return 2 * (matrix.T @ (matrix @ w - target) + ridge * w)

    starts = [np.full(n, 1 / n), *np.random.default_rng(0).dirichlet(np.ones(n), 3)]
    found = [minimize(loss, w, jac=slope, method="SLSQP", bounds=[(0, 1)] * n, constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
                      options={"maxiter": 2000, "ftol": 1e-15}) for w in starts]
    return min(found, key=lambda f: f.fun).x


def few_pilots(pilots, others, seed, before=6, after=3):
    """Rates of *pilots* + *others* units as N×T and as a frame."""
    rng = np.random.default_rng(seed)
    n, t = pilots + others, before + after
    y = rng.normal(size=(n, 1)) + rng.normal(size=(1, t)) + rng.normal(size=(n, t)).cumsum(axis=1) * 0.3
    frame = pd.DataFrame({"unit": np.repeat([f"u{i:02}" for i in range(n)], t), "year": np.tile(np.arange(t), n), "y": y.ravel(),
                          "start": np.repeat(np.where(np.arange(n) < pilots, float(before), np.nan), t)})
    return y, frame


@pytest.mark.parametrize("seed", range(6))
def test_placebo_mixtures_are_those_of_two_other_solvers(seed):
    rng = np.random.default_rng(seed)
    before, units = int(rng.integers(2, 9)), int(rng.integers(3, 14))
    matrix = rng.normal(size=(before, units)) * 10.0 ** rng.integers(-2, 3)
    allowed = rng.random((5, units)) < 0.7
    allowed[:, :2] = True
    targets = rng.normal(size=(5, before)) * matrix.std()
    ridges = matrix.std() ** 2 * 10.0 ** rng.uniform(-9, 1, 5)  # the weakest are handed to the other solver
    found = ridged_mixtures(matrix, targets, ridges, allowed)
    assert (found[~allowed] == 0).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(5))
    for k, row in enumerate(allowed):
        assert found[k, row] == pytest.approx(simplex_weights(matrix[:, row], targets[k], ridges[k]), abs=1e-6)
        scale = matrix.std()
        general = mixed(matrix[:, row] / scale, targets[k] / scale, ridges[k] / scale**2)

        def loss(w, columns=row, at=k):
            return ((matrix[:, columns] @ w - targets[at]) ** 2).sum() + ridges[at] * (w @ w)

        assert loss(found[k, row]) <= loss(general) * (1 + 1e-7) + 1e-12


def plain_sdid(y, members, donors, before):
    """SDID of Arkhangelsky et al. 2021, equation by equation."""
    early, after = y[donors][:, :before], y.shape[1] - before
    noise = np.std(np.diff(early, axis=1), ddof=1)
    target, matrix = y[members].mean(0)[:before], early.T
    ridge = before * math.sqrt(len(members) * after) * noise**2
    omega = mixed(matrix - matrix.mean(0), target - target.mean(), ridge)
    periods, late = early, y[donors][:, before:].mean(1)
    lam = mixed(periods - periods.mean(0), late - late.mean(), len(donors) * (1e-6 * noise) ** 2)
    gap = y[members].mean(0) - omega @ y[donors]
    return gap[before:].mean() - lam @ gap[:before]


def test_synthetic_did_with_two_pilots_by_plain_loops():
    """Rank among all pairs of units, donors all the rest; interval from pairs of others alone, with as many degrees of freedom as others less one."""
    y, frame = few_pilots(2, 6, 1)
    made = synthetic_did(frame, **NAMES)
    everyone, others = list(range(8)), list(range(2, 8))
    ranks = {pair: plain_sdid(y, list(pair), [i for i in everyone if i not in pair], 6) for pair in itertools.combinations(everyone, 2)}
    spread = [plain_sdid(y, list(pair), [i for i in others if i not in pair], 6) for pair in itertools.combinations(others, 2)]
    own = ranks[0, 1]
    assert made.estimate == pytest.approx(own, abs=2e-3)  # the printed one is the published Frank–Wolfe
    assert made.p == pytest.approx(sum(abs(v) >= abs(own) - 1e-6 for v in ranks.values()) / 28)
    error = math.sqrt(sum(v**2 for v in spread) / len(spread))
    assert made.standard_error == pytest.approx(error, rel=1e-3)
    assert made.high - made.low == pytest.approx(2 * student.ppf(0.975, 5) * error, rel=1e-3)


@pytest.mark.parametrize("pilots", [1, 2])
def test_synthetic_control_ranks_by_plain_loops(pilots):
    """The ratio of squared gaps after ÷ before; one pilot is never a donor, several are where they are not in the set."""
    y, frame = few_pilots(pilots, 7, 5)
    sets = [(0,), *((i,) for i in range(1, 8))] if pilots == 1 else list(itertools.combinations(range(9), 2))
    ratios = {}
    for members in sets:
        donors = [i for i in range(pilots + 7) if i not in members and not (pilots == 1 and i == 0)]
        target = y[list(members)].mean(0)
        gap = target - mixed(y[donors][:, :6].T, target[:6], 0.0) @ y[donors]
        ratios[members] = (gap[6:] ** 2).mean() / (gap[:6] ** 2).mean()
    own = ratios[tuple(range(pilots))]
    assert synthetic(frame, **NAMES).p == pytest.approx(sum(r >= own * (1 - 1e-4) for r in ratios.values()) / len(sets))


def test_before_and_after_of_values_as_statsmodels():
    """The mean of five units' own changes: least squares on a constant; level 0.9, so that the error is not read off a 95 % interval."""
    rng = np.random.default_rng(2)
    rows = [(f"u{i}", p, i + rng.normal() + 0.7 * (p >= 4), 4) for i in range(5) for p in range(7)]
    frame = pd.DataFrame(rows, columns=["unit", "year", "y", "start"])
    made = before_after(frame, **NAMES, settings=Settings(level=0.9))
    late, early = (frame[side].groupby("unit")["y"].mean() for side in (frame["year"] >= 4, frame["year"] < 4))
    model = sm.OLS((late - early).to_numpy(), np.ones(5)).fit()
    assert made.estimate == pytest.approx(model.params[0])
    assert made.standard_error == pytest.approx(model.bse[0])
    assert (made.low, made.high) == pytest.approx(tuple(model.conf_int(0.1)[0]))
    assert made.p == pytest.approx(model.pvalues[0])
    same = frame.assign(y=frame["unit"].str[1:].astype(float) + 0.7 * (frame["year"] >= 4))
    with pytest.raises(CannotTell, match="5个单位试点前后的变化完全相同") as told:
        before_after(same, **NAMES)
    assert "5个单位、7期" in told.value.where
    with pytest.raises(CannotTell, match="试点前各期、试点后各期的数都没有变动") as told:
        before_after(same[same["unit"] == "u1"], **NAMES)
    assert "只报前后之差" in told.value.mend
    only_before = same[(same["unit"] == "u1") | (same["year"] < 4)]
    with pytest.raises(CannotTell, match="5个单位中只有1个试点前后都有数"):
        before_after(only_before, **NAMES)


def test_mean_change_of_a_series_as_statsmodels():
    """Step plus slope change at the middle of the time after: the linear contrast of a quasi-Poisson fit."""
    rng = np.random.default_rng(4)
    n, at = 31, 14
    position = np.arange(n)
    counts = rng.negative_binomial(8, 8 / (8 + np.exp(3 + 0.01 * position - 0.3 * (position >= at))))
    frame = pd.DataFrame({"t": position, "n": counts})
    made = its(frame, outcome="n", time="t", start=at, options=ItsOptions(season=1, lags=0)).detail().set_index("量")
    after = (position >= at).astype(float)
    design = np.column_stack([np.ones(n), position, after, after * (position - at)])
    model = sm.GLM(counts, design, family=sm.families.Poisson()).fit(scale="X2", tol=1e-12)
    middle = np.mean(position[position >= at] - at)
    contrast = model.t_test([0, 0, 1, middle], use_t=True)
    row = made.loc["试点后期间平均变化"]
    assert model.scale > 1
    assert math.log(row["估计"]) == pytest.approx(float(contrast.effect[0]), abs=1e-7)
    assert row["标准误（模型尺度）"] == pytest.approx(float(contrast.sd[0, 0]), rel=1e-6)
    assert row["p值"] == pytest.approx(float(contrast.pvalue), rel=1e-5)


def slopes_and_steps(made, start):
    """Each unit's own mean change since the start, and its steps before it, base the last period before the start."""
    level = made.rates() - made.rates()[:, [start - 1]]
    return level[:, start:].mean(axis=1), np.diff(level[:, :start], axis=1), level


def contrast_of(values, treated):
    """Difference of means, its error leaving each unit out (a second n/(n−1)) and Welch's degrees of freedom."""
    parts = [(v.mean(), v.var(ddof=1) / len(v) * len(v) / (len(v) - 1), len(v) - 1) for v in (values[treated], values[~treated])]
    total = parts[0][1] + parts[1][1]
    return parts[0][0] - parts[1][0], math.sqrt(total), total**2 / sum(v**2 / f for _, v, f in parts)


def test_the_drift_before_the_start_from_each_units_own_slope():
    made = panel(units=20, periods=8, starts=(5,), seed=3)
    before = np.arange(5)
    own = made.rates()[:, :5] @ ((before - 2.0) / ((before - 2.0) ** 2).sum())
    slope, error, freedom = contrast_of(own, made.treated)
    seen = pre_trend(made, Controls.NEVER)
    assert seen.slope == pytest.approx(slope)
    assert seen.p == pytest.approx(2 * student.sf(abs(slope) / error, freedom))
    reach = (student.ppf(0.975, freedom) + student.ppf(0.8, freedom)) * error
    assert seen.detectable == pytest.approx(reach)
    assert seen.bias == pytest.approx(reach * np.mean([1, 2, 3]))  # one more period of drift for each period since the start


def test_one_period_before_has_one_p_value():
    """With two periods before the start slope and joint test are the same question; few units, so that a missing correction would show."""
    made = panel(units=10, periods=6, starts=(2,), seed=8)
    seen = pre_trend(made, Controls.NEVER)
    assert seen.joint_p == pytest.approx(seen.p, rel=1e-9)


@pytest.mark.parametrize("allowed", [0.0, 0.25, 1.0])
def test_the_breakdown_interval_by_plain_loops(allowed):
    made = panel(units=20, periods=8, starts=(5,), seed=3)
    after, steps, _ = slopes_and_steps(made, 5)
    lows, highs = [], []
    for step, sign in itertools.product(steps.T, (1, -1)):
        move = sign * allowed * np.mean([1, 2, 3]) * step
        ends = []
        for side, values in ((-1, after - move), (1, after + move)):
            value, error, freedom = contrast_of(values, made.treated)
            ends.append(value + side * student.ppf(0.975, freedom) * error)
        if ends[0] <= ends[1]:
            lows.append(ends[0])
            highs.append(ends[1])
    curve = breakdown(made, Settings()).curve.set_index("m")
    assert tuple(curve.loc[allowed, ["low", "high"]]) == pytest.approx((min(lows), max(highs)))


def alike(level, effect=0.3, drift=0.0):
    """Twelve units at multiples of *level*, six of them *effect* higher from period 3 on and *drift* a period all along."""
    rows = [(f"u{i:02}", p, i * level + (effect * (p >= 3) + drift * p) * (i < 6), 3.0 if i < 6 else np.nan) for i in range(12) for p in range(6)]
    return Panel.read(pd.DataFrame(rows, columns=["unit", "year", "y", "start"]), COLUMNS)


@pytest.mark.parametrize("level", [1.1, 1234567.13])
@pytest.mark.parametrize("way", ["did", "two_way", "wild", "staggered", "imputation", "multiplier", "event_study"])
def test_units_that_move_alike_leave_no_error_and_no_p_of_zero(way, level):
    """Without any scatter an interval of no width and a p of 0 would be claimed; neither can be told, nor from the rounding of large numbers."""
    from fangkong_lab import evaluate as ev

    run, settings = {"did": (ev.two_by_two, Settings()), "two_way": (ev.two_way, Settings()), "staggered": (ev.staggered, Settings()),
                     "imputation": (ev.imputation, Settings()), "event_study": (ev.event_study, Settings()),
                     "wild": (ev.two_way, Settings(inference=ev.Inference.WILD, draws=99)),
                     "multiplier": (ev.staggered, Settings(inference=ev.Inference.MULTIPLIER, draws=99))}[way]
    made = run(alike(level), settings)
    assert made.estimate == pytest.approx(0.3)
    assert made.p is None
    assert math.isnan(made.low)
    assert not made.separate
    assert any("误差不能估计" in c for c in made.caveats)
    assert "nan" not in made.sentence() + "".join(a.text for a in made.assumptions)
    assert next(a for a in made.assumptions if a.name == "平行趋势").state.value == "informational"
    assert breakdown(alike(level), Settings()) is None
    if made.plot is not None:
        assert made.plot.frame[["low", "high"]].isna().all(axis=None)
        assert "试点后3期中0期" in made.plot.alt


def test_a_little_scatter_at_a_high_level_is_an_error():
    """A thousandth at ten million is no rounding: as ordinary least squares on the units' changes have it."""
    made = alike(1234567.13)
    jitter = np.random.default_rng(0).normal(size=made.outcome.shape) * 1e-3
    answer = two_by_two(made.with_outcome(made.outcome + jitter))
    change = jitter[:, 3:].mean(axis=1) - jitter[:, :3].mean(axis=1)
    by_hand = 0.3 + change[made.treated].mean() - change[~made.treated].mean()
    assert answer.estimate == pytest.approx(by_hand, abs=1e-7)
    assert answer.low < by_hand < answer.high
    assert answer.high - answer.low < 0.01
    assert answer.p < 1e-6


@pytest.mark.parametrize("level", [1.1, 1234567.13])
def test_a_drift_that_all_pilots_share_is_no_parallel_trend(level):
    made = pre_trend(alike(level, drift=0.2), Controls.NEVER)
    assert made.slope == pytest.approx(0.2)
    assert math.isnan(made.p)
    assert made.assumption(0.3).state.value == "failed"
    assert pre_trend(alike(level), Controls.NEVER).slope == 0


def test_the_log_of_a_ratio_has_no_level():
    """Counts without bound: the log's error is held against 1, not against the counts."""
    from fangkong_lab.evaluate.comparison import poisson

    draw = np.random.default_rng(3)
    made = alike(0.0)
    counts = np.round(1e13 * np.exp(1e-3 * draw.normal(size=made.outcome.shape)) * np.where(made.status, 0.9, 1.0))
    answer = poisson(replace(made.with_outcome(counts), exposure=np.ones_like(counts)))
    assert answer.low < 0.9 < answer.high
    assert answer.p < 1e-6
