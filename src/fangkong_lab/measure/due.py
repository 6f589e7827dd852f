"""本周到期清单: what falls due within some days, the overdue first and counted apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.kinds import Audience
from fangkong_lab.measure.due_calendar import Calendar
from fangkong_lab.measure.due_item import DueItem, Matter
from fangkong_lab.measure.due_reckoned import appeals_due, duties_expected, reports_expected, rotations_due
from fangkong_lab.measure.due_stated import (
    Found,
    Scope,
    duties_due,
    rectifications_due,
    reports_due,
    warnings_due,
)

if TYPE_CHECKING:
    import pandas as pd

NO_UNIT = "单位未载"
OVERDUE, TODAY, COMING = "逾期", "今日到期", "即将到期"


@dataclass(frozen=True)
class DueList:
    """What falls due on or before *as_of* + *within* days: *items* by day, the longest overdue first.

    *superseded*: older missed performances of recurring duties and reports, counted and not listed; *gaps*: recurring
    duties with past days that the ledger has no row for. *units* maps codes to names.
    """

    as_of: date
    within: int
    items: tuple[DueItem, ...]
    superseded: int
    gaps: int
    calendar: Calendar
    units: Mapping[str, str]
    simulated: bool

    @property
    def overdue(self) -> tuple[DueItem, ...]:
        """The items whose day has passed; the day itself is not overdue."""
        return tuple(i for i in self.items if i.due_on < self.as_of)

    @property
    def coming(self) -> tuple[DueItem, ...]:
        """The items due from *as_of* on."""
        return tuple(i for i in self.items if i.due_on >= self.as_of)

    def of_unit(self, unit_id: str) -> DueList:
        """Return what one unit must do; `WrongCall` with the near match for a unit the ledger does not have.

        Counts of superseded performances and gaps are of all units, so they are left out (0).
        """
        if unit_id not in self.units:
            raise WrongCall(f"台账中没有单位「{unit_id}」", mend=did_you_mean(unit_id, tuple(self.units)))
        own = tuple(i for i in self.items if i.unit_id == unit_id and not i.for_office)
        return replace(self, items=own, superseded=0, gaps=0)

    def addressees(self) -> tuple[str, ...]:
        """Return the units that must do something, sorted."""
        return tuple(sorted({i.unit_id for i in self.items if i.unit_id in self.units and not i.for_office}))

    def table(self, audience: Audience = Audience.INTERNAL) -> pd.DataFrame:
        """Return the list with Chinese headers; what only the discipline side may read is a column of its copy only."""
        import pandas as pd

        if audience is Audience.PUBLIC:
            raise WrongCall("到期清单含岗位信息，不能用于公开", mend="改用「纪委内部」或「被评估单位」")
        rows = [self._row(i, audience) for i in self.items]
        columns = ["状态", "到期日", "逾期天数", "事由", "单位", "事项", "依据"] + (["责任与对象（内部）"] if audience is Audience.INTERNAL else [])
        return pd.DataFrame(rows, columns=columns)

    def _row(self, item: DueItem, audience: Audience) -> list[object]:
        state = OVERDUE if item.due_on < self.as_of else TODAY if item.due_on == self.as_of else COMING
        row: list[object] = [state, item.due_on.isoformat(), item.late(self.as_of), item.matter.label, self.name_of(item), item.what, item.known.label]
        return [*row, item.inner] if audience is Audience.INTERNAL else row

    def name_of(self, item: DueItem) -> str:
        """Return who must do an item, as printed."""
        unit = f"{self.units[item.unit_id]}（{item.unit_id}）" if item.unit_id in self.units else item.unit_id or NO_UNIT
        return f"纪委监委（涉及{unit}）" if item.for_office else unit

    def counts(self) -> pd.DataFrame:
        """Return per matter how many are overdue and how many are coming, in the order of the matters; none is left out."""
        import pandas as pd

        late, soon = [i.matter for i in self.overdue], [i.matter for i in self.coming]
        return pd.DataFrame([(m.label, late.count(m), soon.count(m)) for m in Matter], columns=["事由", "逾期", f"{self.within}日内到期"])

    def sentence(self) -> str:
        """Return the counts in words, overdue and coming apart, and what is counted and not listed."""
        mark = "【模拟数据】" if self.simulated else ""
        parts = [f"{mark}截至{self.as_of}，逾期{len(self.overdue)}件，{self.within}日内到期{len(self.coming)}件。"]
        if self.superseded:
            parts.append(f"定期义务和报送中已被后一期取代的未履行另有{self.superseded}次，只计数，不逐件催办。")
        if self.gaps:
            parts.append(f"{self.gaps}项定期义务近期没有台账记录，请核对是否漏登；未载不等于未履行。")
        return "".join(parts)

    def basis_line(self) -> str:
        """Return the 口径 line."""
        last = Scope({}, self.as_of, self.within).last
        return f"口径：到期日不晚于{last}而截至{self.as_of}未办的事项；到期当日不算逾期；评估日之后的办理记录尚不知道，按未办列；已说明正当理由的不列"


def due_list(tables: Mapping[str, pd.DataFrame], as_of: date, within: int, calendar: Calendar) -> DueList:
    """Return what falls due in *tables* (English names) on or before *as_of* + *within* days.

    Overdue: the day lies before *as_of*. Stated days go before reckoned ones. Tables that are missing are not spoken of.
    Raises `WrongCall` for a negative *within*, `NotInForce` before the calendar's first day.
    """
    if within < 0:
        raise WrongCall(f"天数「{within}」是负数", where="--within", mend="写 0 或正整数")
    scope = Scope(tables, as_of, within)
    expected, gaps = duties_expected(scope)
    found = (duties_due(scope), expected, reports_due(scope), reports_expected(scope, calendar), rectifications_due(scope),
             warnings_due(scope), appeals_due(scope, calendar), rotations_due(scope, calendar))
    items = sorted((i for part in found for i in part.items), key=DueItem.order)
    units = _units(tables)
    return DueList(as_of, within, tuple(items), _superseded(found), gaps, calendar, units, any("模拟" in n for n in units.values()))


def _superseded(found: tuple[Found, ...]) -> int:
    return sum(part.superseded for part in found)


def _units(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    frame = tables.get("units")
    return {} if frame is None else dict(sorted(zip(frame["unit_id"].astype(str), frame["name"].astype(str), strict=True)))
