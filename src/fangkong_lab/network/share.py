"""Authority shares (权力份额): the Shapley–Shubik index of each signer in an item's game without influence.

Reference: Shapley & Shubik 1954, "A method for evaluating the distribution of power in a committee system".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, factorial, prod

import numpy as np

from fangkong_lab.network.signing import Game, bits
from fangkong_lab.network.structure import Structure
from fangkong_lab.network.world import is_new
from fangkong_lab.streams import stream

MOST_STATES = 2**20
SAMPLES = 10_000


@dataclass(frozen=True)
class Shares:
    """*values* per signer, summing to 1; *error* is the greatest standard error (0: exact)."""

    values: Mapping[str, float]
    error: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether the values were counted, not sampled."""
        return self.error == 0.0


def shapley_shubik(game: Game, seed: int = 0) -> Shares | None:
    """Return each signer's share of the orders in which he is the one who completes the item.

    Persons outside the game have share 0. None where not even everybody completes it: the index is undefined.
    Exact while the product of (class size + 1) over interchangeable persons is at most 2^20; else
    `SAMPLES` random orders (standard error at most 0.005), seeded, with the error given.
    """
    if not game.wins(game.everyone):
        return None
    classes = [tuple(bits(mask)) for mask in game.classes()]
    if prod(len(c) + 1 for c in classes) <= MOST_STATES:
        return _counted(game, classes)
    return _sampled(game, seed)


def _counted(game: Game, classes: list[tuple[int, ...]]) -> Shares:
    """Count over a grid with one axis per class: how many of its members stand before the one who completes the item."""
    shape = tuple(len(c) + 1 for c in classes)
    axes = np.ogrid[tuple(slice(size) for size in shape)]
    won = np.broadcast_to(_won(game, classes, axes), shape)
    people = len(game.signers)
    weight = np.array([factorial(s) * factorial(people - s - 1) / factorial(people) for s in range(people)] + [0.0])
    orders = weight[sum(axes)]
    for members, axis in zip(classes, axes, strict=True):
        orders = orders * np.array([comb(len(members), n) for n in range(len(members) + 1)], float)[axis]
    pivots = [_pivots(won, orders, k) for k in range(len(classes))]
    return Shares({game.signers[bit.bit_length() - 1]: pivots[k] for k, c in enumerate(classes) for bit in c})


def _won(game: Game, classes: list[tuple[int, ...]], axes: Sequence[np.ndarray]) -> np.ndarray:
    """Return where on the grid the item is completed."""
    if game.tangled:
        taken = product(*(range(len(c) + 1) for c in classes))
        found = [game.wins(sum(sum(c[:n]) for c, n in zip(classes, each, strict=True))) for each in taken]
        return np.array(found).reshape([len(c) + 1 for c in classes])
    won: np.ndarray = np.zeros((1,) * len(classes), bool)
    for way in game.ways:
        opened: np.ndarray = np.ones((1,) * len(classes), bool)
        for condition in way:
            there = sum(axis for c, axis in zip(classes, axes, strict=True) if condition.there(c[0], c[0]))
            opened = opened & (there >= condition.need)
        won = won | opened
    return won


def _pivots(won: np.ndarray, orders: np.ndarray, k: int) -> float:
    """Return the share of the orders in which one given member of class *k* completes the item."""
    size = won.shape[k] - 1
    after, before = np.moveaxis(won, k, 0)[1:], np.moveaxis(won, k, 0)[:-1]
    left = (size - np.arange(size)) / size
    ways = np.moveaxis(orders, k, 0)[:-1] * (after & ~before)
    return float(left @ ways.reshape(size, -1).sum(axis=1))


def _sampled(game: Game, seed: int) -> Shares:
    rng = stream(seed, "shapley", *game.signers)
    hits = dict.fromkeys(game.signers, 0)
    for _ in range(SAMPLES):
        order = rng.permutation(len(game.signers)).tolist()
        low, high = 0, len(order)
        while high - low > 1:
            middle = (low + high) // 2
            if game.wins(sum(1 << i for i in order[:middle])):
                high = middle
            else:
                low = middle
        hits[game.signers[order[high - 1]]] += 1
    values = {person: count / SAMPLES for person, count in hits.items()}
    return Shares(values, max((p * (1 - p) / SAMPLES) ** 0.5 for p in values.values()))


@dataclass(frozen=True)
class ShareRanges:
    """[least, greatest] share over completions: of each known signer, and of any *other* known person.

    *other* is (0, 0) where no signing post is unknown; else another person may turn out to hold one.
    """

    values: Mapping[str, tuple[float, float]]
    other: tuple[float, float]

    def of(self, person: str) -> tuple[float, float]:
        """Return the range of one known person."""
        return self.values.get(person, self.other)


def authority_shares(structure: Structure) -> ShareRanges | None:
    """Return the authority shares of an item over the completions in which it can be done.

    None where it can be done in none, its flow is faulty, or its completions are too many.
    """
    found = [shares for case in structure.cases if (shares := shapley_shubik(case.game)) is not None]
    if not found:
        return None
    people = sorted({x for shares in found for x in shares.values if not is_new(x)})
    values = {x: (min(s.values.get(x, 0.0) for s in found), max(s.values.get(x, 0.0) for s in found)) for x in people}
    return ShareRanges(values, (0.0, max((v for s in found for x, v in s.values.items() if is_new(x)), default=0.0)))
