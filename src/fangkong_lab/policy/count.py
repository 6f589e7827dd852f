"""Counting rules: how many of the criteria hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from fangkong_lab.policy.columns import Rows
from fangkong_lab.policy.condition import Condition, Setting, read_condition
from fangkong_lab.policy.cutoff import Cutoffs, read_cutoffs
from fangkong_lab.policy.dated import EVIDENCE_KEYS, Dated, Evidence, Sources, read_evidence
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.scale import Scale
from fangkong_lab.policy.trace import Trace


@dataclass(frozen=True)
class Criterion:
    """One thing that counts if it holds."""

    name: str
    when: Condition
    evidence: Evidence


@dataclass(frozen=True)
class Count:
    """The number of *criteria* that hold, held against *cutoffs*. An unknown criterion counts as 0 or 1."""

    criteria: tuple[Criterion, ...]
    cutoffs: Cutoffs

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs used."""
        return tuple(dict.fromkeys(n for c in self.criteria for n in c.when.inputs()))

    def values(self) -> tuple[Dated, ...]:
        """Return the dated values used."""
        return (*self.cutoffs.values(), *(v for c in self.criteria for v in c.when.values()))

    def parts(self) -> tuple[str, ...]:
        """Return the names of the parts that can be left out."""
        return tuple(c.name for c in self.criteria)

    def without(self, part: str) -> Count:
        """Return the rule without one part."""
        return replace(self, criteria=tuple(c for c in self.criteria if c.name != part))

    def reach(self) -> tuple[float, float]:
        """Return the least and the greatest count."""
        return 0.0, float(len(self.criteria))

    def judge(self, rows: Rows, day: date, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
        """Return the possible outcomes of every row, and the missing inputs that leave them open, as bit masks."""
        low, high = np.zeros(rows.count), np.zeros(rows.count)
        for criterion in self.criteria:
            truth = criterion.when.truth(rows, day)
            low += truth.yes
            high += ~truth.no
        return self.cutoffs.possible(low, high, day, scale), rows.missing(self.inputs())

    def traces(self, rows: Rows, day: date) -> tuple[Trace, ...]:
        """Return the criteria of the first row, the count, and the cut-offs."""
        lines = []
        for c in self.criteria:
            inner = c.when.trace(rows, day)
            lines.append(Trace(f"指标「{c.name}」", inner.value, c.evidence.sentence(), (inner,)))
        held = sum(line.value == "是" for line in lines)
        unknown = sum(line.value == "不能判定" for line in lines)
        total = f"{held} 项" if not unknown else f"{held} 至 {held + unknown} 项"
        return Trace("符合项数", total, "", tuple(lines)), *self.cutoffs.traces(day, " 项")


def read_count(field: Field, sources: Sources, setting: Setting, scale: Scale) -> Count:
    """Read ``criteria`` and ``cutoffs``."""
    field.keys(("kind", "criteria", "cutoffs"))
    criteria = []
    for item in field.at("criteria").items():
        item.keys(("name", "when"), EVIDENCE_KEYS)
        criteria.append(Criterion(item.at("name").text(), read_condition(item.at("when"), setting),
                                  read_evidence(item, sources)))
        if len({c.name for c in criteria}) < len(criteria):
            raise item.fail("指标名重复", "改成不同的名字")
    return Count(tuple(criteria), read_cutoffs(field.at("cutoffs"), sources, scale))
