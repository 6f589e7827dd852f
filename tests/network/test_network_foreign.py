"""Other people's data through to findings: three published access lists and two process models. Not shipped: skipped without them."""

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from fangkong_lab.network.authority_list import convert_authority_list
from fangkong_lab.network.bpmn import Naming, convert_bpmn
from fangkong_lab.network.find_tests import FindingTest
from fangkong_lab.network.findings import findings
from fangkong_lab.network.graph import PowerNetwork

DAY = date(2016, 12, 31)
SHARED = Path(os.environ.get("FANGKONG_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))


def file(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.is_file():
        pytest.skip(f"{parts[-1]} is not shipped; set FANGKONG_SHARED_DATA")
    return path


@pytest.mark.parametrize(("name", "persons", "authorities"), [("hc", 46, 46), ("domino", 79, 231), ("emea", 35, 3046)])
def test_access_lists(name, persons, authorities):
    """Sizes as published (Ene and others 2008). A list says only who may: each authority is one finding, told of a holder."""
    path = file("access", f"{name}.txt")
    pairs = {tuple(line.split()) for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")}
    network = PowerNetwork.from_tables(convert_authority_list(path, "U01", date(2016, 1, 1)).tables, DAY)
    found = findings(network)
    assert (len(network.persons), len(network.items)) == (persons, authorities) == (len({p for p, _ in pairs}), len({a for _, a in pairs}))
    assert [(c.applicable, c.violated, c.excluded) for c in found.counts] == [(authorities, authorities, 0), (authorities, authorities, 0), (0, 0, authorities)]
    assert {f.test for f in found.listed} == {FindingTest.ALONE}
    holders = Counter(f"权限{a}" for _, a in pairs)
    assert {f.each.item.name: f.each.structure.eta.low for f in found.listed} == dict(holders)
    told = {(f.told.witness.coalition[0].removeprefix("U01-P"), f.each.item.name.removeprefix("权限")) for f in found.listed}
    assert told <= pairs


def with_kinds(tables, kinds):
    """Return *tables* with the kinds of steps that the converter left to be filled in."""
    steps = tables["steps"].copy()
    for number, kind in kinds.items():
        assert pd.isna(steps.loc[steps["step_no"] == number, "kind"]).all()
        steps.loc[steps["step_no"] == number, "kind"] = kind
    return {**tables, "steps": steps}


def held(tables, people):
    rows = [{"person_id": x, "post_id": p, "start": pd.Timestamp(2016, 1, 1), "end": pd.NaT} for p, x in zip(tables["posts"]["post_id"], people, strict=True)]
    return {**tables, "occupancies": pd.DataFrame(rows)}


def test_a_process_model_with_performers():
    """Clerk checks, officer decides, the system answers. Nobody holds a post yet; then three do; then one does."""
    made = convert_bpmn(file("bpmn", "ch7_CreditAppSimulation.bpmn"), Naming("U01", "某局"))
    tables = with_kinds(made.tables, {4: "归档", 5: "决定", 6: "归档"})
    open_ = findings(PowerNetwork.from_tables(tables, DAY))
    assert [len(open_.listed), len(open_.waiting)] == [0, 1]
    assert {s.cell.post for s in open_.settles} == set(tables["posts"]["post_id"])
    three = findings(PowerNetwork.from_tables(held(tables, ["a", "b", "c"]), DAY))
    assert [c.violated for c in three.counts] == [0, 0, 1]
    # By hand: the clerk signs both checks, so that either may go; the officer signs the offer or the refusal after assessing.
    assert three.questions[0].each.structure.idle == ((1, 1), (2, 1), (3, 1))
    one = findings(PowerNetwork.from_tables(held(tables, ["a", "a", "a"]), DAY))
    assert [f.told.witness.coalition for f in one.listed] == [("a",)]


def test_a_process_model_without_performers():
    made = convert_bpmn(file("bpmn", "running-example.bpmn"), Naming("U01", "某局"))
    found = findings(PowerNetwork.from_tables(with_kinds(made.tables, {7: "归档"}), DAY))
    assert [c.cannot_tell for c in found.counts] == [1, 1, 1]
    (settles,) = found.settles
    assert (settles.cell.table, settles.cell.drawing) == ("签批", True)
