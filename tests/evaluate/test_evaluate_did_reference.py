"""Fast estimators against slow obvious ones: dummy variables, leaving units out one by one, statsmodels, hand counting."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from evaluate_panels import COLUMNS, COUNTS, dummies, dummy_regression, frame, panel

from fangkong_lab import evaluate as ev
from fangkong_lab.evaluate.absorb import absorber
from fangkong_lab.evaluate.aggregate import By, aggregate, clustered, covariance
from fangkong_lab.evaluate.contrast import staggered, two_by_two
from fangkong_lab.evaluate.count_filling import expect, gather_counts
from fangkong_lab.evaluate.count_fit import fit_negative_binomial, fit_poisson
from fangkong_lab.evaluate.doubly_robust import doubly_robust
from fangkong_lab.evaluate.filling import gather, impute
from fangkong_lab.evaluate.group_time import Base, group_time
from fangkong_lab.evaluate.interaction import sun_abraham
from fangkong_lab.evaluate.multiplier import bands
from fangkong_lab.evaluate.panel import Columns, Panel
from fangkong_lab.evaluate.permute import permute_contrast
from fangkong_lab.evaluate.permute_counts import permute_ratio
from fangkong_lab.evaluate.signs import rademacher, webb
from fangkong_lab.evaluate.spread import spread_of
from fangkong_lab.evaluate.two_way_fit import fit_two_way
from fangkong_lab.evaluate.wild import wild_bootstrap


def gappy(**options) -> Panel:
    made = frame(**options)
    return Panel.read(made.drop(index=made.index[[2, 11, 40, 41]]), COUNTS if options.get("counts") else COLUMNS)


@pytest.mark.parametrize("made", [panel(seed=1), gappy(seed=2), panel(starts=(4,), seed=3)], ids=["balanced", "gaps", "one start"])
def test_two_way_as_dummy_variables(made):
    fit = fit_two_way(made)
    assert (fit.beta, fit.crv1) == pytest.approx(dummy_regression(made), rel=1e-9)


@pytest.mark.parametrize("made", [panel(units=10), gappy(units=10)], ids=["balanced", "gaps"])
def test_two_way_without_each_unit(made):
    again = [fit_two_way(made.kept(np.arange(10) != i)).beta for i in range(10)]
    assert fit_two_way(made).without_each == pytest.approx(again, rel=1e-9)


def test_weights_and_a_further_effect_as_dummy_variables():
    given = frame(units=12, seed=5).assign(w=lambda f: 1 + f["unit"].str[1:].astype(int) % 3, region=lambda f: f["unit"].str[1:].astype(int) % 2)
    made = Panel.read(given, Columns("y", "unit", "year", "start", weight="w", absorb="region"))
    z, x, y = dummies(made)
    i, t = np.nonzero(made.present)
    region = (made.absorb[i, t] == 1).astype(float)[:, None] * (t[:, None] == np.arange(1, made.n_periods))
    root = np.sqrt(made.weight[i, t])[:, None]
    beta = np.linalg.lstsq(np.column_stack([x, z, region]) * root, y * root[:, 0], rcond=None)[0][0]
    assert fit_two_way(made).beta == pytest.approx(beta, rel=1e-9)
    again = [fit_two_way(made.kept(np.arange(12) != k)).beta for k in range(12)]
    assert fit_two_way(made).without_each == pytest.approx(again, rel=1e-9)


def test_bacon_adds_up_to_the_two_way_estimate():
    for seed in range(5):
        made = panel(seed=seed, starts=(1, 3, 5), units=18)
        split = ev.goodman_bacon(made)
        assert sum(c.weight for c in split.comparisons) == pytest.approx(1)
        assert split.estimate == pytest.approx(fit_two_way(made).beta, rel=1e-9)
    assert ev.goodman_bacon(panel(starts=(3,))).forbidden == 0


def test_poisson_as_statsmodels():
    made = panel(units=14, counts=True, seed=6)
    z, x, _ = dummies(made)
    counts, people = made.outcome.ravel(), made.exposure.ravel()
    glm = sm.GLM(counts, np.column_stack([x, z]), family=sm.families.Poisson(), offset=np.log(people)).fit(tol=1e-14)
    fit = fit_poisson(made)
    assert fit.beta == pytest.approx(glm.params[0], abs=1e-10)
    assert fit.mean.ravel() == pytest.approx(glm.mu, rel=1e-8)
    bread = glm.cov_params()
    scores = clustered((np.column_stack([x, z]) * (counts - glm.mu)[:, None]).reshape(14, made.n_periods, -1).sum(axis=1), made.cluster)
    factor = 14 / 13 * (len(x) - 1) / (len(x) - made.n_periods - 1)
    assert fit.clustered_error == pytest.approx(np.sqrt((bread @ scores.T @ scores @ bread)[0, 0] * factor), rel=1e-6)


def test_poisson_one_step_is_near_the_whole_step():
    made = panel(units=14, counts=True, seed=6)
    fit = fit_poisson(made)
    again = np.array([fit_poisson(made.kept(np.arange(14) != i)).beta for i in range(14)])
    moved = again - fit.beta
    assert np.abs(fit.without_each - again).max() < 0.1 * np.abs(moved).max()


def test_negative_binomial_as_statsmodels():
    rng = np.random.default_rng(3)
    given = frame(units=10, counts=True, seed=7, periods=6, starts=(3,))
    given["n"] = rng.negative_binomial(4, 4 / (4 + given["people"] * 0.05))
    made = Panel.read(given, COUNTS)
    z, x, _ = dummies(made)
    fit = fit_negative_binomial(made)
    glm = sm.GLM(made.outcome.ravel(), np.column_stack([x, z]), family=sm.families.NegativeBinomial(alpha=fit.alpha),
                 offset=np.log(made.exposure.ravel())).fit(tol=1e-13)
    assert fit.beta == pytest.approx(glm.params[0], abs=1e-7)
    around = [sm.GLM(made.outcome.ravel(), np.column_stack([x, z]), family=sm.families.NegativeBinomial(alpha=a),
                     offset=np.log(made.exposure.ravel())).fit(tol=1e-13).llf for a in (fit.alpha * 0.99, fit.alpha, fit.alpha * 1.01)]
    assert fit.alpha > 0.01
    assert max(around) == around[1]


def test_group_time_by_hand():
    made = panel(seed=8)
    effects = group_time(made)
    for g, t, att in zip(effects.cohort, effects.period, effects.att, strict=True):
        base = g - 1 if t >= g else t - 1
        change = made.outcome[:, t] - made.outcome[:, base]
        assert att == pytest.approx(change[made.start == g].mean() - change[~made.treated].mean())


def test_not_yet_treated_by_hand():
    made = panel(seed=9, starts=(2, 4, 6))
    effects = group_time(made, ev.Controls.NOT_YET)
    at = next(k for k in range(len(effects.att)) if (effects.cohort[k], effects.period[k]) == (2, 3))
    change = made.outcome[:, 3] - made.outcome[:, 1]
    assert effects.att[at] == pytest.approx(change[made.start == 2].mean() - change[made.start > 3].mean())


def test_sun_abraham_is_callaway_santanna_with_one_base():
    made = panel(seed=10)
    ours, theirs = sun_abraham(made), group_time(made, base=Base.UNIVERSAL)
    assert dict(zip(zip(ours.cohort, ours.period, strict=True), ours.att, strict=True)) == pytest.approx(
        dict(zip(zip(theirs.cohort, theirs.period, strict=True), theirs.att, strict=True)))


def test_sun_abraham_with_gaps_as_dummy_variables():
    made = gappy(seed=11)
    ours = sun_abraham(made)
    z, _, y = dummies(made)
    i, t = np.nonzero(made.present)
    x = np.column_stack([(made.start[i] == g) & (t == p) for g, p in zip(ours.cohort, ours.period, strict=True)]).astype(float)
    assert ours.att == pytest.approx(np.linalg.lstsq(np.column_stack([x, z]), y, rcond=None)[0][:x.shape[1]], abs=1e-8)


def test_all_treated_in_the_end():
    given = frame(starts=(2, 4), units=12)
    given["start"] = given["start"].fillna(2016.0)
    made = Panel.read(given, COLUMNS)
    effects = sun_abraham(made)
    assert effects.panel.n_periods == 6
    assert set(effects.cohort) == {2, 4}


@pytest.mark.parametrize("made", [panel(seed=12), gappy(seed=12)], ids=["balanced", "gaps"])
def test_imputation_by_hand(made):
    z, x, y = dummies(made)
    learnt = np.linalg.lstsq(z[x == 0], y[x == 0], rcond=None)[0]
    assert gather(impute(made)).overall == pytest.approx((y - z @ learnt)[x == 1].mean(), rel=1e-9)


def test_imputation_error_by_perturbation():
    """The influence is the derivative of the estimate: raising one untreated unit's outcome along its residual moves it as said."""
    made = panel(seed=13, units=10)
    found = gather(impute(made))
    i = int(np.flatnonzero(~made.treated)[0])
    residual = impute(made).residual
    step = np.zeros_like(made.outcome)
    step[i] = residual[i]
    moved = gather(impute(made.with_outcome(made.outcome + step))).overall
    assert moved - found.overall == pytest.approx(found.overall_influence[i] / made.n_units, rel=1e-6)


def test_counts_by_imputation_as_statsmodels():
    made = panel(units=14, counts=True, seed=14)
    z, x, _ = dummies(made)
    counts, people = made.outcome.ravel(), made.exposure.ravel()
    glm = sm.GLM(counts[x == 0], z[x == 0], family=sm.families.Poisson(), offset=np.log(people[x == 0])).fit(tol=1e-14)
    expected = np.exp(z[x == 1] @ glm.params) * people[x == 1]
    assert np.exp(gather_counts(expect(made)).overall) == pytest.approx(counts[x == 1].sum() / expected.sum(), rel=1e-8)


def test_counts_influence_as_jackknife():
    made = panel(units=40, counts=True, seed=15)
    found = gather_counts(expect(made))
    again = np.array([gather_counts(expect(made.kept(np.arange(40) != i))).overall for i in range(40)])
    jackknife = np.sqrt(39 / 40 * ((again - found.overall) ** 2).sum())
    assert spread_of(found.overall_influence, made, by_cohort=False).error == pytest.approx(jackknife, rel=0.1)


def test_doubly_robust_by_hand():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 2))
    treated = rng.random(80) < 1 / (1 + np.exp(-x[:, 0]))
    y = x @ [1.0, -0.5] + rng.normal(size=80) + 0.7 * treated
    design = np.column_stack([np.ones(80), x])
    chance = sm.Logit(treated.astype(float), design).fit(disp=0, tol=1e-12).predict()
    line = np.linalg.lstsq(design[~treated], y[~treated], rcond=None)[0]
    odds = np.where(treated, 0.0, chance / (1 - chance))
    left = y - design @ line
    by_hand = left[treated].mean() - (odds * left).sum() / odds.sum()
    assert doubly_robust(y, treated, ~treated, x)[0] == pytest.approx(by_hand, rel=1e-7)


def test_conventional_error_of_two_groups_by_hand():
    """Two groups, two periods: variance of each group's changes over its size, divisor n. Interval: leaving each unit out in turn, with Welch's
    degrees of freedom.
    """
    made = panel(starts=(1,), periods=2, units=16, seed=16)
    found = aggregate(group_time(made), By.SIMPLE)
    spread = spread_of(found.overall_influence, made)
    change = made.outcome[:, 1] - made.outcome[:, 0]
    groups = [change[made.treated], change[~made.treated]]
    assert spread.conventional == pytest.approx(np.sqrt(sum(g.var() / len(g) for g in groups)))
    from scipy.stats import ttest_ind

    welch = ttest_ind(*groups, equal_var=False)
    assert spread.freedom == pytest.approx(welch.df, rel=0.02)
    moved = [aggregate(group_time(made.kept(np.arange(16) != i)), By.SIMPLE).overall - found.overall for i in range(16)]
    assert spread.error == pytest.approx(np.sqrt(sum(m**2 for m in moved)))
    assert spread.p_value(found.overall) > welch.pvalue


def test_multiplier_is_near_the_analytic_error():
    made = panel(units=60, seed=17)
    found = aggregate(group_time(made), By.DYNAMIC)
    analytic = [spread_of(found.influence[:, k], made).error for k in range(len(found.at))]
    made_bands = bands(found.influence, made, 0.95, 4_000, 1)
    assert made_bands.error == pytest.approx(analytic, rel=0.06)
    assert (made_bands.reach > 1.96 * made_bands.error).all()


def test_covariance_sums_within_clusters():
    made = Panel.read(frame(units=12).assign(region=lambda f: f["unit"].str[1:].astype(int) // 2), Columns("y", "unit", "year", "start", cluster="region"))
    found = aggregate(group_time(made), By.DYNAMIC)
    sums = np.stack([found.influence[made.cluster == c].sum(axis=0) for c in range(6)])
    assert covariance(found.influence, made.cluster) == pytest.approx(sums.T @ sums / 144)


@pytest.mark.parametrize("clusters", [None, 6], ids=["Rademacher", "Webb"])
def test_wild_bootstrap_draw_by_draw(clusters):
    """Each draw made, absorbed and regressed again."""
    given = frame(units=18, seed=18)
    given["region"] = given["unit"].str[1:].astype(int) % 6
    made = Panel.read(given, Columns("y", "unit", "year", "start", cluster="region" if clusters else None))
    fit, draws = fit_two_way(made), 199
    ours = wild_bootstrap(fit, 0.9, draws, 7)
    restricted = absorber(made).residual(made.outcome)

    def squared(y: np.ndarray) -> float:
        beta = (fit.x * y).sum() / fit.squares
        score = clustered((fit.x * (absorber(made).residual(y) - beta * fit.x)).sum(axis=1), made.cluster)
        return beta**2 * fit.squares**2 / (score @ score)

    signs = np.concatenate(list((webb if clusters else rademacher)(fit.clusters, draws, 7, "wild")))
    by_hand = np.array([squared(v[made.cluster][:, None] * restricted) for v in signs])
    assert ours.drawn == pytest.approx(by_hand, rel=1e-7)
    assert ours.p == pytest.approx((1 + (by_hand >= squared(made.outcome)).sum()) / (draws + 1))
    assert ours.low < fit.beta < ours.high


@pytest.mark.parametrize("controls", list(ev.Controls))
def test_permutation_is_all_arrangements(controls):
    made = panel(units=8, periods=5, starts=(2, 3), seed=19)
    ours = permute_contrast(made, staggered(made, controls), 0.9, 9_999, 1)
    arranged = sorted(set(itertools.permutations(made.start.tolist())))
    by_hand = np.array([aggregate(group_time(made.with_start(np.array(s)), controls), By.SIMPLE).overall for s in arranged])
    assert ours.how.exact
    assert ours.how.count == len(arranged) == 420
    assert sorted(ours.drawn) == pytest.approx(sorted(by_hand))
    assert ours.p == pytest.approx((np.abs(by_hand) >= abs(ours.estimate) - 1e-12).mean())
    assert ours.floor == pytest.approx((np.abs(by_hand) >= np.abs(by_hand).max() - 1e-12).mean())


@pytest.mark.parametrize(("design", "starts"), [("two_by_two", (3,)), *((d, s) for d in ("two_way", "staggered", "sun_abraham", "imputation")
                                                                        for s in ((3,), (2, 4)))])
def test_permutation_keeps_the_estimate_of_the_design(design, starts):
    made = panel(units=24, starts=starts, seed=23)
    clustered_, dealt = (getattr(ev, design)(made, ev.Settings(inference=i, draws=99))
                         for i in (ev.Inference.CLUSTER, ev.Inference.PERMUTATION))
    assert dealt.inference is ev.Inference.PERMUTATION
    assert dealt.design is clustered_.design
    assert dealt.estimate == pytest.approx(clustered_.estimate, rel=1e-9)


def test_permutation_interval_is_what_is_not_rejected():
    made = panel(units=9, periods=4, starts=(2,), seed=20)
    contrast = two_by_two(made)
    ours = permute_contrast(made, contrast, 0.9, 9_999, 1)

    def p_of(effect: float) -> float:
        return permute_contrast(made.with_outcome(made.outcome - effect * made.status), contrast, 0.9, 9_999, 1).p

    assert p_of(ours.low + 1e-6) > 0.1 >= p_of(ours.low - 1e-6)
    assert p_of(ours.high - 1e-6) > 0.1 >= p_of(ours.high + 1e-6)


def test_sampled_permutation_is_near_the_exact_one():
    made = panel(units=14, periods=5, starts=(2,), seed=21)
    contrast = two_by_two(made)
    exact, sampled = (permute_contrast(made, contrast, 0.95, draws, 1) for draws in (9_999, 2_000))
    assert exact.how.exact
    assert not sampled.how.exact
    assert sampled.p == pytest.approx(exact.p, abs=4 * np.sqrt(exact.p * (1 - exact.p) / 2_000))
    assert sampled.drawn.mean() == pytest.approx(exact.drawn.mean(), abs=4 * exact.drawn.std() / np.sqrt(2_000))


def test_ratio_permutation_by_hand():
    given = frame(units=7, periods=2, starts=(1,), counts=True, seed=22)
    made = Panel.read(given, COUNTS)
    ours = permute_ratio(made, 0.8, 9_999, 1)
    treated = np.flatnonzero(made.treated)

    def log_ratio(pilots, shrunk=1.0):
        n = made.outcome.copy()
        n[treated, 1] *= shrunk
        own = np.isin(np.arange(7), pilots)
        one, other = (np.log((n[s, 1].sum() + 0.5) / made.exposure[s, 1].sum()) - np.log((n[s, 0].sum() + 0.5) / made.exposure[s, 0].sum())
                      for s in (own, ~own))
        return one - other

    def p_of(shrunk):
        every = np.array([log_ratio(list(c), shrunk) for c in itertools.combinations(range(7), len(treated))])
        return (np.abs(every) >= abs(log_ratio(treated, shrunk)) - 1e-12).mean()

    assert ours.p == pytest.approx(p_of(1.0))
    assert p_of(1 / (ours.low * 1.001)) > 0.2 >= p_of(1 / (ours.low * 0.999))
    assert p_of(1 / (ours.high * 0.999)) > 0.2 >= p_of(1 / (ours.high * 1.001))


def test_settings_are_frozen():
    assert replace(ev.Settings(), level=0.9).alpha == pytest.approx(0.1)
