"""Everything a ledger says about what came out, for one question: counts, forms, checks, rates, rectification, money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, CannotTell, WrongCall, did_you_mean
from fangkong_lab.ledger.places import places
from fangkong_lab.measure.across import Across, across_measures
from fangkong_lab.measure.basis import Running
from fangkong_lab.measure.control import ControlChart, c_chart
from fangkong_lab.measure.coverage import Coverage, coverage
from fangkong_lab.measure.duties import Fulfilment, fulfilment
from fangkong_lab.measure.forms import FORMS, OPEN, Classification, FormShares, classify, form_shares
from fangkong_lab.measure.funnel import Funnel, funnel
from fangkong_lab.measure.lifting import Lifting, lifting
from fangkong_lab.measure.record import Record, check_known, chosen, read_records, records_where
from fangkong_lab.measure.recover import Recoveries, recoveries
from fangkong_lab.measure.rectify import Rectification, days_to_close, rectification
from fangkong_lab.measure.shrinkage import Ranking, rank_units
from fangkong_lab.measure.sidebyside import SideBySide, side_by_side
from fangkong_lab.measure.survival import Survival
from fangkong_lab.measure.tallies import Tallies, latest, reason_of, tally_all
from fangkong_lab.measure.taxonomy import Break
from fangkong_lab.measure.thresholds import reading_rules
from fangkong_lab.measure.validators import Checks, check_outcomes
from fangkong_lab.memory import remembered

if TYPE_CHECKING:
    import pandas as pd

PER = 1000.0
MOST_SHARES = 2  # periods whose shares are told in words; all are in the JSON


@dataclass(frozen=True)
class Question:
    """What is asked: the day of judgement, one *measure* and one *unit* (empty: all), the days between, and the *kind*
    of units to compare with (单位类别; empty: all).
    """

    as_of: date
    measure: str = ""
    unit: str = ""
    since: date | None = None
    until: date | None = None
    kind: str = ""


@dataclass(frozen=True)
class Comparison:
    """One measure over units: counts with exposure, the funnel and the rank intervals, or *why* not."""

    units: SideBySide
    funnel: Funnel | None
    ranking: Ranking | None
    minimum: int
    why_not: str = ""

    def table(self, unit: str = "") -> pd.DataFrame:
        """Return the units (or one *unit*) by code: count, staff-years, rate where there are enough events, place."""
        import pandas as pd

        points = {p.unit: p for p in self.funnel.points} if self.funnel else {}
        rows = []
        for u in self.units.units:
            made, point = u.rate(self.minimum), points.get(u.unit)
            rows.append({"单位": u.unit, "数量": u.tally.interval.text(), u.exposure.what: f"{u.exposure.amount:.0f}",
                         f"每{u.exposure.per:g}": made.printed(),
                         "95%区间": f"{made.bounds.low:.3g}–{made.bounds.high:.3g}", "位置": point.place.label if point else "",
                         "超出": f"{point.outside:.1%}界限" if point and point.outside else ""})
        frame = pd.DataFrame(rows)
        return frame[frame["单位"] == unit] if unit and len(frame) else frame

    def sentence(self, unit: str = "", name: str = "") -> str:
        """Return the funnel's sentence, or where one *unit* (said by *name*, if given) lies; *why_not* where there is no funnel."""
        if self.funnel is None:
            return self.why_not
        if not unit:
            return self.funnel.sentence()
        point = next((p for p in self.funnel.points if p.unit == unit), None)
        if point is None:
            return f"{name or unit}没有可比的「{self.units.measure}」记录（未载，不等于无）。"
        if point.outside is None:
            return f"{name or unit}的{self.units.measure}处于同类单位正常波动范围，不宜据此排名。{self.funnel.basis_line()}。"
        return (f"{name or unit}的{self.units.measure}{point.place.label}（{point.outside:.1%}界限），可能源于问题多或发现能力强，现有数据不能区分。"
                f"{self.funnel.basis_line()}。")


@dataclass(frozen=True)
class Conduct:
    """The tables beside the counts, each None where the ledger has no such rows."""

    rectification: Rectification | None
    closing: Survival | None
    coverage: Coverage | None
    recoveries: Recoveries | None
    fulfilment: Fulfilment | None
    lifting: Lifting | None


@dataclass(frozen=True, eq=False)
class Outcomes:
    """The answer to one *question*: *records* are the rows asked for. Each part is worked out when it is first read."""

    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    question: Question
    records: tuple[Record, ...] = field(repr=False)

    @cached_property
    def tallies(self) -> Tallies:
        """The sums of equal 口径, and the rows that may not be added."""
        return tally_all(self.records, _parents(self.tables.get("units")))

    @cached_property
    def running(self) -> tuple[Record, ...]:
        """The latest row of every cumulative series."""
        return tuple(r for r in latest(self.records) if r.basis.running is Running.YES)

    @cached_property
    def forms(self) -> Classification:
        """Every row with its standing towards the four forms (四种形态)."""
        return classify(self.records)

    @cached_property
    def _shares(self) -> tuple[tuple[FormShares, ...], tuple[str, ...]]:
        return _shares(self.forms, _parents(self.tables.get("units")))

    @property
    def shares(self) -> tuple[FormShares, ...]:
        """The shares of the forms, period by period."""
        return self._shares[0]

    @property
    def shares_refused(self) -> tuple[str, ...]:
        """The periods that have no shares, with the reason."""
        return self._shares[1]

    @cached_property
    def checks(self) -> Checks:
        """What does not agree within the counts."""
        return check_outcomes(self.records)

    @cached_property
    def comparison(self) -> Comparison | None:
        """Units beside each other, where one measure was asked for; the same whichever unit is asked about."""
        if not self.question.measure or "units" not in self.tables:
            return None
        return compared(self.tables["outcomes"], self.tables["units"], replace(self.question, unit=""))

    @cached_property
    def across(self) -> Across | None:
        """One unit over all measures, where no single measure was asked for."""
        return _across(self.tables, self.question)

    @cached_property
    def trend(self) -> ControlChart | None:
        """One measure over time, where its sums follow each other and are of one 口径."""
        return _trend(self.tallies, self.question)

    @cached_property
    def conduct(self) -> Conduct:
        """The tables beside the counts."""
        return _conduct(self.tables, self.question)

    @cached_property
    def simulated(self) -> bool:
        """Whether these are made-up data."""
        return _simulated(self.tables)

    def sentence(self) -> str:
        """Return the answer as paragraphs, each with its 口径 line."""
        parts = ["【模拟数据】本页数字由软件生成，不是任何地方的实际情况。" if self.simulated else "", self.tallies.sentence(), self.forms.sentence() if self.forms.rows else "", self.checks.sentence()]
        parts += [b.sentence() for b in self.breaks()]
        parts += [s.sentence() for s in self.shares[-MOST_SHARES:]]
        if self.shares_refused:
            parts.append(f"{len(self.shares_refused)}个期间不求形态构成，如{self.shares_refused[-1]}。")
        if self.comparison:
            parts.append(self.comparison.sentence(self.question.unit))
        parts += [r.sentence() for r in (self.across, self.trend) if r is not None]
        c = self.conduct
        parts += [r.sentence() for r in (c.rectification, c.closing, c.coverage, c.recoveries, c.fulfilment, c.lifting) if r is not None]
        return "\n".join(p for p in parts if p)

    def breaks(self) -> tuple[Break, ...]:
        """Return the breaks of the taxonomy that the counted forms lie on both sides of."""
        rows = [r for r, c in self.forms.rows if c.standing in (*FORMS, *OPEN) and r.period.end]
        if not rows:
            return ()
        ends = [r.period.end for r in rows if r.period.end]
        return self.forms.taxonomy.crossed(min(ends), max(ends))

    def table(self) -> pd.DataFrame:
        """Return the sums, one row per 口径 and period."""
        return self.tallies.table()


def outcomes(tables: Mapping[str, pd.DataFrame], question: Question) -> Outcomes:
    """Answer *question* from ledger *tables* (English names); missing tables are simply not spoken of.

    Rows of outcomes that end after the day of judgement are left out. Raises `BadInput` for an unknown measure or unit.
    """
    if question.kind and "units" in tables:
        _of_kind(tables["units"], question.kind)
    return Outcomes(tables, question, _records(tables, question))


def _across(tables: Mapping[str, pd.DataFrame], question: Question) -> Across | None:
    """One unit over all measures, where no single measure was asked for."""
    if not question.unit or question.measure or not {"units", "outcomes"} <= set(tables) or not len(tables["outcomes"]):
        return None
    until = min(question.until or question.as_of, question.as_of)
    return across_measures(read_records(tables["outcomes"]), _of_kind(tables["units"], question.kind), question.unit, since=question.since, until=until)


def _trend(sums: Tallies, question: Question) -> ControlChart | None:
    """One measure over time, where its sums are of one 口径, follow each other and are of the same number of units."""
    if not question.measure or sums.unsummed:
        return None
    rows = sorted(((p, t) for p, t in sums.sums if p.start and p.end), key=lambda row: str(row[0].start))
    alike = len({t.basis for _, t in rows}) == 1 and len({len({r.unit_id for r in t.records}) for _, t in rows}) == 1
    gapless = all(b[0].start == a[0].end + timedelta(days=1) for a, b in pairwise(rows) if a[0].end)
    if len(rows) < 2 or not alike or not gapless or any(not t.interval.is_exact for _, t in rows):
        return None
    return c_chart([t.interval.low for _, t in rows], [str(p.start) for p, _ in rows], f"{question.measure}（{rows[0][1].basis.count_unit}）")


def _simulated(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Made-up data say so in the names of their units and in the sources of their counts."""
    return any("模拟" in str(text) for table, column in (("units", "name"), ("outcomes", "source"))
               if table in tables and column in tables[table].columns for text in tables[table][column].unique())


def _records(tables: Mapping[str, pd.DataFrame], question: Question) -> tuple[Record, ...]:
    if "outcomes" not in tables or not len(tables["outcomes"]):
        if question.measure:
            raise BadInput(f"台账里没有监督执纪统计，查不到「{question.measure}」", mend="先导入监督执纪统计表")
        return ()
    counts = tables["outcomes"]
    if question.unit in _units(tables):  # a unit of the ledger may well have no counts
        check_known("指标", question.measure, (str(m).strip() for m in places(counts, "measure")))
        own = records_where(counts, "unit_id", question.unit)
        return tuple(r for r in own if question.measure in ("", r.measure) and _asked(r, question))
    return tuple(r for r in chosen(read_records(counts), question.measure, question.unit) if _asked(r, question))


def _units(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    return set(tables["units"]["unit_id"].astype(str)) if "units" in tables and "unit_id" in tables["units"].columns else set()


def _asked(row: Record, question: Question) -> bool:
    start, end = row.period.start, row.period.end
    if end is not None and (end > question.as_of or (question.until is not None and end > question.until)):
        return False
    return question.since is None or (start is not None and start >= question.since)


def _parents(units: pd.DataFrame | None) -> dict[str, str]:
    if units is None or "parent_id" not in units.columns:
        return {}
    kept = units[units["parent_id"].notna()]
    return dict(zip(kept["unit_id"].astype(str), kept["parent_id"].astype(str), strict=True))


def _shares(forms: Classification, parents: Mapping[str, str]) -> tuple[tuple[FormShares, ...], tuple[str, ...]]:
    """Shares per period over the units asked for; periods in which nothing is of a form are passed over."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, (r, _) in enumerate(forms.rows):
        groups.setdefault((str(r.period.start), str(r.period.end)), []).append(number)
    made, refused = [], []
    for key in sorted(groups):
        try:
            made.append(form_shares(Classification(tuple(forms.rows[i] for i in groups[key]), forms.taxonomy), parents))
        except CannotTell:
            continue
        except BadInput as clash:
            refused.append(f"{forms.rows[groups[key][0]][0].period.text()}：{reason_of(clash)}")
    return tuple(s for s in made if any(f.count.high > 0 for f in s.shares)), tuple(refused)


@remembered
def compared(counts: pd.DataFrame, units: pd.DataFrame, question: Question) -> Comparison:
    """Return the *units* beside each other in the measure of *question*, from the rows of outcomes (*counts*)."""
    minimum = reading_rules().minimum(question.as_of)
    records, until = records_where(counts, "measure", question.measure), min(question.until or question.as_of, question.as_of)
    try:
        beside = side_by_side(records, _of_kind(units, question.kind), question.measure, since=question.since, until=until)
        drawn, ranks = funnel(beside.frame(), question.measure, per=PER), rank_units(beside.frame(), question.measure)
    except CannotTell as gap:
        return Comparison(SideBySide(question.measure, (), ()), None, None, minimum, str(gap))
    except BadInput as clash:
        return Comparison(SideBySide(question.measure, (), ()), None, None, minimum, str(clash))
    return Comparison(beside, drawn, ranks, minimum)


def _of_kind(units: pd.DataFrame, kind: str) -> pd.DataFrame:
    if not kind:
        return units
    known = sorted(set(units["kind"].dropna())) if "kind" in units.columns else []
    if kind not in known:
        raise WrongCall(f"单位表里没有类别「{kind}」", mend=did_you_mean(kind, tuple(known)))
    return units[units["kind"] == kind]


def _conduct(tables: Mapping[str, pd.DataFrame], question: Question) -> Conduct:
    def of(name: str) -> pd.DataFrame | None:
        frame = tables.get(name)
        if frame is None or not len(frame):
            return None
        own = frame[frame["unit_id"] == question.unit] if question.unit and "unit_id" in frame.columns else frame
        return own if len(own) else None

    day = question.as_of
    issues, visits, money, warned = of("rectifications"), of("inspections"), of("recoveries"), of("warning_events")
    return Conduct(
        rectification(issues, day) if issues is not None else None, days_to_close(issues, day) if issues is not None else None,
        coverage(visits, day) if visits is not None else None, recoveries(money, day) if money is not None else None,
        _fulfilment(tables, question), lifting(warned, day) if warned is not None else None)


def _fulfilment(tables: Mapping[str, pd.DataFrame], question: Question) -> Fulfilment | None:
    """Duties have no unit of their own: a unit's are those of its items and flows."""
    records, duties = tables.get("duty_records"), tables.get("duties")
    if records is None or duties is None or not len(records):
        return None
    if question.unit:
        own = own_duties(tables, duties, question.unit)
        records = records[records["duty_id"].astype(str).isin(own)]
    return fulfilment(records, duties, question.as_of) if len(records) else None


def own_duties(tables: Mapping[str, pd.DataFrame], duties: pd.DataFrame, unit: str) -> set[str]:
    """Return the duties of a *unit*: those of its items and flows."""
    own = set()
    for table, key in (("power_items", "item_id"), ("flows", "flow_id")):
        frame = tables.get(table)
        if frame is not None and key in duties.columns and "unit_id" in frame.columns:
            keys = set(frame.loc[frame["unit_id"] == unit, key].dropna().astype(str))
            own |= set(duties.loc[duties[key].astype(str).isin(keys), "duty_id"].astype(str))
    return own
