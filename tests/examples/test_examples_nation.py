"""The nation in small: planted counts against counting, the guarantees to readers, sense of every chart by the witness."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from fangkong_lab.errors import WrongCall
from fangkong_lab.examples.nation import NATION_TABLES, NationPlan, write_nation
from fangkong_lab.ledger.tables import TABLES

ITEMS = 20_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("nation")
    write_nation(place, ITEMS)
    return place


@pytest.fixture(scope="module")
def tables(folder):
    frames = {name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in NATION_TABLES}
    return {name: f.astype(dict.fromkeys(f.columns[f.dtypes == "category"], object)) for name, f in frames.items()}


def test_the_mix_by_counting(tables, folder):
    flows, signs, posts = tables["flows"], tables["sign_offs"], tables["occupancies"]
    routes = tables["steps"].dropna(subset="route").groupby("flow_id").route.nunique()
    known, empty = set(posts.post_id), set(posts[posts.person_id == "空缺"].post_id)
    ballots = signs[signs.rule == "过半"]
    members = posts[posts.post_id.isin(ballots.post_id)].groupby("post_id").person_id.nunique()
    counted = {
        "two_routes": int((routes == 2).sum()), "ballot": ballots.flow_id.nunique(),
        "incompatible": tables["incompatible_steps"].flow_id.nunique(),
        "unknown_post": signs[~signs.post_id.isin(known)].flow_id.nunique(),
        "empty_post": signs[signs.post_id.isin(empty)].flow_id.nunique(),
        "min_persons_2": int((tables["power_items"].min_persons == 2).sum())}
    share = {"two_routes": 15, "ballot": 10, "incompatible": 10, "unknown_post": 3, "empty_post": 1, "min_persons_2": 5}
    assert len(flows) == ITEMS
    assert counted == {name: ITEMS * percent // 100 for name, percent in share.items()}
    assert counted == json.loads((folder / "nation.json").read_text(encoding="utf-8"))["planted"]
    assert set(members) == {7, 8, 9, 10, 11}


def test_sizes_are_in_proportion(tables):
    assert len(tables["risk_points"]) == ITEMS * 20 // 12
    assert len(tables["warning_events"]) == ITEMS * 5 // 12
    assert 5.9 < len(tables["sign_offs"]) / ITEMS < 6.2


def test_order_that_readers_rely_on(tables):
    for name, keys in (("units", ["unit_id"]), ("posts", ["post_id"]), ("persons", ["person_id"]), ("flows", ["flow_id"]),
                       ("power_items", ["item_id"]), ("steps", ["flow_id", "step_no"]), ("incompatible_steps", ["flow_id"]),
                       ("sign_offs", ["flow_id", "step_no", "sign_no"]), ("risk_points", ["risk_id"]), ("warning_events", ["event_id"])):
        ordered = tables[name].sort_values(keys, kind="stable")
        assert ordered.index.is_monotonic_increasing, name
        assert not tables[name].duplicated(keys).any(), name
    for name in ("flows", "power_items", "posts", "risk_points", "warning_events"):
        assert tables[name].unit_id.is_monotonic_increasing, name
    assert tables["power_items"].flow_id.is_monotonic_increasing
    number = tables["posts"].post_id.str[1:].astype(int)
    assert number.tolist() == list(range(len(number)))


def test_references_hold_and_columns_are_those_of_the_dictionary(tables):
    keys = {"unit_id": "units", "post_id": "posts", "flow_id": "flows", "item_id": "power_items", "person_id": "persons",
            "reports_to": "posts", "actor_post": "posts"}
    codes = {table: set(tables[table][key]) for key, table in list(keys.items())[:5]}
    for name, frame in tables.items():
        declared = {c.name: c for c in TABLES[name].columns}
        assert set(frame.columns) <= set(declared)
        assert {c.name for c in TABLES[name].columns if c.required} <= set(frame.columns)
        for column in frame.columns:
            cells = frame[column].dropna()
            if declared[column].choices:
                assert set(cells) <= set(declared[column].choices), (name, column)
            if column in keys:
                assert set(cells) - {"空缺"} <= codes[keys[column]], (name, column)


def test_mark_is_in_every_file(folder):
    for name in NATION_TABLES:
        assert pq.read_schema(folder / f"{name}.parquet").metadata["模拟数据".encode()] == "是".encode()


def test_every_chart_can_be_done_except_where_a_needed_post_is_empty(tables, witness_of):
    items = tables["power_items"].head(1400)
    few = {name: f[f.flow_id.isin(items.flow_id)] for name, f in tables.items() if "flow_id" in f.columns}
    few["sign_offs"] = few["sign_offs"].assign(need=pd.NA)
    units = set(items.unit_id)
    posts = tables["posts"][tables["posts"].unit_id.isin(units)]
    held = tables["occupancies"][tables["occupancies"].post_id.isin(posts.post_id)].assign(
        start=lambda f: pd.to_datetime(f.start), end=lambda f: pd.to_datetime(f.end))
    witness = witness_of({**few, "power_items": items, "posts": posts, "occupancies": held,
                          "persons": tables["persons"][tables["persons"].person_id.isin(held.person_id)]}, "2016-12-31")
    empty = set(held[held.person_id == "空缺"].post_id)
    stuck = simple = 0
    for item in items.item_id[::7]:
        chart = witness.chart(item)
        world = witness.worlds(chart)[-1]
        done = witness.captures(chart, world, world.everyone, "none")
        blocked = {r for r in chart.last if any(set(row["posts"]) & empty and (row["routes"] is None or r in row["routes"])
                                                for row in chart.rows)}
        assert done == (blocked != set(chart.last)), item
        stuck, simple = stuck + (not done), simple + (len(chart.last) == 2)
    assert stuck
    assert simple


@pytest.mark.parametrize(("items", "per_flow", "flows"), [(1, 1, 1), (500, 7, 72), (141, 70, 3)])
def test_several_items_may_share_a_flow(tmp_path, items, per_flow, flows):
    nation = write_nation(tmp_path, plan=NationPlan(items, per_flow, 10, 10))
    assert (nation.rows["power_items"], nation.rows["flows"]) == (items, flows)
    listed = pq.read_table(tmp_path / "power_items.parquet").to_pandas()
    assert listed.flow_id.value_counts().max() <= per_flow
    assert listed.flow_id.nunique() == flows
    assert np.array_equal(listed.item_id, [f"I{k:08d}" for k in range(items)])


def test_a_broken_off_run_leaves_no_half_written_table(tmp_path, monkeypatch):
    write_nation(tmp_path, 200)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("fangkong_lab.examples.nation.risk_columns", stop)
    with pytest.raises(KeyboardInterrupt):
        write_nation(tmp_path, 400)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


_PEAK = """
import resource, sys
from pathlib import Path
from fangkong_lab.examples.nation import write_nation
write_nation(Path(sys.argv[1]), int(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read as Linux tells it")
def test_memory_does_not_grow_with_the_nation(tmp_path):
    peaks = []
    for items in (200_000, 2_000_000):
        done = subprocess.run([sys.executable, "-c", _PEAK, str(tmp_path / str(items)), str(items)],
                              check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout))
    rows = [pq.ParquetFile(tmp_path / str(n) / "sign_offs.parquet").metadata.num_rows for n in (200_000, 2_000_000)]
    assert rows[1] > 9 * rows[0]
    assert peaks[1] < peaks[0] + 100


@pytest.mark.parametrize("wrong", [{"items": 0}, {"items": 10**9}, {"items": 10, "items_per_flow": 71}])
def test_sizes_out_of_range_are_refused(wrong):
    with pytest.raises(WrongCall):
        NationPlan(**wrong)
