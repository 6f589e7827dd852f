"""Pictures of a network: what is drawn is what the tables say, nothing lies over anything else, and no copy tells too much."""

import random
from datetime import date
from itertools import combinations, pairwise

import pandas as pd
import pytest

from fangkong_lab.errors import CannotTell, WrongCall
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.kinds import Audience
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.thresholds import measure
from fangkong_lab.show.flow_lanes import lanes_of
from fangkong_lab.show.flow_picture import flow_picture
from fangkong_lab.show.flow_plan import plan_of
from fangkong_lab.show.flow_words import arcs_of, boxes_of, width_of, wrapped
from fangkong_lab.show.heatmap import heatmap, signing_counts
from fangkong_lab.show.unit_layers import layers_of
from fangkong_lab.show.unit_network import unit_network

DAY = date(2016, 12, 31)
KINDS = ["受理", "审核", "审核", "会签", "决定", "执行", "支付", "验收", "监督", "公开", "归档", "归档"]


@pytest.fixture(scope="module")
def tables():
    return synthetic_county(seed=1, units=3).tables


@pytest.fixture(scope="module")
def network(tables):
    return PowerNetwork.from_tables(tables, DAY)


def made(steps: list[tuple], signs: list[tuple], above: dict[str, str], held: dict[str, list[str]]) -> PowerNetwork:
    """One unit, one item: *steps* (no, kind, route), *signs* (step, post), *above* post → superior, *held* post → persons."""
    posts = sorted({*held, *above, *above.values(), *(p for _, p in signs)})
    return PowerNetwork.from_tables({
        "units": pd.DataFrame({"unit_id": ["U"], "name": ["某局"], "kind": ["党政机关"]}),
        "posts": pd.DataFrame([{"post_id": p, "unit_id": "U", "title": f"岗{p}", "reports_to": above.get(p)} for p in posts]),
        "occupancies": pd.DataFrame([{"person_id": x, "post_id": p, "start": pd.Timestamp("2010-01-01")} for p, xs in held.items() for x in xs]),
        "flows": pd.DataFrame({"flow_id": ["L"], "unit_id": ["U"], "name": ["流程"]}),
        "steps": pd.DataFrame([{"flow_id": "L", "step_no": n, "name": f"步{n}", "kind": k, "route": r or None} for n, k, r in steps]),
        "sign_offs": pd.DataFrame([{"flow_id": "L", "step_no": n, "sign_no": 1, "post_id": p} for n, p in signs]),
        "power_items": pd.DataFrame({"item_id": ["S"], "unit_id": ["U"], "name": ["拨款"], "category": ["财务管理"], "flow_id": ["L"]}),
    }, DAY)


BYPASS = made([(1, "受理", ""), (2, "审核", ""), (3, "决定", ""), (4, "支付", ""), (5, "验收", "")],
              [(1, "C"), (2, "B"), (3, "A"), (4, "D"), (5, "B")], {"B": "A", "C": "B"},
              {"A": ["P1"], "B": ["P2"], "C": ["P3"], "D": ["P3"]})


def test_arcs_by_hand():
    """A leads B, B leads C; P3 holds C and D. Step 5 is after payment and no arc ends there."""
    flow = BYPASS.flow_of(BYPASS.items["S"])
    arcs = {(a.start, a.end, a.why.label) for a in arcs_of(BYPASS, flow, Audience.INTERNAL)}
    assert arcs == {(2, 1, "直接领导"), (3, 2, "直接领导"), (1, 4, "同一人")}
    assert arcs_of(BYPASS, flow, Audience.UNIT) == ()


def test_marks_by_hand():
    frame = flow_picture(BYPASS, "S").table().set_index("环节")
    assert frame["事后"].to_dict() == {1: "否", 2: "否", 3: "否", 4: "否", 5: "是"}
    assert "P2" in frame.loc[2, "签批"]
    for audience in (Audience.UNIT, Audience.PUBLIC):
        chart = flow_picture(BYPASS, "S", audience)
        text = chart.table().to_string() + chart.alt + chart.note
        assert not any(p in text for p in ("P1", "P2", "P3"))
        assert "直接领导" not in text
    assert "岗A" not in flow_picture(BYPASS, "S", Audience.PUBLIC).table().to_string()


def test_routes_stand_above_each_other():
    network = made([(1, "受理", ""), (2, "审核", "甲"), (3, "审核", "乙"), (4, "会签", "乙"), (5, "决定", "")],
                   [(1, "A"), (2, "B"), (3, "B"), (4, "C"), (5, "A")], {}, {"A": ["P1"]})
    lanes = lanes_of(network.flow_of(network.items["S"]))
    assert lanes.column == {1: 0, 2: 1, 3: 1, 4: 2, 5: 3}
    assert lanes.lane == {1: None, 2: 1, 3: 0, 4: 0, 5: None}  # 乙 sorts before 甲
    assert set(lanes.edges) == {(1, 2), (2, 5), (1, 3), (3, 4), (4, 5)}


@pytest.mark.parametrize("seed", range(40))
def test_nothing_lies_over_anything_else(seed):
    """Boxes of random flows up to 12 steps and three routes keep apart and stay on the page."""
    dice = random.Random(seed)
    count, names = dice.randint(1, 12), ["", "甲", "乙", "丙"][: dice.randint(1, 4)]
    steps = [(n, dice.choice(KINDS), dice.choice(names)) for n in range(1, count + 1)]
    posts = [f"G{k}" for k in range(6)]
    network = made(steps, [(n, dice.choice(posts)) for n in range(1, count + 1)], dict.fromkeys(posts[1:4], "G0"),
                   {p: [f"P{dice.randint(1, 4)}"] for p in posts})
    item = measure(network)[0]
    boxes = boxes_of(network, item, Audience.INTERNAL, 8)
    plan = plan_of(lanes_of(item.structure.flow), boxes, arcs_of(network, item.structure.flow, Audience.INTERNAL), 9)
    corners = [(plan.x(n), plan.y(n)) for n in plan.boxes]
    assert len(corners) == count
    for (x0, y0), (x1, y1) in combinations(corners, 2):
        assert abs(x0 - x1) >= plan.box_width or abs(y0 - y1) >= plan.box_height
    assert all(x >= 0 and x + plan.box_width <= 156 and y >= 0 and y + plan.box_height <= plan.height - 9 for x, y in corners)
    levels = sorted(plan.levels.values())
    assert all(b - a > 3 for a, b in pairwise(levels))
    assert set(plan.levels) | set(plan.far) == set(plan.arcs)


def test_wrapping_keeps_every_letter_and_every_code():
    text = "任一:分管财务副局长(A7F3C9D2E1B00001)、股长(P02)等3岗"
    for width in (6.0, 8.4, 12.0, 30.0):
        lines = wrapped(text, width)
        assert "".join(lines) == text
        assert all(width_of(line) <= width + 1 for line in lines)
    assert any("A7F3C9D2E1B00001" in line for line in wrapped(text, 12))
    assert wrapped(text, 8, 2)[1].endswith("…")


def test_an_item_without_flow_is_not_drawn(network):
    bare = next(i for i, x in network.items.items() if not network.flow_of(x).steps)
    with pytest.raises(CannotTell, match="没有流程图"):
        flow_picture(network, bare)
    with pytest.raises(WrongCall, match="没有事项"):
        flow_picture(network, "S0")


def test_heat_map_counts_are_those_of_the_tables(tables):
    """Counted again with pandas joins on the ledger's own tables (items with a simple flow set aside: it has no rows there)."""
    drawn = tables["power_items"].assign(simple_flow=pd.NA)
    network = PowerNetwork.from_tables({**tables, "power_items": drawn}, DAY)
    joined = drawn.merge(tables["sign_offs"], on="flow_id").merge(tables["steps"][["flow_id", "step_no", "kind"]], on=["flow_id", "step_no"])
    own = joined[joined["unit_id"] == "U01"]
    counts = signing_counts(network, "U01")
    assert not counts.grouped
    assert dict(counts.signs) == own.groupby(["item_id", "post_id"]).size().to_dict()
    assert dict(counts.decides) == own[own["kind"] == "决定"].groupby(["item_id", "post_id"]).size().to_dict()
    grouped = signing_counts(network, "U01", most=10)
    assert grouped.grouped
    assert dict(grouped.signs) == own.groupby(["category", "post_id"])["item_id"].nunique().to_dict()
    chart = heatmap(network, "U01")
    assert chart.table()["签批道数"].sum() == len(own)
    with pytest.raises(WrongCall, match="不能用于公开"):
        heatmap(network, "U01", Audience.PUBLIC)
    with pytest.raises(WrongCall, match="没有单位"):
        heatmap(network, "U0l")


def test_unit_network_leaves_nothing_out_and_nothing_overlaps(network):
    for unit in ("U01", "U02", "U03"):
        items = measure(network, items=sorted(i for i, x in network.items.items() if x.unit_id == unit))
        layers = layers_of(network, unit, items)
        own = {p.post_id for p in network.posts.values() if p.unit_id == unit}
        assert own <= {*layers.levels, *layers.hidden}
        assert sum(len(g.items) for g in layers.groups) == len(items)
        assert len(layers.levels) + len(layers.groups) <= 60
        for level in set(layers.levels.values()):
            rows = sorted(layers.rows[p] for p, at in layers.levels.items() if at == level)
            assert all(b - a >= 1 - 1e-9 for a, b in pairwise(rows))
        rows = sorted(layers.group_rows)
        assert all(b - a >= 1 - 1e-9 for a, b in pairwise(rows))
        assert all(layers.levels[low] == layers.levels[up] + 1 and (up, low) in network.links for low, up in layers.parents.items())


def test_a_circle_of_superiors_is_drawn():
    network = made([(1, "决定", "")], [(1, "A")], {"A": "B", "B": "C", "C": "A"}, {"A": ["P1"], "B": ["P2"], "C": ["P3"]})
    layers = layers_of(network, "U", measure(network))
    assert sorted(layers.levels.values()) == [0, 1, 2]


def test_pictures_are_the_same_twice_and_say_they_are_made_up(network):
    item = next(i for i in network.items if network.flow_of(network.items[i]).sign_offs)
    for draw in (lambda: flow_picture(network, item), lambda: heatmap(network, "U01"), lambda: unit_network(network, "U01")):
        one, two = draw(), draw()
        assert one.png == two.png
        assert one.png.startswith(b"\x89PNG")
        assert "模拟数据" in one.note


def test_unit_network_audiences(network):
    chart = unit_network(network, "U01", Audience.UNIT)
    text = chart.table().to_string() + chart.alt + chart.note
    assert not any(person in text for person in network.persons)
    assert "可单人办结" not in text
    with pytest.raises(WrongCall, match="不能用于公开"):
        unit_network(network, "U01", Audience.PUBLIC)


def test_simple_flows_of_different_length_do_not_mix():
    """Both have no flow code; the last title decides in each, worked by hand."""
    network = PowerNetwork.from_tables({
        "units": pd.DataFrame({"unit_id": ["U"], "name": ["某局"], "kind": ["党政机关"]}),
        "posts": pd.DataFrame({"post_id": ["A", "B", "C"], "unit_id": ["U"] * 3, "title": ["经办人", "股长", "局长"]}),
        "power_items": pd.DataFrame({"item_id": ["S1", "S2"], "unit_id": ["U"] * 2, "name": ["甲", "乙"], "category": ["行政许可"] * 2,
                                     "simple_flow": ["经办人>股长>局长", "经办人>局长"]})}, DAY)
    layers = layers_of(network, "U", measure(network))
    assert [(g.name, sorted(g.posts), sorted(g.deciders)) for g in layers.groups] == [("甲", ["A", "B", "C"], ["C"]), ("乙", ["A", "C"], ["C"])]
    grouped = signing_counts(network, "U", most=1)
    assert dict(grouped.decides) == {("行政许可", "C"): 2}
