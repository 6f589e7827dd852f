"""Observed against expected: the standardised ratio, with expected counts from the rates of strata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.interval import Interval
from fangkong_lab.measure.rates import LEVEL, garwood

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class StandardisedRatio:
    """Observed/expected of one *unit*; 1 means as many as the strata's common rates would give."""

    unit: str
    observed: float
    expected: float
    value: float
    bounds: Interval
    level: float

    def sentence(self) -> str:
        """Return the ratio with its interval."""
        return (f"{self.unit}实际{self.observed:g}，按同类单位平均应为{self.expected:.3g},"
                f"比值{self.value:.3g}（{self.level:.0%}区间{self.bounds.low:.3g}–{self.bounds.high:.3g}）。")


def standardised_ratio(unit: str, observed: float, expected: float, level: float = LEVEL) -> StandardisedRatio:
    """Return observed/expected with Garwood's interval over the expected count, taken as known.

    *expected* must be above zero (`BadInput`): with none expected the ratio is undefined.
    """
    if not expected > 0:
        raise BadInput(f"{unit}的期望数为 {expected:g}，比值没有意义", mend="核对暴露量和分层")
    around = garwood(observed, level)
    return StandardisedRatio(unit, observed, expected, observed / expected,
                             Interval(around.low / expected, around.high / expected), level)


@dataclass(frozen=True)
class Standardisation:
    """The standardised ratios of several units over the same strata (indirect standardisation)."""

    ratios: tuple[StandardisedRatio, ...]
    strata: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return one row per unit, sorted by unit code – not by ratio: this is no league table."""
        import pandas as pd

        return pd.DataFrame([{"单位": r.unit, "实际": r.observed, "期望": r.expected, "比值": r.value,
                              "区间下端": r.bounds.low, "区间上端": r.bounds.high} for r in self.ratios])

    def sentence(self) -> str:
        """Return what was standardised by what."""
        apart = sum(not r.bounds.low <= 1 <= r.bounds.high for r in self.ratios)
        return (f"按{len(self.strata)}层({'、'.join(self.strata)})间接标准化，{len(self.ratios)}个单位中{apart}个的区间不含1;"
                "各单位分层不同，比值之间不宜互相排名。")


def standardise(frame: pd.DataFrame, level: float = LEVEL) -> Standardisation:
    """Return the standardised ratio of every unit from a *frame* of unit, stratum, events, exposure (one row each).

    Expected = Σ over strata of exposure × (events of all units in the stratum / their exposure). Raises `BadInput` for a
    missing column, a unit twice in a stratum, or a stratum without exposure. Reference: Breslow & Day 1987, ch. 2.
    """
    missing = [c for c in ("unit", "stratum", "events", "exposure") if c not in frame.columns]
    if missing:
        raise BadInput(f"缺少列：{'、'.join(missing)}", mend="补上 unit、stratum、events、exposure")
    if frame.duplicated(["unit", "stratum"]).any():
        raise BadInput("同一单位在同一层出现两次", mend="先合并，再标准化")
    strata = frame.groupby("stratum")[["events", "exposure"]].sum()
    empty = strata.index[strata["exposure"] <= 0]
    if len(empty):
        raise BadInput(f"层「{empty[0]}」没有暴露量", mend="去掉该层或补上分母")
    common = frame["stratum"].map(strata["events"] / strata["exposure"])
    expected = (common * frame["exposure"]).groupby(frame["unit"]).sum()
    observed = frame.groupby("unit")["events"].sum()
    ratios = tuple(standardised_ratio(str(u), float(observed[u]), float(expected[u]), level) for u in sorted(expected.index))
    return Standardisation(ratios, tuple(sorted(str(s) for s in strata.index)))
