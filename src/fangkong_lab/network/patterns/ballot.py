"""票决: major matters are decided by a vote that nobody can cast for another."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.kinds import SignRule, StepKind
from fangkong_lab.network.nodes import Flow, Item
from fangkong_lab.network.patterns.actions import Ballot
from fangkong_lab.network.patterns.major import major_items
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.perroute import Judged, examine_items
from fangkong_lab.network.patterns.signers import fewest
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, Instance, Subject
from fangkong_lab.network.routes import Route

_COLLECTIVE = frozenset({SignRule.MAJORITY, SignRule.AT_LEAST, SignRule.ALL})
SECRET = "无记名"


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge the major items: on every route a 决定 before effect by several voters, independently where 无记名 is asked."""
    secret = settings.word("manner") == SECRET

    def judge(item: Item, flow: Flow, route: Route) -> Judged:
        decided = {s.step_no for s in route.steps if s.kind is StepKind.DECIDE}
        votes = tuple(s for s in route.before if s.step_no in decided and s.rule in _COLLECTIVE)
        if not votes:
            return Judged(BAD, "付款或执行前没有集体表决的决定环节", route.before)
        cast = tuple(s for s in votes if s.independent) if secret else votes
        if not cast:
            return Judged(BAD, "有集体表决，但未标独立签批（实名），上级可影响下级的票", votes)
        found = fewest(study, flow, cast)
        return Judged(found.against(2), f"{'无记名' if secret else ''}票决最少{found}人同意", cast)

    yield from examine_items(study, major_items(study), judge)


RECIPE = Recipe("ballot", Subject.ITEM, examine, ("power_items",), (Ballot,))
