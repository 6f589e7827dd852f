"""Persons who bring a number of helpers and nothing else are tried once per number; the answers are those of trying everybody.

Witness: the same search with everybody looked at one by one (brute force holds that one, see test_network_truth).
"""

import pandas as pd
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


def bosses(seed: int) -> PowerNetwork:
    """Three to six units, each a head over none to three clerks, some posts unknown, and a flow that unknown posts sign."""
    rng = seeded(seed)
    posts, held, units = [], set(), int(rng.integers(3, 7))
    for unit in range(units):
        head = f"B{unit}"
        posts.append((head, f"U{unit}", None))
        held |= {(f"x{unit}", head)} if rng.random() < 0.85 else set()
        for clerk in range(int(rng.integers(0, 4))):
            post = f"C{unit}{clerk}"
            posts.append((post, f"U{unit}", head if clerk == 0 or rng.random() < 0.7 else f"C{unit}0"))
            held |= {(f"y{unit}{clerk}", post)} if rng.random() < 0.75 else set()
            held |= {(f"x{rng.integers(units)}", post)} if rng.random() < 0.25 else set()
    codes = [post for post, *_ in posts]
    unknown = [post for post in codes if post not in {p for _, p in held}] or codes
    signs = [("F", step, 1, str(rng.choice(unknown if rng.random() < 0.6 else codes)), "任一", bool(rng.random() < 0.3)) for step in (1, 2, 3)]
    return PowerNetwork.from_tables({
        "posts": pd.DataFrame(posts, columns=["post_id", "unit_id", "reports_to"]),
        "occupancies": pd.DataFrame(sorted(held), columns=["person_id", "post_id"]).assign(start=pd.Timestamp("2014-01-01")),
        "flows": pd.DataFrame({"flow_id": ["F"], "unit_id": ["U0"]}),
        "steps": pd.DataFrame({"flow_id": "F", "step_no": [1, 2, 3], "kind": "审核"}),
        "sign_offs": pd.DataFrame(signs, columns=["flow_id", "step_no", "sign_no", "post_id", "rule", "independent"]),
        "power_items": pd.DataFrame({"item_id": ["I"], "unit_id": ["U0"], "flow_id": ["F"], "min_persons": [1 + int(rng.random() < 0.3)]}),
    }, DAY)


def test_heads_and_clerks():
    """Persons over equally many clerks are taken together, wherever those are."""
    groups, wrong = 0, []
    for seed in range(60_000, 60_300):
        network = bosses(seed)
        wrong += [f"{seed} {each}" for each in differing(network)[1]]
        groups += sum(len(people) > 1 and counted.others > 0 for mine, _ in pairs(network) for counted, people in mine._far.items())
    assert wrong == []
    assert groups > 100


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
