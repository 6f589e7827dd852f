"""Conditions over inputs, three-valued: true, false, or unknown because a cell is missing (Kleene's logic)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from fangkong_lab.errors import did_you_mean
from fangkong_lab.policy.columns import Cells, Rows
from fangkong_lab.policy.dated import Dated, Value
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.inputs import Input
from fangkong_lab.policy.trace import Trace
from fangkong_lab.policy.words import InputType


@dataclass(frozen=True)
class Truth:
    """For every row: surely true (*yes*), surely false (*no*), neither: unknown."""

    yes: np.ndarray
    no: np.ndarray

    def word(self) -> str:
        """Return the truth of the first row in Chinese."""
        return "是" if self.yes[0] else "否" if self.no[0] else "不能判定"


@dataclass(frozen=True)
class Setting:
    """What a condition may refer to: the inputs and the named dated values of its policy."""

    inputs: Mapping[str, Input]
    values: Mapping[str, Dated]


_OPS = {"is": "为", "in": "属于", "at_least": "≥", "more_than": ">", "at_most": "≤", "less_than": "<", "contains": "含有任一"}
_ORDER = {"at_least": np.greater_equal, "more_than": np.greater, "at_most": np.less_equal, "less_than": np.less}


@dataclass(frozen=True)
class Compare:
    """One input compared with a literal, a named value, or another input."""

    input: Input
    op: str
    literal: Value | None = None
    value: Dated | None = None
    other: Input | None = None

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs used."""
        return (self.input.name, self.other.name) if self.other else (self.input.name,)

    def values(self) -> tuple[Dated, ...]:
        """Return the dated values used."""
        return (self.value,) if self.value else ()

    def truth(self, rows: Rows, day: date) -> Truth:
        """Return the truth of every row on *day*."""
        cells = rows.cells(self.input.name)
        missing = cells.missing
        if self.other is not None:
            right = rows.cells(self.other.name)
            hit, missing = _ORDER[self.op](cells.data, right.data), missing | right.missing
        else:
            hit = self._hits(cells, self.operand(day))
        return Truth(hit & ~missing, ~hit & ~missing)

    def operand(self, day: date) -> Value:
        """Return what the input is compared with on *day*: the named value, or the literal."""
        found = self.value.at(day).value if self.value is not None else self.literal
        assert found is not None
        return found

    def _hits(self, cells: Cells, operand: Value) -> np.ndarray:
        if isinstance(operand, float):
            return cells.data == operand if self.op == "is" else _ORDER[self.op](cells.data, operand)
        words = operand if isinstance(operand, tuple) else (operand,)
        if self.input.type is InputType.YES_NO:
            return cells.data == (words[0] == "是")
        chosen = np.array([*(self._chosen(label, words) for label in cells.labels), False])
        return chosen[cells.data]

    def _chosen(self, label: str, words: tuple[object, ...]) -> bool:
        return bool(set(label.split("、")) & set(words)) if self.op == "contains" else label in words

    def trace(self, rows: Rows, day: date) -> Trace:
        """Return the tree of the first row."""
        if self.other is not None:
            right, evidence = f"「{self.other.header}」({rows.cells(self.other.name).texts()[0]})", ""
        else:
            shown = self.operand(day)
            right = "、".join(shown) if isinstance(shown, tuple) else f"{shown:g}" if isinstance(shown, float) else str(shown)
            evidence = self.value.at(day).evidence.sentence() if self.value else ""
            right += self.value.unit if self.value else ""
        cell = rows.cells(self.input.name).texts()[0]
        label = f"「{self.input.header}」（{cell}） {_OPS[self.op]} {right}"
        return Trace(label, self.truth(rows, day).word(), evidence)


@dataclass(frozen=True)
class Joined:
    """*parts* joined: with *every* all of them must be true, else at least one."""

    parts: tuple[Condition, ...]
    every: bool

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs used."""
        return tuple(dict.fromkeys(name for p in self.parts for name in p.inputs()))

    def values(self) -> tuple[Dated, ...]:
        """Return the dated values used."""
        return tuple(v for p in self.parts for v in p.values())

    def truth(self, rows: Rows, day: date) -> Truth:
        """Return the truth of every row on *day* (Kleene: one false part settles all, one true part settles some)."""
        each = [p.truth(rows, day) for p in self.parts]
        yes, no = [t.yes for t in each], [t.no for t in each]
        if self.every:
            return Truth(np.logical_and.reduce(yes), np.logical_or.reduce(no))
        return Truth(np.logical_or.reduce(yes), np.logical_and.reduce(no))

    def trace(self, rows: Rows, day: date) -> Trace:
        """Return the tree of the first row."""
        label = "同时满足" if self.every else "满足任一"
        return Trace(label, self.truth(rows, day).word(), "", tuple(p.trace(rows, day) for p in self.parts))


@dataclass(frozen=True)
class Negated:
    """Not *part*."""

    part: Condition

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs used."""
        return self.part.inputs()

    def values(self) -> tuple[Dated, ...]:
        """Return the dated values used."""
        return self.part.values()

    def truth(self, rows: Rows, day: date) -> Truth:
        """Return the truth of every row on *day*."""
        inner = self.part.truth(rows, day)
        return Truth(inner.no, inner.yes)

    def trace(self, rows: Rows, day: date) -> Trace:
        """Return the tree of the first row."""
        return Trace("不满足", self.truth(rows, day).word(), "", (self.part.trace(rows, day),))


Condition = Compare | Joined | Negated


def read_condition(field: Field, setting: Setting) -> Condition:
    """Read a condition: ``{all: […]}``, ``{any: […]}``, ``{not: …}``, or one input with one comparison."""
    keys = [k for k, _ in field.pairs()]
    if keys in (["all"], ["any"]):
        return Joined(tuple(read_condition(f, setting) for f in field.at(keys[0]).items()), every=keys == ["all"])
    if keys == ["not"]:
        return Negated(read_condition(field.at("not"), setting))
    field.keys(("input",), tuple(_OPS))
    ops = [k for k in keys if k != "input"]
    if len(ops) != 1:
        raise field.fail(f"一个条件要有且只有一个比较，这里有 {len(ops)} 个", "只留一个：" + "、".join(_OPS))
    return _compare(field, ops[0], setting)


def _compare(field: Field, op: str, setting: Setting) -> Compare:
    made = named_input(field.at("input"), setting)
    if (op in _ORDER) != (made.type in (InputType.NUMBER, InputType.DAY)) and not (op == "is" and made.type is InputType.NUMBER):
        raise field.fail(f"「{made.header}」是{made.type.label}，不能用 {op} 比较", "改用与类型相符的比较")
    right = field.at(op)
    if right.node.is_mapping:
        return _referring(right, made, op, setting)
    return Compare(made, op, literal=_literal(right, made, op))


def _referring(right: Field, made: Input, op: str, setting: Setting) -> Compare:
    right.keys((), ("value", "input"))
    if (name := right.maybe("value")) is not None:
        if name.text() not in setting.values:
            raise name.fail(f"没有名为「{name.text()}」的值", did_you_mean(name.text(), tuple(setting.values)))
        value = setting.values[name.text()]
        wanted = float if made.type is InputType.NUMBER else tuple if op in ("in", "contains") else str
        if not all(isinstance(e.value, wanted) for e in value.entries):
            raise name.fail(f"值「{name.text()}」的类型与比较 {op} 不符", "数值列比数，in 和 contains 比文字列表，is 比文字")
        return Compare(made, op, value=value)
    other = named_input(right.at("input"), setting)
    if op not in _ORDER or other.type is not made.type:
        raise right.fail("两列只能比大小，而且类型要相同", "改用 at_least、more_than、at_most、less_than")
    return Compare(made, op, other=other)


def _literal(right: Field, made: Input, op: str) -> Value:
    if made.type is InputType.NUMBER:
        return right.number()
    if op in ("in", "contains"):
        words = right.texts()
        return _listed(words, right, made)
    return _listed((right.text(),), right, made)[0]


def _listed(words: tuple[str, ...], right: Field, made: Input) -> tuple[str, ...]:
    options = ("是", "否") if made.type is InputType.YES_NO else made.labels
    for word in words:
        if options and word not in options:
            raise right.fail(f"「{word}」不是「{made.header}」的选项", did_you_mean(word, options))
    return words


def named_input(field: Field, setting: Setting) -> Input:
    """Return the input that *field* names; an error with the near match where there is none."""
    name = field.text()
    if name not in setting.inputs:
        raise field.fail(f"没有名为「{name}」的输入", did_you_mean(name, tuple(setting.inputs)))
    return setting.inputs[name]
