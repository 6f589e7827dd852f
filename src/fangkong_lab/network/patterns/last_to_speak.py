"""末位表态: the head speaks after the others. The ledger knows only the order of steps, not that of a meeting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fangkong_lab.kinds import SignRule
from fangkong_lab.network.nodes import Flow, Item, SignOff
from fangkong_lab.network.patterns.actions import HeadLast
from fangkong_lab.network.patterns.major import major_items
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.perroute import Judged, examine_items
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, Instance, Subject
from fangkong_lab.network.routes import Route

_COLLECTIVE = frozenset({SignRule.MAJORITY, SignRule.AT_LEAST, SignRule.ALL})
MINUTES = "会议记录中的发言次序（台账没有这一列）"


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge the major items that are decided collectively: does the head sign before, with, or after the others?"""
    def judge(item: Item, flow: Flow, route: Route) -> Judged:
        return _judge(study, item, route)

    for instance in examine_items(study, major_items(study), judge):
        yield replace(instance, settle=(MINUTES,)) if instance.verdict is OPEN and not instance.settle else instance


def _judge(study: Study, item: Item, route: Route) -> Judged:
    collective = tuple(s for s in route.before if s.rule in _COLLECTIVE)
    if not collective:
        return Judged(OUT, "没有集体决定环节", ())
    head = study.head(item.unit_id)
    holders = study.network.holders.get(head, ()) if head else ()
    if not holders:
        return Judged(OPEN, "认不出正职，或其任职不明", collective)
    first = min(s.step_no for s in collective)
    own = tuple(s for s in route.before if _may(study, s, holders))
    if alone := tuple(s for s in own if s.step_no < first and _only(study, s, holders)):
        return Judged(BAD, "正职在集体决定之前先签批", alone)
    if with_others := tuple(s for s in own if s in collective):
        return Judged(OPEN, "正职与其他成员在同一环节表决，台账不记发言次序", with_others)
    if early := tuple(s for s in own if s.step_no < first):
        return Judged(OPEN, "集体决定之前的签批可由正职签，也可由他人签", early)
    if unknown := tuple(s for s in route.before if study.network.unknown & set(s.posts)):
        return Judged(OPEN, "签批岗位任职不明，可能由正职担任", unknown)
    if not own:
        return Judged(OUT, "正职不参加这一决定", collective)
    return Judged(GOOD, "集体决定之后正职才签批", (*collective, *own))


def _eligible(study: Study, sign: SignOff) -> set[str]:
    return {x for p in sign.posts for x in study.network.holders.get(p, ())}


def _only(study: Study, sign: SignOff, people: tuple[str, ...]) -> bool:
    return not study.network.unknown & set(sign.posts) and _eligible(study, sign) <= set(people)


def _may(study: Study, sign: SignOff, people: tuple[str, ...]) -> bool:
    return bool(_eligible(study, sign) & set(people))


RECIPE = Recipe("last_to_speak", Subject.ITEM, examine, ("power_items",), (HeadLast,), inner=True)
