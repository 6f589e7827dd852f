"""The order of findings: yearly amount × discretion × grade, every factor stated, unknown ones as intervals.

A factor that is not known is neither 0 nor 1: it lies between the least and the greatest value it may have, so that the
product is an interval too, and with it the place in the order. docs/findings.md tells the rule to readers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import TYPE_CHECKING

from fangkong_lab.memory import remembered
from fangkong_lab.network.nodes import Item

if TYPE_CHECKING:
    import pandas as pd

GREATEST_DISCRETION = 3
LEDGER_GRADES = (("高", "一级"), ("一般", "中", "二级"), ("低", "三级"))
ORDER_RULE = ("次序按年涉及金额（万元）×自由裁量（1＋档次）×风险等级（最低一级为1，每高一级加1）的乘积；"
              "未载的因子取它可能的最小值到最大值，乘积和次序因此是区间，列表按乘积的最小值从大到小排，括号内是次序可能的范围")


@dataclass(frozen=True)
class Factor:
    """One factor: it lies in [*low*, *high*] (inf: not bounded); *text* says what the ledger holds, or 未载."""

    low: float
    high: float
    text: str

    @property
    def known(self) -> bool:
        """Whether the factor is one value."""
        return self.low == self.high


@dataclass(frozen=True)
class Weight:
    """The three factors of an item; *low* and *high* bound their product (inf where the amount is not stated)."""

    amount: Factor
    discretion: Factor
    grade: Factor

    @property
    def low(self) -> float:
        """The least product."""
        return self.amount.low * self.discretion.low * self.grade.low

    @property
    def high(self) -> float:
        """The greatest product."""
        return self.amount.high * self.discretion.high * self.grade.high

    @property
    def unknown(self) -> tuple[str, ...]:
        """The Chinese names of the factors that are not known."""
        named = (("年涉及金额", self.amount), ("自由裁量", self.discretion), ("风险等级", self.grade))
        return tuple(name for name, factor in named if not factor.known)

    def sentence(self) -> str:
        """Return the factors and what they come to."""
        whole = "不封顶" if self.high == inf else f"{self.high:,.10g}"
        product = f"{self.low:,.10g}" if self.low == self.high else f"{self.low:,.10g}至{whole}"
        return f"{self.amount.text}×{self.discretion.text}×{self.grade.text}＝{product}"


@dataclass(frozen=True)
class Grading:
    """The highest risk grade of each item. *grades* maps an item to (level, label, whether all its risks are graded).

    *top* is the greatest level (the lowest is 1); *source* says whose grades they are.
    """

    grades: Mapping[str, tuple[int, str, bool]] = field(default_factory=dict)
    top: int = len(LEDGER_GRADES)
    source: str = "风险点表的现定等级"

    def factor(self, item_id: str) -> Factor:
        """Return the factor of an item; its low end is the highest grade known, where some risks are not graded."""
        if item_id not in self.grades:
            return Factor(1, self.top, "等级未载")
        level, label, whole = self.grades[item_id]
        return Factor(level, level if whole else self.top, f"等级{label}（{level}）" if whole else f"等级至少{label}（{level}）")


@dataclass(frozen=True)
class Place:
    """The place in the list (1 first) and the places that the unknown factors leave open, *best* to *worst*."""

    listed: int
    best: int
    worst: int

    def __str__(self) -> str:
        return str(self.listed) if self.best == self.worst else f"{self.listed}（{self.best}–{self.worst}）"


def weight_of(item: Item, grading: Grading) -> Weight:
    """Return the factors of *item*: 年涉及金额, 1 + 自由裁量档 (so that tier 0 does not wipe out an amount), grade."""
    amount, tier = item.yearly_amount, item.discretion
    money = Factor(0, inf, "金额未载") if amount is None else Factor(amount, amount, f"{amount:,.10g}万元")
    open_tier = Factor(1, 1 + GREATEST_DISCRETION, "裁量未载")
    leeway = open_tier if tier is None else Factor(1 + tier, 1 + tier, f"裁量{tier:g}档（{1 + tier:g}）")
    return Weight(money, leeway, grading.factor(item.item_id))


def in_order(weights: Sequence[tuple[str, Weight]]) -> list[tuple[int, Place]]:
    """Return (position in *weights*, its place), first place first. The text of each pair settles ties (item codes).

    Sorted by the least product, then the greatest, then discretion × grade at their least. Places are [best, worst] over
    all values that the unknown factors may have; among equal products the order of the list counts.
    """
    order = sorted(range(len(weights)), key=lambda i: _key(*weights[i]))
    listed = [weights[i][1] for i in order]
    lows = sorted((w.low, -n) for n, w in enumerate(listed, start=1))
    highs = sorted((w.high, -n) for n, w in enumerate(listed, start=1))
    found = []
    for number, (i, weight) in enumerate(zip(order, listed, strict=True), start=1):
        ahead = len(lows) - bisect_right(lows, (weight.high, -number))
        behind = bisect_left(highs, (weight.low, -number))
        found.append((i, Place(number, 1 + ahead, len(listed) - behind)))
    return found


def _key(name: str, weight: Weight) -> tuple[float, float, float, str]:
    return (-weight.low, -weight.high, -(weight.discretion.low * weight.grade.low), name)


@remembered
def ledger_grading(risk_points: pd.DataFrame | None, as_of: date) -> Grading:
    """Return the grades that units gave themselves (现定等级), of risk points not confirmed after *as_of*."""
    if risk_points is None or risk_points.empty:
        return Grading()
    import pandas as pd

    rows = risk_points
    if "confirmed_on" in rows.columns:
        rows = rows[~(pd.to_datetime(rows["confirmed_on"]) > pd.Timestamp(as_of))]
    labels = rows["grade"].tolist() if "grade" in rows.columns else [None] * len(rows)
    return grading_of(zip(rows["item_id"].tolist(), labels, strict=True), LEDGER_GRADES)


def grading_of(risks: Iterable[tuple[object, object]], scale: Sequence[Sequence[str]], source: str = "") -> Grading:
    """Return the grades of items from (item, grade label) of their risk points; *scale* lists labels, highest level first.

    Labels outside the scale (不能判定, empty) count as not graded. Risk points without an item are left out.
    """
    level = {label: len(scale) - k for k, labels in enumerate(scale) for label in labels}
    found: dict[str, tuple[int, str, bool]] = {}
    for item, label in risks:
        if not isinstance(item, str) or not item:
            continue
        mine = level.get(str(label), 0)
        highest, name, whole = found.get(item, (0, "", True))
        if mine > highest:
            highest, name = mine, str(label)
        found[item] = (highest, name, whole and mine > 0)
    # One risk of the top grade settles it, whatever the ungraded ones are.
    kept = {item: (n, name, whole or n == len(scale)) for item, (n, name, whole) in sorted(found.items()) if n}
    return Grading(kept, len(scale), source or Grading.source)
