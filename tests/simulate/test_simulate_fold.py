"""Totals: exact sums, errors, quantiles, however the rows are divided. Witness: numpy on the rows themselves."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.simulate.fold import EXACT, bins_of, fold, merge, values_of
from fangkong_lab.streams import stream

WHOLE = st.integers(-2**40, 2**40)


@given(st.lists(WHOLE, min_size=1, max_size=50))
def test_bins_give_back_values_within_a_thousandth(values: list[int]) -> None:
    given_ = np.array(values, dtype=np.int64)
    back = values_of(bins_of(given_))
    assert (np.abs(back - given_) <= np.abs(given_) / EXACT).all()
    small = np.abs(given_) < EXACT
    assert (back[small] == given_[small]).all()


@given(WHOLE, WHOLE)
def test_bins_keep_the_order(one: int, other: int) -> None:
    low, high = sorted((one, other))
    bins = bins_of(np.array([low, high], dtype=np.int64))
    assert bins[0] <= bins[1]


def rows(count: int = 37) -> np.ndarray:
    draw = stream(3, "fold")
    return np.stack([draw.poisson(40, (count, 6)), draw.poisson(300, (count, 6)), draw.integers(0, 2 * 10**9, (count, 6))]).astype(np.int64)


def test_means_errors_and_quantiles_are_those_of_the_rows() -> None:
    made, given_ = fold(rows(), 6), rows().astype(float)
    for arm in range(3):
        for difference, values in ((False, given_[arm]), (True, given_[arm] - given_[0])):
            np.testing.assert_allclose(made.mean(arm, difference), values.mean(axis=0), rtol=1e-12)
            np.testing.assert_allclose(made.error(arm, difference), values.std(axis=0, ddof=1) / np.sqrt(37), rtol=1e-9)
            for column in range(6):
                exact = np.quantile(values[:, column], (0.1, 0.5, 0.9), method="inverted_cdf")
                np.testing.assert_allclose(made.quantiles(arm, column, (0.1, 0.5, 0.9), difference), exact, rtol=1 / EXACT)


@given(st.lists(st.integers(1, 36), max_size=5, unique=True), st.randoms())
def test_division_and_order_do_not_show(cuts: list[int], shuffle: object) -> None:
    parts = [fold(part, 4) for part in np.split(rows(), sorted(cuts), axis=1)]
    shuffle.shuffle(parts)
    one, other = fold(rows(), 4), reduce(merge, parts)
    for name in ("sums", "squares", "keys", "counts"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.count == other.count


def test_squares_do_not_overflow() -> None:
    large = np.full((1, 50, 1), 3 * 10**9, dtype=np.int64)
    large[0, ::2] -= 2
    assert fold(large, 0).error(0)[0] == pytest.approx(np.sqrt(50 / 49 / 50), rel=1e-12)


def test_totals_cannot_be_edited() -> None:
    made = fold(rows(), 2)
    assert not any(getattr(made, name).flags.writeable for name in ("sums", "squares", "keys", "counts"))


def test_of_many_arms_only_the_first_keep_their_distribution() -> None:
    many = np.repeat(rows(5), 20, axis=0)
    made = fold(many, 3)
    assert np.isnan(made.quantiles(40, 0, (0.5,))).all()
    assert made.quantiles(31, 0, (0.5,))[0] == np.quantile(many[31, :, 0], 0.5, method="inverted_cdf")
    np.testing.assert_allclose(made.mean(40), many[40].mean(axis=0))
