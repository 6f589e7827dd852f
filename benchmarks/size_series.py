"""Size and coverage of the designs of one series, of pilots alone and of mixtures (for size.py's designs see there).

    python benchmarks/size_series.py                # a quick look: 100 laws, 50 planted effects (half a minute)
    python benchmarks/size_series.py --full --resume benchmarks/size_series.jsonl --markdown   # the table of docs/evaluation.md

Made-up counts with a trend, a season, more spread than Poisson and errors that hang together (AR(1) in the log mean). A placebo law begins at a
fixed point and does nothing. Rejection at nominal 5 % must be at most 7 %; the level that placebo ranks can attain is printed beside. Then a ratio
of 0.7 is planted (mixtures: a difference of −30 % of the level) and the share of intervals that hold it is counted (at least 93 %).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
from measured_rows import Row, fingerprint, measure, per_cent, table

from fangkong_lab import evaluate as ev
from fangkong_lab.streams import stream

SEED = 20161231
RATIO = 0.7
FULL, SMALL = (2_000, 500), (100, 50)  # placebo laws, planted effects
MODULES = {"its": "interrupted", "its_nb2": "interrupted", "before_after": "before_and_after", "synthetic": "synthetic_control", "synthetic_did": "sdid"}
LABELS = {"its": "间断时间序列", "its_nb2": "间断时间序列（负二项）", "before_after": "前后对比", "synthetic": "合成控制", "synthetic_did": "合成双重差分"}
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


MIXED = tuple(World(n, pilots, 10, 5, 60, 1.5, 0.3, 2) for n, pilots in ((20, 1), (30, 1), (40, 1), (12, 2), (24, 4)))
CASES: dict[str, tuple[Callable[[pd.DataFrame, World], ev.Effect | ev.Refusal], tuple[World, ...]]] = {
    "its": (_series(ev.ItsOptions()), (World(1, 1, 8, 8, 20, 1, 0, 1), World(1, 1, 8, 8, 20, 2, 0.3, 2), World(1, 1, 12, 12, 20, 2, 0.3, 4),
                                       World(1, 1, 24, 24, 20, 2, 0.3, 4), World(1, 1, 36, 24, 20, 2, 0, 12), World(1, 1, 36, 24, 20, 2, 0.3, 12),
                                       World(1, 1, 36, 24, 20, 3, 0.5, 12))),
    "its_nb2": (_series(ev.ItsOptions(family=ev.Family.NEGATIVE_BINOMIAL)), (World(1, 1, 24, 24, 20, 3, 0, 4),)),
    "before_after": (lambda f, w: ev.before_after(f, **FRAME), tuple(World(n, n, 6, 6, 8, 1.5, 0, 1) for n in (1, 3, 6, 12))),
    "synthetic": (lambda f, w: ev.synthetic(f, **FRAME), MIXED),
    "synthetic_did": (lambda f, w: ev.synthetic_did(f, **FRAME), MIXED),
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


def code_of(name: str) -> str:
    """Return the fingerprint of what design *name* is measured with."""
    return fingerprint(MODULES[name], "settings")


def cells(names: list[str], wanted: tuple[int, int]) -> Iterator[tuple[Row, Callable[[], Row]]]:
    """Yield the key of every cell and how it is measured."""
    for name in names:
        code = code_of(name)
        for world in CASES[name][1]:
            key: Row = {"design": name, **vars(world), "laws": wanted[0], "asked": wanted[1], "code": code}
            yield key, lambda name=name, world=world: row(name, world, *wanted)  # type: ignore[misc]


def latest(rows: list[Row], wanted: tuple[int, int] = FULL) -> list[Row]:
    """Return the last row of every cell of the full table that is among *rows* (a file that was added to), in the table's order."""
    found = {(r["design"], *(r[k] for k in vars(MIXED[0]))): r for r in rows if (r["laws"], r["asked"]) == wanted}
    keys = [(name, *vars(world).values()) for name in CASES for world in CASES[name][1]]
    return [found[key] for key in keys if key in found]


def markdown(rows: list[Row]) -> str:
    """Return the table of docs/evaluation.md."""
    lines = [(LABELS[str(r["design"])], f"{r['pilots']}/{r['units']}", f"{r['before']}/{r['after']}", r["year"], r["spread"], r["rho"], r["laws"], per_cent(r.get("attainable")),
              per_cent(r.get("rejected_p")), per_cent(r.get("covered")) + (f"（{r['seeds']}）" if "seeds" in r else "")) for r in rows]
    return table(("方法", "试点/单位", "前后期数", "一年期数", "离散系数", "误差相关", "次数", "可达", "拒绝率", "覆盖率（种子数）"), lines)


def main() -> None:
    """Print one JSON line per design and world, and the table where asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="2,000 laws, 500 planted effects")
    parser.add_argument("--laws", type=int)
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--design", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--resume", type=Path, help="file of rows: read first, added to")
    parser.add_argument("--markdown", action="store_true", help="print the table in the end")
    asked = parser.parse_args()
    laws, seeds = FULL if asked.full else SMALL
    rows = measure(cells(asked.design, (laws if asked.laws is None else asked.laws, seeds if asked.seeds is None else asked.seeds)), asked.resume)
    if asked.markdown:
        print(markdown(rows))


if __name__ == "__main__":
    main()
