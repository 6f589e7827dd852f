"""How far the model is from the counts at some values, and steps of walks through the values that agree with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from fangkong_lab.simulate.calibrate_counts import Counts, seen_in
from fangkong_lab.simulate.model import Block, Model, run_rows
from fangkong_lab.simulate.robust_space import Space
from fangkong_lab.simulate.store import Arrays
from fangkong_lab.streams import stream

LEVEL = 0.05
"""The values that are true are left out with at most about this probability, all counts taken together."""
FAR = 1.0
"""What the distance is above the standardised difference: a place that agrees is at 0, all others are beyond this."""
_STEP = 0.1


@dataclass(frozen=True)
class Target:
    """*model* with the one policy that was in force, the *counts*, and the *block* of replications at each place."""

    model: Model
    counts: Counts
    block: Block

    def seen(self, values: Mapping[str, float]) -> np.ndarray:
        """Return what would have been counted: replications × counts."""
        moved = self.model.with_scenario(self.model.scenario.with_values(values)) if values else self.model
        return seen_in(run_rows(moved, self.block)[0], moved.layout, self.counts.wanted)

    def distance(self, values: Mapping[str, float]) -> float:
        """Return 0 where the counts agree with the model at *values*; else 1 + the greatest standardised difference.

        They agree where no count is in the tails: two-sided negative binomial (Poisson where the replications vary no
        more than that) with the replications' mean and variance, at `LEVEL` divided by the number of counts.
        """
        return distance_of(self.seen(values), np.asarray(self.counts.numbers))


def distance_of(seen: np.ndarray, numbers: np.ndarray) -> float:
    """Return the distance (see `Target.distance`) of *numbers* from *seen*, replications × counts."""
    runs = len(seen)
    mean = np.maximum(seen.mean(axis=0), 0.5 / runs)
    spread = np.maximum(seen.var(axis=0, ddof=1), mean) * (1 + 1 / runs)
    size = mean**2 / (spread - mean)
    below = stats.nbinom.cdf(numbers, size, size / (size + mean))
    above = stats.nbinom.sf(numbers - 1, size, size / (size + mean))
    if (2 * np.minimum(below, above) >= LEVEL / len(numbers)).all():
        return 0.0
    return FAR + float((np.abs(numbers - mean) / np.sqrt(spread)).max())


def distances(target: Target, places: Sequence[Mapping[str, float]]) -> Arrays:
    """Return ``distance`` (one each) and ``seen`` (mean counts, places × counts) at *places*: what one worker is given."""
    made = [target.seen(place) for place in places]
    numbers = np.asarray(target.counts.numbers)
    return {"distance": np.array([distance_of(seen, numbers) for seen in made]), "seen": np.array([seen.mean(axis=0) for seen in made])}


@dataclass(frozen=True)
class Walker:
    """Where a walk stands: its *number*, the next *round*, the values it is *at* and their *distance* from the counts."""

    number: int
    round: int
    at: tuple[float, ...]
    distance: float


def step(target: Target, space: Space, walker: Walker) -> Arrays:
    """Return where *walker* is after one more round: ``at`` and ``distance``. Pure: the random numbers are those of the
    walk's number and the round, so that a walk goes on from any round as if it had never stopped.

    One parameter after the other is drawn anew, in turn from its whole range or near by, and kept where the distance does
    not grow: once the counts are met this is a Markov chain whose limit is the ranges' uniform distribution, restricted to
    the values that agree (Marjoram et al. 2003).
    """
    dice = stream(target.model.scenario.seed, "calibrate", "walk", walker.number, walker.round)
    at, distance = np.array(walker.at), walker.distance
    for place in dice.permutation(len(space.names)):
        tried = at.copy()
        tried[place] = _drawn(dice, space, int(place), at[place])
        found = target.distance(named_values(space, tried))
        if found <= distance:
            at, distance = tried, found
    return {"at": at, "distance": np.asarray(distance)}


def named_values(space: Space, at: np.ndarray) -> dict[str, float]:
    """Return the values *at*, by address."""
    return dict(zip(space.names, at.tolist(), strict=True))


def _drawn(dice: np.random.Generator, space: Space, place: int, now: float) -> float:
    """Anywhere in the range, or, every other time, near by (turned back at the ends, so that both ways are as likely)."""
    low, high = space.lows[place], space.highs[place]
    if dice.random() < 0.5:
        return float(dice.uniform(low, high))
    moved = (now - low) / (high - low) + _STEP * dice.standard_normal()
    inside = 1 - abs(1 - abs(moved) % 2)
    return float(np.clip(low + inside * (high - low), low, high))
