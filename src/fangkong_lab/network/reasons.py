"""Reasons beside a verdict: what stands in the way of telling, what does not bind, and which cells would settle it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.network.completion import Demand
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, NONE
from fangkong_lab.network.nodes import Flow, Reason, ReasonCode, SignOff
from fangkong_lab.network.routes import after_effect, routes_of, unsigned_steps
from fangkong_lab.network.thresholds import ItemThresholds

_NAMED = 8
_POSTS = frozenset({ReasonCode.UNKNOWN_POST, ReasonCode.UNKNOWN_ON_LINE, ReasonCode.UNKNOWN_ELSEWHERE,
                    ReasonCode.EMPTY_POST})
_COUNTS = frozenset({ReasonCode.TOO_FEW})


def reasons(network: PowerNetwork, item: ItemThresholds, audience: Audience = Audience.INTERNAL) -> tuple[Reason, ...]:
    """Return the reasons of one item in the order of its steps, general ones first.

    No reason names a person. The public copy names no post, and no copy that leaves the office says how many persons
    may sign: such reasons say only at which step.
    """
    flow = item.structure.flow
    found = list(flow.faults) if flow.faults else [*_general(network, item), *_places(network, item)]
    if audience is not Audience.INTERNAL:
        hidden = _COUNTS if audience is Audience.UNIT else _COUNTS | _POSTS
        found = [_place_only(r) if r.code in hidden else r for r in found]
    return tuple(sorted(dict.fromkeys(found), key=lambda r: (r.step_no or 0, r.sign_no or 0, r.code.value, r.text)))


def _place_only(reason: Reason) -> Reason:
    place = f"环节{reason.step_no}：" if reason.step_no is not None else ""
    return Reason(reason.code, f"{place}{reason.code.label}", reason.step_no, reason.sign_no)


def post_name(network: PowerNetwork, post_id: str) -> str:
    """Return a post as screens show it: 「title」(code)."""
    return f"「{network.posts[post_id].title}」（{post_id}）"


def _names(network: PowerNetwork, posts: Sequence[str]) -> str:
    shown = "、".join(post_name(network, p) for p in posts[:_NAMED])
    return shown + (f"等{len(posts)}个岗位" if len(posts) > _NAMED else "")


def _general(network: PowerNetwork, item: ItemThresholds) -> Iterator[Reason]:
    structure = item.structure
    if structure.kappa is None:
        yield from _impossible(network, item)
        return
    for influence, code, words in ((NONE, ReasonCode.ONE_CAN, "可由一人办结"), (DIRECT, ReasonCode.ONE_CAN_ORDER, "可由一人令其下属办结")):
        if structure.kappa[influence.name].high == 1:
            yield Reason(code, f"按现行流程{words}")
            break
    if structure.may_be_impossible:
        yield Reason(ReasonCode.MAY_BE_IMPOSSIBLE, "任职补齐后，某些情形下全体一致也走不通")
    if not structure.exact:
        yield Reason(ReasonCode.OUTER_BOUNDS, "可能的任职情形过多，只给出不会漏掉真值的外侧界")
    if item.status is Verdict.CANNOT_TELL:
        yield from _outside(network, item)


def _outside(network: PowerNetwork, item: ItemThresholds) -> Iterator[Reason]:
    """Unknown posts that no sign-off lists, where only they keep the verdict open."""
    structure = item.structure
    if not structure.cases or structure.kappa is None:
        return
    settled = [k for case in structure.cases if (k := case.kappa(structure.influence)) is not None]
    if min(settled) == structure.kappa[structure.influence.name].low:
        return
    listed = Demand(structure.flow, structure.least).posts()
    outer = sorted(network.outlying.difference(listed))
    line = _ancestors(network, listed)
    for code, posts in ((ReasonCode.UNKNOWN_ON_LINE, [p for p in outer if p in line]),
                        (ReasonCode.UNKNOWN_ELSEWHERE, [p for p in outer if p not in line])):
        if posts:
            yield Reason(code, f"{code.label}：{_names(network, posts)}在{network.as_of}没有任何任职记录，若由经手人或其上级兼任，"
                               "结论会变；请在任职表补填（确实空缺的填「空缺」）")


def _ancestors(network: PowerNetwork, posts: Sequence[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(posts)
    while waiting:
        more = [a for a in network.above.get(waiting.pop(), ()) if a not in found]
        found.update(more)
        waiting += more
    return found


def _impossible(network: PowerNetwork, item: ItemThresholds) -> Iterator[Reason]:
    """Say on each route which sign-off cannot be filled even by everybody."""
    if not item.structure.cases:
        return
    case = item.structure.cases[0]
    for route in case.game.routes:
        name = "" if len(case.game.routes) == 1 else f"路径「{route.name}」"
        short = [g for g in route.groups if g.eligible.bit_count() < g.count]
        for group in short:
            have = group.eligible.bit_count()
            yield Reason(ReasonCode.TOO_FEW, f"{name}环节{group.step_no}签批{group.sign_no}：可签批{have}人，需要{group.count}人",
                         group.step_no, group.sign_no)
        if not route.groups:
            yield Reason(ReasonCode.IMPOSSIBLE, f"{name}付款或执行之前没有任何签批，不成其为办理路径")
        elif not short:
            yield Reason(ReasonCode.IMPOSSIBLE, f"{name}不相容环节或最少经手人数无法同时满足")


def _places(network: PowerNetwork, item: ItemThresholds) -> Iterator[Reason]:
    flow = item.structure.flow
    for step in unsigned_steps(flow):
        yield Reason(ReasonCode.UNSIGNED_STEP, f"环节{step}「{_step_name(flow, step)}」没有签批要求", step)
    for sign in after_effect(flow):
        yield Reason(ReasonCode.AFTER_EFFECT, f"环节{sign.step_no}签批{sign.sign_no}在付款或执行之后，只作监督，不能拦住事项", *sign.key)
    for sign in _partly_after(flow):
        yield Reason(ReasonCode.AFTER_EFFECT, f"环节{sign.step_no}签批{sign.sign_no}在部分路径上位于付款或执行之后", *sign.key)
    for key in item.structure.idle:
        yield Reason(ReasonCode.IDLE_CHECK, f"环节{key[0]}签批{key[1]}去掉后，谁能办成这件事没有变化，请单位说明其作用", *key)
    for sign in flow.sign_offs:
        yield from _holders(network, sign)


def _partly_after(flow: Flow) -> list[SignOff]:
    always = {s.key for s in after_effect(flow)}
    partly = {s.key: s for route in routes_of(flow) for s in route.after if s.key not in always}
    return [partly[key] for key in sorted(partly)]


def _holders(network: PowerNetwork, sign: SignOff) -> Iterator[Reason]:
    place = f"环节{sign.step_no}签批{sign.sign_no}"
    for post in sign.posts:
        if post in network.unknown:
            yield Reason(ReasonCode.UNKNOWN_POST, f"{place}的{post_name(network, post)}在{network.as_of}没有任何任职记录，"
                                                  "请在任职表补填任职人员（确实空缺的填「空缺」）", *sign.key)
        elif post in network.empty:
            yield Reason(ReasonCode.EMPTY_POST, f"{place}的{post_name(network, post)}在{network.as_of}空缺", *sign.key)


def signing_posts(flow: Flow, among: frozenset[str]) -> tuple[str, ...]:
    """Return the posts listed in any sign-off of *flow* that are *among* the given ones, sorted."""
    return tuple(sorted({p for s in flow.sign_offs for p in s.posts if p in among}))


def _step_name(flow: Flow, number: int) -> str:
    return next((s.name for s in flow.steps if s.step_no == number), "")
