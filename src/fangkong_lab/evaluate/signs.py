"""Random signs for bootstraps: many draws of ±1 per cluster, summed against columns, a block of draws at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_AT_ONCE = 500
_BYTE = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float64) * 2 - 1
# Webb 2023, Canadian Journal of Economics 56:839–858: six points, for fewer than about 12 clusters.
_WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])


def rademacher(clusters: int, draws: int, seed: int, *address: str | int) -> Iterator[Floats]:
    """Yield blocks of draws×clusters of +1 and −1, *draws* in all; the same for the same seed and address."""
    rng = stream(seed, *address)
    width = -(-clusters // 8)
    for first in range(0, draws, _AT_ONCE):
        block = min(_AT_ONCE, draws - first)
        packed = np.frombuffer(rng.bytes(block * width), dtype=np.uint8)
        yield _BYTE.take(packed, axis=0).reshape(block, width * 8)[:, :clusters]


def webb(clusters: int, draws: int, seed: int, *address: str | int) -> Iterator[Floats]:
    """Yield blocks of draws×clusters of Webb's six points."""
    rng = stream(seed, *address)
    for first in range(0, draws, _AT_ONCE):
        block = min(_AT_ONCE, draws - first)
        yield _WEBB[rng.integers(0, 6, size=(block, clusters))]


def sums(values: Floats, draws: int, seed: int, *address: str | int) -> Floats:
    """Return draws×K: for each draw of signs the signed sums of *values* (clusters×K)."""
    return np.concatenate([block @ values for block in rademacher(len(values), draws, seed, *address)])
