"""The interval of a permutation test by brute force over a grid of effects, also where an arrangement carries more than the effect."""

import numpy as np
import pytest

from fangkong_lab.evaluate.permute import _inverted


@pytest.mark.parametrize("beyond", [(), (1.0,), (-1.0,), (1.5, 1.0), (-1.5,), (-1.5, -1.0, 1.0, 1.5)])
@pytest.mark.parametrize("seed", range(3))
def test_the_inverted_test_is_the_grid_of_all_effects(beyond, seed):
    """By brute force: every τ0 on a fine grid, each arrangement asked whether T − τ0·c is as far from 0 as the observed one. Arrangements that carry the
    whole effect or more count as not rejecting anywhere: with them the interval is never narrower than the grid's.
    """
    rng = np.random.default_rng([seed, 7])
    carried = np.concatenate([[1.0], np.tile([0.0, 0.5, -0.5], 10), beyond])
    drawn = rng.normal(size=len(carried))
    alpha = 0.2  # six of thirty-odd: more than the arrangements that never reject
    low, high = _inverted(drawn, carried, alpha)
    grid = np.linspace(-30, 30, 12_001)
    far = np.abs(drawn - grid[:, None] * carried) >= np.abs(drawn[0] - grid[:, None]) - 1e-12
    kept = grid[far.mean(axis=1) > alpha]
    inside = grid[(grid >= low - 1e-9) & (grid <= high + 1e-9)]
    assert np.isin(kept, inside).all()
    counted = grid[(far | (np.abs(carried) >= 1)).mean(axis=1) > alpha]
    assert (inside[0], inside[-1]) == pytest.approx((counted[0], counted[-1]))
    assert np.isfinite([low, high]).all()
    if not beyond:
        assert (inside[0], inside[-1]) == pytest.approx((kept[0], kept[-1]))


def test_arrangements_that_carry_more_than_the_effect_leave_no_ends():
    """Where they are a share of more than α no effect is rejected; |T − 1.5 τ0| is far from 0 on both sides indeed."""
    carried, drawn = np.array([1.0, 1.5, -1.5, 0.0]), np.array([1.0, 0.2, -0.3, 0.1])
    far = np.abs(drawn - np.array([-1e4, 1e4])[:, None] * carried) >= np.abs(drawn[0] - np.array([-1e4, 1e4]))[:, None]
    assert (far.mean(axis=1) > 0.5).all()
    assert _inverted(drawn, carried, 0.5) == (-np.inf, np.inf)
