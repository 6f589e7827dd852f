"""All key figures of one unit on one day, family by family; the same definitions as the report's chapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.ledger.places import rows_with
from fangkong_lab.measure.basis import Clue, Period, PeriodKind, Running
from fangkong_lab.measure.completeness import funnel_sets
from fangkong_lab.measure.duties import Done, states_of
from fangkong_lab.measure.key_figure import KeyFigure, Row, counted, summed
from fangkong_lab.measure.ledgerdays import day_column, text_column
from fangkong_lab.measure.lifting import SHADES, UNSTATED, overdue, struck
from fangkong_lab.measure.rectify import issue_marks, rectification
from fangkong_lab.measure.summary import Question, outcomes, own_duties
from fangkong_lab.measure.tally import Tally
from fangkong_lab.network.answer import Answer, answer
from fangkong_lab.network.answer import Question as Asked
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, NONE, Influence
from fangkong_lab.network.ranking import LEDGER_GRADES
from fangkong_lab.network.thresholds import ItemThresholds

if TYPE_CHECKING:
    import pandas as pd

_ISSUES = (("due", "到期问题"), ("closed_due", "到期已销号"), ("not_due", "未到期"), ("no_deadline", "期限未载"), ("closed", "全部已销号"),
           ("verified", "经核验"), ("rebounded", "反弹"))
_ALONE = (("单人可办结", NONE, "不计影响关系，有一条办理路径可由一人签完（事后签批不计）"),
          ("单人可令办结", DIRECT, "计直接领导关系，有一条办理路径可由一人自己签或令其直接下级签完（独立签批须本人签，事后签批不计）；含单人可办结的"))
_SHARES = (("整改完成率", "closed_due", "due"), ("核验率", "verified", "closed"), ("反弹率", "rebounded", "closed"))


@dataclass(frozen=True)
class UnitFigures:
    """The key figures of *unit_id* on *as_of* from ledger *tables*, as far as *audience* may read them."""

    tables: Mapping[str, pd.DataFrame]
    unit_id: str
    as_of: date
    audience: Audience = Audience.INTERNAL

    @cached_property
    def all(self) -> tuple[KeyFigure, ...]:
        """Every figure, in the order of the report's chapters; families whose table is 未报 are not there."""
        families = [self.coverage(), self.risks(), self.power()]
        if self.audience is Audience.INTERNAL:  # counts of persons and of warnings can tell who is meant
            families += [self.warnings(), self.counts()]
        return tuple(f for family in (*families, self.issues(), self.visits(), self.money(), self.duties()) for f in family)

    def _own(self, table: str) -> pd.DataFrame | None:
        frame = self.tables.get(table)
        if frame is None or not len(frame):
            return None
        own = rows_with(frame, "unit_id", (self.unit_id,))
        return own if len(own) else None

    def coverage(self) -> Iterator[KeyFigure]:
        """Give the coverage funnel: items that have each stage, and those that have all up to it."""
        if self._own("power_items") is None:
            return
        through: set[str] | None = None
        for stage, having in funnel_sets(self.tables, self.unit_id, self.as_of):
            if having is None:
                return  # 未报: the stages after it cannot be told either
            through = set(having) if through is None else through & having
            basis = f"口径：权力事项；截至{self.as_of}"
            yield counted(f"覆盖-{stage.label}", "项", f"{basis}；{stage.label}", "power_items", [(i,) for i in having])
            yield counted(f"覆盖-逐级贯通至{stage.label}", "项", f"{basis}；自列入清单起逐级都具备至{stage.label}", "power_items", [(i,) for i in through])

    def risks(self) -> Iterator[KeyFigure]:
        """Give risk points found, in all and by the grade that the unit states."""
        frame = self._own("risk_points")
        if frame is None:
            return
        known = frame[~(day_column(frame, "confirmed_on") > _stamp(self.as_of))]
        basis = f"口径：风险点；截至{self.as_of}已审定或审定日期未载的"
        yield counted("风险-查有风险点", "个", basis, "risk_points", keys_of(known, "risk_id"))
        stated = text_column(known, "grade")
        for grade in sorted(set(stated), key=_grade_place):
            yield counted(f"风险-现定等级-{grade}", "个", basis + "；等级为单位自报", "risk_points", keys_of(known[stated == grade], "risk_id"))

    def visits(self) -> Iterator[KeyFigure]:
        """Give inspections of the unit by kind of target; the kinds are different things and are never added."""
        frame = self._own("inspections")
        if frame is None:
            return
        rows = frame[day_column(frame, "started_on", self.as_of).notna()]
        day = day_column(rows, "started_on").dt.strftime("%Y-%m-%d")
        cells = [text_column(rows, c, "").astype(str) for c in ("target", "target_kind", "kind", "round")]
        keys = list(zip(*cells, day, strict=True))
        for kind in sorted(set(cells[1])):
            basis = f"口径：巡察次数，按对象类型分列，不同类型不相加；截至{self.as_of}"
            yield counted(f"巡察-{kind}-次数", "次", basis, "inspections", [k for k in keys if k[1] == kind])

    def answer_on(self, on: date) -> Answer:
        """Return the thresholds of the items on a day, as far as *audience* may read them."""
        return answer(PowerNetwork.from_tables(self.tables, on), Asked(audience=self.audience, unit=self.unit_id or None))

    @cached_property
    def now(self) -> Answer:
        """The thresholds of the items on *as_of*."""
        return self.answer_on(self.as_of)

    def power(self) -> Iterator[KeyFigure]:
        """Give who could carry an item alone: number and yearly amount, without and with direct influence; then every verdict."""
        if self._own("power_items") is None:
            return
        for name, mode, means in _ALONE:
            sure = [e for e in self.now.items if _alone(e, mode)]
            basis = f"口径：权力事项；{self.as_of}任职；{means}；各种任职情形下都如此的才计；反映制度设计，不代表有人这样做过"
            yield counted(f"权力制约-{name}-项数", "项", basis, "power_items", [(e.item.item_id,) for e in sure])
            stated = [((e.item.item_id,), float(e.item.yearly_amount)) for e in sure if e.item.yearly_amount is not None]
            missing = len(sure) - len(stated)
            note = f"；另有{missing}项未填金额" if missing else ""
            amount = summed(f"权力制约-{name}-年涉及金额", "万元", basis + note, "power_items", stated)
            yield amount if stated or not sure else replace(amount, value="未载")
        for verdict in Verdict:
            hit = [(e.item.item_id,) for e in self.now.items if e.status is verdict]
            yield counted(f"权力制约-{verdict.label}", "项", f"口径：权力事项；{self.as_of}任职；计直接领导关系，目标2人", "power_items", hit)

    def counts(self) -> Iterator[KeyFigure]:
        """Give the year's counts (监督执纪统计): every sum of equal 口径; rows that may not be added stand each alone."""
        if self._own("outcomes") is None:
            return
        question = Question(self.as_of, unit=self.unit_id, since=date(self.as_of.year, 1, 1), until=self.as_of)
        sums = outcomes({"outcomes": self.tables["outcomes"], "units": self.tables["units"]}, question).tallies
        whole = [(p, t) for p, t in sums.sums]
        whole += [(u.period, Tally(u.basis, r.interval, (r,))) for u in sums.unsummed for r in u.records]
        keys = [_count_key(t, p, 0) for p, t in whole]
        for (period, tally), key in zip(whole, keys, strict=True):
            twice = keys.count(key) > 1  # two sources, or two bodies, of one 口径 and period
            made = f"{key}-{tally.records[0].body}-{tally.records[0].source}" if twice else key
            rows = tuple(Row("outcomes", r.key(), r.interval.low, r.interval.high) for r in tally.records)
            yield KeyFigure(made, tally.interval.text(), tally.basis.count_unit, tally.basis_line(), rows,
                            "" if twice else _count_key(tally, period, 1))

    def warnings(self) -> Iterator[KeyFigure]:
        """Give warnings decided, lifted and overdue, by colour; struck ones are none."""
        events = self._own("warning_events")
        if events is None:
            return
        rows = events[~struck(events, self.as_of)]
        decided, lifted = day_column(rows, "decided_on", self.as_of), day_column(rows, "lifted_on", self.as_of)
        use, late = decided.notna() & ~(lifted < decided), overdue(rows, self.as_of)
        shade = text_column(rows, "level", UNSTATED)
        basis = f"口径：已决定的预警事件；截至{self.as_of}；不实、已澄清、已撤销的不计"
        for level in SHADES:
            of = use & (shade == level)
            for word, mask in (("发出", of), ("已解除", of & lifted.notna()), ("逾期未解除", late & of)):
                yield counted(f"预警-{level}-{word}", "件", basis, "warning_events", keys_of(rows[mask], "event_id"))

    def issues(self) -> Iterator[KeyFigure]:
        """Give issues (整改台账) by state, and the three rates with the rows of their denominators."""
        frame = self._own("rectifications")
        if frame is None:
            return
        marks, made = issue_marks(frame, self.as_of), rectification(frame, self.as_of)
        for name, label in _ISSUES:
            yield counted(f"问题整改-{label}", "个", made.basis_line(), "rectifications", keys_of(frame.loc[marks.index[marks[name]]], "issue_id"))
        for (label, part, whole), found in zip(_SHARES, (made.completion, made.verification, made.rebound), strict=True):
            of = marks.index[marks[whole]]
            ones = {i: float(marks.loc[i, part]) for i in of}
            rows = tuple(sorted((Row("rectifications", (str(frame.loc[i, "issue_id"]),), ones[i], ones[i]) for i in of), key=lambda r: r.key))
            value = f"{found.part}/{found.whole}" + (f"（{100 * found.part / found.whole:.1f}%）" if found.whole else "（无分母，不计算）")
            yield KeyFigure(f"问题整改-{label}", value, "%", made.basis_line(), rows, share=True)

    def money(self) -> Iterator[KeyFigure]:
        """Give money recovered per nature: instalments added, natures never."""
        frame = self._own("recoveries")
        if frame is None:
            return
        days = day_column(frame, "on", self.as_of)
        rows = frame[days.notna()].assign(day=days.dt.strftime("%Y-%m-%d"))
        basis = f"口径：实缴金额；计量单位 万元；截至{self.as_of}；分期按笔相加，不同性质不相加"
        for nature, part in sorted(rows.groupby("nature")):
            paid = [((str(i), str(d)), float(p)) for i, d, p in zip(part["recovery_id"], part["day"], part["paid"], strict=True)]
            yield summed(f"款项-{nature}-实缴", "万元", basis, "recoveries", paid)

    def _duty_records(self) -> pd.DataFrame | None:
        records, duties = self.tables.get("duty_records"), self.tables.get("duties")
        if records is None or duties is None:
            return None
        own = records[records["duty_id"].astype(str).isin(own_duties(self.tables, duties, self.unit_id))]
        return own if len(own) else None

    def duties(self) -> Iterator[KeyFigure]:
        """Give performances of duties by what became of them."""
        own = self._duty_records()
        if own is None:
            return
        state, days = states_of(own, self.as_of), day_column(own, "due_on").dt.strftime("%Y-%m-%d")
        basis = f"口径：监督义务应履行的次数；截至{self.as_of}；有正当理由的和未到期的另列，不计入应履行"
        for done in Done:
            hit = state == done
            yield counted(f"监督义务-{done.label}", "次", basis, "duty_records",
                          list(zip(own.loc[hit, "duty_id"].astype(str), days[hit].astype(str), strict=True)))


def _grade_place(grade: str) -> tuple[int, str]:
    """Return what sorts stated grades from high to low; names that are of no scale come after, 未载 last."""
    names = [name for level in LEDGER_GRADES for name in level]
    return (names.index(grade), "") if grade in names else (len(names) + (grade == "未载"), grade)


def _alone(each: ItemThresholds, mode: Influence) -> bool:
    kappa = each.structure.kappa
    return kappa is not None and kappa[mode.name].high == 1


def keys_of(frame: pd.DataFrame, column: str) -> list[tuple[str, ...]]:
    """Return the keys of the rows of *frame*, whose table has the one key *column*."""
    return [(str(code),) for code in frame[column]]


def _count_key(tally: Tally, period: Period, back: int) -> str:
    """Return the key of a count, or of the same count *back* years earlier; what tells two 口径 apart stands at its end."""
    clue = {Clue.YES: "", Clue.NO: "-无线索", Clue.UNKNOWN: "-线索不明"}[tally.basis.clue]
    running = {Running.YES: "-累计", Running.NO: "", Running.UNKNOWN: "-累计未载"}[tally.basis.running]
    return f"监督执纪-{tally.basis.measure}-{tally.basis.count_unit}-{_period_word(period, back)}{clue}{running}"


def _period_word(period: Period, back: int) -> str:
    """Return the period, or the one *back* years earlier, in words without dashes."""
    kind, start, end = period.kind()[0], period.start, period.end
    if start is None or end is None:
        return period.text().replace("-", ".")
    year = start.year - back
    if kind is PeriodKind.YEAR:
        return f"{year}年"
    if kind is PeriodKind.HALF:
        return f"{year}年{'上' if start.month == 1 else '下'}半年"
    if kind is PeriodKind.QUARTER:
        return f"{year}年第{(start.month + 2) // 3}季度"
    if kind is PeriodKind.MONTH:
        return f"{year}年{start.month}月"
    return f"{year}.{start.month:02d}.{start.day:02d}至{end.year - back}.{end.month:02d}.{end.day:02d}"


def _stamp(day: date) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(day)
