"""Reads a scenario file, strictly: what is not understood, ranged, reasoned or in the policy does not load."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from fangkong_lab.errors import FangkongError, did_you_mean
from fangkong_lab.policy.catalogue import Shelf, shelf
from fangkong_lab.policy.dated import Sources, read_sources
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.node import Node, read_yaml
from fangkong_lab.policy.words import LedgerKind
from fangkong_lab.simulate.parameter import Domain, Parameter, read_parameter
from fangkong_lab.simulate.read_arms import read_arms, read_grid, read_uses
from fangkong_lab.simulate.records import MAX_GRADES, MAX_KINDS, MAX_MONTHS, MAX_PEOPLE
from fangkong_lab.simulate.scenario import Channel, Conduct, Crowd, Scenario, WorldKind, WorldSpec

SCHEMA_VERSION = 1
MOST_REPLICATIONS = 10_000_000
MOST_PERSONS = 2**31
_ID = re.compile(r"[\w-]+")
_LAST_YEAR = 9000
_KEYS = ("schema_version", "id", "name", "about", "start", "months", "replications", "seed", "world", "conduct",
         "detection", "after", "responses", "office", "size_edges", "policies", "arms")
_CHANNEL = {"finds": Domain.PROBABILITY, "days": Domain.DAYS, "verify_days": Domain.DAYS, "upheld": Domain.PROBABILITY,
            "unfounded": Domain.RATE, "wrongly": Domain.PROBABILITY, "hours": Domain.HOURS}
_AFTER = {"concealed": Domain.PROBABILITY, "exempted": Domain.PROBABILITY, "appealed": Domain.PROBABILITY,
          "appeal_days": Domain.DAYS, "closing_days": Domain.DAYS, "revoked": Domain.PROBABILITY,
          "revoked_untrue": Domain.PROBABILITY, "changed": Domain.PROBABILITY, "changed_to": Domain.PROBABILITY,
          "cleared": Domain.PROBABILITY, "clearing_days": Domain.DAYS}
_RESPONSE = {"deters": Domain.PROBABILITY, "colleagues": Domain.PROBABILITY, "hours": Domain.HOURS}
_OFFICE = {"standing": Domain.HOURS, "appeal": Domain.HOURS, "accountability": Domain.HOURS}
_PEOPLE = {"sole_share": Domain.PROBABILITY, "leader_share": Domain.PROBABILITY, "mean_tenure": Domain.MONTHS}
_HAZARD = {"sole_rate": Domain.FACTOR, "sole_found": Domain.FACTOR, "leader_rate": Domain.FACTOR,
           "leader_unfounded": Domain.FACTOR, "long_tenure": Domain.MONTHS, "tenure_rate": Domain.FACTOR,
           "half_life": Domain.MONTHS}


class _Reader:
    """Collects the parameters while the file is read."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.found: dict[str, Parameter] = {}

    def take(self, field: Field, domain: Domain) -> None:
        """Read one parameter."""
        made = read_parameter(field, domain, self.sources)
        self.found[made.address] = made

    def group(self, field: Field, wanted: Mapping[str, Domain], besides: tuple[str, ...] = ()) -> None:
        """Read a mapping whose keys are the parameters *wanted*, and others that are read elsewhere."""
        field.keys((*wanted, *besides))
        for key, domain in wanted.items():
            self.take(field.at(key), domain)


def load_scenario(path: Path, policies: Shelf | None = None) -> Scenario:
    """Load the scenario file *path*; policies are looked up on *policies* (default: what comes with the product).

    Raises `BadInput` naming file, line, field and mend for anything it does not accept; the file must be named by the
    scenario's id.
    """
    node = read_yaml(path)
    made = read_scenario(node, policies or shelf(), path.parent)
    if path.name != f"{made.id}.yaml":
        raise Field(node).at("id").fail(f"编号「{made.id}」与文件名「{path.name}」不一致", f"把文件改名为 {made.id}.yaml")
    return made


def read_scenario(node: Node, policies: Shelf, folder: Path = Path()) -> Scenario:
    """Return the scenario written in *node*; reform files are named relative to *folder*."""
    top = Field(node)
    top.keys(_KEYS, ("sources", "grid"))
    if top.at("schema_version").number() != SCHEMA_VERSION:
        raise top.at("schema_version").fail("格式版本不认识", f"写 {SCHEMA_VERSION}")
    cited = top.maybe("sources")
    reader = _Reader(read_sources(cited) if cited else {})
    kinds, grades, also = _kinds(top, reader), *_grades(top, reader)
    world = _world(top.at("world"), reader, also)
    channels, responses = _channels(top.at("detection"), reader), _responses(top.at("responses"), reader)
    reader.group(top.at("after"), _AFTER)
    reader.group(top.at("office"), _OFFICE)
    _check_outcomes(top.at("after"), reader.found)
    uses = read_uses(top.at("policies"), tuple(k.name for k in kinds), responses, _finder(policies))
    arms = read_arms(top.at("arms"), uses, folder)
    made = Scenario(
        top.at("id").text(), top.at("name").text(), top.at("about").text(), top.at("start").day(),
        whole(top.at("months"), 1, MAX_MONTHS), whole(top.at("replications"), 2, MOST_REPLICATIONS),
        whole(top.at("seed"), 0, 2**53), world, kinds, grades, channels, responses, _edges(top.at("size_edges")), arms,
        read_grid(top.maybe("grid"), arms), reader.found, node)
    if not _ID.fullmatch(made.id):
        raise top.at("id").fail(f"编号「{made.id}」里有不能用的字", "只用汉字、字母、数字、下划线和短横，并与文件名一致")
    _check_days(top, made)
    return made


def _finder(policies: Shelf) -> Callable[[Field], object]:
    def find(field: Field) -> object:
        try:
            return policies.find(field.text())
        except FangkongError as error:
            raise field.fail(error.what, error.mend) from error
    return find


def whole(field: Field, low: int, high: int) -> int:
    """Return a whole number between *low* and *high*."""
    value = field.number()
    if value != int(value) or not low <= value <= high:
        raise field.fail(f"此处应为 {low} 至 {high} 的整数，读到 {value:g}", "核对数值")
    return int(value)


def _world(field: Field, reader: _Reader, also: Mapping[str, str]) -> WorldSpec:
    field.keys(("kind", "people"), ("units",))
    kind, units = field.at("kind").word(WorldKind), field.maybe("units")
    reader.group(field.at("people"), _PEOPLE)
    if (kind is WorldKind.SYNTHETIC) != (units is not None):
        raise field.fail("units(各种大小的单位各几个)只在 kind: synthetic 时写，而且必须写", "补上或删去 units")
    crowds = []
    for item in units.items() if units else ():
        item.keys(("persons", "count"))
        crowds.append(Crowd(whole(item.at("persons"), 1, MAX_PEOPLE), whole(item.at("count"), 1, 10_000_000)))
    if units is not None and sum(c.persons * c.units for c in crowds) > MOST_PERSONS:
        raise units.fail("人数太多", f"合计不超过 {MOST_PERSONS} 人")
    return WorldSpec(kind, tuple(crowds), also)


def _kinds(top: Field, reader: _Reader) -> tuple[Conduct, ...]:
    field = top.at("conduct")
    reader.group(field, _HAZARD, ("kinds", "grades"))
    found: list[Conduct] = []
    for item in field.at("kinds").items():
        item.keys(("name", "rate", "entered"), ("harm",))
        reader.take(item.at("rate"), Domain.RATE)
        if (harm := item.maybe("harm")) is not None:
            reader.take(harm, Domain.MONEY)
        entered = [w.word(LedgerKind) for w in item.at("entered").items()]
        if len(set(entered)) < len(entered):
            raise item.at("entered").fail("列表里有重复的项", "删去重复的项")
        found.append(Conduct(item.at("name").text(), frozenset(entered)))
        _once([k.name for k in found], item, "行为")
    if len(found) > MAX_KINDS:
        raise field.at("kinds").fail(f"行为种类多于 {MAX_KINDS} 种", "合并相近的种类")
    return tuple(found)


def _grades(top: Field, reader: _Reader) -> tuple[tuple[str, ...], dict[str, str]]:
    """The grades from the highest, and what else a ledger may call them."""
    field = top.at("conduct").at("grades")
    names: list[str] = []
    also: dict[str, str] = {}
    for item in field.items():
        item.keys(("grade", "weight", "rate"), ("also",))
        reader.take(item.at("weight"), Domain.WEIGHT)
        reader.take(item.at("rate"), Domain.FACTOR)
        names.append(item.at("grade").text())
        _once(names, item, "等级")
        others = item.maybe("also")
        for other in (names[-1], *(others.texts() if others else ())):
            if other in also:
                raise item.fail(f"「{other}」既指「{also[other]}」又指「{names[-1]}」", "让台账里的一种叫法只对应一个等级")
            also[other] = names[-1]
    if len(names) > MAX_GRADES:
        raise field.fail(f"等级多于 {MAX_GRADES} 个", "合并相近的等级")
    if not any(reader.found[f"conduct.grades.{g}.weight"].value > 0 for g in names):
        raise field.fail("各等级的权重全是 0", "至少一个等级的 weight 大于 0")
    return tuple(names), also


def _channels(field: Field, reader: _Reader) -> tuple[Channel, ...]:
    found = []
    for key, item in field.pairs():
        known = {c.label: c for c in Channel}
        if key not in known:
            raise item.fail(f"没有名为「{key}」的发现渠道", did_you_mean(key, tuple(c.label for c in Channel)))
        reader.group(item, _CHANNEL)
        found.append(known[key])
    if not found:
        raise field.fail("没有任何发现渠道", "至少写一个：" + "、".join(c.label for c in Channel))
    return tuple(found)


def _responses(field: Field, reader: _Reader) -> tuple[str, ...]:
    names = []
    for name, item in field.pairs():
        reader.group(item, _RESPONSE)
        names.append(name)
    if not names:
        raise field.fail("没有任何处置", "写上各等级预警后的处置")
    return tuple(names)


def _edges(field: Field) -> tuple[int, ...]:
    edges = tuple(whole(item, 2, 1_000_000) for item in field.items())
    if list(edges) != sorted(set(edges)) or len(edges) > 8:
        raise field.fail("单位大小的分界应从小到大、不重复、至多 8 个", "写成 [10, 30, 100]")
    return edges


def _once(names: list[str], item: Field, what: str) -> None:
    if len(set(names)) < len(names):
        raise item.fail(f"{what}「{names[-1]}」写了两次", "每种只写一次")


def _check_outcomes(after: Field, found: Mapping[str, Parameter]) -> None:
    for name in ("revoked", "revoked_untrue"):
        if found[f"after.{name}"].high + found["after.changed"].high > 1:
            raise after.at(name).fail("申诉撤销与变更的概率（按范围上限）合计超过 1", "缩小两者的范围")


def _check_days(top: Field, made: Scenario) -> None:
    if made.start.year > _LAST_YEAR:
        raise top.at("start").fail(f"推演的年份 {made.start.year} 不对", "核对起始年份")
    if made.start.day != 1:
        raise top.at("start").fail(f"推演须从某月 1 日开始，读到 {made.start}", "改成当月 1 日")
    for arm in made.arms:
        start, until = arm.policy.in_force.start, arm.policy.in_force.until
        if made.start < start or (until is not None and made.end > until):
            raise top.at("start").fail(f"推演期 {made.start} 至 {made.end} 超出规则「{arm.policy.name}」的施行期（{start} 起）",
                                       "改推演的起始月，或换用当时有效的规则")
