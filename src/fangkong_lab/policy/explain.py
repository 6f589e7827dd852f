"""The trees behind scores: how an event got its points, how a subject got its level."""

from __future__ import annotations

import numpy as np

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.policy.cycle import NO_DAY, day_of
from fangkong_lab.policy.dated import Dated
from fangkong_lab.policy.points import BASES, MICRO, Basis
from fangkong_lab.policy.score import Scores, standing_of
from fangkong_lab.policy.score_rule import Modifier
from fangkong_lab.policy.standing import Ledger
from fangkong_lab.policy.trace import Trace
from fangkong_lab.policy.why import rule_day
from fangkong_lab.policy.words import CANNOT_TELL, LEAD_MARK, LedgerKind


def explain_event(scores: Scores, event_id: str) -> Trace:
    """Return how the event *event_id* got its points, down to the values in force when it occurred and their sources."""
    ids = scores.events.frame["event_id"].astype(str).to_numpy()
    hits = np.flatnonzero(ids == event_id)
    if not len(hits):
        raise WrongCall(f"没有编号为「{event_id}」的事件", mend=did_you_mean(event_id, tuple(ids[:2000])))
    return _event(scores, int(hits[0]))


def _event(scores: Scores, place: int) -> Trace:
    points = scores.event_points()[place]
    shown = CANNOT_TELL if np.isnan(points) else f"{points:g} 分"
    name, basis = scores.events.frame["event_id"].iloc[place], BASES[scores.points.basis[place]]
    below = [Trace("核查与申诉", standing_of(scores, place).label)]
    if basis in (Basis.TABLE, Basis.NO_FACTOR):
        below += _table_lines(scores, place)
    elif basis is not Basis.NOT_JUDGED:
        evidence = scores.rule.unlisted_evidence.sentence() if basis in (Basis.RECORDED, Basis.UNLISTED, Basis.NO_RECORDED) else ""
        below.append(Trace(f"情形「{scores.events.frame['behaviour'].iloc[place]}」", basis.label, evidence))
    return Trace(f"事件 {name}", shown, "", tuple(below))


def _table_lines(scores: Scores, place: int) -> list[Trace]:
    day = rule_day(scores, place)
    behaviour = str(scores.events.frame["behaviour"].iloc[place]).strip()
    line = scores.rule.listed()[behaviour]
    found = [_value(f"情形「{behaviour}」", line.points, scores, place)]
    if not line.bonus:
        found += [_factor(scores, m, place) for m in scores.rule.modifiers]
    if scores.rule.caps.event is not None:
        found.append(_value("单件封顶", scores.rule.caps.event, scores, place))
    return [Trace("适用规则日（发生日）", day.isoformat()), *found]


def _value(label: str, value: Dated, scores: Scores, place: int) -> Trace:
    entry = value.at(rule_day(scores, place))
    return Trace(label, f"{entry.value:g}{value.unit}", entry.evidence.sentence())


def _factor(scores: Scores, modifier: Modifier, place: int) -> Trace:
    day = rule_day(scores, place)
    inner = modifier.when.trace(scores.columns.rows(np.array([place])), day)
    entry = modifier.factor.at(day)
    shown = {"是": f"×{entry.value:g}", "否": "不适用"}.get(inner.value, CANNOT_TELL)
    return Trace(f"倍数「{modifier.name}」", shown, entry.evidence.sentence(), (inner,))


def explain_state(scores: Scores, kind: LedgerKind, subject: str) -> Trace:
    """Return how a unit or person got its present level: events, sum, caps, thresholds, each with its source."""
    ledger = scores.ledger(kind)
    if subject not in ledger.charges.subjects:
        raise WrongCall(f"{kind.label}台账里没有「{subject}」", mend=did_you_mean(subject, ledger.charges.subjects))
    who = ledger.charges.subjects.index(subject)
    row = int(np.flatnonzero((ledger.states.subject == who) & ledger.states.now)[0])
    states = scores.states()
    own = states[(states["kind"] == kind.value) & (states["subject"] == subject)].iloc[0]
    mark = f"（{LEAD_MARK}）" if kind is LedgerKind.PERSON else ""
    head = f"{kind.label} {subject}{mark}：{scores.policy.title()}"
    level = str(own["level"]) or "未达到任何等级"
    return Trace(head, f"{own['score']:g} 分，{level}", "",
                 (scores.policy.in_force.trace(), *_cycle(scores, ledger, row), *_sums(scores, ledger, row), *_thresholds(scores, ledger, row, level)))


def _cycle(scores: Scores, ledger: Ledger, row: int) -> list[Trace]:
    states, cycle = ledger.states, scores.rule.cycle
    start = states.start[row]
    span = "没有正在进行的周期" if start == NO_DAY else f"自 {day_of(start)} 起"
    if states.end[row] != NO_DAY:
        span += f"，到 {day_of(states.end[row])} 之前"
    found = [Trace(f"周期（{cycle.kind.label}，{cycle.months.number(scores.as_of):g} 个月）", span, cycle.evidence.sentence(),
                   (Trace("周期长度", f"{cycle.months.number(scores.as_of):g} 个月", cycle.months.at(scores.as_of).evidence.sentence()),))]
    judged = day_of(states.judged[row])
    if judged < scores.as_of:
        found.append(Trace("申诉未办结", f"状态冻结在 {judged}（申诉前一日）"))
    return found


def _sums(scores: Scores, ledger: Ledger, row: int) -> list[Trace]:
    states, entries = ledger.states, ledger.entries
    mine = (entries.subject == states.subject[row]) & entries.counted & (entries.cycle == states.start[row])
    events = tuple(_event(scores, int(e)) for e in entries.event[mine])
    found = [Trace("计入的扣分", f"{states.deducted[row] / MICRO:g} 分", "", events)]
    if states.bonus[row]:
        found.append(Trace("计入的加分", f"{states.bonus[row] / MICRO:g} 分"))
    day = max(day_of(states.judged[row]), scores.policy.in_force.start)
    for label, cap in (("周期封顶", scores.rule.caps.cycle), ("加分封顶", scores.rule.caps.bonus)):
        if cap is not None:
            entry = cap.at(day)
            found.append(Trace(label, f"{entry.value:g} 分", entry.evidence.sentence()))
    if states.opaque[row]:
        found.append(Trace("分值不能判定的事件", f"{states.opaque[row]} 件"))
    return found


def _thresholds(scores: Scores, ledger: Ledger, row: int, level: str) -> list[Trace]:
    day = max(day_of(ledger.states.judged[row]), scores.policy.in_force.start)
    found = []
    for threshold in scores.rule.thresholds:
        entry = threshold.at_least.at(day)
        then = tuple(Trace("后果", c.sentence(day), c.text.at(day).evidence.sentence()) for c in threshold.consequences)
        found.append(Trace(f"门槛「{threshold.name}」", f"≥ {entry.value:g} 分", entry.evidence.sentence(),
                           then if threshold.name == level else ()))
    for repeat in scores.rule.repeats:
        entry = repeat.warnings.at(day)
        reached = ledger.states.warnings[row] >= repeat.warnings.number(day)
        own = (Trace("后果", repeat.consequence.sentence(day), repeat.consequence.text.at(day).evidence.sentence()),) if reached else ()
        found.append(Trace(f"累计「{repeat.name}」", f"≥ {entry.value:g} 次，现 {ledger.states.warnings[row]} 次",
                           entry.evidence.sentence(), own))
    return found
