"""Loads a policy file, strictly: what is not understood, cited, ordered or reachable does not load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fangkong_lab.policy.condition import Setting
from fangkong_lab.policy.count import Count, read_count
from fangkong_lab.policy.cutoff import check_cutoffs
from fangkong_lab.policy.dated import (
    EVIDENCE_KEYS,
    Dated,
    Sources,
    Value,
    read_dated,
    read_evidence,
    read_sources,
    regimes,
)
from fangkong_lab.policy.decision import read_decision_list
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.inputs import Input, read_inputs
from fangkong_lab.policy.matrix import read_matrix
from fangkong_lab.policy.node import Node, read_yaml
from fangkong_lab.policy.read_score import check_gaps, check_levels, read_score_rule
from fangkong_lab.policy.record import GradeRule, InForce, Policy
from fangkong_lab.policy.scale import Scale, read_scale
from fangkong_lab.policy.weighted import Weighted, read_weighted
from fangkong_lab.policy.words import InputType, PolicyKind, RuleKind

SCHEMA_VERSION = 1
_KEYS = ("schema_version", "id", "name", "domain", "place", "kind", "about", "table", "key", "in_force", "sources",
         "inputs", "rule")
_MORE = ("scale", "values", "day_input", "caveat", "notes")
_READERS: dict[RuleKind, Callable[[Field, Sources, Setting, Scale], GradeRule]] = {
    RuleKind.DECISION_LIST: read_decision_list, RuleKind.COUNT: read_count, RuleKind.MATRIX: read_matrix,
    RuleKind.WEIGHTED: read_weighted}


def load_policy(path: Path) -> Policy:
    """Load the policy file *path*.

    Raises `BadInput` naming file, line, field and mend for anything the loader does not accept (docs/policies.md lists
    all causes); the file must be named by the policy's id.
    """
    node = read_yaml(path)
    policy = read_policy(node)
    if path.name != f"{policy.id}.yaml":
        raise Field(node).at("id").fail(f"编号「{policy.id}」与文件名「{path.name}」不一致", f"把文件改名为 {policy.id}.yaml")
    return policy


def read_policy(node: Node, reformed: bool = False) -> Policy:
    """Return the policy written in *node*; see `load_policy`.

    A *reformed* document may keep sources and inputs that it no longer uses.
    """
    top = Field(node)
    top.keys(_KEYS, _MORE)
    version = top.at("schema_version")
    if version.number() != SCHEMA_VERSION:
        raise version.fail(f"规则格式版本 {version.number():g} 不认识", f"本软件读版本 {SCHEMA_VERSION}")
    sources = read_sources(top.at("sources"))
    inputs = read_inputs(top.at("inputs"))
    values = _values(top.maybe("values"), sources)
    setting = Setting({i.name: i for i in inputs}, dict(values))
    kind = top.at("kind").word(PolicyKind)
    made = _policy(top, kind, sources, setting)
    _check(top, made)
    if not reformed:
        _check_used(top, made)
    return made


def _policy(top: Field, kind: PolicyKind, sources: Sources, setting: Setting) -> Policy:
    grades = kind is PolicyKind.GRADE
    scale_field, notes, caveat = top.maybe("scale"), top.maybe("notes"), top.maybe("caveat")
    if grades != (scale_field is not None):
        raise top.fail("分级规则（kind: grade）要写 scale，记分规则（kind: score）不写", "补上或删去 scale")
    scale = read_scale(scale_field, sources) if scale_field else None
    return Policy(
        id=top.at("id").text(), name=top.at("name").text(), domain=top.at("domain").text(),
        place=top.at("place").text(), kind=kind, about=top.at("about").text(), table=top.at("table").text(),
        key=top.at("key").text(), in_force=_in_force(top.at("in_force"), sources),
        sources=tuple(sources.items()), inputs=tuple(setting.inputs.values()),
        named_values=tuple(setting.values.items()), document=top.node, scale=scale,
        grading=_grading(top.at("rule"), sources, setting, scale) if scale else None,
        scoring=None if grades else read_score_rule(top.at("rule"), sources, setting),
        day_input=_day_input(top, setting), caveat=caveat.text() if caveat else "",
        notes=notes.texts() if notes else ())


def _grading(field: Field, sources: Sources, setting: Setting, scale: Scale) -> GradeRule:
    return _READERS[field.at("kind").word(RuleKind)](field, sources, setting, scale)


def _in_force(field: Field, sources: Sources) -> InForce:
    field.keys(("from",), ("until", *EVIDENCE_KEYS))
    until = field.maybe("until")
    return InForce(field.at("from").day(), read_evidence(field, sources), until.day() if until else None)


def _values(field: Field | None, sources: Sources) -> tuple[tuple[str, Dated], ...]:
    found = []
    for name, item in field.pairs() if field else ():
        item.keys(("name", "dates"), ("unit",))
        unit = item.maybe("unit")
        found.append((name, read_dated(item.at("dates"), sources, _value, unit.text() if unit else "")))
    return tuple(found)


def _value(field: Field) -> Value:
    if field.node.is_list:
        return field.texts()
    return field.text() if isinstance(field.node.content, str) else field.number()


def _day_input(top: Field, setting: Setting) -> str:
    field = top.maybe("day_input")
    if field is None:
        return ""
    name = field.text()
    if name not in setting.inputs or setting.inputs[name].type is not InputType.DAY:
        days = "、".join(i.name for i in setting.inputs.values() if i.type is InputType.DAY)
        raise field.fail(f"「{name}」不是日期类的输入", f"改用 {days}" if days else "在 inputs 里写一个 type: day 的输入")
    return name


def _check(top: Field, policy: Policy) -> None:
    """Checks that need the whole policy: dates against each other, cut-offs, use of inputs and sources, the caveat."""
    start, until = policy.in_force.start, policy.in_force.until
    check_gaps(top.at("in_force"), policy.values(), start, until)
    days = regimes(policy.values(), start)
    days = tuple(d for d in days if until is None or d < until)
    rule = top.at("rule")
    if isinstance(policy.grading, Weighted):
        for day in days:
            check_cutoffs(rule.at("cutoffs"), policy.grading.cutoffs, (day,), policy.grading.reach(day))
    if isinstance(policy.grading, Count):
        check_cutoffs(rule.at("cutoffs"), policy.grading.cutoffs, days, policy.grading.reach())
    if policy.scoring is not None:
        check_levels(rule.at("levels"), policy.scoring, days)
    if policy.assumptions() and not policy.caveat:
        raise top.fail("规则含有假定值，却没有 caveat", "补上 caveat: 一句话说明哪些是假定的，它会与规则名印在同一行")


def _check_used(top: Field, policy: Policy) -> None:
    cited = _words(top.node, "source")
    for name, item in top.at("sources").pairs():
        if name not in cited:
            raise item.fail(f"出处「{name}」没有被任何值引用", "引用它，或删去")
    rule = policy.grading or policy.scoring
    assert rule is not None
    for name, value in policy.named_values:
        if all(value is not other for other in rule.values()):
            raise top.at("values").at(name).fail(f"值「{name}」没有被规则用到", "在规则里用 {value: " + name + "} 引用它，或删去")
    used = {*rule.inputs(), policy.day_input}
    for made in policy.inputs:
        if made.name not in used:
            raise _input_field(top, made).fail(f"输入「{made.header}」没有被规则用到", "在规则里用它，或删去")


def _input_field(top: Field, made: Input) -> Field:
    return top.at("inputs").at(made.name)


def _words(node: Node, key: str) -> set[str]:
    if node.is_list:
        return set().union(*(_words(child, key) for child in node.children())) if node.children() else set()
    if not node.is_mapping:
        return set()
    found: set[str] = set()
    for name, below in node.pairs():
        if name == key:
            found |= {str(c.content) for c in below.children()} if below.is_list else {str(below.content)}
        else:
            found |= _words(below, key)
    return found
