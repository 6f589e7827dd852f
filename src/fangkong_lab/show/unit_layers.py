"""Places of a unit's posts in reporting levels from left to right, and of its items behind them; our own layout, no chance in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fangkong_lab.kinds import StepKind, Verdict
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.thresholds import ItemThresholds

MOST_NODES = 60
_MOST_ROWS = 52


@dataclass(frozen=True)
class Group:
    """A node of the right-hand column: one item, or the items of one category. *posts* sign it, *deciders* decide it."""

    name: str
    items: tuple[ItemThresholds, ...]
    posts: frozenset[str]
    deciders: frozenset[str]

    @property
    def violated(self) -> int:
        """How many of its items are 不达标."""
        return sum(e.status is Verdict.VIOLATED for e in self.items)


@dataclass(frozen=True)
class Layers:
    """*levels* map posts to their level (0: nobody of the unit above), *rows* to their height in rows, both from the top left.

    *parents* is the superior that a post is drawn under, *groups* are the nodes behind with their rows, *hidden* the
    posts left out.
    """

    levels: Mapping[str, int]
    rows: Mapping[str, float]
    parents: Mapping[str, str]
    groups: tuple[Group, ...]
    group_rows: tuple[float, ...]
    hidden: tuple[str, ...]
    grouped: bool

    @property
    def height(self) -> float:
        """Rows needed."""
        return max((*self.rows.values(), *self.group_rows), default=0.0) + 1

    @property
    def depth(self) -> int:
        """Number of levels."""
        return max(self.levels.values(), default=0) + 1


def layers_of(network: PowerNetwork, unit_id: str, items: Sequence[ItemThresholds]) -> Layers:
    """Return the layout of a unit with its measured *items*.

    Every item is a node while posts and items are at most 60 together, else every category (权力类别). Where posts are
    still too many, those that neither sign nor lead are left out, then those that neither decide nor lead (*hidden*).
    """
    posts = sorted(p.post_id for p in network.posts_of_unit.get(unit_id, ()))
    grouped = len(posts) + len(items) > MOST_NODES
    groups = _groups(items, grouped)
    signing = {p for g in groups for p in g.posts}
    foreign = sorted(p for p in signing if p in network.posts and network.posts[p].unit_id != unit_id)
    hidden: list[str] = []
    for busy in (signing, {p for g in groups for p in g.deciders}):
        if len(posts) + len(foreign) - len(hidden) > min(MOST_NODES - len(groups), _MOST_ROWS):
            hidden = [p for p in posts if p not in busy and not network.below.get(p)]
    shown = [p for p in posts if p not in set(hidden)] + foreign
    parents = tree_parents(network, shown)
    levels, rows = _tree(shown, parents)
    return Layers(levels, rows, parents, groups, _spread(groups, rows), tuple(hidden), grouped)


def _groups(items: Sequence[ItemThresholds], grouped: bool) -> tuple[Group, ...]:
    parts: dict[str, list[ItemThresholds]] = {}
    for each in items:
        parts.setdefault((each.item.category or "未填类别") if grouped else each.item.item_id, []).append(each)
    return tuple(_group(name if grouped else own[0].item.name, own) for name, own in sorted(parts.items()))


def _group(name: str, own: Sequence[ItemThresholds]) -> Group:
    signs = [pair for each in own for pair in signers_of(each).items()]
    return Group(name, tuple(own), frozenset(p for p, _ in signs), frozenset(p for p, decides in signs if decides))


def signers_of(each: ItemThresholds) -> dict[str, bool]:
    """Return the posts that may sign an item, sorted, and whether they may decide it."""
    flow = each.structure.flow
    deciding = {s.step_no for s in flow.steps if s.kind is StepKind.DECIDE}
    found: dict[str, bool] = {}
    for sign in flow.sign_offs:
        for post in sign.posts:
            found[post] = found.get(post, False) or sign.step_no in deciding
    return dict(sorted(found.items()))


def tree_parents(network: PowerNetwork, posts: Sequence[str]) -> dict[str, str]:
    """Return the superior each of *posts* is drawn under: the first of its links' upper posts that makes no circle."""
    known = set(posts)
    found: dict[str, str] = {}
    for post in posts:
        for upper in network.above.get(post, ()):
            if upper in known and not _under(found, upper, post):
                found[post] = upper
                break
    return found


def _under(parents: Mapping[str, str], post: str, other: str) -> bool:
    at: str | None = post
    while at is not None and at != other:
        at = parents.get(at)
    return at == other


def _tree(posts: Sequence[str], parents: Mapping[str, str]) -> tuple[dict[str, int], dict[str, float]]:
    """Leaves take a row each in the order of their superiors; a superior stands in the middle of his own."""
    children: dict[str, list[str]] = {}
    for post in posts:
        if post in parents:
            children.setdefault(parents[post], []).append(post)
    levels: dict[str, int] = {}
    rows: dict[str, float] = {}
    free = 0

    def place(post: str, level: int) -> None:
        nonlocal free
        levels[post] = level
        for child in children.get(post, ()):
            place(child, level + 1)
        if post in children:
            rows[post] = (rows[children[post][0]] + rows[children[post][-1]]) / 2
        else:
            rows[post] = float(free)
            free += 1

    for post in sorted((p for p in posts if p not in parents), key=lambda p: (-len(children.get(p, ())), p)):
        place(post, 0)
    return levels, rows


def _spread(groups: Sequence[Group], rows: Mapping[str, float]) -> tuple[float, ...]:
    """Rows of the groups: in the order of the mean row of their deciders, at least one row apart, over the whole height."""
    def want(group: Group) -> float:
        own = [rows[p] for p in sorted(group.deciders or group.posts) if p in rows]
        return sum(own) / len(own) if own else 0.0

    order = sorted(range(len(groups)), key=lambda k: (want(groups[k]), k))
    height = max((max(rows.values(), default=0.0)), len(groups) - 1.0)
    step = height / max(1, len(groups) - 1)
    found = [0.0] * len(groups)
    for place, k in enumerate(order):
        found[k] = place * step if len(groups) > 1 else height / 2
    return tuple(found)
