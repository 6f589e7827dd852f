"""How fast the evaluation designs are, beside diff-diff, pyfixest and linearmodels, in one run: 3,000 counties × 20 periods.

    .venv-bench/bin/python benchmarks/evaluation.py [--units 3000] [--periods 20] [--only NAME …]

CPU seconds (one thread) of the best of five runs after one to warm up, from the frame to the finished result, preconditions included (the
peers make estimates and standard errors only). `ratio` is ours over the fastest peer's; `agrees` says how far the estimates
are apart. Permutations and bootstrap draws stand alone: 9,999 in under a second. Prints one JSON object a line.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # CPU seconds of threads that wait would count

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from fangkong_lab import evaluate as ev  # noqa: E402

SEED = 20161231
REPEATS = 5


@dataclass(frozen=True)
class Race:
    """*ours* and each peer return the estimate; *peers* name → function of the frame. *limit* is in seconds where there is no peer."""

    ours: Callable[[pd.DataFrame], float]
    peers: dict[str, Callable[[pd.DataFrame], float]]
    limit: float | None = None
    same: bool = True  # do the peers estimate the same thing
    frame: Callable[[pd.DataFrame], pd.DataFrame] = lambda f: f  # what is raced on, made beforehand
    once: bool = False  # peers that take half a minute run once, without a run to warm up


def counties(units: int, periods: int) -> pd.DataFrame:
    """Return made-up counties: continuous outcome y, counts c with people, three starts, half never treated."""
    rng = np.random.default_rng(SEED)
    start = rng.choice([8, 10, 12, periods], units, p=[0.15, 0.15, 0.2, 0.5])
    active = np.arange(periods)[None, :] >= start[:, None]
    y = rng.normal(size=(units, 1)) + rng.normal(size=(units, periods)).cumsum(axis=1) * 0.1 + 0.2 * active
    people = np.repeat(np.exp(rng.normal(6, 0.5, (units, 1))), periods, axis=1)
    first = np.where(start < periods, 2000 + start, 0)
    frame = pd.DataFrame({"unit": np.repeat(np.arange(units), periods), "year": np.tile(np.arange(2000, 2000 + periods), units),
                          "y": y.ravel(), "c": rng.poisson(people * np.exp(-4 + 0.2 * y)).ravel(), "people": people.ravel(),
                          "first": np.repeat(first, periods)})
    return frame.assign(start=frame["first"].where(frame["first"] > 0), post=active.ravel().astype(int),
                        logs=np.log(frame["people"]), one=np.where(frame["first"] > 0, 2010.0, np.nan))


def one_start(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with a single start for all treated units."""
    return frame.assign(start=frame["one"], post=((frame["first"] > 0) & (frame["year"] >= 2010)).astype(int))


def hundredth(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with one start and every hundredth county a pilot: what mixtures of other units are for."""
    pilot = frame["unit"] % 100 == 0
    return frame.assign(start=np.where(pilot, 2010.0, np.nan), treat=pilot.astype(int))


def one_of_forty(frame: pd.DataFrame) -> pd.DataFrame:
    """Return 40 counties and 31 years, one of them a pilot from the 20th on: the size of the published example, 39 placebos."""
    made = counties(40, 31)
    return made.assign(start=np.where(made["unit"] == 0, 2019.0, np.nan))


MIXED = {"outcome": "y", "unit": "unit", "time": "year", "treated_from": "start"}


def diff_diff_synthetic(frame: pd.DataFrame) -> float:
    """diff-diff's synthetic difference-in-differences with as many placebos as ours."""
    made = importlib.import_module("diff_diff").SyntheticDiD(n_bootstrap=199, seed=SEED).fit(
        frame, outcome="y", treatment="treat", unit="unit", time="year", post_periods=sorted(t for t in frame["year"].unique() if t >= 2010))
    return float(made.att)


def panel(frame: pd.DataFrame, outcome: str = "y", exposure: str | None = None) -> ev.Panel:
    """Return our panel of the frame."""
    return ev.Panel.read(frame, ev.Columns(outcome, "unit", "year", "start", exposure))


def diff_diff(name: str, draws: int = 0, **options: Any) -> Callable[[pd.DataFrame], float]:
    """Return the staggered estimator *name* of diff-diff."""
    def run(frame: pd.DataFrame) -> float:
        maker = getattr(importlib.import_module("diff_diff"), name)
        made = (maker(n_bootstrap=draws) if draws else maker()).fit(frame, outcome="y", unit="unit", time="year",
                                                                    first_treat="first", **options)
        return float(getattr(made, "overall_att", getattr(made, "twfe_estimate", np.nan)))
    return run


def diff_diff_two_way(frame: pd.DataFrame) -> float:
    """diff-diff's two-way fixed effects (0/1 post)."""
    made = importlib.import_module("diff_diff").TwoWayFixedEffects().fit(
        frame.assign(ever=(frame["first"] > 0).astype(int), late=(frame["year"] >= 2010).astype(int)), outcome="y", treatment="ever", time="late",
        unit="unit")
    return float(made.att)


def feols(frame: pd.DataFrame) -> float:
    """pyfixest's two-way fixed effects."""
    return float(importlib.import_module("pyfixest").feols("y ~ post | unit + year", frame, vcov={"CRV1": "unit"}).coef()["post"])


def fepois(frame: pd.DataFrame) -> float:
    """pyfixest's Poisson with unit and year effects and an offset."""
    made = importlib.import_module("pyfixest").fepois("c ~ post | unit + year", frame, vcov={"CRV1": "unit"}, offset="logs")
    return float(made.coef()["post"])


def panel_ols(frame: pd.DataFrame) -> float:
    """linearmodels' two-way fixed effects."""
    model = importlib.import_module("linearmodels.panel").PanelOLS.from_formula("y ~ post + EntityEffects + TimeEffects",
                                                                                frame.set_index(["unit", "year"]))
    return float(model.fit(cov_type="clustered", cluster_entity=True).params["post"])


def permuted(frame: pd.DataFrame) -> float:
    """9,999 permutations of the staggered starts."""
    return ev.permutation(frame, outcome="y", unit="unit", time="year", treated_from="start").estimate


def permuted_counts(frame: pd.DataFrame) -> float:
    """9,999 permutations of the pilots of counts with one start."""
    return ev.permutation(frame, outcome="c", unit="unit", time="year", treated_from="start", exposure="people").estimate


RACES = {
    "two_by_two": Race(lambda f: ev.two_by_two(panel(one_start(f))).estimate, {"diff-diff": lambda f: diff_diff_two_way(one_start(f)),
                       "pyfixest": lambda f: feols(one_start(f)), "linearmodels": lambda f: panel_ols(one_start(f))}),
    "two_way": Race(lambda f: ev.two_way(panel(f)).estimate, {"pyfixest": feols, "linearmodels": panel_ols}),
    "goodman_bacon": Race(lambda f: ev.goodman_bacon(panel(f)).estimate, {"diff-diff": diff_diff("BaconDecomposition")}),
    "staggered": Race(lambda f: ev.staggered(panel(f)).estimate, {"diff-diff": diff_diff("CallawaySantAnna")}),
    "sun_abraham": Race(lambda f: ev.sun_abraham(panel(f)).estimate, {"diff-diff": diff_diff("SunAbraham")}),
    "imputation": Race(lambda f: ev.imputation(panel(f)).estimate, {"diff-diff": diff_diff("ImputationDiD")}),
    "event_study_9999": Race(lambda f: ev.event_study(panel(f)).estimate,
                             {"diff-diff": diff_diff("CallawaySantAnna", 9_999, aggregate="event_study")}, limit=1.0, same=False),
    "poisson": Race(lambda f: float(np.log(ev.poisson(panel(f, "c", "people")).estimate)), {"pyfixest": fepois}),
    "staggered_counts": Race(lambda f: ev.staggered_counts(panel(f, "c", "people")).estimate, {}),
    "synthetic_did": Race(lambda f: ev.synthetic_did(f, **MIXED).estimate, {"diff-diff": diff_diff_synthetic}, frame=hundredth, once=True),
    "synthetic": Race(lambda f: ev.synthetic(f, **MIXED).estimate, {}, frame=hundredth),
    "synthetic_39_placebos": Race(lambda f: ev.synthetic(f, **MIXED).estimate, {}, limit=0.5, frame=one_of_forty),
    "synthetic_did_39_placebos": Race(lambda f: ev.synthetic_did(f, **MIXED).estimate, {}, limit=0.5, frame=one_of_forty),
    "permutation_9999": Race(permuted, {}, limit=1.0),
    "permutation_counts_9999": Race(lambda f: float(np.log(permuted_counts(f))), {}, limit=1.0, frame=one_start),
    "wild_9999": Race(lambda f: ev.two_way(panel(f), ev.Settings(inference=ev.Inference.WILD)).estimate, {}, limit=1.0),
}


def seconds(run: Callable[[pd.DataFrame], float], frame: pd.DataFrame, once: bool = False) -> tuple[float, float]:
    """Return CPU seconds of the best run and the estimate; raises what the run raises (a peer that is not installed)."""
    best = float("inf")
    value = float("nan") if once else run(frame)
    for _ in range(1 if once else REPEATS):
        begun = time.process_time()
        value = run(frame)
        best = min(best, time.process_time() - begun)
    return best, value


def race(name: str, frame: pd.DataFrame) -> dict[str, object]:
    """Return the times of *name* and its peers; a peer that is not installed is named as missing."""
    this = RACES[name]
    frame = this.frame(frame)
    own, value = seconds(this.ours, frame)
    row: dict[str, object] = {"design": name, "cpu_s": round(own, 4)}
    times = {}
    for peer, run in this.peers.items():
        try:
            times[peer], theirs = seconds(run, frame, this.once)
        except ImportError:
            row[peer] = "missing"
            continue
        row[peer] = round(times[peer], 4)
        if this.same:
            row[f"agrees_{peer}"] = float(f"{abs(theirs - value):.1e}")
    if times:
        row["ratio"] = round(own / min(times.values()), 3)
    if this.limit is not None:
        row |= {"limit_s": this.limit, "within": own <= this.limit}
    return row


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=3_000)
    parser.add_argument("--periods", type=int, default=20)
    parser.add_argument("--only", nargs="*", default=list(RACES), choices=list(RACES))
    wanted = parser.parse_args()
    warnings.filterwarnings("ignore")
    frame = counties(wanted.units, wanted.periods)
    for name in wanted.only:
        print(json.dumps(race(name, frame), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
