"""Difference-in-differences of two groups and two periods, and its Poisson form for counts: one common start."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.aggregate import By, aggregate
from fangkong_lab.evaluate.assumption import Assumption, Refusal, State
from fangkong_lab.evaluate.caution import logged_counts
from fangkong_lab.evaluate.choice import choose
from fangkong_lab.evaluate.collapse import PERIODS, collapsed
from fangkong_lab.evaluate.count_fit import CountFit, fit_negative_binomial, fit_poisson
from fangkong_lab.evaluate.dealing import permuted, permuted_or_refused
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale
from fangkong_lab.evaluate.finding import Finding, effect
from fangkong_lab.evaluate.group_time import group_time
from fangkong_lab.evaluate.settings import STANDARD, Settings
from fangkong_lab.evaluate.spread import Spread, spread_of
from fangkong_lab.evaluate.trap import Trap
from fangkong_lab.evaluate.weights_behind import PURE

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.evaluate.panel import Panel


def two_by_two(panel: Panel, settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the difference of the mean changes of pilot and comparison units, each unit folded to before and after.

    Per unit and period, in the outcome's unit (per exposure where one is given). Welch's interval with at least 5 units a
    side, permutation below. `BadInput` without a pilot or a period before; a `Refusal` where the units cannot bear it.
    """
    panel.require_units()
    if (refusal := logged_counts(panel, Design.DID.label)) is not None:
        return refusal
    if panel.size().control == 0:
        return Refusal(Design.DID.label, "没有对照单位", "对照单位5个", "Bertrand, Duflo & Mullainathan 2004", "间断时间序列")
    inference = choose(panel, settings, Design.DID)
    if isinstance(inference, Refusal):
        return inference
    if inference is Inference.PERMUTATION:
        return (permuted if settings.inference else permuted_or_refused)(panel, settings, Design.DID)
    folded = collapsed(panel)
    found = aggregate(group_time(folded), By.SIMPLE)
    spread = spread_of(found.overall_influence, folded)
    low, high = spread.interval(found.overall, settings.level)
    scale = Scale.RATE if panel.counts else Scale.PER_PERIOD
    return effect(Finding(Design.DID, found.overall, low, high, inference, _means(folded), spread.p_value(found.overall), None,
                          spread.conventional, scale), panel, settings)


def _means(folded: Panel) -> pd.DataFrame:
    """Return the four means and the changes."""
    import pandas as pd

    rates = folded.rates()
    rows = []
    for name, rows_of in (("试点单位", folded.treated), ("对照单位", ~folded.treated)):
        before, after = rates[rows_of].mean(axis=0)
        rows.append({"组": name, "单位数": int(rows_of.sum()), PERIODS[0]: before, PERIODS[1]: after, "变化": after - before})
    return pd.DataFrame(rows)


def poisson(panel: Panel, settings: Settings = STANDARD, *, negative_binomial: bool = False) -> Effect | Refusal:
    """Return the ratio of pilot counts to those expected with unit and period effects (exposure as denominator), one coefficient.

    Clustered with at least 5 units a side (interval: one-step cluster jackknife with Satterthwaite's degrees of freedom),
    permutation of the ratio of ratios below. With several starts it shares the trap of two-way fixed effects: `staggered_counts`.
    """
    panel.require_units()
    design = Design.POISSON
    if panel.size().control == 0 and len(panel.cohorts) == 1:
        return Refusal(design.label, "没有对照单位", "对照单位5个", "Bertrand, Duflo & Mullainathan 2004", "间断时间序列")
    inference = choose(panel, settings, design, singles=True)
    if isinstance(inference, Refusal):
        return inference
    if inference is Inference.PERMUTATION:
        return (permuted if settings.inference else permuted_or_refused)(panel, settings, design)
    try:
        fit = (fit_negative_binomial if negative_binomial else fit_poisson)(panel)
    except CannotTell as error:
        return Refusal(design.label, error.what, "试点前后、试点与对照都有件数", "Correia, Guimarães & Zylkin 2020", "件数并列")
    return effect(_ratio(fit, settings, inference), panel, settings)


def _pure(panel: Panel) -> Assumption:
    """Return whether treated units serve as comparison for the one coefficient."""
    reference = Trap.STAGGERED_TWO_WAY.reference
    if len(panel.cohorts) < 2:
        return Assumption(PURE, State.PASSED, "试点同时起始，没有以已试点单位作对照", reference)
    return Assumption(PURE, State.FAILED, "分批试点而只用一个系数，已试点单位也作了对照；应以分批的插补估计为准", reference)


def _ratio(fit: CountFit, settings: Settings, inference: Inference) -> Finding:
    """Return the finding of a count model."""
    import pandas as pd

    groups = len(fit.without_each)
    if groups == fit.panel.n_units:
        spread = spread_of((fit.beta - fit.without_each) * (groups - 1), fit.panel, by_cohort=False, logs=True)
    else:
        spread = Spread(fit.clustered_error, fit.jackknife, groups - 1, 1.0)
    low, high = spread.interval(fit.beta, settings.level)
    frame = pd.DataFrame([{"系数（对数比）": fit.beta, "聚类标准误": fit.clustered_error, "刀切标准误": fit.jackknife,
                           "离散参数α": fit.alpha, "单位": fit.panel.n_units, "无事件未用单位": fit.dropped_units}])
    said = (f"{fit.dropped_units}个单位全期没有事件，对比值不提供信息，未用",) if fit.dropped_units else ()
    return Finding(Design.POISSON, math.exp(fit.beta), float(np.exp(low)), float(np.exp(high)), inference, frame,
                   spread.p_value(fit.beta), None, fit.clustered_error, Scale.RATIO, more=(_pure(fit.panel),), said=said)
