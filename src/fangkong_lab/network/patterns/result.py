"""What a pattern's test came to: counts always, instances with witness, as a table, a sentence, HTML and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from fangkong_lab.kinds import Audience
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, Instance, PatternVerdict, Subject
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.network.patterns.pattern import Pattern

_PUBLIC = (Subject.ITEM, Subject.UNIT)
_TABLE_LABEL = {"duties": "监督义务", "duty_records": "义务履行", "contracts": "项目采购", "risk_points": "风险点",
                "oversight": "监督关系", "occupancies": "任职", "posts": "岗位", "power_items": "权力事项"}


@dataclass(frozen=True)
class Counts:
    """applicable = satisfied + violated + cannot_tell; excluded are those to which the pattern does not apply."""

    applicable: int
    satisfied: int
    violated: int
    cannot_tell: int
    excluded: int


@dataclass(frozen=True)
class PatternResult:
    """The test of *pattern* on *as_of* with *settings*; *missing* tables (nobody sent a row) leave it without instances."""

    pattern: Pattern
    as_of: date
    settings: Settings
    instances: tuple[Instance, ...]
    missing: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict, repr=False)

    def counts(self, unit_id: str | None = None) -> Counts:
        """Return the counts of all units, or of one."""
        number = Counter(i.verdict for i in self.instances if unit_id in (None, i.unit_id))
        return Counts(number[GOOD] + number[BAD] + number[OPEN], number[GOOD], number[BAD], number[OPEN], number[OUT])

    def of(self, verdict: PatternVerdict, unit_id: str | None = None) -> tuple[Instance, ...]:
        """Return the instances with *verdict*, of all units or of one."""
        return tuple(i for i in self.instances if i.verdict is verdict and unit_id in (None, i.unit_id))

    def exclusions(self) -> tuple[tuple[str, int], ...]:
        """Return why subjects are excluded and how many, most frequent first."""
        number = Counter(i.reason for i in self.of(OUT))
        return tuple(sorted(number.items(), key=lambda pair: (-pair[1], pair[0])))

    def table(self, audience: Audience = Audience.INTERNAL) -> pd.DataFrame:
        """Return one row per applicable instance, 不达标 first, with Chinese headers; posts and persons for 纪委内部 only."""
        import pandas as pd

        order = {BAD: 0, OPEN: 1, GOOD: 2}
        shown = sorted((i for i in self.shown(audience)), key=lambda i: (order[i.verdict], i.unit_id, i.subject))
        inner = audience is Audience.INTERNAL
        columns = ["编码", "名称", "单位", "结论", "原因", "环节", *(("岗位", "人员代号", "台账行") if inner else ()), "补充什么可以判定"]
        return pd.DataFrame([self._row(i, inner) for i in shown], columns=columns)

    def _row(self, each: Instance, inner: bool) -> list[str]:
        w = each.witness
        who = ["、".join(w.posts), "、".join(w.persons), "、".join(w.rows)] if inner else []
        return [each.subject, self.names.get(each.subject, ""), self.names.get(each.unit_id, each.unit_id), each.verdict.label,
                each.reason, "、".join(str(n) for n in w.steps), *who, "；".join(each.settle)]

    def shown(self, audience: Audience) -> tuple[Instance, ...]:
        """Return the applicable instances that a copy for *audience* may list."""
        outside = not self.pattern.recipe.inner and (audience is Audience.UNIT or self.pattern.applies_to in _PUBLIC)
        listed = audience is Audience.INTERNAL or outside
        return tuple(i for i in self.instances if listed and i.verdict is not OUT)

    def sentence(self) -> str:
        """Return the counts, the values used and the caveat as sentences for a report."""
        if self.missing:
            return f"{self.pattern.label}：{self._unsent()}，未检验。"
        c = self.counts()
        if not c.applicable:
            return f"{self.pattern.label}：没有适用的{self.pattern.applies_to.label}，不适用{c.excluded}。"
        used = "；".join(f"{s.parameter.label}取{s.shown()}（{s.place}）" for s in self.settings.settings if s.value is not None)
        return (f"{self.pattern.label}：适用{c.applicable}，达标{c.satisfied}，不达标{c.violated}，不能判定{c.cannot_tell}，"
                f"不适用{c.excluded}。" + (f"{used}。" if used else "") + f"{self.pattern.caveat}。")

    def _unsent(self) -> str:
        return "、".join(f"「{_TABLE_LABEL.get(t, t)}」表" for t in self.missing) + "未报"

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), "；".join(self.pattern.sources()))

    def document(self, audience: Audience = Audience.INTERNAL) -> dict[str, Any]:
        """Return the JSON object of docs/schema/patterns.schema.json for one pattern."""
        c = self.counts()
        return {
            "code": self.pattern.code, "label": self.pattern.label, "applies_to": self.pattern.applies_to.value,
            "sources": list(self.pattern.sources()), "caveat": self.pattern.caveat,
            "settings": [{"name": s.parameter.name, "label": s.parameter.label, "value": _plain(s.value), "from": s.place,
                          "evidence": s.evidence} for s in self.settings.settings],
            "not_tested": self._unsent() if self.missing else None,
            "counts": {"applicable": c.applicable, "satisfied": c.satisfied, "violated": c.violated,
                       "cannot_tell": c.cannot_tell, "excluded": c.excluded},
            "exclusions": [{"reason": why, "count": n} for why, n in self.exclusions()],
            "instances": [_instance(i, audience) for i in self.shown(audience)],
        }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _instance(each: Instance, audience: Audience) -> dict[str, Any]:
    w, inner, public = each.witness, audience is Audience.INTERNAL, audience is Audience.PUBLIC
    return {"subject": each.subject, "unit_id": each.unit_id, "verdict": each.verdict.value, "reason": each.reason,
            "steps": list(w.steps), "posts": list(w.posts) if inner else None, "persons": list(w.persons) if inner else None,
            "rows": list(w.rows) if inner else None, "settle": [] if public else list(each.settle)}
