"""How often each design finds an effect where there is none, and how often its interval holds one that was planted.

    python benchmarks/size.py                       # a quick look: 200 laws, 100 planted effects, two sizes of office (half a minute)
    python benchmarks/size.py --full --resume benchmarks/size.jsonl --markdown   # the table of docs/evaluation.md (a quarter of an hour)

Made-up offices: units with their own level, errors correlated from period to period (AR(1), 0.5), common shocks, counts with
more spread than Poisson. A placebo law names random units pilots from a random date; nothing happens. Rejection at nominal 5 %
must be at most 7 %; for a permutation test the level it can attain with so many units is printed beside it. Then an effect is
planted and the share of intervals that hold it is counted (at least 93 %). Refusals are counted, not hidden.

`--resume FILE` writes each row as it comes and takes from FILE what was measured on the same code; `--markdown` prints the table in the end.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from measured_rows import Row, fingerprint, measure, per_cent, table

from fangkong_lab import evaluate as ev
from fangkong_lab.streams import stream

SEED = 20161231
PERIODS = 8
AUTOCORRELATION = 0.5
EFFECT, RATIO = 1.0, 0.6
SIZES = ((7, 1), (12, 2), (12, 4), (12, 5), (20, 5), (30, 6), (50, 6), (50, 20))  # units, of which pilots
ALL_TREATED = ((12, 12), (20, 20))  # no unit is never treated: 3 begin early and 9 late, 10 and 10
SMALL_SIZES = ((12, 4), (20, 5))
FULL, SMALL = (2_000, 1_000), (200, 100)  # placebo laws, planted effects
QUICK = ev.Settings(draws=499)
NOT_YET = replace(QUICK, controls=ev.Controls.NOT_YET)


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
    """A design to be tried: *run* on a panel of a `World` like *counts* and *staggered* say; *label* in the table, *module* of `evaluate` it lives in."""

    label: str
    module: str
    run: Callable[[ev.Panel], ev.Effect | ev.Refusal]
    counts: bool = False
    staggered: bool = False


CASES = {
    "did": Case("双重差分", "comparison", lambda p: ev.two_by_two(p, QUICK)),
    "two_way": Case("双向固定效应", "fixed_effects", lambda p: ev.two_way(p, QUICK), staggered=True),
    "two_way_wild": Case("双向固定效应（野自助法）", "fixed_effects", lambda p: ev.two_way(p, replace(QUICK, inference=ev.Inference.WILD))),
    "staggered": Case("分批（Callaway–Sant'Anna）", "cohorts", lambda p: ev.staggered(p, QUICK), staggered=True),
    "staggered_not_yet": Case("分批（以尚未试点的单位作对照）", "cohorts", lambda p: ev.staggered(p, replace(QUICK, controls=ev.Controls.NOT_YET)), staggered=True),
    "staggered_multiplier": Case("分批（乘数自助法）", "cohorts", lambda p: ev.staggered(p, replace(QUICK, inference=ev.Inference.MULTIPLIER)), staggered=True),
    "sun_abraham": Case("分批（Sun–Abraham）", "cohorts", lambda p: ev.sun_abraham(p, QUICK), staggered=True),
    "imputation": Case("插补", "cohorts", lambda p: ev.imputation(p, QUICK), staggered=True),
    "staggered_all": Case("分批（没有从未试点的单位）", "cohorts", lambda p: ev.staggered(p, NOT_YET), staggered=True),
    "imputation_all": Case("插补（没有从未试点的单位）", "cohorts", lambda p: ev.imputation(p, NOT_YET), staggered=True),
    "staggered_counts_all": Case("泊松插补（没有从未试点的单位）", "cohorts", lambda p: ev.staggered_counts(p, NOT_YET), counts=True, staggered=True),
    "event_study": Case("逐期效应（乘数自助法）", "cohorts", lambda p: ev.event_study(p, QUICK), staggered=True),
    "poisson": Case("泊松", "comparison", lambda p: ev.poisson(p, QUICK), counts=True),
    "staggered_counts": Case("泊松插补", "cohorts", lambda p: ev.staggered_counts(p, QUICK), counts=True, staggered=True),
    "permutation": Case("双重差分（指定置换检验）", "comparison", lambda p: ev.two_by_two(p, replace(QUICK, inference=ev.Inference.PERMUTATION))),
    "permutation_counts": Case("泊松（指定置换检验）", "comparison", lambda p: ev.poisson(p, replace(QUICK, inference=ev.Inference.PERMUTATION)), counts=True),
}


def starts(world: World, rng: np.random.Generator) -> np.ndarray:
    """Return the random starts of a placebo law: one date, or two dates with half of the pilots each."""
    start = np.full(world.units, PERIODS)
    pilots = rng.permutation(world.units)[:world.treated]
    first = int(rng.integers(2, PERIODS - 2))
    start[pilots] = first
    if world.treated == world.units:  # a quarter of few, half of many begin early, all others late
        start[pilots[world.treated // (4 if world.units < 16 else 2) :]] = first + 1 + int(rng.integers(0, PERIODS - 2 - first))
    elif world.staggered and world.treated > 1:
        start[pilots[: world.treated // 2]] = first + 1 + int(rng.integers(0, PERIODS - 2 - first))
    return start


def panel(world: World, seed: int) -> ev.Panel:
    """Return one made-up panel of *world*."""
    return made_up(world, seed)[0]


def made_up(world: World, seed: int) -> tuple[ev.Panel, float]:
    """Return one made-up panel of *world*, and for counts the planted mean difference of rates over the treated cells."""
    rng = stream(SEED, "size", world.units, world.treated, int(world.counts), int(world.staggered), seed)
    start = starts(world, rng)
    noise = rng.normal(size=(world.units, PERIODS))
    for t in range(1, PERIODS):
        noise[:, t] += AUTOCORRELATION * noise[:, t - 1]
    level = rng.normal(size=(world.units, 1))
    common = rng.normal(size=(1, PERIODS))
    active = np.arange(PERIODS)[None, :] >= start[:, None]
    if not world.counts:
        return _panel(noise + level + common + (world.effect or 0.0) * active, start, None), world.effect or 0.0
    people = np.exp(rng.normal(4.5, 0.4, size=(world.units, 1))) * np.ones((1, PERIODS))
    rate = np.exp(-2.5 + 0.4 * level + 0.2 * common + 0.15 * noise)
    ratio = world.effect or 1.0
    mean = people * rate * np.where(active, ratio, 1.0)
    told = active & (np.arange(PERIODS)[None, :] < start.max())  # later nobody is left to be compared with
    return _panel(rng.poisson(mean).astype(float), start, people), float((rate[told] * (ratio - 1)).mean())


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
    """Return how often the interval of *name* holds the planted effect, among those not refused.

    Counts with few units and several starts are answered by a difference of rates: then that is what has to be held (its mean is of estimate ÷ truth).
    """
    case = CASES[name]
    planted = RATIO if case.counts else EFFECT
    world = World(units, treated, case.counts, case.staggered, planted)
    told = []
    for k in range(seeds):
        made, difference = made_up(world, 10**6 + k)
        answer = case.run(made)
        if isinstance(answer, ev.Effect):
            rates = case.counts and answer.scale is not ev.Scale.RATIO
            told.append((answer, difference if rates else planted, rates))
    row: dict[str, object] = {"design": name, "units": units, "treated": treated, "seeds": seeds, "refused": seeds - len(told)}
    if told:
        rates = told[0][2]
        row |= {"covered": round(float(np.mean([a.low <= truth <= a.high for a, truth, _ in told])), 4),
                "mean": round(float(np.mean([a.estimate for a, _, _ in told]) / (np.mean([truth for _, truth, _ in told]) if rates else 1)), 4),
                "planted": 1.0 if rates else planted}
    return row


def cell(name: str, units: int, treated: int, wanted: tuple[int, int]) -> Row:
    """Return size and coverage of *name* with so many laws and seeds; 0 of them leaves a half out."""
    laws, seeds = wanted
    made = size(name, units, treated, laws) if laws else {}
    held = coverage(name, units, treated, seeds) if seeds else {}
    return made | {k: held[k] for k in ("covered", "mean", "planted") if k in held}


def code_of(name: str) -> str:
    """Return the fingerprint of what design *name* is measured with."""
    return fingerprint(CASES[name].module, "dealing", "settings")


def cells(names: list[str], sizes: tuple[tuple[int, int], ...], wanted: tuple[int, int]) -> Iterator[tuple[Row, Callable[[], Row]]]:
    """Yield the key of every cell and how it is measured. Permutation asked for differs from the design's own choice only from 20 units on."""
    for name in names:
        code = code_of(name)
        for units, treated in ALL_TREATED if name.endswith("_all") and len(sizes) > 1 else sizes:
            if name.startswith("permutation") and len(sizes) > 2 and units < 20:
                continue
            key: Row = {"design": name, "units": units, "treated": treated, "laws": wanted[0], "seeds": wanted[1], "code": code}
            yield key, lambda name=name, units=units, treated=treated: cell(name, units, treated, wanted)  # type: ignore[misc]


def latest(rows: list[Row], wanted: tuple[int, int] = FULL) -> list[Row]:
    """Return the last row of every cell of the full table that is among *rows* (a file that was added to), in the table's order."""
    found = {(r["design"], r["units"], r["treated"]): r for r in rows if (r["laws"], r["seeds"]) == wanted}
    keys = [(name, *size) for name in CASES for size in (*SIZES, *ALL_TREATED)]
    return [found[key] for key in keys if key in found]


def markdown(rows: list[Row]) -> str:
    """Return the table of docs/evaluation.md, and below it the cells that are always refused."""
    short = {"cluster": "聚类", "permutation": "置换", "wild": "野自助", "multiplier": "乘数自助"}
    told = [r for r in rows if r["refused"] != r["laws"]]
    rates = {(name, "permutation"): "（率之差）" for name in ("staggered_counts", "staggered_counts_all")}  # so few units are answered by a difference, not by the ratio
    lines = [(CASES[str(r["design"])].label, _office(r), short[str(r["inference"])] + rates.get((str(r["design"]), str(r["inference"])), ""), r["laws"], per_cent(r["attainable"]),
              per_cent(r["rejected"]), r["seeds"], per_cent(r.get("covered"))) for r in told]
    refused: dict[str, list[str]] = {}
    for row in rows:
        if row["refused"] == row["laws"]:
            refused.setdefault(_office(row), []).append(CASES[str(row["design"])].label)
    made = table(("方法", "单位（其中试点）", "推断", "安慰剂次数", "可达到的水准", "误判率", "种下效果次数", "区间覆盖率"), lines)
    return made + "".join(f"\n\n{office}时每次都拒绝：{'、'.join(names)}。" for office, names in refused.items())


def _office(row: Row) -> str:
    return f"{row['units']}（{row['treated']}）"


def parsed() -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="every size of office, 2,000 laws, 1,000 planted effects")
    parser.add_argument("--laws", type=int)
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--design", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--units", type=int, help="one size of office only, with --treated")
    parser.add_argument("--treated", type=int)
    parser.add_argument("--resume", type=Path, help="file of rows: read first, added to")
    parser.add_argument("--markdown", action="store_true", help="print the table in the end")
    return parser.parse_args()


def main() -> None:
    """Print one JSON line per design and number of units, and the table where asked for."""
    asked = parsed()
    laws, seeds = FULL if asked.full else SMALL
    wanted = (laws if asked.laws is None else asked.laws, seeds if asked.seeds is None else asked.seeds)
    sizes = SIZES if asked.full else SMALL_SIZES
    if asked.units is not None and asked.treated is not None:
        sizes = ((asked.units, asked.treated),)
    rows = measure(cells(asked.design, sizes, wanted), asked.resume)
    if asked.markdown:
        print(markdown(rows))


if __name__ == "__main__":
    main()
