"""Which items are major (重大事项, 三重一大决策): the patterns of collective decision apply to them."""

from __future__ import annotations

from fangkong_lab.network.nodes import Item
from fangkong_lab.network.patterns.perroute import Wanted
from fangkong_lab.network.patterns.study import Study


def major_items(study: Study) -> Wanted:
    """Return a chooser of the items marked 重大 (重要程度) or 决策 (三重一大环节) in the ledger.

    An item with both cells empty counts as not marked; the reason says that they are empty.
    """
    marks = {str(r["item_id"]): (r["importance"], r["major_stage"])
             for r in study.own("power_items", "item_id", "importance", "major_stage")}

    def why_not(item: Item) -> str:
        importance, stage = marks.get(item.item_id, (None, None))
        if importance == "重大" or stage == "决策":
            return ""
        return "重要程度与三重一大环节均未填" if importance is None and stage is None else "不是重大事项"

    return why_not
