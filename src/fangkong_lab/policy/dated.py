"""Dated values: each with its evidence, none before its first date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput, NotInForce
from fangkong_lab.policy.field import Field
from fangkong_lab.sources import Assumed, Citation

Value = float | str | tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """What a value rests on: citations, an assumption, or both (a printed value read in an assumed way)."""

    citations: tuple[Citation, ...] = ()
    assumed: str = ""

    def sentence(self) -> str:
        """Return the evidence as printed beside the value."""
        parts = [c.sentence() for c in self.citations]
        if self.assumed:
            parts.append(Assumed(self.assumed).sentence() if not parts else f"读法为假定：{self.assumed}")
        return "；".join(parts)


@dataclass(frozen=True)
class Entry:
    """One value from *start* on (until *until*, exclusive, where given)."""

    start: date
    value: Value
    evidence: Evidence
    until: date | None = None
    start_assumed: str = ""

    @property
    def is_assumed(self) -> bool:
        """Say whether anything about the value is assumed, its first date included."""
        return bool(self.evidence.assumed or self.start_assumed)


@dataclass(frozen=True)
class Dated:
    """A value over time: *path* is its address, *place* file, line and address, *unit* what it counts."""

    path: str
    entries: tuple[Entry, ...]
    unit: str = ""
    place: str = ""

    @property
    def first(self) -> date:
        """The first day on which the value is known."""
        return self.entries[0].start

    def at(self, day: date) -> Entry:
        """Return the entry in force on *day*; `NotInForce` before the first date or after an end: never a default."""
        found = [e for e in self.entries if e.start <= day]
        if not found:
            raise NotInForce(f"{day} 没有可用的值，最早的值自 {self.first} 起", where=self.place or self.path,
                             mend="换一个评估日期，或在规则文件里补上更早的值及出处")
        if found[-1].until is not None and day >= found[-1].until:
            raise NotInForce(f"{day} 没有可用的值，最后的值到 {found[-1].until} 为止", where=self.place or self.path,
                             mend="换一个评估日期，或在规则文件里补上之后的值及出处")
        return found[-1]

    def number(self, day: date) -> float:
        """Return the number in force on *day*."""
        value = self.at(day).value
        assert isinstance(value, float)
        return value

    def word(self, day: date) -> str:
        """Return the text in force on *day*."""
        value = self.at(day).value
        assert isinstance(value, str)
        return value

    def turns(self) -> set[date]:
        """Return the days on which the value begins, changes or ends."""
        return {e.start for e in self.entries} | {e.until for e in self.entries if e.until}


Sources = dict[str, Citation]


def read_sources(field: Field) -> Sources:
    """Read the sources of a policy: title, issuer, date of publication (or 未载), place in it, day it was checked."""
    found: Sources = {}
    for name, source in field.pairs():
        source.keys(("title", "issuer", "published", "where", "checked_on"))
        published = source.at("published")
        unknown = published.node.content == "未载"
        found[name] = Citation(source.at("title").text(), source.at("issuer").text(),
                               None if unknown else published.day(), source.at("where").text(),
                               source.at("checked_on").day())
    return found


def read_evidence(field: Field, sources: Sources) -> Evidence:
    """Read ``source`` (one id, or several), ``where`` and ``assumed`` of a mapping; one of the first and last must be."""
    named, why = field.maybe("source"), field.maybe("assumed")
    if named is None and why is None:
        raise field.fail("没有出处：既没有 source，也没有 assumed", "写上 source: 出处编号；确无出处的写 assumed: 为什么取这个值")
    citations: tuple[Citation, ...] = ()
    if named is not None:
        fields = named.items() if named.node.is_list else (named,)
        citations = tuple(_citation(f, sources) for f in fields)
    if (place := field.maybe("where")) is not None:
        citations = tuple(replace(c, where=place.text()) for c in citations)
    return Evidence(citations, why.text() if why else "")


def _citation(field: Field, sources: Sources) -> Citation:
    name = field.text()
    if name not in sources:
        raise field.fail(f"出处编号「{name}」没有在 sources 里登记",
                         "在 sources 里登记它" + (f"，或改用 {'、'.join(sorted(sources))}" if sources else ""))
    return sources[name]


EVIDENCE_KEYS = ("source", "where", "assumed")


def read_dated(field: Field, sources: Sources, read_value: Callable[[Field], Value], unit: str = "") -> Dated:
    """Read a mapping from dates to ``{value, source | assumed, until, from_assumed}``.

    *read_value* reads the value itself. Errors: no date, a key that is no date, dates out of order, overlapping or with
    a hole between ``until`` and the next date, an entry without evidence.
    """
    entries: list[Entry] = []
    for key, item in field.pairs():
        item.keys(("value",), (*EVIDENCE_KEYS, "until", "from_assumed"))
        entries.append(_entry(key, item, sources, read_value))
        _check_order(entries, item)
    if not entries:
        raise field.fail("没有任何带日期的值", "写成 2016-01-01: {value: …, source: …}")
    return Dated(field.path, tuple(entries), unit, f"{field.node.file} › 第{field.node.line}行 › {field.path}")


def _entry(key: str, item: Field, sources: Sources, read_value: Callable[[Field], Value]) -> Entry:
    try:
        start = parse_day(key)
    except BadInput as error:
        raise item.fail(f"「{key}」不是日期", "值要写在日期之下：2016-01-01: {value: …, source: …}") from error
    until, guess = item.maybe("until"), item.maybe("from_assumed")
    return Entry(start, read_value(item.at("value")), read_evidence(item, sources),
                 until.day() if until else None, guess.text() if guess else "")


def _check_order(entries: list[Entry], item: Field) -> None:
    new = entries[-1]
    if new.until is not None and new.until <= new.start:
        raise item.fail(f"止期 {new.until} 不晚于起期 {new.start}", "核对 until")
    if len(entries) < 2:
        return
    old = entries[-2]
    if new.start <= old.start:
        raise item.fail(f"日期 {new.start} 排在 {old.start} 之后，却不比它晚", "按日期从早到晚排列")
    if old.until is not None and old.until > new.start:
        raise item.fail(f"日期重叠：上一个值到 {old.until} 为止，这个值自 {new.start} 起", "改 until 或起始日期")
    if old.until is not None and old.until < new.start:
        raise item.fail(f"日期有空档：{old.until} 至 {new.start} 没有值", "改 until 或起始日期")


def regimes(values: Iterable[Dated], start: date) -> tuple[date, ...]:
    """Return the sorted days from *start* on at which any of *values* changes: between two, the rule is the same."""
    return tuple(sorted({start} | {t for v in values for t in v.turns() if t > start}))
