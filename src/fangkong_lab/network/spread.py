"""Spread: which known persons and which unknown posts are reached from a post, as bit masks over the whole network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fangkong_lab.network.influence import FULL_DEPTH, Influence
from fangkong_lab.network.world import World


@dataclass(frozen=True)
class Reached:
    """*people*: bit i is the i-th known person of the network; *gaps*: bit i is its i-th unknown post."""

    people: int = 0
    gaps: int = 0

    def __or__(self, other: Reached) -> Reached:
        return Reached(self.people | other.people, self.gaps | other.gaps)


NOBODY = Reached()


class Spread:
    """Answers for one completion and one influence what lies below a post.

    Along at most N links the answer does not depend on the completion; with full influence it does where *assigned*
    posts lie on the way. Answers are kept; ask `spread_of` for one, so that flows share them.
    """

    def __init__(self, world: World, influence: Influence) -> None:
        self.world, self.influence = world, influence
        self._known: dict[str, Reached] = {}

    @cached_property
    def person_bit(self) -> dict[str, int]:
        """The bit of each known person."""
        return {x: 1 << i for i, x in enumerate(self.world.network.persons)}

    @cached_property
    def gap_bit(self) -> dict[str, int]:
        """The bit of each unknown post."""
        return {p: 1 << i for i, p in enumerate(sorted(self.world.network.unknown))}

    def below(self, post: str) -> Reached:
        """Return whom and what the holder of *post* reaches through it."""
        found = self._known.get(post)
        if found is None:
            full = self.influence.depth == FULL_DEPTH
            found = self._known[post] = self._chain(post) if full else self._levels(post)
        return found

    def of_person(self, person: str) -> Reached:
        """Return whom and what a person of the completion reaches."""
        found = NOBODY
        for post in self.world.posts_of(person):
            found |= self.below(post)
        return found

    def _levels(self, post: str) -> Reached:
        below = self.world.network.below
        reached: set[str] = set()
        at = {post}
        for _ in range(self.influence.depth):
            at = {q for p in at for q in below.get(p, ())} - reached
            reached |= at
        return self._masks(reached)

    def _chain(self, post: str) -> Reached:
        below, holders, posts_of = self.world.network.below, self.world.holders, self.world.posts_of
        reached: set[str] = set()
        waiting, seen = [post], {post}
        while waiting:
            for lower in below.get(waiting.pop(), ()):
                if lower in reached:
                    continue
                reached.add(lower)
                more = {p for x in holders(lower) for p in posts_of(x)} | {lower}
                waiting += more - seen
                seen |= more
        return self._masks(reached)

    def _masks(self, posts: set[str]) -> Reached:
        network = self.world.network
        people = gaps = 0
        for post in posts:
            gaps |= self.gap_bit.get(post, 0)
            for person in network.holders.get(post, ()):
                people |= self.person_bit[person]
        return Reached(people, gaps)

    @cached_property
    def over_gaps(self) -> frozenset[str]:
        """The known persons who reach an unknown post."""
        return frozenset(x for x in self.world.network.persons if self.of_person(x).gaps)


def spread_of(world: World, influence: Influence) -> Spread:
    """Return the spread of a completion; completions under which nothing changes share one.

    Its `of_person` must then be asked about posts, not about persons who hold assigned ones: see `below`.
    """
    changes = influence.depth == FULL_DEPTH and any(_joins(world, x) for x in world.assigned.values())
    if changes:
        return Spread(world, influence)
    kept = world.network.kept
    key = ("spread", influence.depth)
    if key not in kept:
        kept[key] = Spread(World(world.network, {}), influence)
    found: Spread = kept[key]
    return found


def _joins(world: World, person: str) -> bool:
    """Whether *person*, who holds an assigned post, holds another one: then influence passes between the two."""
    return len(world.posts_of(person)) > 1
