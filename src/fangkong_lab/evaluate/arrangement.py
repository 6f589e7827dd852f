"""Which units might have been the pilots: all arrangements of the starts over the units, or a random sample of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_AT_ONCE = 2_000


@dataclass(frozen=True, eq=False)
class Arrangements:
    """*labels* N (cohort of each unit, as observed); *exact*: all *count* distinct arrangements are gone through, else
    *draws* random ones beside the one observed.
    """

    labels: Ints
    count: int
    exact: bool
    draws: int
    seed: int

    @property
    def tried(self) -> int:
        """Return how many arrangements are gone through, the observed one among them."""
        return self.count if self.exact else self.draws + 1

    def sums(self, values: tuple[Floats, ...]) -> Floats:
        """Return tried×M: for each arrangement the sum over units of ``values[m][unit, label]``; row 0 is the observed one."""
        if self.exact:
            return _exact_sums(self.labels, values, self.count)
        return _sampled_sums(self.labels, values, self.draws, self.seed)


def arrangements(labels: Ints, draws: int, seed: int) -> Arrangements:
    """Return the arrangements of *labels*: all, where there are no more than *draws* + 1, else *draws* random ones."""
    sizes = np.bincount(labels)
    count = math.factorial(len(labels))
    for size in sizes:
        count //= math.factorial(int(size))
    return Arrangements(labels, count, count <= draws + 1, draws, seed)


def _exact_sums(labels: Ints, values: tuple[Floats, ...], count: int) -> Floats:
    """Return the sums over all arrangements, the observed one first."""
    every = np.empty((count, len(labels)), dtype=np.int64)
    for row, made in zip(every, _distinct(labels), strict=True):
        row[:] = made
    observed = int(np.flatnonzero((every == labels).all(axis=1))[0])
    order = np.r_[observed, np.delete(np.arange(count), observed)]
    unit = np.arange(len(labels))
    return np.stack([v[unit, every[order]].sum(axis=1) for v in values], axis=1)


def _distinct(labels: Ints) -> Iterator[Ints]:
    """Yield every distinct arrangement of *labels*, cohort by cohort from the smallest."""
    sizes = np.bincount(labels)
    cohorts = sorted((c for c in range(len(sizes)) if sizes[c]), key=lambda c: (sizes[c], c))
    base = np.full(len(labels), cohorts[-1], dtype=np.int64)

    def place(free: tuple[int, ...], left: list[int]) -> Iterator[Ints]:
        if not left:
            yield base.copy()
            return
        for chosen in combinations(free, int(sizes[left[0]])):
            base[list(chosen)] = left[0]
            gone = set(chosen)
            yield from place(tuple(i for i in free if i not in gone), left[1:])
            base[list(chosen)] = cohorts[-1]

    yield from place(tuple(range(len(labels))), cohorts[:-1])


def _sampled_sums(labels: Ints, values: tuple[Floats, ...], draws: int, seed: int) -> Floats:
    """Return the sums of the observed arrangement and of *draws* random ones (partial Fisher–Yates, many at once).

    Only units outside the largest cohort are placed; *labels* are sorted by the panel, so the order of units is that of data.
    """
    sizes = np.bincount(labels)
    largest = int(np.argmax(sizes))
    wanted = np.repeat(np.arange(len(sizes)), np.where(np.arange(len(sizes)) == largest, 0, sizes))
    # What a unit adds above what it would add in the largest cohort; one gather per placed unit gives all M.
    gain = np.stack([v - v[:, [largest]] for v in values], axis=2)
    floor = np.array([v[:, largest].sum() for v in values])
    out = np.empty((draws + 1, len(values)))
    out[0] = [v[np.arange(len(labels)), labels].sum() for v in values]
    rng = stream(seed, "arrangement")
    for first in range(0, draws, _AT_ONCE):
        block = min(_AT_ONCE, draws - first)
        out[1 + first:1 + first + block] = floor + _placed(len(labels), wanted, gain, block, rng)
    return out


def _placed(n: int, wanted: Ints, gain: Floats, block: int, rng: np.random.Generator) -> Floats:
    """Return block×M: summed gains of *wanted* cohorts given to units drawn without replacement."""
    unit = np.repeat(np.arange(n, dtype=np.int32), block)  # row i of n×block flattened: what stands in place i of each draw
    column, by_cohort = np.arange(block), np.ascontiguousarray(gain.transpose(1, 0, 2))
    total = np.zeros((block, gain.shape[2]))
    for i, cohort in enumerate(wanted):
        j = rng.integers(i, n, size=block) * block + column
        taken = unit.take(j)
        unit[j] = unit[i * block:(i + 1) * block]
        total += by_cohort[cohort].take(taken, axis=0)
    return total
