"""Persons who bring a number of helpers and nothing else are tried once per number; the answers are those of trying everybody.

Witness: the same search with everybody looked at one by one (brute force holds that one, see test_network_truth).
"""

import pytest
from generate import DAY, Sizes, seeded, small_network
from offices import office

from fangkong_lab.network.bestcase import BestCase
from fangkong_lab.network.completion import Demand, cases_of
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, Influence

CROWDED = Sizes(units=3, persons=9, posts=14, unknown=3)


class OneByOne(BestCase):
    """Looks at everybody who may matter."""

    @property
    def _close(self):
        return self._busy

    @property
    def _far(self):
        return {}


def pairs(network: PowerNetwork):
    for item in network.items.values():
        flow = network.flow_of(item)
        cases = None if flow.faults else cases_of(network, Demand(flow, item.min_persons))
        for case in cases or ():
            for influence in (DIRECT, Influence(2)):
                if case.doable:
                    yield BestCase(network, case, influence), OneByOne(network, case, influence)


def differing(network: PowerNetwork) -> tuple[int, list[str]]:
    """Return how many persons were taken together, and where the two searches differ."""
    together, wrong = 0, []
    for mine, plain in pairs(network):
        together += sum(len(people) for people in mine._far.values())
        if mine.possible_sole_controllers() != plain.possible_sole_controllers():
            wrong.append(f"{mine.case.world.assigned} sole")
        wrong += [f"{mine.case.world.assigned} {below}" for below in (2, 3) if mine.least(below) != plain.least(below)]
    return together, wrong


@pytest.mark.parametrize("first", range(50_000, 50_200, 50))
def test_small_networks_with_unknown_posts(first):
    found = [differing(PowerNetwork.from_tables(small_network(seeded(seed), CROWDED), DAY)) for seed in range(first, first + 50)]
    assert [wrong for _, each in found for wrong in each] == []
    assert sum(together for together, _ in found) > 10


@pytest.mark.parametrize("seed", [75_000, *(pytest.param(s, marks=pytest.mark.heavy) for s in range(75_001, 75_006))])
def test_offices_with_unknown_posts(seed):
    together, wrong = differing(PowerNetwork.from_tables(office(24, seed, 2), DAY))
    assert wrong == []
    assert together > 20
