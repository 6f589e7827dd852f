"""The year's counts as they may leave the office: every unit's and the county's totals together, small counts hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.measure.basis import Period, Running
from fangkong_lab.measure.interval import Interval, total
from fangkong_lab.measure.protect import MARK, Protected, protect
from fangkong_lab.measure.record import Record
from fangkong_lab.measure.release import Cell, Release, Sum
from fangkong_lab.measure.summary import Question, outcomes
from fangkong_lab.measure.tally import Tally

if TYPE_CHECKING:
    import pandas as pd

ALL = "各单位合计"
MONEY = frozenset({"元", "万元", "亿元"})
HEADS = ("指标", "计量单位", "有问题线索", "期间", "数值")


@dataclass(frozen=True)
class Line:
    """One printed count: whose, of what 口径 and period, under which key of the release; *given* where it is no whole number."""

    unit: str
    tally: Tally
    period: Period
    key: str
    given: str = ""


@dataclass(frozen=True)
class PublicCounts:
    """All *lines* that go out together and what is hidden among them; *left_out* groups are not printed at all."""

    lines: tuple[Line, ...]
    protected: Protected
    left_out: int

    def of(self, unit: str) -> pd.DataFrame:
        """Return what is printed for *unit* (`ALL`: the totals): 指标, 计量单位, 有问题线索, 期间, 数值."""
        import pandas as pd

        rows = [(line.tally.basis.measure, line.tally.basis.count_unit, line.tally.basis.clue.label, line.period.text(),
                 line.given or self.protected.shown(line.key)) for line in self.lines if line.unit == unit]
        return pd.DataFrame(rows, columns=list(HEADS))

    def sentence(self) -> str:
        """Return what the mark means and what is not printed."""
        left = f"口径有冲突的{self.left_out}组不对外列出。" if self.left_out else ""
        return f"{self.protected.sentence()}各单位的册子和年度报告一并处理。{left}"


def public_counts(tables: Mapping[str, pd.DataFrame], as_of: date, least: int) -> PublicCounts:
    """Return the counts of the calendar year of *as_of*, up to that day, with counts of 1 to *least* − 1 hidden.

    One release: every unit's copy and the county's totals are protected together, so that no copy gives another's hidden
    count away. Every count that is not money is taken for one of persons: a case is about somebody. Counts that are
    intervals (约, 余 …) are printed as such where they cannot be small, else hidden, and their group has no total.
    """
    made = outcomes(tables, Question(as_of, since=date(as_of.year, 1, 1), until=as_of)).tallies
    lines: list[Line] = []
    cells: list[Cell] = []
    sums: list[Sum] = []
    for number, (period, tally) in enumerate(made.sums):
        if tally.basis.running is Running.YES:
            continue
        own = list(_units(number, period, tally, least))
        lines += [line for line, _ in own]
        exact = [cell for _, cell in own if cell is not None]
        cells += exact
        if len(exact) == len(own) and len(own) > 1:
            key = f"{number}:{ALL}"
            cells.append(Cell(key, sum(c.value for c in exact), persons=exact[0].persons))
            sums.append(Sum(key, tuple(c.key for c in exact)))
            lines.append(Line(ALL, tally, period, key))
    return PublicCounts(tuple(lines), protect(Release(tuple(cells), tuple(sums)), least), len(made.unsummed))


def _units(number: int, period: Period, tally: Tally, least: int) -> Iterator[tuple[Line, Cell | None]]:
    """Give each unit's line and cell; no cell where the count is no exact whole number."""
    persons = tally.basis.count_unit not in MONEY
    groups: dict[str, list[Record]] = {}
    for record in tally.records:
        groups.setdefault(record.unit_id, []).append(record)
    for unit, records in sorted(groups.items()):
        value, key = total([r.interval for r in records]), f"{number}:{unit}"
        if value.is_exact and value.low == int(value.low):
            yield Line(unit, tally, period, key), Cell(key, int(value.low), persons=persons)
        else:
            yield Line(unit, tally, period, key, _given(value, persons, least)), None


def _given(value: Interval, persons: bool, least: int) -> str:
    return MARK if persons and value.high > 0 and value.low < least else value.text()
