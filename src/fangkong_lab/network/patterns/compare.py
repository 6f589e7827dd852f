"""Before and after: what an action changes of κ, η, working days and signatures, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Verdict
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, NONE, PROFILE
from fangkong_lab.network.patterns.load import Load, load_of
from fangkong_lab.network.structure import Interval
from fangkong_lab.network.thresholds import DEFAULT_TARGET, ItemThresholds, measure
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd

CAVEAT = "比较的是制度设计，不说明实际运行会怎样；天数只加各环节已填的办理时限"


@dataclass(frozen=True)
class Side:
    """One item in one of the two networks."""

    thresholds: ItemThresholds
    load: Load

    def kappa(self, influence: str) -> Interval | None:
        """κ under one of none, direct, full; None where it is undefined."""
        profile = self.thresholds.structure.kappa
        return None if profile is None else profile[influence]

    @property
    def eta(self) -> Interval | None:
        """η, None where it is undefined."""
        return self.thresholds.structure.eta

    def under(self) -> tuple[Verdict, Verdict]:
        """The verdicts of the two headline tests: without influence, with direct influence."""
        return self.thresholds.under(NONE), self.thresholds.under(DIRECT)


@dataclass(frozen=True)
class Change:
    """One item on both sides."""

    item_id: str
    name: str
    before: Side
    after: Side

    def lost(self) -> tuple[str, ...]:
        """Return the influences (none, direct, full) under which κ surely or possibly fell: an end of its interval is lower.

        Where the item may now be impossible the high ends are of different completions, and only the low ends are compared.
        """
        closed = self.after.thresholds.structure.may_be_impossible
        return tuple(m.name for m in PROFILE if _fell(self.before.kappa(m.name), self.after.kappa(m.name), closed))


def _fell(before: Interval | None, after: Interval | None, closed: bool) -> bool:
    return before is not None and after is not None and (after.low < before.low or (not closed and after.high < before.high))


@dataclass(frozen=True)
class BeforeAfter:
    """Both sides of the items asked for."""

    changes: tuple[Change, ...]
    target: int

    def table(self) -> pd.DataFrame:
        """Return two rows per item (前, 后): κ without, with direct, with full influence, η, days, signatures, verdicts."""
        import pandas as pd

        rows = [_row(c, word, side) for c in self.changes for word, side in (("前", c.before), ("后", c.after))]
        return pd.DataFrame(rows, columns=["事项编码", "事项名称", "前后", "κ 不计影响", "κ 直接领导", "κ 逐级传导", "η",
                                           "办理时限（工作日）", "未填时限环节", "签字数", "单人可办结", "单人可令办结"])

    def sentence(self) -> str:
        """Return one sentence per item."""
        return "".join(_sentence(c) for c in self.changes) + f"{CAVEAT}。"

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def before_after(before: PowerNetwork, after: PowerNetwork, items: Sequence[str], target: int = DEFAULT_TARGET) -> BeforeAfter:
    """Compare *items* in two networks of the same ledger; `WrongCall` for an item that one of them lacks."""
    sides = [[Side(t, load_of(n, t.item.item_id)) for t in measure(n, DIRECT, list(items), target)] for n in (before, after)]
    return BeforeAfter(tuple(Change(i, before.items[i].name, b, a) for i, b, a in zip(items, *sides, strict=True)), target)


def _shown(interval: Interval | None) -> str:
    return "未定义" if interval is None else str(interval)


def _row(change: Change, word: str, side: Side) -> list[object]:
    none, direct = side.under()
    return [change.item_id, change.name, word, *(_shown(side.kappa(m.name)) for m in PROFILE), _shown(side.eta),
            side.load.days, side.load.undated, side.load.signatures, none.label, direct.label]


def _sentence(change: Change) -> str:
    b, a = change.before, change.after
    moved = "，".join(f"{m.label}下最少独立经手人数由{_shown(b.kappa(m.name))}变为{_shown(a.kappa(m.name))}"
                     for m in PROFILE if b.kappa(m.name) != a.kappa(m.name)) or "最少独立经手人数不变"
    days = "" if b.load.days == a.load.days else f"，时限由{b.load.days:g}变为{a.load.days:g}个工作日"
    fewer = "；制约变弱" if change.lost() else ""
    return f"「{change.name}」：{moved}；签字由{b.load.signatures}个变为{a.load.signatures}个{days}{fewer}。"
