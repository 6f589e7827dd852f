"""The golden county, worked out on paper, and the planted truth of the synthetic county.

Witness: `fangkong_lab.examples.golden.GOLDEN` (typed in from docs/golden_county.md) and the truth that the county's
generator wrote down as it built it; neither is computed by the network code.
"""

from datetime import date

import pytest

from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.golden import GOLDEN, GOLDEN_DAY, golden_county
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, NONE
from fangkong_lab.network.thresholds import measure


@pytest.fixture(scope="module")
def golden():
    return PowerNetwork.from_tables(golden_county().tables, GOLDEN_DAY)


def profile(intervals):
    return None if intervals is None else tuple((intervals[m].low, intervals[m].high) for m in ("none", "direct", "full"))


def known(worked):
    return None if worked is None else (worked.none, worked.direct, worked.full)


@pytest.mark.parametrize("item_id", sorted(GOLDEN))
def test_golden_item(golden, item_id):
    worked = GOLDEN[item_id]
    (alone,), (ordered,) = measure(golden, NONE, [item_id]), measure(golden, DIRECT, [item_id])
    structure = ordered.structure
    assert profile(structure.kappa) == known(worked.thresholds)
    assert profile(structure.whole) == known(worked.whole)
    assert (None if structure.eta is None else structure.eta.low) == worked.eta
    assert structure.idle == worked.idle
    assert (alone.status, ordered.status) == (worked.verdict, worked.verdict_direct)
    assert tuple("、".join(c) for c in alone.structure.coalitions.sets) == worked.smallest
    assert tuple("、".join(c) for c in structure.coalitions.sets) == worked.smallest_direct


@pytest.fixture(scope="module")
def county():
    made = synthetic_county()
    network = PowerNetwork.from_tables(made.tables, date.fromisoformat(str(made.truth["as_of"])))
    return network, made.truth, measure(network)


def test_planted_thresholds(county):
    _, truth, found = county
    planted = {i: t["kappa"] for i, t in truth["items"].items()}
    assert len(found) == 742
    assert {e.item.item_id: None if e.structure.kappa is None else {k: v.as_list() for k, v in e.structure.kappa.items()}
            for e in found} == planted


def test_planted_verdicts(county):
    network, truth, found = county
    status = {e.item.item_id: e.status.value for e in found}
    assert sorted(i for i, s in status.items() if s == "cannot_be_done") == truth["cannot_be_done"]
    assert sorted(i for i, s in status.items() if s == "cannot_tell") == sorted([*truth["cannot_tell"], *truth["undrawn"]])
    assert sorted(network.unknown) == truth["unknown_posts"]
    assert sorted(network.empty) == truth["empty_posts"]


def test_planted_idle_checks(county):
    _, truth, found = county
    idle = {(e.structure.flow.flow_id, *key) for e in found for key in e.structure.idle}
    assert sorted(map(list, idle)) == truth["idle_checks"]
