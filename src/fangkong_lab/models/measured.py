"""What a county comes to under a model: who could act alone, money, idle checks, hold-ups, signatures and days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fangkong_lab.kinds import Verdict
from fangkong_lab.network.concentration import on_one
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, NONE, PROFILE
from fangkong_lab.network.patterns.load import load_of
from fangkong_lab.network.thresholds import ItemThresholds, measure

MOST_SIGNERS = 3


@dataclass(frozen=True)
class Figure:
    """One figure of a county: *name*, its least and greatest value (unknown posts leave a range), its *unit*."""

    name: str
    low: float
    high: float
    unit: str

    def text(self) -> str:
        """Return the figure as printed: 70–80项; one number where both ends agree."""
        ends = f"{self.low:,.10g}" if self.low == self.high else f"{self.low:,.10g}–{self.high:,.10g}"
        return f"{ends}{self.unit}"


@dataclass(frozen=True)
class Measured:
    """The thresholds of every item of *network*, and what the county's figures are."""

    network: PowerNetwork
    items: tuple[ItemThresholds, ...]

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """The figures by name, in the order of the comparison table."""
        return {f.name: f for f in self._figures()}

    def _figures(self) -> Iterator[Figure]:
        alone, ordered = on_one(self.items, NONE), on_one(self.items, DIRECT)
        yield Figure("单人可办结", *alone.count, "项")
        yield Figure("单人可办结涉及年度资金", *alone.amount, "万元")
        yield Figure("单人可令办结", *ordered.count, "项")
        yield Figure("单人可令办结涉及年度资金", *ordered.amount, "万元")
        yield self._count("单点堵点（一人可卡住）", lambda e: _ends(e.structure.eta, 1))
        yield self._count("待核实的制约环节", lambda e: (len(e.structure.idle),) * 2, "处")
        yield self._count("不能判定", lambda e: (int(e.status is Verdict.CANNOT_TELL),) * 2)
        yield self._count("无法办结", lambda e: (int(e.under(NONE) is Verdict.CANNOT_BE_DONE),) * 2)
        loads = [load_of(self.network, e.item.item_id) for e in self.items]
        yield Figure("平均每项签字", *(_mean([x.signatures for x in loads]),) * 2, "个")
        yield Figure("平均每项时限（只计已填的环节）", *(_mean([x.days for x in loads]),) * 2, "个工作日")
        yearly = sum(x.signatures * (e.item.yearly_volume or 0) for x, e in zip(loads, self.items, strict=True))
        yield Figure("全年签字（已填办件量的事项）", yearly, yearly, "个")

    def _count(self, name: str, ends, unit: str = "项") -> Figure:  # type: ignore[no-untyped-def]
        pairs = [ends(e) for e in self.items]
        return Figure(name, sum(p[0] for p in pairs), sum(p[1] for p in pairs), unit)

    def profile(self) -> Mapping[str, Mapping[str, int]]:
        """Return, per influence, how many items have κ surely 1, 2, 3 or more, not settled, or undefined."""
        return {mode.label: Counter(_class(e, mode.name) for e in self.items) for mode in PROFILE}

    def open_items(self) -> frozenset[str]:
        """Return the items that one person can surely carry by order of his line (单人可令办结)."""
        return frozenset(e.item.item_id for e in self.items if e.under(DIRECT) is Verdict.VIOLATED)


def measured(network: PowerNetwork) -> Measured:
    """Work out every item of *network* under direct influence, target 2."""
    return Measured(network, tuple(measure(network, DIRECT)))


def _ends(interval, value: int) -> tuple[int, int]:  # type: ignore[no-untyped-def]
    """Return whether an interval is surely, and possibly, *value* (its least possible value)."""
    return (0, 0) if interval is None else (int(interval.high == value), int(interval.low == value))


def _class(each: ItemThresholds, mode: str) -> str:
    kappa = each.structure.kappa
    if kappa is None:
        return "未定义"
    interval = kappa[mode]
    if interval.low != interval.high:
        return "未定"
    return str(interval.low) if interval.low < MOST_SIGNERS else f"{MOST_SIGNERS}及以上"


def _mean(values: list[float] | list[int]) -> float:
    return round(sum(values) / len(values), 2) if values else 0.0
