"""A network to files and back, to networkx, and what general graph measures say of a line counted by hand."""

import json
import pickle

import pytest
from generate import DAY, seeded, small_network
from hand import hand_network, hand_tables

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.network.classic import classic_table, shapes_of_unit
from fangkong_lab.network.files import FileKind, read_network, tables_of, write_network
from fangkong_lab.network.graph import PowerNetwork


@pytest.mark.parametrize("kind", FileKind, ids=lambda k: k.value)
@pytest.mark.parametrize("seed", range(5))
def test_round_trip(tmp_path, kind, seed):
    network = PowerNetwork.from_tables(small_network(seeded(seed)), DAY)
    usable = {k: v for k, v in network.flows.items() if not v.faults}
    items = {k: v for k, v in network.items.items() if v.flow_id is None or v.flow_id in usable}
    clean = PowerNetwork(network.as_of, network.units, network.posts, network.holders, network.empty, usable, items,
                         network.overrides)
    assert read_network(write_network(clean, tmp_path / "net", kind)) == clean


def test_frames_give_the_same_network():
    network = hand_network({"p": ["a"], "q": None, "r": []}, [(1, "受理", {"posts": ["p", "q"], "route": "甲、乙"})],
                           influences=[("p", "q", True)])
    again = PowerNetwork.from_tables(tables_of(network), DAY)
    assert again == network
    assert (again.unknown, again.empty) == ({"q"}, {"r"})


def test_foreign_folders_are_refused(tmp_path):
    with pytest.raises(BadInput, match="没有权力网络文件"):
        read_network(tmp_path)
    folder = write_network(hand_network({"p": ["a"]}, [(1, "决定", {"posts": ["p"]})]), tmp_path / "net")
    (folder / "posts.parquet").unlink()
    with pytest.raises(BadInput, match="缺少一张表"):
        read_network(folder)
    (folder / "network.json").write_text(json.dumps({"format_version": 99}), encoding="utf-8")
    with pytest.raises(BadInput, match="版本 99"):
        read_network(folder)


def test_contradictions_are_not_written(tmp_path):
    tables = hand_tables({"p": ["a"], "q": ["b"]}, [(1, "决定", {"posts": ["p", "q"]})])
    tables["sign_offs"]["rule"] = ["任一", "全体"]
    with pytest.raises(WrongCall, match="矛盾"):
        write_network(PowerNetwork.from_tables(tables, DAY), tmp_path / "net")


def test_networkx_graph_is_typed():
    network = hand_network({"h": ["x"], "p": ["a"], "v": []}, [(1, "决定", {"posts": ["p"]})], boss={"p": "h"})
    graph = network.to_networkx()
    kinds = [data["kind"] for _, data in graph.nodes(data=True)]
    assert {k: kinds.count(k) for k in set(kinds)} == {"unit": 1, "post": 3, "person": 2, "item": 1, "step": 1, "sign_off": 1}
    assert graph.has_edge(("post", "h"), ("post", "p"), key="leads")
    assert graph.has_edge(("person", "a"), ("post", "p"), key="holds")
    assert graph.has_edge(("post", "p"), ("sign_off", "F", 1, 1), key="eligible")
    assert graph.nodes[("post", "v")]["state"] == "empty"


def test_classic_measures_of_a_line_of_three():
    """h leads m leads p: m lies on the one shortest path of length two among 3·2/1 ordered pairs: 1/2 directed."""
    network = hand_network({"h": ["x"], "m": ["y"], "p": ["z"], "o": ["w"]}, [(1, "决定", {"posts": ["p"]})], boss={"m": "h", "p": "m"})
    shapes = {s.post_id: s for s in shapes_of_unit(network, "U")}
    assert shapes["m"].betweenness == pytest.approx(1 / 6)
    assert (shapes["h"].dominates, shapes["m"].dominates, shapes["p"].dominates) == (2, 1, 0)
    assert [p for p, s in shapes.items() if s.articulation] == ["m"]
    assert (shapes["m"].constraint, shapes["o"].constraint) == (pytest.approx(0.5), None)
    table = classic_table(network)
    assert len(table) == 4
    assert "不等同于制约" in table.attrs["label"]


def test_networks_do_not_change():
    network = hand_network({"p": ["a"]}, [(1, "决定", {"posts": ["p"]})])
    with pytest.raises(AttributeError):
        network.as_of = None
    with pytest.raises(TypeError):
        network.holders["p"] = ("b",)
    assert pickle.loads(pickle.dumps(network)) == network
