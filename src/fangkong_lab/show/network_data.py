"""What the interactive page is given: nodes, edges, places and the Chinese lines of each node, as plain JSON values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Audience, Kind, Verdict
from fangkong_lab.network.explain import CAVEAT, explain
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, PROFILE
from fangkong_lab.network.nodes import Item, Post
from fangkong_lab.network.reasons import reasons
from fangkong_lab.network.thresholds import DEFAULT_TARGET, ItemThresholds, measure
from fangkong_lab.show.network_places import Place, on_grid, unit_block
from fangkong_lab.show.simulated import is_simulated, require_unit
from fangkong_lab.show.unit_layers import signers_of, tree_parents

SCHEMA_VERSION = 1
MOST_NODES, MOST_LINES = 20_000, 20_000
_TOLD = (Verdict.VIOLATED, Verdict.CANNOT_TELL)
Json = dict[str, Any]


class Detail(Kind):
    """What the page's nodes stand for."""

    ITEMS = "items", "岗位与事项"
    CATEGORIES = "categories", "岗位与事项类别"
    UNITS = "units", "单位与事项类别"


class Point(Kind):
    """What one node is."""

    UNIT = "unit", "单位"
    POST = "post", "岗位"
    ITEM = "item", "事项"
    GROUP = "group", "事项类别"


@dataclass(frozen=True)
class Asked:
    """What the page is to show: one unit or all, who reads it, the target for κ, and how many nodes at most."""

    unit: str | None = None
    audience: Audience = Audience.INTERNAL
    target: int = DEFAULT_TARGET
    most: int = MOST_NODES


@dataclass
class _Sheet:
    """The page's columns while they are filled; node numbers are places in the lists."""

    units: list[str]
    nodes: Json = field(default_factory=lambda: {k: [] for k in ("key", "label", "kind", "unit", "status", "lines")})
    edges: list[tuple[int, int, int]] = field(default_factory=list)
    number: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)

    def add(self, key: str, label: str, kind: Point, unit: str, lines: Sequence[str], status: str = "") -> None:
        self.number[key] = len(self.number)
        values = (key, label, kind.value, self.units.index(unit), status, [self.texts.setdefault(t, len(self.texts)) for t in lines])
        for name, value in zip(self.nodes, values, strict=True):
            self.nodes[name].append(value)

    def join(self, source: str, target: str, decides: bool) -> None:
        if source in self.number and target in self.number:
            self.edges.append((self.number[source], self.number[target], int(decides)))


def page_data(network: PowerNetwork, asked: Asked) -> Json:
    """Return the JSON document of the page.

    纪委内部 reads persons and coalitions; 被评估单位 reads posts of one unit, which must be named (`WrongCall`); 公开 reads
    units and items only. Above `asked.most` nodes items are put together by unit and category, then posts by unit;
    *aggregated* says so.
    """
    if asked.unit is not None:
        require_unit(network, asked.unit)
    elif asked.audience is Audience.UNIT:
        raise WrongCall("给被评估单位的网页只能含该单位自己", where="--unit", mend="加上 --unit 单位编码")
    items = measure(network, DIRECT, network.items_of(asked.unit), asked.target)
    signing = {p for e in items for p in signers_of(e)}  # posts of other units that sign here belong on the page
    posts = [] if asked.audience is Audience.PUBLIC else _posts(network, asked.unit, signing)
    units = sorted({e.item.unit_id for e in items} | {p.unit_id for p in posts})
    detail = _detail(items, posts, len(units), asked.most)
    if detail is Detail.UNITS:
        posts = []
    sheet = _Sheet(units)
    _fill(sheet, network, (items, posts), (detail, asked))
    places = on_grid(_blocks(sheet, network, posts))
    spots = [places[key] for key in sheet.number]
    return {
        "schema_version": SCHEMA_VERSION, "as_of": network.as_of.isoformat(), "audience": asked.audience.label, "target": asked.target,
        "simulated": is_simulated(network), "detail": detail.label, "most_lines": MOST_LINES,
        "aggregated": _said(detail, items, posts, asked.most),
        "caveat": CAVEAT, "units": [[u, _unit_name(network, u)] for u in units],
        "statuses": [[v.value, v.label] for v in Verdict], "kinds": [[p.value, p.label] for p in Point],
        "nodes": {**sheet.nodes, "x": [x for x, _ in spots], "y": [y for _, y in spots]},
        "edges": [list(column) for column in zip(*sheet.edges, strict=True)] if sheet.edges else [[], [], []],
        "texts": list(sheet.texts),
    }


def _unit_name(network: PowerNetwork, unit_id: str) -> str:
    """The unit's name; its code where only items name it."""
    unit = network.units.get(unit_id)
    return unit.name if unit else unit_id


def _posts(network: PowerNetwork, unit: str | None, signing: set[str]) -> list[Post]:
    """Return the posts of *unit* (None: all) and the *signing* ones, by code."""
    if unit is None:
        return list(network.posts.values())
    shown = {p.post_id for p in network.posts_of_unit.get(unit, ())} | {p for p in signing if p in network.posts}
    return [network.posts[p] for p in sorted(shown)]


def _detail(items: Sequence[ItemThresholds], posts: Sequence[Post], units: int, most: int) -> Detail:
    around = len(posts) if posts else units
    if around + len(items) <= most:
        return Detail.ITEMS
    groups = len({(e.item.unit_id, e.item.category) for e in items})
    return Detail.CATEGORIES if posts and around + groups <= most else Detail.UNITS


def _said(detail: Detail, items: Sequence[ItemThresholds], posts: Sequence[Post], most: int) -> str:
    if detail is Detail.ITEMS:
        return ""
    return f"共{len(items)}项事项，超过本页可显示的{most}个节点，已按单位和权力类别合并；要看单个事项，请按单位另行生成。"


def _fill(sheet: _Sheet, network: PowerNetwork, parts: tuple[Sequence[ItemThresholds], Sequence[Post]], how: tuple[Detail, Asked]) -> None:
    (items, posts), (detail, asked) = parts, how
    for post in posts:
        sheet.add(f"post:{post.post_id}", post.title, Point.POST, post.unit_id, tuple(_post_lines(network, post, asked.audience)))
    if not posts:
        for unit in sheet.units:
            mine = [e for e in items if e.item.unit_id == unit]
            sheet.add(f"unit:{unit}", _unit_name(network, unit), Point.UNIT, unit, tuple(_count_lines(mine)))
    if detail is Detail.ITEMS:
        _fill_items(sheet, network, items, asked)
    else:
        _fill_groups(sheet, items, bool(posts))
    for up, low in sorted(network.links):
        sheet.join(f"post:{up}", f"post:{low}", False)


def _fill_items(sheet: _Sheet, network: PowerNetwork, items: Sequence[ItemThresholds], asked: Asked) -> None:
    stories: dict[object, tuple[str, ...]] = {}
    for each in items:
        key = (id(each.structure), each.status)
        if key not in stories:
            stories[key] = _story(network, each, asked)
        name = f"item:{each.item.item_id}"
        sheet.add(name, each.item.name, Point.ITEM, each.item.unit_id, (*_item_lines(each), *stories[key]), each.status.value)
        for post, decides in signers_of(each).items():
            sheet.join(f"post:{post}", name, decides)
        sheet.join(f"unit:{each.item.unit_id}", name, False)


def _fill_groups(sheet: _Sheet, items: Sequence[ItemThresholds], posts: bool) -> None:
    groups: dict[tuple[str, str], list[ItemThresholds]] = {}
    for each in items:
        groups.setdefault((each.item.unit_id, each.item.category or "未填类别"), []).append(each)
    for (unit, category), own in sorted(groups.items()):
        name = f"group:{unit}：{category}"
        worst = next(v for v in (Verdict.VIOLATED, Verdict.CANNOT_TELL, Verdict.CANNOT_BE_DONE, Verdict.SATISFIED) if any(e.status is v for e in own))
        sheet.add(name, f"{category}（{len(own)}项）", Point.GROUP, unit, tuple(_count_lines(own)), worst.value)
        signers: dict[str, bool] = {}
        for each in own:
            for post, decides in signers_of(each).items():
                signers[post] = signers.get(post, False) or decides
        for post, decides in sorted(signers.items()):
            sheet.join(f"post:{post}", name, decides)
        if not posts:
            sheet.join(f"unit:{unit}", name, False)


def _item_lines(each: ItemThresholds) -> Iterator[str]:
    item: Item = each.item
    yield f"事项编码 {item.item_id}；类别 {item.category or '未填'}"
    yield f"结论：{each.status.label}（目标{each.target}人）"
    if each.structure.kappa is not None:
        yield "最少独立经手人数：" + "，".join(f"{m.label}{each.structure.kappa[m.name]}人" for m in PROFILE)
    if each.structure.eta is not None:
        yield f"单点堵点：最少{each.structure.eta}人不同意即可停办"
    yield "年涉及金额：" + ("未填" if item.yearly_amount is None else f"{item.yearly_amount:,.10g}万元")


def _story(network: PowerNetwork, each: ItemThresholds, asked: Asked) -> tuple[str, ...]:
    """The lines behind the verdict. Items that meet the target have reasons, not a witness: nobody is to be named there."""
    if each.status in _TOLD:
        lines = explain(network, each.item.item_id, DIRECT, asked.target, asked.audience).lines
        return tuple(line for line in lines[1:] if line != CAVEAT)
    return tuple(f"· {r.text}" for r in reasons(network, each, asked.audience))


def _post_lines(network: PowerNetwork, post: Post, audience: Audience) -> Iterator[str]:
    yield f"岗位编码 {post.post_id}" + ("；外部岗位" if post.external else "")
    if post.post_id in network.unknown:
        yield "任职不明：当日没有任职记录"
    elif post.post_id in network.empty:
        yield "空缺"
    elif audience is Audience.INTERNAL:
        yield "任职：" + "、".join(network.holders[post.post_id])
    for words, others in (("直接上级", network.above), ("直接下级", network.below)):
        named = [network.posts[p].title for p in others.get(post.post_id, ())]
        if named:
            yield f"{words}：{'、'.join(named)}"


def _count_lines(own: Sequence[ItemThresholds]) -> Iterator[str]:
    yield f"事项{len(own)}项"
    for verdict in Verdict:
        count = sum(e.status is verdict for e in own)
        if count:
            yield f"{verdict.label}{count}项"


def _blocks(sheet: _Sheet, network: PowerNetwork, posts: Sequence[Post]) -> Mapping[str, Mapping[str, Place]]:
    names = list(sheet.number)
    signers: dict[str, list[str]] = {}
    for source, target, _ in sheet.edges:
        if not names[target].startswith("post:"):
            signers.setdefault(names[target], []).append(names[source])
    parents = tree_parents(network, [p.post_id for p in posts])
    found: dict[str, dict[str, Place]] = {}
    own: dict[str, list[str]] = {unit: [] for unit in sheet.units}
    for name, unit in zip(names, sheet.nodes["unit"], strict=True):
        own[sheet.units[unit]].append(name)
    for unit, mine in own.items():
        inner = [n for n in mine if n.startswith(("post:", "unit:"))]
        here = set(inner)
        tree = {n: f"post:{parents[n[5:]]}" for n in inner if n[5:] in parents and f"post:{parents[n[5:]]}" in here}
        found[unit] = unit_block(inner, tree, {n: signers.get(n, ()) for n in mine if n not in here})
    return found
