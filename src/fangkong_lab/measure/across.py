"""One unit over several measures at once: exact p-values against all units together, corrected for their number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.measure.funnel import Funnel, Point, funnel, tail
from fangkong_lab.measure.multiple import Discoveries, benjamini_hochberg
from fangkong_lab.measure.record import Record
from fangkong_lab.measure.sidebyside import side_by_side

if TYPE_CHECKING:
    import pandas as pd

NOT_COUNTS = frozenset({"万元", "亿元", "元", "%"})


@dataclass(frozen=True)
class Across:
    """One *unit* over all measures that can be compared; *left_out* those that cannot, with the reason."""

    unit: str
    discoveries: Discoveries
    sides: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]

    def table(self) -> pd.DataFrame:
        """Return one row per measure, sorted by name."""
        frame = self.discoveries.table()
        return frame.assign(方向=[dict(self.sides)[m] for m in frame["指标"]]) if len(frame) else frame

    def sentence(self) -> str:
        """Return which measures stand after the correction."""
        if not self.discoveries.items:
            return f"{self.unit}没有可与同类单位比较的指标。"
        standing = [f"{d.measure}({dict(self.sides)[d.measure]})" for d in self.discoveries.items if d.stands]
        found = f"与同类单位合计不同的有{'、'.join(standing)}" if standing else "没有一个指标与同类单位合计有可区分的差异"
        return f"{self.unit}：{self.discoveries.sentence()}{found}；高低可能源于问题多少或发现能力，现有数据不能区分。"


def across_measures(records: Iterable[Record], units: pd.DataFrame, unit: str, *, since: date | None = None,
                    until: date | None = None, rate: float = 0.05) -> Across:
    """Hold *unit* against all units together in every measure, at the false discovery rate *rate*.

    p is twice the exact tail, and where units differ beyond chance no less than that of the widened z-score. Money is no
    count and is left out; so is a measure that cannot be compared (few units, rows of different 口径, no row of the unit).
    """
    rows = [r for r in records if r.basis.count_unit not in NOT_COUNTS]
    p_values: dict[str, float] = {}
    sides, left_out = [], []
    for measure in sorted({r.measure for r in rows}):
        try:
            made = funnel(side_by_side(rows, units, measure, since=since, until=until).frame(), measure)
        except (BadInput, CannotTell) as gap:
            left_out.append((measure, gap.what))
            continue
        point = next((p for p in made.points if p.unit == unit), None)
        if point is None:
            left_out.append((measure, "本单位没有记录（未载，不等于无）"))
            continue
        p_values[measure] = _p(point, made)
        sides.append((measure, "偏高" if point.value > made.target else "偏低"))
    return Across(unit, benjamini_hochberg(p_values, rate), tuple(sides), tuple(left_out))


def _p(point: Point, made: Funnel) -> float:
    from scipy.stats import norm

    exact = 2 * tail(point.events, made.target, point.size, made.spread)
    wide = 2 * float(norm.sf(abs(point.z))) if made.dispersion.tau2 > 0 else 0.0
    return min(1.0, max(exact, wide))
