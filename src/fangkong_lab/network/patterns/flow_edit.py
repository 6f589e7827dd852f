"""Edits of a flow that return a new flow: steps put in, sign-offs replaced, taken away, made incompatible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import StepKind
from fangkong_lab.network.nodes import Flow, SignOff, Step
from fangkong_lab.network.routes import routes_of


def place_of(flow: Flow) -> int:
    """Return the number of the step before which a new check goes: the first 决定, but before effect; else the end."""
    return min([*(s.step_no for s in flow.steps if s.kind is StepKind.DECIDE), _in_time(flow)])


def _in_time(flow: Flow) -> int:
    """The highest number at which a new step comes before effect on every route."""
    ends = [max(numbers) for route in routes_of(flow) for kind in (StepKind.PAY, StepKind.EXECUTE)
            if (numbers := [s.step_no for s in route.steps if s.kind is kind])
            and not (kind is StepKind.EXECUTE and any(s.kind is StepKind.PAY for s in route.steps))]
    return min(ends) if ends else max((s.step_no for s in flow.steps), default=0) + 1


def after_decision(flow: Flow) -> int:
    """Return the number at which a step right after the last 决定 goes, but before effect; without one, see `place_of`."""
    decided = [s.step_no for s in flow.steps if s.kind is StepKind.DECIDE]
    return min(max(decided) + 1, _in_time(flow)) if decided else place_of(flow)


def insert(flow: Flow, number: int, step: Step, signs: Iterable[SignOff]) -> Flow:
    """Put *step* with *signs* in as step *number*; steps from *number* on move one further. It lies on *step.routes*."""
    def moved(n: int) -> int:
        return n + 1 if n >= number else n

    steps = [replace(s, step_no=moved(s.step_no)) for s in flow.steps]
    kept = [replace(s, step_no=moved(s.step_no)) for s in flow.sign_offs]
    added = [replace(s, step_no=number) for s in signs]
    pairs = tuple((moved(a), moved(b)) for a, b in flow.incompatible)
    return replace(flow, steps=tuple(sorted([*steps, replace(step, step_no=number)], key=lambda s: s.step_no)),
                   sign_offs=tuple(sorted([*kept, *added], key=lambda s: s.key)), incompatible=pairs)


def step_at(flow: Flow, number: int) -> Step:
    """Return a step; `WrongCall` where the flow has none of that number."""
    found = next((s for s in flow.steps if s.step_no == number), None)
    if found is None:
        raise WrongCall(f"流程没有环节{number}", where=flow.name, mend="改用" + "、".join(str(s.step_no) for s in flow.steps))
    return found


def sign_at(flow: Flow, key: tuple[int, int]) -> SignOff:
    """Return a sign-off; `WrongCall` where the flow has none of that key."""
    found = next((s for s in flow.sign_offs if s.key == key), None)
    if found is None:
        raise WrongCall(f"流程没有环节{key[0]}签批{key[1]}", where=flow.name, mend="核对环节序号和签批序号")
    return found


def with_signs(flow: Flow, number: int, signs: Iterable[SignOff]) -> Flow:
    """Return the flow with the sign-offs of step *number* replaced by *signs*."""
    step_at(flow, number)
    kept = [s for s in flow.sign_offs if s.step_no != number]
    return replace(flow, sign_offs=tuple(sorted([*kept, *signs], key=lambda s: s.key)))


def without_sign(flow: Flow, key: tuple[int, int]) -> Flow:
    """Return the flow without one sign-off, and without its step where nothing else is asked for there."""
    sign_at(flow, key)
    kept = tuple(s for s in flow.sign_offs if s.key != key)
    alone = all(s.step_no != key[0] for s in kept)
    steps = tuple(s for s in flow.steps if not (alone and s.step_no == key[0]))
    pairs = tuple(p for p in flow.incompatible if not (alone and key[0] in p))
    return replace(flow, steps=steps, sign_offs=kept, incompatible=pairs)


def incompatible(flow: Flow, one: int, other: int) -> Flow:
    """Return the flow with two steps made incompatible; `WrongCall` where they are one or do not exist."""
    if one == other:
        raise WrongCall("不相容的两个环节是同一个环节", where=flow.name, mend="改正环节序号")
    step_at(flow, one)
    step_at(flow, other)
    return replace(flow, incompatible=tuple(sorted({*flow.incompatible, (min(one, other), max(one, other))})))
