"""The county's planted thresholds against the witness, and its shape against the documents' numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangkong_lab.examples.charts import DECK
from fangkong_lab.examples.county import synthetic_county


@pytest.fixture(scope="module")
def witness(county, witness_of):
    return witness_of(county.tables, county.truth["as_of"])


def _one_item_per_chart(county):
    return county.tables["power_items"].drop_duplicates(["flow_id", "min_persons", "simple_flow"])


@pytest.mark.parametrize("seed", [2, 30])
def test_thresholds_hold_whatever_the_seed(witness_of, seed):
    county = synthetic_county(seed=seed, units=4, years=(2010, 2012))
    other = witness_of(county.tables, county.truth["as_of"])
    assert check_thresholds(county, other) > 70
    assert found_idle(county, other) == {tuple(p) for p in county.truth["idle_checks"]}


def test_every_threshold_is_what_all_coalitions_give(county, witness):
    assert check_thresholds(county, witness) > 230


def check_thresholds(county, witness):
    tried = 0
    for item in _one_item_per_chart(county).item_id:
        kappa = county.truth["items"][item]["kappa"]
        if kappa is None:
            continue
        for influence in ("none", "direct", "full"):
            assert witness.kappa_is(item, influence, *kappa[influence]), (item, influence, county.truth["items"][item])
        tried += 1
    return tried


def test_items_that_cannot_be_done_cannot_even_by_everybody(county, witness):
    stuck = county.truth["cannot_be_done"]
    assert stuck
    for item in stuck:
        assert not witness.captures(witness.chart(item), witness.world, witness.people, "full")


def test_idle_checks_are_those_planted_and_no_others(county, witness):
    assert found_idle(county, witness) == {tuple(p) for p in county.truth["idle_checks"]}


def found_idle(county, witness):
    found = set()
    doable = [i for i in _one_item_per_chart(county).dropna(subset="flow_id").itertuples()
              if county.truth["items"][i.item_id]["kappa"]]
    for item in doable:
        found |= {(item.flow_id, *key) for key in witness.idle(item.item_id)}
    return found


def test_undrawn_items_have_nothing(county, witness):
    assert {i for i in county.tables["power_items"].item_id if witness.chart(i) is None} == set(county.truth["undrawn"])


def test_as_many_as_in_the_documents(county):
    items, flows = county.tables["power_items"], county.tables["flows"]
    assert len(items) == 742
    assert len(flows) == 232
    assert items.discretion.gt(0).sum() == 239
    assert items.unit_id.nunique() == 11


@pytest.mark.parametrize("units", [1, 3, 14])
def test_other_sizes_have_truth_for_every_item(units):
    county = synthetic_county(seed=7, units=units, years=(2012, 2014))
    assert set(county.truth["items"]) == set(county.tables["power_items"].item_id)
    assert county.tables["power_items"].unit_id.nunique() == units


def test_the_page_lists_every_archetype_with_its_thresholds():
    page = (Path(__file__).parents[2] / "docs" / "synthetic_county.md").read_text(encoding="utf-8")
    rows = {cells[0]: cells[2:5] for line in page.split("## 三")[1].split("## 四")[0].splitlines() if line.startswith("| ")
            for cells in [[c.strip() for c in line.strip("|").split("|")]] if len(cells) == 6}
    for archetype in DECK:
        known = archetype.known
        spans = (known.none, known.direct, known.full) if known else ()
        shown = [str(low) if low == high else f"{low}~{high}" for low, high in spans] or ["—"] * 3
        assert rows[archetype.code] == shown, archetype.code
