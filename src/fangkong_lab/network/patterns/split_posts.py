"""分设岗位: deciding and carrying out, reviewing and approving are in different hands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from fangkong_lab.kinds import StepKind
from fangkong_lab.network.nodes import Flow, Item, SignOff
from fangkong_lab.network.patterns.actions import Separate, SplitPost
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.perroute import Judged, examine_items
from fangkong_lab.network.patterns.signers import fewest
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, OPEN, OUT, Instance, Subject, worst
from fangkong_lab.network.routes import Route

Pair = tuple[tuple[SignOff, ...], tuple[SignOff, ...], str]


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge every item on whose routes two steps of a pair of kinds are signed: one person must not do for both."""
    kinds = [tuple(StepKind.read(w) for w in pair.split("/")) for pair in settings.words("pairs")]

    def judge(item: Item, flow: Flow, route: Route) -> Judged:
        pairs = [found for a, b in kinds for found in _pairs(route, a, b)]
        return judge_pairs(study, flow, pairs)

    yield from examine_items(study, lambda _: "", judge)


def _pairs(route: Route, one: StepKind, other: StepKind) -> Iterator[Pair]:
    first = [s.step_no for s in route.steps if s.kind is one]
    second = [s.step_no for s in route.steps if s.kind is other]
    for a, b in product(first, second):
        signs = signs_at(route, a), signs_at(route, b)
        if a != b and all(signs):
            yield (*signs, f"{one.label}与{other.label}")


def signs_at(route: Route, number: int) -> tuple[SignOff, ...]:
    """Return the sign-offs of one step of a route, after effect too: who carries out is part of a pair."""
    return tuple(s for s in route.sign_offs(True) if s.step_no == number)


def judge_pairs(study: Study, flow: Flow, pairs: list[Pair]) -> Judged:
    """Return the worst of the *pairs*: two lists of sign-offs that one person must not be able to sign alone."""
    if not pairs:
        return Judged(OUT, "没有应当分开的两个环节")
    judged = [(fewest(study, flow, a + b), a + b, name) for a, b, name in pairs]
    verdicts = [found.against(2) for found, _, _ in judged]
    verdict = worst(verdicts)
    chosen = [(signs, name) for v, (_, signs, name) in zip(verdicts, judged, strict=True) if v is verdict]
    words = {BAD: "可由同一人签批", OPEN: "是否同一人，要看任职不明的岗位由谁担任"}.get(verdict, "由不同的人签批")
    steps = ["、".join(f"环节{n}" for n in sorted({s.step_no for s in signs})) for signs, _ in chosen]
    said = "；".join(dict.fromkeys(f"{name}（{where}）" for (_, name), where in zip(chosen, steps, strict=True)))
    return Judged(verdict, f"{said}{words}", tuple(dict.fromkeys(s for signs, _ in chosen for s in signs)))


RECIPE = Recipe("split_posts", Subject.ITEM, examine, actions=(SplitPost, Separate))
