"""The tests of several patterns together: the screen of `fangkong patterns test` and its JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import east_asian_width

from fangkong_lab.kinds import Audience
from fangkong_lab.network.patterns.incompatible_steps import duty_pairs
from fangkong_lab.network.patterns.parameter import shown
from fangkong_lab.network.patterns.pattern import Pattern
from fangkong_lab.network.patterns.result import PatternResult
from fangkong_lab.network.patterns.verdict import BAD, OPEN

SCHEMA_VERSION = 1
CAVEAT = "各模式是所注地方的做法，不是法定要求；检验的是制度设计和台账记载，不代表存在违规行为，不作为评价个人的依据。"
OUTSIDE = "本文本供纪委以外使用，不列岗位、人员和台账行；涉及正职、个人任职和合同的只列数目。"
_MOST = 10


@dataclass(frozen=True)
class PatternReport:
    """Results of one run; *left* are the patterns whose parameters must be chosen, with what to do."""

    as_of: date
    unit: str | None
    audience: Audience
    results: tuple[PatternResult, ...]
    left: tuple[tuple[Pattern, str], ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the JSON document (docs/schema/patterns.schema.json)."""
        return {"schema_version": SCHEMA_VERSION, "as_of": self.as_of.isoformat(), "unit": self.unit,
                "audience": self.audience.value, "caveat": CAVEAT,
                "patterns": [r.document(self.audience) for r in self.results],
                "to_choose": [{"code": p.code, "label": p.label, "how": how} for p, how in self.left]}

    def text(self) -> str:
        """Return the document as JSON text, ending with a newline; the same for the same ledger and choices."""
        return json.dumps(self.document(), ensure_ascii=False, indent=1) + "\n"

    def screen(self) -> str:
        """Return counts of all patterns, what fell short or stayed open, what was not tested, and the caveat."""
        scope = f"单位 {self.unit}" if self.unit else "全部单位"
        lines = [f"评估日期 {self.as_of} · {scope} · 读者 {self.audience.label}", "", *_aligned(list(self._counts())), ""]
        for result in self.results:
            lines += self._details(result)
        lines += [f"{p.label}（{p.code}）未检验：{how}" for p, how in self.left]
        lines += [CAVEAT] + ([] if self.audience is Audience.INTERNAL else [OUTSIDE])
        return "\n".join(lines)

    def _counts(self) -> Iterator[list[str]]:
        yield ["制约模式", "适用", "达标", "不达标", "不能判定", "不适用", "编号"]
        for r in self.results:
            c = r.counts()
            row = ["未报"] * 5 if r.missing else [str(n) for n in (c.applicable, c.satisfied, c.violated, c.cannot_tell, c.excluded)]
            yield [r.pattern.label, *row, r.pattern.code]

    def _details(self, result: PatternResult) -> list[str]:
        shown = [i for i in result.shown(self.audience) if i.verdict in (BAD, OPEN)]
        if result.missing or not shown:
            return [result.sentence()] if result.missing else []
        shown.sort(key=lambda i: (i.verdict is OPEN, i.unit_id, i.subject))
        lines = [f"【{result.pattern.label}】{result.pattern.caveat}"]
        for each in shown[:_MOST]:
            name = result.names.get(each.subject, "")
            steps = "".join(f"环节{n} " for n in each.witness.steps)
            lines.append(f"  {each.verdict.label} {each.subject}{'「' + name + '」' if name else ''} {steps}{each.reason}")
        if len(shown) > _MOST:
            lines.append(f"  另有{len(shown) - _MOST}条，见 --json 文件")
        return [*lines, ""]


def card_text(pattern: Pattern) -> str:
    """Return what `fangkong patterns show` prints: what the pattern asks, its sources, parameters by place, actions."""
    lines = [f"{pattern.label}（{pattern.code}）", pattern.about + "。", f"检验对象：{pattern.applies_to.label}", f"注意：{pattern.caveat}。",
             "出处："]
    lines += [f"  {c.sentence()}" for _, c in pattern.citations]
    if pattern.figures:
        lines.append(f"  数字编号：{'、'.join(pattern.figures)}（data/sources/figures.csv）")
    for p in pattern.parameters:
        lines.append(f"参数 {p.name}（{p.label}）" + ("，可不给" if p.optional else "") + (f"：{p.about}" if p.about else ""))
        for cited in p.values:
            own = "（默认）" if cited.place == pattern.own_place else ""
            lines.append(f"  {cited.place}{own}：{shown(cited.value)}" + (f"（读法：{cited.reading}）" if cited.reading else ""))
    if pattern.actions:
        lines.append("动作：" + "、".join(f"{a.label}（{a.code}）" for a in pattern.actions))
    return "\n".join([*lines, *_pair_lines(pattern)])


def _pair_lines(pattern: Pattern) -> list[str]:
    """The pairs of duties by domain, for the two patterns about them."""
    if not pattern.code.startswith("incompatible_"):
        return []
    domains: dict[str, list[str]] = {}
    for pair in duty_pairs():
        domains.setdefault(pair.domain, []).append(f"{pair.a.name}与{pair.b.name}")
    return ["职责对：", *(f"  {domain}：{'，'.join(names)}" for domain, names in domains.items())]


def shelf_text(patterns: Sequence[Pattern]) -> str:
    """Return what `fangkong patterns list` prints: one line per pattern."""
    rows = [["编号", "制约模式", "检验对象", "参数", "动作"]]
    for p in patterns:
        needs = "、".join(x.name + ("（须选定）" if not x.optional and all(c.place != p.own_place for c in x.values) else "") for x in p.parameters)
        rows.append([p.code, p.label, p.applies_to.label, needs or "无", "、".join(a.label for a in p.actions) or "无"])
    return "\n".join(_aligned(rows, left=5))


def _aligned(rows: list[list[str]], left: int = 1) -> list[str]:
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    last = len(widths) - 1
    return ["  ".join(_pad(cell, widths[i], i < left or i == last) for i, cell in enumerate(row)).rstrip() for row in rows]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text
