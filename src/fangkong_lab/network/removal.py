"""Which checks of a flow are idle in every completion, without influence and with full influence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fangkong_lab.network.completion import MOST_COMPLETIONS, Case, Demand
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.idle import same_for_all_reaches, same_in_world, same_winners
from fangkong_lab.network.influence import FULL
from fangkong_lab.network.routes import checks_before_effect
from fangkong_lab.network.signing import Game
from fangkong_lab.network.world import World, new_person

Key = tuple[int, int]


def idle_checks(network: PowerNetwork, demand: Demand, cases: Sequence[Case]) -> tuple[tuple[Key, ...], bool]:
    """Return the idle checks (step_no, sign_no), and whether all of them are certain to be found.

    A check is left out, and False returned, where independent sign-offs make it depend on more than
    `MOST_COMPLETIONS` completions of posts outside the flow.
    """
    idle, certain = [], True
    for check in checks_before_effect(demand.flow):
        less = replace(demand, without=check.key)
        verdict = _idle(network, cases, less)
        if verdict:
            idle.append(check.key)
        certain = certain and verdict is not None
    return tuple(sorted(idle)), certain


def _idle(network: PowerNetwork, cases: Sequence[Case], less: Demand) -> bool | None:
    pairs = [(case, less.game(case.world)) for case in cases]
    if not all(same_winners(case.game, game) for case, game in pairs):
        return False
    if all((case.game.plain and game.plain) or same_for_all_reaches(case.game, game) for case, game in pairs):
        return True
    if not all(_same(case.world, case.game, game) for case, game in pairs):
        return False
    worlds = _all_worlds(network, cases)
    if worlds is None:
        return None
    full = replace(less, without=None)
    return all(_same(world, full.game(world), less.game(world)) for world in worlds)


def _same(world: World, game: Game, less: Game) -> bool:
    reaches = [world.reach(g.signers, FULL) for g in (game, less)]
    return same_in_world(game, less, reaches)


def _all_worlds(network: PowerNetwork, cases: Sequence[Case]) -> list[World] | None:
    """Return every completion of the unknown posts that sign or have a link; None where there are too many."""
    linked = network.above.keys() | network.below.keys()
    posts = sorted(p for p in network.unknown if p in linked or p in cases[0].world.assigned)
    people = network.persons
    if (len(people) + 1) ** len(posts) > MOST_COMPLETIONS:
        return None
    return [World(network, assigned) for assigned in _every(posts, people)]


def _every(posts: Sequence[str], people: Sequence[str]) -> Iterator[dict[str, str]]:
    if not posts:
        yield {}
        return
    for assigned in _every(posts[:-1], people):
        fresh = sorted(set(assigned.values()) - set(people))
        for person in (*people, *fresh, new_person(posts[-1])):
            yield {**assigned, posts[-1]: person}
