"""Findings of the golden county by hand; stories by hand-made networks; settling cells by trying every holder."""

import re

import pytest
from generate import DAY as GENERATED_DAY
from generate import Sizes, seeded, small_network
from hand import DAY, hand_network, hand_tables
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.errors import WrongCall
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.golden import GOLDEN_DAY, golden_county
from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.network.find_settle import cells_of
from fangkong_lab.network.find_tests import FindingTest, verdict_of
from fangkong_lab.network.finding_json import text
from fangkong_lab.network.finding_screen import screen
from fangkong_lab.network.finding_words import Unbound
from fangkong_lab.network.findings import Sought, findings, open_reasons
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, read_influence
from fangkong_lab.network.ranking import ledger_grading
from fangkong_lab.network.thresholds import measure

LINE = [(1, "审核", {"posts": ["p"]}), (2, "决定", {"posts": ["h"]})]


def golden():
    return PowerNetwork.from_tables(golden_county().tables, GOLDEN_DAY)


def row(counts):
    return (counts.items, counts.applicable, counts.satisfied, counts.violated, counts.cannot_tell, counts.cannot_be_done, counts.excluded)


def test_counts_of_the_golden_county():
    """On paper (docs/golden_county.md): alone S01 S03; ordered S02 S04 too; S09 open; S10 stuck; one idle check, S03.

    Checks before effect: S02 S03 S04 S05 S07 S09 S10. S09's hangs on who holds the review post.
    """
    found = findings(golden())
    assert [row(c) for c in found.counts] == [(10, 10, 6, 2, 1, 1, 0), (10, 10, 4, 4, 1, 1, 0), (10, 7, 4, 1, 1, 1, 3)]
    assert [(f.each.item.item_id, f.test) for f in found.listed] == [
        ("S01", FindingTest.ALONE), ("S02", FindingTest.ORDERED), ("S03", FindingTest.ALONE), ("S04", FindingTest.ORDERED)]
    assert [(f.each.item.item_id, f.each.structure.idle) for f in found.questions] == [("S03", ((1, 1),))]
    assert [e.item.item_id for e in found.waiting] == ["S09"]
    assert [e.item.item_id for e in found.stuck] == ["S10"]
    assert [(s.cell.table, s.cell.key, s.items, s.alone) for s in found.settles] == [("任职", "G10", ("S09",), 1)]


def told(network):
    found = findings(network)
    (finding,) = found.listed
    return finding.told.witness, {(c.step_no, c.sign_no): c.why for c in finding.told.loose}, "".join(finding.lines(network, Audience.INTERNAL))


def test_a_check_that_reports_to_the_decider():
    witness, why, text = told(hand_network({"h": ["x17"], "p": ["a42"]}, LINE, boss={"p": "h"}))
    assert witness.coalition == ("x17",)
    assert why == {(1, 1): Unbound.TO_DECIDER}
    assert "x17（h）一人按全部环节即可办结（直接领导）" in text
    assert "环节1由a42签（受其领导：h→p）" in text
    assert "签批人向决定者负责（h→p）" in text


def test_a_check_that_reports_to_the_one_it_checks():
    steps = [(1, "受理", {"posts": ["h"]}), (2, "审核", {"posts": ["p"]}), (3, "决定", {"posts": ["q"]})]
    _, why, _ = told(hand_network({"h": ["x"], "p": ["a"], "q": ["b"]}, steps, boss={"p": "h", "q": "h"}))
    assert why == {(2, 1): Unbound.TO_CHECKED}


def test_a_check_and_a_decision_under_one_head():
    _, why, _ = told(hand_network({"h": ["x"], "p": ["a"], "q": ["b"]}, [(1, "审核", {"posts": ["p"]}), (2, "决定", {"posts": ["q"]})],
                                  boss={"p": "h", "q": "h"}))
    assert why == {(1, 1): Unbound.TO_COALITION}


def test_one_person_in_two_posts():
    witness, why, text = told(hand_network({"p": ["a"], "h": ["a"]}, LINE))
    assert (witness.coalition, why) == (("a",), {(1, 1): Unbound.TWO_POSTS})
    assert "同时任「p」和「h」" in text


def test_checked_by_the_one_it_checks():
    _, why, text = told(hand_network({"p": ["a"]}, [(1, "受理", {"posts": ["p"]}), (2, "审核", {"posts": ["p"]})]))
    assert why == {(2, 1): Unbound.BY_CHECKED}
    assert "等于自己审自己" in text


def test_after_the_money_left_and_on_another_route():
    steps = [(1, "决定", {"posts": ["p"], "route": "甲"}), (2, "审核", {"posts": ["q"], "route": "乙"}), (3, "支付", {"posts": ["p"]}),
             (4, "监督", {"posts": ["q"]}), (5, "验收", {})]
    witness, why, text = told(hand_network({"p": ["a"], "q": ["b"]}, steps))
    assert witness.route == "甲"
    assert why == {(2, 1): Unbound.BYPASSED, (4, 1): Unbound.AFTER, (5, None): Unbound.UNSIGNED}
    assert "走路径「甲」" in text


def test_a_flow_without_any_check_says_so():
    _, why, text = told(hand_network({"p": ["a"]}, [(1, "决定", {"posts": ["p"]})]))
    assert why == {}
    assert "流程中没有审核、会签、验收、监督环节" in text


def test_the_one_who_surely_can_is_named():
    """q is unknown: whoever holds it, a holds both signing posts; the witness assumes nobody's post by name."""
    network = hand_network({"p": ["a"], "h": ["a"], "q": None}, [*LINE, (3, "决定", {"posts": ["h", "q"]})])
    witness, _, text = told(network)
    assert witness.coalition == ("a",)
    assert "不一定是同一人" in text  # other holders of q are possible, and it is said for which the story is told


@pytest.mark.parametrize("audience", [Audience.UNIT, Audience.PUBLIC])
def test_outside_copies_name_nobody(audience):
    network = hand_network({"h": ["x17"], "p": ["a42"]}, LINE, boss={"p": "h"})
    found = findings(network, Sought(audience=audience, unit="U"))
    text = screen(found, 10)
    assert "x17" not in text
    assert "a42" not in text
    assert "环节1、环节2的签批可由有直接领导关系的人完成" in text
    assert ("签批人向决定者负责" in text) == (audience is Audience.UNIT)


def test_the_public_copy_names_no_post():
    network = golden()
    assert "专项审核岗" in screen(findings(network, Sought(audience=Audience.UNIT, unit="M01")), 20)
    public = findings(network, Sought(audience=Audience.PUBLIC))
    assert "专项审核岗" not in screen(public, 20) + "".join(open_reasons(public, public.waiting[0]))


def test_a_copy_for_a_unit_needs_the_unit():
    with pytest.raises(WrongCall, match="写明单位"):
        findings(golden(), Sought(audience=Audience.UNIT))
    with pytest.raises(WrongCall, match="没有单位"):
        findings(golden(), Sought(unit="M9"))


def test_missing_flows_name_their_cells():
    tables = hand_tables({"p": ["a"]}, [(1, "决定", {"posts": ["p"]})])
    tables["power_items"] = tables["power_items"].assign(flow_id=None)
    (settles,) = findings(PowerNetwork.from_tables(tables, DAY)).settles
    assert (settles.cell.table, settles.cell.key, settles.cell.column) == ("权力事项", "I", "流程图编码")
    assert settles.sentence().endswith("补正后才能计算。")
    tables["power_items"] = tables["power_items"].assign(flow_id="X")
    (settles,) = findings(PowerNetwork.from_tables(tables, DAY)).settles
    assert settles.cell.text == "登记流程图X及其环节、签批"


def filled(tables, posts, holders):
    import pandas as pd

    rows = [{"person_id": x, "post_id": p, "start": pd.Timestamp(2010, 1, 1), "end": pd.NaT} for p, x in zip(posts, holders, strict=True)]
    return {**tables, "occupancies": pd.concat([tables["occupancies"], pd.DataFrame(rows)], ignore_index=True)}


@given(st.integers(0, 400), st.sampled_from(["none", "direct", "full"]))
def test_cells_settle_whatever_is_filled_in(seed, mode):
    """Witness: each cell named for an open item is filled with every known person and a new one; the item is then told.

    Also the other way round: where nothing is open, nothing is asked for.
    """
    tables = small_network(seeded(seed), Sizes(persons=3, posts=6, unknown=2))
    network = PowerNetwork.from_tables(tables, GENERATED_DAY)
    for each in measure(network, read_influence(mode)):
        posts = [c.post for c in cells_of(network, each)]
        assert bool(posts) == (each.status is Verdict.CANNOT_TELL) or each.structure.flow.faults
        for person in (*network.persons, "new") if posts and all(posts) else ():
            holders = [person, *(["other"] * (len(posts) - 1))]
            for order in (holders, holders[::-1], [person] * len(posts)):
                again = PowerNetwork.from_tables(filled(tables, posts, order), GENERATED_DAY)
                assert measure(again, read_influence(mode), [each.item.item_id])[0].status is not Verdict.CANNOT_TELL


@given(st.integers(0, 300))
def test_totals_and_witnesses_always_hold(seed):
    """Counts add up, each violated item is listed once, and each story's person captures by the package's own game."""
    network = PowerNetwork.from_tables(small_network(seeded(seed)), GENERATED_DAY)
    found = findings(network)
    for counts in found.counts:
        assert counts.items == counts.applicable + counts.excluded == len(network.items)
    listed = [f.each.item.item_id for f in found.listed]
    assert sorted(listed) == sorted(set(listed))
    assert len(listed) == found.counts[1].violated
    for finding in found.listed:
        witness = finding.told.witness
        assert len(witness.coalition) == 1
        assert finding.test.influence == witness.influence
        assert {s.person for s in witness.signatures} <= set(witness.coalition) | {s.person for s in witness.signatures if s.chain}


def planted(units, seed):
    county = synthetic_county(seed=seed, units=units)
    network = PowerNetwork.from_tables(county.tables, DAY)
    return county, findings(network, Sought(ledger_grading(county.tables["risk_points"], DAY)))


def assert_all_found_and_nothing_else(units, seed):
    county, found = planted(units, seed)
    truth = county.truth
    alone = {f.each.item.item_id for f in found.listed if f.test is FindingTest.ALONE}
    listed = {f.each.item.item_id for f in found.listed}
    assert alone == set(truth["kappa_none_1"])
    assert listed == set(truth["kappa_direct_1"])
    assert {e.item.item_id for e in found.waiting} == set(truth["cannot_tell"]) | set(truth["undrawn"])
    assert {e.item.item_id for e in found.stuck} == set(truth["cannot_be_done"])
    idle = {(f.each.structure.flow.flow_id, *key) for f in found.questions for key in f.each.structure.idle}
    assert idle == {tuple(place) for place in truth["idle_checks"]}
    asked = {s.cell.post for s in found.settles if s.cell.post}
    assert asked <= set(truth["unknown_posts"])
    assert {s.cell.key for s in found.settles if s.cell.column == "流程图编码"} == set(truth["undrawn"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_facts_of_the_county_without_false_alarm(seed):
    """Witness: examples/truth.py, written down while the county was built. Equal sets: nothing missed, no false alarm."""
    assert_all_found_and_nothing_else(units=11, seed=seed)


def test_verdicts_of_the_idle_test():
    steps = [(1, "受理", {"posts": ["p"]}), (2, "审核", {"posts": ["q"]}), (3, "决定", {"posts": ["h"]})]

    def verdict(**posts):
        return verdict_of(measure(hand_network({"p": ["a"], "h": ["c"], **posts}, steps), DIRECT)[0], FindingTest.IDLE)

    assert verdict(q=["b"]) is Verdict.SATISFIED
    assert verdict(q=["a", "c"]) is Verdict.VIOLATED
    assert verdict(q=[]) is Verdict.CANNOT_BE_DONE
    assert verdict(q=None) is Verdict.CANNOT_TELL  # idle if a or c holds it, not if somebody else does


def test_too_many_completions_tell_no_story_they_cannot_show():
    """Eight unknown posts beside the one known decider: only bounds are known, and the item is not called a finding."""
    unknown = {f"u{k}": None for k in range(8)}
    steps = [(1, "决定", {"posts": ["h"], "route": "甲"}), (2, "审核", {"posts": list(unknown), "rule": "全体", "route": "乙"})]
    found = findings(hand_network({"h": ["a"], **unknown}, steps))
    assert [len(found.listed), len(found.waiting)] == [0, 1]
    assert not found.waiting[0].structure.exact
    assert {s.cell.post for s in found.settles} == set(unknown)


def test_findings_show_themselves():
    found = findings(golden())
    frame = found.table()
    assert list(frame["事项编码"]) == ["S01", "S02", "S03", "S04"]
    assert found.sentence().startswith("权力事项10项，列出待核实事项4项，待说明的制约环节1项；不能判定1项，无法办结1项。")
    assert "P3同时任" in found._repr_html_()


@given(st.integers(0, 200))
def test_no_copy_that_leaves_names_persons_and_no_public_copy_names_posts(seed):
    """Witness: every code of the ledger is searched for in all that the copies print, screen and JSON."""
    tables = small_network(seeded(seed))
    network = PowerNetwork.from_tables(tables, GENERATED_DAY)
    for audience, hidden in ((Audience.UNIT, set(network.persons)), (Audience.PUBLIC, {*network.persons, *network.posts})):
        for unit in network.units:
            found = findings(network, Sought(audience=audience, unit=unit))
            words = set(re.findall("[A-Za-z0-9]+", screen(found, 99) + text(found)))
            assert not words & hidden
