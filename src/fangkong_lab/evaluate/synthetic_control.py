"""Synthetic control: the pilots against the mixture of other units that went the same way before.

Abadie, Diamond & Hainmueller 2010, JASA 105:493–505; Abadie 2021, JEL 59:391–425. By default the mixture is fitted to the outcome before the start
(one convex problem: no luck of a start in it). With predictors their importance is searched from many starts, and the spread of what
the starts found is shown. Inference by placebo: every other unit is given the same treatment in turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput, did_you_mean
from fangkong_lab.evaluate.assumption import Assumption, Refusal, State
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale
from fangkong_lab.evaluate.evidence import grade
from fangkong_lab.evaluate.extreme import chosen_at_extreme
from fangkong_lab.evaluate.panel import Columns, Panel
from fangkong_lab.evaluate.placebo_sets import Sets, only_pilots, rank_sets
from fangkong_lab.evaluate.predictors import Predictor, Search, predictor_values, search
from fangkong_lab.evaluate.readings import readings
from fangkong_lab.evaluate.sdid import common_start, paths_plot, pre_fit
from fangkong_lab.evaluate.settings import STANDARD, Settings
from fangkong_lab.evaluate.simplex import simplex_weights
from fangkong_lab.evaluate.trap import Trap

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PAPER = "Abadie, Diamond & Hainmueller 2010"
FEWEST_BEFORE = 5
MOST_OUTSIDE = 0.25
LUCK = 0.05


@dataclass(frozen=True)
class SyntheticOptions:
    """*predictors* (none: the outcome path) and *starts* of the search over their importance."""

    predictors: tuple[Predictor, ...] = ()
    starts: int = 12


PLAIN = SyntheticOptions()


@dataclass(frozen=True, eq=False)
class Gap:
    """Pilots minus a mixture of others, T periods: *weights* by unit, *gap* T, *first* the first period under the pilot."""

    weights: dict[str, float]
    gap: Floats
    first: int
    periods: tuple[object, ...]

    @property
    def before(self) -> float:
        """Mean squared gap before the start (MSPE)."""
        return float((self.gap[: self.first] ** 2).mean())

    @property
    def after(self) -> float:
        """Mean squared gap after the start."""
        return float((self.gap[self.first :] ** 2).mean())

    @property
    def effect(self) -> float:
        """Mean gap after the start."""
        return float(self.gap[self.first :].mean())

    def at(self, period: object) -> float:
        """Return the gap in *period*."""
        return float(self.gap[self.periods.index(period)])


def synthetic(frame: pd.DataFrame, *, outcome: str, unit: str, time: str, treated_from: str, exposure: str | None = None,
              options: SyntheticOptions = PLAIN, settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the mean gap a unit and period after the start, p by placebo rank of the ratio of squared gaps after ÷ before.

    All pilots must begin together (their mean is followed). A panel that does not bear the design gives a `Refusal`.
    """
    panel = Panel.read(frame, Columns(outcome, unit, time, treated_from, exposure))
    panel.require_units()
    refusal = common_start(panel, Design.SYNTHETIC, FEWEST_BEFORE)
    if refusal:
        return refusal
    found = search(panel, predictor_values(frame, panel, options.predictors), options.starts, settings.seed) if options.predictors else None
    sets = rank_sets(panel, settings.seed)
    gaps, weights = _gaps(panel, sets, found)
    return _effect(panel, (gaps, weights[0], found), settings, pre_fit(panel, sets, weights, centred=False))


def synthetic_gap(frame: pd.DataFrame, weights: Mapping[str, float], *, outcome: str, unit: str, time: str, treated_from: str) -> Gap:
    """Return the gap that given *weights* leave (published ones, say); raises `BadInput` for a unit that is not there or was a pilot."""
    panel = Panel.read(frame, Columns(outcome, unit, time, treated_from))
    panel.require_units()
    others = [u for u, t in zip(panel.units, panel.treated, strict=True) if not t]
    for name in weights:
        if name not in others:
            raise BadInput(f"「{name}」不是对照单位", mend=did_you_mean(name, tuple(sorted(others))))
    row = np.array([float(weights.get(u, 0.0)) for u in panel.units])
    return Gap(dict(weights), panel.rates()[panel.treated].mean(0) - row @ panel.rates(), panel.cohorts[0], panel.periods)


def mean_gap(panel: Panel) -> float:
    """Return the pilots' mean gap after the start to the mixture fitted to the outcome before it, without inference."""
    gaps, _ = _gaps(panel, only_pilots(panel))
    return float(gaps[0, panel.cohorts[0] :].mean())


def _gaps(panel: Panel, sets: Sets, found: Search | None = None) -> tuple[Floats, Floats]:
    """Return B×T gaps of the sets to their mixtures, and the mixtures' B×N weights."""
    weights = np.array([fitted_weights(panel, row, donors, found) for row, donors in zip(sets.members, sets.donors, strict=True)])
    return sets.means(panel.rates()) - weights @ panel.rates(), weights


def fitted_weights(panel: Panel, treated: Floats, donors: NDArray[np.bool_], found: Search | None = None) -> Floats:
    """Return N weights, of *donors* (N) alone, for the mean of the units marked in *treated* (N, 0/1).

    With predictors (*found*) their importance is the pilots', for every placebo: searching anew for each would let luck choose the rank.
    """
    rates, first = panel.rates(), panel.cohorts[0]
    table = rates[:, :first].T if found is None else found.scaled()
    target = table @ (treated / treated.sum())
    weights = np.zeros(panel.n_units)
    weights[donors] = simplex_weights(table[:, donors], target)
    return weights


def _effect(panel: Panel, fits: tuple[Floats, Floats, Search | None], settings: Settings, fit: Assumption) -> Effect:
    gaps, weights, found = fits
    first, rates = panel.cohorts[0], panel.rates()
    ratio = (gaps[:, first:] ** 2).mean(1) / np.maximum((gaps[:, :first] ** 2).mean(1), 1e-300)
    placebos = len(gaps) - 1
    p = float((ratio >= ratio[0] * (1 - 1e-9)).mean()) if placebos else None
    checks = [fit, _hull(panel), _luck(found),
              chosen_at_extreme(rates[panel.treated][:, :first], rates[~panel.treated][:, :first])]
    size = panel.size()
    return Effect(Design.SYNTHETIC, panel.columns.outcome, settings.unit_word, float(gaps[0, first:].mean()), float("nan"), float("nan"), settings.level,
                  Scale.RATE if panel.counts else Scale.PER_PERIOD, size, Inference.PLACEBO, _frame(panel, weights),
                  grade(3, tuple(checks), settings.assignment, treated=size.treated, control=size.control), p=p,
                  p_floor=1 / (placebos + 1) if placebos else None, assumptions=tuple(checks),
                  caveats=(*readings(settings, panel.columns.outcome), f"p值是试点后与试点前误差之比（{ratio[0]:.3g}倍）在{placebos}组安慰剂中的名次，不给区间", *panel.notes()),
                  plot=paths_plot(panel, weights, intercept=False), sources=(panel.source(),))


def _hull(panel: Panel) -> Assumption:
    """Is the pilots' path inside the range of the others, period by period: outside no mixture can follow it."""
    first, rates = panel.cohorts[0], panel.rates()
    path, others = rates[panel.treated].mean(0)[:first], rates[~panel.treated][:, :first]
    outside = int(((path < others.min(0)) | (path > others.max(0))).sum())
    state = State.PASSED if outside <= MOST_OUTSIDE * first else State.FAILED
    return Assumption("在对照单位范围之内", state, f"试点前{first}期中有{outside}期超出全部对照单位的范围", "Abadie 2021")


def _luck(found: Search | None) -> Assumption:
    if found is None:
        return Assumption("求解起点", State.INFORMATIONAL, "按试点前走势拟合，是凸问题，与求解起点无关", Trap.OPTIMISER_LUCK.reference)
    near = sum(loss <= found.losses[0] * (1 + LUCK) for loss in found.losses)
    text = (f"{len(found.losses)}个起点，试点前均方误差{found.losses[0]:.4g}至{found.losses[-1]:.4g}，{near}个起点与最好的相差不到{LUCK:.0%}，"
            f"效应随起点在{min(found.effects):+.3g}至{max(found.effects):+.3g}之间")
    return Assumption("求解起点", State.PASSED if near >= 2 else State.FAILED, text, Trap.OPTIMISER_LUCK.reference)


def _frame(panel: Panel, weights: Floats) -> pd.DataFrame:
    import pandas as pd

    rows = sorted(((u, w) for u, w in zip(panel.units, weights, strict=True) if w > 1e-6), key=lambda r: (-r[1], r[0]))
    return pd.DataFrame(rows, columns=["单位", "权重"])
