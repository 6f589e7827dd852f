"""The actions: checks put in, decisions taken together, duties parted, an approval dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import SignRule, StepKind
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.nodes import Flow, Item, SignOff, Step
from fangkong_lab.network.patterns.action import Action, any_of
from fangkong_lab.network.patterns.flow_edit import (
    after_decision,
    incompatible,
    insert,
    place_of,
    sign_at,
    step_at,
    with_signs,
    without_sign,
)

_REPLACED = frozenset({StepKind.ACCEPT, StepKind.REVIEW, StepKind.COSIGN, StepKind.DECIDE})


@dataclass(frozen=True, kw_only=True)
class AddCheck(Action):
    """Put one step with one sign-off in: 1+X, 会签, an outsider.

    *before* is the number of the step it goes before (None: before the first 决定, see `flow_edit.place_of`); it lies on
    every route.
    """

    code: ClassVar[str] = "add_check"
    label: ClassVar[str] = "增加一道签批"

    posts: tuple[str, ...]
    name: str = "审核"
    kind: StepKind = StepKind.REVIEW
    rule: SignRule = SignRule.ANY
    need: int = 0
    independent: bool = False
    before: int | None = None
    days: float | None = None

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        sign = SignOff(0, 1, self.rule, self.need, self.independent, tuple(sorted(self.posts)))
        number = place_of(flow) if self.before is None else self.before
        return insert(flow, number, Step(0, self.name, self.kind, (), False, self.days), [sign]), item.min_persons


@dataclass(frozen=True, kw_only=True)
class RequireSigners(Action):
    """Ask for at least *least* distinct signers (1+X): no new step, no new post."""

    code: ClassVar[str] = "require_signers"
    label: ClassVar[str] = "规定最少经手人数"

    least: int

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        if self.least < 1:
            raise WrongCall(f"最少经手人数 {self.least} 小于1", where=self.label, mend="取 2 或更多")
        return flow, max(item.min_persons, self.least)


@dataclass(frozen=True, kw_only=True)
class Separate(Action):
    """Make two steps incompatible: nobody signs in both."""

    code: ClassVar[str] = "separate"
    label: ClassVar[str] = "两环节不得同一人"

    step_a: int
    step_b: int

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        return incompatible(flow, self.step_a, self.step_b), item.min_persons


@dataclass(frozen=True, kw_only=True)
class SplitPost(Action):
    """Give one sign-off to other *posts* (分设岗位): what one person held is held by two."""

    code: ClassVar[str] = "split_post"
    label: ClassVar[str] = "分设岗位"
    adds_check: ClassVar[bool] = False

    step_no: int
    posts: tuple[str, ...]
    sign_no: int = 1

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        old = sign_at(flow, (self.step_no, self.sign_no))
        others = [s for s in flow.sign_offs if s.step_no == self.step_no and s is not old]
        return with_signs(flow, self.step_no, [*others, replace(old, posts=tuple(sorted(self.posts)))]), item.min_persons


@dataclass(frozen=True, kw_only=True)
class Ballot(Action):
    """Let the holders of *posts* vote, more than half needed; *secret*: no superior can sign for a voter.

    *in_place_of* names the step whose sign-offs the vote replaces; None adds it as a step after the decision (a stage more).
    """

    code: ClassVar[str] = "ballot"
    label: ClassVar[str] = "班子票决"
    adds_check: ClassVar[bool] = False

    posts: tuple[str, ...]
    secret: bool = True
    in_place_of: int | None = None
    days: float | None = None

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        vote = SignOff(0, 1, SignRule.MAJORITY, 0, self.secret, tuple(sorted(self.posts)))
        if self.in_place_of is not None:
            refuse_statutory([step_at(flow, self.in_place_of)], self.label)
            return with_signs(flow, self.in_place_of, [replace(vote, step_no=self.in_place_of)]), item.min_persons
        step = Step(0, "班子票决", StepKind.DECIDE, (), False, self.days)
        return insert(flow, after_decision(flow), step, [vote]), item.min_persons


@dataclass(frozen=True, kw_only=True)
class FourSeals(Action):
    """Put a four-part seal in before the decision: one sign-off for each of four *parts* (post codes).

    *independent* are the parts whose holder no superior can sign for (an outsider). The document gives one part to the
    discipline group's head; that part needs *allow_discipline*.
    """

    code: ClassVar[str] = "four_seals"
    label: ClassVar[str] = "四字合章"

    parts: tuple[str, str, str, str]
    independent: tuple[str, ...] = ()
    days: float | None = None

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        if len(set(self.parts)) != 4:
            raise WrongCall("四字合章要四个不同的岗位各掌一字", where=self.label, mend="改正 parts")
        signs = [any_of((p,), k, independent=p in self.independent) for k, p in enumerate(self.parts, 1)]
        return insert(flow, place_of(flow), Step(0, "四字合章", StepKind.COSIGN, (), False, self.days), signs), item.min_persons


@dataclass(frozen=True, kw_only=True)
class OnePlusTwo(Action):
    """Let *handlers* sign, then the leader in charge of finance, then the one in charge of the office.

    They stand in place of all steps that accept, review, cosign and decide; the other steps stay, after them. Refused where
    one of the replaced steps is 法定必经.
    """

    code: ClassVar[str] = "one_plus_two"
    label: ClassVar[str] = "1+2 财务审核"
    adds_check: ClassVar[bool] = False

    handlers: tuple[str, ...]
    finance_leader: str
    office_leader: str

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        refuse_statutory([s for s in flow.steps if s.kind in _REPLACED], self.label)
        stages = (("经办人签字", StepKind.ACCEPT, self.handlers), ("分管领导审核签字", StepKind.REVIEW, (self.finance_leader,)),
                  ("分管机关领导审签入账", StepKind.DECIDE, (self.office_leader,)))
        steps = [Step(n, name, kind, (), False) for n, (name, kind, _) in enumerate(stages, 1)]
        signs = [replace(any_of(posts), step_no=n) for n, (_, _, posts) in enumerate(stages, 1)]
        moved = {s.step_no: n for n, s in enumerate((s for s in flow.steps if s.kind not in _REPLACED), len(stages) + 1)}
        steps += [replace(s, step_no=moved[s.step_no]) for s in flow.steps if s.step_no in moved]
        signs += [replace(s, step_no=moved[s.step_no]) for s in flow.sign_offs if s.step_no in moved]
        pairs = tuple((moved[a], moved[b]) for a, b in flow.incompatible if a in moved and b in moved)
        changed = replace(flow, name=f"{flow.name}「1+2」", steps=tuple(steps), sign_offs=tuple(signs), incompatible=pairs)
        return changed, max(item.min_persons, len(stages))


@dataclass(frozen=True, kw_only=True)
class FourLevels(Action):
    """Put four approvals one after the other in before the payment (四级审批): *levels* are four lists of posts."""

    code: ClassVar[str] = "four_levels"
    label: ClassVar[str] = "四级审批"

    levels: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        paid = [s.step_no for s in flow.steps if s.kind is StepKind.PAY]
        number = min([*paid, place_of(flow)])
        for k, posts in enumerate(self.levels):
            step = Step(0, f"第{'一二三四'[k]}级审批", StepKind.REVIEW, (), False)
            flow = insert(flow, number + k, step, [any_of(posts)])
        return flow, item.min_persons


@dataclass(frozen=True, kw_only=True)
class HeadLast(Action):
    """Take the *head* out of the collective sign-offs of step *step_no*, and let him sign after it (末位表态).

    *members* are the posts that vote without the head (a post he holds beside others' must not be among them).
    """

    code: ClassVar[str] = "head_last"
    label: ClassVar[str] = "正职末位表态"
    adds_check: ClassVar[bool] = False

    head: str
    step_no: int
    members: tuple[str, ...]

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        step = step_at(flow, self.step_no)
        signs = [replace(s, posts=tuple(sorted(self.members))) for s in flow.sign_offs if s.step_no == self.step_no]
        own = Step(0, "正职末位表态", StepKind.DECIDE, step.routes, False)
        return insert(with_signs(flow, self.step_no, signs), self.step_no + 1, own, [any_of((self.head,))]), item.min_persons


@dataclass(frozen=True, kw_only=True)
class DropSignOff(Action):
    """Take one sign-off away (三审改两审), with its step where nothing else is asked for there; a 法定 one is refused."""

    code: ClassVar[str] = "drop_sign_off"
    label: ClassVar[str] = "减去一道签批"
    adds_check: ClassVar[bool] = False

    step_no: int
    sign_no: int = 1

    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """See `Action`."""
        refuse_statutory([step_at(flow, self.step_no)], self.label)
        return without_sign(flow, (self.step_no, self.sign_no)), item.min_persons


def refuse_statutory(steps: Iterable[Step], where: str) -> None:
    """Raise `WrongCall` where one of *steps*, which an action would replace or drop, is 法定必经."""
    for step in steps:
        if step.statutory:
            raise WrongCall(f"环节{step.step_no}是法定必经环节，不能减去或代替", where=where, mend="另选环节")


ALL_ACTIONS: tuple[type[Action], ...] = (
    AddCheck, RequireSigners, Separate, SplitPost, Ballot, FourSeals, OnePlusTwo, FourLevels, HeadLast, DropSignOff)
