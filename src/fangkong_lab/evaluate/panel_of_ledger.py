"""From ledger tables to a panel: counts of one 口径 per unit and period, the day each unit adopted, staff-years.

Only equal 口径 stand side by side. A unit without a row in a period is 未载, never zero: it is left out and listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, CannotTell, did_you_mean
from fangkong_lab.evaluate.panel import Columns, Panel
from fangkong_lab.evaluate.question import Question
from fangkong_lab.measure.basis import Basis, Running
from fangkong_lab.measure.record import Record, chosen, read_records
from fangkong_lab.measure.sidebyside import DAYS_A_YEAR
from fangkong_lab.measure.tally import Tally, tally

if TYPE_CHECKING:
    import pandas as pd

UNIT, TIME, COUNT, SIZE, START = "unit", "period", "count", "thousand_staff_years", "adopted"


@dataclass(frozen=True, eq=False)
class LedgerPanel:
    """*frame*: unit, period (first day), count, thousand_staff_years (where all have a headcount), adopted (NaT: never); one *basis*. *left_out* units with the
    reason; *notes* what a reader must know; *tallies* behind each cell; *simulated*: made-up data.
    """

    frame: pd.DataFrame
    basis: Basis
    tallies: tuple[Tally, ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    simulated: bool

    @property
    def exposure(self) -> str | None:
        """The column of staff-years, or None."""
        return SIZE if SIZE in self.frame.columns else None

    @property
    def unit_word(self) -> str:
        """What differences are counted in."""
        return self.basis.count_unit + ("/千人年" if self.exposure else "")

    def panel(self) -> Panel:
        """Return the panel for the designs; its outcome goes by the measure's name."""
        measure = self.basis.measure
        return Panel.read(self.frame.rename(columns={COUNT: measure}), Columns(measure, UNIT, TIME, START, self.exposure))

    def sources(self) -> tuple[str, ...]:
        """Return the ledger rows behind the counts, sorted."""
        return tuple(sorted({line for t in self.tallies for line in t.sources}))

    def table(self) -> pd.DataFrame:
        """Return the panel with Chinese headers, by unit and period."""
        names = {UNIT: "单位", TIME: "期初", COUNT: f"{self.basis.measure}（{self.basis.count_unit}）", SIZE: "在册千人年", START: "试点起始"}
        return self.frame.rename(columns=names)

    def sentence(self) -> str:
        """Return how much there is, the 口径, and what was left out."""
        pilots = int(self.frame.groupby(UNIT)[START].first().notna().sum())
        units, periods = self.frame[UNIT].nunique(), self.frame[TIME].nunique()
        out = f"；另有{len(self.left_out)}个单位未用" if self.left_out else ""
        return f"{units}个单位（其中试点{pilots}个）、{periods}期，共{len(self.frame)}个单位期{out}。{self.basis.line()}。"


def ledger_panel(tables: Mapping[str, pd.DataFrame], question: Question) -> LedgerPanel:
    """Return the panel that *question* asks about, of the whole periods that end by the day of judgement.

    Raises `BadInput` for an unknown measure, unit or kind, `CannotTell` where the measure is kept in several 口径 and the question does
    not say which, or nothing remains.
    """
    units = _units(tables, question)
    records = _records(tables, question)
    kept, notes = _one_basis([r for r in records if _asked(r, question)], question)
    cells, left_out = _cells(kept, units, _parents(tables["units"]))
    if not cells:
        raise CannotTell(f"没有可用的「{question.measure}」记录", mend="核对期间、单位类别和「累计」一列")
    frame, tallies, more = _frame(cells, units)
    return LedgerPanel(frame, kept[0].basis, tallies, tuple(left_out), (*notes, *more), _simulated(tables))


def _records(tables: Mapping[str, pd.DataFrame], question: Question) -> Sequence[Record]:
    if "outcomes" not in tables or not len(tables["outcomes"]):
        raise BadInput(f"台账里没有监督执纪统计，查不到「{question.measure}」", mend="先导入监督执纪统计表")
    return chosen(read_records(tables["outcomes"]), question.measure)


def _asked(row: Record, question: Question) -> bool:
    start, end, scope = row.period.start, row.period.end, question.scope
    if start is None or end is None or row.basis.running is not Running.NO or end > question.as_of:
        return False
    inside = (scope.since is None or start >= scope.since) and (scope.until is None or end <= scope.until)
    words = ((scope.count_unit, row.basis.count_unit), (scope.clue, row.basis.clue.label), (scope.period, row.basis.period.label))
    return inside and all(not asked or asked == has for asked, has in words)


def _one_basis(rows: Sequence[Record], question: Question) -> tuple[list[Record], tuple[str, ...]]:
    """Keep the rows if they are of one 口径; several are refused, all named."""
    if not rows:
        raise CannotTell(f"没有「{question.measure}」的当期记录（累计数、期间未载的不能用）", mend="核对期间和「累计」一列；累计数先求差")
    lines = sorted({r.basis.line() for r in rows})
    if len(lines) > 1:
        raise CannotTell(f"「{question.measure}」有{len(lines)}种口径，不能放在一起：{'；'.join(lines)}", mend="用计量单位、有问题线索、期间种类指定一种")
    marked = sum(not r.interval.is_exact for r in rows)
    notes = (f"{marked}条是约数，取区间中点",) if marked else ()
    return list(rows), notes


def _units(tables: Mapping[str, pd.DataFrame], question: Question) -> pd.DataFrame:
    """Return unit_id, adopted, headcount of the units that may be compared, by unit_id."""
    import pandas as pd

    if "units" not in tables or not len(tables["units"]):
        raise BadInput("台账里没有单位表", mend="先导入单位表（启用日期写明何时试点）")
    units, scope = tables["units"], question.scope
    if scope.unit_kind:
        units = units[_column(units, "kind") == _known(units, "kind", scope.unit_kind)]
    made = pd.DataFrame({"unit_id": units["unit_id"].astype(str), "adopted": pd.to_datetime(_column(units, "adopted_on")),
                         "headcount": pd.to_numeric(_column(units, "headcount"), errors="coerce"), "model": _column(units, "model")})
    if question.pilots:
        known = set(made["unit_id"])
        for pilot in question.pilots:
            if pilot not in known:
                raise BadInput(f"单位表里没有「{pilot}」", mend=did_you_mean(pilot, tuple(sorted(known))))
        named = made["unit_id"].isin(question.pilots)
        made = made[named | made["adopted"].isna()].copy()  # a unit with a pilot of its own is no comparison
        started = pd.Timestamp(str(question.started))
        made["adopted"] = [started if own else pd.NaT for own in made["unit_id"].isin(question.pilots)]
    elif scope.model:
        model = _known(units, "model", scope.model)
        made = made[made["adopted"].isna() | (made["model"] == model)]
    return made.set_index("unit_id").sort_index()


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    import pandas as pd

    return frame[name] if name in frame.columns else pd.Series(pd.NA, index=frame.index, dtype="object")


def _known(frame: pd.DataFrame, name: str, word: str) -> str:
    values = tuple(sorted(set(_column(frame, name).dropna().astype(str))))
    if word not in values:
        raise BadInput(f"单位表里没有「{word}」", mend=did_you_mean(word, values))
    return word


def _parents(units: pd.DataFrame) -> dict[str, str]:
    above = _column(units, "parent_id")
    stated = above.notna()
    return dict(zip(units["unit_id"][stated].astype(str), above[stated].astype(str), strict=True))


def _cells(rows: Sequence[Record], units: pd.DataFrame, parents: Mapping[str, str]) -> tuple[dict[tuple[str, date, date], Tally], list[tuple[str, str]]]:
    """Return a tally per unit and period for units that have every period, and the units left out with the reason."""
    groups: dict[tuple[str, date, date], list[Record]] = {}
    for row in rows:
        if row.period.start and row.period.end:
            groups.setdefault((row.unit_id, row.period.start, row.period.end), []).append(row)
    spans = {(s, e) for _, s, e in groups}
    having = Counter(u for u, _, _ in groups)
    above = {parents[u] for u in having if u in parents} & set(having)
    left_out, kept = [], set()
    for unit in sorted(set(having) | set(units.index)):
        why = _why_not(unit, units, above, having[unit], len(spans))
        if why:
            left_out.append((unit, why))
        else:
            kept.add(unit)
    return {k: tally(v) for k, v in sorted(groups.items()) if k[0] in kept}, left_out


def _why_not(unit: str, units: pd.DataFrame, above: set[str], has: int, periods: int) -> str:
    if unit not in units.index:
        return "不在所选单位之内，或自己另有试点"
    if has == 0:
        return "没有这一指标的记录（未载，不等于无）"
    if unit in above:
        return "上级单位的数可能已含下级"
    return f"{periods}期中缺{periods - has}期（未载，不等于无）" if has < periods else ""


def _frame(cells: Mapping[tuple[str, date, date], Tally], units: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Tally, ...], tuple[str, ...]]:
    import pandas as pd

    heads, adopted = units["headcount"].to_dict(), units["adopted"].to_dict()
    rows = [(u, pd.Timestamp(s), (t.interval.low + t.interval.high) / 2, heads[u] / 1000 * ((e - s).days + 1) / DAYS_A_YEAR, adopted[u])
            for (u, s, e), t in cells.items()]
    frame = pd.DataFrame(rows, columns=[UNIT, TIME, COUNT, SIZE, START])
    frame[START] = pd.to_datetime(frame[START])
    notes = ["分母是单位表的现有人数折算的人年，没有逐年人数"]
    if not (frame[SIZE] > 0).all():
        frame, notes = frame.drop(columns=[SIZE]), ["有单位没有人数，不用分母，按件数比较"]
    caveats = sorted({c for t in cells.values() for c in t.caveats})
    return frame, tuple(cells.values()), (*notes, *caveats)


def _simulated(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Made-up data say so in the names of their units and in the sources of their counts."""
    return any("模拟" in str(text) for table, column in (("units", "name"), ("outcomes", "source"))
               if table in tables and column in tables[table].columns for text in tables[table][column].unique())
