"""How often each design finds an effect where there is none, and how often its interval holds one that was planted.

    python benchmarks/size.py [--laws 2000] [--seeds 500] [--design NAME …] [--markdown]

Made-up offices: units with their own level, errors correlated from period to period (AR(1), 0.5), common shocks, counts with
more spread than Poisson. A placebo law names random units pilots from a random date; nothing happens. Rejection at nominal 5 %
must be at most 7 %; for a permutation test the level it can attain with so many units is printed beside it. Then an effect is
planted and the share of intervals that hold it is counted (at least 93 %). Refusals are counted, not hidden.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fangkong_lab import evaluate as ev
from fangkong_lab.streams import stream

SEED = 20161231
PERIODS = 8
AUTOCORRELATION = 0.5
EFFECT, RATIO = 1.0, 0.6
SIZES = ((7, 1), (12, 2), (12, 4), (12, 5), (20, 5), (30, 6), (50, 20))  # units, of which pilots
QUICK = ev.Settings(draws=499)


@dataclass(frozen=True)
class World:
    """What a made-up office looks like: *counts* or continuous, *staggered* starts or one, planted *effect* (0 or ratio 1: none)."""

    units: int
    treated: int
    counts: bool
    staggered: bool
    effect: float | None = None


@dataclass(frozen=True)
class Case:
    """A design to be tried: *run* on a panel of a `World` like *counts* and *staggered* say."""

    run: Callable[[ev.Panel], ev.Effect | ev.Refusal]
    counts: bool = False
    staggered: bool = False


CASES = {
    "did": Case(lambda p: ev.two_by_two(p, QUICK)),
    "two_way": Case(lambda p: ev.two_way(p, QUICK), staggered=True),
    "two_way_wild": Case(lambda p: ev.two_way(p, replace(QUICK, inference=ev.Inference.WILD))),
    "staggered": Case(lambda p: ev.staggered(p, QUICK), staggered=True),
    "staggered_not_yet": Case(lambda p: ev.staggered(p, replace(QUICK, controls=ev.Controls.NOT_YET)), staggered=True),
    "staggered_multiplier": Case(lambda p: ev.staggered(p, replace(QUICK, inference=ev.Inference.MULTIPLIER)), staggered=True),
    "sun_abraham": Case(lambda p: ev.sun_abraham(p, QUICK), staggered=True),
    "imputation": Case(lambda p: ev.imputation(p, QUICK), staggered=True),
    "event_study": Case(lambda p: ev.event_study(p, QUICK), staggered=True),
    "poisson": Case(lambda p: ev.poisson(p, QUICK), counts=True),
    "staggered_counts": Case(lambda p: ev.staggered_counts(p, QUICK), counts=True, staggered=True),
    "permutation": Case(lambda p: ev.two_by_two(p, replace(QUICK, inference=ev.Inference.PERMUTATION))),
    "permutation_counts": Case(lambda p: ev.poisson(p, replace(QUICK, inference=ev.Inference.PERMUTATION)), counts=True),
}


def starts(world: World, rng: np.random.Generator) -> np.ndarray:
    """Return the random starts of a placebo law: one date, or two dates with half of the pilots each."""
    start = np.full(world.units, PERIODS)
    pilots = rng.permutation(world.units)[:world.treated]
    first = int(rng.integers(2, PERIODS - 2))
    start[pilots] = first
    if world.staggered and world.treated > 1:
        start[pilots[: world.treated // 2]] = first + 1 + int(rng.integers(0, PERIODS - 2 - first))
    return start


def panel(world: World, seed: int) -> ev.Panel:
    """Return one made-up panel of *world*."""
    rng = stream(SEED, "size", world.units, world.treated, int(world.counts), int(world.staggered), seed)
    start = starts(world, rng)
    noise = rng.normal(size=(world.units, PERIODS))
    for t in range(1, PERIODS):
        noise[:, t] += AUTOCORRELATION * noise[:, t - 1]
    level = rng.normal(size=(world.units, 1))
    common = rng.normal(size=(1, PERIODS))
    active = np.arange(PERIODS)[None, :] >= start[:, None]
    if world.counts:
        people = np.exp(rng.normal(4.5, 0.4, size=(world.units, 1))) * np.ones((1, PERIODS))
        mean = people * np.exp(-2.5 + 0.4 * level + 0.2 * common + 0.15 * noise) * np.where(active, world.effect or 1.0, 1.0)
        return _panel(rng.poisson(mean).astype(float), start, people)
    return _panel(noise + level + common + (world.effect or 0.0) * active, start, None)


def _panel(outcome: np.ndarray, start: np.ndarray, exposure: np.ndarray | None) -> ev.Panel:
    n, t = outcome.shape
    columns = ev.Columns("件数" if exposure is not None else "指标", "单位", "期", "起始", None if exposure is None else "人数")
    return ev.Panel(columns, tuple(f"U{i:04}" for i in range(n)), tuple(range(t)), outcome, start.astype(np.int64),
                    np.arange(n * t).reshape(n, t), np.arange(n), exposure)


def attainable(effect: ev.Effect) -> float:
    """Return the level ≤ 5 % that the method can attain with these units: 5 % unless p moves in steps of `p_floor`."""
    if effect.inference is not ev.Inference.PERMUTATION or not effect.p_floor:
        return 0.05
    return float(np.floor(0.05 / effect.p_floor + 1e-9) * effect.p_floor)


def size(name: str, units: int, treated: int, laws: int) -> dict[str, object]:
    """Return how often *name* rejects under placebo laws, among those it does not refuse."""
    case = CASES[name]
    world = World(units, treated, case.counts, case.staggered)
    answers = [case.run(panel(world, k)) for k in range(laws)]
    told = [a for a in answers if isinstance(a, ev.Effect)]
    row: dict[str, object] = {"design": name, "units": units, "treated": treated, "laws": laws, "refused": laws - len(told)}
    if told:
        row |= {"inference": told[0].inference.value, "attainable": round(float(np.mean([attainable(a) for a in told])), 4),
                "rejected": round(float(np.mean([a.p is not None and a.p <= 0.05 + 1e-12 for a in told])), 4)}
    return row


def coverage(name: str, units: int, treated: int, seeds: int) -> dict[str, object]:
    """Return how often the interval of *name* holds the planted effect, among those not refused."""
    case = CASES[name]
    planted = RATIO if case.counts else EFFECT
    world = World(units, treated, case.counts, case.staggered, planted)
    told = [a for k in range(seeds) if isinstance(a := case.run(panel(world, 10**6 + k)), ev.Effect)
            and (a.scale is ev.Scale.RATIO) is case.counts]  # few units, several starts: a difference of rates, not the ratio planted
    row: dict[str, object] = {"design": name, "units": units, "treated": treated, "seeds": seeds, "refused": seeds - len(told)}
    if told:
        row |= {"covered": round(float(np.mean([a.low <= planted <= a.high for a in told])), 4),
                "mean": round(float(np.mean([a.estimate for a in told])), 4), "planted": planted}
    return row


def main() -> None:
    """Print one JSON line per design and number of units."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--laws", type=int, default=2_000)
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--design", nargs="*", default=list(CASES), choices=list(CASES))
    wanted = parser.parse_args()
    for name in wanted.design:
        for units, treated in SIZES:
            made = size(name, units, treated, wanted.laws) if wanted.laws else {"design": name, "units": units, "treated": treated}
            if wanted.seeds:
                held = coverage(name, units, treated, wanted.seeds)
                made |= {k: held[k] for k in ("seeds", "covered", "mean", "planted") if k in held}
            print(json.dumps(made, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
