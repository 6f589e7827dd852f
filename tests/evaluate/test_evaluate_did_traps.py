"""The traps: what is refused, with whose paper, what would be needed, and what is offered instead."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evaluate_panels import COLUMNS, COUNTS, frame, panel

from fangkong_lab import evaluate as ev
from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.evaluate.choice import controls_needed
from fangkong_lab.evaluate.panel import Columns, Panel


def few(pilots: int, controls: int = 30, counts: bool = False, periods: int = 6) -> Panel:
    """A panel with few pilots of one start."""
    made = frame(units=2 * max(pilots, controls), periods=periods, starts=(3,), counts=counts, seed=pilots)
    treated = sorted(made.loc[made["start"].notna(), "unit"].unique())[:pilots]
    never = sorted(made.loc[made["start"].isna(), "unit"].unique())[:controls]
    return Panel.read(made[made["unit"].isin([*treated, *never])], COUNTS if counts else COLUMNS)


def ask(inference: ev.Inference) -> ev.Settings:
    return ev.Settings(inference=inference)


@pytest.mark.parametrize("pilots", [1, 2])
@pytest.mark.parametrize("design", ["two_by_two", "two_way", "staggered", "sun_abraham", "imputation", "poisson", "staggered_counts"])
def test_clustered_errors_with_one_or_two_pilots_are_refused(pilots, design):
    made = few(pilots, counts="poisson" in design or "counts" in design)
    answer = getattr(ev, design)(made, ask(ev.Inference.CLUSTER))
    assert isinstance(answer, ev.Refusal)
    assert answer.trap is ev.Trap.FEW_TREATED_CLUSTERS
    assert "Conley & Taber 2011" in answer.sentence()
    assert f"试点单位仅{pilots}个" in answer.sentence()
    assert "至少需要试点和对照单位各5个" in answer.sentence()
    assert "置换检验" in answer.instead


def test_one_comparison_unit_is_as_bad_as_one_pilot():
    answer = ev.two_by_two(few(6, controls=2), ask(ev.Inference.CLUSTER))
    assert isinstance(answer, ev.Refusal)
    assert "对照单位仅2个" in answer.reason


def test_permutation_is_what_few_pilots_get():
    answer = ev.two_by_two(few(2))
    assert isinstance(answer, ev.Effect)
    assert answer.inference is ev.Inference.PERMUTATION
    assert answer.p_floor == pytest.approx(1 / (32 * 31 / 2))
    assert "p值最小为0.00202" in answer.sentence()


@pytest.mark.parametrize("pilots", [1, 4])
def test_the_wild_bootstrap_is_refused_with_few_pilots(pilots):
    answer = ev.two_way(few(pilots), ask(ev.Inference.WILD))
    assert isinstance(answer, ev.Refusal)
    assert "MacKinnon & Webb 2017" in answer.sentence()


def test_unclustered_errors_are_refused():
    answer = ev.two_way(few(10), ask(ev.Inference.MODEL))
    assert isinstance(answer, ev.Refusal)
    assert "Bertrand, Duflo & Mullainathan 2004" in answer.sentence()


def test_staggered_two_way_shows_its_forbidden_weights():
    answer = ev.two_way(panel(units=30, starts=(2, 4)))
    pure = next(a for a in answer.assumptions if a.name == "对照纯净")
    assert pure.state is ev.State.FAILED
    assert pure.reference == "Goodman-Bacon 2021"
    table = answer.detail()
    assert table.loc[table["不当"], "权重"].sum() == pytest.approx(ev.goodman_bacon(panel(units=30, starts=(2, 4))).forbidden)
    assert table["权重"].sum() == pytest.approx(1)
    assert answer.evidence.level < ev.staggered(panel(units=30, starts=(2, 4))).evidence.level + 1
    assert "不宜据此下结论" in answer.sentence()


def test_weights_that_turn_an_effect_round_are_counted():
    made = frame(units=30, starts=(1, 4), periods=8).drop(index=[5])
    answer = ev.two_way(Panel.read(made, COLUMNS))
    pure = next(a for a in answer.assumptions if a.name == "对照纯净")
    assert "负权重合计" in pure.text
    assert "Haultfœuille" in pure.reference


def test_one_start_has_no_forbidden_comparison():
    pure = next(a for a in ev.two_way(few(8)).assumptions if a.name == "对照纯净")
    assert pure.state is ev.State.PASSED


def test_a_flat_path_is_no_proof():
    """With much noise before the start the state is informational however flat the path, and the detectable bias is printed."""
    rng = np.random.default_rng(2)
    made = few(6, controls=8)
    noisy = made.with_outcome(rng.normal(size=made.outcome.shape) * 5)
    parallel = next(a for a in ev.two_by_two(noisy).assumptions if a.name == "平行趋势")
    assert parallel.state is ev.State.INFORMATIONAL
    assert "看不出差异不能当作平行" in parallel.text
    assert "Roth 2022" in parallel.reference


def test_a_drift_before_the_start_fails():
    made = few(15, controls=15)
    drifting = made.with_outcome(made.outcome + made.treated[:, None] * 3.0 * np.arange(6))
    answer = ev.two_by_two(drifting)
    assert "平行趋势" in [a.name for a in answer.failed()]
    assert answer.evidence.level == 2


def test_a_small_drift_that_would_have_been_seen_passes():
    made = few(15, controls=15)
    rng = np.random.default_rng(1)
    clear = made.with_outcome(rng.normal(size=made.outcome.shape) * 0.01 + 1.0 * made.status)
    parallel = next(a for a in ev.two_by_two(clear).assumptions if a.name == "平行趋势")
    assert parallel.state is ev.State.PASSED
    assert "未见差异不等于证明" in parallel.text


def test_logs_of_sparse_counts_are_refused():
    made = frame(units=20, counts=True, starts=(3,))
    rng = np.random.default_rng(0)
    made["y"] = np.log1p(rng.poisson(0.8, size=len(made)))
    answer = ev.did(made, outcome="y", unit="unit", time="year", treated_from="start")
    assert isinstance(answer, ev.Refusal)
    assert "Chen & Roth 2024" in answer.sentence()
    assert answer.instead == "泊松双重差分"
    fine = ev.did(made.assign(y=np.expm1(made["y"])), outcome="y", unit="unit", time="year", treated_from="start")
    assert isinstance(fine, ev.Effect)


def test_many_outcomes_are_corrected_together():
    answers = [ev.two_by_two(replace(few(8), columns=replace(COLUMNS, outcome=f"指标{k}"))
                             .with_outcome(np.random.default_rng(k).normal(size=(38, 6)))) for k in range(12)]
    family = ev.together([*answers, ev.Refusal("别的", "太少", "更多")])
    from statsmodels.stats.multitest import multipletests

    p = [a.p for a in family.effects]
    assert list(family.table()["校正后"]) == pytest.approx(list(multipletests(p, method="fdr_bh")[1]))
    assert "Benjamini & Hochberg 1995" in family.sentence()
    assert "另有1个指标不能判断" in family.sentence()
    with pytest.raises(BadInput, match="出现两次"):
        ev.together([answers[0], answers[0]])


@pytest.mark.parametrize(("nature", "said"), [(ev.Nature.ACTIVITY, True), (ev.Nature.UNKNOWN, True), (ev.Nature.OTHER, False)])
def test_both_readings_of_supervisors_own_activity(nature, said):
    answer = ev.two_by_two(few(8), ev.Settings(nature=nature))
    assert any("可能源于问题增减或发现能力变化" in c for c in answer.caveats) is said


def test_too_few_for_any_arrangement_is_refused_with_what_is_needed():
    answer = ev.two_by_two(few(1, controls=5))
    assert isinstance(answer, ev.Refusal)
    assert "p值最小为0.167" in answer.sentence()
    assert "对照单位19个（试点仍为1个）" in answer.needed
    assert isinstance(ev.two_by_two(few(1, controls=19)), ev.Effect)
    assert isinstance(ev.two_by_two(few(1, controls=18)), ev.Refusal)


@pytest.mark.parametrize(("treated", "needed"), [(1, 19), (2, 5), (3, 4), (4, 3)])
def test_controls_needed_by_counting(treated, needed):
    """3 of 6 units: 20 arrangements, but each has its mirror image, so 0.1; 3 of 7: 35."""
    assert controls_needed(treated, 0.05) == needed


@pytest.mark.parametrize("design", ["two_by_two", "poisson", "staggered", "sun_abraham", "imputation", "staggered_counts"])
def test_nobody_to_compare_with(design):
    made = frame(units=12, starts=(3,), counts=True)
    made["start"] = 2013.0
    answer = getattr(ev, design)(Panel.read(made, COUNTS if "count" in design or design == "poisson" else COLUMNS))
    assert isinstance(answer, ev.Refusal)
    assert "没有" in answer.reason
    assert answer.needed


def test_not_yet_treated_units_may_be_the_comparison():
    made = frame(units=20, starts=(2, 5))
    made["start"] = made["start"].fillna(2015.0)
    read = Panel.read(made, COLUMNS)
    assert isinstance(ev.staggered(read), ev.Refusal)
    assert isinstance(ev.staggered(read, ev.Settings(controls=ev.Controls.NOT_YET)), ev.Effect)


def test_units_that_are_not_exchangeable_are_not_dealt_out():
    made = frame(units=20, starts=(3,)).assign(w=2.0, region=lambda f: f["unit"].str[1:].astype(int) // 4)
    for column, words in (({"weight": "w"}, "权重"), ({"cluster": "region"}, "聚类组大于单位")):
        answer = ev.two_by_two(Panel.read(made, Columns("y", "unit", "year", "start", **column)), ask(ev.Inference.PERMUTATION))
        assert isinstance(answer, ev.Refusal)
        assert words in answer.reason


def test_gaps_in_a_staggered_panel_are_not_dealt_out():
    made = Panel.read(frame(units=12).drop(index=[3]), COLUMNS)
    answer = ev.staggered(made, ask(ev.Inference.PERMUTATION))
    assert isinstance(answer, ev.Refusal)
    assert "缺1个单位期" in answer.reason


def test_bacon_is_refused_where_the_theorem_does_not_hold():
    with pytest.raises(CannotTell, match="平衡"):
        ev.goodman_bacon(Panel.read(frame(units=12).drop(index=[3]), COLUMNS))


def test_counts_without_exposure_or_without_events():
    with pytest.raises(BadInput, match="没有给出暴露量"):
        ev.poisson(panel(units=20), ask(ev.Inference.CLUSTER))
    made = frame(units=20, counts=True, starts=(3,))
    made["n"] = np.where(made["start"].notna() & (made["year"] >= 2013), 0, made["n"])
    answer = ev.poisson(Panel.read(made, COUNTS))
    assert isinstance(answer, ev.Refusal)
    assert "比值无法估计" in answer.reason


def test_every_trap_has_a_reference():
    assert all(t.reference and t.label for t in ev.Trap)


@pytest.mark.parametrize(("early", "late"), [(1, 10), (10, 1), (3, 9)])
def test_without_never_treated_units_the_smaller_batch_is_what_counts(early, late):
    """Eleven pilots are not eleven against anybody: clustered errors of one early unit erred in 52 % of placebo laws instead of 5 %."""
    rng = np.random.default_rng(1)
    rows = [(f"u{i:02}", t, float(rng.normal()), 60.0, float(rng.poisson(8)), 3.0 if i < early else 5.0) for i in range(early + late) for t in range(8)]
    made = pd.DataFrame(rows, columns=["unit", "year", "y", "people", "n", "start"])
    settings = ev.Settings(controls=ev.Controls.NOT_YET, draws=199)
    values = ev.Panel.read(made, ev.Columns("y", "unit", "year", "start"))
    counts = ev.Panel.read(made, ev.Columns("n", "unit", "year", "start", "people"))
    for answer in (ev.staggered(values, settings), ev.imputation(values, settings), ev.sun_abraham(values, settings), ev.staggered_counts(counts, settings)):
        if min(early, late) == 1:
            assert isinstance(answer, ev.Refusal), "11 arrangements: p cannot fall below 0.09"
        else:
            assert answer.inference is ev.Inference.PERMUTATION
            assert "最后一批9个" in "".join(a.text for a in answer.assumptions)
    assert isinstance(ev.imputation(values, replace(settings, inference=ev.Inference.CLUSTER)), ev.Refusal) is (min(early, late) < 3)
