"""Sums of counts: equal 口径 add up, anything else is an error that names the rows that clash (design §7)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.basis import Basis, Running
from fangkong_lab.measure.interval import Interval, plain, total
from fangkong_lab.measure.qualifier import OUR_READING, Mark
from fangkong_lab.measure.record import Record

if TYPE_CHECKING:
    import pandas as pd

_CLASH = {Running.YES: "累计数互相包含", Running.NO: "期间重叠或可能重叠", Running.UNKNOWN: "数没有写明是否累计"}
PERSONS = frozenset({"人", "名"})


@dataclass(frozen=True)
class Tally:
    """A sum of counts of one 口径: *interval* what the sum may be, *records* the rows it is of, *caveats* in Chinese."""

    basis: Basis
    interval: Interval
    records: tuple[Record, ...]
    caveats: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The rows behind the number, one line each, sorted."""
        return tuple(sorted(r.place() for r in self.records))

    def basis_line(self) -> str:
        """Return the 口径 line."""
        return self.basis.line()

    def sentence(self) -> str:
        """Return the count with its 口径 line and caveats."""
        value = f"{self.basis.measure}{self.interval.text()}{self.basis.count_unit}（{len(self.records)}条记录）"
        return "。".join([value, self.basis_line(), *self.caveats]) + "。"

    def table(self) -> pd.DataFrame:
        """Return one row per record, sorted by unit and period, and the total last."""
        import pandas as pd

        ordered = sorted(self.records, key=lambda r: (r.unit_id, str(r.period.start), str(r.period.end), r.row))
        rows = [{"单位": r.unit_id, "期间": r.period.text(), "指标": r.measure, "数值": r.printed(),
                 "区间": r.interval.text(), "出处": r.source, "行": r.row} for r in ordered]
        rows.append({"单位": "合计", "期间": self.basis.period.label, "指标": self.basis.measure,
                     "数值": self.interval.text() + self.basis.count_unit, "区间": self.interval.text(), "出处": "", "行": pd.NA})
        return pd.DataFrame(rows).astype({"行": "Int64"})

    def __add__(self, other: Tally) -> Tally:
        return tally((*self.records, *other.records))


def tally(records: Iterable[Record], parents: Mapping[str, str] | None = None) -> Tally:
    """Add *records* up: their 口径 must be equal, and none may be contained in another.

    *parents* (unit → unit above it) lets the sum of a unit and one of its own sub-units be refused. Raises `BadInput`
    naming the two clashing rows: another 口径; the same unit and body over periods that may overlap (a cumulative value
    overlaps every other one of its series); a unit together with one above it. The sum of no records is undefined.
    """
    rows = tuple(records)
    if not rows:
        raise BadInput("没有可以合计的记录", mend="核对指标、单位和期间")
    for row in rows[1:]:
        _check_basis(rows[0], row)
    _check_overlap(rows)
    _check_nesting(rows, parents or {})
    return Tally(rows[0].basis, total(r.interval for r in rows), rows, _caveats(rows))


def _check_basis(first: Record, other: Record) -> None:
    parts = first.basis.differs(other.basis)
    if not parts:
        return
    what = f"口径不同，不能相加（不同之处：{'、'.join(parts)}）"
    mend = "分别列出，不作合计"
    if {first.measure, other.measure} >= {"党纪处分", "政务处分"}:
        mend = "分别列出：同一人可以同时受党纪处分和政务处分，两数之和不是人数"
    raise BadInput(f"{what}：「{first.place()}」与「{other.place()}」", mend=mend)


def _check_overlap(rows: Sequence[Record]) -> None:
    series: dict[tuple[str, str], list[Record]] = {}
    for row in rows:
        series.setdefault((row.unit_id, row.body), []).append(row)
    for same in series.values():
        for a, b in combinations(same, 2):
            running = Running.NO not in (a.basis.running, b.basis.running)
            if running or a.period.overlaps(b.period):
                why = _CLASH[a.basis.running]
                raise BadInput(f"同一单位的{why}，相加会重复计数：「{a.place()}」与「{b.place()}」",
                               mend="只取其一；累计数要取当期数的，用 difference 求差")


def _check_nesting(rows: Sequence[Record], parents: Mapping[str, str]) -> None:
    by_unit = {r.unit_id: r for r in rows}
    for unit, row in by_unit.items():
        seen, above = {unit}, parents.get(unit, "")
        while above and above not in seen:
            if above in by_unit:
                raise BadInput(f"上级单位的数可能已含下级，相加会重复计数：「{by_unit[above].place()}」与「{row.place()}」",
                               mend="只取一级单位的数")
            seen.add(above)
            above = parents.get(above, "")


def _caveats(rows: Sequence[Record]) -> tuple[str, ...]:
    notes = []
    if any(r.mark not in (Mark.EXACT, Mark.ROUNDED) for r in rows):
        notes.append(OUR_READING)
    if any(r.mark is Mark.ROUNDED for r in rows):
        notes.append("四舍五入的数按舍入单位的一半留出误差")
    if rows[0].basis.count_unit in PERSONS and len(rows) > 1:
        notes.append("各行人数相加，同一人可能在不同行重复出现")
    if any(r.deduplicated is None for r in rows) and rows[0].basis.count_unit in PERSONS:
        notes.append("是否去重未载")
    if rows[0].basis.running is Running.YES:
        notes.append("累计数，不能当作一年的数")
    if len({(r.unit_id, r.body) for r in rows}) > len({r.unit_id for r in rows}):
        notes.append("同一单位有多个实施主体，可能互相包含")
    return tuple(notes)


@dataclass(frozen=True)
class Step:
    """What a cumulative series grew by between two of its rows: *interval*, from the day after *earlier* ended."""

    earlier: Record
    later: Record
    interval: Interval

    def basis_line(self) -> str:
        """Return the 口径 line, with the differencing said."""
        return self.later.basis.line() + f"；由两期累计数求差({self.earlier.period.text()} → {self.later.period.text()})"

    def sentence(self) -> str:
        """Return the increase with its 口径 line."""
        return f"{self.later.measure}其间新增{self.interval.text()}{self.later.basis.count_unit}。{self.basis_line()}。"


def difference(records: Iterable[Record]) -> tuple[Step, ...]:
    """Return the steps between the rows of one cumulative series, in order of their last days; only on being asked.

    All rows must be of one unit and body, of one measure, unit of count and clue status, cumulative, with last days
    that differ, and with the same first day (stated or not) – a running total that restarts each year is a new series.
    Raises `BadInput` naming the two rows otherwise, and where the running total falls. Fewer than two rows: no steps.
    """
    rows = sorted(records, key=lambda r: str(r.period.end))
    return tuple(_step(a, b) for a, b in pairwise(rows))


def _step(a: Record, b: Record) -> Step:
    both = f"「{a.place()}」与「{b.place()}」"
    same = (a.unit_id, a.body, a.measure, a.basis.count_unit, a.basis.clue) == (b.unit_id, b.body, b.measure, b.basis.count_unit, b.basis.clue)
    if not same or a.period.start != b.period.start:
        raise BadInput(f"不是同一个累计序列，不能求差：{both}", mend="只取同一单位、同一指标、同一起点的累计数")
    if not a.basis.running is b.basis.running is Running.YES:
        raise BadInput(f"不是累计数，不能求差：{both}", mend="核对「累计」一列")
    if a.period.end is None or b.period.end is None or a.period.end == b.period.end:
        raise BadInput(f"截止日期相同或未载，不能求差：{both}", mend="核对期末")
    gap = b.interval - a.interval
    if gap.high < 0:
        raise BadInput(f"累计数不应下降：{both}", mend="核对两期数值")
    return Step(a, b, Interval(max(0.0, gap.low), gap.high))


def share(part: Tally, whole: Tally) -> Interval:
    """Return part/whole as an interval within [0, 1]; the two must count in the same unit (`BadInput`)."""
    if part.basis.count_unit != whole.basis.count_unit:
        raise BadInput(f"计量单位不同，不能求占比：{part.basis.line()} 与 {whole.basis.line()}", mend="分别列出")
    quotient = part.interval.over(whole.interval)
    if quotient.low > 1:
        raise BadInput(f"部分大于总数：{plain(part.interval.low)} > {plain(whole.interval.high)}", mend="核对两数")
    return Interval(quotient.low, min(1.0, quotient.high)) if not math.isinf(quotient.high) else Interval(quotient.low, 1.0)
