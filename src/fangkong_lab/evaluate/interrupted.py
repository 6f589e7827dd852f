"""Interrupted time series: one series before and after the pilot, with trend, season, dispersion and serial correlation.

The model has a trend, a step and (by choice) a change of slope that is zero at the break, so that the step is the change *at* the
break (Lopez Bernal, Cummins & Gasparrini 2017, IJE 46:348–355, and the correction of 2020). Season by harmonics of the year
(Bhaskaran et al. 2013). Fewer than eight points a side are refused (Penfold & Zhang 2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.evaluate.assumption import Refusal
from fangkong_lab.evaluate.clock import Series, read_series
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale, Size
from fangkong_lab.evaluate.evidence import grade
from fangkong_lab.evaluate.interrupted_checks import checks_of
from fangkong_lab.evaluate.plot import Plot, Shape
from fangkong_lab.evaluate.readings import readings
from fangkong_lab.evaluate.regression import Family, Fit, fit
from fangkong_lab.evaluate.serial import serial_covariance
from fangkong_lab.evaluate.settings import STANDARD, Settings
from fangkong_lab.evaluate.trap import Trap
from fangkong_lab.kinds import Kind

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST = 8
STEP, SLOPE = 2, 3  # columns of the design
CAVEAT = "没有对照单位：同一时间发生的其他事情，与试点分不开"


class Reference(Kind):
    """What the interval's quantile is taken from."""

    T = "t", "t分布"
    NORMAL = "normal", "正态分布"


@dataclass(frozen=True)
class ItsOptions:
    """How the series is modelled. *season* points a year (None: from the dates; 1: no season), *harmonics* pairs of waves, *lags* of
    the HAC covariance (None: first-order correlation allowed for in the model; 0: no correlation).
    """

    slope: bool = True
    family: Family = Family.AUTO
    season: int | None = None
    harmonics: int = 2
    lags: int | None = None
    reference: Reference = Reference.T

    def __post_init__(self) -> None:
        if self.harmonics < 1 or (self.season is not None and self.season < 1) or (self.lags is not None and self.lags < 0):
            raise BadInput("间断时间序列的选项不成立", mend="谐波不少于1，一年的期数不少于1，滞后不为负")


PLAIN = ItsOptions()


def its(frame: pd.DataFrame, *, outcome: str, time: str, start: object, exposure: str | None = None,
        options: ItsOptions = PLAIN, settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the step of *outcome* at *start* in the one series of *frame* (one row per point in time).

    Counts (whole numbers, none negative) give a ratio (quasi-Poisson unless *options* says otherwise), other outcomes a difference. Too few points, or
    none of the events on one side, give a `Refusal`; wrong input raises `BadInput` (see `read_series`).
    """
    series = read_series(frame, outcome, time, start, exposure)
    season = options.season or series.per_year or 1
    few = _too_few(series, season)
    if few:
        return few
    family = _family(series, options.family)
    try:
        made = fit(design_of(series, options, season), series.outcome, _offset(series), family)
    except CannotTell as gap:
        return Refusal(Design.ITS.label, gap.what, "前后两段都有发生数", "Lopez Bernal, Cummins & Gasparrini 2017", sources=(series.source(),))
    return _effect(series, outcome, made, (options, season, settings))


def design_of(series: Series, options: ItsOptions, season: int) -> Floats:
    """Return the n×k design: constant, trend, step, slope change centred at the break, waves of the year."""
    position = np.arange(series.n, dtype=float)
    after = (position >= series.at).astype(float)
    columns = [np.ones(series.n), position, after]
    if options.slope:
        columns.append(after * (position - series.at))
    for k in range(1, min(options.harmonics, season // 2) + 1):
        angle = 2 * np.pi * k * series.phase / season
        columns.append(np.cos(angle))
        if 2 * k != season:
            columns.append(np.sin(angle))
    return np.column_stack(columns)


def _too_few(series: Series, season: int) -> Refusal | None:
    """Refuse a series with fewer than eight points, or less than a whole year, on a side."""
    least = max(FEWEST, season)
    if min(series.at, series.n - series.at) >= least:
        return None
    seen = f"试点前{series.at}期、试点后{series.n - series.at}期，水平、趋势和季节分不开"
    return Refusal(Design.ITS.label, seen, f"前后各{least}期", "Penfold & Zhang 2013", "有对照单位的设计，或只描述不判断", Trap.NAIVE_ITS,
                   (series.source(),))


def _family(series: Series, asked: Family) -> Family:
    if asked is Family.AUTO:
        return Family.QUASI_POISSON if series.counted else Family.NORMAL
    if asked is not Family.NORMAL and not series.counted:
        raise BadInput("指标不是计数（有小数或负数），不能用计数模型", mend="改用正态，或给出件数和分母")
    return asked


def _offset(series: Series) -> Floats:
    return np.zeros(series.n) if series.exposure is None else np.log(series.exposure)


@dataclass(frozen=True, eq=False)
class Spread:
    """What the interval rests on: *matrix* k×k, *inference*, *lags* of HAC, *rho* the errors' correlation, *freedom* of the t law."""

    matrix: Floats
    inference: Inference
    lags: int
    rho: float
    freedom: float


def spread_of(made: Fit, options: ItsOptions) -> Spread:
    """Return HAC with the lags asked for, the model's covariance for 0 lags, else the model's with first-order correlation allowed for."""
    if options.lags == 0:
        return Spread(made.model_covariance(), Inference.MODEL, 0, 0.0, made.freedom)
    if options.lags is not None:
        return Spread(made.hac_covariance(options.lags), Inference.HAC, options.lags, 0.0, made.freedom)
    matrix, rho, freedom = serial_covariance(made, 0.0 if made.family is Family.NORMAL else 1.0)
    if rho == 0:
        return Spread(made.model_covariance(), Inference.MODEL, 0, 0.0, made.freedom)
    return Spread(matrix, Inference.AUTOREGRESSIVE, 0, rho, freedom)


def _effect(series: Series, outcome: str, made: Fit, how: tuple[ItsOptions, int, Settings]) -> Effect:
    options, season, settings = how
    spread = spread_of(made, options)
    rows = _contrasts(series, made, spread, (options, settings.level))
    step = rows[0]
    checks = checks_of(series, made, (season, options.season is not None), (spread.rho, spread.lags))
    scale = Scale.PER_PERIOD if made.family is Family.NORMAL else Scale.RATIO
    return Effect(Design.ITS, outcome, settings.unit_word, step[1], step[2], step[3], settings.level, scale, Size(1, 0, series.n, series.at), spread.inference,
                  _frame(rows), grade(2, checks, settings.assignment, treated=1, control=0), standard_error=step[4], p=step[5], assumptions=checks,
                  caveats=(*readings(settings, outcome), CAVEAT, f"效应是起始时点的水平变化（{made.family.label}模型）；斜率变化和期间平均另列"),
                  plot=_plot(series, made, options.slope, outcome), sources=(series.source(),))


def _contrasts(series: Series, made: Fit, spread: Spread, how: tuple[ItsOptions, float]) -> list[tuple[str, float, float, float, float, float]]:
    """Return name, estimate, interval, standard error (on the link scale), p of step, slope change a period, mean over the time after."""
    k = len(made.beta)
    wanted = [("起始时的水平变化", np.eye(k)[STEP])]
    if how[0].slope:
        middle = (series.n - series.at - 1) / 2
        wanted += [("斜率变化（每期）", np.eye(k)[SLOPE]), ("试点后期间平均变化", np.eye(k)[STEP] + middle * np.eye(k)[SLOPE])]
    return [(name, *_one(made, spread, row, how)) for name, row in wanted]


def _one(made: Fit, spread: Spread, row: Floats, how: tuple[ItsOptions, float]) -> tuple[float, float, float, float, float]:
    from scipy.stats import norm, t

    law = norm if how[0].reference is Reference.NORMAL else t(max(1.0, spread.freedom))
    value, error = float(row @ made.beta), float(np.sqrt(max(0.0, float(row @ spread.matrix @ row))))
    reach = float(law.ppf((1 + how[1]) / 2)) * error
    p = float(2 * law.sf(abs(value) / error)) if error > 0 else float("nan")
    ends = np.array([value, value - reach, value + reach])
    shown = ends if made.family is Family.NORMAL else np.exp(ends)
    return float(shown[0]), float(shown[1]), float(shown[2]), error, p


def _frame(rows: list[tuple[str, float, float, float, float, float]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=["量", "估计", "区间下端", "区间上端", "标准误（模型尺度）", "p值"])


def _plot(series: Series, made: Fit, slope: bool, outcome: str) -> Plot:
    """Draw rates per exposure where there is one: observed, fitted, and the path without the pilot."""
    import pandas as pd

    size = np.ones(series.n) if series.exposure is None else series.exposure / np.mean(series.exposure)
    after = np.arange(series.n) >= series.at
    change = made.beta[STEP] * after
    if slope:
        change = change + made.beta[SLOPE] * after * (np.arange(series.n) - series.at)
    without = made.mean - change if made.family is Family.NORMAL else made.mean * np.exp(-change)
    parts = [("实际", series.outcome / size), ("模型", made.mean / size), ("若无试点（按此前趋势）", np.where(after, without / size, np.nan))]
    frame = pd.concat([pd.DataFrame({"x": list(series.labels), "y": y, "low": np.nan, "high": np.nan, "series": name}) for name, y in parts],
                      ignore_index=True)
    return Plot(Shape.PATHS, f"{outcome}：试点前后", frame, f"折线图：{outcome}共{series.n}期，试点自第{series.at + 1}期起；虚线为按此前趋势外推、没有试点时的走势。",
                "时间", outcome if series.exposure is None else f"{outcome}（按平均分母折算）", None, series.labels[series.at])
