"""Plain functions for people with a frame of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fangkong_lab.evaluate.cohorts import staggered, staggered_counts
from fangkong_lab.evaluate.comparison import poisson, two_by_two
from fangkong_lab.evaluate.dealing import permuted
from fangkong_lab.evaluate.effect import Design
from fangkong_lab.evaluate.panel import Columns, Panel
from fangkong_lab.evaluate.settings import STANDARD, Settings

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.evaluate.assumption import Refusal
    from fangkong_lab.evaluate.effect import Effect


def did(frame: pd.DataFrame, *, outcome: str, unit: str, time: str, treated_from: str, exposure: str | None = None,
        settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the difference-in-differences of *frame*, one row per unit and period; the arguments name its columns.

    One start: two groups, two periods; several: Callaway–Sant'Anna. With *exposure* the outcome is a count and the effect a
    ratio: Poisson with unit and period effects for one start, by imputation for several. *treated_from* is the first period
    under the pilot, empty for units never in it. Raises `BadInput` (see `Panel.read`); a `Refusal` where it cannot be told.
    """
    panel = Panel.read(frame, Columns(outcome, unit, time, treated_from, exposure))
    panel.require_units()
    one_start = len(panel.cohorts) == 1 and not panel.always
    if exposure is not None:
        return (poisson if one_start else staggered_counts)(panel, settings)
    return (two_by_two if one_start else staggered)(panel, settings)


def permutation(frame: pd.DataFrame, *, outcome: str, unit: str, time: str, treated_from: str, exposure: str | None = None,
                settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the same difference as `did` with permutation inference, whatever the number of units; the least p is printed."""
    panel = Panel.read(frame, Columns(outcome, unit, time, treated_from, exposure))
    panel.require_units()
    several = len(panel.cohorts) > 1
    design = Design.STAGGERED if several else Design.DID if exposure is None else Design.POISSON
    return permuted(panel, settings, design)
