"""The sweep over the ranges. Witnesses: published Ishigami indices, turning points known on paper, one process."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from simulate_worlds import set_to, small

from fangkong_lab.errors import WrongCall
from fangkong_lab.simulate.crew import Crew
from fangkong_lab.simulate.figures import PLACE, Figure
from fangkong_lab.simulate.model import Block, Model, model_of, run_rows
from fangkong_lab.simulate.robust import Design, Effort, robustness
from fangkong_lab.simulate.robust_conclusion import Claim, gaps_at, not_asked, questions_of
from fangkong_lab.simulate.robust_flip import Flip, Move
from fangkong_lab.simulate.robust_space import (
    Space,
    morris_effects,
    morris_points,
    own_end,
    sobol_points,
    sobol_shares,
    space_of,
)
from fangkong_lab.simulate.robust_verdict import Robustness, Standing, Verdict
from fangkong_lab.simulate.robust_words import said
from fangkong_lab.simulate.scenario import Arm, Scenario, WorldKind

QUIET = {f"responses.{r}.{k}": 0.0 for r in ("提醒", "约谈整改", "问责处置") for k in ("deters", "colleagues")}
MILD, HARD = "responses.提醒.hours", "responses.约谈整改.hours"
RATE, FINDS = "conduct.kinds.作风问题.rate", "detection.信访.finds"
TINY = Effort(replications=4, confirm=8, trajectories=3)


def ranged(scenario: Scenario, ranges: Mapping[str, tuple[float, float, float]]) -> Scenario:
    """The scenario with (low, value, high) of some parameters."""
    made = {a: replace(scenario.parameters[a], low=low, value=value, high=high) for a, (low, value, high) in ranges.items()}
    return replace(scenario, parameters={**scenario.parameters, **made})


def two_answers(mild: tuple[float, float, float], hard: tuple[float, float, float]) -> Model:
    """The same rule twice, answered mildly or hard at every level, where answers deter nobody: the office hours differ by
    (hard − mild) for each warning, and nothing else differs.
    """
    scenario = ranged(set_to(small(crowds=((5, 6),)), QUIET), {MILD: mild, HARD: hard})
    arm = scenario.arms[0]

    def answered(name: str, response: str) -> Arm:
        return replace(arm, name=name, use=replace(arm.use, responses=dict.fromkeys(arm.use.responses, response)))
    return model_of(scenario).with_arms([answered("轻", "提醒"), answered("重", "约谈整改")])


def hours(made: Robustness) -> Verdict:
    (found,) = [v for v in made.verdicts if v.question.claim is Claim.HOURS]
    return found


def test_ishigami_as_published() -> None:
    """First-order 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437 (Ishigami & Homma 1990; a = 7, b = 0.1)."""
    box = Space(("a", "b", "c"), np.full(3, -math.pi), np.full(3, math.pi))
    x = sobol_points(box, 2048, 1)
    made = sobol_shares(box, np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]), 1)
    assert len(x) == 2048 * 5
    assert made["first"].to_numpy() == pytest.approx([0.3139, 0.4424, 0], abs=0.02)
    assert made["total"].to_numpy() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert (made["first_margin"] > 0).all()


def test_morris_of_a_plane_is_its_slopes() -> None:
    box = Space(("a", "b", "c"), np.array([0.0, 10.0, -1.0]), np.array([1.0, 30.0, 1.0]))
    x = morris_points(box, 5, 1)
    assert len(x) == 5 * 4
    assert (x >= box.lows).all()
    assert (x <= box.highs).all()
    made = morris_effects(box, x, 3 * x[:, 0] - 0.5 * x[:, 1], 1)
    assert made["mean"].to_numpy() == pytest.approx([3, -10, 0])
    assert made["strength"].to_numpy() == pytest.approx([3, 10, 0])
    assert made["spread"].to_numpy() == pytest.approx([0, 0, 0], abs=1e-9)


def test_nothing_varies_is_zero_shares_and_seeds_are_kept() -> None:
    box = Space(("a", "b"), np.zeros(2), np.ones(2))
    assert sobol_shares(box, np.ones(8 * 4), 1)[["first", "total"]].to_numpy().tolist() == [[0, 0], [0, 0]]
    assert np.array_equal(sobol_points(box, 8, 5), sobol_points(box, 8, 5))
    assert not np.array_equal(sobol_points(box, 8, 5), sobol_points(box, 8, 6))
    assert np.array_equal(morris_points(box, 3, 5), morris_points(box, 3, 5))


def test_space_is_every_range_that_has_two_ends() -> None:
    scenario = small()
    box = space_of(scenario)
    assert set(box.names) == {a for a, p in scenario.parameters.items() if p.high > p.low}
    assert "conduct.grades.一般.rate" not in box.names
    real = replace(scenario, world=replace(scenario.world, kind=WorldKind.LEDGER))
    gone = set(box.names) - set(space_of(real).names)
    assert gone == {a for a in box.names if a.startswith("world.") or a.endswith(".weight")} != set()


def test_a_flip_is_found_at_the_value_known_on_paper() -> None:
    """Mild takes 2 hours (0.5 to 8), hard always 4: the conclusion turns where mild takes 4."""
    made = robustness(two_answers((0.5, 2, 8), (4, 4, 4)), TINY, [MILD, FINDS, RATE])
    found = hours(made)
    assert (found.sign, found.standing) == (1, Standing.FLIPS)
    (flip,) = found.flips
    assert flip.moves[0].address == MILD
    assert flip.moves[0].value > flip.moves[0].base
    assert flip.crossing == pytest.approx(4, abs=0.02)
    assert "「提醒」的工时升过约 4" in made.sentence()
    row = made.flips().iloc[0]
    assert (row["地址"], row["方向"], row["须同时动几个"]) == (MILD, "升", 1)


def test_a_flip_downwards_is_said_so() -> None:
    found = hours(robustness(two_answers((3, 3, 3), (1, 8, 9)), TINY, [HARD, FINDS]))
    assert found.flips[0].crossing == pytest.approx(3, abs=0.02)
    assert "降过约 3" in found.where()


def test_what_cannot_flip_holds() -> None:
    made = robustness(two_answers((0.5, 2, 8), (10, 12, 20)), TINY, [MILD, HARD, RATE])
    found = hours(made)
    assert (found.standing, found.turned, found.untold, found.flips) == (Standing.HOLDS, 0, 0, ())
    lines = made.lines()
    assert "「重」的办公室工时比「轻」更多" in lines[1]
    assert lines[1].startswith("处处成立的 1 条")
    assert lines.index("会翻转的：没有。") > 1
    others = [v for v in made.verdicts if v.question.claim is not Claim.HOURS]
    assert {v.standing for v in others} == {Standing.OPEN}


def test_what_flips_only_together_names_both_and_no_bystander() -> None:
    """Mild up to 3.9, hard down to 3.5: neither crosses the other's assumed 2 and 6."""
    effort = replace(TINY, trajectories=10)
    made = robustness(two_answers((0.5, 2, 3.9), (3.5, 6, 8)), effort, [MILD, HARD, RATE, FINDS])
    found = hours(made)
    assert found.standing is Standing.FLIPS
    (flip,) = found.flips
    assert [m.address for m in flip.moves] == sorted([MILD, HARD])
    assert flip.crossing is None
    assert flip.moves[1].value > flip.moves[0].value if flip.moves[1].address == MILD else flip.moves[0].value > flip.moves[1].value
    assert "同时" in found.where()


def test_sobol_says_which_parameter_explains() -> None:
    """Hours differ by (hard − mild) a warning: with mild alone moving much, its share is nearly all."""
    effort = Effort(Design.SOBOL, replications=2, confirm=8, trajectories=2, base=16, strongest=2)
    made = robustness(two_answers((0.5, 2, 8), (9, 9.05, 9.1)), effort, [MILD, HARD, FINDS, "office.standing"])
    shares = made.effects[made.effects["question"] == [v.question.claim for v in made.verdicts].index(Claim.HOURS)]
    shares = shares.set_index("address")
    assert shares["total"].notna().sum() == 2
    assert shares.loc[MILD, "total"] > 0.5
    assert "连同交互" in made.influence().columns
    assert made.places == 1 * 2 * 4 + 2 * 5 + 16 * 4


def test_strengths_and_shares_are_those_worked_out_by_hand() -> None:
    """Plain numpy on the differences looked up one by one: elementary effects (Morris 1991), and the shares of Saltelli et al.
    2010 (first order: their (b)) and Jansen 1999 (total), for every conclusion of a small sweep.
    """
    model, chosen = two_answers((0.5, 2, 8), (3, 5, 9)), [MILD, HARD, FINDS, RATE]
    effort = Effort(Design.SOBOL, replications=3, confirm=4, trajectories=4, base=8, strongest=4)
    made = robustness(model, effort, chosen)
    space = space_of(model.scenario, chosen)
    walks, cross = morris_points(space, 4, model.scenario.seed), sobol_points(space, 8, model.scenario.seed)

    def means(points: np.ndarray) -> np.ndarray:
        return np.array([gaps_at(model, dict(zip(space.names, row.tolist(), strict=True)), Block(0, 3)).mean for row in points])
    on_walks, on_cross = means(walks), means(cross)
    for q in range(len(made.verdicts)):
        own = made.effects[made.effects["question"] == q].set_index("address").loc[list(space.names)]
        found: dict[str, list[float]] = {name: [] for name in space.names}
        for walk in np.arange(len(walks)).reshape(4, 5):
            for one, other in pairwise(walk):
                (moved,) = np.flatnonzero(~np.isclose(walks[one], walks[other]))
                share = (walks[other, moved] - walks[one, moved]) / (space.highs[moved] - space.lows[moved])
                found[space.names[moved]].append(float((on_walks[other, q] - on_walks[one, q]) / share))
        by_hand = np.array([found[name] for name in space.names])
        assert by_hand.shape == (4, 4)
        assert own["strength"].to_numpy() == pytest.approx(np.abs(by_hand).mean(axis=1), rel=1e-9, abs=1e-9)
        assert own["mean"].to_numpy() == pytest.approx(by_hand.mean(axis=1), rel=1e-9, abs=1e-9)
        assert own["spread"].to_numpy() == pytest.approx(by_hand.std(axis=1, ddof=1), rel=1e-9, abs=1e-9)
        rows = on_cross[:, q].reshape(8, 6)
        if not np.ptp(rows):
            assert (own[["first", "total"]] == 0).all(axis=None)
            continue
        a, mixed, b = rows[:, 0], rows[:, 1:5], rows[:, 5]
        spread = np.r_[a, b].var()
        centred = b - rows.mean()
        assert own["first"].to_numpy() == pytest.approx((centred[:, None] * (mixed - a[:, None])).mean(axis=0) / spread)
        assert own["total"].to_numpy() == pytest.approx(((a[:, None] - mixed) ** 2).mean(axis=0) / 2 / spread)


def test_places_are_counted_and_never_said_in_percent() -> None:
    """Three of some hundreds would be printed as none: the numbers themselves are said, and those that are zero are left out."""
    made = robustness(two_answers((0.5, 2, 8), (4, 4, 4)), TINY, [MILD, FINDS, RATE])
    found = hours(made)
    turned = round(found.turned * made.places)
    assert f"{made.places} 处中 {turned} 处反向；" in made.turning()[1]
    assert "%" not in made.sentence()

    def never(untold: int, turned: int, places: int = 638) -> str:
        unsure = replace(found, standing=Standing.NEVER_TURNED, untold=untold / places, turned=turned / places, flips=())
        return replace(made, verdicts=(unsure,), places=places).held()[2]
    assert "（638 处中，1 处分不出、2 处看似反向而复核不成立）" in never(1, 2)
    assert "（638 处中，3 处分不出）" in never(3, 0)
    assert "（638 处中，637 处看似反向而复核不成立）" in never(0, 637)
    table = made.table().set_index("结论").loc[found.words()]
    assert (table["试了几处"], table["反向的处所"]) == (made.places, turned)


def test_a_weight_whose_range_begins_at_zero_is_printed_as_the_scenario_has_it() -> None:
    """Where all grades weigh nothing no world can be made, so a hair above zero is run; the page says zero."""
    weight = "conduct.grades.一般.weight"
    scenario = ranged(small(), {weight: (0.0, small().value(weight), 0.5)})
    space = space_of(scenario, [weight])
    assert 0 < space.lows[0] <= 0.5e-6
    assert own_end(scenario.parameters[weight], space.lows[0]) == 0
    assert own_end(scenario.parameters[weight], 0.25) == 0.25
    moved = Flip((Move(weight, 0.3, float(space.lows[0])), Move(MILD, 2, 8))).as_written(scenario.parameters)
    assert [m.value for m in moved.moves] == [0, 8]
    assert "由 0.3 降到 0、" in moved.words()
    made = robustness(two_answers((0.5, 2, 8), (4, 4, 4)), TINY, [MILD])
    shown = replace(made, verdicts=(replace(hours(made), flips=(moved,)),)).flips()
    assert shown["翻转处"].tolist() == [0, 8]
    assert shown["精度"].isna().all()
    assert (made.flips()["精度"] > 0).all()


def test_a_flip_by_a_weight_that_may_be_zero() -> None:
    """Whoever acts often is warned twice a year, where 「轻起」 answers with 20 hours against 4; all others once, with 0.5
    against 4: it takes less time than 「一律」 where nobody has the high grade.
    """
    weight, last = "conduct.grades.高.weight", "responses.问责处置.hours"
    rates = {"高": 5.0, "一般": 0.2, "低": 0.2}
    scenario = set_to(small(crowds=((2, 40),)), {**QUIET, **{f"conduct.grades.{g}.rate": v for g, v in rates.items()},
                                                 "conduct.kinds.违规采购.rate": 0, "conduct.kinds.重大案件.rate": 0})
    scenario = ranged(scenario, {MILD: (0.5, 0.5, 0.5), HARD: (4, 4, 4), last: (20, 20, 20), weight: (0, 0.6, 0.8)})
    arm, answers = scenario.arms[0], {"轻起": ("提醒", "问责处置", "问责处置"), "一律": ("约谈整改",) * 3}
    arms = [replace(arm, name=name, use=replace(arm.use, responses=dict(zip(arm.use.responses, each, strict=True))))
            for name, each in answers.items()]
    found = hours(robustness(model_of(scenario).with_arms(arms), TINY, [weight]))
    assert (found.sign, found.standing) == (-1, Standing.FLIPS)
    (flip,) = found.flips
    assert flip.moves == (Move(weight, 0.6, 0.0),)
    assert flip.crossing is not None
    assert 0 < flip.crossing < 0.6


def test_executors_do_not_show_and_everything_is_marked() -> None:
    model = two_answers((0.5, 2, 8), (4, 4, 4))
    alone = robustness(model, TINY, [MILD, FINDS])
    other = robustness(model, TINY, [MILD, FINDS], Crew(workers=3))
    assert alone.verdicts == other.verdicts
    assert alone.effects.equals(other.effects)
    assert "推演，不是预测" in alone.sentence()
    assert "推演，不是预测" in alone._repr_html_()
    assert len(alone.table()) == len(alone.verdicts) == 5


def test_warnings_of_a_ledger_that_one_rule_does_not_keep_are_no_conclusion() -> None:
    """长武 scores persons only: fewer warnings to units would be true by its own words, and unfounded ones compare persons."""
    questions = questions_of(small())
    assert len(questions) == 14
    own = {q.claim: q for q in questions if q.arm == "长武记分"}
    assert set(own) == set(Claim) - {Claim.UNIT_WARNINGS}
    assert own[Claim.UNFOUNDED].words(-1) == "「长武记分」的个人无据预警比「示例门槛1-6-12」更少"
    assert own[Claim.UNFOUNDED].figures() == (Figure.PERSON_UNFOUNDED,)
    both = next(q for q in questions if q.arm == "放宽3-9-12" and q.claim is Claim.UNFOUNDED)
    assert both.figures() == (Figure.PERSON_UNFOUNDED, Figure.UNIT_UNFOUNDED)
    assert not_asked(small()) == ("「长武记分」不记单位，与「示例门槛1-6-12」的单位预警不作比较。",)
    model = model_of(small(crowds=((5, 6),)))
    rows = run_rows(model, Block(0, 5))
    by_hand = [rows[3, :, PLACE[f]] - rows[0, :, PLACE[f]] for f in (Figure.PERSON_WARNINGS, Figure.UNANSWERED, Figure.PERSON_UNFOUNDED)]
    assert gaps_at(model, {}, Block(0, 5)).mean[10:13] == pytest.approx([each.mean() for each in by_hand])


def test_every_parameter_has_a_chinese_name_of_its_own() -> None:
    addresses = list(small().parameters)
    names = [said(a) for a in addresses]
    assert len(set(names)) == len(addresses)
    assert not [n for n in names if "." in n]
    assert said("x.y") == "x.y"


def test_wrong_calls_are_refused() -> None:
    model = two_answers((0.5, 2, 8), (4, 4, 4))
    with pytest.raises(WrongCall, match="只有一个方案"):
        robustness(model.with_arms(model.scenario.arms[:1]))
    with pytest.raises(WrongCall, match="没有参数"):
        robustness(model, TINY, ["responses.提醒.hour"])
    with pytest.raises(WrongCall, match="范围的两端都相同"):
        robustness(model, TINY, [HARD])
    with pytest.raises(WrongCall, match="2 的幂"):
        sobol_points(space_of(model.scenario, [MILD]), 12, 1)
