"""Cards of patterns: label, sources and cited parameter values, read strictly from data/policies/patterns/CODE.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput
from fangkong_lab.network.patterns.parameter import Cited, Form, Parameter, Value
from fangkong_lab.shipped import shipped
from fangkong_lab.sources import Citation

SCHEMA_VERSION = 1
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same reader, compiled
_MUST = {"schema_version", "pattern", "label", "about", "caveat", "sources", "figures"}
_MAY = {"own_place", "parameters", "lists"}
_SOURCE = {"title", "issuer", "published", "where", "checked_on"}
_CITED, _CITED_MAY = {"place", "value", "source"}, {"figure", "reading"}
_PARAMETER, _PARAMETER_MAY = {"label", "form"}, {"values", "choices", "about", "optional"}


@dataclass(frozen=True)
class Card:
    """What the documents say of one pattern.

    *figures* are ids of data/sources/figures.csv; *own_place* is the place whose values apply where the caller names
    none; *lists* are further cited rows of one pattern (pairs of duties), as read.
    """

    code: str
    label: str
    about: str
    caveat: str
    citations: tuple[tuple[str, Citation], ...]
    figures: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    own_place: str
    lists: tuple[dict[str, Any], ...]


@cache
def read_card(code: str) -> Card:
    """Return the card of pattern *code*; `BadInput` names the field where something is missing, unknown or uncited."""
    path = shipped("data", "policies", "patterns", f"{code}.yaml")
    return card_of(yaml.load(path.read_text(encoding="utf-8"), _LOADER), path.name)


def card_of(document: object, where: str) -> Card:
    """Return the card written in *document* (a mapping as parsed); see `read_card` for errors."""
    top = _keys(document, _MUST, _MAY, where)
    if top["schema_version"] != SCHEMA_VERSION:
        raise BadInput(f"卡片格式版本 {top['schema_version']} 不认识", where=where, mend=f"本软件读版本 {SCHEMA_VERSION}")
    if f"{top['pattern']}.yaml" != where:
        raise BadInput(f"编号「{top['pattern']}」与文件名不一致", where=where, mend="改编号或文件名")
    sources = {name: _source(each, f"{where} › sources › {name}") for name, each in _mapping(top["sources"], f"{where} › sources").items()}
    if not sources:
        raise BadInput("没有出处", where=where, mend="写上 sources")
    parameters = tuple(_parameter(name, each, sources, f"{where} › parameters › {name}")
                       for name, each in _mapping(top.get("parameters") or {}, f"{where} › parameters").items())
    return Card(str(top["pattern"]), str(top["label"]), str(top["about"]), str(top["caveat"]), tuple(sources.items()),
                tuple(str(f) for f in top["figures"]), parameters, str(top.get("own_place") or ""),
                tuple(top.get("lists") or ()))


def _mapping(given: object, where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise BadInput("应为一组名称和值", where=where, mend="改正写法")
    return given


def _keys(raw: object, must: set[str], may: set[str], where: str) -> dict[str, Any]:
    given = _mapping(raw, where)
    missing, unknown = sorted(must - given.keys()), sorted(str(k) for k in given.keys() - must - may)
    if missing or unknown:
        words = [f"缺少 {'、'.join(missing)}"] if missing else []
        words += [f"不认识 {'、'.join(unknown)}"] if unknown else []
        raise BadInput("；".join(words), where=where, mend="按 docs/patterns.md 的格式补正")
    return given


def _source(given: object, where: str) -> Citation:
    row = _keys(given, _SOURCE, set(), where)
    return Citation(str(row["title"]), str(row["issuer"]), _published(row["published"]), str(row["where"]),
                    parse_day(row["checked_on"]))


def _published(cell: object) -> date | None:
    return None if cell == "未载" else parse_day(cell)


def _parameter(name: str, given: object, sources: dict[str, Citation], where: str) -> Parameter:
    row = _keys(given, _PARAMETER, _PARAMETER_MAY, where)
    form = Form.read(str(row["form"]))
    bare = Parameter(name, str(row["label"]), form, (), tuple(str(c) for c in row.get("choices") or ()),
                     str(row.get("about") or ""), bool(row.get("optional")))
    values = tuple(_cited(each, bare, sources, f"{where} › values") for each in row.get("values") or ())
    return Parameter(name, bare.label, form, values, bare.choices, bare.about, bare.optional)


def _cited(given: object, parameter: Parameter, sources: dict[str, Citation], where: str) -> Cited:
    row = _keys(given, _CITED, _CITED_MAY, where)
    if row["source"] not in sources:
        raise BadInput(f"出处编号「{row['source']}」没有在 sources 里登记", where=where, mend="登记它，或改用已有的")
    value: Value = parameter.read(row["value"], where)
    return Cited(str(row["place"]), value, sources[row["source"]], str(row.get("figure") or ""), str(row.get("reading") or ""))
