"""Before and after, with no one to compare with: what changed in the pilots themselves (Maryland level 2 at most).

Counts: one ratio of rates, each unit its own level (Poisson with unit effects), dispersion at least 1; with five or more units no smaller than the
spread between units; and never narrower than the exact conditional interval of the totals (Przyborowski & Wilenski 1940). Other outcomes: the mean of
the units' own differences (paired t), or of one unit's periods (Welch).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.assumption import Assumption, Refusal, State
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale, Size
from fangkong_lab.evaluate.evidence import grade
from fangkong_lab.evaluate.extreme import start_at_extreme
from fangkong_lab.evaluate.panel import Columns, Panel
from fangkong_lab.evaluate.plot import Plot, Shape
from fangkong_lab.evaluate.readings import readings
from fangkong_lab.evaluate.regression import Family, fit
from fangkong_lab.evaluate.settings import STANDARD, Settings
from fangkong_lab.evaluate.spread import ROUNDING
from fangkong_lab.measure.rates import Exposure, rate_ratio

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

UNITS_FOR_SPREAD = 5
EXACT = "Przyborowski & Wilenski 1940"
CAVEATS = ("没有对照单位：各处都有的变化（大环境、口径、力度），与试点分不开", "只比较前后，没有扣除原有趋势和季节")


def before_after(frame: pd.DataFrame, *, outcome: str, unit: str, time: str, treated_from: str, exposure: str | None = None,
                 settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the change of the units that had the pilot; rows of other units are not looked at.

    A ratio where there is an *exposure* or the outcome is whole numbers with none negative, else a difference. No events at all give a `Refusal`.
    """
    panel = Panel.read(frame, Columns(outcome, unit, time, treated_from, exposure))
    panel.require_units()
    own = panel.kept((panel.start > 0) & panel.treated)
    values = own.outcome[own.present]
    if own.counts or bool(((values >= 0) & (values == np.round(values))).all()):
        return _of_counts(own, settings)
    return _of_values(own, settings)


def _of_counts(panel: Panel, settings: Settings) -> Effect | Refusal:
    size = np.ones_like(panel.outcome) if panel.exposure is None else panel.exposure
    here, after = panel.present, panel.status
    totals = [(float(panel.outcome[here & side].sum()), float(size[here & side].sum())) for side in (~after, after)]
    if totals[0][0] == 0 or totals[1][0] == 0:
        seen = f"试点前{totals[0][0]:g}件、试点后{totals[1][0]:g}件"
        return Refusal(Design.BEFORE_AFTER.label, f"{seen}，比值没有意义", "前后都有发生数", EXACT, "只列数量和区间", sources=(panel.source(),))
    ends, error, p, phi = _ratio(panel, size, settings.level)
    exact = rate_ratio((totals[1][0], totals[0][0]), (Exposure(totals[1][1], "单位期", "各期相加"), Exposure(totals[0][1], "单位期", "各期相加")), level=settings.level)
    low, high = min(ends[1], exact.bounds.low), max(ends[2], exact.bounds.high)
    p = max(p, exact.p or 0.0)
    text = f"离散系数{phi:.2f}，标准误按不小于1计入" if np.isfinite(phi) else "期数太少，离散程度不能估计，按泊松计"
    spread = Assumption("过度离散", State.INFORMATIONAL, text, "McCullagh & Nelder 1989")
    return _effect(panel, (ends[0], low, high), (Scale.RATIO, error, p), (settings, spread))


def _ratio(panel: Panel, size: Floats, level: float) -> tuple[tuple[float, float, float], float, float, float]:
    """Return ratio with its ends, standard error of its log, p and the dispersion."""
    from scipy.stats import norm, t

    row = np.nonzero(panel.present)
    dummies = (row[0][:, None] == np.arange(panel.n_units)).astype(float)
    kept = np.array([panel.outcome[i][panel.present[i]].sum() > 0 for i in range(panel.n_units)])
    cells = kept[row[0]]
    design = np.column_stack([dummies[:, kept], panel.status[row].astype(float)])[cells]
    made = fit(design, panel.outcome[row][cells], np.log(size[row][cells]), Family.QUASI_POISSON)
    value, free = float(made.beta[-1]), made.freedom
    variance, law = float(made.bread[-1, -1]) * max(1.0, made.dispersion if free > 0 else 1.0), (t(free) if free > 0 else norm)
    if kept.sum() >= UNITS_FOR_SPREAD:
        between = _between(made.score @ made.bread[-1], row[0][cells])
        variance, law = max(variance, between), t(int(kept.sum()) - 1)
    error = float(np.sqrt(variance))
    reach = float(law.ppf((1 + level) / 2)) * error
    return ((float(np.exp(value)), float(np.exp(value - reach)), float(np.exp(value + reach))), error, float(2 * law.sf(abs(value) / error)),
            made.dispersion if free > 0 else float("nan"))


def _between(influence: Floats, unit: NDArray[np.int64]) -> float:
    """Variance of the estimate by units' own sums of influence, with the factor G/(G − 1)."""
    sums = np.bincount(unit, influence)
    count = len(np.unique(unit))
    return float((sums**2).sum()) * count / (count - 1)


def _of_values(panel: Panel, settings: Settings) -> Effect | Refusal:
    from scipy.stats import t, ttest_1samp, ttest_ind

    sides = [np.where(panel.present & side, panel.outcome, np.nan) for side in (~panel.status, panel.status)]
    if panel.n_units == 1:
        early, late = (s[0][np.isfinite(s[0])] for s in sides)
        if min(len(early), len(late)) < 2:
            return Refusal(Design.BEFORE_AFTER.label, f"只有1个单位，前{len(early)}期后{len(late)}期", "前后各2期", "Welch 1947", sources=(panel.source(),))
        moving, value = max(np.ptp(early), np.ptp(late)), float(late.mean() - early.mean())
    else:
        both = np.isfinite(sides[0]).any(axis=1) & np.isfinite(sides[1]).any(axis=1)
        change = np.nanmean(sides[1][both], axis=1) - np.nanmean(sides[0][both], axis=1)
        moving, value = (np.ptp(change), float(change.mean())) if len(change) > 1 else (0.0, float("nan"))
    if not moving > ROUNDING * float(np.abs(panel.outcome[panel.present]).max()):
        raise _without_error(panel, 1 if panel.n_units == 1 else len(change))
    test = ttest_ind(late, early, equal_var=False) if panel.n_units == 1 else ttest_1samp(change, 0.0)
    span = test.confidence_interval(settings.level)
    low, high = float(span.low), float(span.high)
    note = Assumption("误差来源", State.INFORMATIONAL, "按各单位前后之差的离散" if panel.n_units > 1 else "按一个单位各期的离散，各期相关时偏窄", "Welch 1947")
    return _effect(panel, (value, low, high), (Scale.PER_PERIOD, (high - low) / 2 / float(t.ppf((1 + settings.level) / 2, test.df)), float(test.pvalue)), (settings, note))


def _without_error(panel: Panel, compared: int) -> CannotTell:
    """Return what is said where nothing scatters; *compared* units have both sides."""
    if panel.n_units == 1:
        what, mend = "试点前各期、试点后各期的数都没有变动，不能估计误差", "核对是否把同一个数填到了各期"
    elif compared < 2:
        what, mend = f"{panel.n_units}个单位中只有{compared}个试点前后都有数，不能估计误差", "补报其余单位缺的各期"
    else:
        what, mend = f"{compared}个单位试点前后的变化完全相同，不能估计误差", "核对是否把同一组数填给了各单位"
    return CannotTell(what, where=panel.source(), mend=f"{mend}；确实如此的，只报前后之差，不报区间")


def _effect(panel: Panel, ends: tuple[float, float, float], shown: tuple[Scale, float, float], how: tuple[Settings, Assumption]) -> Effect:
    settings, note = how
    scale, error, p = shown
    checks = (note, _extreme(panel))
    size = Size(panel.n_units, 0, panel.n_periods, min(panel.cohorts))
    return Effect(Design.BEFORE_AFTER, panel.columns.outcome, settings.unit_word, *ends, settings.level, scale, size,
                  Inference.MODEL, _frame(panel), grade(2, checks, settings.assignment, treated=size.treated, control=0),
                  standard_error=error, p=p, assumptions=checks, caveats=(*readings(settings, panel.columns.outcome), *CAVEATS, *panel.notes()),
                  plot=_plot(panel), sources=(panel.source(),))


def _extreme(panel: Panel) -> Assumption:
    """Was the last period before the first start out of line in the pilots' sum?"""
    first = min(panel.cohorts)
    whole = panel.present[:, :first].all(1)
    counts = panel.outcome[whole][:, :first].sum(0) if whole.any() else np.zeros(0)
    size = None if panel.exposure is None or not whole.any() else panel.exposure[whole][:, :first].sum(0)
    return start_at_extreme(counts, size)


def _frame(panel: Panel) -> pd.DataFrame:
    """Return one row per unit: outcome and periods before and after."""
    import pandas as pd

    rows = []
    for k, name in enumerate(panel.units):
        early, late = panel.present[k] & ~panel.status[k], panel.present[k] & panel.status[k]
        rows.append((name, int(early.sum()), float(panel.outcome[k][early].sum()), int(late.sum()), float(panel.outcome[k][late].sum())))
    return pd.DataFrame(sorted(rows), columns=["单位", "前期数", "前合计", "后期数", "后合计"])


def _plot(panel: Panel) -> Plot:
    import pandas as pd

    rates = np.where(panel.present, panel.rates(), np.nan)
    y = [float(np.nanmean(column)) if np.isfinite(column).any() else float("nan") for column in rates.T]
    frame = pd.DataFrame({"x": list(panel.periods), "y": y, "low": np.nan, "high": np.nan, "series": "试点单位平均"})
    return Plot(Shape.PATHS, f"{panel.columns.outcome}：试点单位前后", frame, f"折线图：{panel.n_units}个试点单位各期平均，没有对照。", "时间",
                panel.columns.outcome, None, panel.periods[min(panel.cohorts)])
