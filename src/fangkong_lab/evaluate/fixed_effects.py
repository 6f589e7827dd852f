"""Two-way fixed effects, with what the estimate is made of: the trap of staggered pilots is shown, not hidden."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.assumption import Assumption, Refusal, State
from fangkong_lab.evaluate.caution import logged_counts
from fangkong_lab.evaluate.choice import choose
from fangkong_lab.evaluate.dealing import permuted, permuted_or_refused
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale
from fangkong_lab.evaluate.finding import Finding, effect
from fangkong_lab.evaluate.settings import STANDARD, Settings
from fangkong_lab.evaluate.spread import Spread, level_of, spread_of
from fangkong_lab.evaluate.trap import Trap
from fangkong_lab.evaluate.two_way_fit import TwoWayFit, fit_two_way
from fangkong_lab.evaluate.weights_behind import PURE, Decomposition, decompose, negative_weights
from fangkong_lab.evaluate.wild import Wild, wild_bootstrap

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.evaluate.panel import Panel


def two_way(panel: Panel, settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the two-way fixed effects estimate; its detail lists the 2×2 comparisons behind it (Goodman-Bacon) where there are
    several starts, with the forbidden ones marked.

    *standard_error* is CRV1; the interval takes each cohort's spread with its own degrees of freedom (see `spread`), the
    cluster jackknife where clusters hold several units or rows are weighted, the wild cluster bootstrap where asked for.
    """
    panel.require_units()
    if (refusal := logged_counts(panel, Design.TWO_WAY.label)) is not None:
        return refusal
    inference = choose(panel, settings, Design.TWO_WAY, singles=True)
    if isinstance(inference, Refusal):
        return inference
    if inference is Inference.PERMUTATION:
        return (permuted if settings.inference else permuted_or_refused)(panel, settings, Design.TWO_WAY)
    try:
        fit = fit_two_way(panel)
    except CannotTell as error:
        return Refusal(Design.TWO_WAY.label, error.what, "没有试点的单位", Trap.STAGGERED_TWO_WAY.reference, "间断时间序列")
    if inference is Inference.WILD:
        return _wild(fit, settings)
    spread = _spread(fit)
    low, high = spread.interval(fit.beta, settings.level)
    return effect(_finding(fit, low, high, inference, spread.p_value(fit.beta)), panel, settings)


def _spread(fit: TwoWayFit) -> Spread:
    """Return the spread of the estimate; see `two_way`."""
    panel, groups = fit.panel, fit.clusters
    plain = panel.weight is None and panel.absorb is None and panel.dose is None
    if groups < panel.n_units or not plain or any(int((panel.start == g).sum()) < 2 for g in panel.cohorts):
        return Spread(fit.crv1, fit.jackknife, groups - 1, level_of(panel) / float(abs(panel.intensity()).max()))  # per unit of a dose
    own = spread_of((fit.absorb.weight * fit.x * fit.residual).sum(axis=1) / fit.squares * panel.n_units, panel)
    return Spread(fit.crv1, max(own.error, fit.crv1), own.freedom, own.scale)


def _wild(fit: TwoWayFit, settings: Settings) -> Effect | Refusal:
    """Return the estimate with the wild cluster bootstrap; without interval and p where all units moved alike."""
    spread = _spread(fit)
    if spread.still(fit.beta):
        return effect(_finding(fit, *spread.interval(fit.beta, settings.level), Inference.WILD, spread.p_value(fit.beta)), fit.panel, settings)
    try:
        made: Wild = wild_bootstrap(fit, settings.level, settings.draws, settings.seed)
    except CannotTell as error:
        return Refusal(f"用野自助法估计的{Design.TWO_WAY.label}", error.what, "平衡、不加权的面板", "Cameron, Gelbach & Miller 2008", "聚类标准误")
    return effect(_finding(fit, made.low, made.high, Inference.WILD, made.p, made.floor), fit.panel, settings)


def _finding(fit: TwoWayFit, low: float, high: float, inference: Inference, p: float, floor: float | None = None) -> Finding:
    """Return the finding with its composition."""
    import pandas as pd

    made_of = _decomposed(fit.panel)
    frame: pd.DataFrame = made_of.table() if made_of else pd.DataFrame(
        [{"系数": fit.beta, "聚类标准误": fit.crv1, "刀切标准误": fit.jackknife, "聚类数": fit.clusters}])
    scale = Scale.RATE if fit.panel.counts else Scale.PER_PERIOD
    said = (f"聚类标准误{fit.crv1:.4g}，刀切标准误{fit.jackknife:.4g}" if math.isfinite(fit.jackknife) else f"聚类标准误{fit.crv1:.4g}",)
    return Finding(Design.TWO_WAY, fit.beta, low, high, inference, frame, p, floor, fit.crv1, scale,
                   more=(contamination(fit, made_of),), said=said)


def _decomposed(panel: Panel) -> Decomposition | None:
    """Return the comparisons behind the estimate; None for one start, or where the theorem does not hold."""
    if len(panel.cohorts) + bool(panel.always) < 2:
        return None
    try:
        return decompose(panel)
    except CannotTell:
        return None


def contamination(fit: TwoWayFit, made_of: Decomposition | None) -> Assumption:
    """Return whether treated units serve as comparison: failed where they do and the comparisons disagree enough to matter."""
    panel, reference = fit.panel, Trap.STAGGERED_TWO_WAY.reference
    if len(panel.cohorts) + bool(panel.always) < 2:
        return Assumption(PURE, State.PASSED, "试点同时起始，没有以已试点单位作对照", reference)
    if made_of is None:
        total, count, cells = negative_weights(fit.x, panel.status, fit.absorb.weight)
        text = f"分批试点：{cells}个试点单位期中{count}个权重为负，负权重合计{total:.3g}；应以分批双重差分为准"
        return Assumption(PURE, State.FAILED if count else State.INFORMATIONAL, text, "de Chaisemartin & D'Haultfœuille 2020")
    text = f"分批试点：{made_of.forbidden:.1%}的权重来自以已试点单位作对照的不当比较"
    state = State.INFORMATIONAL if made_of.forbidden < 1e-12 else State.FAILED
    return Assumption(PURE, state, f"{text}；应以分批双重差分为准", reference, made_of.table())
