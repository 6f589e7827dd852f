"""Tests of items route by route: the same frame for all patterns about what a flow asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from fangkong_lab.network.nodes import Flow, Item, SignOff
from fangkong_lab.network.patterns.signers import fewest, unknown_cells, ways
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, OPEN, OUT, Instance, PatternVerdict, Witness, worst
from fangkong_lab.network.routes import Route

SHARED_OUT = "现有岗位任职下无法办结，先补岗"


@dataclass(frozen=True)
class Judged:
    """What one route came to: *verdict*, why, and the sign-offs it rests on."""

    verdict: PatternVerdict
    reason: str
    signs: tuple[SignOff, ...] = ()


Judge = Callable[[Item, Flow, Route], Judged]
Wanted = Callable[[Item], str]


def by_category(categories: Iterable[str]) -> Wanted:
    """Return a chooser of the items of some 权力类别."""
    wanted = tuple(categories)
    return lambda item: "" if item.category in wanted else f"权力类别不在「{'、'.join(wanted)}」之内"


def examine_items(study: Study, wanted: Wanted, judge: Judge) -> Iterator[Instance]:
    """Yield one instance per item: *wanted* says why it is not applicable (empty: it is), *judge* judges each route.

    An item is as bad as its worst route; routes that cannot be completed are no way through. An item without flow or
    with a faulty one is 不能判定.
    """
    for item in study.items():
        why_not = wanted(item)
        yield Instance(item.item_id, item.unit_id, OUT, why_not) if why_not else judge_item(study, item, judge)


def judge_item(study: Study, item: Item, judge: Judge) -> Instance:
    """Return the instance of one applicable item."""
    flow = study.network.flow_of(item)
    if flow.faults:
        return Instance(item.item_id, item.unit_id, OPEN, flow.faults[0].text,
                        settle=(f"权力事项 › {item.item_id} › 流程图编码、环节、签批",))
    routes = ways(study, item, flow)
    if not routes:
        return Instance(item.item_id, item.unit_id, OUT, SHARED_OUT)
    judged = _unless_closed(study, item, flow, [(r, judge(item, flow, r)) for r in routes])
    verdict = worst(j.verdict for _, j in judged)
    said = [(r, j) for r, j in judged if j.verdict is verdict]
    many = len(routes) > 1
    reason = "；".join(dict.fromkeys(f"路径「{r.name}」{j.reason}" if many else j.reason for r, j in said))
    signs = tuple(dict.fromkeys(s for _, j in said for s in j.signs))
    return Instance(item.item_id, item.unit_id, verdict, reason, witness_of(study, signs, verdict),
                    unknown_cells(study, (p for s in signs for p in s.posts)) if verdict is OPEN else ())


def _unless_closed(study: Study, item: Item, flow: Flow, judged: list[tuple[Route, Judged]]) -> list[tuple[Route, Judged]]:
    """A route that some completion closes cannot condemn an item that other routes do not: it may be no way through."""
    if all(j.verdict is BAD for _, j in judged):
        return judged
    return [(r, Judged(OPEN, f"{j.reason}，但这条路径能否走通要看任职不明的岗位", r.before))
            if j.verdict is BAD and fewest(study, flow, r.before, item.min_persons).may_fail else (r, j) for r, j in judged]


def witness_of(study: Study, signs: Iterable[SignOff], verdict: PatternVerdict) -> Witness:
    """Return steps, posts, and where 不达标 the persons: those who may sign every one of *signs*, else all who may sign any."""
    listed = tuple(signs)
    posts = tuple(sorted({p for s in listed for p in s.posts}))
    able = [{x for p in s.posts for x in study.network.holders.get(p, ())} for s in listed] if verdict is BAD else []
    people = set.intersection(*able) or set.union(*able) if able else set()
    return Witness(tuple(sorted({s.step_no for s in listed})), posts, tuple(sorted(people)))

