"""Sums over replications that can be added in any order: exact integers, so that no division of the work shows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

EXACT = 1024
MOST_SPREAD = 32
"""Arms whose distribution is kept; of more (a grid of thresholds), only means and errors are."""
_HALF = EXACT // 2
_BITS = 10
_SPLIT = 31
_BIN, _COLUMN = 20, 12
"""Bits of a key that hold the bin and the column; arm and side are above."""


@dataclass(frozen=True)
class Totals:
    """What is kept of *count* replications, however many they are.

    *sums*: arms × width. *squares*: (low, high) × side × arms × width, where side 0 holds the figures, side 1 their
    differences from the first arm, and a sum of squares is high · 2^31 + low. *keys*, *counts*: the distribution of the
    leading figures, sorted (see `bins_of`).
    """

    count: int
    sums: np.ndarray = field(repr=False)
    squares: np.ndarray = field(repr=False)
    keys: np.ndarray = field(repr=False)
    counts: np.ndarray = field(repr=False)

    @property
    def arms(self) -> int:
        """The number of arms."""
        return self.sums.shape[0]

    def mean(self, arm: int, difference: bool = False) -> np.ndarray:
        """Return the mean of every figure of *arm* (or of its difference from the first arm): float64, width."""
        base = self.sums[0] if difference else 0
        return np.asarray((self.sums[arm] - base) / self.count, dtype=np.float64)

    def error(self, arm: int, difference: bool = False) -> np.ndarray:
        """Return the Monte Carlo standard error of `mean`; NaN for a single replication."""
        if self.count < 2:
            return np.full(self.sums.shape[1], np.nan)
        low, high = (self.squares[part, int(difference), arm].astype(object) for part in (0, 1))
        sums = (self.sums[arm] - (self.sums[0] if difference else 0)).astype(object)
        spread = self.count * (high * (1 << _SPLIT) + low) - sums * sums
        return np.sqrt(spread.astype(np.float64) / (self.count**2 * (self.count - 1.0)))

    def quantiles(self, arm: int, column: int, shares: tuple[float, ...], difference: bool = False) -> np.ndarray:
        """Return quantiles over replications (smallest value with at least that share at or below it).

        Exact below 1,024, within 1/1,024 of the value above; NaN for arms beyond the 32nd.
        """
        if arm >= MOST_SPREAD:
            return np.full(len(shares), np.nan)
        start = ((int(difference) << 10 | arm) << _COLUMN | column) << _BIN
        first, last = np.searchsorted(self.keys, [start, start + (1 << _BIN)])
        reached = np.cumsum(self.counts[first:last])
        places = np.searchsorted(reached, np.ceil(np.asarray(shares) * self.count - 1e-9).clip(1))
        return values_of(self.keys[first:last][places] - start)


def fold(rows: np.ndarray, spread: int) -> Totals:
    """Return the totals of *rows* (arms × replications × width); the first *spread* columns keep their distribution."""
    arms, count, _ = rows.shape
    both = np.stack([rows, rows - rows[:1]])
    low, high = np.zeros((2, 2, arms, rows.shape[2]), np.int64)
    for each in range(count):
        square = both[:, :, each] * both[:, :, each]
        low += square & ((1 << _SPLIT) - 1)
        high += square >> _SPLIT
    kept = min(arms, MOST_SPREAD)
    side, arm, _, column = np.ix_(range(2), range(kept), range(count), range(spread))
    keys = (((side << 10 | arm) << _COLUMN | column) << _BIN) + bins_of(both[:, :kept, :, :spread])
    found, counts = np.unique(keys.ravel(), return_counts=True)
    return _frozen(Totals(count, rows.sum(axis=1), np.stack([low, high]), found, counts.astype(np.int64)))


def merge(one: Totals, other: Totals) -> Totals:
    """Return the totals of both; the order does not matter."""
    keys, place = np.unique(np.concatenate([one.keys, other.keys]), return_inverse=True)
    counts = np.zeros(len(keys), np.int64)
    np.add.at(counts, place, np.concatenate([one.counts, other.counts]))
    return _frozen(Totals(one.count + other.count, one.sums + other.sums, one.squares + other.squares, keys, counts))


def _frozen(made: Totals) -> Totals:
    for each in (made.sums, made.squares, made.keys, made.counts):
        each.setflags(write=False)
    return made


def bins_of(values: np.ndarray) -> np.ndarray:
    """Return the bins of whole numbers: one each below 1,024, then 512 to every doubling; negative ones mirrored."""
    size = np.abs(values)
    shift = np.maximum(np.frexp(size.astype(np.float64))[1] - _BITS, 0)
    bins = size.copy() if size.dtype == np.int64 else size.astype(np.int64)
    bins = (bins >> shift) + shift * _HALF
    return np.sign(values) * bins + (1 << (_BIN - 1))


def values_of(bins: np.ndarray) -> np.ndarray:
    """Return the middle of each bin: float64."""
    signed = np.asarray(bins, dtype=np.int64) - (1 << (_BIN - 1))
    size = np.abs(signed)
    shift = np.maximum(size // _HALF - 1, 0)
    low = (size - shift * _HALF) << shift
    return np.sign(signed) * (low + ((1 << shift) - 1) / 2.0)
