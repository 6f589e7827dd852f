"""1+X审批: every approval takes at least two persons before it has effect."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.network.nodes import Flow, Item
from fangkong_lab.network.patterns.actions import AddCheck, RequireSigners
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.perroute import Judged, by_category, examine_items
from fangkong_lab.network.patterns.signers import fewest
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import Instance, Subject
from fangkong_lab.network.routes import Route


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge the items of the chosen categories by their fewest distinct signers before effect (κ without influence)."""
    least = settings.number("least")

    def judge(item: Item, flow: Flow, route: Route) -> Judged:
        found = fewest(study, flow, route.before, item.min_persons)
        return Judged(found.against(least), f"付款或执行前最少{found}人即可办结，要求{least:g}人以上", route.before)

    yield from examine_items(study, by_category(settings.words("categories")), judge)


RECIPE = Recipe("one_plus_x", Subject.ITEM, examine, actions=(RequireSigners, AddCheck))
