"""What an interrupted time series rests on: points enough, season, dispersion, serial correlation, a start at no extreme."""

from __future__ import annotations

import numpy as np

from fangkong_lab.evaluate.assumption import Assumption, State
from fangkong_lab.evaluate.clock import Series
from fangkong_lab.evaluate.extreme import start_at_extreme
from fangkong_lab.evaluate.regression import Family, Fit
from fangkong_lab.evaluate.trap import Trap

STRONG = 0.6  # up to 0.5 the level is held (benchmarks/size_series.py)
SERIAL = 0.05


def serial_p(made: Fit) -> tuple[float, float]:
    """Return the lag-1 correlation of the Pearson residuals and its p value by regression with the design (Breusch & Godfrey 1978)."""
    from scipy.stats import t

    rest = made.pearson
    lagged = np.concatenate([[0.0], rest[:-1]])
    design = np.column_stack([lagged, made.weighted])
    beta, _, rank, _ = np.linalg.lstsq(design, rest, rcond=None)
    free = len(rest) - rank
    if free < 1:
        return 0.0, 1.0
    left = rest - design @ beta
    error = np.sqrt(float(left @ left) / free * np.linalg.pinv(design.T @ design)[0, 0])
    return float(beta[0]), float(2 * t.sf(abs(beta[0]) / error, free)) if error > 0 else 1.0


def checks_of(series: Series, made: Fit, year: tuple[int, bool], serial: tuple[float, int]) -> tuple[Assumption, ...]:
    """Return the preconditions; *year*: points a year and whether the caller gave them; *serial*: correlation and HAC lags allowed for."""
    season, given = year
    found = [_points(series, season), _season(series, season, given), _serial(made, *serial),
             start_at_extreme(series.outcome[: series.at], None if series.exposure is None else series.exposure[: series.at])]
    if made.family is not Family.NORMAL:
        found.insert(2, _dispersion(made))
    found.append(Assumption("斜率中心化", State.INFORMATIONAL, "斜率变化以试点起始为零点，水平变化就是起始时点的变化", Trap.NAIVE_ITS.reference))
    return tuple(found)


def _points(series: Series, season: int) -> Assumption:
    years = f"，含{series.at / season:.1f}个试点前年度" if season > 1 else ""
    return Assumption("期数", State.PASSED, f"试点前{series.at}期、试点后{series.n - series.at}期{years}", "Penfold & Zhang 2013")


def _season(series: Series, season: int, given: bool) -> Assumption:
    if season > 1:
        return Assumption("季节", State.INFORMATIONAL, f"一年{season}期，已用谐波调整", "Bhaskaran et al. 2013")
    if series.per_year is not None and series.per_year > 1:
        return Assumption("季节", State.FAILED, f"一年{series.per_year}期，季节没有调整", Trap.NAIVE_ITS.reference)
    if given or series.per_year == 1:
        return Assumption("季节", State.INFORMATIONAL, "按年的数或使用者写明没有季节", "Bhaskaran et al. 2013")
    return Assumption("季节", State.FAILED, "时间是序号，没有说一年几期，季节没有调整；请给出一年几期（没有季节写1）", Trap.NAIVE_ITS.reference)


def _dispersion(made: Fit) -> Assumption:
    if made.family is Family.NEGATIVE_BINOMIAL:
        return Assumption("过度离散", State.INFORMATIONAL, f"负二项α={made.alpha:.3g}，已计入标准误", "Cameron & Trivedi 2013")
    if made.family is Family.POISSON:
        state = State.FAILED if made.dispersion > 1.5 else State.PASSED
        return Assumption("过度离散", state, f"离散系数{made.dispersion:.2f}，泊松标准误没有计入", Trap.NAIVE_ITS.reference)
    return Assumption("过度离散", State.INFORMATIONAL, f"离散系数{made.dispersion:.2f}，标准误按不小于1计入", Trap.NAIVE_ITS.reference)


def _serial(made: Fit, rho: float, lags: int) -> Assumption:
    r, p = serial_p(made)
    seen = f"相邻残差相关{r:+.2f}（p={p:.2f}）"
    if lags:
        return Assumption("自相关", State.INFORMATIONAL, f"{seen}，标准误已按滞后{lags}期调整", "Newey & West 1987")
    if rho > STRONG and p <= SERIAL:
        return Assumption("自相关", State.FAILED, f"{seen}，扣除小样本偏差后{rho:.2f}，相关太强，区间仍可能偏窄", "Bertrand, Duflo & Mullainathan 2004")
    if p <= SERIAL and r > 0:
        allowed = rho > 0
        text = f"{seen}，扣除小样本偏差后{rho:.2f}，已计入标准误" if allowed else f"{seen}，标准误没有计入"
        return Assumption("自相关", State.INFORMATIONAL if allowed else State.FAILED, text, "Andrews 1993")
    return Assumption("自相关", State.PASSED, seen, "Breusch 1978；Godfrey 1978")
