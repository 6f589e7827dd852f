"""Influence: whose signature someone can get through the reporting line (影响关系)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fangkong_lab.errors import WrongCall
from fangkong_lab.network.nodes import Post

FULL_DEPTH = -1


@dataclass(frozen=True)
class Influence:
    """How far a signature can be got: *depth* links from post to post, `FULL_DEPTH` for any chain through persons.

    0 is *none*, 1 is *direct* (holders of the upper post of a link reach holders of the lower one).
    """

    depth: int

    @property
    def name(self) -> str:
        """The word used on the command line and in JSON: none, direct, full, or the number of links."""
        return {0: "none", 1: "direct", FULL_DEPTH: "full"}.get(self.depth, str(self.depth))

    @property
    def label(self) -> str:
        """The word on screens."""
        words = {0: "不计影响", 1: "直接领导", FULL_DEPTH: "逐级传导（压力测试）"}
        return words.get(self.depth, f"最多{self.depth}级领导")


NONE, DIRECT, FULL = Influence(0), Influence(1), Influence(FULL_DEPTH)
PROFILE = (NONE, DIRECT, FULL)


def read_influence(text: str) -> Influence:
    """Return the influence named by *text*: none, direct, full, or a number of links ≥ 0. `WrongCall` otherwise."""
    for known in PROFILE:
        if text == known.name:
            return known
    if text.isascii() and text.isdigit():
        return Influence(int(text))
    raise WrongCall(f"影响关系「{text}」不认识", where="--influence", mend="改用 none、direct、full 或级数（如 2）")


def links_of(posts: Mapping[str, Post], empty: Iterable[str],
             overrides: Mapping[tuple[str, str], bool]) -> frozenset[tuple[str, str]]:
    """Return the links (upper post, lower post) of the reporting line, corrected by *overrides*.

    A link runs to each post from its next superior in the same unit that is not known to be empty; the line ends at
    the first post of another unit, and no link of the line runs to an external post. *overrides* then takes pairs
    away (False) or adds them (True: also across units and to external posts).
    """
    vacant = frozenset(empty)
    links = {(above, post.post_id) for post in posts.values()
             if (above := _superior(post, posts, vacant)) is not None}
    added = {pair for pair, works in overrides.items() if works}
    removed = {pair for pair, works in overrides.items() if not works}
    return frozenset((links - removed) | added)


def _superior(post: Post, posts: Mapping[str, Post], vacant: frozenset[str]) -> str | None:
    if post.external:
        return None
    above, seen = post.reports_to, {post.post_id}
    while above is not None and above not in seen and posts[above].unit_id == post.unit_id:
        if above not in vacant:
            return above
        seen.add(above)
        above = posts[above].reports_to
    return None
