"""The compiled kernel against the plain implementation on networks too large for brute force.

Witness: `fangkong_lab.network.thresholds.measure`, which is itself held against brute force (test_network_truth) and
shares no algorithm with the kernel.
"""

import pytest
from generate import DAY, Sizes, seeded, small_network
from kernel_document import differences, kernel_answers

from fangkong_lab.network.answer import Question, answer
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import read_influence
from fangkong_lab.network.kernel_rows import STATE_TOO_BIG

INFLUENCES = ("direct", "none", "full")
OFFICE = Sizes(units=3, posts=22, persons=18, unknown=0, flows=6, items=10, steps=8, posts_per_sign_off=5)
OFFICE_WITH_GAP = Sizes(units=2, posts=14, persons=10, unknown=1, flows=4, items=6, steps=6, posts_per_sign_off=4)


def against_reference(seeds, sizes):
    """Return the differences; at most one item in thirty may be left to the reference for its size."""
    lines, items, left = [], 0, 0
    for seed in seeds:
        tables = small_network(seeded(seed), sizes)
        influence = INFLUENCES[seed % len(INFLUENCES)]
        document = answer(PowerNetwork.from_tables(tables, DAY), Question(read_influence(influence))).document()
        found = kernel_answers(tables, DAY, influence)
        expected = {item["item_id"]: item for item in document["items"]
                    if item["exact"] and found[item["item_id"]]["state"] != STATE_TOO_BIG}
        lines += differences({item: found[item] for item in expected}, expected, f"seed {seed} {influence}")
        items += len(found)
        left += sum(item["state"] == STATE_TOO_BIG for item in found.values())
    assert left * 30 <= items
    return lines


def test_offices_of_twenty():
    assert against_reference(range(50_000, 50_025), OFFICE) == []


def test_offices_with_an_unknown_post():
    assert against_reference(range(51_000, 51_025), OFFICE_WITH_GAP) == []


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(52_000, 53_000, 100))
def test_offices_in_number(first):
    seeds = range(first, first + 100)
    assert against_reference(seeds, OFFICE) + against_reference(seeds, OFFICE_WITH_GAP) == []
