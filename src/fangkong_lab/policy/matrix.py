"""Risk matrices: two graded inputs cross in a table of grades."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from fangkong_lab.policy.columns import Rows
from fangkong_lab.policy.condition import Setting, named_input
from fangkong_lab.policy.dated import Dated, Sources, Value, read_dated
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.inputs import Input
from fangkong_lab.policy.scale import Scale
from fangkong_lab.policy.trace import Trace
from fangkong_lab.policy.words import InputType


@dataclass(frozen=True)
class Axis:
    """One side of the table: a number belongs to the last of the ascending *limits* that it reaches."""

    input: Input
    limits: tuple[float, ...]

    def places(self, rows: Rows) -> np.ndarray:
        """Return the place on the axis of every row; -1 where the cell is missing."""
        cells = rows.cells(self.input.name)
        return np.where(cells.missing, -1, np.searchsorted(self.limits, cells.data, side="right") - 1)


@dataclass(frozen=True)
class Matrix:
    """*cells* holds one text per row of the table, grades parted by blanks, in the order of the axes' limits."""

    rows: Axis
    columns: Axis
    cells: Dated

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs used."""
        return (self.rows.input.name, self.columns.input.name)

    def values(self) -> tuple[Dated, ...]:
        """Return the dated values used."""
        return (self.cells,)

    def parts(self) -> tuple[str, ...]:
        """A table has no part that can be left out."""
        return ()

    def without(self, part: str) -> Matrix:
        """Return the rule itself: there is no part to leave out."""
        return self

    def table(self, day: date) -> tuple[tuple[str, ...], ...]:
        """Return the grades in force on *day*, by row and column."""
        lines = self.cells.at(day).value
        assert isinstance(lines, tuple)
        return tuple(tuple(line.split()) for line in lines)

    def judge(self, rows: Rows, day: date, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
        """Return the possible outcomes of every row, and the missing inputs that leave them open, as bit masks."""
        bits = np.array([[scale.bit(g) for g in line] for line in self.table(day)], dtype=np.uint16)
        padded = np.zeros((bits.shape[0] + 1, bits.shape[1] + 1), dtype=np.uint16)
        padded[:-1, :-1] = bits
        padded[-1, :-1] = np.bitwise_or.reduce(bits, axis=0)
        padded[:-1, -1] = np.bitwise_or.reduce(bits, axis=1)
        padded[-1, -1] = np.bitwise_or.reduce(bits, axis=None)
        return padded[self.rows.places(rows), self.columns.places(rows)], rows.missing(self.inputs())

    def traces(self, rows: Rows, day: date) -> tuple[Trace, ...]:
        """Return the two cells of the first row and the field of the table that they meet in."""
        lines = [Trace(f"「{a.input.header}」", rows.cells(a.input.name).texts()[0]) for a in (self.rows, self.columns)]
        entry = self.cells.at(day)
        i, j = int(self.rows.places(rows)[0]), int(self.columns.places(rows)[0])
        met = self.table(day)[i][j] if i >= 0 and j >= 0 else "缺值，多格可能"
        return (*lines, Trace("矩阵对应格", met, entry.evidence.sentence()))


def read_matrix(field: Field, sources: Sources, setting: Setting, scale: Scale) -> Matrix:
    """Read ``rows``, ``columns`` and ``cells``; a table with holes or of the wrong shape is an error."""
    field.keys(("kind", "rows", "columns", "cells"))
    rows, columns = _axis(field.at("rows"), setting), _axis(field.at("columns"), setting)

    def table(item: Field) -> Value:
        return _table(item, (len(rows.limits), len(columns.limits)), scale)

    made = Matrix(rows, columns, read_dated(field.at("cells"), sources, table))
    given = {g for e in made.cells.entries for line in e.value for g in line.split()}  # type: ignore[union-attr]
    scale.check_reached(given, field.at("cells"))
    return made


def _axis(field: Field, setting: Setting) -> Axis:
    field.keys(("input", "limits"))
    made = named_input(field.at("input"), setting)
    if made.type is not InputType.NUMBER or made.low is None:
        raise field.at("input").fail(f"「{made.header}」要有取值范围才能作矩阵的一边", "在 inputs 写 type: number 和 range")
    limits = [f.number() for f in field.at("limits").items()]
    if limits != sorted(set(limits)):
        raise field.at("limits").fail("分段顺序不对", "从小到大排列，不重复")
    if limits[0] > made.low:
        raise field.at("limits").fail(f"有空档：小于 {limits[0]:g} 的值没有对应的行列", f"从 {made.low:g} 开始")
    return Axis(made, tuple(limits))


def _table(item: Field, shape: tuple[int, int], scale: Scale) -> Value:
    lines = tuple(f.text() for f in item.items())
    if len(lines) != shape[0]:
        raise item.fail(f"有空档：矩阵应有 {shape[0]} 行，写了 {len(lines)} 行", "每行一个文字，从低到高")
    for line, field in zip(lines, item.items(), strict=True):
        words = line.split()
        if len(words) != shape[1]:
            raise field.fail(f"有空档：这一行应有 {shape[1]} 格，写了 {len(words)} 格", "等级之间用空格分开，从低到高")
        for word in words:
            if word not in scale.names:
                raise field.fail(f"「{word}」不在等级表 scale 里", "改用 scale 里的等级")
    return lines
