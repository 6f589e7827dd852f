"""What a finding tells: who carries the item by which route, who signs what, and why no check on the way binds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fangkong_lab.kinds import CHECKING_STEPS, Audience, Kind, StepKind
from fangkong_lab.network.capture import sole_controllers
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import Influence
from fangkong_lab.network.nodes import Flow, SignOff, Step
from fangkong_lab.network.routes import MAIN_ROUTE, Route, routes_of
from fangkong_lab.network.structure import Structure
from fangkong_lab.network.witness import Hold, Signature, Witness, find_witness, witness_of
from fangkong_lab.network.world import is_new, plain_name


class Unbound(Kind):
    """Why a check does not bind."""

    TO_DECIDER = "reports_to_decider", "签批人向决定者负责"
    TO_CHECKED = "reports_to_checked", "签批人受被审核者领导"
    TO_COALITION = "led", "签批人受经手人领导"
    TWO_POSTS = "two_posts", "同一人任两个岗位"
    BY_CHECKED = "checked_by_himself", "由被审核者自己审核"
    AFTER = "after_effect", "在付款或执行之后"
    BYPASSED = "bypassed", "另有路径可以绕过"
    UNSIGNED = "unsigned", "环节没有签批要求"
    MEMBER = "member", "签批人就是办结者本人"


@dataclass(frozen=True)
class Loose:
    """One check that does not bind: its step, sign-off (None: the step asks for none), *why*, and *text* for 纪委内部."""

    step_no: int
    sign_no: int | None
    why: Unbound
    text: str

    def words(self, audience: Audience) -> str:
        """Return the sentence that *audience* may read: who is left out for the unit, why as well for the public."""
        place = f"环节{self.step_no}" + ("" if self.sign_no is None else f"签批{self.sign_no}")
        if audience is Audience.INTERNAL:
            return self.text
        return f"{place}不构成独立制约" + (f"：{self.why.label}" if audience is Audience.UNIT else "")


@dataclass(frozen=True)
class Telling:
    """A witness and the checks that do not bind in it."""

    witness: Witness
    loose: tuple[Loose, ...]


def telling(network: PowerNetwork, structure: Structure, influence: Influence) -> Telling | None:
    """Return how one person (or the fewest) carries *structure* under *influence*; None where nobody can be shown to.

    The person told captures in every completion where there is one such; else the witness is of the first completion in
    which fewest are needed, and its assumed holders are said.
    """
    witness = _certain(structure, influence) or _likely(structure, influence)
    if witness is None:
        return None
    route = next(r for r in routes_of(structure.flow) if r.name == witness.route)
    return Telling(witness, tuple(_Way(network, structure.flow, witness, route).loose()))


def sure_controllers(structure: Structure, influence: Influence) -> tuple[str, ...]:
    """Return who alone captures under *influence* in every completion, sorted; nobody where some completion cannot be done.

    The unknown posts outside the flow are taken as held by persons of their own, which is the case that helps least.
    """
    cases = structure.cases
    if not cases or not all(c.doable for c in cases):
        return ()
    alone = ({x for x in sole_controllers(c.game, c.powers(influence)) if not is_new(x)} for c in cases)
    return tuple(sorted(set.intersection(*alone)))


def _certain(structure: Structure, influence: Influence) -> Witness | None:
    alone = sure_controllers(structure, influence)
    return witness_of(structure.cases[0], influence, (alone[0],)) if alone else None


def _likely(structure: Structure, influence: Influence) -> Witness | None:
    sized = [(k, n) for n, case in enumerate(structure.cases) if (k := case.kappa(influence)) is not None]
    return find_witness(structure.cases[min(sized)[1]], influence) if sized else None


def story(network: PowerNetwork, told: Telling) -> Iterator[tuple[str, str]]:
    """Give (what it is about, sentence) for 纪委内部: who by which route, who signs what, what was assumed, why no check binds."""
    witness = told.witness
    people = "、".join(f"{plain_name(x)}（{_posts_text(network, witness, x)}）" for x in witness.coalition)
    route = "按全部环节" if witness.route == MAIN_ROUTE else f"走路径「{witness.route}」"
    many = "一人" if len(witness.coalition) == 1 else f"共{len(witness.coalition)}人"
    yield "谁可办结", f"{people}{many}{route}即可办结（{witness.influence.label}）。"
    yield "谁签什么", "；".join(_signed(network, s) for s in witness.signatures) + "。"
    if witness.world.assigned:
        given = "、".join(f"「{network.posts[p].title}」由{plain_name(x)}担任" for p, x in sorted(witness.world.assigned.items()))
        yield "所设情形", f"以上按{given}说明；其他情形下也有一人可办结，但不一定是同一人。"
    if not told.loose:
        yield "为何不能制约", "流程中没有审核、会签、验收、监督环节。"
    yield from (("为何不能制约", loose.text + "。") for loose in told.loose)


def where(told: Telling, audience: Audience) -> Iterator[tuple[str, str]]:
    """Give (what it is about, sentence) outside the discipline side: that it is so and at which steps, nobody named."""
    steps = "、".join(f"环节{n}" for n in sorted({s.step_no for s in told.witness.signatures}))
    many = "可由同一人完成" if all(s.hold is not Hold.LED for s in told.witness.signatures) else "可由有直接领导关系的人完成"
    yield "在哪些环节", f"{steps}的签批{many}，相互之间不构成独立制约。"
    yield from (("为何不能制约", loose.words(audience) + "。") for loose in told.loose)


def _posts_text(network: PowerNetwork, witness: Witness, person: str) -> str:
    return "、".join(network.posts[p].title for p in witness.world.posts_of(person)) or "不任岗位"


def _signed(network: PowerNetwork, signature: Signature) -> str:
    text = f"环节{signature.step_no}由{plain_name(signature.person)}签"
    if signature.hold is Hold.LED:
        text += f"（受其领导：{_chain(network, signature)}）"
    return text


def _chain(network: PowerNetwork, signature: Signature) -> str:
    return "→".join(network.posts[p].title for p in signature.chain)


@dataclass(frozen=True)
class _Way:
    """A witness on its route, with what the checks on it are read from."""

    network: PowerNetwork
    flow: Flow
    witness: Witness
    route: Route

    def loose(self) -> Iterator[Loose]:
        """Give every checking step with why it does not bind."""
        for step in self.flow.steps:
            if step.kind not in CHECKING_STEPS:
                continue
            signs = [s for s in self.flow.sign_offs if s.step_no == step.step_no]
            if not signs:
                yield Loose(step.step_no, None, Unbound.UNSIGNED, f"{_named(step)}没有签批要求，谁也不必把关")
            for sign in signs:
                yield self._why(step, sign)

    def _why(self, step: Step, sign: SignOff) -> Loose:
        if sign in self.route.after:
            return Loose(*sign.key, Unbound.AFTER, f"{_named(step)}在付款或执行之后，发现问题时事已办成")
        if sign not in self.route.before:
            return Loose(*sign.key, Unbound.BYPASSED, f"{_named(step)}不在所走的路径上，可以绕过")
        mine = [s for s in self.witness.signatures if (s.step_no, s.sign_no) == sign.key]
        led = next((s for s in mine if s.hold is Hold.LED), None)
        return self._led(step, led) if led is not None else self._own(step, sign, mine[0].person)

    def _led(self, step: Step, signature: Signature) -> Loose:
        mine = {s.step_no for s in self.witness.signatures if s.person in self.witness.coalition}
        deciding = {s.step_no for s in self.route.steps if s.kind is StepKind.DECIDE}
        why = (Unbound.TO_DECIDER if mine & deciding else
               Unbound.TO_CHECKED if any(n < step.step_no for n in mine) else Unbound.TO_COALITION)
        return Loose(signature.step_no, signature.sign_no, why,
                     f"{_named(step)}的{why.label}（{_chain(self.network, signature)}），签批可由上级左右")

    def _own(self, step: Step, sign: SignOff, person: str) -> Loose:
        """Say why a check signed by a member of the coalition does not bind: the same person signs elsewhere too."""
        held = set(self.witness.world.posts_of(person))
        here = sorted(held & set(sign.posts))
        elsewhere = sorted({p for s in self._signed_by(person) if s.key != sign.key for p in held & set(s.posts)})
        name = plain_name(person)
        if not elsewhere:
            return Loose(*sign.key, Unbound.MEMBER, f"{_named(step)}由办结者{name}本人签批")
        both = [p for p in here if p in elsewhere]
        if both:
            title = self.network.posts[both[0]].title
            return Loose(*sign.key, Unbound.BY_CHECKED, f"{_named(step)}和其他环节都可由「{title}」{name}签批，等于自己审自己")
        titles = "」和「".join(self.network.posts[p].title for p in (here[0], elsewhere[0]))
        return Loose(*sign.key, Unbound.TWO_POSTS, f"{_named(step)}的签批人{name}同时任「{titles}」，两处签批是同一人")

    def _signed_by(self, person: str) -> list[SignOff]:
        keys = {(s.step_no, s.sign_no) for s in self.witness.signatures if s.person == person}
        return [s for s in self.flow.sign_offs if s.key in keys]


def _named(step: Step) -> str:
    return f"环节{step.step_no}「{step.name}」（{step.kind.label}）"
