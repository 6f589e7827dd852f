"""Thresholds of every item: κ, η, who could act alone, idle checks, as values and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Verdict
from fangkong_lab.network.analysis import structure_of
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, PROFILE, Influence
from fangkong_lab.network.nodes import Item
from fangkong_lab.network.structure import Structure, verdict

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_TARGET = 2


@dataclass(frozen=True)
class ItemThresholds:
    """One item and what its flow comes to, judged against *target* under the structure's influence."""

    item: Item
    structure: Structure
    target: int

    @property
    def status(self) -> Verdict:
        """The verdict under the chosen influence."""
        return self.under(self.structure.influence)

    def under(self, influence: Influence) -> Verdict:
        """The verdict under one of the influences of the profile."""
        return verdict(self.structure, influence, self.target)


def measure(network: PowerNetwork, influence: Influence = DIRECT, items: Sequence[str] | None = None,
            target: int = DEFAULT_TARGET) -> list[ItemThresholds]:
    """Return the thresholds of *items* (default: all, sorted by code); flows that items share are worked out once.

    The network keeps what was worked out, for whoever asks again.
    """
    known: dict[object, Structure] = network.kept
    found = []
    for item_id in sorted(network.items) if items is None else items:
        item = network.item(item_id)
        flow = network.flow_of(item)
        key = (flow, item.min_persons, influence)
        if key not in known:
            known[key] = structure_of(network, flow, item.min_persons, influence)
        found.append(ItemThresholds(item, known[key], target))
    return found


def thresholds(network: PowerNetwork, influence: Influence = DIRECT, target: int = DEFAULT_TARGET) -> pd.DataFrame:
    """Return one row per item, sorted by code, with Chinese headers.

    Intervals are two columns (低, 高) of Int64, empty where undefined; 结论 is under *influence* against *target*.
    Lists are joined by 、. For the discipline side: 单人可办结者 names persons by code.
    """
    import pandas as pd

    rows = [_row(each) for each in measure(network, influence, None, target)]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    whole = [c for c in _COLUMNS if c.endswith(("低", "高"))]
    return frame.astype(dict.fromkeys(whole, "Int64"))


_COLUMNS = ("事项编码", "单位编码", "事项名称", "年涉及金额", "结论", "不计影响低", "不计影响高", "直接领导低", "直接领导高",
            "逐级传导低", "逐级传导高", "单点堵点低", "单点堵点高", "是否精确", "单人可控者", "可能单人可控者", "待核实的制约环节")


def _row(each: ItemThresholds) -> tuple[object, ...]:
    item, structure = each.item, each.structure
    ends: list[int | None] = []
    for interval in (*((structure.kappa or {}).get(m.name) for m in PROFILE), structure.eta):
        ends += [None, None] if interval is None else interval.as_list()
    return (item.item_id, item.unit_id, item.name, item.yearly_amount, each.status.label, *ends, structure.exact,
            "、".join(structure.sole), "、".join(structure.possible_sole),
            "、".join(f"环节{step}签批{sign}" for step, sign in structure.idle))
