"""A score policy as arrays, for the compiled kernel: points by day and kind of event, cycles, caps, levels.

The points come from `fangkong_lab.policy.points`, the cycles from `fangkong_lab.policy.cycle`: the tables are made by the
code that scores real ledgers. What the kernel does with them is held equal to `fangkong_lab.policy.score` by tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from fangkong_lab.errors import BadInput
from fangkong_lab.policy.cycle import add_months, anchored_start, day_number, day_of
from fangkong_lab.policy.dated import Dated, regimes
from fangkong_lab.policy.events import read_events
from fangkong_lab.policy.points import BASES, MICRO, event_columns, points_of
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score_rule import ScoreRule
from fangkong_lab.policy.words import CycleKind, LedgerKind
from fangkong_lab.simulate.read_arms import with_thresholds
from fangkong_lab.simulate.records import BOOK, MAX_REGIMES, MAX_REPEATS
from fangkong_lab.simulate.scenario import Arm, Scenario

FLAGS = ("leader", "self_reported", "concealed", "exempted")
"""Bits of the flags of an event, from the lowest."""
ANCHORED, FIRST_EVENT, ROLLING = 0, 1, 2
_CYCLES = {CycleKind.ANCHORED: ANCHORED, CycleKind.FIRST_EVENT: FIRST_EVENT, CycleKind.ROLLING: ROLLING}
NO_LIMIT = np.iinfo(np.int64).max
UNIT_BIT, PERSON_BIT = 1, 2


def rulebook_of(scenario: Scenario, arm: Arm) -> np.ndarray:
    """Return the record `BOOK` of *arm*; `BadInput` where the policy reads what a simulation does not have."""
    policy = scored(arm)
    rule = policy.scoring
    assert rule is not None
    _check_responses(arm, rule)
    first, made = day_number(scenario.start), np.zeros(1, BOOK)
    book, span = made[0], np.arange(-1, scenario.days + 1, dtype=np.int64)
    turns = _turns(rule.state_values(), policy, first, scenario.days)
    dawns = _turns(rule.event_values(), policy, first, scenario.days)
    _check_sizes(arm, rule, max(len(turns), len(dawns)))
    levels = tuple(reversed(rule.thresholds))
    book["cycle"], book["levels"], book["repeat_count"] = _CYCLES[rule.cycle.kind], len(levels), len(rule.repeats)
    book["ledgers"] = bits_of(rule.charge.ledgers)
    book["regime"][:len(span)], book["dawn"][:len(span)] = _places(turns, span + first), _places(dawns, span + first)
    for place, day in enumerate(turns):
        book["window"][place, :len(span)] = _window(rule, span + first, int(rule.cycle.months.number(day))) - first
        book["cap"][place] = _micro(rule.caps.cycle, day)
        book["limits"][place, :len(levels)] = [_micro(level.at_least, day) for level in levels]
        book["repeats"][place, :len(rule.repeats)] = [int(r.warnings.number(day)) for r in rule.repeats]
    book["points"][:len(dawns), :len(scenario.kinds)] = _points(scenario, arm, policy, [max(t, scenario.start) for t in dawns])
    _put_responses(scenario, [arm.use.responses[t.name] for t in levels], book)
    return made


def bits_of(ledgers: Iterable[LedgerKind]) -> int:
    """Return the ledgers as bits."""
    return sum({LedgerKind.UNIT: UNIT_BIT, LedgerKind.PERSON: PERSON_BIT}[kind] for kind in ledgers)


def scored(arm: Arm) -> Policy:
    """Return the policy of *arm* with its thresholds."""
    assert arm.policy.scoring is not None
    return replace(arm.policy, scoring=with_thresholds(arm.policy.scoring, arm.thresholds))


def _check_responses(arm: Arm, rule: ScoreRule) -> None:
    lacking = [t.name for t in rule.thresholds if t.name not in arm.use.responses]
    if lacking:
        raise BadInput(f"方案「{arm.name}」的等级「{'、'.join(lacking)}」没有写处置", where="policies › responses",
                       mend="给规则的每个等级写一种处置")


def _check_sizes(arm: Arm, rule: ScoreRule, turns: int) -> None:
    if turns > MAX_REGIMES or len(rule.repeats) > MAX_REPEATS:
        raise BadInput(f"规则在推演期内改了 {turns - 1} 次、有 {len(rule.repeats)} 条累计后果，推演至多 {MAX_REGIMES - 1} 次、{MAX_REPEATS} 条",
                       where=f"policies › {arm.name}", mend="缩短推演期")


def _places(turns: list[date], days: np.ndarray) -> np.ndarray:
    return np.maximum(np.searchsorted(np.array([day_number(t) for t in turns]), days, side="right") - 1, 0)


def _turns(values: tuple[Dated, ...], policy: Policy, first: int, days: int) -> list[date]:
    """Days on which one of *values* changes, from the one in force at the start on."""
    start, end = day_of(first), day_of(first + days)
    found = regimes(values, policy.in_force.start)
    return [max(t for t in found if t <= start), *(t for t in found if start < t < end)]


def _window(rule: ScoreRule, days: np.ndarray, months: int) -> np.ndarray:
    if rule.cycle.kind is CycleKind.ANCHORED:
        assert rule.cycle.anchor is not None
        return anchored_start(days, day_number(rule.cycle.anchor), months)
    if rule.cycle.kind is CycleKind.ROLLING:
        return add_months(days, -months) + 1
    return add_months(days, months)


def _micro(value: Dated | None, day: date) -> int:
    return NO_LIMIT if value is None else round(value.number(day) * MICRO)


def _points(scenario: Scenario, arm: Arm, policy: Policy, turns: list[date]) -> np.ndarray:
    """Points of every (regime, kind, flags), by scoring one event of each with the policy itself."""
    kinds, flags = len(scenario.kinds), 1 << len(FLAGS)
    count = len(turns) * kinds * flags
    regime, rest = np.divmod(np.arange(count), kinds * flags)
    kind, bits = np.divmod(rest, flags)
    days = pd.to_datetime([turns[r] for r in regime])
    frame = pd.DataFrame({
        "event_id": [f"E{i}" for i in range(count)], "unit_id": "U", "person_id": "P", "occurred_on": days,
        "verified_on": days, "clue_status": "属实", "behaviour": [arm.use.behaviours[scenario.kinds[k].name] for k in kind]})
    for place, name in enumerate(FLAGS):
        frame[name] = pd.array((bits >> place) & 1 == 1, dtype="boolean")
    events = read_events(frame, scenario.end)
    found = points_of(policy, events, event_columns(policy, events, {"warning_events": frame}, scenario.end))
    if found.unknown.any():
        place = int(np.flatnonzero(found.unknown)[0])
        raise BadInput(f"规则「{policy.name}」对「{frame['behaviour'][place]}」的分值在推演中算不出：{BASES[found.basis[place]].label}",
                       where=f"policies › {arm.name}", mend="换成扣分表里有的情形，或换用只看领导干部、主动报告、隐瞒、容错的规则")
    return found.micro.reshape(len(turns), kinds, flags)


def _put_responses(scenario: Scenario, names: list[str], book: np.void) -> None:
    for place, name in enumerate(names):
        book["deters"][place] = scenario.value(f"responses.{name}.deters")
        book["colleagues"][place] = scenario.value(f"responses.{name}.colleagues")
        book["minutes"][place] = round(60 * scenario.value(f"responses.{name}.hours"))
