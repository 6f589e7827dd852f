"""四级审批: four approvals by four persons before money is paid out."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.kinds import StepKind
from fangkong_lab.network.nodes import Flow, Item
from fangkong_lab.network.patterns.actions import FourLevels
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.perroute import Judged, examine_items
from fangkong_lab.network.patterns.signers import fewest
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, OUT, Instance, Subject
from fangkong_lab.network.routes import Route


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge the special-fund items that pay: sign-offs in as many steps before the payment, by as many persons."""
    levels, categories = settings.number("levels"), settings.words("categories")

    def wanted(item: Item) -> str:
        if item.category not in categories:
            return f"权力类别不在「{'、'.join(categories)}」之内"
        flow = study.network.flow_of(item)
        return "" if flow.faults or any(s.kind is StepKind.PAY for s in flow.steps) else "流程没有支付环节"

    def judge(item: Item, flow: Flow, route: Route) -> Judged:
        paid = {s.step_no for s in route.steps if s.kind is StepKind.PAY}
        if not paid:
            return Judged(OUT, "这条路径不支付")
        signs = tuple(s for s in route.before if s.step_no < max(paid) and s.step_no not in paid)
        steps = len({s.step_no for s in signs})
        if steps < levels:
            return Judged(BAD, f"支付前有{steps}级审核，要求{levels:g}级", signs)
        found = fewest(study, flow, signs)
        outside = sum(all(_outside(study, item, p) for p in s.posts) for s in signs)
        return Judged(found.against(levels), f"支付前{steps}级审核，最少{found}人，其中单位以外{outside}级", signs)

    yield from examine_items(study, wanted, judge)


def _outside(study: Study, item: Item, post_id: str) -> bool:
    post = study.network.posts[post_id]
    return post.external or post.unit_id != item.unit_id


RECIPE = Recipe("four_levels", Subject.ITEM, examine, actions=(FourLevels,))
