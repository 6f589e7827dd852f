"""Flows and items made one by one are those that reading all rows makes; what is refused is told as it stands in the tables."""

import pickle
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from generate import DAY, Sizes, seeded, small_network

from fangkong_lab.errors import BadInput
from fangkong_lab.network import drawn
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.ondemand import OnDemand

MANY = Sizes(units=3, posts=9, flows=12, items=20)


@pytest.fixture(autouse=True)
def every_table_is_large(monkeypatch):
    monkeypatch.setattr(drawn, "LARGE", 1)


def network(seed: int, sizes: Sizes = MANY) -> PowerNetwork:
    return PowerNetwork.from_tables(small_network(seeded(seed), sizes), DAY)


@pytest.mark.parametrize("seed", range(40))
def test_one_by_one_and_all_together_are_the_same(seed):
    made = network(seed)
    for values in (made.flows, made.items):
        assert isinstance(values, OnDemand)
        together = values.source.every()
        assert list(values) == sorted(together)
        assert {key: values[key] for key in reversed(list(values))} == together
        assert values == together
        for unit in (*made.units, "没有"):
            assert values.of_unit(unit) == tuple(sorted(k for k, v in together.items() if v.unit_id == unit))


@pytest.mark.parametrize("seed", range(40))
def test_flows_are_found_by_the_posts_in_them(seed):
    made = network(seed)
    for post in made.posts:
        expected = [f for f in made.flows.values() if any(post in s.posts for s in f.sign_offs)]
        assert list(made.flows_naming([post])) == expected


def test_many_asked_for_are_made_together(monkeypatch):
    made = network(7, Sizes(flows=5, items=400))
    assert len(made.items) > 64
    calls = []
    one = made.items.source.one
    monkeypatch.setattr(made.items.source, "one", lambda key: calls.append(key) or one(key))
    assert len(dict(made.items)) == len(made.items)
    assert len(calls) == 64


@pytest.mark.parametrize("seed", range(10))
def test_a_network_that_travelled_is_the_same(seed):
    made = network(seed)
    assert made.flows[next(iter(made.flows))]
    came = pickle.loads(pickle.dumps(made))
    assert came == made
    assert isinstance(came.flows, OnDemand)
    assert came.links == made.links
    plain = replace(made, flows=dict(made.flows), items=dict(made.items))
    for each in (made, plain):
        changed = each.changed({"新": next(iter(made.flows.values()))}, {})
        assert pickle.loads(pickle.dumps(changed)) == changed


def test_changes_lie_in_one_layer_and_leave_what_was_there():
    made = network(5)
    first, *_ = made.items
    flow = made.flows[next(iter(made.flows))]
    after = made
    for number in range(3000):  # far beyond what could be asked one through the other
        after = after.changed({f"新{number}": flow}, {first: made.items[first]})
    assert list(after.flows) == [*made.flows, *(f"新{n}" for n in range(3000))]
    assert after.flows["新2999"] is flow
    assert after.items == made.items
    assert len(after.flows) == len(made.flows) + 3000
    assert after.links is made.links
    assert after.items_of(after.items[first].unit_id) == made.items_of(made.items[first].unit_id)
    assert after.flows_of(flow.unit_id) == tuple(sorted([*made.flows_of(flow.unit_id), *(f"新{n}" for n in range(3000))]))


def _set(tables: dict[str, pd.DataFrame], table: str, column: str, value: object) -> dict[str, pd.DataFrame]:
    frame = tables[table].copy()
    frame[column] = frame[column].astype(object)
    frame.loc[frame.index[-1], column] = value
    return {**tables, table: frame.infer_objects()}


BROKEN = {
    "岗位没有登记": ("sign_offs", "post_id", "没有的岗", "岗位「没有的岗」未登记"),
    "至少人数为零": ("sign_offs", "need", 0, "至少人数须不小于1"),
    "环节类型不认识": ("steps", "kind", "盖章", "盖章"),
    "规则不认识": ("sign_offs", "rule", "随便", "随便"),
    "缺环节序号": ("steps", "step_no", None, "必填项为空"),
    "事项要零个人": ("power_items", "min_persons", 0, "最少经手人数须不小于1"),
    "事项缺单位": ("power_items", "unit_id", None, "必填项为空"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(broken):
    table, column, value, words = BROKEN[broken]
    tables = _set(small_network(seeded(8), MANY), table, column, value)
    with pytest.raises(BadInput, match=words) as caught:
        PowerNetwork.from_tables(tables, DAY)
    if words == "必填项为空":
        assert caught.value.where == f"{table} › 第{len(tables[table])}条 › {column}"


def test_a_code_that_stands_twice_is_refused():
    tables = small_network(seeded(8), MANY)
    items = tables["power_items"]
    with pytest.raises(BadInput, match=f"编码「{items['item_id'].iloc[0]}」重复"):
        PowerNetwork.from_tables({**tables, "power_items": pd.concat([items, items.head(1)])}, DAY)


def test_a_small_ledger_is_read_at_once(monkeypatch):
    monkeypatch.setattr(drawn, "LARGE", 20_000)
    assert not isinstance(network(5).flows, OnDemand)
    assert not isinstance(network(5).items, OnDemand)


@pytest.mark.parametrize("table", ["flows", "steps", "sign_offs", "power_items", "occupancies"])
def test_tables_without_rows_and_columns_read_as_empty(table):
    tables = small_network(seeded(8), MANY)
    made = PowerNetwork.from_tables({**tables, table: pd.DataFrame()}, DAY)
    assert made == PowerNetwork.from_tables({n: f for n, f in tables.items() if n != table}, DAY)


@pytest.mark.parametrize(("end", "holds"), [
    (date(9999, 12, 31), True), (datetime(9999, 12, 31), True), (None, True), (DAY, False), (date(2017, 1, 1), True), (pd.NaT, True)])
def test_days_of_any_kind_are_days(end, holds):
    """Far days are beyond what nanoseconds hold; a span ends before its end."""
    posts = pd.DataFrame({"post_id": ["P"], "unit_id": ["U"]})
    held = pd.DataFrame({"person_id": ["R"], "post_id": ["P"], "start": [date(1, 1, 1)], "end": pd.Series([end], dtype=object)})
    assert bool(PowerNetwork.from_tables({"posts": posts, "occupancies": held}, DAY).holders) is holds


def test_the_day_is_that_of_the_own_clock():
    posts = pd.DataFrame({"post_id": ["P"], "unit_id": ["U"]})
    held = pd.DataFrame({"person_id": ["R"], "post_id": ["P"], "start": [pd.Timestamp("2017-01-01 01:00", tz="Asia/Shanghai")]})
    assert not PowerNetwork.from_tables({"posts": posts, "occupancies": held}, DAY).holders
    assert PowerNetwork.from_tables({"posts": posts, "occupancies": held}, date(2017, 1, 1)).holders


def test_a_number_is_no_day():
    posts = pd.DataFrame({"post_id": ["P"], "unit_id": ["U"]})
    held = pd.DataFrame({"person_id": ["R"], "post_id": ["P"], "start": [20150101]})
    with pytest.raises(TypeError):
        PowerNetwork.from_tables({"posts": posts, "occupancies": held}, DAY)


def test_a_flow_listed_twice_is_of_the_unit_that_is_listed_last():
    tables = small_network(seeded(8), MANY)
    first = tables["flows"].head(1)
    again = {**tables, "flows": pd.concat([tables["flows"], first.assign(unit_id="另一个")])}
    assert PowerNetwork.from_tables(again, DAY).flows_of("另一个") == (first["flow_id"].iloc[0],)


def test_a_simple_flow_may_be_written_with_the_wide_mark():
    tables = small_network(seeded(8), MANY)
    items = tables["power_items"].assign(flow_id=None, simple_flow="经办人\uff1e 股长>局长")
    assert {i.simple_flow for i in PowerNetwork.from_tables({**tables, "power_items": items}, DAY).items.values()} == {("经办人", "股长", "局长")}


def test_codes_that_are_numbers_are_read_as_texts():
    tables = small_network(seeded(8), MANY)
    number = {code: n for n, code in enumerate(sorted(tables["flows"]["flow_id"]))}
    changed = {n: f.assign(flow_id=f["flow_id"].map(number)) if "flow_id" in f and n != "power_items" else f for n, f in tables.items()}
    assert set(PowerNetwork.from_tables(changed, DAY).flows) <= set(map(str, number.values()))
