"""Cut-offs: which grade a total reaches. Checked for order, gaps and reach at every date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from fangkong_lab.policy.dated import Dated, Sources, Value, read_dated
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.scale import Scale
from fangkong_lab.policy.trace import Trace

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Cutoff:
    """Totals of at least *at_least* (and below the next higher cut-off) give *grade* (or 不能判定)."""

    grade: str
    at_least: Dated


@dataclass(frozen=True)
class Cutoffs:
    """Cut-offs from the highest to the lowest; the lowest lies at or below the least attainable total."""

    steps: tuple[Cutoff, ...]

    def values(self) -> tuple[Dated, ...]:
        """Return the dated values used."""
        return tuple(s.at_least for s in self.steps)

    def possible(self, low: np.ndarray, high: np.ndarray, day: date, scale: Scale) -> np.ndarray:
        """Return the outcomes possible for a total that lies between *low* and *high*, as bit masks."""
        limits = np.array([s.at_least.number(day) for s in reversed(self.steps)]) - TOLERANCE
        first = np.searchsorted(limits, low, side="right") - 1
        last = first.copy()
        apart = np.flatnonzero(high > low)
        last[apart] = np.searchsorted(limits, high[apart], side="right") - 1
        return self._table(scale)[np.maximum(first, 0), np.maximum(last, 0)]

    def _table(self, scale: Scale) -> np.ndarray:
        bits = [scale.bit(s.grade) for s in reversed(self.steps)]
        table = np.zeros((len(bits), len(bits)), dtype=np.uint16)
        for i in range(len(bits)):
            for j in range(i, len(bits)):
                table[i, j] = np.bitwise_or.reduce(bits[i:j + 1])
        return table

    def traces(self, day: date, unit: str) -> tuple[Trace, ...]:
        """Return one line per cut-off with its value and source."""
        entries = [(s.grade, s.at_least.at(day)) for s in self.steps]
        return tuple(Trace(f"分数线「{grade}」", f"≥ {e.value:g}{unit}", e.evidence.sentence()) for grade, e in entries)


def read_cutoffs(field: Field, sources: Sources, scale: Scale) -> Cutoffs:
    """Read ``cutoffs``: a list of ``{grade, at_least}``, highest first."""
    steps = []
    for item in field.items():
        item.keys(("grade", "at_least"))
        steps.append(Cutoff(scale.read_outcome(item.at("grade")), read_dated(item.at("at_least"), sources, _number)))
    scale.check_reached({s.grade for s in steps}, field)
    return Cutoffs(tuple(steps))


def check_cutoffs(field: Field, cutoffs: Cutoffs, days: tuple[date, ...], reach: tuple[float, float]) -> None:
    """Raise an error where, on one of *days*, cut-offs are out of order, leave a gap, or cannot be reached.

    *reach* is the least and the greatest attainable total.
    """
    items = field.items()
    for day in days:
        limits = [s.at_least.number(day) for s in cutoffs.steps]
        for item, upper, lower in zip(items[1:], limits, limits[1:], strict=False):
            if lower >= upper:
                raise item.fail(f"分数线顺序不对：自 {day} 起 {lower:g} 不低于上一级的 {upper:g}", "从高到低排列，逐级降低")
        if limits[-1] > reach[0]:
            raise items[-1].fail(f"有空档：总分 {reach[0]:g} 至 {limits[-1]:g} 之间没有对应等级",
                                 f"把最低一级的 at_least 写成 {reach[0]:g}，或补一级「不能判定」并写明理由")
        for item, limit in zip(items, limits, strict=True):
            if limit > reach[1]:
                raise item.fail(f"永远得不到：分数线 {limit:g} 高于可能的最高总分 {reach[1]:g}", "降低分数线，或核对各项分值")


def _number(field: Field) -> Value:
    return field.number()
