"""Staggered pilots: Callaway–Sant'Anna, Sun–Abraham, imputation, and counts by imputation."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.aggregate import Aggregate, By, aggregate
from fangkong_lab.evaluate.assumption import Refusal
from fangkong_lab.evaluate.caution import logged_counts
from fangkong_lab.evaluate.choice import choose
from fangkong_lab.evaluate.cohort_table import event_plot, group_time_table, rows
from fangkong_lab.evaluate.count_filling import expect, gather_counts
from fangkong_lab.evaluate.dealing import permuted, permuted_or_refused
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale
from fangkong_lab.evaluate.filling import gather, impute
from fangkong_lab.evaluate.finding import Finding, effect
from fangkong_lab.evaluate.group_time import GroupTime, group_time
from fangkong_lab.evaluate.interaction import sun_abraham as interactions
from fangkong_lab.evaluate.multiplier import bands
from fangkong_lab.evaluate.settings import STANDARD, Controls, Settings
from fangkong_lab.evaluate.spread import spread_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from fangkong_lab.evaluate.panel import Panel


def staggered(panel: Panel, settings: Settings = STANDARD, *, by: By = By.SIMPLE) -> Effect | Refusal:
    """Return the average effect on pilot units by Callaway & Sant'Anna, gathered *by*; detail: every ATT(g, t), or the parts of
    *by*; the figure: by period since the start.

    *standard_error* is the analytic one of R's ``did`` (clustered, influence functions); the interval is corrected for few
    units (`spread`). `Inference.MULTIPLIER` gives simultaneous bands. Permutation with fewer than 5 units a side.
    """
    def made(used: Panel) -> tuple[Aggregate, Panel, pd.DataFrame]:
        effects = group_time(used, settings.controls)
        found = aggregate(effects, by)
        return found, effects.panel, _detail(effects, found, settings)

    return _answer(panel, settings, Design.STAGGERED, made)


def _detail(effects: GroupTime, found: Aggregate, settings: Settings) -> pd.DataFrame:
    """Return the detail of a Callaway–Sant'Anna or Sun–Abraham answer."""
    return group_time_table(effects, settings.level) if found.by is By.SIMPLE else rows(found, effects.panel, settings.level)


def sun_abraham(panel: Panel, settings: Settings = STANDARD, *, by: By = By.SIMPLE) -> Effect | Refusal:
    """Return the interaction-weighted average effect (Sun & Abraham 2021); otherwise as `staggered`."""
    def made(used: Panel) -> tuple[Aggregate, Panel, pd.DataFrame]:
        effects = interactions(used)
        found = aggregate(effects, by)
        return found, effects.panel, _detail(effects, found, settings)

    return _answer(panel, settings, Design.SUN_ABRAHAM, made)


def imputation(panel: Panel, settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the mean effect over all pilot units and periods by imputation (Borusyak, Jaravel & Spiess 2024); detail by period
    since the start.
    """
    def made(used: Panel) -> tuple[Aggregate, Panel, pd.DataFrame]:
        filled = impute(used)
        found = gather(filled)
        return found, filled.panel, rows(found, filled.panel, settings.level, by_cohort=_by_cohort(Design.IMPUTATION, filled.panel))

    return _answer(panel, settings, Design.IMPUTATION, made)


def staggered_counts(panel: Panel, settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the ratio of pilot counts to those expected without the pilot, any number of starts (`count_filling`).

    *standard_error* is that of the log ratio.
    """
    def made(used: Panel) -> tuple[Aggregate, Panel, pd.DataFrame]:
        filled = expect(used)
        found = gather_counts(filled)
        return found, filled.panel, rows(found, filled.panel, settings.level, ratio=True, by_cohort=False)

    return _answer(panel, settings, Design.POISSON, made)


def _answer(panel: Panel, settings: Settings, design: Design,
            made: Callable[[Panel], tuple[Aggregate, Panel, pd.DataFrame]]) -> Effect | Refusal:
    """Return the finished answer of a staggered design, or the refusal."""
    panel.require_units()
    if (refusal := logged_counts(panel, design.label) or _uncompared(panel, settings, design)) is not None:
        return refusal
    inference = choose(panel, settings, design, singles=design in (Design.IMPUTATION, Design.POISSON))
    if isinstance(inference, Refusal):
        return inference
    if inference is Inference.PERMUTATION:
        return (permuted if settings.inference else permuted_or_refused)(panel, settings, design)
    try:
        found, used, frame = made(panel)
    except CannotTell as error:
        return Refusal(design.label, error.what, "从未试点或尚未试点的单位", "Callaway & Sant'Anna 2021", "间断时间序列")
    return effect(_finding(found, used, frame, (settings, design, inference)), panel, settings)


def _uncompared(panel: Panel, settings: Settings, design: Design) -> Refusal | None:
    """Return the refusal where there is nobody to be compared with."""
    if panel.size().control > 0:
        return None
    if len(panel.cohorts) > 1 and settings.controls is Controls.NOT_YET:
        return None
    instead = "以「尚未试点的单位」作对照" if len(panel.cohorts) > 1 else "间断时间序列"
    return Refusal(design.label, "没有从未试点的单位", "从未试点的单位5个", "Callaway & Sant'Anna 2021", instead)


def _by_cohort(design: Design, used: Panel) -> bool:
    """Say whether the influence is centred within cohorts: not for counts, nor for imputation with cohorts of one unit."""
    single = any(int((used.start == g).sum()) < 2 for g in used.cohorts)
    return not (design is Design.POISSON or (design is Design.IMPUTATION and single))


def _finding(found: Aggregate, used: Panel, frame: pd.DataFrame, asked: tuple[Settings, Design, Inference]) -> Finding:
    """Return the finding of an aggregate."""
    settings, design, inference = asked
    ratio = design is Design.POISSON
    spread = spread_of(found.overall_influence, used, by_cohort=_by_cohort(design, used), logs=ratio)
    low, high = spread.interval(found.overall, settings.level)
    p, error = spread.p_value(found.overall), spread.conventional
    if inference is Inference.MULTIPLIER and not spread.still(found.overall):
        band = bands(found.overall_influence[:, None], used, settings.level, settings.draws, settings.seed)
        low, high, error = found.overall - band.reach[0], found.overall + band.reach[0], float(band.error[0])
        p = float((1 + (np.abs(band.drawn[:, 0]) >= abs(found.overall)).sum()) / (len(band.drawn) + 1))
    scale = Scale.RATIO if ratio else Scale.RATE if used.counts else Scale.PER_PERIOD
    estimate = found.overall
    if ratio:
        estimate, low, high = math.exp(estimate), float(np.exp(low)), float(np.exp(high))
    plot = event_plot(found, used, settings, inference, scale) if found.by is By.DYNAMIC else None
    return Finding(design, estimate, low, high, inference, frame, p, None, error, scale, plot)


def event_study(panel: Panel, settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the effect period by period since the start, base the last period before it (`Base.UNIVERSAL`), with simultaneous
    bands (`Inference.MULTIPLIER`) unless another inference is asked for; the estimate is the mean over periods from the start on.
    """
    from fangkong_lab.evaluate.pre_trend import event_path

    chosen = choose(panel, settings, Design.STAGGERED)
    if chosen is Inference.CLUSTER and settings.inference is None:
        settings = replace(settings, inference=Inference.MULTIPLIER)

    def made(used: Panel) -> tuple[Aggregate, Panel, pd.DataFrame]:
        compared = used.kept(used.start > 0) if used.always else used
        path = event_path(compared, settings.controls)
        return path, compared, rows(path, compared, settings.level)

    return _answer(panel, settings, Design.STAGGERED, made)
