"""Was the pilot started, or were its units chosen, at an extreme? Then the numbers fall back (rise) by themselves.

Regression to the mean: Barnett, van der Pols & Dobson 2005, IJE 34:215–220.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.assumption import Assumption, State
from fangkong_lab.evaluate.trap import Trap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NAME = "选在极端时点"
LIMIT = 2.0
LEAST_BEFORE = 3
MOST_LAST = 12


def start_at_extreme(before: Floats, exposure: Floats | None = None) -> Assumption:
    """Hold the last period before the start against the earlier ones of the same series (rates per *exposure*).

    z = (last − mean of the earlier) ÷ (their standard deviation × √(1 + 1/m)), for counts no smaller than Poisson. |z| > 2 fails; fewer than three
    periods before cannot tell.
    """
    rates = before if exposure is None else before / exposure
    if len(rates) < LEAST_BEFORE:
        return _cannot(f"试点前只有{len(rates)}期")
    last, early = float(rates[-1]), rates[:-1]
    whole = bool((before >= 0).all() and (before == np.round(before)).all())
    z = _z(last, early, float(np.mean(1.0 if exposure is None else exposure)) if whole else 0.0)
    return _judged(z, f"试点前最后一期{last:.3g}，此前平均{float(early.mean()):.3g}")


def chosen_at_extreme(treated: Floats, control: Floats) -> Assumption:
    """Hold the pilot units' last period before the start against the others', beside the earlier periods (N×before each).

    The difference of the groups' means in the last period, against its own earlier values. |z| > 2 fails.
    """
    if treated.shape[1] < LEAST_BEFORE or not len(control):
        return _cannot(f"试点前只有{treated.shape[1]}期")
    gap = np.nanmean(treated, axis=0) - np.nanmean(control, axis=0)
    units = np.nanvar(treated[:, -1], ddof=1) / len(treated) if len(treated) > 1 else 0.0
    spread = float(np.sqrt(np.var(gap[:-1], ddof=1) * (1 + 1 / (len(gap) - 1)))) if len(gap) > 2 else 0.0
    spread = max(spread, float(np.sqrt(units)) if units > 0 else 0.0)
    z = (gap[-1] - gap[:-1].mean()) / spread if spread > 0 else 0.0
    return _judged(float(z), f"试点单位与对照之差：最后一期{gap[-1]:.3g}，此前平均{float(gap[:-1].mean()):.3g}")


def _z(last: float, early: Floats, per_count: float) -> float:
    mean = float(early.mean())
    spread = float(np.var(early, ddof=1)) if len(early) > 1 else 0.0
    if per_count > 0:
        spread = max(spread, mean / per_count)
    return (last - mean) / float(np.sqrt(spread * (1 + 1 / len(early)))) if spread > 0 else 0.0


def _cannot(seen: str) -> Assumption:
    return Assumption(NAME, State.INFORMATIONAL, f"{seen}，看不出试点是否选在异常高（低）的时点", Trap.CHOSEN_AT_EXTREME.reference)


def _judged(z: float, seen: str) -> Assumption:
    if abs(z) <= LIMIT:
        return Assumption(NAME, State.PASSED, f"{seen}（z={z:+.1f}）", Trap.CHOSEN_AT_EXTREME.reference)
    side, back = ("高", "回落") if z > 0 else ("低", "回升")
    return Assumption(NAME, State.FAILED, f"{seen}（z={z:+.1f}），明显偏{side}，此后即使没有试点也会{back}", Trap.CHOSEN_AT_EXTREME.reference)
