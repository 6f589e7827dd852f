"""From a practice to actions on one flow: who signs in this county, or why the practice cannot be carried out here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fangkong_lab.kinds import SignRule, StepKind
from fangkong_lab.models.practice import Do, Practice, Reading
from fangkong_lab.models.staff import Staff
from fangkong_lab.network.nodes import Flow
from fangkong_lab.network.patterns.action import Action
from fangkong_lab.network.patterns.actions import (
    AddCheck,
    Ballot,
    FourSeals,
    OnePlusTwo,
    RequireSigners,
    Separate,
)


@dataclass(frozen=True)
class Left:
    """Why a practice leaves a flow as it is."""

    why: str


Made = tuple[Action, ...] | Left
NO_DECISION = Left("流程没有决定环节")
ALREADY = Left("已有这道签批")


def actions_for(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    """Return the actions that carry *practice* out on *flow* with the unit's *staff*, or why there are none."""
    return _MAKERS[practice.do](practice, reading, staff, flow)


def _require(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    return (RequireSigners(least=practice.least),)


def _one_plus_two(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    handlers = _first_signers(flow)
    if staff.finance_leader is None or staff.office_leader is None or not handlers:
        return Left("本单位没有分管财务、分管机关的领导或经办人")
    return (OnePlusTwo(handlers=handlers, finance_leader=staff.finance_leader, office_leader=staff.office_leader),)


def _four_seals(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    parts = (staff.finance_leader, staff.discipline, staff.citizen, staff.accounts)
    if any(p is None for p in parts) or len(set(parts)) < len(parts):
        return Left("掌章的四个岗位不全")
    found: tuple[str, str, str, str] = parts  # type: ignore[assignment]
    # The document gives one character to the discipline group's head, and does not say whether the citizen is independent.
    outside = (found[2],) if reading is Reading.GENEROUS else ()
    return (FourSeals(parts=found, independent=outside, allow_discipline=True),)


def _collective(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    return _vote(staff, flow, secret=False)


def _ballot(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    return _vote(staff, flow, secret=True)


def _vote(staff: Staff, flow: Flow, *, secret: bool) -> Made:
    decided = [s.step_no for s in flow.steps if s.kind is StepKind.DECIDE]
    if not decided:
        return NO_DECISION
    if len(staff.members) < 3:
        return Left("领导班子不足3个岗位")
    if any(s.rule is SignRule.MAJORITY and s.independent >= secret for s in flow.sign_offs if s.step_no in decided):
        return ALREADY
    return (Ballot(posts=staff.members, secret=secret, in_place_of=max(decided)),)


def _joint_review(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    other = staff.other_chief(flow, other_line=reading is Reading.GENEROUS)
    if other is None:
        return Left("没有可以会签的其他股室负责人")
    return (AddCheck(posts=(other,), name="会审会签", kind=StepKind.COSIGN),)


def _levels(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    """The line above the handler signs level by level: his chief, that chief's deputy; generously also the head."""
    handlers = _first_signers(flow)
    line: list[str] = []
    at = handlers[0] if handlers else None
    while at is not None and (boss := staff.boss(at)) is not None and boss not in line:
        line.append(boss)
        at = boss
    depth = 3 if reading is Reading.GENEROUS else 2
    signing = {p for s in flow.sign_offs for p in s.posts}
    missing = [p for p in line[:depth] if p not in signing]
    if not line:
        return Left("经办岗位没有登记上级")
    return tuple(AddCheck(posts=(p,), name="逐级审批") for p in missing) or ALREADY


def _separate(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    """决策与执行、审核与批复 apart; generously the handler (受理) and the decision as well."""
    pairs = [(StepKind.REVIEW, StepKind.DECIDE), (StepKind.DECIDE, StepKind.EXECUTE), (StepKind.DECIDE, StepKind.PAY)]
    if reading is Reading.GENEROUS:
        pairs.append((StepKind.ACCEPT, StepKind.DECIDE))
    made = [Separate(step_a=a.step_no, step_b=b.step_no) for one, other in pairs for a in flow.steps for b in flow.steps
            if a.kind is one and b.kind is other and _parted(flow, a.step_no, b.step_no) is False]
    return tuple(made) or Left("没有可分开的成对环节")


def _parted(flow: Flow, one: int, other: int) -> bool:
    return (min(one, other), max(one, other)) in {(min(p), max(p)) for p in flow.incompatible}


def _outside(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    if staff.outsider is None:
        return Left("本单位没有登记外部岗位")
    return (AddCheck(posts=(staff.outsider,), name="外部人员签批", kind=StepKind.SUPERVISE, independent=True),)


def _report_first(practice: Practice, reading: Reading, staff: Staff, flow: Flow) -> Made:
    """The superior of those who decide is told before, and has to say yes."""
    deciders = sorted({p for s in flow.sign_offs for p in s.posts
                       if s.step_no in {x.step_no for x in flow.steps if x.kind is StepKind.DECIDE}})
    bosses = sorted({b for p in deciders if (b := staff.boss(p)) is not None} - set(deciders))
    if not bosses:
        return Left("决定岗位没有登记上级")
    return (AddCheck(posts=tuple(bosses), name="事前报告分管领导"),)


def _first_signers(flow: Flow) -> tuple[str, ...]:
    return flow.sign_offs[0].posts if flow.sign_offs else ()


_MAKERS: Mapping[Do, Callable[[Practice, Reading, Staff, Flow], Made]] = {
    Do.REQUIRE_SIGNERS: _require, Do.ONE_PLUS_TWO: _one_plus_two, Do.FOUR_SEALS: _four_seals, Do.COLLECTIVE: _collective,
    Do.BALLOT: _ballot, Do.JOINT_REVIEW: _joint_review, Do.LEVELS: _levels, Do.SEPARATE: _separate, Do.OUTSIDE: _outside,
    Do.REPORT_FIRST: _report_first}
