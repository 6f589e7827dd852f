"""Reads a warning-score rule from its file, and refuses what could not be applied."""

from __future__ import annotations

from datetime import date

from fangkong_lab.policy.condition import Setting, read_condition
from fangkong_lab.policy.dated import EVIDENCE_KEYS, Dated, Sources, Value, read_dated, read_evidence
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.score_rule import (
    Behaviour,
    Caps,
    Charge,
    Consequence,
    Cycle,
    Modifier,
    Repeat,
    ScoreRule,
    Threshold,
)
from fangkong_lab.policy.words import Charged, CycleKind, LedgerKind, Unlisted

_KEYS = ("charge", "cycle", "behaviours", "unlisted", "levels")
_MORE = ("bonuses", "modifiers", "caps", "repeats")
POINT_DECIMALS = 3


def read_score_rule(field: Field, sources: Sources, setting: Setting) -> ScoreRule:
    """Read the ``rule`` of a score policy."""
    field.keys(_KEYS, _MORE)
    unlisted = field.at("unlisted")
    unlisted.keys(("as",), EVIDENCE_KEYS)
    return ScoreRule(
        charge=_charge(field.at("charge"), sources),
        cycle=_cycle(field.at("cycle"), sources),
        behaviours=_behaviours(field, sources),
        unlisted=unlisted.at("as").word(Unlisted),
        unlisted_evidence=read_evidence(unlisted, sources),
        modifiers=_modifiers(field.maybe("modifiers"), sources, setting),
        caps=_caps(field.maybe("caps"), sources),
        thresholds=tuple(_threshold(item, sources) for item in field.at("levels").items()),
        repeats=_repeats(field.maybe("repeats"), sources))


def _charge(field: Field, sources: Sources) -> Charge:
    field.keys(("ledgers", "unit", "person"), EVIDENCE_KEYS)
    ledgers = tuple(item.word(LedgerKind) for item in field.at("ledgers").items())
    return Charge(ledgers, field.at("unit").word(Charged), field.at("person").word(Charged), read_evidence(field, sources))


def _cycle(field: Field, sources: Sources) -> Cycle:
    field.keys(("kind", "months"), ("anchor", *EVIDENCE_KEYS))
    kind, anchor = field.at("kind").word(CycleKind), field.maybe("anchor")
    if (kind is CycleKind.ANCHORED) != (anchor is not None):
        raise field.fail("anchor(首个周期的第一天)只在固定周期时写，而且必须写", "补上或删去 anchor")
    return Cycle(kind, read_dated(field.at("months"), sources, _months, " 个月"), read_evidence(field, sources),
                 anchor.day() if anchor else None)


def _behaviours(field: Field, sources: Sources) -> tuple[Behaviour, ...]:
    found: list[Behaviour] = []
    for key, bonus in (("behaviours", False), ("bonuses", True)):
        if (listed := field.maybe(key)) is None:
            continue
        for item in listed.items():
            item.keys(("name", "points"), ("also",))
            also = item.maybe("also")
            made = Behaviour((item.at("name").text(), *(also.texts() if also else ())),
                             read_dated(item.at("points"), sources, _points, " 分"), bonus)
            _check_unique(made, found, item)
            found.append(made)
    return tuple(found)


def _check_unique(made: Behaviour, before: list[Behaviour], item: Field) -> None:
    known = {name for b in before for name in b.names}
    for name in made.names:
        if name in known or made.names.count(name) > 1:
            raise item.fail(f"情形「{name}」在扣分表里写了两次", "每种情形只写一次")


def _modifiers(field: Field | None, sources: Sources, setting: Setting) -> tuple[Modifier, ...]:
    found = []
    for item in field.items() if field else ():
        item.keys(("name", "when", "factor"))
        found.append(Modifier(item.at("name").text(), read_condition(item.at("when"), setting),
                              read_dated(item.at("factor"), sources, _factor, " 倍")))
        if len({m.name for m in found}) < len(found):
            raise item.fail("倍数的名字重复", "改成不同的名字")
    return tuple(found)


def _caps(field: Field | None, sources: Sources) -> Caps:
    if field is None:
        return Caps()
    field.keys((), ("event", "cycle", "bonus"))
    made = {key: read_dated(item, sources, _points, " 分") for key, item in field.pairs()}
    return Caps(**made)


def _threshold(item: Field, sources: Sources) -> Threshold:
    item.keys(("name", "at_least"), ("colour", "consequences"))
    colour, then = item.maybe("colour"), item.maybe("consequences")
    return Threshold(item.at("name").text(), read_dated(item.at("at_least"), sources, _points, " 分"),
                     colour.text() if colour else "",
                     tuple(_consequence(c, sources) for c in then.items()) if then else ())


def _consequence(item: Field, sources: Sources) -> Consequence:
    item.keys(("text",), ("for",))
    whom = item.maybe("for")
    return Consequence(read_dated(item.at("text"), sources, lambda f: f.text()), whom.text() if whom else "")


def _repeats(field: Field | None, sources: Sources) -> tuple[Repeat, ...]:
    found = []
    for item in field.items() if field else ():
        item.keys(("name", "warnings", "consequence"))
        found.append(Repeat(item.at("name").text(), read_dated(item.at("warnings"), sources, _points, " 次"),
                            _consequence(item.at("consequence"), sources)))
    return tuple(found)


def check_levels(field: Field, rule: ScoreRule, days: tuple[date, ...]) -> None:
    """Raise an error where, on one of *days*, thresholds are out of order, at 0, or above the cycle's cap."""
    items = field.items()
    for day in days:
        limits = [t.at_least.number(day) for t in rule.thresholds]
        cap = rule.caps.cycle.number(day) if rule.caps.cycle else None
        for item, limit in zip(items, limits, strict=True):
            if limit <= 0:
                raise item.fail(f"门槛 {limit:g} 分等于人人达到", "改成大于 0 的数")
            if cap is not None and limit > cap:
                raise item.fail(f"永远得不到：门槛 {limit:g} 分高于周期封顶的 {cap:g} 分", "降低门槛或提高封顶")
        for item, upper, lower in zip(items[1:], limits, limits[1:], strict=False):
            if lower >= upper:
                raise item.fail(f"门槛顺序不对：自 {day} 起 {lower:g} 分不低于上一级的 {upper:g} 分", "从高到低排列，逐级降低")


def check_gaps(field: Field, values: tuple[Dated, ...], start: date, until: date | None) -> None:
    """Raise an error where a value begins after the rule does, or ends before it."""
    for value in values:
        last = value.entries[-1].until
        if value.first > start:
            raise field.fail(f"规则自 {start} 起施行，「{value.path}」最早的值却自 {value.first} 起（见 {value.place}）",
                             "补上更早的值及出处，或推迟规则的施行日 in_force.from")
        if last is not None and (until is None or last < until):
            raise field.fail(f"「{value.path}」的值到 {last} 为止，规则却还在施行（见 {value.place}）",
                             "补上之后的值，或写规则的止期 in_force.until")


def _points(field: Field) -> Value:
    value = field.number()
    if value < 0 or abs(round(value, POINT_DECIMALS) - value) > 1e-9:
        raise field.fail(f"分值 {value:g} 为负或多于 {POINT_DECIMALS} 位小数", f"写成不小于 0、至多 {POINT_DECIMALS} 位小数的数")
    return value


def _factor(field: Field) -> Value:
    value = field.number()
    if value < 0:
        raise field.fail(f"倍数不能为负：{value:g}", "不扣分写 0，减半写 0.5，加倍写 2")
    return value


def _months(field: Field) -> Value:
    value = field.number()
    if value < 1 or value != int(value):
        raise field.fail(f"周期应为整数个月，读到 {value:g}", "写成 12 这样的整数")
    return value
