"""Predictors of synthetic control, and the search for their importance from many starts.

The importance V is the one whose mixture leaves the smallest squared gap before the start (Abadie, Diamond & Hainmueller 2010, nested). The
problem is not convex: published examples move with the optimiser's start (Abadie 2021), so every start's end is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.panel import Panel, require_column
from fangkong_lab.evaluate.simplex import simplex_weights
from fangkong_lab.streams import stream

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEPS = 800


@dataclass(frozen=True)
class Predictor:
    """The mean of *column* over the periods from *since* to *until* (both inclusive)."""

    column: str
    since: Any
    until: Any


@dataclass(frozen=True, eq=False)
class Search:
    """*values* K×N predictors in standard deviations, *importance* K of the best start, *losses* of all starts, ascending (mean squared gap before the start), and
    the *effects* they lead to, in the same order.
    """

    values: Floats
    importance: Floats
    losses: tuple[float, ...]
    effects: tuple[float, ...]

    def scaled(self) -> Floats:
        """Return K×N predictors times root importance."""
        return self.values * np.sqrt(self.importance)[:, None]


def predictor_values(frame: pd.DataFrame, panel: Panel, predictors: Sequence[Predictor]) -> Floats:
    """Return K×N means in standard deviations over units; empty cells are left out of a mean. Raises `BadInput` for a unit without any."""
    rows = []
    for wanted in predictors:
        require_column(frame, wanted.column)
        inside = frame[(frame[panel.columns.time] >= wanted.since) & (frame[panel.columns.time] <= wanted.until)]
        means = inside.groupby(inside[panel.columns.unit].astype(str))[wanted.column].mean()
        values = np.array([float(means.get(u, np.nan)) for u in panel.units])
        if not np.isfinite(values).all():
            lacking = panel.units[int(np.argmax(~np.isfinite(values)))]
            raise BadInput(f"单位{lacking}在{wanted.since}至{wanted.until}没有「{wanted.column}」", mend="换一段有数的期间")
        spread = float(values.std(ddof=1))
        if spread == 0:
            raise BadInput(f"各单位的「{wanted.column}」都一样，不能用来挑对照", mend="去掉它")
        rows.append(values / spread)
    return np.array(rows)


def search(panel: Panel, values: Floats, starts: int, seed: int) -> Search:
    """Return the best importance from *starts* starts (the first: all alike; the others drawn), each by Nelder and Mead."""
    from scipy.optimize import minimize

    rates, first = panel.rates(), panel.cohorts[0]
    path, others = rates[panel.treated].mean(0), rates[~panel.treated]
    target, donors = values[:, panel.treated].mean(1), values[:, ~panel.treated]

    def gap(logs: Floats) -> Floats:
        root = np.sqrt(_shares(logs))
        return np.asarray(path - simplex_weights(donors * root[:, None], target * root) @ others)

    drawn = stream(seed, "predictor importance", len(values))
    ends = []
    for k in range(starts):
        begin = np.zeros(len(values)) if k == 0 else np.log(drawn.dirichlet(np.ones(len(values))) + 1e-6)
        end = minimize(lambda logs: float((gap(logs)[:first] ** 2).mean()), begin, method="Nelder-Mead",
                       options={"maxiter": STEPS, "xatol": 1e-4, "fatol": 1e-8})
        ends.append((float(end.fun), float(gap(end.x)[first:].mean()), _shares(end.x)))
    ends.sort(key=lambda end: end[0])
    return Search(values, ends[0][2], tuple(e[0] for e in ends), tuple(e[1] for e in ends))


def _shares(logs: Floats) -> Floats:
    raised = np.exp(logs - logs.max())
    return np.asarray(raised / raised.sum())
