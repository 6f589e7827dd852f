"""Reforms: a small file over a baseline. Applying one makes a new policy; the baseline stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput, WrongCall, did_you_mean
from fangkong_lab.policy.dated import EVIDENCE_KEYS, Sources, read_evidence, read_sources
from fangkong_lab.policy.field import Field, address_of
from fangkong_lab.policy.load import SCHEMA_VERSION, read_policy
from fangkong_lab.policy.node import Node, read_yaml
from fangkong_lab.policy.record import Policy


@dataclass(frozen=True)
class Step:
    """One change: *verb* is set, remove or add; *at* the address in the baseline; *start* the first day of a set value."""

    verb: str
    at: str
    node: Node | None
    start: date | None
    field: Field = field(compare=False, repr=False)


@dataclass(frozen=True)
class Provision:
    """A named group of changes that stands or falls together; *mark* holds its evidence as written."""

    name: str
    steps: tuple[Step, ...]
    mark: tuple[tuple[str, Node], ...] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Reform:
    """A reform of the policy *baseline* (its id) by named provisions."""

    id: str
    name: str
    baseline: str
    about: str
    provisions: tuple[Provision, ...]
    sources: tuple[tuple[str, Node], ...] = field(default=(), compare=False, repr=False)

    def names(self) -> tuple[str, ...]:
        """Return the names of the provisions, in the order of the file."""
        return tuple(p.name for p in self.provisions)


def load_reform(path: Path) -> Reform:
    """Load a reform file; `BadInput` names file, line, field and mend for whatever is not understood."""
    top = Field(read_yaml(path))
    top.keys(("schema_version", "id", "name", "baseline", "about", "provisions"), ("sources",))
    if top.at("schema_version").number() != SCHEMA_VERSION:
        raise top.at("schema_version").fail("格式版本不认识", f"写 {SCHEMA_VERSION}")
    cited = top.maybe("sources")
    sources = read_sources(cited) if cited else {}
    provisions = tuple(_provision(item, sources) for item in top.at("provisions").items())
    names = [p.name for p in provisions]
    if len(set(names)) < len(names):
        raise top.at("provisions").fail("条款名重复", "改成不同的名字")
    return Reform(top.at("id").text(), top.at("name").text(), top.at("baseline").text(), top.at("about").text(),
                  provisions, tuple(cited.node.pairs()) if cited else ())


def _provision(item: Field, sources: Sources) -> Provision:
    item.keys(("name",), ("set", "remove", "add", *EVIDENCE_KEYS))
    read_evidence(item, sources)
    steps: list[Step] = []
    for verb in ("set", "remove", "add"):
        if (listed := item.maybe(verb)) is not None:
            steps += [_step(verb, each) for each in listed.items()]
    if not steps:
        raise item.fail("条款没有任何改动", "写 set、remove 或 add")
    mark = tuple((k, item.at(k).node) for k in EVIDENCE_KEYS if item.maybe(k))
    return Provision(item.at("name").text(), tuple(steps), mark)


def _step(verb: str, each: Field) -> Step:
    if verb == "remove":
        return Step(verb, each.text(), None, None, each)
    if verb == "add":
        each.keys(("to", "item"))
        return Step(verb, each.at("to").text(), each.at("item").node, None, each)
    each.keys(("at", "value"), ("from",))
    start = each.maybe("from")
    return Step(verb, each.at("at").text(), each.at("value").node, start.day() if start else None, each)


def apply(reform: Reform, baseline: Policy, only: Iterable[str] | None = None) -> Policy:
    """Return *baseline* changed by the provisions of *reform* (or by those named in *only*).

    A set value holds from its day on: later entries of the baseline for the same value go. The result passes the same
    checks as a file. Raises `WrongCall` for another baseline or an unknown provision, `BadInput` for an address that
    the baseline lacks, or where the changed rule does not hold together.
    """
    if reform.baseline != baseline.id:
        raise WrongCall(f"改革方案「{reform.name}」的基准是 {reform.baseline}，不是 {baseline.id}", mend="换成它的基准规则")
    chosen = reform.names() if only is None else tuple(only)
    for name in chosen:
        if name not in reform.names():
            raise WrongCall(f"改革方案没有名为「{name}」的条款", mend=did_you_mean(name, reform.names()))
    if not chosen:
        return baseline
    document = _labelled(baseline, reform)
    for provision in reform.provisions:
        if provision.name in chosen:
            for step in provision.steps:
                document = _changed(document, step.at.split("."), step, provision)
    return _read(document, reform, chosen)


def _read(document: Node, reform: Reform, chosen: tuple[str, ...]) -> Policy:
    try:
        return read_policy(document, reformed=True)
    except BadInput as error:
        raise BadInput(f"适用条款「{'、'.join(chosen)}」后规则不成立：{error.what}", where=f"{reform.id} › {error.where}",
                       mend=f"{error.mend}；若几条只能一起适用，把它们写成一个条款") from error


def _labelled(baseline: Policy, reform: Reform) -> Node:
    document, text = baseline.document, baseline.document.get("name")
    assert text is not None
    caveat = (baseline.caveat + "；" if baseline.caveat else "") + f"已按改革方案「{reform.name}」改动"
    document = document.with_key("id", replace(text, content=reform.id))
    document = document.with_key("name", replace(text, content=f"{baseline.name} + {reform.name}"))
    document = document.with_key("caveat", replace(text, content=caveat))
    sources = document.get("sources")
    assert sources is not None
    for key, node in reform.sources:
        if sources.get(key) is not None:
            raise BadInput(f"出处编号「{key}」与基准规则的重名", where=reform.id, mend="在改革方案里换一个编号")
        sources = sources.with_key(key, node)
    return document.with_key("sources", sources)


def _changed(node: Node, path: list[str], step: Step, provision: Provision) -> Node:
    if not path:
        return _leaf(node, step, provision)
    key, rest = path[0], path[1:]
    names = _names(node)
    if key not in names:
        raise step.field.fail(f"基准规则里没有「{step.at}」（找不到「{key}」）", did_you_mean(key, names))
    place = names.index(key)
    if step.verb == "remove" and not rest:
        return replace(node, content=tuple(c for i, c in enumerate(node.content) if i != place))  # type: ignore[arg-type]
    if node.is_list:
        children = [(_changed(c, rest, step, provision) if i == place else c) for i, c in enumerate(node.children())]
        return replace(node, content=tuple(children))
    old = node.get(key)
    assert old is not None
    new = _changed(old, rest, step, provision)
    made = node.with_key(key, new)
    structural = step.verb == "set" and not rest and not _is_dated(old)
    return _marked(made, provision) if structural else made


def _names(node: Node) -> tuple[str, ...]:
    if node.is_mapping:
        return tuple(k for k, _ in node.pairs())
    return tuple(address_of(n, i) for i, n in enumerate(node.children(), 1)) if node.is_list else ()


def _is_dated(node: Node) -> bool:
    if not node.is_mapping or not _names(node):
        return False
    try:
        return all(parse_day(k) for k in _names(node))
    except BadInput:
        return False


def _leaf(node: Node, step: Step, provision: Provision) -> Node:
    assert step.node is not None
    if step.verb == "add":
        if not node.is_list:
            raise step.field.fail(f"「{step.at}」不是列表，不能添项", "写到列表的地址，例如 rule.behaviours")
        return replace(node, content=(*node.children(), step.node))
    if _is_dated(node) != (step.start is not None):
        raise step.field.fail("带日期的值要写 from，不带日期的不写", "补上或删去 from")
    if step.start is None:
        return step.node
    entry = Node((("value", step.node), *provision.mark), step.node.file, step.node.line, is_mapping=True)
    kept = tuple((k, n) for k, n in node.pairs() if parse_day(k) < step.start)
    kept = tuple((k, _ending(n, step.start)) for k, n in kept)
    return replace(node, content=(*kept, (step.start.isoformat(), entry)))


def _ending(entry: Node, start: date) -> Node:
    """An older value that ends after the new one begins, ends where it begins."""
    until = entry.get("until")
    if until is not None and isinstance(until.content, date) and until.content > start:
        return entry.with_key("until", replace(until, content=start))
    return entry


def _marked(parent: Node, provision: Provision) -> Node:
    """A structural choice is changed: what its group rests on is now the provision's evidence."""
    if not {"source", "assumed"} & set(_names(parent)):
        return parent
    kept = tuple((k, n) for k, n in parent.pairs() if k not in EVIDENCE_KEYS)
    return replace(parent, content=(*kept, *provision.mark))
