"""Authority shares against printed weighted-voting examples, and concentration against hand counts."""

import pytest
from hand import hand_network

from fangkong_lab.kinds import Domain
from fangkong_lab.network.concentration import concentration, gini, hhi, inequality
from fangkong_lab.network.share import SAMPLES, authority_shares, shapley_shubik
from fangkong_lab.network.thresholds import measure


def shares(network):
    (each,) = measure(network)
    return authority_shares(each.structure)


def single(network):
    return {person: low for person, (low, _) in shares(network).values.items()}


def test_three_voters_with_two_one_one_votes():
    """[3; 2, 1, 1]: 2/3, 1/6, 1/6 (Shapley & Shubik 1954)."""
    found = single(hand_network({"p": ["a"], "q": ["b", "c"]}, [(1, "受理", {"posts": ["p"]}), (2, "决定", {"posts": ["q"]})]))
    assert found == pytest.approx({"a": 2 / 3, "b": 1 / 6, "c": 1 / 6})


def test_security_council():
    """Five permanent members and 9 of 15 votes: 421/2145 each, the ten others 4/2145 each (Straffin 1993)."""
    posts = {f"P{i}": [f"P{i}"] for i in range(5)} | {"N": [f"N{i}" for i in range(10)]}
    found = single(hand_network(posts, [(1, "会签", {"posts": [f"P{i}" for i in range(5)], "rule": "全体"}),
                                        (2, "决定", {"posts": ["N"], "rule": "至少", "need": 4})]))
    assert found == pytest.approx({f"P{i}": 421 / 2145 for i in range(5)} | {f"N{i}": 4 / 2145 for i in range(10)})


def test_council_of_ministers_of_1958():
    """[12; 4, 4, 4, 2, 2, 1]: 14/60 for the large, 9/60 for the middle ones, 0 for Luxembourg (Brams 1976)."""
    large, middle = ["D", "F", "I"], ["B", "N"]
    posts = {x: [x] for x in (*large, *middle, "L")}
    steps = [(1, "决定", {"posts": large, "rule": "全体", "route": "三大国"}),
             (2, "决定", {"posts": large, "rule": "至少", "need": 2, "route": "两大两中"}),
             (3, "会签", {"posts": middle, "rule": "全体", "route": "两大两中"})]
    found = shares(hand_network(posts, steps))
    assert {x: found.of(x)[0] for x in posts} == pytest.approx(
        dict.fromkeys(large, 14 / 60) | dict.fromkeys(middle, 9 / 60) | {"L": 0.0})


def test_large_games_are_sampled_and_say_so():
    """22 persons who must all sign, each in a post of his own: 1/22 each by symmetry."""
    posts = {f"p{i:02}": [f"x{i:02}"] for i in range(22)}
    (each,) = measure(hand_network(posts, [(1, "会签", {"posts": list(posts), "rule": "全体"})]))
    game = each.structure.cases[0].game
    found, again, other = shapley_shubik(game, 1), shapley_shubik(game, 1), shapley_shubik(game, 2)
    assert not found.exact
    assert 0 < found.error <= 0.005
    assert found == again != other
    assert sum(found.values.values()) == pytest.approx(1.0)
    assert all(abs(v - 1 / 22) < 5 * (1 / 22 / SAMPLES) ** 0.5 for v in found.values.values())


def test_unknown_post_widens_shares():
    """p is a's; q is a's as well (a: 1) or somebody else's (1/2 each)."""
    found = shares(hand_network({"p": ["a"], "q": None, "r": ["c"]}, [(1, "受理", {"posts": ["p"]}), (2, "决定", {"posts": ["q"]})]))
    assert found.of("a") == (0.5, 1.0)
    assert found.of("c") == (0.0, 0.5)


def test_nobody_has_a_share_of_what_cannot_be_done():
    assert shares(hand_network({"p": []}, [(1, "决定", {"posts": ["p"]})])) is None


@pytest.mark.parametrize(("values", "expected"), [([1, 0, 0, 0], 0.75), ([1, 1, 1], 0.0), ([1, 3], 0.25), ([0, 0], None), ([], None)])
def test_gini(values, expected):
    assert gini(values) == (None if expected is None else pytest.approx(expected))


def test_herfindahl():
    assert hhi([0.5, 0.3, 0.2]) == pytest.approx(0.38)


def test_inequality_weighs_items_and_counts_zeros():
    """Two items, weights 3 and 1: a holds all of the first, a and outsider z half each of the second; b nothing."""
    found = inequality(("a", "b"), [(3.0, {"a": 1.0}), (1.0, {"a": 0.5, "z": 0.5}), (2.0, None), (0.0, {"b": 1.0})])
    assert found.hhi == pytest.approx(0.875**2)
    assert found.gini == pytest.approx(0.5)
    assert (found.outside, found.items, found.people) == (pytest.approx(0.125), 2, 2)


def test_unit_figures_count_each_item_once():
    network = hand_network({"p": ["a"], "q": ["a"]}, [(1, "受理", {"posts": ["p"]}), (2, "审核", {"posts": ["q"]})], amount=40.0)
    (unit,) = concentration(network, measure(network))
    assert (unit.alone.count, unit.alone.amount, unit.alone.unstated) == ((1, 1), (40.0, 40.0), (0, 0))
    assert (unit.equal.hhi, unit.equal.gini, unit.equal.people) == (1.0, 0.0, 1)
    assert list(unit.domains) == [Domain.MONEY]


def test_open_items_count_at_most():
    network = hand_network({"p": ["a"], "q": None}, [(1, "受理", {"posts": ["p"]}), (2, "审核", {"posts": ["q"]})])
    (unit,) = concentration(network, measure(network))
    assert (unit.alone.count, unit.alone.amount, unit.alone.unstated) == ((0, 1), (0.0, 0.0), (0, 1))
    assert unit.equal.hhi is None
