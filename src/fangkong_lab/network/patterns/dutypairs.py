"""Pairs of incompatible duties (不相容岗位), and how a step, a post or an item is told to be about one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import StepKind
from fangkong_lab.network.nodes import Item, Step
from fangkong_lab.network.patterns.card import Card
from fangkong_lab.sources import Citation

_KEYS = {"domain", "a", "b", "sources"}
_MAY = {"whole"}
_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")
_PARTS = re.compile(r"[兼、及和与/]")
_TAIL = re.compile(r"(岗位|岗|人员|员)$")


@dataclass(frozen=True)
class Duty:
    """A duty: step *kinds* that are it, *words* in the name of a step or the title of a post that tell it."""

    name: str
    kinds: frozenset[StepKind]
    words: tuple[str, ...]
    titles: tuple[str, ...]

    def of_step(self, step: Step) -> bool:
        """Say whether a step is this duty."""
        return step.kind in self.kinds or any(w in step.name for w in self.words)

    def of_post(self, title: str) -> bool:
        """Say whether a post of this title has this duty: one of its *titles* ends the title, or a part of it.

        「会计核算中心出纳」 is a cashier; 「会计兼出纳」 is both; 「（A岗）」, 岗, 员 and the like do not count.
        """
        parts = (_TAIL.sub("", part) for part in _PARTS.split(_BRACKETS.sub("", title)))
        return any(part.endswith(self.titles) for part in parts)


@dataclass(frozen=True)
class DutyPair:
    """Two duties of a *domain* that one person must not hold; *whole*: one person must not do the whole business."""

    domain: str
    a: Duty
    b: Duty
    whole: bool
    citations: tuple[Citation, ...]
    categories: tuple[str, ...]
    item_words: tuple[str, ...]

    @property
    def name(self) -> str:
        """The pair as screens show it."""
        return f"{self.domain}：{self.a.name}与{self.b.name}"

    def of_item(self, item: Item) -> bool:
        """Say whether an item belongs to the pair's domain: by its category, or by words of its name; 总则 to all."""
        return item.category in self.categories or any(w in item.name for w in self.item_words)


def pairs_of(card: Card) -> tuple[DutyPair, ...]:
    """Return the pairs written in a card's ``lists``: rows ``domain``, ``duty`` and ``pair``.

    Raises `BadInput` for a pair of an unknown duty or domain, or without a source.
    """
    domains = {row["domain"]: row for row in card.lists if "categories" in row}
    duties = {(row.get("in", ""), row["duty"]): _duty(row) for row in card.lists if "duty" in row}
    sources = dict(card.citations)
    return tuple(_pair(row, card.code, domains, duties, sources) for row in card.lists if "a" in row)


def _duty(row: dict[str, Any]) -> Duty:
    return Duty(str(row["duty"]), frozenset(StepKind.read(k) for k in row.get("kinds", ())), tuple(row.get("words", ())),
                tuple(row.get("titles", ())))


def _pair(row: dict[str, Any], code: str, domains: dict[str, dict[str, Any]], duties: dict[tuple[str, str], Duty],
          sources: dict[str, Citation]) -> DutyPair:
    where = f"{code} › {row}"
    if row.keys() - _KEYS - _MAY or _KEYS - row.keys() or not row["sources"]:
        raise BadInput("职责对的写法不全", where=where, mend="写 domain、a、b、sources")
    if row["domain"] not in domains or any(s not in sources for s in row["sources"]):
        raise BadInput("领域或出处未登记", where=where, mend="先登记")
    domain = domains[row["domain"]]
    found = [duties.get((row["domain"], d)) or duties.get(("", d)) for d in (row["a"], row["b"])]
    if None in found:
        raise BadInput("职责未登记", where=where, mend="先登记职责的识别词")
    return DutyPair(str(row["domain"]), found[0], found[1], bool(row.get("whole")),  # type: ignore[arg-type]
                    tuple(sources[s] for s in row["sources"]), tuple(domain["categories"]), tuple(domain.get("item_words", ())))
