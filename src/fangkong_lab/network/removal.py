"""Which checks of a flow are idle in every completion, without influence and with full influence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fangkong_lab.network.capture import powers_of
from fangkong_lab.network.completion import Case, Demand, all_worlds
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.idle import Removal
from fangkong_lab.network.influence import FULL
from fangkong_lab.network.routes import checks_before_effect
from fangkong_lab.network.signing import Game
from fangkong_lab.network.world import World

Key = tuple[int, int]


def idle_checks(network: PowerNetwork, demand: Demand, cases: Sequence[Case]) -> tuple[tuple[Key, ...], bool]:
    """Return the idle checks (step_no, sign_no), and whether all of them are certain to be found.

    A check is left out, and False returned, where independent sign-offs make it depend on more than
    `completion.MOST_COMPLETIONS` completions of posts outside the flow.
    """
    idle, certain = [], True
    for check in checks_before_effect(demand.flow):
        verdict = _idle(network, demand, cases, check.key)
        if verdict:
            idle.append(check.key)
        certain = certain and verdict is not None
    return tuple(sorted(idle)), certain


def _idle(network: PowerNetwork, demand: Demand, cases: Sequence[Case], key: Key) -> bool | None:
    removals = [Removal(game, key) for game in _unlike(case.game for case in cases)]
    if not all(removal.same_alone for removal in removals):
        return False
    if all(removal.same_always for removal in removals):
        return True
    told: dict[object, bool] = {}
    if not all(_same(case.world, case.game, key, told) for case in cases):
        return False
    worlds = all_worlds(network, cases[0])
    if worlds is None:
        return None
    posts = demand.posts()
    return all(_same(world, demand.game(world, posts), key, told) for world in worlds)


def _unlike(games: Iterable[Game]) -> list[Game]:
    """Return the games that differ in more than who their signers are."""
    return list({(game.routes, len(game.signers)): game for game in games}.values())


def _same(world: World, game: Game, key: Key, told: dict[object, bool]) -> bool:
    """Say whether the check is idle in one completion with full influence; *told* keeps the answers."""
    powers = tuple(sorted(set(powers_of(game, world.reach(game.signers, FULL)).values())))
    case = (game.routes, powers)
    if case not in told:
        told[case] = Removal(game, key).same_under(powers)
    return told[case]
