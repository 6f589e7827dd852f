"""1+2 财务审核: the handler signs, then the leader in charge, then the leader in charge of the office."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.kinds import StepKind
from fangkong_lab.network.nodes import Flow, Item
from fangkong_lab.network.patterns.actions import OnePlusTwo
from fangkong_lab.network.patterns.four_seals import seal
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.perroute import Judged, examine_items
from fangkong_lab.network.patterns.signers import Fewest, fewest
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, OPEN, Instance, Subject
from fangkong_lab.network.routes import Route, routes_of

_LEADERS, _SEAL_PARTS = 2, 4


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge the money items without a four-part seal: three persons at least, the last two signatures leaders'."""
    signers, categories = settings.number("signers"), settings.words("categories")

    def wanted(item: Item) -> str:
        if item.category not in categories:
            return f"权力类别不在「{'、'.join(categories)}」之内"
        flow = study.network.flow_of(item)
        sealed = not flow.faults and all(seal(flow, r, _SEAL_PARTS) for r in routes_of(flow))
        return "改用四字合章" if sealed else ""

    def judge(item: Item, flow: Flow, route: Route) -> Judged:
        return _judge(study, item, flow, route, signers)

    yield from examine_items(study, wanted, judge)


def _judge(study: Study, item: Item, flow: Flow, route: Route, signers: float) -> Judged:
    """The signatures of payment and execution are not among the three."""
    paying = {s.step_no for s in route.steps if s.kind in (StepKind.PAY, StepKind.EXECUTE)}
    signs = tuple(s for s in route.before if s.step_no not in paying)
    numbers = sorted({s.step_no for s in signs})
    leaders = study.leaders(item.unit_id)
    found = fewest(study, flow, signs) if signs else Fewest(0, 0)
    if found.high is not None and found.high < signers:
        return Judged(BAD, f"付款之前最少{found}人签批，「1+2」要{signers:g}人", signs)
    if not leaders:
        return Judged(OPEN, "本单位岗位的上下级不全，认不出领导班子", signs)
    last = tuple(s for s in signs if s.step_no in numbers[-_LEADERS:])
    if len(numbers) <= _LEADERS or not all(set(s.posts) <= leaders for s in last):
        return Judged(BAD, "经办人之后的两道签批不是两位领导", last)
    return Judged(found.against(signers), f"经办人之后两位领导审签，付款之前最少{found}人", signs)


RECIPE = Recipe("one_plus_two", Subject.ITEM, examine, actions=(OnePlusTwo,))
