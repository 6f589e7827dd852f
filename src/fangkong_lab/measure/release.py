"""What leaves the office together: counts, the sums that tie them, the rates that give them away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fangkong_lab.errors import BadInput


@dataclass(frozen=True)
class Cell:
    """A printed count. *persons* marks a count of persons, which is sensitive when it is small.

    *value* is a whole number ≥ 0. *most* is what every reader knows to be the upper bound (a unit's published
    headcount), None where there is none. *weight* is the loss of hiding it; a cell that must stay has `keep`.
    """

    key: str
    value: int
    persons: bool = True
    most: int | None = None
    weight: float = 1.0
    keep: bool = False


@dataclass(frozen=True)
class Sum:
    """A sum the reader can do: *total* equals the sum of *parts* (keys of cells)."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Ratio:
    """A printed rate or share: *numerator* over *denominator* (keys), printed as *shown* ± *half* (half its last digit).

    *scale* is what it was multiplied with before printing (100 for per cent).
    """

    key: str
    numerator: str
    denominator: str
    shown: float
    half: float
    scale: float = 1.0


@dataclass(frozen=True)
class Release:
    """All cells, sums and ratios of one release: every table, chart and rate of every report that goes out together."""

    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...] = ()
    ratios: tuple[Ratio, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is not a table: keys twice, unknown keys, values that contradict the stated sums and ratios."""
        value = self.values()
        if len(value) < len(self.cells) or len({r.key for r in self.ratios} | set(value)) < len(value) + len(self.ratios):
            raise BadInput("发布表里有两格同名", mend="每格用不同的名字")
        named = [k for s in self.sums for k in (s.total, *s.parts)]
        named += [k for r in self.ratios for k in (r.numerator, r.denominator)]
        for key in named:
            if key not in value:
                raise BadInput(f"合计或比率用到的「{key}」不在发布表里", mend="先列出这一格")
        for cell in self.cells:
            _check_cell(cell)
        for total in self.sums:
            if value[total.total] != sum(value[p] for p in total.parts):
                raise BadInput(f"「{total.total}」不等于各部分之和", mend="核对数据，或删去这条合计关系")
        for ratio in self.ratios:
            _check_ratio(ratio, value)

    def values(self) -> dict[str, int]:
        """Return key → value of the cells."""
        return {cell.key: cell.value for cell in self.cells}

    def small(self, least: int) -> tuple[str, ...]:
        """Return the keys of counts of persons from 1 to *least* − 1, in order: what must not be printed."""
        return tuple(c.key for c in self.cells if c.persons and 0 < c.value < least)

    def pieces(self) -> tuple[Release, ...]:
        """Return the parts that no sum or ratio ties together, in order: what is printed in one tells nothing of another."""
        root = {c.key: c.key for c in self.cells}
        for keys in [(s.total, *s.parts) for s in self.sums] + [(r.numerator, r.denominator) for r in self.ratios]:
            for key in keys[1:]:
                root[_root(root, key)] = _root(root, keys[0])
        whole = [_root(root, c.key) for c in self.cells]
        return tuple(
            Release(tuple(c for c, r in zip(self.cells, whole, strict=True) if r == name),
                    tuple(s for s in self.sums if _root(root, s.total) == name),
                    tuple(r for r in self.ratios if _root(root, r.numerator) == name))
            for name in dict.fromkeys(whole))

    def with_cells(self, cells: Iterable[Cell], sums: Iterable[Sum] = (), ratios: Iterable[Ratio] = ()) -> Release:
        """Return the release with more in it."""
        return Release((*self.cells, *cells), (*self.sums, *sums), (*self.ratios, *ratios))


def _root(root: dict[str, str], key: str) -> str:
    while root[key] != key:
        key = root[key]
    return key


def _check_cell(cell: Cell) -> None:
    if cell.value != int(cell.value) or cell.value < 0:
        raise BadInput(f"「{cell.key}」不是非负整数：{cell.value}", mend="只登记计数")
    if cell.most is not None and cell.value > cell.most:
        raise BadInput(f"「{cell.key}」{cell.value} 大于公开的上限 {cell.most}", mend="核对上限")


def _check_ratio(ratio: Ratio, value: dict[str, int]) -> None:
    below = value[ratio.denominator]
    if below == 0:
        raise BadInput(f"比率「{ratio.key}」的分母是 0", mend="分母为 0 的比率不发布")
    if abs(ratio.scale * value[ratio.numerator] / below - ratio.shown) > ratio.half * (1 + 1e-9):
        raise BadInput(f"比率「{ratio.key}」与分子分母对不上", mend="核对比率的数值和位数")
