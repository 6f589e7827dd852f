"""Routes through a flow, and which sign-offs come before effect."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.kinds import CHECKING_STEPS, StepKind
from fangkong_lab.network.nodes import Flow, SignOff, Step

MAIN_ROUTE = "全部环节"


@dataclass(frozen=True)
class Route:
    """One alternative way through a flow: its steps and sign-offs in order, and those that come after effect (事后)."""

    name: str
    steps: tuple[Step, ...]
    before: tuple[SignOff, ...]
    after: tuple[SignOff, ...]

    def sign_offs(self, whole: bool) -> tuple[SignOff, ...]:
        """The sign-offs that count: all of them (*whole*), or those before effect."""
        return self.before + self.after if whole else self.before


def routes_of(flow: Flow) -> tuple[Route, ...]:
    """Return the routes of *flow*, sorted by name.

    If any step names a route, the routes are exactly the names and a step without a name is on all of them;
    otherwise there is one. A route's sign-offs in steps after its last 支付 step (if none, its last 执行) are *after*.
    """
    names = sorted({name for step in flow.steps for name in step.routes})
    if not names:
        return (_route(MAIN_ROUTE, flow.steps, flow),)
    return tuple(_route(name, tuple(s for s in flow.steps if not s.routes or name in s.routes), flow)
                 for name in names)


def _route(name: str, steps: tuple[Step, ...], flow: Flow) -> Route:
    numbers = {s.step_no for s in steps}
    end = _effect(steps)
    mine = [s for s in flow.sign_offs if s.step_no in numbers]
    before = tuple(s for s in mine if end is None or s.step_no <= end)
    return Route(name, steps, before, tuple(s for s in mine if s not in before))


def _effect(steps: tuple[Step, ...]) -> int | None:
    for kind in (StepKind.PAY, StepKind.EXECUTE):
        numbers = [s.step_no for s in steps if s.kind is kind]
        if numbers:
            return max(numbers)
    return None


def after_effect(flow: Flow) -> tuple[SignOff, ...]:
    """Return the sign-offs that come after effect on every route they are on: supervision that stops nothing."""
    before = {s.key for route in routes_of(flow) for s in route.before}
    return tuple(s for s in flow.sign_offs if s.key not in before)


def checks_before_effect(flow: Flow) -> tuple[SignOff, ...]:
    """Return the sign-offs that may be idle: of a checking step, not 法定必经, before effect on some route."""
    checking = {s.step_no for s in flow.steps if s.kind in CHECKING_STEPS and not s.statutory}
    late = {s.key for s in after_effect(flow)}
    return tuple(s for s in flow.sign_offs if s.step_no in checking and s.key not in late)


def unsigned_steps(flow: Flow) -> tuple[int, ...]:
    """Return the numbers of the steps that ask for no sign-off."""
    signed = {s.step_no for s in flow.sign_offs}
    return tuple(s.step_no for s in flow.steps if s.step_no not in signed)
