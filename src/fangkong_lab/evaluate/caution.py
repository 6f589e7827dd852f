"""What every evaluation says of itself: both readings of a count of supervision, how the starts were read, sparse logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.assumption import Assumption, Refusal, State, refused
from fangkong_lab.evaluate.evidence import Assignment
from fangkong_lab.evaluate.readings import readings
from fangkong_lab.evaluate.trap import Trap

if TYPE_CHECKING:
    from fangkong_lab.evaluate.panel import Panel
    from fangkong_lab.evaluate.settings import Settings

_SPARSE = 0.1


def caveats(panel: Panel, settings: Settings) -> tuple[str, ...]:
    """Return the caveats of any design on *panel*."""
    said = list(panel.notes())
    said += readings(settings, panel.columns.outcome)
    if settings.assignment is not Assignment.BY_LOT:
        said.append("试点单位不是抽签确定的，试点与对照单位可能本来不同")
    return tuple(said)


def chosen_units(settings: Settings) -> Assumption:
    """Return how the pilots were chosen as a precondition: a lot passes, all else is informational."""
    if settings.assignment is Assignment.BY_LOT:
        return Assumption("试点选取", State.PASSED, "试点单位由抽签确定")
    return Assumption("试点选取", State.INFORMATIONAL, f"{settings.assignment.label}；若因当年数字异常高（低）而选为试点，会自行回落（回升）",
                      Trap.CHOSEN_AT_EXTREME.reference)


def logged_counts(panel: Panel, design: str) -> Refusal | None:
    """Return the refusal of an outcome that is the logarithm of one plus a sparse count; None where it is not.

    Recognised where exp(y) − 1 is a whole number in every cell, some are not 0 or 1, and at least 10 % are 0.
    """
    if panel.counts:
        return None
    y = panel.outcome[panel.present]
    if y.min() < 0 or y.max() > 40 or (y == np.rint(y)).all():
        return None
    counts = np.expm1(y)
    whole = bool((np.abs(counts - np.rint(counts)) < 1e-6 * (1 + counts)).all())
    if not whole or (np.rint(counts) == 0).mean() < _SPARSE:
        return None
    return refused(design, Trap.LOG_OF_SPARSE, "原始件数和暴露量", seen=f"「{panel.columns.outcome}」是 log(1+件数)，其中{(np.rint(counts) == 0).mean():.0%}为零",
                   instead="泊松双重差分")
