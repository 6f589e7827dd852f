"""不相容职责（环节）: two steps of an item that internal control forbids to one person."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from fangkong_lab.network.nodes import Flow, Item
from fangkong_lab.network.patterns.actions import Separate, SplitPost
from fangkong_lab.network.patterns.card import read_card
from fangkong_lab.network.patterns.dutypairs import DutyPair, pairs_of
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.perroute import Judged, examine_items
from fangkong_lab.network.patterns.split_posts import Pair, judge_pairs, signs_at
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import Instance, Subject
from fangkong_lab.network.routes import Route


@cache
def duty_pairs() -> tuple[DutyPair, ...]:
    """Return all cited pairs of incompatible duties."""
    return pairs_of(read_card("incompatible_steps"))


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge the items in whose flow two steps are recognised as incompatible duties of the item's domain."""
    def judge(item: Item, flow: Flow, route: Route) -> Judged:
        mine = [p for p in duty_pairs() if p.of_item(item)]
        return judge_pairs(study, flow, [found for p in mine for found in _found(p, route)])

    yield from examine_items(study, lambda _: "", judge)


def _found(pair: DutyPair, route: Route) -> Iterator[Pair]:
    if pair.whole:
        if route.before:
            yield route.before, (), pair.name
        return
    for one in route.steps:
        for other in route.steps:
            if one is other or not pair.a.of_step(one) or not pair.b.of_step(other):
                continue
            signs = signs_at(route, one.step_no), signs_at(route, other.step_no)
            if all(signs):
                yield (*signs, pair.name)


RECIPE = Recipe("incompatible_steps", Subject.ITEM, examine, actions=(Separate, SplitPost))
