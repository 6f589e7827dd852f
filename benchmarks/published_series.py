"""The published rows of one series and of mixtures: the smoking ban of Sicily, California's tobacco programme (for published.py)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from fangkong_lab import evaluate as ev
from fangkong_lab.evaluate.clock import read_series
from fangkong_lab.evaluate.interrupted import design_of
from fangkong_lab.evaluate.regression import fit

Found = Iterable[tuple[str, str, float]]
STATES = {"outcome": "cigsale", "unit": "state", "time": "year", "treated_from": "since"}
PREDICTED = "ADH SC, predictors lnincome retprice age15to24 (1980-88), beer (1984-88), cigsale 1975 1980 1988"
PATH = "outcome-path SC (simplex least squares, unique)"
PUBLISHED = {"Colorado": 0.164, "Connecticut": 0.069, "Montana": 0.199, "Nevada": 0.234, "Utah": 0.334}


def sicily(frame: pd.DataFrame) -> Found:
    """Lopez Bernal, Cummins & Gasparrini's smoking ban, with the normal quantile of their paper."""
    plain = {"lags": 0, "reference": ev.Reference.NORMAL}
    models = {"m1_poisson": ev.ItsOptions(slope=False, family=ev.Family.POISSON, season=1, **plain),
              "m2_quasi": ev.ItsOptions(slope=False, season=1, **plain), "m3_quasi_seasonal": ev.ItsOptions(slope=False, season=12, **plain)}
    asked = {"outcome": "aces", "time": "time", "start": 37, "exposure": "stdpop"}
    for name, options in models.items():
        made = ev.its(frame, **asked, options=options)
        for quantity, value in (("RR", made.estimate), ("RR lower", made.low), ("RR upper", made.high)):
            yield f"{name} log link, offset log(stdpop)", quantity, value
    series = read_series(frame, "aces", "time", 37, "stdpop")
    yield "Pearson dispersion of m3", "phi", fit(design_of(series, models["m3_quasi_seasonal"], 12), series.outcome, np.log(series.exposure),
                                                 ev.Family.QUASI_POISSON).dispersion
    sloped = ev.its(frame, **asked, options=ev.ItsOptions(season=12, **plain))
    yield "centred slope change", "p (normal)", sloped.detail().set_index("量").loc["斜率变化（每期）", "p值"]


def mixtures(frame: pd.DataFrame) -> Found:
    """Abadie, Diamond & Hainmueller's and Arkhangelsky et al.'s California."""
    frame = frame.assign(since=np.where(frame["state"] == "California", 1989.0, np.nan))
    yield from _predicted(frame)
    gap = ev.synthetic_gap(frame, PUBLISHED, **STATES)
    yield "gap of published weights", "MSPE 1970-88", gap.before
    yield "gap of published weights", "gap in 2000", gap.at(2000)
    yield "gap of published weights", "mean gap 1989-2000", gap.effect
    yield "post/pre MSPE", "ratio", gap.after / gap.before
    made = ev.synthetic(frame, **STATES)
    weights = made.detail().set_index("单位")["权重"]
    for state in ("Utah", "Montana", "Nevada", "Connecticut", "New Hampshire", "Colorado"):
        yield PATH, f"weight {state}", weights[state]
    yield "outcome-path SC", "mean gap 1989-2000", made.estimate
    yield "outcome-path SC", "RMSPE 1970-88", np.sqrt(ev.synthetic_gap(frame, weights.to_dict(), **STATES).before)
    yield "synthetic DiD", "ATT", ev.synthetic_did(frame, **STATES).estimate
    plain = ev.SyntheticDidOptions(unit_ridge=1e-6, intercept=False, time_weights=False)
    yield "synthdid::sc_estimate", "ATT", ev.synthetic_did(frame, **STATES, options=plain).estimate


def _predicted(frame: pd.DataFrame) -> Found:
    wanted = [ev.Predictor(c, 1980, 1988) for c in ("lnincome", "retprice", "age15to24")] + [ev.Predictor("beer", 1984, 1988)]
    wanted += [ev.Predictor("cigsale", year, year) for year in (1975, 1980, 1988)]
    weights = ev.synthetic(frame, **STATES, options=ev.SyntheticOptions(tuple(wanted))).detail().set_index("单位")["权重"]
    for state in PUBLISHED:
        yield PREDICTED, f"weight {state}", weights[state]
    yield "nested V", "RMSPE 1970-88", np.sqrt(ev.synthetic_gap(frame, weights.to_dict(), **STATES).before)
