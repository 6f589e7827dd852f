"""What the box of a step says: kind, name, sign-offs with signers; and who reaches whom between the steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from fangkong_lab.kinds import Audience, Kind, SignRule
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.nodes import Flow, SignOff, Step
from fangkong_lab.network.routes import after_effect, routes_of
from fangkong_lab.network.thresholds import ItemThresholds

_MOST_SIGNERS, _NARROW = 3, 0.56
_CODE_RUN = re.compile(r"[0-9A-Za-z_-]+|.", re.DOTALL)
_CLOSING = frozenset(")]\uff09\uff0c\uff1b\uff1a\u3001\u3002\u300b\u300d\u2019\u201d,;:")


class Bypass(Kind):
    """Why two sign-offs may not check each other."""

    LED = "led", "直接领导"
    SAME = "same", "同一人"


@dataclass(frozen=True)
class Arc:
    """Signers of step *start* reach signers of step *end* (LED), or one person signs both (SAME; *start* < *end*)."""

    start: int
    end: int
    why: Bypass


@dataclass(frozen=True)
class Box:
    """The text of one step: *head* (number and kind), *name* and *signs* as lines, *rules* in full, and its marks."""

    step: Step
    head: str
    name: tuple[str, ...]
    signs: tuple[str, ...]
    rules: str
    after: bool
    idle: bool


def width_of(text: str) -> float:
    """Return the width of *text* in Chinese characters; Latin letters count about half."""
    return sum(1.0 if east_asian_width(c) in "WF" else _NARROW for c in text)


def wrapped(text: str, width: float, most: int = 99) -> tuple[str, ...]:
    """Return *text* in lines of about *width* characters, at most *most*; what is left out shows as ….

    Codes are not cut where they fit into a line of their own, and no line begins with a closing mark.
    """
    lines = [""]
    for piece in _pieces(text, width):
        if lines[-1] and width_of(lines[-1] + piece) > width and piece not in _CLOSING:
            lines.append("")
        lines[-1] += piece
    if len(lines) <= most:
        return tuple(lines)
    last = lines[most - 1]
    while last and width_of(last + "…") > width:
        last = last[:-1]
    return (*lines[: most - 1], last + "…")


def _pieces(text: str, width: float) -> Iterator[str]:
    for run in _CODE_RUN.findall(text):
        if len(run) > 1 and width_of(run) <= width:
            yield run
        else:
            yield from run


def boxes_of(network: PowerNetwork, item: ItemThresholds, audience: Audience, width: float) -> tuple[Box, ...]:
    """Return the boxes of the item's flow, by step_no; texts are wrapped to *width* characters.

    Person codes stand only in the copy for 纪委内部; the public copy says how many posts may sign, not which.
    """
    flow = item.structure.flow
    late = {s.key for s in after_effect(flow)}
    idle = set(item.structure.idle)
    found = []
    for step in flow.steps:
        signs = [s for s in flow.sign_offs if s.step_no == step.step_no]
        rules = [_sign(network, s, audience) for s in signs] or ["无签批要求"]
        lines = [line for rule in rules for line in wrapped(rule, width, 4)]
        marks = "（法定）" if step.statutory else ""
        found.append(Box(step, f"{step.step_no} {step.kind.label}{marks}", wrapped(step.name, width * 0.83, 2), tuple(lines), "；".join(rules),
                         after=bool(signs) and all(s.key in late for s in signs), idle=any(s.key in idle for s in signs)))
    return tuple(found)


def _sign(network: PowerNetwork, sign: SignOff, audience: Audience) -> str:
    rule = sign.rule.label + (f"{sign.need}人" if sign.rule is SignRule.AT_LEAST else "")
    rule += "·独立" if sign.independent else ""
    if audience is Audience.PUBLIC:
        return f"{rule}：{len(sign.posts)}个岗位"
    shown = [_post(network, p, audience) for p in sign.posts[:_MOST_SIGNERS]]
    more = f"等{len(sign.posts)}岗" if len(sign.posts) > _MOST_SIGNERS else ""
    return f"{rule}：{'、'.join(shown)}{more}"


def _post(network: PowerNetwork, post: str, audience: Audience) -> str:
    title = network.posts[post].title
    if post in network.empty:
        return f"{title}（空缺）"
    if post in network.unknown:
        return f"{title}（任职不明）"
    if audience is not Audience.INTERNAL:
        return title
    held = network.holders[post]
    return f"{title}（{held[0]}{f'等{len(held)}人' if len(held) > 1 else ''}）"


def arcs_of(network: PowerNetwork, flow: Flow, audience: Audience) -> tuple[Arc, ...]:
    """Return who reaches whom between the sign-offs before effect; none for audiences outside the discipline side.

    An arc runs where an eligible post of one step leads one of another directly, or where one person holds eligible
    posts of both, the two steps being on one route. Independent sign-offs cannot be reached.
    """
    if audience is not Audience.INTERNAL:
        return ()
    late = {s.key for s in after_effect(flow)}
    signs = [s for s in flow.sign_offs if s.key not in late]
    together = [{s.step_no for s in route.steps} for route in routes_of(flow)]
    found = {a for a in _arcs(network, signs) if any({a.start, a.end} <= steps for steps in together)}
    return tuple(sorted(found, key=lambda a: (a.start, a.end, a.why.value)))


def _arcs(network: PowerNetwork, signs: Sequence[SignOff]) -> Iterator[Arc]:
    people = {s.key: {x for p in s.posts for x in network.holders.get(p, ())} for s in signs}
    for one in signs:
        for other in signs:
            if one.step_no == other.step_no:
                continue
            if one.step_no < other.step_no and people[one.key] & people[other.key]:
                yield Arc(one.step_no, other.step_no, Bypass.SAME)
            elif not other.independent and any(low in network.below.get(up, ()) for up in one.posts for low in other.posts):
                yield Arc(one.step_no, other.step_no, Bypass.LED)
