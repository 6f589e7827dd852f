"""Random numbers: the published answers of Philox4x32-10, and what follows from uniform numbers.

Witnesses: the known-answer vectors of Random123 (Salmon et al. 2011); scipy's geometric distribution.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numba as nb
import numpy as np
import pytest
from scipy import stats

from fangkong_lab.simulate.draws import (
    days_until,
    delay_scale,
    draw,
    draw_asked,
    draw_first,
    halves,
    key_of,
    philox,
    unit,
    unit53,
    words_below,
)
from fangkong_lab.simulate.settle import desk_of
from fangkong_lab.streams import stream

KNOWN = [
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0xA4093822, 0x299F31D0), (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]


@pytest.mark.parametrize(("key", "counter", "answer"), KNOWN)
def test_known_answers(key: tuple[int, ...], counter: tuple[int, ...], answer: tuple[int, ...]) -> None:
    made = philox(tuple(map(np.uint64, key)), tuple(map(np.uint64, counter)))
    assert tuple(int(w) for w in made) == answer


@nb.njit
def _asked(key: Any, desks: Any, count: Any) -> None:
    draw_asked(key, desks[0], count)


def test_draws_made_together_are_those_made_one_by_one() -> None:
    key, desk, given_ = key_of(8), desk_of(0), stream(8, "asked")
    for name in ("person", "turn", "purpose"):
        desk[0][name][:301] = given_.integers(0, 2**32, 301)
    desk[0]["replication"] = 2**32 - 5
    _asked(key, desk, 301)
    for i in range(301):
        one = [int(w) for w in draw(key, *(int(desk[0][n][i]) if n else 2**32 - 5 for n in ("person", "", "purpose", "turn")))]
        pairs = [int(w) for name in ("ab", "cd") for w in halves(desk[0][name][i])]
        assert one == pairs
    assert desk[0]["ab"][301] == 0, "no more than asked for"


@nb.njit
def _first(key: Any, desks: Any, count: Any) -> None:
    draw_first(key, desks[0], count)


def test_first_draws_made_together_are_those_made_one_by_one() -> None:
    key, desk = key_of(8), desk_of(0)
    desk[0]["replication"], desk[0]["origin"] = 77, 2**32 - 200
    _first(key, desk, 151)
    for i in range(151):
        pairs = [int(w) for name in ("ab", "cd") for w in halves(desk[0][name][i])]
        assert pairs == [int(w) for w in draw(key, 2**32 - 200 + i, 77, 0, 0)]
    assert desk[0]["ab"][151] == 0


@pytest.mark.parametrize("chance", [0.0, 1e-12, 2.0**-33, 2.0**-32, 0.05, 1 / 3, 0.5, 0.7, 1 - 2.0**-33, 1.0])
def test_words_below_a_probability_are_counted_exactly(chance: float) -> None:
    edge = int(words_below(np.array([chance]))[0])
    for word in range(max(edge - 3, 0), min(edge + 3, 2**32)):
        assert (Fraction(2 * word + 1, 2**33) < Fraction(chance)) == (word < edge) == (unit(np.uint64(word)) < chance)
    assert 0 <= edge <= 2**32


def test_words_are_uniform_and_addresses_independent() -> None:
    key = key_of(5)
    words = np.array([[int(w) for w in draw(key, person, 1, 2, 3)] for person in range(4000)]) / 2**32
    for column in range(4):
        assert stats.kstest(words[:, column], "uniform").pvalue > 1e-3
    other = np.array([int(draw(key, person, 2, 2, 3)[0]) for person in range(4000)]) / 2**32
    assert abs(np.corrcoef(words[:, 0], other)[0, 1]) < 0.06
    assert abs(np.corrcoef(words[:, 0], words[:, 1])[0, 1]) < 0.06


def test_ends_of_the_unit_interval_are_never_a_problem() -> None:
    assert 0 < unit(np.uint64(0)) < unit(np.uint64(2**32 - 1)) < 1
    assert 0 < unit53(np.uint64(0), np.uint64(0)) < 1e-15


@pytest.mark.parametrize("mean", [0.5, 3.0, 45.0, 400.0])
def test_delays_are_geometric_with_the_mean_asked_for(mean: float) -> None:
    key, scale = key_of(1), delay_scale(mean)
    days = np.array([days_until(draw(key, person, 0, 1, 0)[1], scale) for person in range(20_000)])
    assert days.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean * (1 + mean) / len(days)))
    chance = 1 / (1 + mean)
    edges = np.unique(np.maximum(stats.geom.ppf(np.linspace(0, 1, 11)[:-1], chance) - 1, 0))
    seen = np.histogram(days, np.r_[edges, np.inf])[0]
    wanted = np.diff(np.r_[stats.geom.cdf(edges, chance), 1]) * len(days)  # cdf of days + 1 at edge: days < edge
    assert stats.chisquare(seen, wanted * len(days) / wanted.sum()).pvalue > 1e-3


def test_no_delay_is_no_delay() -> None:
    assert days_until(np.uint64(0), delay_scale(0.0)) == 0
