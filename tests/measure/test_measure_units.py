"""Units side by side: funnel, shrinkage, control charts, many measures at once.

Witnesses: the Bristol and North Carolina rows of the evaluation data (Spiegelhalter 2002; Bivand et al.; R's DCluster and
spdep), Montgomery's printed limits, scipy, brute force over the Poisson distribution, and simulation with a planted unit.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, false_discovery_control, poisson

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.measure.control import FEWEST_POINTS, Rule, c_chart, u_chart, xmr_chart
from fangkong_lab.measure.funnel import Place, Spread, exact_limits, funnel, tail
from fangkong_lab.measure.multiple import benjamini_hochberg
from fangkong_lab.measure.shrinkage import clayton_kaldor, marshall, rank_units
from fangkong_lab.streams import stream

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("FANGKONG_SHARED_DATA", HERE.parents[2] / "shared" / "data"))


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    """Sudden infant deaths 1974–78 and births of 100 counties of North Carolina (CC0)."""
    return pd.read_csv(HERE / "data" / "nc_sids.csv").set_axis(["unit", "events", "size"], axis=1)


@pytest.fixture(scope="module")
def hospitals() -> pd.DataFrame:
    path = SHARED / "eval" / "child_heart_surgery_1991_95.csv"
    if not path.is_file():
        pytest.skip("child_heart_surgery_1991_95.csv is not shipped; set FANGKONG_SHARED_DATA")
    return pd.read_csv(path).rename(columns={"Hospital": "unit", "Deaths": "events", "Operations": "size"})


def test_bristol(hospitals):
    """FunnelPlotR on the Bristol data: φ 1.561707, τ² 0.0006511718; one unit outside 99.8 %, with and without."""
    made = funnel(hospitals, "术后死亡", Spread.PROPORTION)
    assert made.dispersion.phi == pytest.approx(1.561707, abs=1e-5)
    assert made.dispersion.tau2 == pytest.approx(0.0006511718, abs=1e-8)
    assert made.outside(0.998) == ("Bristol",)
    plain = [u for u, e, n in hospitals[["unit", "events", "size"]].itertuples(index=False)
             if tail(e, made.target, n, Spread.PROPORTION) <= 0.001]
    assert plain == ["Bristol"]


def test_north_carolina_shrinkage(counties):
    """DCluster::empbaysmooth: ν 4.6307, α 4.3956, Anson 2.593452; spdep::EBest: Anson 0.004838804."""
    events, size = counties["events"].to_numpy(float), counties["size"].to_numpy(float)
    prior = clayton_kaldor(events, size * events.sum() / size.sum())
    assert (prior.nu, prior.alpha) == pytest.approx((4.6307, 4.3956), abs=1e-4)
    made = {u.unit: u for u in rank_units(counties, "猝死").units}
    assert made["Anson"].shrunk == pytest.approx(2.593452, abs=1e-5)
    anson = counties["unit"].tolist().index("Anson")
    assert marshall(events, size)[anson] == pytest.approx(0.004838804, abs=1e-8)


def test_north_carolina_ranks_are_wide(counties):
    made = rank_units(counties, "猝死")
    anson = next(u for u in made.units if u.unit == "Anson")
    assert anson.ranks[0] == 1
    assert anson.bounds.low > 1
    assert np.mean([u.ranks[1] - u.ranks[0] for u in made.units]) > 50
    assert "不宜排名" in made.sentence()
    assert made.table()["单位"].is_monotonic_increasing


def test_anson_is_the_only_county_outside(counties):
    made = funnel(counties, "猝死", per=1000)
    assert made.outside(0.998) == ("Anson",)
    assert "Anson（高于界限）" in made.sentence()
    assert "有安森县（Anson，高于界限）；" in made.sentence({"Anson": "安森县"})


@settings(max_examples=60)
@given(st.floats(0.2, 60), st.sampled_from([0.95, 0.998]))
def test_exact_limits_by_brute_force(mean, level):
    """Flagged exactly where the tail is at most (1 − level)/2, found by walking over all counts."""
    low, high = exact_limits(mean / 10, 10, level, Spread.RATE)
    for count in range(150):
        up, down = 1 - poisson.cdf(count - 1, mean), poisson.cdf(count, mean)
        assert (count / 10 > high + 1e-12) == (poisson.sf(count - 1, mean) <= (1 - level) / 2), (count, up)
        assert (count / 10 < low - 1e-12) == (poisson.cdf(count, mean) <= (1 - level) / 2), (count, down)


@settings(max_examples=40)
@given(st.integers(1, 80), st.floats(0.02, 0.98), st.sampled_from([0.95, 0.998]))
def test_exact_limits_of_proportions_by_brute_force(size, share, level):
    low, high = exact_limits(share, size, level, Spread.PROPORTION)
    law = binom(size, share)
    for count in range(size + 1):
        assert (count > round(high * size)) == (law.sf(count - 1) <= (1 - level) / 2)
        assert (count < round(low * size)) == (law.cdf(count) <= (1 - level) / 2)


def test_order_and_labels_do_not_matter(counties):
    made, mixed = funnel(counties, "x"), funnel(counties.sample(frac=1, random_state=1), "x")
    assert made == mixed
    renamed = funnel(counties.assign(unit=["单位" + u for u in counties["unit"]]), "x")
    assert [p.value for p in renamed.points] == [p.value for p in made.points]
    assert rank_units(counties, "x") == rank_units(counties.iloc[::-1], "x")


def test_splitting_a_unit_keeps_the_target(counties):
    half = counties.assign(size=counties["size"] / 2, events=counties["events"] / 2)
    split = pd.concat([half, half.assign(unit=half["unit"] + "2")])
    assert funnel(split, "x").target == pytest.approx(funnel(counties, "x").target)


def county(generator: np.random.Generator, planted: float = 1.0) -> pd.DataFrame:
    """Twelve units of different size with one common rate; the seventh is *planted* times as high."""
    size = np.array([40, 55, 60, 80, 95, 110, 120, 150, 180, 220, 300, 400.0])
    mean = 0.25 * size
    mean[6] *= planted
    return pd.DataFrame({"unit": [f"U{k:02d}" for k in range(12)], "events": generator.poisson(mean).astype(float), "size": size})


def test_the_planted_unit_is_found_and_no_other():
    made = funnel(county(stream(20261122, "planted"), 2.6), "处分")
    assert made.outside(0.998) == ("U06",)
    place = {p.unit: p.place for p in made.points}
    assert place["U06"] is Place.HIGH


@pytest.mark.heavy
def test_false_alarms_stay_below_nominal_over_500_seeds():
    """12 equal units, 500 seeds: alarms per unit at most nominal (plus 3 standard errors); the planted one mostly found."""
    alarms = {0.95: 0, 0.998: 0}
    found = others = 0
    for seed in range(500):
        made = funnel(county(stream(seed, "null")), "处分")
        for level in alarms:
            alarms[level] += len(made.outside(level))
        out = funnel(county(stream(seed, "planted"), 2.6), "处分").outside(0.998)
        found += "U06" in out
        others += len(set(out) - {"U06"})
    for level, count in alarms.items():
        nominal = 1 - level
        assert count / 6000 <= nominal + 3 * np.sqrt(nominal * level / 6000), (level, count)
    assert found >= 450
    assert others / 5500 <= 0.002 + 3 * np.sqrt(0.002 / 5500)


def test_funnel_refuses_what_cannot_be_compared(counties):
    with pytest.raises(CannotTell, match="只有4个单位"):
        funnel(counties.head(4), "x")
    with pytest.raises(CannotTell, match="没有可比的差异"):
        funnel(counties.assign(events=0), "x")
    with pytest.raises(BadInput, match="大于零"):
        funnel(counties.assign(size=0), "x")
    with pytest.raises(BadInput, match="出现两次"):
        funnel(pd.concat([counties, counties]), "x")
    few = funnel(counties, "x", minimum=1.0)
    assert {p.place for p in few.points if p.size < 400} == {Place.TOO_FEW}


def test_units_without_spread_share_all_ranks():
    flat = pd.DataFrame({"unit": list("ABCDEF"), "events": [10] * 6, "size": [100] * 6})
    made = rank_units(flat, "x")
    assert not made.prior.spread_seen
    assert {u.ranks for u in made.units} == {(1, 6)}
    assert "不分名次" in made.sentence()


def test_shrinkage_pulls_towards_one_and_more_so_for_small_units():
    frame = pd.DataFrame({"unit": list("ABCDEFGH"), "events": [6, 60, 20, 21, 25, 8, 12, 40], "size": [20, 200, 200, 190, 210, 90, 100, 350]})
    made = {u.unit: u for u in rank_units(frame, "x").units}
    assert made["A"].raw == pytest.approx(made["B"].raw)
    assert 1 < made["A"].shrunk < made["B"].shrunk < made["B"].raw


BOARDS = [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15]
VISCOSITY = [33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00, 33.54, 33.12, 33.84]
COMPUTERS = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5]


def names(values):
    return [str(k + 1) for k in range(len(values))]


def test_c_chart_of_montgomery():
    """Printed circuit boards: c̄ 19.85, limits 33.22 and 6.48, samples 6 and 20 outside."""
    made = c_chart(BOARDS, names(BOARDS), "缺陷")
    assert (made.centre, made.upper[0], made.lower[0]) == pytest.approx((19.85, 33.22, 6.48), abs=0.01)
    assert [s.label for s in made.signals if s.rule is Rule.BEYOND] == ["6", "20"]


def test_u_chart_of_montgomery():
    """Personal computers, 5 a sample: ū 1.93, limits 3.79 and 0.07, in control."""
    made = u_chart(COMPUTERS, [5] * 20, names(COMPUTERS), "缺陷")
    assert (made.centre, made.upper[0], made.lower[0]) == pytest.approx((1.93, 3.79, 0.07), abs=0.005)
    assert not [s for s in made.signals if s.rule is Rule.BEYOND]


def test_xmr_chart_of_montgomery():
    """Paint viscosity: x̄ 33.52, limits 34.80 and 32.24, moving range limit 1.57."""
    made = xmr_chart(VISCOSITY, names(VISCOSITY), "黏度")
    assert (made.centre, made.upper[0], made.lower[0], made.moving_limit) == pytest.approx((33.52, 34.80, 32.24, 1.57), abs=0.01)
    assert not made.signals


@pytest.mark.parametrize(("values", "rule", "at"), [
    ([10, 12] * 4 + [11.5] + [40], Rule.BEYOND, 9), ([8, 9, 8, 9, 8, 9, 8, 9] + [12, 13] * 4, Rule.SIDE, 7),
    ([10, 14, 9, 13, 10, 11, 12, 13, 14, 15, 16], Rule.TREND, 9)])
def test_run_rules(values, rule, at):
    made = xmr_chart(values, names(values), "x")
    assert (rule, at) in {(s.rule, s.at) for s in made.signals}


def test_few_points_are_shown_but_not_judged():
    made = c_chart([1, 9, 40], names([1] * 3), "x")
    assert not made.judged
    assert not made.signals
    assert f"不足{FEWEST_POINTS}期" in made.sentence()
    with pytest.raises(BadInput, match="空不等于零"):
        c_chart([1, float("nan")], ["a", "b"], "x")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_benjamini_hochberg_equals_scipy(values):
    made = benjamini_hochberg({f"m{k:02d}": p for k, p in enumerate(values)})
    assert [d.q for d in made.items] == pytest.approx(list(false_discovery_control(values)))


def test_many_measures_in_words():
    made = benjamini_hochberg({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.5})
    assert [d.stands for d in made.items] == [True, False, False, False]
    assert "单独看有3个" in made.sentence()
    with pytest.raises(BadInput):
        benjamini_hochberg({"a": float("nan")})
