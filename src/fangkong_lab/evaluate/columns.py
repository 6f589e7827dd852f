"""Which columns of a frame are what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, did_you_mean

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Columns:
    """Names of the columns of a frame. *treated_from* is empty (None, NaN, NaT) where a unit is never treated.

    *exposure* makes the outcome a count; *weight* weighs rows; *cluster* (None: the unit) is what draws are taken over and
    must be constant in a unit; *absorb* is a grouping whose periods get effects of their own (region); *covariates* are
    taken at the base period; *dose* is the share of the period under the pilot, where it began inside one.
    """

    outcome: str
    unit: str
    time: str
    treated_from: str
    exposure: str | None = None
    weight: str | None = None
    cluster: str | None = None
    absorb: str | None = None
    covariates: tuple[str, ...] = ()
    dose: str | None = None

    def named(self) -> tuple[str, ...]:
        """Return the columns that are used."""
        optional = (self.exposure, self.weight, self.cluster, self.absorb, self.dose)
        return (self.outcome, self.unit, self.time, self.treated_from, *(c for c in optional if c), *self.covariates)


def require_column(frame: pd.DataFrame, name: str) -> None:
    """Raise `BadInput` with the near match where *frame* has no column *name*."""
    if name not in frame.columns:
        raise BadInput(f"没有「{name}」一栏", where="传入数据", mend=did_you_mean(name, [str(c) for c in frame.columns]))
