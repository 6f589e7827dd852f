"""Every published or cross-checked number of the evaluation data, through the public functions, beside its tolerance.

    python benchmarks/published.py [--data FOLDER]

FOLDER holds the data sets and expected.csv (not part of this project: licences differ); default ../shared/data/eval beside
the checkout, or $FANGKONG_SHARED_DATA/eval. Prints one line per row; exit status 1 where one is missing or out of tolerance.
"""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from fangkong_lab import evaluate as ev
from fangkong_lab.measure.funnel import Spread, funnel, tail
from fangkong_lab.measure.shrinkage import clayton_kaldor, marshall

ROOT = Path(__file__).parents[1]
Found = Iterable[tuple[str, str, float]]  # method, quantity (both as in expected.csv, in its order where they repeat), value


def folder() -> Path:
    """Return where the data lie."""
    shared = os.environ.get("FANGKONG_SHARED_DATA")
    return Path(shared) / "eval" if shared else ROOT.parent / "shared" / "data" / "eval"


def mpdta(frame: pd.DataFrame) -> Found:
    """Callaway & Sant'Anna's county teen employment."""
    frame = frame.assign(g=frame["first_treat"].where(frame["first_treat"] > 0))
    panel = ev.Panel.read(frame, ev.Columns("lemp", "countyreal", "year", "g"))
    simple = ev.staggered(panel)
    for row in simple.detail().itertuples():
        if row.期 > 2003:
            yield "CS dr, never-treated, no covariates", f"ATT({int(row.试点批次)},{row.期})", row.效应
    dynamic = ev.staggered(panel, by=ev.By.DYNAMIC)
    for row in dynamic.detail().itertuples():
        yield "CS dr, dynamic aggregation", f"ATT(e={row.距试点起始})", row.效应
        yield "CS dr, dynamic aggregation", f"SE(e={row.距试点起始})", row.标准误
    yield "CS dr, dynamic overall", "ATT", dynamic.estimate
    yield "CS dr, dynamic overall", "SE", dynamic.standard_error
    yield "CS dr, group overall", "ATT", ev.staggered(panel, by=ev.By.GROUP).estimate
    yield "CS dr, simple", "ATT", simple.estimate
    yield "CS dr, simple", "SE (analytic)", simple.standard_error
    with_size = ev.staggered(ev.Panel.read(frame, ev.Columns("lemp", "countyreal", "year", "g", covariates=("lpop",))))
    yield "CS dr with lpop, simple", "ATT", with_size.estimate
    yield "CS dr with lpop, simple", "SE", with_size.standard_error


def castle(frame: pd.DataFrame) -> Found:
    """Cheng & Hoekstra's castle doctrine: first with state and year effects, then with region-by-year effects."""
    def read(outcome: str, **more: str) -> ev.Panel:
        return ev.Panel.read(frame, ev.Columns(outcome, "state", "year", "effyear", dose="cdl", **more))

    for weight, method in (("popwt", "TWFE log homicide weighted by population"), (None, "TWFE log homicide")):
        for absorb in (None, "regyear"):
            made = ev.two_way(read("l_homicide", **{k: v for k, v in (("weight", weight), ("absorb", absorb)) if v}))
            yield method, "beta", made.estimate
            yield "CRV1 by state", "SE", made.standard_error
    counts = read("homicide_c", exposure="population")
    negative = ev.poisson(counts, negative_binomial=True)
    yield "NB2 count of homicides, exposure population, state+year dummies", "beta", np.log(negative.estimate)
    yield "cluster by state, factor G/(G-1) only", "SE", negative.standard_error
    yield "Poisson FE (PPML) count of homicides, exposure population", "beta", np.log(ev.poisson(counts).estimate)


def california(frame: pd.DataFrame) -> Found:
    """The plain difference-in-differences of the tobacco programme."""
    made = ev.did(frame.assign(g=np.where(frame["state"] == "California", 1989, np.nan)), outcome="cigsale", unit="state", time="year",
                  treated_from="g")
    yield "DiD", "ATT", made.estimate


def hospitals(frame: pd.DataFrame) -> Found:
    """Spiegelhalter's Bristol data."""
    made = funnel(frame.rename(columns={"Hospital": "unit", "Deaths": "events", "Operations": "size"}), "术后死亡", Spread.PROPORTION)
    plain = sum(tail(e, made.target, n, Spread.PROPORTION) <= 0.001 for e, n in zip(frame["Deaths"], frame["Operations"], strict=True))
    yield "winsorised arcsine z", "phi", made.dispersion.phi
    yield "arcsine", "tau2", made.dispersion.tau2
    outside = len(made.outside(0.998))
    yield "99.8 % limits with and without over-dispersion", "number outside (Bristol)", outside if outside == plain else -1


def counties(frame: pd.DataFrame) -> Found:
    """Sudden infant deaths of North Carolina."""
    events, size = frame["SID74"].to_numpy(float), frame["BIR74"].to_numpy(float)
    expected = size * events.sum() / size.sum()
    anson = int(np.flatnonzero(frame["name"] == "Anson")[0])
    prior = clayton_kaldor(events, expected)
    yield "Poisson-gamma EB (Clayton-Kaldor moment/EM)", "nu", prior.nu
    yield "same", "alpha", prior.alpha
    yield "same", "EB relative risk Anson", (events[anson] + prior.nu) / (expected[anson] + prior.alpha)
    yield "Marshall (1991) global EB", "rate Anson", marshall(events, size)[anson]


SERIES = runpy.run_path(str(Path(__file__).with_name("published_series.py")))
PROVIDERS: dict[str, tuple[Callable[[pd.DataFrame], Found], ...]] = {
    "mpdta.csv": (mpdta,),
    "castle.csv": (castle,),
    "prop99.csv": (california, SERIES["mixtures"]),
    "sicily.csv": (SERIES["sicily"],),
    "child_heart_surgery_1991_95.csv": (hospitals,),
    "nc_sids.csv": (counties,),
}


def measured(data: Path) -> pd.DataFrame:
    """Return expected.csv with the value found (NaN: none) and whether it is inside the tolerance."""
    expected = pd.read_csv(data / "expected.csv")
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for name, providers in PROVIDERS.items():
        frame = pd.read_csv(data / name)
        for provider in providers:
            for method, quantity, value in provider(frame):
                found[name, method, quantity].append(float(value))
    keys = list(zip(expected["dataset"], expected["method"], expected["quantity"], strict=True))
    expected["found"] = [found[k].pop(0) if found[k] else np.nan for k in keys]
    expected["difference"] = expected["found"] - expected["value"]
    # A count has tolerance 0; others may differ in the last bit of the printed value.
    expected["inside"] = expected["difference"].abs() <= expected["abs_tol"] * (1 + 1e-9) + 1e-12
    return expected


def main() -> int:
    """Print every row and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=folder())
    made = measured(parser.parse_args().data)
    for row in made.itertuples():
        print(f"{'ok ' if row.inside else 'OUT' if row.found == row.found else '-  '} {row.dataset} | {row.method} | {row.quantity}: "
              f"{row.value:.7g} ± {row.abs_tol:.2g}, found {row.found:.7g}, difference {row.difference:+.2g}")
    print(f"{int(made['inside'].sum())} of {len(made)} inside their tolerance")
    return 0 if made["inside"].all() else 1


if __name__ == "__main__":
    sys.exit(main())
