"""The definitions of docs/network.md, one by one, on networks small enough to count on paper."""

import pytest
from brute import brute
from generate import Sizes, seeded, small_network
from hand import DAY, hand_network, hand_tables

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.kinds import Verdict
from fangkong_lab.network.completion import Demand
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, FULL, NONE, PROFILE, read_influence
from fangkong_lab.network.outer import outer_eta, outer_profile
from fangkong_lab.network.thresholds import measure, thresholds


def only(network, influence=DIRECT, target=2):
    (found,) = measure(network, influence, target=target)
    return found


def kappa(network, influence=NONE):
    interval = only(network, influence).structure.kappa[influence.name]
    return (interval.low, interval.high)


def two(second="审核", **asks):
    """Handled by p, then the second step by q."""
    return [(1, "受理", {"posts": ["p"]}), (2, second, {"posts": ["q"], **asks})]


@pytest.mark.parametrize(("rule", "need", "expected"), [("任一", None, 1), ("至少", 3, 3), ("过半", None, 3), ("全体", None, 2)])
def test_rules(rule, need, expected):
    """Four persons a–d: p holds a, b, c and q holds c, d; 过半 of four is three; 全体 needs one of each post."""
    network = hand_network({"p": ["a", "b", "c"], "q": ["d"]}, [(1, "决定", {"posts": ["p", "q"], "rule": rule, "need": need})])
    assert kappa(network) == (expected, expected)


def test_one_person_in_two_posts_counts_for_both_in_all():
    assert kappa(hand_network({"p": ["a"], "q": ["a", "b"]}, [(1, "决定", {"posts": ["p", "q"], "rule": "全体"})])) == (1, 1)


def test_empty_post_stops_all_but_leaves_majority():
    stuck = hand_network({"p": ["a"], "q": []}, [(1, "决定", {"posts": ["p", "q"], "rule": "全体"})])
    assert only(stuck).status is Verdict.CANNOT_BE_DONE
    assert only(stuck).structure.kappa is None
    open_way = hand_network({"p": ["a", "b", "c"], "q": []}, [(1, "决定", {"posts": ["p", "q"], "rule": "过半"})])
    assert kappa(open_way) == (2, 2)


def test_incompatible_steps_share_no_signer():
    posts = {"p": ["a"], "q": ["a", "b"]}
    assert kappa(hand_network(posts, two())) == (1, 1)
    assert kappa(hand_network(posts, two(), apart=[(2, 1)])) == (2, 2)
    alone = hand_network({"p": ["a"], "q": ["a"]}, two(), apart=[(1, 2)])
    assert only(alone).status is Verdict.CANNOT_BE_DONE


def test_least_number_of_signers():
    posts = {"p": ["a"], "q": ["a", "b"]}
    assert kappa(hand_network(posts, two(), least=2)) == (2, 2)
    assert only(hand_network({"p": ["a"], "q": ["a"]}, two(), least=2)).status is Verdict.CANNOT_BE_DONE


def test_exactly_as_many_sign_as_needed():
    """One signature cannot give two signers, however many could sign."""
    crowd = hand_network({"p": ["a", "b", "c"]}, [(1, "决定", {"posts": ["p"]})], least=2)
    assert only(crowd).status is Verdict.CANNOT_BE_DONE


def test_least_number_of_signers_under_influence():
    """The head needs two distinct signers, and reaches both: κ direct is 1 although two must sign."""
    network = hand_network({"h": ["x"], "p": ["a"], "q": ["b"]}, two(), boss={"p": "h", "q": "h"}, least=2)
    assert (kappa(network), kappa(network, DIRECT)) == ((2, 2), (1, 1))


def test_routes_are_alternatives_and_unnamed_steps_are_on_all():
    steps = [(1, "受理", {"posts": ["p"]}), (2, "审核", {"posts": ["q"], "route": "甲"}), (3, "公开", {"route": "乙"})]
    found = only(hand_network({"p": ["a"], "q": ["b"]}, steps), NONE)
    assert found.structure.kappa["none"].as_list() == [1, 1]
    assert found.structure.eta.as_list() == [1, 1]


def test_a_route_on_which_nobody_signs_is_no_way_through():
    steps = [(1, "受理", {"posts": ["p"], "route": "甲"}), (2, "公开", {"route": "乙"})]
    assert kappa(hand_network({"p": ["a"]}, steps)) == (1, 1)


def test_after_effect_signatures_stop_nothing():
    steps = [(1, "决定", {"posts": ["p"]}), (2, "执行", {}), (3, "支付", {}), (4, "监督", {"posts": ["q"]})]
    found = only(hand_network({"p": ["a"], "q": ["b"]}, steps), NONE).structure
    assert found.kappa["none"].as_list() == [1, 1]
    assert found.whole["none"].as_list() == [2, 2]
    assert found.eta.as_list() == [1, 1]


def test_signatures_after_execution_but_before_payment_count():
    steps = [(1, "决定", {"posts": ["p"]}), (2, "执行", {}), (3, "验收", {"posts": ["q"]}), (4, "支付", {})]
    assert kappa(hand_network({"p": ["a"], "q": ["b"]}, steps)) == (2, 2)


def test_links_skip_empty_posts_and_end_at_other_units():
    posts = {"h": ["x"], "m": [], "p": ["a"], "q": ["b"]}
    steps = [(1, "受理", {"posts": ["p"]}), (2, "决定", {"posts": ["h"]})]
    line = {"p": "m", "m": "h"}
    assert kappa(hand_network(posts, steps, boss=line), DIRECT) == (1, 1)
    assert kappa(hand_network(posts, steps, boss=line, units={"m": "V"}), DIRECT) == (2, 2)
    assert kappa(hand_network(posts, steps, boss=line, external=["p"]), DIRECT) == (2, 2)
    assert kappa(hand_network({**posts, "m": ["y"]}, steps, boss=line), DIRECT) == (2, 2)
    assert kappa(hand_network({**posts, "m": ["y"]}, steps, boss=line), read_influence("2")) == (1, 1)


def test_overrides_take_links_away_and_add_them_across_units():
    posts = {"h": ["x"], "p": ["a"]}
    steps = [(1, "受理", {"posts": ["p"]}), (2, "决定", {"posts": ["h"]})]
    assert kappa(hand_network(posts, steps, boss={"p": "h"}, influences=[("h", "p", False)]), FULL) == (2, 2)
    assert kappa(hand_network(posts, steps, units={"p": "V"}, influences=[("h", "p", True)]), DIRECT) == (1, 1)


def test_post_chains_do_not_pass_through_persons_but_full_does():
    """h leads p, whose holder a also holds m, which leads q: two links from post to post do not join, persons do."""
    posts = {"h": ["x"], "p": ["a"], "m": ["a"], "q": ["b"]}
    steps = [(1, "受理", {"posts": ["q"]}), (2, "决定", {"posts": ["h"]})]
    network = hand_network(posts, steps, boss={"p": "h", "q": "m"})
    assert kappa(network, read_influence("9")) == (2, 2)
    assert kappa(network, FULL) == (1, 1)


def test_independent_signers_must_be_in_the_coalition():
    posts, line = {"h": ["x"], "p": ["a"], "q": ["b"]}, {"p": "h", "q": "h"}
    assert kappa(hand_network(posts, two(), boss=line), FULL) == (1, 1)
    secret = hand_network(posts, two(independent=True), boss=line)
    assert kappa(secret, FULL) == (2, 2)
    assert only(secret, FULL).structure.coalitions.sets == (("a", "b"), ("b", "x"))


def test_unknown_post_gives_an_interval_and_known_empty_does_not():
    steps = [(1, "受理", {"posts": ["p"]}), (2, "决定", {"posts": ["q"]})]
    found = only(hand_network({"p": ["a"], "q": None}, steps), NONE)
    assert found.structure.kappa["none"].as_list() == [1, 2]
    assert found.status is Verdict.CANNOT_TELL
    assert (found.structure.sole, found.structure.possible_sole) == ((), ("a",))
    assert only(hand_network({"p": ["a"], "q": []}, steps), NONE).status is Verdict.CANNOT_BE_DONE


def test_unknown_post_outside_the_flow_matters_only_to_influence():
    """u below h is unknown: if a holds it, h reaches a. Without influence nothing changes."""
    posts = {"h": ["x"], "u": None, "p": ["a"]}
    steps = [(1, "受理", {"posts": ["p"]}), (2, "决定", {"posts": ["h"]})]
    network = hand_network(posts, steps, boss={"u": "h"})
    assert (kappa(network), kappa(network, DIRECT)) == ((2, 2), (1, 2))


def test_possibly_impossible():
    """p and q must sign apart; if the unknown q is held by a as well, the item cannot be done."""
    found = only(hand_network({"p": ["a"], "q": None}, two(), apart=[(1, 2)]), NONE).structure
    assert found.may_be_impossible
    assert found.kappa["none"].as_list() == [2, 2]
    assert found.sole == ()
    assert found.coalitions.sets == ()


def test_idle_checks():
    same = hand_network({"p": ["a"], "q": ["a"]}, two())
    assert only(same).structure.idle == ((2, 1),)
    assert only(hand_network({"p": ["a"], "q": ["b"]}, two())).structure.idle == ()
    assert only(hand_network({"p": ["a"], "q": ["a"]}, two(statutory=True))).structure.idle == ()
    assert only(hand_network({"p": ["a"], "q": ["a"]}, two("决定"))).structure.idle == ()


def test_hold_up():
    network = hand_network({"p": ["a", "b", "c"]}, [(1, "决定", {"posts": ["p"], "rule": "过半"})])
    assert only(network).structure.eta.as_list() == [2, 2]


def test_more_than_a_hundred_smallest_coalitions_are_cut():
    people = [f"a{i:02}" for i in range(10)]
    found = only(hand_network({"p": people}, [(1, "决定", {"posts": ["p"], "rule": "至少", "need": 4})]), NONE).structure
    assert found.coalitions.truncated
    assert len(found.coalitions.sets) == 100
    assert found.coalitions.sets[0] == ("a00", "a01", "a02", "a03")
    assert list(found.coalitions.sets) == sorted(found.coalitions.sets)


def test_too_many_completions_give_outer_bounds_that_say_so():
    posts = {"p": ["a", "b", "c"], **{f"u{i}": None for i in range(7)}}
    found = only(hand_network(posts, [(1, "决定", {"posts": list(posts), "rule": "过半"})]), NONE).structure
    assert not found.exact
    low, high = found.kappa["none"].as_list()
    assert 1 <= low <= 2  # everything held by a, b and c: three eligible, two sign
    assert high >= 6  # seven new persons: ten eligible, six sign


def test_items_without_flow_or_sign_offs_cannot_be_told():
    tables = hand_tables({"p": ["a"]}, [(1, "决定", {})])
    assert only(PowerNetwork.from_tables(tables, DAY)).status is Verdict.CANNOT_TELL
    tables["power_items"]["flow_id"] = None
    found = only(PowerNetwork.from_tables(tables, DAY))
    assert found.status is Verdict.CANNOT_TELL
    assert [r.code.value for r in found.structure.flow.faults] == ["no_flow"]


def test_simple_flow_uses_titles_of_the_unit():
    tables = hand_tables({"经办": ["a"], "股长": ["b"]}, [(1, "决定", {})])
    tables["power_items"] = tables["power_items"].assign(flow_id=None, simple_flow="经办>股长")
    found = only(PowerNetwork.from_tables(tables, DAY), NONE)
    assert found.structure.kappa["none"].as_list() == [2, 2]
    assert [s.kind.label for s in found.structure.flow.steps] == ["受理", "决定"]
    tables["power_items"] = tables["power_items"].assign(simple_flow="经办>局长")
    assert [r.code.value for r in only(PowerNetwork.from_tables(tables, DAY)).structure.flow.faults] == ["no_such_title"]


@pytest.mark.parametrize(("broken", "words"), [
    ({"boss": {"p": "没有"}}, "未登记"), ({"influences": [("p", "没有", True)]}, "未登记"),
    ({"least": 0}, "不小于1"), ({"apart": [(1, 1)]}, "同一个环节"),
])
def test_what_does_not_hang_together_is_refused(broken, words):
    with pytest.raises(BadInput, match=words):
        hand_network({"p": ["a"], "q": ["b"]}, two(), **broken)


def test_unknown_words_are_wrong_calls():
    with pytest.raises(WrongCall, match="none、direct、full"):
        read_influence("ful")
    with pytest.raises(WrongCall, match="没有事项"):
        measure(hand_network({"p": ["a"], "q": ["b"]}, two()), items=["X"])


def test_table_has_one_row_per_item():
    frame = thresholds(hand_network({"p": ["a"], "q": None}, two(), amount=12.5))
    assert len(frame) == 1
    row = frame.iloc[0]
    assert (row["事项编码"], row["结论"], row["不计影响低"], row["不计影响高"], row["年涉及金额"]) == ("I", "不能判定", 1, 2, 12.5)


def test_outer_bounds_hold_what_brute_force_finds():
    """Three unknown posts are within brute force; the outer bounds for them must hold its intervals."""
    for seed in range(60):
        tables = small_network(seeded(seed), Sizes(unknown=3))
        network, expected = PowerNetwork.from_tables(tables, DAY), brute(tables, DAY)
        for item in network.items.values():
            found, flow = expected[item.item_id], network.flow_of(item)
            if found["kappa"] is None or flow.faults:
                continue
            demand = Demand(flow, item.min_persons)
            for mode, interval in outer_profile(network, demand, PROFILE).items():
                assert interval.low <= found["kappa"][mode][0] <= found["kappa"][mode][1] <= interval.high
            eta = outer_eta(network, demand)
            assert eta.low <= found["eta"][0] <= found["eta"][1] <= eta.high
