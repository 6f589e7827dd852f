"""Counts by form (四种形态): each form with its unknown part, and shares only as the intervals that the unknown leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.measure.basis import Clue, Running
from fangkong_lab.measure.interval import Interval, plain, total
from fangkong_lab.measure.record import Record
from fangkong_lab.measure.tally import tally
from fangkong_lab.measure.taxonomy import Classed, Form, Standing, Taxonomy, four_forms

if TYPE_CHECKING:
    import pandas as pd

FORMS = {Standing.FIRST: Form.FIRST, Standing.SECOND: Form.SECOND, Standing.THIRD: Form.THIRD, Standing.FOURTH: Form.FOURTH}
SAME_PEOPLE = frozenset({"立案查处", "纪律处分", "问责处理"})
OPEN = (Standing.UNSPLIT, Standing.NOT_STATED, Standing.UNKNOWN)


TWICE = "形态内各指标累加，同一人受几种处理的会重复计入"


@dataclass(frozen=True)
class Classification:
    """Records with their standing towards the forms, in the order given."""

    rows: tuple[tuple[Record, Classed], ...]
    taxonomy: Taxonomy

    def table(self) -> pd.DataFrame:
        """Return one row per record: what it is, the form it counts into or why it counts into none."""
        import pandas as pd

        return pd.DataFrame([{
            "单位": r.unit_id, "期间": r.period.text(), "指标": r.measure, "数值": r.printed(), "有问题线索": r.basis.clue.label,
            "归类": c.text(), "如有线索可参照": "或".join(f.label for f in c.would_be) if c.standing is Standing.NOT_STATED else "",
            "理由": c.why, "依据": c.evidence} for r, c in self.rows])

    def by_measure(self) -> pd.DataFrame:
        """Return one row per measure, unit of count and clue status: how it is classed, and of how many records."""
        import pandas as pd

        groups: dict[tuple[str, str, str, str, str], int] = {}
        for r, c in self.rows:
            may = "或".join(f.label for f in c.would_be) if c.standing is Standing.NOT_STATED else ""
            key = (r.measure, r.basis.count_unit, r.basis.clue.label, c.text(), may)
            groups[key] = groups.get(key, 0) + 1
        return pd.DataFrame([(*key, n) for key, n in sorted(groups.items())],
                            columns=["指标", "计量单位", "有问题线索", "归类", "如有线索可参照", "记录数"])

    def with_standing(self, *standings: Standing) -> tuple[Record, ...]:
        """Return the records of these standings."""
        return tuple(r for r, c in self.rows if c.standing in standings)

    def sentence(self) -> str:
        """Return what could be classed, what could not and why; one sentence each."""
        parts = [_said(s, self.with_standing(s)) for s in Standing if self.with_standing(s)]
        parts += [f"{len(self.rows)}条记录中{n}条早于统计指标体系（{self.taxonomy.start}），为参照归类。"] if (n := self._referred()) else []
        return "".join(parts) + f"（{self.taxonomy.caveat}）"

    def _referred(self) -> int:
        return sum(c.by_reference for _, c in self.rows)


_SAID = {
    Standing.UNSPLIT: "{}未区分轻重，不拆分归入各形态", Standing.NOT_STATED: "{}有无问题线索未载，不能归入「四种形态」（不等于不属于）",
    Standing.ROUTINE: "{}未对应问题线索，不纳入「四种形态」统计", Standing.MONEY: "{}为款项，另列", Standing.APART: "{}不是处理结果，另列",
    Standing.UNKNOWN: "{}不在归类规则之内，不归类"}


def _said(standing: Standing, records: tuple[Record, ...]) -> str:
    """A measure with one record is told by its number, one with several by how many there are: they may not add up."""
    own = {m: [r for r in records if r.measure == m] for m in dict.fromkeys(r.measure for r in records)}
    listed = "、".join(f"{m}{rows[0].printed()}" if len(rows) == 1 else f"{m}（{len(rows)}条记录）" for m, rows in own.items())
    return _SAID[standing].format(listed) + "。" if standing in _SAID else f"{standing.label}：{listed}。"


def classify(records: Iterable[Record], taxonomy: Taxonomy | None = None) -> Classification:
    """Class every record by the shipped (or the given) taxonomy."""
    used = taxonomy or four_forms()
    return Classification(tuple((r, used.classify(r.measure, r.basis.clue, r.period.end)) for r in records), used)


@dataclass(frozen=True)
class FormShare:
    """One form: *count* classed into it, *share* among all that is or may be of the forms."""

    form: Form
    count: Interval
    share: Interval


@dataclass(frozen=True)
class FormShares:
    """The shares of the forms with the *unknown* part; none is printed without it."""

    shares: tuple[FormShare, ...]
    unknown: Interval
    count_unit: str
    period: str
    caveats: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return one row per form and one for the unknown part."""
        import pandas as pd

        rows = [{"形态": s.form.label, "数量": s.count.text(), "占比下端": s.share.low, "占比上端": s.share.high} for s in self.shares]
        rows.append({"形态": "未拆分或不能归入", "数量": self.unknown.text(), "占比下端": float("nan"), "占比上端": float("nan")})
        return pd.DataFrame(rows)

    def basis_line(self) -> str:
        """Return the 口径 line."""
        return f"口径：四种形态；计量单位 {self.count_unit}；期间 {self.period}"

    def sentence(self) -> str:
        """Return the shares with the unknown part in the same sentence."""
        parts = "、".join(f"{s.form.label}{s.count.text()}{self.count_unit}（占{_percent(s.share)}）" for s in self.shares)
        return f"{parts}；另有{self.unknown.text()}{self.count_unit}未拆分或不能归入。{self.basis_line()}。{'。'.join(self.caveats)}。"


def form_shares(classification: Classification, parents: Mapping[str, str] | None = None) -> FormShares:
    """Return the share of every form among the counts of one unit of count and one period, over one unit or several.

    A share is the interval left by the unknown part: a count that is not split or not stated may be of the form or of
    another (or of none). Raises `BadInput` where units of count or periods differ, where rows would count the same people
    twice (立案 beside 处分, a form beside its parts, the same unit twice), and `CannotTell` where nothing is of a form.
    """
    rows = [(r, c) for r, c in classification.rows if c.standing in FORMS or c.standing in OPEN]
    if not rows:
        raise CannotTell("没有可归入形态的记录", mend="核对指标名称和「有问题线索」一列")
    _check_alike([r for r, _ in rows])
    _check_once(rows, parents or {})
    parts = {f: total(r.interval for r, c in rows if FORMS.get(c.standing) is f) for f in Form}
    unknown = total(r.interval for r, c in rows if c.standing in OPEN)
    shares = tuple(FormShare(f, parts[f], _share(f, rows)) for f in Form)
    caveats = ["占比是构成，构成变化不等于好坏", TWICE, classification.taxonomy.caveat]
    return FormShares(shares, unknown, rows[0][0].basis.count_unit, rows[0][0].period.text(), tuple(caveats))


def _check_alike(rows: list[Record]) -> None:
    first = rows[0]
    for other in rows[1:]:
        parts = [name for name in first.basis.differs(other.basis) if name in ("计量单位", "累计")]
        parts += ["期间"] if other.period != first.period else []
        if parts:
            raise BadInput(f"口径不同（{'、'.join(parts)}），不能求构成：「{first.place()}」与「{other.place()}」",
                           mend="只取计量单位、期间和累计都相同的记录")
    if first.basis.running is Running.UNKNOWN:
        raise BadInput(f"「{first.place()}」没有写明是否累计，不能求构成", mend="补填「累计」一列")


def _check_once(rows: list[tuple[Record, Classed]], parents: Mapping[str, str]) -> None:
    """Refuse rows that count the same people twice."""
    known = {c.known for _, c in rows}
    stages, whole = known & SAME_PEOPLE, known & {f.label for f in Form}
    if len(stages) > 1:
        raise BadInput(f"{'、'.join(sorted(stages))}可能是同一批人的不同环节，不能同列求构成", mend="只留其一")
    if whole and known - whole:
        raise BadInput("既有按形态填报的数，又有分项的数，不能同列求构成", mend="只留其一")
    for basis in {r.basis for r, _ in rows}:
        tally([r for r, _ in rows if r.basis == basis], parents)


def _share(form: Form, rows: list[tuple[Record, Classed]]) -> Interval:
    """Bounds over all ways to place the unknown: none of it in the form and all else in, or all that may be in the form."""
    mine = total(r.interval for r, c in rows if FORMS.get(c.standing) is form)
    mine_open = total(r.interval for r, c in rows if c.standing in OPEN and _may_be(form, c))
    rest = total(r.interval for r, c in rows if c.standing in FORMS and FORMS[c.standing] is not form)
    open_all = total(r.interval for r, c in rows if c.standing in OPEN and (_may_be_other(form, c)))
    low = _part(mine.low, rest.high + open_all.high)
    high = _part(mine.high + mine_open.high, rest.low + _forced(form, rows))
    return Interval(low, high)


def _forced(form: Form, rows: list[tuple[Record, Classed]]) -> float:
    """The least that unsplit counts which cannot be of *form* (but are of some form) add to the denominator."""
    return total(r.interval for r, c in rows
                 if c.standing is Standing.UNSPLIT and r.basis.clue is Clue.YES and form not in c.would_be).low


def _may_be(form: Form, classed: Classed) -> bool:
    return classed.standing is Standing.UNKNOWN or form in classed.would_be


def _may_be_other(form: Form, classed: Classed) -> bool:
    return classed.standing is Standing.UNKNOWN or any(f is not form for f in classed.would_be)


def _part(mine: float, rest: float) -> float:
    return mine / (mine + rest) if mine + rest > 0 else 0.0


def _percent(share: Interval) -> str:
    low, high = f"{100 * share.low:.1f}", f"{100 * share.high:.1f}"
    return f"{plain(float(low))}%" if low == high else f"{low}%–{high}%"
