"""Idle checks: checking sign-offs whose removal changes no capturing coalition (待核实的制约环节)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from fangkong_lab.network.signing import Game, bits

Wins = Callable[[int], bool]


def same_winners(game: Game, less: Game) -> bool:
    """Say whether *game* and *less*, the same without one sign-off, are won by the same coalitions without influence.

    Exact search over coalitions of the persons who sign in either; interchangeable persons are taken in order.
    """
    people = sorted(set(game.signers) | set(less.signers))
    first, second = _view(game, people), _view(less, people)
    kinds = _kinds(game, less, people)
    everyone = (1 << len(people)) - 1
    return not (_differ(second, first, 0, everyone, kinds) or _differ(first, second, 0, everyone, kinds))


def _view(game: Game, people: Sequence[str]) -> Wins:
    """Return the game as a function of masks over *people*."""
    number = {x: i for i, x in enumerate(game.signers)}
    moves = [(1 << i, 1 << number[x]) for i, x in enumerate(people) if x in number]
    if all(a == b for a, b in moves) and len(people) == len(game.signers):
        return game.wins

    def wins(mask: int) -> bool:
        return game.wins(sum(b for a, b in moves if mask & a))
    return wins


def _kinds(game: Game, less: Game, people: Sequence[str]) -> tuple[int, ...]:
    owners: dict[tuple[int, ...], int] = {}
    places = [{x: k for k, mask in enumerate(g.classes()) for i, x in enumerate(g.signers) if mask >> i & 1}
              for g in (game, less)]
    for i, person in enumerate(people):
        key = tuple(place.get(person, -1) for place in places)
        owners[key] = owners.get(key, 0) | 1 << i
    return tuple(sorted(owners.values()))


def _differ(more: Wins, fewer: Wins, taken: int, free: int, kinds: Sequence[int]) -> bool:
    """Say whether some coalition between *taken* and *taken* + *free* wins in *more* but not in *fewer*."""
    if not more(taken | free) or fewer(taken):
        return False
    if not fewer(taken | free):
        return True
    bit = next(bits(free))
    kind = next(mask for mask in kinds if mask & bit)
    return (_differ(more, fewer, taken, free & ~kind, kinds)
            or _differ(more, fewer, taken | bit, free & ~bit, kinds))


def same_in_world(game: Game, less: Game, reaches: Sequence[Mapping[str, int]]) -> bool:
    """Say whether the two games are won by the same coalitions in one completion with influence.

    *reaches* are the masks of signers (of *game*, then of *less*) that each person reaches.
    """
    people = sorted(set(reaches[0]) | set(reaches[1]))
    first, second = (_with_influence(g, r, people) for g, r in zip((game, less), reaches, strict=True))
    everyone = (1 << len(people)) - 1
    kinds = tuple(1 << i for i in range(len(people)))
    return not (_differ(second, first, 0, everyone, kinds) or _differ(first, second, 0, everyone, kinds))


def _with_influence(game: Game, reach: Mapping[str, int], people: Sequence[str]) -> Wins:
    number = {x: 1 << i for i, x in enumerate(game.signers)}
    able = [reach.get(x, 0) for x in people]
    own = [number.get(x, 0) for x in people]

    def wins(mask: int) -> bool:
        have = mine = 0
        for i in range(len(people)):
            if mask >> i & 1:
                have |= able[i]
                mine |= own[i]
        return game.completes(have, mine)
    return wins


def same_for_all_reaches(game: Game, less: Game) -> bool:
    """Say whether the two games agree for every pair of able persons and coalition.

    Then they agree under any influence in any completion. The reverse does not hold.
    """
    if game.signers != less.signers:
        return False
    count = len(game.signers)
    low = game.everyone

    def wins(this: Game) -> Wins:
        return lambda mask: this.completes((mask & low) | (mask >> count), mask >> count)
    first, second = wins(game), wins(less)
    everyone = (1 << 2 * count) - 1
    kinds = tuple(1 << i for i in range(2 * count))
    return not (_differ(second, first, 0, everyone, kinds) or _differ(first, second, 0, everyone, kinds))
