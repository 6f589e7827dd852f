"""What general graph science says about the same network: networkx measures, labelled as such.

None of them knows about sign-offs, routes or incompatible steps: they describe the shape of the reporting line, not who
can carry an item through. They stand beside κ for readers who know them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Kind

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from fangkong_lab.network.graph import PowerNetwork

LABEL = "networkx 通用图指标（只看汇报线形状，不等同于制约）"
_ROOT = "\x00根"


class NodeKind(Kind):
    """What a node of the typed graph is."""

    UNIT = "unit", "单位"
    POST = "post", "岗位"
    PERSON = "person", "人员"
    ITEM = "item", "事项"
    STEP = "step", "环节"
    SIGN_OFF = "sign_off", "签批要求"


class EdgeKind(Kind):
    """What an edge of the typed graph says."""

    BELONGS = "belongs", "隶属"
    HOLDS = "holds", "任职"
    LEADS = "leads", "领导"
    EXERCISES = "exercises", "行使"
    STATION = "station", "经过"
    REQUIRES = "requires", "要求"
    ELIGIBLE = "eligible", "可签批"


def typed_graph(network: PowerNetwork) -> nx.MultiDiGraph:
    """Return the network as a MultiDiGraph. Nodes are (kind, code); the key of an edge and its *kind* are its meaning.

    person –holds→ post –belongs→ unit; upper post –leads→ lower post; unit –exercises→ item –station→ step
    –requires→ sign-off; post –eligible→ sign-off. Node attributes carry names, post states and sign-off rules.
    """
    import networkx as nx

    graph = nx.MultiDiGraph(as_of=network.as_of.isoformat())
    for unit in network.units.values():
        graph.add_node((NodeKind.UNIT.value, unit.unit_id), kind=NodeKind.UNIT.value, name=unit.name)
    for post in network.posts.values():
        state = "held" if post.post_id in network.holders else "empty" if post.post_id in network.empty else "unknown"
        node = (NodeKind.POST.value, post.post_id)
        graph.add_node(node, kind=NodeKind.POST.value, name=post.title, state=state, external=post.external)
        _join(graph, node, (NodeKind.UNIT.value, post.unit_id), EdgeKind.BELONGS)
        for person in network.holders.get(post.post_id, ()):
            graph.add_node((NodeKind.PERSON.value, person), kind=NodeKind.PERSON.value, name=person)
            _join(graph, (NodeKind.PERSON.value, person), node, EdgeKind.HOLDS)
    for upper, lower in sorted(network.links):
        _join(graph, (NodeKind.POST.value, upper), (NodeKind.POST.value, lower), EdgeKind.LEADS)
    for item_id in network.items:
        _add_item(graph, network, item_id)
    return graph


def _join(graph: nx.MultiDiGraph, start: tuple, end: tuple, kind: EdgeKind) -> None:
    graph.add_edge(start, end, key=kind.value, kind=kind.value)


def _add_item(graph: nx.MultiDiGraph, network: PowerNetwork, item_id: str) -> None:
    item = network.items[item_id]
    flow = network.flow_of(item)
    node = (NodeKind.ITEM.value, item_id)
    graph.add_node(node, kind=NodeKind.ITEM.value, name=item.name, min_persons=item.min_persons)
    _join(graph, (NodeKind.UNIT.value, item.unit_id), node, EdgeKind.EXERCISES)
    owner = flow.flow_id or item_id
    for step in flow.steps:
        at = (NodeKind.STEP.value, owner, step.step_no)
        graph.add_node(at, kind=NodeKind.STEP.value, name=step.name, step_kind=step.kind.value)
        _join(graph, node, at, EdgeKind.STATION)
    for sign in flow.sign_offs:
        mark = (NodeKind.SIGN_OFF.value, owner, *sign.key)
        graph.add_node(mark, kind=NodeKind.SIGN_OFF.value, rule=sign.rule.value, independent=sign.independent)
        _join(graph, (NodeKind.STEP.value, owner, sign.step_no), mark, EdgeKind.REQUIRES)
        for post in sign.posts:
            _join(graph, (NodeKind.POST.value, post), mark, EdgeKind.ELIGIBLE)


@dataclass(frozen=True)
class PostShape:
    """Graph measures of one post within its unit's reporting line.

    *betweenness*: share of shortest paths through it (directed, normalised; Freeman 1977). *constraint*: Burt's
    constraint (1992) on the undirected line, None for a post without neighbours. *articulation*: whether taking it
    out falls the line apart. *dominates*: how many posts every path from the top reaches only through it.
    """

    post_id: str
    betweenness: float
    constraint: float | None
    articulation: bool
    dominates: int


def shapes_of_unit(network: PowerNetwork, unit_id: str) -> list[PostShape]:
    """Return the measures of the posts of one unit, sorted by code."""
    import networkx as nx

    posts = sorted(p.post_id for p in network.posts_of_unit.get(unit_id, ()))
    line = nx.DiGraph()
    line.add_nodes_from(posts)
    line.add_edges_from(sorted(pair for pair in network.links if pair[0] in line and pair[1] in line))
    plain = line.to_undirected()
    between = nx.betweenness_centrality(line)
    burt = nx.constraint(plain, posts)  # with the nodes named, networkx does without sparse matrices
    cuts = set(nx.articulation_points(plain))
    below = _dominated(line)
    return [PostShape(p, between[p], burt[p] if plain.degree(p) else None, p in cuts, below.get(p, 0)) for p in posts]


def _dominated(line: nx.DiGraph) -> dict[str, int]:
    """Return how many posts each post dominates from a root set above all posts that have no superior."""
    import networkx as nx

    tops = [p for p in line if not line.in_degree(p)]
    rooted = nx.DiGraph(line)
    rooted.add_edges_from((_ROOT, p) for p in tops)
    if not tops:
        return {}
    found: dict[str, int] = {}
    chief = dict(nx.immediate_dominators(rooted, _ROOT))
    for post in chief:
        above = chief[post]
        while post != _ROOT and above is not None and above != _ROOT:
            found[above] = found.get(above, 0) + 1
            above = chief[above]
    return found


def classic_table(network: PowerNetwork) -> pd.DataFrame:
    """Return the measures of all posts with Chinese headers; the frame's attribute ``label`` says what they are."""
    import pandas as pd

    rows = [(unit, s.post_id, s.betweenness, s.constraint, s.articulation, s.dominates)
            for unit in network.units for s in shapes_of_unit(network, unit)]
    frame = pd.DataFrame(rows, columns=["单位编码", "岗位编码", "中介中心性", "伯特约束", "割点", "支配岗位数"])
    frame.attrs["label"] = LABEL
    return frame
