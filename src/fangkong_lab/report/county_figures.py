"""The key figures of the whole county: the numbers of the annual report, each with the ledger rows it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.dates import add_months
from fangkong_lab.kinds import Verdict
from fangkong_lab.measure.five_full import SCOPE_KINDS
from fangkong_lab.measure.key_figure import KeyFigure, Row, counted
from fangkong_lab.measure.key_figures import UnitFigures, keys_of
from fangkong_lab.measure.ledgerdays import day_column, text_column
from fangkong_lab.measure.lifting import SHADES, UNSTATED, overdue, struck
from fangkong_lab.network.influence import DIRECT
from fangkong_lab.network.nodes import ReasonCode
from fangkong_lab.network.reasons import reasons
from fangkong_lab.report.printed import ANNEX
from fangkong_lab.show.annual_power import UNKNOWN, WEAK
from fangkong_lab.show.prose import Listing

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.show.annual import AnnualPages

_COLUMNS = ("编号", "数值", "计量单位", "去年同期", "台账行数")
_MOVES = (("由不达标转为达标", lambda a, b: a is Verdict.VIOLATED and b is Verdict.SATISFIED),
          ("由达标转为不达标", lambda a, b: a is Verdict.SATISFIED and b is Verdict.VIOLATED),
          ("由不能判定转为可以判定", lambda a, b: a is Verdict.CANNOT_TELL and b is not Verdict.CANNOT_TELL),
          ("转为不能判定", lambda a, b: a is not Verdict.CANNOT_TELL and b is Verdict.CANNOT_TELL))


@dataclass(frozen=True)
class CountyFigures(UnitFigures):
    """The key figures of all units together on *as_of*, from ledger *tables*; *unit_id* is empty.

    Sums and counts only: rates with intervals, estimates and medians are no sums of rows (`report.elsewhere` says so one by one).
    """

    @cached_property
    def all(self) -> tuple[KeyFigure, ...]:
        """Every figure, in the order of the report's chapters."""
        return (*self.changes(), *super().all, *self.shared())

    def _own(self, table: str) -> pd.DataFrame | None:
        frame = self.tables.get(table)
        return frame if frame is not None and len(frame) else None

    def coverage(self) -> Iterator[KeyFigure]:
        """Give what can be counted of the five standards (「五全」), over the units in scope."""
        units = self.tables["units"]
        inside = set(units.loc[text_column(units, "kind").isin(SCOPE_KINDS), "unit_id"].astype(str))
        items, risks, posts = self._within("power_items", inside), self._known_risks(inside), self._within("posts", inside)
        sent = set(risks["unit_id"].astype(str))
        yield self._share("已报权力清单的单位", "个", "units", inside, set(items["unit_id"].astype(str)))
        yield self._share("已报风险点的单位", "个", "units", inside, sent)
        if not sent:
            return  # 未报: no share can be told
        own = posts[~posts["external"].fillna(False).astype(bool)] if "external" in posts.columns else posts
        yield self._share("查过风险的岗位", "个", "posts", _codes(own[own["unit_id"].isin(sent)], "post_id"), set(text_column(risks, "post_id", "")))
        yield self._share("查过风险的事项", "项", "power_items", _codes(items[items["unit_id"].isin(sent)], "item_id"), set(text_column(risks, "item_id", "")))
        measures = self._own("measures")
        if measures is not None:
            guarded = _codes(measures, "risk_id")
            units_with = set(risks.loc[risks["risk_id"].astype(str).isin(guarded), "unit_id"].astype(str))
            yield self._share("定有措施的风险点", "个", "risk_points", _codes(risks[risks["unit_id"].isin(units_with)], "risk_id"), guarded)

    def _within(self, table: str, units: set[str]) -> pd.DataFrame:
        frame = self.tables[table]
        return frame[frame["unit_id"].astype(str).isin(units)] if len(frame) else frame

    def _known_risks(self, units: set[str]) -> pd.DataFrame:
        import pandas as pd

        rows = self._within("risk_points", units)
        return rows[~(day_column(rows, "confirmed_on") > pd.Timestamp(self.as_of))] if len(rows) else rows.reindex(columns=["unit_id", "risk_id"])

    def _share(self, name: str, unit: str, table: str, of: set[str], have: set[str]) -> KeyFigure:
        rows = tuple(Row(table, (code,), float(code in have), float(code in have)) for code in sorted(of))
        basis = f"口径：{name}／全部；{'、'.join(SCOPE_KINDS)}；截至{self.as_of}；有关台账未报的单位不计入分母"
        return KeyFigure(f"五全-{name}", f"{len(of & have)}/{len(of)}", unit, basis, rows, share=True)

    def power(self) -> Iterator[KeyFigure]:
        """Give the number of items, then as for a unit."""
        yield counted("权力制约-权力事项", "项", f"口径：权力事项；{self.as_of}任职", "power_items", [(e.item.item_id,) for e in self.now.items])
        yield from super().power()

    def changes(self) -> Iterator[KeyFigure]:
        """Give how many items' verdicts of 单人可令办结 moved within the year."""
        before = add_months(self.as_of, -12)
        was = {e.item.item_id: e.under(DIRECT) for e in self.answer_on(before).items}
        pairs = [(e.item.item_id, was[e.item.item_id], e.under(DIRECT)) for e in self.now.items if e.item.item_id in was]
        basis = f"口径：权力事项；{before}与{self.as_of}任职各算一遍，清单和流程相同；影响关系 {DIRECT.label}"
        for label, moved in _MOVES:
            yield counted(f"一年变动-{label}", "项", basis, "power_items", [(item,) for item, a, b in pairs if moved(a, b)])

    def shared(self) -> Iterator[KeyFigure]:
        """Give how many items have each weakness (共性问题), gaps of papers too."""
        items: dict[ReasonCode, set[str]] = {}
        for each in self.now.items:
            for code in {r.code for r in reasons(self.now.network, each, self.audience)}:
                items.setdefault(code, set()).add(each.item.item_id)
        for code in (*WEAK, *UNKNOWN):
            if code in items:
                basis = f"口径：权力事项；{self.as_of}任职；一项可以有几种薄弱环节，不相加"
                yield counted(f"共性问题-{code.label}", "项", basis, "power_items", [(i,) for i in items[code]])

    def warnings(self) -> Iterator[KeyFigure]:
        """Give the warnings decided in the year by colour, and those of all years that are overdue."""
        events = self._own("warning_events")
        if events is None:
            return
        rows = events[~struck(events, self.as_of)]
        ours = day_column(rows, "decided_on", self.as_of) >= str(date(self.as_of.year, 1, 1))
        basis = f"口径：本年1月1日至{self.as_of}决定的预警；不实、已澄清、已撤销的不计"
        yield counted("预警-本年决定", "件", basis, "warning_events", keys_of(rows[ours], "event_id"))
        shade = text_column(rows, "level", UNSTATED)
        for level in SHADES:
            yield counted(f"预警-本年决定-{level}", "件", basis, "warning_events", keys_of(rows[ours & (shade == level)], "event_id"))
        yield counted("预警-历年逾期未解除", "件", f"口径：截至{self.as_of}已过整改期限而未解除的预警；不实、已澄清、已撤销的不计", "warning_events",
                      keys_of(events[overdue(events, self.as_of)], "event_id"))

    def counts(self) -> Iterator[KeyFigure]:
        """Give the year's counts over all units; where several rows may not be added, each with its unit."""
        made = list(super().counts())
        keys = [f.key for f in made]
        for figure in made:
            several = keys.count(figure.key) > 1 and figure.rows
            yield replace(figure, key=f"{figure.key}-{figure.rows[0].key[0]}", before="") if several else figure

    def visits(self) -> Iterator[KeyFigure]:
        """Give the targets inspected by kind, each once however often; the kinds are never added."""
        frame = self._own("inspections")
        if frame is None:
            return
        started = day_column(frame, "started_on", self.as_of)
        rows = frame[started.notna()].assign(day=started.dt.strftime("%Y-%m-%d"))
        cells = zip(*(text_column(rows, c, "").astype(str) for c in ("target", "target_kind", "kind", "round", "day")), strict=True)
        first: dict[tuple[str, str], tuple[str, ...]] = {}
        visits = sorted(cells, key=lambda v: (v[4], v))
        for visit in visits:
            first.setdefault(visit[:2], visit)
        for kind in sorted({v[1] for v in visits}):
            own = [v for v in visits if v[1] == kind]
            ones = [float(first[v[:2]] == v) for v in own]
            basis = f"口径：巡察对象，按对象类型分列，不同类型不相加；截至{self.as_of}；同一对象多次巡察只计第一次"
            yield KeyFigure(f"巡察-{kind}-已巡察对象", f"{sum(ones):g}", "个", basis,
                            tuple(Row("inspections", v, one, one) for v, one in zip(own, ones, strict=True)))

    def _duty_records(self) -> pd.DataFrame | None:
        return self._own("duty_records")


def _codes(frame: pd.DataFrame, column: str) -> set[str]:
    return set(frame[column].astype(str))


def county_annex(pages: AnnualPages) -> Listing:
    """Return the annex 指标表 of the annual report: every figure with its key, and last year's beside it."""
    return _listing(CountyFigures(pages.tables, "", pages.as_of, pages.audience).all,
                    CountyFigures(pages.tables, "", add_months(pages.as_of, -12), pages.audience).all)


def _listing(now: tuple[KeyFigure, ...], then: tuple[KeyFigure, ...]) -> Listing:
    import pandas as pd

    before = {f.key: f.value for f in then}
    rows = [(f.key, f.value, f.unit, before.get(f.last_key, "未载"), len(f.rows)) for f in now]
    return Listing(pd.DataFrame(rows, columns=list(_COLUMNS)), caption=ANNEX,
                   note="用 fangkong trace 年度 编号 可查每个数的口径和来源行；各单位的数见各单位评估报告的指标表。"
                        "去年同期按现有台账重算，不是去年报告所印；率的区间、估计值和中位数不由台账的行相加得出，没有编号。")
