"""Carry a model out on a county: the same units, posts and persons, the model's checks put into the flows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fangkong_lab.errors import CannotTell
from fangkong_lab.models.card import Card, ModelKind
from fangkong_lab.models.mechanism import Left, actions_for
from fangkong_lab.models.practice import Do, Practice, Reading, Selector
from fangkong_lab.models.staff import Staff, staff_of
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.nodes import Item
from fangkong_lab.network.patterns.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Applied:
    """A model carried out under one reading: the new *network*, and what became of each practice.

    *done* counts the items each practice changed; *left* the items it was meant for and left, with the reason.
    """

    card: Card
    reading: Reading
    network: PowerNetwork
    done: tuple[tuple[Practice, int], ...]
    left: tuple[tuple[Practice, str, int], ...]

    def table(self) -> pd.DataFrame:
        """Return one row per practice: what it does, which items it is for, how many changed, and why others were left."""
        import pandas as pd

        rows = []
        for practice, count in self.done:
            why = "；".join(f"{reason}（{n}项）" for p, reason, n in self.left if p == practice)
            rows.append({"做法": practice.do.label, "理由": practice.why, "改动事项": count,
                         "未改动及原因": "不改变签批" if practice.do is Do.NO_SIGNATURE else why or "—"})
        return pd.DataFrame(rows, columns=["做法", "理由", "改动事项", "未改动及原因"])

    def sentence(self) -> str:
        """Return in one sentence what was changed."""
        changed = "、".join(f"{p.do.label}{n}项" for p, n in self.done if n) or "没有改变任何事项的签批"
        return f"{self.card.name}（{self.reading.label}）：{changed}。"


def apply(card: Card, study: Study, reading: Reading) -> Applied:
    """Carry *card* out on the county of *study* under *reading*; neither is changed.

    Practices are carried out in the order of the card, each on what the ones before made. A practice acts on the items
    its selector names, once per flow that they share. Raises `CannotTell` for an inspection model: it changes no flow,
    and nothing about its κ may be said.
    """
    if card.kind is ModelKind.INSPECTION:
        raise CannotTell(f"{card.name}是巡察模式，不改变办事流程，不计算最少独立经手人数", mend="看其覆盖和整改情况")
    network, done, left = study.network, [], []
    staff = staff_of(study)
    for practice in card.practices:
        if reading in practice.readings:
            network, count, reasons = _carry_out(network, practice, reading, study, staff)
            done.append((practice, count))
            left += [(practice, why, n) for why, n in sorted(reasons.items())]
    return Applied(card, reading, network, tuple(done), tuple(left))


def mixed(cards: tuple[Card, ...], study: Study, reading: Reading) -> PowerNetwork:
    """Carry several models out one after the other, in the order given: the order matters, for some replace a flow."""
    network = study.network
    for card in cards:
        network = apply(card, replace(study, network=network), reading).network
    return network


def selected(selector: Selector, study: Study, rows: dict[str, dict[str, object]]) -> list[Item]:
    """Return the items of *study* that *selector* names, by code; *rows* are their ledger rows (importance, small)."""
    return [item for item in study.items() if _fits(selector, item, study, rows.get(item.item_id, {}))]


def _fits(selector: Selector, item: Item, study: Study, row: dict[str, object]) -> bool:
    if selector.categories and item.category not in selector.categories:
        return False
    if selector.importance and row.get("importance") != selector.importance:
        return False
    if selector.small and not row.get("small"):
        return False
    return not selector.unit_word or selector.unit_word in study.network.units[item.unit_id].name


def _carry_out(network: PowerNetwork, practice: Practice, reading: Reading, study: Study,
               staff: Mapping[str, Staff]) -> tuple[PowerNetwork, int, Counter[str]]:
    """Return the network after *practice*, how many items it changed, and why it left the others."""
    reasons: Counter[str] = Counter()
    if practice.do is Do.NO_SIGNATURE:
        return network, 0, reasons
    rows = {str(r["item_id"]): r for r in study.rows("power_items", "item_id", "importance", "small")}
    groups: dict[tuple[object, ...], list[Item]] = {}
    for chosen in selected(practice.items, study, rows):
        item = network.items[chosen.item_id]
        groups.setdefault((item.unit_id, item.flow_id, item.simple_flow, item.min_persons), []).append(item)
    count = 0
    for items in groups.values():
        made = _on_flow(network, practice, reading, staff[items[0].unit_id], items[0])
        if isinstance(made, Left):
            reasons[made.why] += len(items)
            continue
        first = made.items[items[0].item_id]
        same = {i.item_id: replace(i, flow_id=first.flow_id, simple_flow=(), min_persons=first.min_persons) for i in items}
        network, count = made.changed({}, same), count + len(items)
    return network, count, reasons


def _on_flow(network: PowerNetwork, practice: Practice, reading: Reading, staff: Staff, item: Item) -> PowerNetwork | Left:
    flow = network.flow_of(item)
    if flow.faults:
        return Left("没有可用的流程")
    actions = actions_for(practice, reading, staff, flow)
    if isinstance(actions, Left):
        return actions
    for action in actions:
        network = action.apply(network, item.item_id)
    return network
