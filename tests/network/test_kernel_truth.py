"""The compiled kernel against brute force over all coalitions, assignments and completions.

Witness: tests/network/brute.py, written from the definitions and sharing no code with the package.
"""

import pytest
from brute import World, brute
from generate import DAY, Sizes, seeded, small_network
from kernel_document import differences, kernel_answers

from fangkong_lab.network.kernel_rows import STATE_TOO_BIG

INFLUENCES = ("direct", "none", "full")
CROWDED = Sizes(persons=5, posts=8, unknown=3)
WIDE = Sizes(units=1, persons=7, posts=9, unknown=1, flows=1, items=2, steps=4)
LONG = Sizes(persons=5, posts=7, unknown=1, steps=6)


def against_brute(seed, sizes):
    tables = small_network(seeded(seed), sizes)
    influence = INFLUENCES[seed % len(INFLUENCES)]
    return differences(kernel_answers(tables, DAY, influence), brute(tables, DAY, influence), f"seed {seed} {influence}")


def test_small_networks():
    assert [line for seed in range(400) for line in against_brute(seed, Sizes())] == []


def test_networks_with_many_unknown_posts():
    assert [line for seed in range(20_000, 20_050) for line in against_brute(seed, CROWDED)] == []


def long_flows(seeds):
    """Return the differences; up to one item in a hundred may be too tangled for the kernel and left to the other."""
    lines, items, left = [], 0, 0
    for seed in seeds:
        tables = small_network(seeded(seed), LONG)
        found, expected = kernel_answers(tables, DAY), brute(tables, DAY)
        done = {item: answer for item, answer in found.items() if answer["state"] != STATE_TOO_BIG}
        lines += differences(done, {item: expected[item] for item in done}, f"seed {seed}")
        items, left = items + len(found), left + len(found) - len(done)
    assert left * 100 <= items
    return lines


def test_long_flows():
    assert long_flows(range(40_000, 40_050)) == []


def cut_off(tables):
    """Return the tables without any link from or to an unknown post: the kernel then answers for one of like persons."""
    unknown = World(tables, DAY).unknown
    posts, given = tables["posts"].copy(), tables["influences"]
    posts.loc[posts["post_id"].isin(unknown) | posts["reports_to"].isin(unknown), "reports_to"] = None
    kept = given[~given["from_post"].isin(unknown) & ~given["to_post"].isin(unknown)]
    return {**tables, "posts": posts, "influences": kept}


def cut_off_posts(seeds):
    lines = []
    for seed in seeds:
        tables, influence = cut_off(small_network(seeded(seed), WIDE)), INFLUENCES[seed % len(INFLUENCES)]
        lines += differences(kernel_answers(tables, DAY, influence), brute(tables, DAY, influence), f"seed {seed} {influence}")
    return lines


def test_unknown_posts_without_links():
    assert cut_off_posts(range(45_000, 45_080)) == []


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(46_000, 49_000, 500))
def test_unknown_posts_without_links_in_number(first):
    assert cut_off_posts(range(first, first + 500)) == []


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(0, 20_000, 1000))
def test_twenty_thousand_networks(first):
    assert [line for seed in range(first, first + 1000) for line in against_brute(seed, Sizes())] == []


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(30_000, 34_000, 500))
def test_networks_with_many_unknown_posts_in_number(first):
    assert [line for seed in range(first, first + 500) for line in against_brute(seed, CROWDED)] == []


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(40_000, 44_000, 500))
def test_long_flows_in_number(first):
    assert long_flows(range(first, first + 500)) == []
