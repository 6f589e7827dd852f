"""The taxonomy of the four forms (四种形态) as policy data: which label counts into which form, since when, from where.

The file is data/policies/outcomes/four_forms.yaml; its values are dated and carry their source or say that they are
assumed. The 2016 index starts on 2016-12-09: rows that end before it are classed 参照归类, and say so.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind
from fangkong_lab.measure.basis import Clue
from fangkong_lab.policy.dated import (
    EVIDENCE_KEYS,
    Dated,
    Evidence,
    Sources,
    Value,
    read_dated,
    read_evidence,
    read_sources,
)
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.node import read_yaml
from fangkong_lab.shipped import shipped

if TYPE_CHECKING:
    import pandas as pd


class Form(Kind):
    """One of the four forms."""

    FIRST = "first", "第一种形态"
    SECOND = "second", "第二种形态"
    THIRD = "third", "第三种形态"
    FOURTH = "fourth", "第四种形态"


class Standing(Kind):
    """What a count is with regard to the forms."""

    FIRST = "first", "第一种形态"
    SECOND = "second", "第二种形态"
    THIRD = "third", "第三种形态"
    FOURTH = "fourth", "第四种形态"
    UNSPLIT = "unsplit", "未区分轻重，不拆分"
    NOT_STATED = "not_stated", "不能归入（有无问题线索未载）"
    ROUTINE = "routine", "不纳入（没有问题线索）"
    MONEY = "money", "款项，另列"
    APART = "apart", "不是处理结果，另列"
    UNKNOWN = "unknown", "指标名称不认识，不归类"


class LabelClass(Kind):
    """What a label is, before the clue is asked for."""

    FORM = "form", "形态"
    ROUTINE = "routine", "日常监督"
    UNSPLIT = "unsplit", "未拆分"
    MONEY = "money", "款项"
    APART = "apart", "另列"


@dataclass(frozen=True)
class FormRule:
    """One form: its *wording* over time, the published *members* over time, how many *items* the index has (None: 未载)."""

    form: Form
    wording: Dated
    members: Dated | None
    items: int | None

    @property
    def unpublished(self) -> int | None:
        """How many of its items are not published; None where their number is not."""
        if self.items is None or self.members is None:
            return None
        published = self.members.entries[-1].value
        assert isinstance(published, tuple)
        return self.items - len(published)


@dataclass(frozen=True)
class Label:
    """A label of ledgers and documents: *names* it goes by, its class, the *forms* it may count into, the evidence."""

    name: str
    names: tuple[str, ...]
    kind: LabelClass
    forms: tuple[Form, ...]
    evidence: Evidence


@dataclass(frozen=True)
class Break:
    """A day at which a series breaks: counts before and after are not comparable."""

    name: str
    on: date
    about: str
    evidence: Evidence
    assumed_day: str = ""

    def sentence(self) -> str:
        """Return the break with its source, and what of it is assumed."""
        guess = f"（{self.assumed_day}）" if self.assumed_day else ""
        return f"口径断点：{self.on}{guess}，{self.name}；{self.about}。{self.evidence.sentence()}。"


@dataclass(frozen=True)
class Classed:
    """How one label was classed: *standing*, the forms it could be if a clue were stated (*would_be*), and why.

    *known* is the name of the rule's label that it was found under ("" where it was not).
    """

    label: str
    known: str
    standing: Standing
    would_be: tuple[Form, ...]
    by_reference: bool
    why: str
    evidence: str

    def text(self) -> str:
        """Return the standing as printed, with 参照归类 where the count is older than the index."""
        counted = self.standing.value in {f.value for f in Form}
        return self.standing.label + ("（参照归类）" if self.by_reference and counted else "")


@dataclass(frozen=True)
class Taxonomy:
    """The taxonomy as loaded. *caveat* is printed wherever it is used."""

    name: str
    about: str
    caveat: str
    start: date
    forms: tuple[FormRule, ...]
    labels: tuple[Label, ...]
    breaks: tuple[Break, ...]
    scope: Dated

    def lookup(self, label: str, day: date | None = None) -> Label | None:
        """Return the label of that name; a published member of a form counts as a label; None where nothing is known.

        Members are those in force on *day*; before the first date (and where no day is stated) the first ones.
        """
        wanted = _key(label)
        for known in self.labels:
            if wanted in {_key(n) for n in known.names}:
                return known
        for rule in self.forms:
            if rule.members is None:
                continue
            entry = rule.members.at(max(day or self.start, rule.members.first))
            if isinstance(entry.value, tuple) and wanted in {_key(n) for n in entry.value}:
                return Label(label, (label,), LabelClass.FORM, (rule.form,), entry.evidence)
        return None

    def classify(self, label: str, clue: Clue, day: date | None) -> Classed:
        """Class one count by its *label*, its clue status and the last *day* of its period (None: not stated).

        No clue stated → no form (不能归入), whatever the label; no clue at all → not counted; sanctions whose weight is
        not stated stay unsplit, in no form, whether or not a clue is stated; a label that is not known is classed nowhere.
        """
        found = self.lookup(label, day)
        earlier = day is None or day < self.start
        if found is None:
            return Classed(label, "", Standing.UNKNOWN, (), False, "归类规则里没有这个指标名称", "")
        cited = found.evidence.sentence()
        if found.kind in (LabelClass.MONEY, LabelClass.APART):
            return Classed(label, found.name, Standing.read(found.kind.value), (), False, found.evidence.assumed, cited)
        if clue is Clue.NO:
            return Classed(label, found.name, Standing.ROUTINE, (), False, "不是因问题线索而起", self.scope.entries[0].evidence.sentence())
        if clue is Clue.UNKNOWN and found.kind is not LabelClass.UNSPLIT:
            why = "有无问题线索未载；如有，可参照归入" + "或".join(f.label for f in found.forms)
            return Classed(label, found.name, Standing.NOT_STATED, found.forms, earlier, why, cited)
        if found.kind is LabelClass.UNSPLIT or len(found.forms) > 1:
            return Classed(label, found.name, Standing.UNSPLIT, found.forms, earlier, "轻重或结果未载", cited)
        return Classed(label, found.name, Standing.read(found.forms[0].value), found.forms, earlier, "", cited)

    def crossed(self, first: date, last: date) -> tuple[Break, ...]:
        """Return the breaks that lie after *first* and not after *last*."""
        return tuple(b for b in self.breaks if first < b.on <= last)

    def table(self) -> pd.DataFrame:
        """Return the published members of every form, and how many are not published."""
        import pandas as pd

        rows = []
        for rule in self.forms:
            members = rule.members.entries[-1].value if rule.members else ()
            assert isinstance(members, tuple)
            rest = "未载" if rule.unpublished is None else str(rule.unpublished)
            rows.append({"形态": rule.form.label, "指标数": "未载" if rule.items is None else str(rule.items),
                         "已公布": len(members), "未公布": rest, "已公布的指标": "、".join(members) or "未载"})
        return pd.DataFrame(rows)


@cache
def four_forms() -> Taxonomy:
    """Return the shipped taxonomy."""
    return load_taxonomy(shipped("data", "policies", "outcomes", "four_forms.yaml"))


def load_taxonomy(path: Path) -> Taxonomy:
    """Load a taxonomy; `BadInput` names file, line and field for anything uncited, unknown or out of order."""
    top = Field(read_yaml(path))
    top.keys(("schema_version", "id", "name", "about", "caveat", "sources", "scope", "breaks", "forms", "labels"))
    if top.at("schema_version").number() != 1:
        raise top.at("schema_version").fail("归类规则的格式版本不认识", "本软件读版本 1")
    sources = read_sources(top.at("sources"))
    forms = tuple(_form(key, field, sources) for key, field in top.at("forms").pairs())
    scope = read_dated(top.at("scope"), sources, Field.text)
    labels = tuple(_label(f, sources) for f in top.at("labels").items())
    _check_names(top.at("labels"), labels)
    starts = [r.members.first for r in forms if r.members]
    return Taxonomy(top.at("name").text(), top.at("about").text(), top.at("caveat").text(), min(starts), forms, labels,
                    tuple(_break(f, sources) for f in top.at("breaks").items()), scope)


def _form(key: str, field: Field, sources: Sources) -> FormRule:
    field.keys(("name", "wording"), ("items", "members"))
    forms = {f.value: f for f in Form}
    if key not in forms:
        raise field.fail(f"没有形态「{key}」", f"改用 {'、'.join(forms)}")
    items, members = field.maybe("items"), field.maybe("members")
    return FormRule(forms[key], read_dated(field.at("wording"), sources, Field.text),
                    read_dated(members, sources, _texts) if members else None, int(items.number()) if items else None)


def _texts(field: Field) -> Value:
    return field.texts()


def _label(field: Field, sources: Sources) -> Label:
    field.keys(("name", "names", "class"), ("forms", *EVIDENCE_KEYS))
    kind, forms = field.at("class").word(LabelClass), field.maybe("forms")
    listed = tuple(item.word(Form) for item in forms.items()) if forms else ()
    if bool(listed) == (kind in (LabelClass.MONEY, LabelClass.APART)):
        raise field.fail("形态写得不对", "form、routine、unsplit 要写 forms;money、apart 不写")
    return Label(field.at("name").text(), field.at("names").texts(), kind, listed, read_evidence(field, sources))


def _break(field: Field, sources: Sources) -> Break:
    field.keys(("name", "on", "about"), (*EVIDENCE_KEYS, "from_assumed"))
    guess = field.maybe("from_assumed")
    return Break(field.at("name").text(), field.at("on").day(), field.at("about").text(), read_evidence(field, sources),
                 guess.text() if guess else "")


def _check_names(field: Field, labels: tuple[Label, ...]) -> None:
    seen: dict[str, str] = {}
    for label in labels:
        for name in label.names:
            if _key(name) in seen:
                raise BadInput(f"指标名称「{name}」写在两个类别里({seen[_key(name)]}、{label.name})", where=field.node.file, mend="删去其一")
            seen[_key(name)] = label.name


def _key(label: str) -> str:
    """Return *label* without spaces, brackets and commas, full-width letters made plain."""
    return "".join(c for c in unicodedata.normalize("NFKC", label) if not c.isspace() and c not in "、,()")
