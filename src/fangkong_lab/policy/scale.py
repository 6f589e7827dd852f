"""The grades a rule may give, highest first, and the outcomes that are still possible for a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fangkong_lab.errors import did_you_mean
from fangkong_lab.policy.dated import Dated, Sources, Value, read_dated
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.words import CANNOT_TELL, NOT_APPLIED

MOST_GRADES = 14


@dataclass(frozen=True)
class Level:
    """One grade: its *name*, who manages it, what follows from it (both dated; None where the source is silent)."""

    name: str
    managed_by: Dated | None = None
    consequence: Dated | None = None


@dataclass(frozen=True)
class Scale:
    """The grades, highest first. A set of possible outcomes is a bit mask: bit i is level i, the last bit 不能判定."""

    levels: tuple[Level, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The grades' names, highest first."""
        return tuple(level.name for level in self.levels)

    def bit(self, name: str) -> np.uint16:
        """Return the bit of a grade or of 不能判定."""
        place = len(self.levels) if name == CANNOT_TELL else self.names.index(name)
        return np.uint16(1 << place)

    def codes(self, possible: np.ndarray) -> np.ndarray:
        """Return the place of the grade where exactly one is possible, -1 where the grade cannot be told."""
        table = np.full(1 << (len(self.levels) + 1), -1, dtype=np.int8)
        for place in range(len(self.levels)):
            table[1 << place] = place
        return table[possible]

    def words(self, possible: int) -> str:
        """Return the possible outcomes of one row as text."""
        found = [n for i, n in enumerate(self.names) if possible >> i & 1]
        return "、".join(found + ([CANNOT_TELL] if possible >> len(self.levels) & 1 else []))

    def read_outcome(self, field: Field) -> str:
        """Return the grade named in *field*, or 不能判定; an error with the near match for anything else."""
        name = field.text()
        if name not in (*self.names, CANNOT_TELL):
            raise field.fail(f"「{name}」不在等级表 scale 里", did_you_mean(name, (*self.names, CANNOT_TELL)))
        return name

    def read_applied(self, field: Field) -> str:
        """Return the grade named in *field*, 不能判定, or 不适用 (the clause is not in force from that date)."""
        return NOT_APPLIED if field.node.content == NOT_APPLIED else self.read_outcome(field)

    def check_reached(self, given: set[str], field: Field) -> None:
        """Raise an error where a grade of the scale is given by no part of the rule."""
        for name in self.names:
            if name not in given:
                raise field.fail(f"等级「{name}」永远得不到：没有任何条款或分数线给出它", f"为「{name}」补上条款，或从 scale 删去它")


def read_scale(field: Field, sources: Sources) -> Scale:
    """Read ``scale``: a list of ``{grade, managed_by, consequence}``, highest first."""
    levels = tuple(_level(item, sources) for item in field.items())
    names = [level.name for level in levels]
    for name, item in zip(names, field.items(), strict=True):
        if name == CANNOT_TELL or names.count(name) > 1:
            raise item.fail(f"等级「{name}」重复或不可用作等级", "每个等级写一次，不用「不能判定」作等级名")
    if len(levels) > MOST_GRADES:
        raise field.fail(f"等级多于 {MOST_GRADES} 个", "合并等级")
    return Scale(levels)


def _level(item: Field, sources: Sources) -> Level:
    item.keys(("grade",), ("managed_by", "consequence"))
    managed, then = item.maybe("managed_by"), item.maybe("consequence")
    return Level(item.at("grade").text(), read_dated(managed, sources, _text) if managed else None,
                 read_dated(then, sources, _text) if then else None)


def _text(field: Field) -> Value:
    return field.text()
