"""四字合章: four parts of one seal in four hands, then a leader signs (4+1)."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.kinds import SignRule, StepKind
from fangkong_lab.network.nodes import Flow, Item, SignOff
from fangkong_lab.network.patterns.actions import FourSeals
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.perroute import Judged, examine_items
from fangkong_lab.network.patterns.signers import fewest
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, OUT, Instance, Subject
from fangkong_lab.network.routes import Route, routes_of


def seal(flow: Flow, route: Route, parts: int) -> tuple[SignOff, ...]:
    """Return the sign-offs of the first 会签 step of *route* before effect that asks for at least *parts* signatures."""
    for step in route.steps:
        mine = tuple(s for s in route.before if s.step_no == step.step_no)
        asked = sum(len(s.posts) if s.rule is SignRule.ALL else max(s.need, 1) for s in mine)
        if step.kind is StepKind.COSIGN and asked >= parts:
            return mine
    return ()


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge the money items that have a four-part seal: four persons at least for the parts, and one more signature after."""
    parts, categories = int(settings.number("parts")), settings.words("categories")

    def wanted(item: Item) -> str:
        if item.category not in categories:
            return f"权力类别不在「{'、'.join(categories)}」之内"
        flow = study.network.flow_of(item)
        has = flow.faults or any(seal(flow, r, parts) for r in routes_of(flow))
        return "" if has else "没有四字合章环节（可用「1+2」）"

    def judge(item: Item, flow: Flow, route: Route) -> Judged:
        return _judge(study, flow, route, parts)

    yield from examine_items(study, wanted, judge)


def _judge(study: Study, flow: Flow, route: Route, parts: int) -> Judged:
    signs = seal(flow, route, parts)
    if not signs:
        return Judged(BAD, "可以绕过合章环节", route.before)
    found = fewest(study, flow, signs)
    if found.low is None:
        return Judged(OUT, "合章环节无人能签", signs)
    verdict = found.against(parts)
    if verdict is not BAD and not any(s.step_no > signs[0].step_no for s in route.before):
        return Judged(BAD, f"{parts}人合章之后没有分管机关领导审签", signs)
    free = any(s.independent or all(study.network.posts[p].external for p in s.posts) for s in signs)
    outsider = "，其中有上级领导不到的外部人员" if free else "，都在单位上下级关系之内"
    return Judged(verdict, f"{parts}个字由{found}人分别掌握{outsider}", signs)


RECIPE = Recipe("four_seals", Subject.ITEM, examine, actions=(FourSeals,))
