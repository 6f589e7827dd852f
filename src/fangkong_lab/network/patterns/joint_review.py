"""会审会签: approvals are reviewed and signed together with others, not by one post alone."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.kinds import StepKind
from fangkong_lab.network.nodes import Flow, Item
from fangkong_lab.network.patterns.actions import AddCheck
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.perroute import Judged, by_category, examine_items
from fangkong_lab.network.patterns.signers import fewest
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, Instance, Subject
from fangkong_lab.network.routes import Route

_TOGETHER = 2


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge approvals: a 会签 step before effect on every route, which with the decision cannot be signed by one person."""
    def judge(item: Item, flow: Flow, route: Route) -> Judged:
        kinds = {s.step_no: s.kind for s in route.steps}
        cosigned = tuple(s for s in route.before if kinds[s.step_no] is StepKind.COSIGN)
        if not cosigned:
            return Judged(BAD, "付款或执行前没有会签环节", route.before)
        decided = tuple(s for s in route.before if kinds[s.step_no] is StepKind.DECIDE)
        found = fewest(study, flow, cosigned + decided)
        return Judged(found.against(_TOGETHER), f"会签与决定最少由{found}人签", cosigned + decided)

    yield from examine_items(study, by_category(settings.words("categories")), judge)


RECIPE = Recipe("joint_review", Subject.ITEM, examine, actions=(AddCheck,))
