"""A network as nodes.csv and edges.csv for Gephi, igraph and spreadsheets (UTF-8 with BOM).

The column names Id, Label, Source, Target, Type and Weight are those that Gephi's spreadsheet import expects; the
Chinese columns say the same for readers. Cells that a spreadsheet program would run as a formula are made inert, the
same way in both files, so that codes still match.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Audience, StepKind
from fangkong_lab.network.classic import EdgeKind, NodeKind
from fangkong_lab.network.conversion import inert
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import NONE
from fangkong_lab.network.thresholds import ItemThresholds, measure
from fangkong_lab.whole import whole

NODE_COLUMNS = ("Id", "Label", "类型", "单位编码", "单位", "权力类别", "结论", "最少独立经手人数", "任职情况")
EDGE_COLUMNS = ("Source", "Target", "Type", "Label", "Weight", "环节", "签批规则")
Row = tuple[object, ...]


def node_rows(network: PowerNetwork, audience: Audience = Audience.INTERNAL) -> list[Row]:
    """Return one row per unit, post, item and (纪委内部 only) person, by kind and code; columns `NODE_COLUMNS`.

    The public copy has neither persons nor posts.
    """
    rows: list[Row] = [(f"单位/{u.unit_id}", u.name, NodeKind.UNIT.label, u.unit_id, u.name, "", "", "", "") for u in network.units.values()]
    rows += [_item_row(network, each) for each in measure(network)]
    if audience is not Audience.PUBLIC:
        for post in network.posts.values():
            state = "任职不明" if post.post_id in network.unknown else "空缺" if post.post_id in network.empty else "在任"
            rows.append((f"岗位/{post.post_id}", post.title, NodeKind.POST.label, post.unit_id, network.units[post.unit_id].name, "", "", "", state))
    if audience is Audience.INTERNAL:
        rows += [(f"人员/{x}", x, NodeKind.PERSON.label, "", "", "", "", "", "") for x in network.persons]
    return rows


def _item_row(network: PowerNetwork, each: ItemThresholds) -> Row:
    item, kappa = each.item, each.structure.kappa
    unit = network.units.get(item.unit_id)
    return (f"事项/{item.item_id}", item.name, NodeKind.ITEM.label, item.unit_id, unit.name if unit else item.unit_id, item.category,
            each.status.label, "" if kappa is None else str(kappa[NONE.name]), "")


def edge_rows(network: PowerNetwork, audience: Audience = Audience.INTERNAL) -> list[Row]:
    """Return one row per relation, sorted by kind; columns `EDGE_COLUMNS`. All edges are directed.

    隶属 post → unit, 行使 unit → item, 领导 upper → lower post, 可签批 post → item (one per sign-off), 任职 person → post.
    The copies leave out what their nodes leave out; 领导 says who reaches whom and is for 纪委内部 only.
    """
    rows: list[Row] = [_edge(f"单位/{i.unit_id}", f"事项/{i.item_id}", EdgeKind.EXERCISES) for i in network.items.values() if i.unit_id in network.units]
    if audience is Audience.PUBLIC:
        return rows
    rows += [_edge(f"岗位/{p.post_id}", f"单位/{p.unit_id}", EdgeKind.BELONGS) for p in network.posts.values()]
    rows += _signing(network)
    if audience is Audience.INTERNAL:
        rows += [_edge(f"岗位/{up}", f"岗位/{low}", EdgeKind.LEADS) for up, low in sorted(network.links)]
        rows += [_edge(f"人员/{x}", f"岗位/{p}", EdgeKind.HOLDS) for p, held in network.holders.items() for x in held]
    return rows


def _edge(source: str, target: str, kind: EdgeKind, step: str = "", rule: str = "") -> Row:
    return (source, target, "Directed", kind.label, 1, step, rule)


def _signing(network: PowerNetwork) -> Iterator[Row]:
    for item in network.items.values():
        flow = network.flow_of(item)
        names = {s.step_no: f"{s.step_no}{s.name}" + ("（决定）" if s.kind is StepKind.DECIDE else "") for s in flow.steps}
        for sign in flow.sign_offs:
            for post in sign.posts:
                yield _edge(f"岗位/{post}", f"事项/{item.item_id}", EdgeKind.ELIGIBLE, names.get(sign.step_no, str(sign.step_no)), sign.rule.label)


def write_gephi(network: PowerNetwork, folder: Path, audience: Audience = Audience.INTERNAL, *, force: bool = False) -> tuple[Path, Path]:
    """Write nodes.csv and edges.csv into *folder* (made if missing) and return their paths.

    Raises `WrongCall` where one of them exists, unless *force*.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "nodes.csv", folder / "edges.csv")
    taken = [p.name for p in paths if p.exists()]
    if taken and not force:
        raise WrongCall(f"文件已存在：{'、'.join(taken)}", where=str(folder), mend="加上 --force 覆盖，或换一个目录")
    tables = ((NODE_COLUMNS, node_rows(network, audience)), (EDGE_COLUMNS, edge_rows(network, audience)))
    for path, (columns, rows) in zip(paths, tables, strict=True):
        with whole(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([columns, *([inert(cell) for cell in row] for row in rows)])
    return paths
