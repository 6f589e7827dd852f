"""Offices of 24, 60 and 200 persons: the plain implementation answers all of it, exactly, and as the kernel does.

Witness: the compiled kernel. It shares Hall's theorem and the search for idle checks with the plain implementation, and
no code; both are held against brute force on small networks. That these tests end at all is part of what they show: the
searches must not grow with every person.
"""

import pytest
from generate import DAY
from kernel_document import differences, kernel_answers
from offices import office

from fangkong_lab.network.answer import Question, answer
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import read_influence
from fangkong_lab.network.kernel_rows import STATE_DONE

INFLUENCES = ("direct", "none", "full")


def compared(persons, seed, unknown=0, clashes=0.05):
    """Hold both implementations against each other; return how many items the kernel took."""
    tables = office(persons, seed, unknown, clashes)
    influence = INFLUENCES[seed % 3]
    document = answer(PowerNetwork.from_tables(tables, DAY), Question(read_influence(influence))).document()
    assert all(item["exact"] for item in document["items"])
    found = kernel_answers(tables, DAY, influence)
    expected = {i["item_id"]: i for i in document["items"] if found[i["item_id"]]["state"] == STATE_DONE}
    assert differences({item: found[item] for item in expected}, expected, f"{persons} persons, seed {seed}") == []
    return len(expected)


@pytest.mark.parametrize("first", range(70_000, 70_012, 4))
def test_offices_of_24(first):
    assert sum(compared(24, seed) for seed in range(first, first + 4)) >= 28


@pytest.mark.parametrize("seed", range(71_000, 71_006))
def test_offices_of_60(seed):
    assert compared(60, seed) >= 4


@pytest.mark.parametrize("seed", range(72_000, 72_003))
def test_offices_of_200(seed):
    assert compared(200, seed) >= 2


@pytest.mark.parametrize("seed", range(73_000, 73_003))
def test_one_unknown_post_among_24_persons_stays_exact(seed):
    """25 completions: within the bound of design §4, so no outer bound may stand in."""
    assert compared(24, seed, unknown=1) >= 6


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(74_000, 74_100, 20))
def test_offices_in_number(first):
    for seed in range(first, first + 20):
        compared(24, seed, clashes=0.02)
        compared(60, seed, clashes=0.02)
    assert compared(24, first, unknown=1) >= 6


@pytest.mark.parametrize("influence", ["direct", "full", "2"])
def test_persons_of_one_kind_are_alike(influence, monkeypatch):
    """Trying one person of each rank and kind gives what trying everybody gives."""
    from generate import DAY, Sizes, seeded, small_network

    from fangkong_lab.network import bestcase
    from fangkong_lab.network.answer import Question, answer
    from fangkong_lab.network.graph import PowerNetwork
    from fangkong_lab.network.influence import read_influence

    def possible() -> list[list[str]]:
        found = []
        for seed in range(70_000, 70_030):
            network = PowerNetwork.from_tables(small_network(seeded(seed), Sizes(persons=14, posts=18, unknown=3)), DAY)
            found += [i["possible_sole_controllers"] for i in answer(network, Question(read_influence(influence))).document()["items"]]
        return found

    grouped = possible()
    monkeypatch.setattr(bestcase, "rank_of", lambda network, person: person)
    monkeypatch.setattr(bestcase.BestCase, "_kind", lambda self, person: ("one of a kind", person))
    assert possible() == grouped
    assert any(len(people) > 1 for people in grouped)
