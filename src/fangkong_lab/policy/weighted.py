"""Weighted scores: a sum of weighted cells, held against cut-offs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from fangkong_lab.policy.columns import Rows
from fangkong_lab.policy.condition import Setting, named_input
from fangkong_lab.policy.cutoff import Cutoffs, read_cutoffs
from fangkong_lab.policy.dated import (
    EVIDENCE_KEYS,
    Dated,
    Evidence,
    Sources,
    Value,
    read_dated,
    read_evidence,
)
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.inputs import Input
from fangkong_lab.policy.scale import Scale
from fangkong_lab.policy.trace import Trace
from fangkong_lab.policy.words import InputType


@dataclass(frozen=True)
class Bands:
    """Turns a number without upper bound into points: the last step at or below it counts; *limits* ascend."""

    limits: tuple[float, ...]
    points: tuple[float, ...]
    evidence: Evidence

    def of(self, numbers: np.ndarray) -> np.ndarray:
        """Return the points of every number."""
        return np.array(self.points)[np.maximum(np.searchsorted(self.limits, numbers, side="right") - 1, 0)]


@dataclass(frozen=True)
class Term:
    """One cell times *weight*; a missing cell may be anything in the input's range."""

    name: str
    input: Input
    weight: Dated
    bands: Bands | None = None

    def reach(self) -> tuple[float, float]:
        """Return the least and greatest unweighted points."""
        if self.bands is not None:
            return min(self.bands.points), max(self.bands.points)
        assert self.input.low is not None
        assert self.input.high is not None
        return self.input.low, self.input.high

    def points(self, rows: Rows) -> np.ndarray:
        """Return the unweighted points of every row (meaningless where the cell is missing)."""
        data = rows.cells(self.input.name).data
        return data if self.bands is None else self.bands.of(data)


@dataclass(frozen=True)
class Weighted:
    """The weighted sum of *terms*, held against *cutoffs*; a total that misses a cut-off by less than
    1e-9 reaches it."""

    terms: tuple[Term, ...]
    cutoffs: Cutoffs

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs used."""
        return tuple(dict.fromkeys(t.input.name for t in self.terms))

    def values(self) -> tuple[Dated, ...]:
        """Return the dated values used."""
        return (*(t.weight for t in self.terms), *self.cutoffs.values())

    def parts(self) -> tuple[str, ...]:
        """Return the names of the parts that can be left out."""
        return tuple(t.name for t in self.terms)

    def without(self, part: str) -> Weighted:
        """Return the rule without one part."""
        return replace(self, terms=tuple(t for t in self.terms if t.name != part))

    def reach(self, day: date) -> tuple[float, float]:
        """Return the least and greatest attainable total on *day*."""
        low = sum(t.weight.number(day) * t.reach()[0] for t in self.terms)
        return low, sum(t.weight.number(day) * t.reach()[1] for t in self.terms)

    def judge(self, rows: Rows, day: date, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
        """Return the possible outcomes of every row, and the missing inputs that leave them open, as bit masks."""
        low, high = np.zeros(rows.count), np.zeros(rows.count)
        for term in self.terms:
            missing, weight = rows.cells(term.input.name).missing, term.weight.number(day)
            points, (least, most) = term.points(rows), term.reach()
            low += weight * np.where(missing, least, points)
            high += weight * np.where(missing, most, points)
        return self.cutoffs.possible(low, high, day, scale), rows.missing(self.inputs())

    def traces(self, rows: Rows, day: date) -> tuple[Trace, ...]:
        """Return the terms of the first row, their sum, and the cut-offs."""
        lines, low, high = [], 0.0, 0.0
        for term in self.terms:
            entry, cell = term.weight.at(day), rows.cells(term.input.name)
            ends = term.reach() if cell.missing[0] else (float(term.points(rows)[0]),) * 2
            assert isinstance(entry.value, float)
            low, high = low + entry.value * ends[0], high + entry.value * ends[1]
            lines.append(_line(term, entry.value, entry.evidence.sentence(), ends, cell.texts()[0]))
        return Trace("总分", _span(low, high), "", tuple(lines)), *self.cutoffs.traces(day, " 分")


def _line(term: Term, weight: float, evidence: str, ends: tuple[float, ...], cell: str) -> Trace:
    bands = () if term.bands is None else (Trace("折算分值", _span(*ends), term.bands.evidence.sentence()),)
    return Trace(f"「{term.input.header}」（{cell}） × 权重 {weight:g}", _span(weight * ends[0], weight * ends[1]), evidence, bands)


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} 至 {high:g}"


def read_weighted(field: Field, sources: Sources, setting: Setting, scale: Scale) -> Weighted:
    """Read ``terms`` and ``cutoffs``."""
    field.keys(("kind", "terms", "cutoffs"))
    terms = [_term(item, sources, setting) for item in field.at("terms").items()]
    if len({t.name for t in terms}) < len(terms):
        raise field.at("terms").fail("计分项的名字重复", "改成不同的名字")
    return Weighted(tuple(terms), read_cutoffs(field.at("cutoffs"), sources, scale))


def _term(item: Field, sources: Sources, setting: Setting) -> Term:
    item.keys(("name", "input", "weight"), ("bands",))
    made = named_input(item.at("input"), setting)
    if made.type is not InputType.NUMBER:
        raise item.at("input").fail(f"「{made.header}」不是数值，不能加权", "换成数值输入，或改用 decision_list")
    bands = item.maybe("bands")
    if bands is None and made.low is None:
        raise item.at("input").fail(f"「{made.header}」没有取值范围，算不出总分的上下限", "在 inputs 写 range，或在此写 bands")
    return Term(item.at("name").text(), made, read_dated(item.at("weight"), sources, _weight),
                _bands(bands, sources, made) if bands else None)


def _weight(field: Field) -> Value:
    value = field.number()
    if value < 0:
        raise field.fail(f"权重不能为负：{value:g}", "改成不小于 0 的数")
    return value


def _bands(field: Field, sources: Sources, made: Input) -> Bands:
    field.keys(("steps",), EVIDENCE_KEYS)
    limits, points = [], []
    for step in field.at("steps").items():
        step.keys(("at_least", "points"))
        limits.append(step.at("at_least").number())
        points.append(step.at("points").number())
        if len(limits) > 1 and limits[-1] <= limits[-2]:
            raise step.fail(f"分段顺序不对：{limits[-1]:g} 不大于上一段的 {limits[-2]:g}", "从小到大排列")
    if limits[0] > (made.low if made.low is not None else 0.0):
        raise field.fail(f"有空档：小于 {limits[0]:g} 的值没有对应分值", "补上最低一段")
    return Bands(tuple(limits), tuple(points), read_evidence(field, sources))
