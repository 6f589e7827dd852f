"""Where each unit or person stands on the day of judgement: freezing appeals, cycles, sums, levels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from fangkong_lab.policy.charge import Charges
from fangkong_lab.policy.cycle import (
    NO_DAY,
    add_months,
    anchored_start,
    cycle_end,
    day_number,
    day_of,
    keyed,
    opened_starts,
)
from fangkong_lab.policy.dated import Dated, regimes
from fangkong_lab.policy.events import STRUCK, UNKNOWN, Events, Standing
from fangkong_lab.policy.points import MICRO, Points
from fangkong_lab.policy.score_rule import ScoreRule
from fangkong_lab.policy.words import CycleKind


@dataclass(frozen=True)
class Entries:
    """The entries of one ledger that matter to a state: events charged to a known subject, counted or opaque.

    *event* and *subject* are places; *counted*: the points are in the state; *opaque*: the event belongs to the state,
    but its points cannot be told; *cycle*: first day of its cycle (`NO_DAY`: in none).
    """

    event: np.ndarray
    subject: np.ndarray
    counted: np.ndarray
    opaque: np.ndarray
    cycle: np.ndarray


@dataclass(frozen=True)
class States:
    """One row per subject and cycle, sorted; *now* marks the state on the day of judgement, which every subject has.

    *judged*: the day as of which the subject stands (earlier than the day of judgement where an open appeal freezes);
    *start*, *end*: its cycle (`NO_DAY`: none is running); *deducted*, *bonus* raw, *score* after caps, in millionths;
    *warnings*: events counted with points; *opaque*: events whose points cannot be told; *level*: place in the rule's
    thresholds (-1: below all).
    """

    subject: np.ndarray
    now: np.ndarray
    judged: np.ndarray
    start: np.ndarray
    end: np.ndarray
    deducted: np.ndarray
    bonus: np.ndarray
    score: np.ndarray
    warnings: np.ndarray
    opaque: np.ndarray
    level: np.ndarray


@dataclass(frozen=True)
class Ledger:
    """One ledger of a rule on a day: who is charged, the entries, the states."""

    charges: Charges
    entries: Entries
    states: States


def keep(rule: ScoreRule, events: Events, points: Points, charged: Charges, as_of: date) -> Ledger:
    """Return the ledger of *charged* on *as_of* (docs/policies.md, "记分怎么算")."""
    live = (charged.of >= 0) & ~events.is_in(*STRUCK)
    event = np.flatnonzero(live)
    subject = charged.of[event]
    judged = frozen_days(events, event, subject, len(charged.subjects), day_number(as_of))
    months = int(rule.cycle.months.number(as_of))
    entries = _entries(rule, events, points, (event, subject), judged, months)
    return Ledger(charged, entries, _states(rule, points, entries, judged, months))


def frozen_days(events: Events, event: np.ndarray, subject: np.ndarray, subjects: int, today: int) -> np.ndarray:
    """Return the day as of which each subject stands.

    An appeal that is open on a day freezes its subject as on the day before the appeal; if another appeal was open on
    that day, as on the day before that one, and so on. 变更, 撤销, 不实 and 已澄清 known by *today* take effect at once.
    """
    judged = np.full(subjects, today, dtype=np.int64)
    appeals = np.flatnonzero((events.appealed[event] != NO_DAY) & events.appeal_counts[event])
    if not len(appeals):
        return judged
    made, closed, who = events.appealed[event[appeals]], events.closed[event[appeals]], subject[appeals]
    while True:
        day = judged[who]
        is_open = (made <= day) & ((closed == NO_DAY) | (day < closed))
        if not is_open.any():
            return judged
        np.minimum.at(judged, who[is_open], made[is_open] - 1)


def _entries(rule: ScoreRule, events: Events, points: Points, rows: tuple[np.ndarray, np.ndarray],
             judged: np.ndarray, months: int) -> Entries:
    event, subject = rows
    day, occurred = judged[subject], events.occurred[event]
    stands = events.is_in(Standing.COUNTS)[event]
    # NO_DAY is the least number, so an empty date does not hide an event whose place in time is unknown
    known_by = (occurred <= day) & (events.verified[event] <= day)
    unknown = points.unknown[event]
    counted = stands & known_by & ~unknown & (points.micro[event] > 0)
    opaque = known_by & ((stands & unknown) | events.is_in(*UNKNOWN)[event])
    deductions = counted & ~points.bonus[event]
    cycle = _cycles(rule, occurred, subject, (deductions, (counted | opaque) & ~deductions, judged), months)
    made = Entries(event, subject, counted & (cycle != NO_DAY), opaque, cycle)
    if opaque.any():
        opaque &= (cycle != NO_DAY) | _may_matter(rule, made, occurred, judged, months)
    return _only(replace(made, opaque=opaque), made.counted | opaque)


def _only(entries: Entries, rows: np.ndarray) -> Entries:
    return Entries(entries.event[rows], entries.subject[rows], entries.counted[rows], entries.opaque[rows], entries.cycle[rows])


def _may_matter(rule: ScoreRule, made: Entries, occurred: np.ndarray, judged: np.ndarray, months: int) -> np.ndarray:
    """Whether an event in no cycle could still touch the current state, were it known."""
    if rule.cycle.kind is not CycleKind.FIRST_EVENT:
        return occurred == NO_DAY
    current = _current(rule, made, judged, months)
    since = add_months(np.where(current == NO_DAY, judged, current), -months)
    return (occurred == NO_DAY) | (occurred > since[made.subject])


def _cycles(rule: ScoreRule, occurred: np.ndarray, subject: np.ndarray, opens: tuple[np.ndarray, np.ndarray, np.ndarray],
            months: int) -> np.ndarray:
    deductions, others, judged = opens
    placed = np.where(occurred == NO_DAY, 0, occurred)
    if rule.cycle.kind is CycleKind.ANCHORED:
        assert rule.cycle.anchor is not None
        found = anchored_start(placed, day_number(rule.cycle.anchor), months)
    elif rule.cycle.kind is CycleKind.ROLLING:
        first = _window_start(judged, months)[subject]
        found = np.where(placed >= first, first, NO_DAY)
    else:
        return _opened(occurred, subject, deductions, others, months)
    return np.where(occurred == NO_DAY, NO_DAY, found)


def _opened(occurred: np.ndarray, subject: np.ndarray, opens: np.ndarray, others: np.ndarray, months: int) -> np.ndarray:
    """Cycles opened by deductions; each of *others* lies in the cycle of its subject that was running on its day."""
    which = np.flatnonzero(opens)
    order = which[np.argsort(keyed(subject[which], occurred[which]), kind="stable")]
    starts = opened_starts(subject[order], occurred[order], months)
    found = np.full(len(occurred), NO_DAY)
    found[order] = starts
    rest = np.flatnonzero(others & (occurred != NO_DAY))
    if not len(rest):
        return found
    before = np.searchsorted(keyed(subject[order], occurred[order]), keyed(subject[rest], occurred[rest]), side="right") - 1
    ok = before >= 0
    ok[ok] = subject[order][before[ok]] == subject[rest[ok]]
    start = starts[before[ok]]
    inside = occurred[rest[ok]] < add_months(start, months)
    found[rest[ok][inside]] = start[inside]
    return found


def _window_start(judged: np.ndarray, months: int) -> np.ndarray:
    """The first day of the window (t − months, t]."""
    return add_months(judged, -months) + 1


def _states(rule: ScoreRule, points: Points, entries: Entries, judged: np.ndarray, months: int) -> States:
    current = _current(rule, entries, judged, months)
    subject, start, place = _rows(entries, current)
    size = len(subject)
    micro, bonus = points.micro[entries.event], points.bonus[entries.event]
    deductions = entries.counted & ~bonus
    deducted = _sum(place, micro, deductions, size)
    gained = _sum(place, micro, entries.counted & bonus, size)
    warnings = np.bincount(place[deductions], minlength=size)
    opaque = np.bincount(place[entries.opaque], minlength=size)
    now = start == current[subject]
    end = cycle_end(start, months, rule.cycle.kind)
    day = np.where((end == NO_DAY) | (end > judged[subject]), judged[subject], end - 1)
    score, level = _levels(rule, deducted, gained, day)
    return States(subject, now, judged[subject], start, end, deducted, gained, score, warnings, opaque, level)


def _sum(place: np.ndarray, micro: np.ndarray, which: np.ndarray, size: int) -> np.ndarray:
    if not which.any():
        return np.zeros(size, dtype=np.int64)
    # float sums of whole numbers are exact below 2^53 millionths, which no ledger reaches
    return np.bincount(place[which], weights=micro[which].astype(np.float64), minlength=size).astype(np.int64)


def _current(rule: ScoreRule, entries: Entries, judged: np.ndarray, months: int) -> np.ndarray:
    """The first day of the cycle in which each subject is on its judged day (`NO_DAY`: none is running)."""
    if rule.cycle.kind is CycleKind.ANCHORED:
        assert rule.cycle.anchor is not None
        return anchored_start(judged, day_number(rule.cycle.anchor), months)
    if rule.cycle.kind is CycleKind.ROLLING:
        return _window_start(judged, months)
    last = np.full(len(judged), NO_DAY)
    np.maximum.at(last, entries.subject[entries.counted], entries.cycle[entries.counted])
    running = (last != NO_DAY) & (add_months(np.where(last == NO_DAY, 0, last), months) > judged)
    return np.where(running, last, NO_DAY)


def _rows(entries: Entries, current: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One row per subject with its current cycle, and one per earlier cycle with entries; the row of every entry."""
    # an opaque event in no cycle is held against the current state: it may belong to it
    cycle = np.where(entries.cycle == NO_DAY, current[entries.subject], entries.cycle)
    subject = np.concatenate([np.arange(len(current)), entries.subject])
    start = np.concatenate([current, cycle])
    key = keyed(subject, start)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    row = np.empty(len(order), dtype=np.int64)
    row[order] = np.cumsum(fresh) - 1
    first = order[fresh]
    return subject[first], start[first], row[len(current):]


def _levels(rule: ScoreRule, deducted: np.ndarray, gained: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score after caps, and level, by the thresholds in force on each state's day."""
    values = [v for v in (rule.caps.cycle, rule.caps.bonus, *(t.at_least for t in rule.thresholds)) if v]
    score, level = np.zeros_like(deducted), np.full(len(deducted), -1, dtype=np.int8)
    if not len(deducted):
        return score, level
    turns = regimes(values, min((v.first for v in values), default=day_of(int(day.min()))))
    starts = np.array([day_number(d) for d in turns])
    regime = np.searchsorted(starts, day, side="right") - 1
    for place in np.unique(regime):
        rows = regime == place
        on = turns[max(place, 0)]
        taken = np.minimum(deducted[rows], _micro(rule.caps.cycle, on)) - np.minimum(gained[rows], _micro(rule.caps.bonus, on))
        score[rows] = np.maximum(taken, 0)
        limits = np.array([_micro(t.at_least, on) for t in reversed(rule.thresholds)], dtype=np.int64)
        reached = np.searchsorted(limits, score[rows], side="right") - 1
        level[rows] = np.where(reached < 0, -1, len(limits) - 1 - reached)
    return score, level


def _micro(value: Dated | None, day: date) -> int:
    return np.iinfo(np.int64).max if value is None else round(value.number(day) * MICRO)
