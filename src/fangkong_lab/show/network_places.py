"""Places of a page's nodes, worked out before: units on a grid, posts around their head, items on rings by who decides them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Place = tuple[float, float]
_LEVEL, _RING, _ON_RING, _APART = 1.0, 0.9, 0.55, 1.6


def unit_block(posts: Sequence[str], parents: Mapping[str, str], leaves: Mapping[str, Sequence[str]]) -> dict[str, Place]:
    """Return places around (0, 0): *posts* by the tree of *parents*, *leaves* (node → its posts) on rings outside.

    Posts without subordinates share the circle evenly in the order of the tree; a superior stands at the mean angle of
    his own, one level further in. Leaves are sorted by the mean direction of their posts.
    """
    angles, levels = _tree_angles(posts, parents)
    places = {p: _at(angles[p], _LEVEL * levels[p]) for p in posts}
    heads = [p for p in posts if levels[p] == 0]
    deepest = max(levels.values(), default=0)
    if len(heads) > 1:  # several stand beside each other near the middle; those who lead nobody stand outside
        leading = set(parents.values())
        places.update({p: _at(angles[p], _LEVEL * (0.4 if p in leading else max(1, deepest))) for p in heads})
    radius = _LEVEL * (max(deepest, len(heads) > 1) + 1.2)
    places.update(_rings(leaves, places, radius))
    return places


def _at(angle: float, radius: float) -> Place:
    return radius * math.cos(angle), radius * math.sin(angle)


def _tree_angles(posts: Sequence[str], parents: Mapping[str, str]) -> tuple[dict[str, float], dict[str, int]]:
    children: dict[str, list[str]] = {}
    for post in posts:
        if post in parents:
            children.setdefault(parents[post], []).append(post)
    roots = sorted((p for p in posts if p not in parents), key=lambda p: (-len(children.get(p, ())), p))
    order: list[str] = []
    levels: dict[str, int] = {}
    waiting = [(p, 0) for p in reversed(roots)]
    while waiting:
        post, level = waiting.pop()
        levels[post] = level
        order.append(post)
        waiting += [(c, level + 1) for c in reversed(children.get(post, []))]
    ends = [p for p in order if p not in children]
    angles = {p: 2 * math.pi * k / max(1, len(ends)) for k, p in enumerate(ends)}
    for post in reversed(order):
        if post in children:
            own = [angles[c] for c in children[post]]
            angles[post] = (own[0] + own[-1]) / 2
    return angles, levels


def _rings(leaves: Mapping[str, Sequence[str]], places: Mapping[str, Place], radius: float) -> dict[str, Place]:
    def direction(leaf: str) -> float:
        own = [places[p] for p in leaves[leaf] if p in places]
        x, y = sum(a for a, _ in own), sum(b for _, b in own)
        return math.atan2(y, x) % (2 * math.pi)

    order = sorted(leaves, key=lambda leaf: (direction(leaf), leaf))
    found: dict[str, Place] = {}
    rings = _shares(len(order), radius)
    for ring, share in enumerate(rings):
        mine = order[ring::len(rings)][:share]
        for k, leaf in enumerate(mine):
            found[leaf] = _at(2 * math.pi * (k + 0.5 * (ring % 2)) / len(mine), radius + _RING * ring)
    return found


def _shares(count: int, radius: float) -> list[int]:
    """How many rings are needed, every one taking an equal share of *count*; leaves are at least 0.55 apart on them."""
    rings = 1
    while rings < count and count > rings * int(2 * math.pi * radius / _ON_RING):
        rings += 1
    return [len(range(ring, count, rings)) for ring in range(rings)] if count else []


def on_grid(blocks: Mapping[str, Mapping[str, Place]]) -> dict[str, Place]:
    """Return all places with the *blocks* (unit → node → place) side by side on a square grid, none over another."""
    side = max(1, math.ceil(math.sqrt(len(blocks))))
    reach = max((math.hypot(*place) for block in blocks.values() for place in block.values()), default=0.0) * 2 + _APART
    return {node: (round(x + reach * (k % side), 3), round(y - reach * (k // side), 3))
            for k, block in enumerate(blocks.values()) for node, (x, y) in block.items()}
