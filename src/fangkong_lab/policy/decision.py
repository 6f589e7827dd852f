"""Decision lists: the first clause that holds gives the grade."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from fangkong_lab.policy.columns import Rows
from fangkong_lab.policy.condition import Condition, Setting, read_condition
from fangkong_lab.policy.dated import Dated, Sources, read_dated
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.scale import Scale
from fangkong_lab.policy.trace import Trace
from fangkong_lab.policy.words import NOT_APPLIED


@dataclass(frozen=True)
class Clause:
    """Where *when* holds (and no clause before it), the grade is *grade*; 不适用 skips the clause from that date on."""

    name: str
    when: Condition
    grade: Dated


@dataclass(frozen=True)
class DecisionList:
    """*clauses* in order, then *otherwise*.

    A clause whose truth is unknown leaves its grade possible and the search goes on; the grade is told where only one
    outcome is possible at the end.
    """

    clauses: tuple[Clause, ...]
    otherwise: Dated

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs used."""
        return tuple(dict.fromkeys(n for c in self.clauses for n in c.when.inputs()))

    def values(self) -> tuple[Dated, ...]:
        """Return the dated values used."""
        own = [c.grade for c in self.clauses] + [self.otherwise]
        return (*own, *(v for c in self.clauses for v in c.when.values()))

    def parts(self) -> tuple[str, ...]:
        """Return the names of the parts that can be left out."""
        return tuple(c.name for c in self.clauses)

    def without(self, part: str) -> DecisionList:
        """Return the rule without one part."""
        return replace(self, clauses=tuple(c for c in self.clauses if c.name != part))

    def judge(self, rows: Rows, day: date, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
        """Return the possible outcomes of every row, and the missing inputs that leave them open, as bit masks."""
        names = self.inputs()
        open_rows = np.ones(rows.count, dtype=bool)
        possible, blame = np.zeros(rows.count, dtype=np.uint16), np.zeros(rows.count, dtype=np.uint32)
        for clause in self._applied(day):
            truth = clause.when.truth(rows, day)
            unknown = open_rows & ~truth.yes & ~truth.no
            reached = (open_rows & truth.yes) | unknown
            possible[reached] |= scale.bit(clause.grade.word(day))
            if unknown.any():
                blame[unknown] |= (rows.missing(names) & _mask(names, clause.when.inputs()))[unknown]
            open_rows &= ~truth.yes
        possible[open_rows] |= scale.bit(self.otherwise.word(day))
        return possible, blame

    def _applied(self, day: date) -> tuple[Clause, ...]:
        return tuple(c for c in self.clauses if c.grade.word(day) != NOT_APPLIED)

    def traces(self, rows: Rows, day: date) -> tuple[Trace, ...]:
        """Return the clauses looked at for the first row, up to the one that decides."""
        lines = []
        for clause in self._applied(day):
            inner, entry = clause.when.trace(rows, day), clause.grade.at(day)
            lines.append(Trace(f"条款「{clause.name}」→ {entry.value}", inner.value, entry.evidence.sentence(), (inner,)))
            if inner.value == "是":
                return tuple(lines)
        entry = self.otherwise.at(day)
        return (*lines, Trace("其余情形", str(entry.value), entry.evidence.sentence()))


def _mask(names: tuple[str, ...], used: tuple[str, ...]) -> np.uint32:
    return np.uint32(sum(1 << i for i, n in enumerate(names) if n in used))


def read_decision_list(field: Field, sources: Sources, setting: Setting, scale: Scale) -> DecisionList:
    """Read ``clauses`` and ``otherwise``; a repeated condition or name and a grade nobody gives are errors."""
    field.keys(("kind", "clauses", "otherwise"))
    clauses: list[Clause] = []
    for item in field.at("clauses").items():
        item.keys(("name", "when", "grade"))
        clause = Clause(item.at("name").text(), read_condition(item.at("when"), setting),
                        read_dated(item.at("grade"), sources, scale.read_applied))
        _check_new(clause, clauses, item)
        clauses.append(clause)
    made = DecisionList(tuple(clauses), read_dated(field.at("otherwise"), sources, scale.read_outcome))
    given = {str(e.value) for v in (*(c.grade for c in clauses), made.otherwise) for e in v.entries}
    scale.check_reached(given, field)
    return made


def _check_new(clause: Clause, before: list[Clause], item: Field) -> None:
    for old in before:
        if old.name == clause.name:
            raise item.fail(f"条款名「{clause.name}」重复", "改成不同的名字")
        if old.when == clause.when:
            raise item.fail(f"条款「{clause.name}」永远用不到：条件与前面的「{old.name}」相同", "删去其中一条，或改条件")
