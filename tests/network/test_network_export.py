"""nodes.csv and edges.csv: what networkx reads from them is the network, and each copy leaves out what it must."""

import csv
from collections import Counter
from datetime import date

import networkx as nx
import pytest

from fangkong_lab.errors import WrongCall
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.kinds import Audience
from fangkong_lab.network.export import write_gephi
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.thresholds import measure

DAY = date(2016, 12, 31)


@pytest.fixture(scope="module")
def tables():
    return synthetic_county(seed=1, units=2).tables


@pytest.fixture(scope="module")
def network(tables):
    return PowerNetwork.from_tables(tables, DAY)


def rows(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_graph_is_the_network(tmp_path, network):
    nodes, edges = write_gephi(network, tmp_path)
    assert nodes.read_bytes().startswith(b"\xef\xbb\xbf")
    listed, graph = rows(nodes), nx.MultiDiGraph()
    graph.add_nodes_from(n["Id"] for n in listed)
    graph.add_edges_from((e["Source"], e["Target"], e["Label"]) for e in rows(edges))
    assert graph.number_of_nodes() == len(listed)  # no edge names a node that is not listed
    kinds = Counter(n["类型"] for n in listed)
    assert kinds == {"单位": len(network.units), "岗位": len(network.posts), "事项": len(network.items), "人员": len(network.persons)}
    assert {(a, b) for a, b, k in graph.edges(keys=True) if k == "领导"} == {(f"岗位/{a}", f"岗位/{b}") for a, b in network.links}
    signed = Counter(b for _, b, k in ((e["Source"], e["Target"], e["Label"]) for e in rows(edges)) if k == "可签批")
    assert signed == Counter({f"事项/{i}": n for i, x in network.items.items()
                              if (n := sum(len(s.posts) for s in network.flow_of(x).sign_offs))})
    verdicts = {n["Id"]: n["结论"] for n in listed if n["类型"] == "事项"}
    assert verdicts == {f"事项/{e.item.item_id}": e.status.label for e in measure(network)}


@pytest.mark.parametrize(("audience", "kinds"), [(Audience.UNIT, {"单位", "岗位", "事项"}), (Audience.PUBLIC, {"单位", "事项"})])
def test_other_copies_name_nobody(tmp_path, network, audience, kinds):
    nodes, edges = write_gephi(network, tmp_path, audience)
    assert {n["类型"] for n in rows(nodes)} == kinds
    assert "领导" not in {e["Label"] for e in rows(edges)}
    text = nodes.read_text(encoding="utf-8-sig") + edges.read_text(encoding="utf-8-sig")
    assert not any(person in text for person in network.persons)
    known = {n["Id"] for n in rows(nodes)}
    assert all({e["Source"], e["Target"]} <= known for e in rows(edges))


def test_formulas_are_inert_and_files_are_kept(tmp_path, tables):
    units = tables["units"].copy()
    units.loc[units["unit_id"] == "U01", "name"] = '=HYPERLINK("x")'
    nodes, _ = write_gephi(PowerNetwork.from_tables({**tables, "units": units}, DAY), tmp_path)
    assert next(n["Label"] for n in rows(nodes) if n["Id"] == "单位/U01") == "'=HYPERLINK(\"x\")"
    with pytest.raises(WrongCall, match="已存在"):
        write_gephi(PowerNetwork.from_tables(tables, DAY), tmp_path)
