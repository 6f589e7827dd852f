"""From an estimate to a finished `Effect`: what all designs have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fangkong_lab.evaluate.assumption import Assumption, Refusal
from fangkong_lab.evaluate.caution import caveats, chosen_units
from fangkong_lab.evaluate.choice import enough_units
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale
from fangkong_lab.evaluate.evidence import grade
from fangkong_lab.evaluate.pre_trend import pre_trend, untestable
from fangkong_lab.evaluate.settings import Controls

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.evaluate.panel import Panel
    from fangkong_lab.evaluate.plot import Plot
    from fangkong_lab.evaluate.settings import Settings

WITH_COMPARISON = 3
NO_ERROR = "误差不能估计（各单位的变化完全相同，或一方单位太少），没有区间和p值"


@dataclass(frozen=True, eq=False)
class Finding:
    """An estimate with its inference, before the words: see `Effect`. *more* are preconditions of the design alone."""

    design: Design
    estimate: float
    low: float
    high: float
    inference: Inference
    frame: pd.DataFrame
    p: float | None = None
    p_floor: float | None = None
    standard_error: float | None = None
    scale: Scale = Scale.PER_PERIOD
    plot: Plot | None = None
    more: tuple[Assumption, ...] = ()
    said: tuple[str, ...] = ()


def effect(found: Finding, panel: Panel, settings: Settings) -> Effect:
    """Return the finished result: preconditions tested, caveats, evidence level, source."""
    size = panel.size()
    p = None if found.p is None or math.isnan(found.p) else found.p
    lacking = (NO_ERROR,) if p is None and math.isnan(found.low) else ()
    assumptions = (enough_units(panel, found.inference), _parallel(found, panel, settings), chosen_units(settings), *found.more)
    return Effect(
        found.design, panel.columns.outcome, settings.unit_word, found.estimate, found.low, found.high, settings.level, found.scale,
        size, found.inference, found.frame, grade(WITH_COMPARISON, assumptions, settings.assignment, treated=size.treated,
                                                  control=size.control),
        found.standard_error, p, found.p_floor, assumptions, (*found.said, *lacking, *caveats(panel, settings)), found.plot,
        (panel.source(),))


def _parallel(found: Finding, panel: Panel, settings: Settings) -> Assumption:
    """Return the state of parallel trends; on a ratio the path of the rates is looked at."""
    size = panel.size()
    if min(size.treated, size.control or size.treated) < 2:
        return untestable("一方只有1个单位")
    plain = replace(panel, covariates=None)
    later = settings.controls is Controls.NOT_YET and len(panel.cohorts) > 1
    seen = pre_trend(plain, settings.controls) if size.control or later else None
    if seen is None:
        return untestable("试点前各期不足两期，或各批单位太少")
    if found.scale is not Scale.RATIO:
        return seen.assumption(found.estimate)
    level = float((plain.rates()[plain.present & plain.status]).mean()) / max(found.estimate, 1e-300)
    return seen.assumption(level * (found.estimate - 1))


def is_refusal(answer: object) -> bool:
    """Say whether an answer is a refusal."""
    return isinstance(answer, Refusal)
