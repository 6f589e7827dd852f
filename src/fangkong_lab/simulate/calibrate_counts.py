"""Counts that an office has made: of one day and one period, of things that can be counted."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput, FangkongError, did_you_mean
from fangkong_lab.kinds import Kind
from fangkong_lab.simulate.figures import BY_MONTH, FIGURES, PLACE, ByMonth, Figure, Layout
from fangkong_lab.simulate.scenario import Scenario

_MOST_DIGITS = 9
_WHOLE = re.compile(r"\d+|\d{1,3}(,\d{3})+")
"""Commas are thousands or nothing: 4,2 is not 42."""
COLUMNS = ("指标", "数", "自", "至", "截至", "来源")


class Countable(Kind):
    """What an office sees, and so can count. Conduct that nobody found is not among it."""

    RECEIVED = "received", "受理的反映"
    VERIFIED = "verified", "查实的事项"
    PERSON_WARNINGS = "person_warnings", "个人预警"
    UNIT_WARNINGS = "unit_warnings", "单位预警"
    PERSONS_WARNED = "persons_warned", "被预警的人"
    UNITS_WARNED = "units_warned", "被预警的单位"
    PERSON_ACCOUNTABLE = "person_accountable", "个人追责触发"
    UNIT_ACCOUNTABLE = "unit_accountable", "单位追责触发"
    EXEMPTED = "exempted", "容错不扣分"
    APPEALS = "appeals", "申诉"
    REVOKED = "revoked", "申诉撤销"
    CLEARED = "cleared", "澄清"


_SUMS: Mapping[Countable, tuple[Figure, ...]] = {
    Countable.VERIFIED: (Figure.UPHELD, Figure.WRONGLY),
    **{c: (f,) for c in Countable for f in FIGURES if c.value == f.value}}


def seen_in(rows: np.ndarray, layout: Layout, wanted: Sequence[Countable]) -> np.ndarray:
    """Return what an office would have counted in each replication: replications × *wanted*, of *rows* replications × width."""
    def one(each: Countable) -> np.ndarray:
        if each is Countable.RECEIVED:
            return np.asarray(layout.by_month(rows)[..., BY_MONTH.index(ByMonth.REPORTS)].sum(axis=-1))
        return np.asarray(sum(rows[:, PLACE[f]] for f in _SUMS[each]))
    return np.stack([one(each) for each in wanted], axis=1)


@dataclass(frozen=True)
class Counts:
    """*numbers* of each of *wanted*, from *start* to *end* (the last day), as known on *as_of*; *sources* one each."""

    wanted: tuple[Countable, ...]
    numbers: tuple[int, ...]
    start: date
    end: date
    as_of: date
    sources: tuple[str, ...] = ()

    def words(self) -> str:
        """Return the counts in one line."""
        said = "、".join(f"{w.label} {n:,}" for w, n in zip(self.wanted, self.numbers, strict=True))
        return f"{self.span()}：{said}"

    def span(self) -> str:
        """Return period and day of counting in words."""
        return f"{self.start} 至 {self.end}，截至 {self.as_of} 统计"


def read_counts(path: Path) -> Counts:
    """Read a CSV of counts (UTF-8 or GB18030) with the columns 指标、数、自、至、截至、来源.

    Raises `BadInput` naming line and column: unknown or doubled measure, what nobody can count, no whole number, no source,
    and counts of different days or periods, which never mix: both are named.
    """
    rows = list(_rows(path))
    if not rows:
        raise BadInput("没有一行计数", where=path.name, mend="每行写一个指标：" + "、".join(COLUMNS))
    for column, word in (("截至", "统计日"), ("自", "起始日"), ("至", "终止日")):
        _same(path, rows, column, word)
    wanted = tuple(_countable(path, line, row) for line, row in rows)
    for place, each in enumerate(wanted):
        if each in wanted[:place]:
            raise BadInput(f"「{each.label}」写了两次", where=_at(path, rows[place][0], "指标"), mend="只留一行")
    return Counts(wanted, tuple(_number(path, line, row) for line, row in rows), _day(path, rows[0], "自"),
                  _day(path, rows[0], "至"), _day(path, rows[0], "截至"), tuple(row["来源"] for _, row in rows))


def fits_scenario(counts: Counts, scenario: Scenario) -> None:
    """Raise `BadInput` unless the counts are of exactly the months that the scenario runs, counted at their end or later."""
    last = scenario.end - timedelta(days=1)
    if (counts.start, counts.end) != (scenario.start, last):
        raise BadInput(f"计数的时段是 {counts.start} 至 {counts.end}，情景推演的是 {scenario.start} 至 {last}",
                       where=scenario.id, mend="改情景的 start 和 months，使两个时段相同")
    if counts.as_of < counts.end:
        raise BadInput(f"统计日 {counts.as_of} 早于时段的最后一天 {counts.end}", where="截至", mend="用时段结束以后的统计")


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    reader = csv.DictReader(io.StringIO(text))
    heads = tuple((h or "").strip() for h in reader.fieldnames or ())
    for column in COLUMNS:
        if column not in heads:
            raise BadInput(f"缺少列「{column}」", where=path.name, mend="表头写：" + "、".join(COLUMNS) + "；用半角逗号分隔，从 Excel 另存为 CSV UTF-8")
    try:
        made = [(reader.line_num, {(k or "").strip(): (v or "").strip() for k, v in row.items() if isinstance(v, str)}) for row in reader]
    except csv.Error as error:
        raise BadInput("读不成表格", where=f"{path.name} › 第{reader.line_num + 1}行", mend="检查引号是否成对，从 Excel 另存为 CSV UTF-8") from error
    return [(line, {c: row.get(c, "") for c in COLUMNS}) for line, row in made if any(row.values())]


def _at(path: Path, line: int, column: str) -> str:
    return f"{path.name} › 第{line}行 › {column}"


def _day(path: Path, row: tuple[int, dict[str, str]], column: str) -> date:
    try:
        return parse_day(row[1][column])
    except FangkongError as error:
        raise BadInput(error.what, where=_at(path, row[0], column), mend=error.mend) from error


def _same(path: Path, rows: list[tuple[int, dict[str, str]]], column: str, word: str) -> None:
    first = _day(path, rows[0], column)
    for row in rows[1:]:
        other = _day(path, row, column)
        if other != first:
            raise BadInput(f"{word}不同：第{rows[0][0]}行「{rows[0][1]['指标']}」是 {first}，第{row[0]}行「{row[1]['指标']}」是 {other}",
                           where=_at(path, row[0], column), mend="只用同一时段、同一统计日的计数，不能混用")


def _countable(path: Path, line: int, row: dict[str, str]) -> Countable:
    known = {c.label: c for c in Countable}
    if row["指标"] in known:
        return known[row["指标"]]
    hidden = {f.label for f in FIGURES} - set(known)
    what = f"「{row['指标']}」没有人数得到，不能用来校准" if row["指标"] in hidden else f"没有名为「{row['指标']}」的指标"
    raise BadInput(what, where=_at(path, line, "指标"), mend=did_you_mean(row["指标"], tuple(known)))


def _number(path: Path, line: int, row: dict[str, str]) -> int:
    if not row["来源"]:
        raise BadInput("没有写来源", where=_at(path, line, "来源"), mend="写明这个数出自哪份文件或台账")
    text, place = row["数"].replace("，", ","), _at(path, line, "数")
    if not _WHOLE.fullmatch(text):
        raise BadInput(f"「{row['数']}」不是非负整数", where=place, mend="写整数，逗号只用来分千位；「余」「近」之类的数不能用来校准")
    digits = text.replace(",", "")
    if len(digits) > _MOST_DIGITS:
        raise BadInput(f"「{row['数']}」数太大（至多 {_MOST_DIGITS} 位）", where=place, mend="核对这个数和它的单位")
    return int(digits)
