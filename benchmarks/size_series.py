"""Size and coverage of the designs of one series, of pilots alone and of mixtures (for size.py's designs see there).

    python benchmarks/size_series.py [--laws 2000] [--seeds 500] [--design NAME …]

Made-up counts with a trend, a season, more spread than Poisson and errors that hang together (AR(1) in the log mean). A placebo law begins at a
fixed point and does nothing. Rejection at nominal 5 % must be at most 7 %; the level that placebo ranks can attain is printed beside. Then a ratio
of 0.7 is planted (mixtures: a difference of −30 % of the level) and the share of intervals that hold it is counted (at least 93 %).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fangkong_lab import evaluate as ev
from fangkong_lab.streams import stream

SEED = 20161231
RATIO = 0.7
FRAME = {"outcome": "y", "unit": "u", "time": "t", "treated_from": "since"}


@dataclass(frozen=True)
class World:
    """*units* of which *pilots*, periods *before* and *after*, *mean* of a count, *spread* variance ÷ mean, *rho* of the log errors, *year* periods a year."""

    units: int
    pilots: int
    before: int
    after: int
    mean: float
    spread: float
    rho: float
    year: int


def made_up(world: World, ratio: float, seed: int) -> pd.DataFrame:
    """Return one row per unit and period; the pilots' means are *ratio* times as high after the start."""
    draw = stream(SEED, "series", *vars(world).values(), seed)
    n, periods = world.units, world.before + world.after
    time = np.arange(periods)
    rest = draw.normal(size=(n, periods))
    for t in range(1, periods):
        rest[:, t] = world.rho * rest[:, t - 1] + np.sqrt(1 - world.rho**2) * rest[:, t]
    sd = np.sqrt(max(world.spread - 1, 0) / world.mean)
    wave = 0.2 * np.cos(2 * np.pi * time / world.year) if world.year > 1 else 0 * time
    trend = 0.01 * time if world.units == 1 and world.before >= 8 else 0 * time  # before and after assumes that there is none
    level = np.exp(0.2 * draw.normal(size=(n, 1))) if n > 1 else 1.0
    pilot = (np.arange(n) < world.pilots)[:, None]
    mean = world.mean * level * np.exp(trend + wave + sd * rest - sd**2 / 2) * np.where(pilot & (time >= world.before), ratio, 1.0)
    rows = [(f"U{i:03}", t, float(y), float(world.before) if i < world.pilots else np.nan) for i, line in enumerate(draw.poisson(mean)) for t, y in enumerate(line)]
    return pd.DataFrame(rows, columns=["u", "t", "y", "since"])


def _series(options: ev.ItsOptions) -> Callable[[pd.DataFrame, World], ev.Effect | ev.Refusal]:
    def run(frame: pd.DataFrame, world: World) -> ev.Effect | ev.Refusal:
        from dataclasses import replace

        total = frame.groupby("t", as_index=False)["y"].sum()
        return ev.its(total, outcome="y", time="t", start=world.before, options=replace(options, season=world.year))

    return run


CASES: dict[str, tuple[Callable[[pd.DataFrame, World], ev.Effect | ev.Refusal], tuple[World, ...]]] = {
    "its": (_series(ev.ItsOptions()), (World(1, 1, 8, 8, 20, 1, 0, 1), World(1, 1, 8, 8, 20, 2, 0.3, 2), World(1, 1, 12, 12, 20, 2, 0.3, 4),
                                       World(1, 1, 24, 24, 20, 2, 0.3, 4), World(1, 1, 36, 24, 20, 2, 0, 12), World(1, 1, 36, 24, 20, 2, 0.3, 12),
                                       World(1, 1, 36, 24, 20, 3, 0.5, 12))),
    "its_nb2": (_series(ev.ItsOptions(family=ev.Family.NEGATIVE_BINOMIAL)), (World(1, 1, 24, 24, 20, 3, 0, 4),)),
    "before_after": (lambda f, w: ev.before_after(f, **FRAME), tuple(World(n, n, 6, 6, 8, 1.5, 0, 1) for n in (1, 3, 6, 12))),
    "synthetic": (lambda f, w: ev.synthetic(f, **FRAME), tuple(World(n, 1, 10, 5, 60, 1.5, 0.3, 2) for n in (20, 30, 40))),
    "synthetic_did": (lambda f, w: ev.synthetic_did(f, **FRAME), (*(World(n, 1, 10, 5, 60, 1.5, 0.3, 2) for n in (20, 30, 40)), World(24, 4, 10, 5, 60, 1.5, 0.3, 2))),
}


def truth_of(made: ev.Effect, frame: pd.DataFrame, world: World, ratio: float) -> float:
    """Return the planted effect on the answer's scale; a difference is that of the pilots' own expected level."""
    if made.scale is ev.Scale.RATIO:
        return ratio
    own = frame[frame["since"].notna() & (frame["t"] >= world.before)]["y"].mean()
    return float(own - own / ratio)


def row(name: str, world: World, laws: int, seeds: int) -> dict[str, object]:
    """Return size and coverage of one design in one world."""
    run = CASES[name][0]
    told = [a for k in range(laws) if isinstance(a := run(made_up(world, 1.0, k), world), ev.Effect)]
    found: dict[str, object] = {"design": name, **vars(world), "laws": laws, "refused": laws - len(told)}
    if told:
        floor = told[0].p_floor
        found |= {"attainable": round(0.05 if not floor else float(np.floor(0.05 / floor + 1e-9) * floor), 4),
                  "rejected_p": round(float(np.mean([a.p is not None and a.p <= 0.05 + 1e-12 for a in told])), 4)}
        if np.isfinite(told[0].low):
            found["rejected_interval"] = round(float(np.mean([a.separate for a in told])), 4)
    held = []
    for k in range(seeds):
        frame = made_up(world, RATIO, 10**6 + k)
        made = run(frame, world)
        if isinstance(made, ev.Effect) and np.isfinite(made.low):
            held.append(made.low <= truth_of(made, frame, world, RATIO) <= made.high)
    return found | ({"seeds": len(held), "covered": round(float(np.mean(held)), 4)} if held else {})


def main() -> None:
    """Print one JSON line per design and world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--laws", type=int, default=2_000)
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--design", nargs="*", default=list(CASES), choices=list(CASES))
    wanted = parser.parse_args()
    for name in wanted.design:
        for world in CASES[name][1]:
            print(json.dumps(row(name, world, wanted.laws, wanted.seeds), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
