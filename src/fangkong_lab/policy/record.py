"""A policy: a frozen record of one rule, with the document it was read from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from fangkong_lab.errors import NotInForce, WrongCall
from fangkong_lab.policy.count import Count
from fangkong_lab.policy.dated import Dated, Evidence
from fangkong_lab.policy.decision import DecisionList
from fangkong_lab.policy.inputs import Input
from fangkong_lab.policy.matrix import Matrix
from fangkong_lab.policy.node import Node
from fangkong_lab.policy.scale import Scale
from fangkong_lab.policy.score_rule import ScoreRule
from fangkong_lab.policy.trace import Trace
from fangkong_lab.policy.weighted import Weighted
from fangkong_lab.policy.words import PolicyKind
from fangkong_lab.sources import Citation

GradeRule = DecisionList | Count | Matrix | Weighted


@dataclass(frozen=True)
class InForce:
    """The days on which the rule may be applied: from *start* until before *until* (None: still)."""

    start: date
    evidence: Evidence
    until: date | None = None

    def trace(self) -> Trace:
        """Return the line that says from when the rule applies, and on what evidence."""
        span = f"{self.start} 起" + (f",{self.until} 止" if self.until else "")
        return Trace("规则施行", span, self.evidence.sentence())


@dataclass(frozen=True)
class Policy:
    """One rule of one place.

    *table* and *key* say which rows of the ledger it judges; *day_input* names the date column by whose day each row is
    judged (empty: the day of judgement). *caveat* is printed on the same line as the name wherever the policy is used.
    Exactly one of *grading* and *scoring* is set, by *kind*. *document* is the file as read; two policies with the same
    document are the same rule.
    """

    id: str
    name: str
    domain: str
    place: str
    kind: PolicyKind
    about: str
    table: str
    key: str
    in_force: InForce
    sources: tuple[tuple[str, Citation], ...]
    inputs: tuple[Input, ...]
    named_values: tuple[tuple[str, Dated], ...]
    document: Node = field(repr=False, compare=False)
    scale: Scale | None = None
    grading: GradeRule | None = None
    scoring: ScoreRule | None = None
    day_input: str = ""
    caveat: str = ""
    notes: tuple[str, ...] = ()

    @property
    def content_hash(self) -> str:
        """SHA-256 of the document without layout and comments."""
        text = json.dumps(self.document.plain(), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def values(self) -> tuple[Dated, ...]:
        """Return every dated value of the policy."""
        levels = self.scale.levels if self.scale else ()
        extra = [v for level in levels for v in (level.managed_by, level.consequence) if v]
        rule = self.grading or self.scoring
        assert rule is not None
        return (*(v for _, v in self.named_values), *rule.values(), *extra)

    def assumptions(self) -> tuple[tuple[str, str], ...]:
        """Return (address, why) of everything in the policy that no source supports."""
        return self._unsupported

    @cached_property
    def _unsupported(self) -> tuple[tuple[str, str], ...]:
        return tuple(_assumed(self.document, ""))

    def assumed_kinds(self) -> str:
        """Return which kinds of values are assumed, as the words printed on every line of results; empty if none is."""
        found = [word for start, word in _KINDS if any(at.startswith(start) for at, _ in self.assumptions())]
        return "、".join(dict.fromkeys(found))

    def title(self) -> str:
        """Return the name, with the caveat about assumed values on the same line."""
        count = len(self.assumptions())
        return self.name + (f"〔含假定 {count} 处：{self.caveat}〕" if count else "")

    def check_day(self, day: date) -> None:
        """Raise `NotInForce` where the policy does not apply on *day*."""
        if day < self.in_force.start:
            raise NotInForce(f"规则自 {self.in_force.start} 起施行，{day} 不能用它判定", where=self.name,
                             mend="换一个评估日期，或换用当时有效的规则")
        if self.in_force.until is not None and day >= self.in_force.until:
            raise NotInForce(f"规则到 {self.in_force.until} 为止，{day} 不能用它判定", where=self.name,
                             mend="换一个评估日期，或换用当时有效的规则")

    def parts(self) -> tuple[str, ...]:
        """Return the names of the parts of the rule that can be left out one at a time."""
        rule = self.grading or self.scoring
        assert rule is not None
        return rule.parts()

    def without(self, part: str) -> Policy:
        """Return the policy without one part, for ranking parts by what they move; it is not checked again."""
        if part not in self.parts():
            raise WrongCall(f"规则「{self.name}」没有名为「{part}」的部分", mend="用 fangkong policy show 查看各部分")
        return replace(self, grading=self.grading.without(part) if self.grading else None,
                       scoring=self.scoring.without(part) if self.scoring else None)

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(f"<li>{escape(a)}：{escape(w)}</li>" for a, w in self.assumptions())
        return f"<p><b>{escape(self.title())}</b></p><p>{escape(self.about)}</p><ul>{rows}</ul>"


_KINDS = (("rule.levels", "门槛"), ("rule.cutoffs", "分数线"), ("rule.behaviours", "扣分值"), ("rule.bonuses", "加分值"),
          ("rule.modifiers", "倍数"), ("rule.terms", "权重"), ("rule.cells", "矩阵"), ("rule.criteria", "指标"),
          ("rule.clauses", "条款"), ("rule.otherwise", "条款"), ("rule.cycle", "周期"), ("rule.caps", "封顶"),
          ("rule.repeats", "累计次数"), ("rule.unlisted", "表外情形"), ("rule.charge", "记分对象"), ("values", "限额等数值"),
          ("inputs", "空格的读法"), ("scale", "处置"), ("in_force", "施行日"))


def _assumed(node: Node, path: str) -> Iterator[tuple[str, str]]:
    if node.is_mapping:
        for key, below in node.pairs():
            if key in ("assumed", "from_assumed", "empty_why"):
                yield path, str(below.content)
            else:
                yield from _assumed(below, f"{path}.{key}" if path else key)
    elif node.is_list:
        for index, below in enumerate(node.children(), 1):
            named = below.get("name") or below.get("grade") if below.is_mapping else None
            label = named.content if named and isinstance(named.content, str) else str(index)
            yield from _assumed(below, f"{path}.{label}")
