"""The dates behind the weekly list: monthly report days, years in a post, days for an appeal (data/policies/due/calendar.yaml).

Every value is dated and carries its source or says that it is assumed; an office puts its own file at
``policies/due/calendar.yaml`` of the workspace.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fangkong_lab.policy.dated import Dated, read_dated, read_sources
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.node import read_yaml
from fangkong_lab.shipped import shipped

FILE = ("policies", "due", "calendar.yaml")
LAST_DAY, MOST_YEARS, MOST_DAYS = 28, 50, 3650


@dataclass(frozen=True)
class Calendar:
    """*report_days*: tier of node → day of the month by which it reports; *rotation_years* in a post whose 分管领域 is one of
    *rotation_fields*; *appeal_days* from an appeal to its end.
    """

    name: str
    caveat: str
    report_days: tuple[tuple[str, Dated], ...]
    rotation_years: Dated
    rotation_fields: Dated
    appeal_days: Dated

    def report_day(self, tier: str, day: date) -> int | None:
        """Return the day of the month on which nodes of *tier* report, None where the rules are silent."""
        found = dict(self.report_days).get(tier)
        return None if found is None else int(found.number(day))

    def fields(self, day: date) -> frozenset[str]:
        """Return the fields (分管领域) whose posts rotate."""
        value = self.rotation_fields.at(day).value
        return frozenset(value) if isinstance(value, tuple) else frozenset({str(value)})

    def basis(self, day: date) -> tuple[str, ...]:
        """Return one line per value used on *day*: the value and its evidence, assumptions included."""
        return tuple(f"{label}：{shown}（{value.at(day).evidence.sentence()}）" for label, shown, value in self._values(day))

    def _values(self, day: date) -> Iterator[tuple[str, str, Dated]]:
        for tier, value in self.report_days:
            yield f"{tier}报送日", f"每月{value.number(day):g}日", value
        yield "轮换年限", f"{self.rotation_years.number(day):g}年", self.rotation_years
        yield "轮换岗位", "分管" + "、".join(sorted(self.fields(day))), self.rotation_fields
        yield "申诉办理期限", f"{self.appeal_days.number(day):g}天", self.appeal_days


def calendar_for(root: Path | None) -> Calendar:
    """Return the calendar of the workspace at *root* where it has its own, else the shipped one."""
    own = root.joinpath(*FILE) if root else None
    return load_calendar(own if own and own.is_file() else shipped("data", *FILE))


def load_calendar(path: Path) -> Calendar:
    """Load a calendar; `BadInput` names file, line and field for anything uncited, unknown or out of range."""
    top = Field(read_yaml(path))
    top.keys(("schema_version", "id", "name", "about", "caveat", "report_days", "rotation_years", "rotation_fields", "appeal_days"),
             ("sources",))
    listed = top.maybe("sources")
    sources = read_sources(listed) if listed else {}
    days = tuple((tier, read_dated(f, sources, lambda v: _within(v, LAST_DAY), "日")) for tier, f in top.at("report_days").pairs())
    return Calendar(top.at("name").text(), top.at("caveat").text(), days,
                    read_dated(top.at("rotation_years"), sources, lambda v: _within(v, MOST_YEARS), "年"),
                    read_dated(top.at("rotation_fields"), sources, Field.texts),
                    read_dated(top.at("appeal_days"), sources, lambda v: _within(v, MOST_DAYS), "天"))


def _within(field: Field, most: int) -> float:
    value = field.number()
    if value != int(value) or not 1 <= value <= most:
        raise field.fail(f"「{value:g}」不是 1 至 {most} 的整数", f"写 1 至 {most} 的整数")
    return value
