"""Every quantity of the JSON document against brute force over all coalitions, assignments and completions.

Witness: tests/network/brute.py, written from the definitions and sharing no code with the package.
"""

import pytest
from brute import brute
from generate import DAY, Sizes, seeded, small_network

from fangkong_lab.network import tangle
from fangkong_lab.network.answer import Question, answer
from fangkong_lab.network.conditions import ways_of
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import read_influence
from fangkong_lab.network.share import authority_shares
from fangkong_lab.network.thresholds import measure

INFLUENCES = ("direct", "none", "full", "2", "3")
COMPARED = ("kappa", "kappa_whole", "eta", "exact", "may_be_impossible", "sole_controllers",
            "possible_sole_controllers", "smallest_coalitions", "truncated", "idle_checks", "after_effect",
            "unsigned_steps", "unknown_posts", "status")
CROWDED = Sizes(persons=5, posts=8, unknown=3)
PLAIN = Sizes()


def differences(seed: int, sizes: Sizes) -> list[str]:
    tables = small_network(seeded(seed), sizes)
    influence = INFLUENCES[seed % len(INFLUENCES)]
    expected = brute(tables, DAY, influence)
    found = answer(PowerNetwork.from_tables(tables, DAY), Question(read_influence(influence))).document()
    assert [i["item_id"] for i in found["items"]] == sorted(expected)
    return [f"seed {seed} {influence} {item['item_id']} {key}: {item[key]} ≠ {expected[item['item_id']][key]}"
            for item in found["items"] for key in COMPARED if item[key] != expected[item["item_id"]][key]]


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_small_networks(first):
    assert [d for seed in range(first, first + 100) for d in differences(seed, PLAIN)] == []


@pytest.mark.parametrize("first", range(20_000, 20_150, 50))
def test_networks_with_many_unknown_posts(first):
    assert [d for seed in range(first, first + 50) for d in differences(seed, CROWDED)] == []


@pytest.mark.parametrize("seed", [1397, 3410, 3749])
def test_networks_that_once_were_wrong(seed):
    assert differences(seed, PLAIN) + differences(seed, Sizes(posts=6, persons=4)) == []


@pytest.fixture
def all_tangled(monkeypatch):
    """Let every route with clashing steps count as one that comes to too many conditions."""
    ways_of.cache_clear()
    monkeypatch.setattr(tangle, "MOST_TANGLED", 1)
    yield
    ways_of.cache_clear()


def test_networks_with_routes_left_to_assignment(all_tangled):
    left = 0
    for seed in range(36_000, 36_120):
        assert differences(seed, PLAIN) == []
        tables = small_network(seeded(seed), PLAIN)
        expected = brute(tables, DAY, shares=True)
        for each in measure(PowerNetwork.from_tables(tables, DAY)):
            left += any(case.game.tangled for case in each.structure.cases)
            found = authority_shares(each.structure)
            for person, ends in (expected[each.item.item_id].get("shares") or {}).items():
                assert found.of(person) == pytest.approx(ends, abs=1e-12)
    assert left >= 8


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(0, 20_000, 500))
def test_twenty_thousand_networks(first):
    assert [d for seed in range(first, first + 500) for d in differences(seed, PLAIN)] == []


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(30_000, 34_000, 500))
def test_networks_with_many_unknown_posts_in_number(first):
    assert [d for seed in range(first, first + 500) for d in differences(seed, CROWDED)] == []


@pytest.mark.parametrize("first", range(40_000, 40_060, 20))
def test_authority_shares(first):
    for seed in range(first, first + 20):
        tables = small_network(seeded(seed))
        expected = brute(tables, DAY, shares=True)
        for each in measure(PowerNetwork.from_tables(tables, DAY)):
            wanted = expected[each.item.item_id].get("shares")
            found = authority_shares(each.structure)
            assert (found is None) == (wanted is None)
            for person, ends in (wanted or {}).items():
                assert found.of(person) == pytest.approx(ends, abs=1e-12)


def test_the_generator_mixes_all_features():
    """A proof on networks without the hard cases would prove little: each must occur often."""
    seen = dict.fromkeys(("wide", "impossible", "several routes", "incompatible", "independent", "after", "idle",
                          "override", "vacant", "lapsed", "simple", "three", "majority", "all"), 0)
    for seed in range(200):
        tables = small_network(seeded(seed))
        network = PowerNetwork.from_tables(tables, DAY)
        items = answer(network).document()["items"]
        flows = list(network.flows.values())
        seen["wide"] += any(i["kappa"] and i["kappa"]["full"][0] < i["kappa"]["full"][1] for i in items)
        seen["impossible"] += any(i["may_be_impossible"] and i["kappa"] for i in items)
        seen["several routes"] += any(s.routes for f in flows for s in f.steps)
        seen["incompatible"] += any(f.incompatible for f in flows)
        seen["independent"] += any(s.independent for f in flows for s in f.sign_offs)
        seen["after"] += any(i["after_effect"] for i in items)
        seen["idle"] += any(i["idle_checks"] for i in items)
        seen["override"] += bool(network.overrides)
        seen["vacant"] += bool(network.empty)
        seen["lapsed"] += len(tables["occupancies"]) > sum(map(len, network.holders.values())) + len(network.empty)
        seen["simple"] += any(i.simple_flow for i in network.items.values())
        seen["three"] += any(i["kappa"] and i["kappa"]["none"][1] >= 3 for i in items)
        seen["majority"] += any(s.rule.value == "majority" for f in flows for s in f.sign_offs)
        seen["all"] += any(s.rule.value == "all" for f in flows for s in f.sign_offs)
    assert {k: n for k, n in seen.items() if n < 10} == {}
