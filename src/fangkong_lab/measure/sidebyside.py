"""From ledger rows to units side by side: counts of one measure with the staff-years they happened in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.measure.basis import Running
from fangkong_lab.measure.interval import Interval
from fangkong_lab.measure.rates import Exposure, Rate, rate
from fangkong_lab.measure.record import Record
from fangkong_lab.measure.tally import Tally, tally

if TYPE_CHECKING:
    import pandas as pd

STAFF_YEARS = "在册人年"
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class UnitCount:
    """One unit's *tally* of the measure and its *exposure*: headcount × years that its rows cover."""

    unit: str
    tally: Tally
    exposure: Exposure

    def rate(self, minimum: int = 0, level: float = 0.95) -> Rate:
        """Return the unit's rate with its exact interval, under the minimum-count rule."""
        return rate(self.tally.interval, self.exposure, level=level, minimum=minimum, basis=self.tally.basis,
                    sources=self.tally.sources)


@dataclass(frozen=True)
class SideBySide:
    """Units with a count and an exposure, sorted; *without* those that lack one, with the reason; *kinds* of the former."""

    measure: str
    units: tuple[UnitCount, ...]
    without: tuple[tuple[str, str], ...]
    kinds: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return unit, events, size for `funnel` and `rank_units`; a count that is an interval stands at its middle."""
        import pandas as pd

        rows = [(u.unit, (u.tally.interval.low + u.tally.interval.high) / 2, u.exposure.amount) for u in self.units]
        return pd.DataFrame(rows, columns=["unit", "events", "size"])

    def caveats(self) -> tuple[str, ...]:
        """Return what must be said beside any comparison of these units."""
        notes = ["人年按单位表的现有人数折算，没有逐年人数"]
        if len(self.kinds) > 1:
            notes.append(f"所比单位分属{len(self.kinds)}类（{'、'.join(self.kinds)}），不全是同类单位")
        if any(not u.tally.interval.is_exact for u in self.units):
            notes.append("约数取区间中点")
        notes += [f"{unit}未比较：{why}" for unit, why in self.without]
        return tuple(notes)


def side_by_side(records: Iterable[Record], units: pd.DataFrame, measure: str, *, since: date | None = None,
                 until: date | None = None) -> SideBySide:
    """Return the counts of *measure* per unit over the whole periods inside [*since*, *until*], with staff-years.

    Only units of the frame ``units``, only rows of one clue status and unit of count, not cumulative, with both days
    stated. A unit without a row is listed as 未载: that is not zero. Raises `BadInput` where rows of a unit clash or differ in unit of count or
    clue status, `CannotTell` where nothing remains.
    """
    kept = [r for r in records if r.measure == measure and _inside(r, since, until)]
    if not kept:
        raise CannotTell(f"没有「{measure}」的当期记录", mend="核对指标名称、期间和「累计」一列")
    _check_alike(kept)
    heads = _headcounts(units)
    made, without = [], []
    of_unit: dict[str, list[Record]] = {}
    for record in kept:
        of_unit.setdefault(record.unit_id, []).append(record)
    for unit in sorted(set(units["unit_id"].astype(str))):
        rows = of_unit.get(unit, [])
        why = _why_not(rows, heads.get(unit))
        if why:
            without.append((unit, why))
        else:
            made.append(_count(unit, rows, heads[unit]))
    return SideBySide(measure, tuple(made), tuple(without), _kinds(units, {u.unit for u in made}))


def _inside(row: Record, since: date | None, until: date | None) -> bool:
    start, end = row.period.start, row.period.end
    if start is None or end is None or row.basis.running is not Running.NO:
        return False
    return (since is None or start >= since) and (until is None or end <= until)


def _check_alike(rows: Sequence[Record]) -> None:
    for other in rows[1:]:
        if (other.basis.count_unit, other.basis.clue) != (rows[0].basis.count_unit, rows[0].basis.clue):
            raise BadInput(f"口径不同，不能并列比较：「{rows[0].place()}」与「{other.place()}」", mend="统一计量单位和「有问题线索」一列")


def _kinds(units: pd.DataFrame, chosen: set[str]) -> tuple[str, ...]:
    if "kind" not in units.columns:
        return ()
    return tuple(sorted(set(units.loc[units["unit_id"].astype(str).isin(chosen), "kind"].dropna().astype(str))))


def _headcounts(units: pd.DataFrame) -> dict[str, float]:
    if "headcount" not in units.columns:
        return {}
    rows = units[units["headcount"].notna()]
    return {str(u): float(h) for u, h in zip(rows["unit_id"], rows["headcount"], strict=True)}


def _why_not(rows: Sequence[Record], headcount: float | None) -> str:
    if not rows:
        return "没有这一指标的记录（未载，不等于无）"
    return "" if headcount else "单位表没有人数"


def _count(unit: str, rows: Sequence[Record], headcount: float) -> UnitCount:
    parts = [tally(list(group)) for group in _by_basis(rows)]
    whole = parts[0] if len(parts) == 1 else _joined(parts)
    years = _days_covered(rows) / DAYS_A_YEAR
    return UnitCount(unit, whole, Exposure(headcount * years, STAFF_YEARS, "单位表人数×记录覆盖的年数", per=1000))


def _days_covered(rows: Sequence[Record]) -> int:
    """Days covered by at least one row: two bodies reporting the same half-year do not make the staff work twice."""
    days, reached = 0, date.min
    for start, end in sorted((r.period.start, r.period.end) for r in rows if r.period.start and r.period.end):
        first = max(start, reached)
        days += max(0, (end - first).days + 1)
        reached = max(reached, end + timedelta(days=1))
    return days


def _by_basis(rows: Sequence[Record]) -> list[list[Record]]:
    """Half-years and quarters of one unit are different 口径: they are tallied apart, then joined in time, never nested."""
    groups: dict[tuple[str, ...], list[Record]] = {}
    for row in rows:
        groups.setdefault(tuple(row.basis.parts().values()), []).append(row)
    return [groups[k] for k in sorted(groups)]


def _joined(parts: Sequence[Tally]) -> Tally:
    rows = tuple(r for p in parts for r in p.records)
    for k, a in enumerate(rows):
        for b in rows[k + 1:]:
            if a.body == b.body and a.period.overlaps(b.period):
                raise BadInput(f"同一单位的期间重叠，相加会重复计数：「{a.place()}」与「{b.place()}」", mend="只取其一")
    caveats = tuple(sorted({c for p in parts for c in p.caveats} | {"由不同长短的期间首尾相接"}))
    return Tally(parts[0].basis, Interval(sum(p.interval.low for p in parts), sum(p.interval.high for p in parts)), rows, caveats)
