"""Completions: the ways in which the unknown signing posts of an item may be held.

Which signing post is held by whom decides who can sign; it is enumerated as *patterns*: each unknown signing post
goes to a known signer of the item or to a *block*, somebody who signs for nothing else. Who else is behind a block,
and who holds the unknown posts outside the flow, matters to influence only: at worst new persons with no other post
(the pattern's own world), at best see `bestcase`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fangkong_lab.network.capture import Power, fewest, powers_of
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import Influence
from fangkong_lab.network.nodes import Flow, SignOff
from fangkong_lab.network.routes import routes_of
from fangkong_lab.network.signing import Game, make_game
from fangkong_lab.network.world import World, is_new, new_person

MOST_COMPLETIONS = 10_000


@dataclass(frozen=True)
class Demand:
    """What one flow asks for, *least* distinct signers at least: with (*whole*) or without sign-offs after effect.

    *without* leaves out one sign-off, named by its key.
    """

    flow: Flow
    least: int
    whole: bool = False
    without: tuple[int, int] | None = None

    def routes(self) -> list[tuple[str, tuple[SignOff, ...]]]:
        """Return each route's name and the sign-offs that count on it."""
        return [(r.name, tuple(s for s in r.sign_offs(self.whole) if s.key != self.without))
                for r in routes_of(self.flow)]

    def posts(self) -> tuple[str, ...]:
        """Return the posts listed in the sign-offs that count, sorted."""
        return tuple(sorted({p for _, signs in self.routes() for s in signs for p in s.posts}))

    def game(self, world: World, posts: Sequence[str] | None = None) -> Game:
        """Return the game of this demand in a completion."""
        held = {p: world.holders(p) for p in (self.posts() if posts is None else posts)}
        return make_game(self.routes(), self.flow.incompatible, self.least, held)


@dataclass(frozen=True)
class Case:
    """One pattern of the unknown signing posts and the game it makes."""

    world: World
    game: Game

    @cached_property
    def doable(self) -> bool:
        """Whether everybody together completes a route."""
        return self.game.wins(self.game.everyone)

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """The signers who are not known persons."""
        return tuple(x for x in self.game.signers if is_new(x))

    def powers(self, influence: Influence) -> dict[str, Power]:
        """Return what each person brings when the unknown posts outside the flow are held by new persons."""
        return powers_of(self.game, self.world.reach(self.game.signers, influence))

    def kappa(self, influence: Influence) -> int | None:
        """Return κ in this pattern's own world; None where the item cannot be done."""
        return fewest(self.game, tuple(self.powers(influence).values())) if self.doable else None


def cases_of(network: PowerNetwork, demand: Demand, most: int = MOST_COMPLETIONS) -> list[Case] | None:
    """Return one case per pattern of the unknown signing posts; None where there are more than *most*."""
    posts = demand.posts()
    open_posts = [p for p in posts if p in network.unknown]
    signers = sorted({x for p in posts for x in network.holders.get(p, ())})
    if pattern_count(len(open_posts), len(signers), most) > most:
        return None
    worlds = (World(network, assigned) for assigned in _patterns(open_posts, signers))
    return [Case(world, demand.game(world, posts)) for world in worlds]


def pattern_count(open_posts: int, signers: int, most: int) -> int:
    """Return in how many ways *open_posts* go to *signers* or to blocks; counting stops above *most*."""
    by_blocks = {0: 1}
    for _ in range(open_posts):
        wider: dict[int, int] = {}
        for blocks, ways in by_blocks.items():
            wider[blocks] = wider.get(blocks, 0) + ways * (signers + blocks)
            wider[blocks + 1] = wider.get(blocks + 1, 0) + ways
        by_blocks = wider
        if sum(by_blocks.values()) > most:
            break
    return sum(by_blocks.values())


def _patterns(open_posts: Sequence[str], signers: Sequence[str]) -> Iterator[dict[str, str]]:
    if not open_posts:
        yield {}
        return
    *rest, last = open_posts
    for assigned in _patterns(rest, signers):
        blocks = sorted({x for x in assigned.values() if is_new(x)})
        for person in (*signers, *blocks, new_person(last)):
            yield {**assigned, last: person}


def all_worlds(network: PowerNetwork, case: Case, most: int = MOST_COMPLETIONS) -> list[World] | None:
    """Return every completion of the unknown posts that sign (as in *case*) or have a link; None where more than *most*."""
    posts = sorted(network.outlying | (network.unknown & case.world.assigned.keys()))
    if pattern_count(len(posts), len(network.persons), most) > most:
        return None
    return [World(network, assigned) for assigned in _patterns(posts, network.persons)]
