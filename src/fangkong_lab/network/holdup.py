"""Hold-up: the fewest persons whose refusal stops every route (η)."""

from __future__ import annotations

from fangkong_lab.network.signing import Game, RouteNeeds, bits


def hold_up(game: Game) -> int | None:
    """Return η: the size of the smallest set without whom the rest, all willing, complete no route.

    None where not even everybody completes one. Exact: level by level over sets that hit every completing group of
    signers found so far (Reiter 1987, hitting-set tree), interchangeable signers being taken in order.
    """
    if not game.wins(game.everyone):
        return None
    if len(game.routes) == 1 and _separable(game.routes[0]):
        return _cheapest(game.routes[0])
    owner = {bit: mask for mask in game.classes() for bit in bits(mask)}
    level = {0}
    size = 0
    while True:
        wider: set[int] = set()
        for removed in level:
            rest = game.everyone & ~removed
            found = game.witness(rest, rest)
            if found is None:
                return size
            signers = 0
            for mask in found[1]:
                signers |= mask
            wider |= {removed | next(bits(owner[bit] & rest)) for bit in bits(signers)}
        level, size = wider, size + 1


def _separable(route: RouteNeeds) -> bool:
    """Whether the route stops exactly when one of its groups cannot be filled."""
    return not route.pairs and route.least <= max(g.count for g in route.groups)


def _cheapest(route: RouteNeeds) -> int:
    return min(g.eligible.bit_count() - g.count + 1 for g in route.groups)
