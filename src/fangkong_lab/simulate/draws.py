"""Random numbers by address: a keyed, counter-based generator, so that no draw depends on the order of drawing.

Philox4x32 with ten rounds (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"). The key is
made from the seed, the counter is (person, replication, purpose, k): the k-th candidate of a person draws the same
numbers whatever else is simulated, by whichever worker, under whichever policy.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any, TypeAlias

import numba as nb
import numpy as np

Word: TypeAlias = Any
"""A uint64 of compiled code that holds 32 bits; type checkers know no numba."""
Words: TypeAlias = tuple[Any, Any, Any, Any]

CANDIDATE = 0
CHANCE = 1
"""Purpose CHANCE + c // 4, word c % 4: whether channel c finds it."""
FIND = 8
"""Purpose FIND + c: when channel c finds it, and what its verification comes to."""
AFTER, APPEAL, WORLD = np.int64(64), np.int64(65), np.int64(66)

_MULTIPLY_0, _MULTIPLY_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_FIVE, _SIX, _BITS_26 = np.uint64(5), np.uint64(6), np.uint64(26)
_STEP_32, _STEP_53 = 1.0 / 4294967296.0, 1.0 / 9007199254740992.0


def key_of(seed: int) -> tuple[np.uint64, np.uint64]:
    """Return the two 32-bit key words of *seed* (first eight bytes of its SHA-256)."""
    digest = hashlib.sha256(f"simulate\x1f{seed}".encode()).digest()
    return np.uint64(int.from_bytes(digest[:4], "little")), np.uint64(int.from_bytes(digest[4:8], "little"))


@nb.njit(nogil=True, error_model="numpy", inline="always")
def philox(key: tuple[Word, Word], counter: Words) -> Words:
    """Return the four 32-bit words of *counter* under *key* (all held in uint64)."""
    a, b, c, d = counter
    k, m = key
    for _ in range(10):
        left, right = _MULTIPLY_0 * a, _MULTIPLY_1 * c
        a, b, c, d = (right >> _HALF) ^ b ^ k, right & _LOW, (left >> _HALF) ^ d ^ m, left & _LOW
        k, m = (k + _WEYL_0) & _LOW, (m + _WEYL_1) & _LOW
    return a, b, c, d


@nb.njit(nogil=True, error_model="numpy")
def draw(key: Any, person: Any, replication: Any, purpose: Any, k: Any) -> Words:
    """Return the four words of one address (int64 arguments below 2^32); *key* holds the two words of `key_of`."""
    return philox((key[0], key[1]), (np.uint64(person), np.uint64(replication), np.uint64(purpose), np.uint64(k)))


@nb.njit(nogil=True, error_model="numpy")
def draw_asked(key: Any, desk: Any, count: Any) -> None:
    """Answer the first *count* draws asked for on the desk: its *person*, *turn*, *purpose* → *ab*, *cd*.

    The same words as `draw`, of many addresses at once: nothing but arithmetic on neighbours in one record, which the
    compiler does several at a time.
    """
    high, low, replication = key[0], key[1], np.uint64(desk.replication)
    for i in range(count):
        counter = (np.uint64(desk.person[i]), replication, np.uint64(desk.purpose[i]), np.uint64(desk.turn[i]))
        a, b, c, d = philox((high, low), counter)
        desk.ab[i] = a << _HALF | b
        desk.cd[i] = c << _HALF | d


@nb.njit(nogil=True, error_model="numpy")
def draw_first(key: Any, desk: Any, count: Any) -> None:
    """Draw the first candidates of the first *count* persons of the desk's batch → *ab*, *cd*."""
    high, low, replication, origin = key[0], key[1], np.uint64(desk.replication), np.uint64(desk.origin)
    for i in range(count):
        a, b, c, d = philox((high, low), (origin + np.uint64(i), replication, np.uint64(CANDIDATE), np.uint64(0)))
        desk.ab[i] = a << _HALF | b
        desk.cd[i] = c << _HALF | d


@nb.njit(nogil=True, error_model="numpy")
def halves(pair: Word) -> tuple[Word, Word]:
    """Return the two words of a pair."""
    return pair >> _HALF, pair & _LOW


@nb.njit(nogil=True, error_model="numpy")
def unit(word: Word) -> Any:
    """Return a word as a number in the open interval (0, 1), exact to 2^-33."""
    return (np.float64(word) + 0.5) * _STEP_32


@nb.njit(nogil=True, error_model="numpy")
def unit53(high: Word, low: Word) -> Any:
    """Return two words as a number in the open interval (0, 1), exact to 2^-54."""
    return (np.float64(((high >> _FIVE) << _BITS_26) | (low >> _SIX)) + 0.5) * _STEP_53


@nb.njit(nogil=True, error_model="numpy")
def days_until(word: Word, scale: Any) -> Any:
    """Return a geometric number of whole days (0, 1, …); *scale* is `delay_scale` of its mean."""
    return np.int64(-math.log(unit(word)) * scale)


def delay_scale(mean: float) -> float:
    """Return the scale with which `days_until` has the mean *mean* days: success probability 1 / (1 + mean) a day."""
    return 0.0 if mean <= 0 else float(1.0 / np.log1p(1.0 / mean))


def words_below(chances: np.ndarray) -> np.ndarray:
    """Return how many words `unit` puts below each probability: uint64.

    (word + 1/2) / 2^32 < p where word < p 2^32 − 1/2, and both sides are exact in floating point for p in [0, 1].
    """
    return np.ceil(chances * 2.0**32 - 0.5).astype(np.uint64)
