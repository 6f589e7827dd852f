"""Says of every event what it costs and why it counts, or does not."""

from __future__ import annotations

from datetime import date

import numpy as np

from fangkong_lab.policy.cycle import NO_DAY, day_number, day_of
from fangkong_lab.policy.dated import regimes
from fangkong_lab.policy.events import STANDINGS, STRUCK, UNKNOWN, Standing
from fangkong_lab.policy.points import BASES, MICRO, Basis
from fangkong_lab.policy.score import Scores
from fangkong_lab.policy.score_rule import Modifier
from fangkong_lab.policy.standing import Ledger

_BY_PEOPLE = (Basis.RECORDED, Basis.EXEMPT, Basis.EXEMPT_LESS, Basis.CHANGED)


def whys(scores: Scores) -> list[list[str]]:
    """Return for every event, in the ledger's order, the lines that explain its points and whether they count."""
    lines = [_own(scores, place) for place in range(len(scores.events.frame))]
    for modifier in scores.rule.modifiers:
        for place, line in _multiplied(scores, modifier):
            lines[place].append(line)
    for ledger in scores.ledgers:
        for place, line in enumerate(_entered(scores, ledger)):
            if line:
                lines[place].append(line)
    for place in np.flatnonzero(~scores.entered()).tolist():
        lines[place].append("不属于本规则所记的台账")
    return lines


def _own(scores: Scores, place: int) -> list[str]:
    standing = STANDINGS[scores.events.standing[place]]
    basis = BASES[scores.points.basis[place]]
    status = scores.events.frame["clue_status"].iloc[place]
    first = f"核查结论「{status}」" if standing is Standing.COUNTS else standing.label
    if basis is Basis.NOT_JUDGED:
        return [first]
    behaviour = scores.events.frame["behaviour"].iloc[place]
    if basis not in (Basis.TABLE, Basis.NO_FACTOR):
        own = f" {scores.points.micro[place] / MICRO:g} 分" if basis in _BY_PEOPLE else ""
        return [first, f"情形「{behaviour}」：{basis.label}{own}"]
    line = scores.rule.listed()[str(behaviour).strip()]
    day = rule_day(scores, place)
    return [first, f"情形「{behaviour}」{'加' if line.bonus else '扣'} {line.points.number(day):g} 分"]


def rule_day(scores: Scores, place: int) -> date:
    """Return the day whose rule applies to the event: the day it occurred."""
    occurred = scores.events.occurred[place]
    return scores.as_of if occurred == NO_DAY else max(day_of(occurred), scores.policy.in_force.start)


def _multiplied(scores: Scores, modifier: Modifier) -> list[tuple[int, str]]:
    judged = np.isin(scores.points.basis, [BASES.index(Basis.TABLE), BASES.index(Basis.NO_FACTOR)]) & ~scores.points.bonus
    days = regimes((modifier.factor, *modifier.when.values()), scores.policy.in_force.start)
    starts = np.array([day_number(d) for d in days])
    regime = np.searchsorted(starts, scores.events.occurred, side="right") - 1
    found = []
    for place in np.unique(regime[judged]):
        rows = np.flatnonzero(judged & (regime == place))
        truth = modifier.when.truth(scores.columns.rows(rows), days[max(place, 0)])
        factor = modifier.factor.number(days[max(place, 0)])
        found += [(row, f"{modifier.name} ×{factor:g}") for row in rows[truth.yes].tolist()]
        lacks = "、".join(scores.columns.lack(n) for n in modifier.when.inputs())
        found += [(row, f"{modifier.name}：不能判定（{lacks}）") for row in rows[~truth.yes & ~truth.no].tolist()]
    return found


def _entered(scores: Scores, ledger: Ledger) -> list[str]:
    lines = [""] * len(scores.events.frame)
    for place in np.flatnonzero(ledger.charges.of == -2).tolist():
        lines[place] = f"{ledger.charges.kind.label}台账：对象不能确定（预警对象岗位当日任职人员不明）"
    for place in np.flatnonzero(ledger.charges.of == -3).tolist():
        lines[place] = f"{ledger.charges.kind.label}台账：不计入"
    judged, entries = _judged(ledger), ledger.entries
    cycles = dict(zip(entries.event[entries.counted].tolist(), entries.cycle[entries.counted].tolist(), strict=True))
    for event in np.flatnonzero(ledger.charges.of >= 0).tolist():
        subject = ledger.charges.of[event]
        name = f"{ledger.charges.kind.label} {ledger.charges.subjects[subject]}"
        lines[event] = (f"{name}：计入 {day_of(cycles[event])} 起的周期" if event in cycles
                        else _not_counted(scores, event, name, judged[subject]))
    return lines


def _judged(ledger: Ledger) -> np.ndarray:
    return ledger.states.judged[ledger.states.now]


def _not_counted(scores: Scores, event: int, name: str, judged: int) -> str:
    events, today = scores.events, day_number(scores.as_of)
    standing = STANDINGS[events.standing[event]]
    if standing in (*STRUCK, Standing.PENDING, Standing.UNPROVEN):
        return f"{name}：不计入"
    if standing in UNKNOWN or scores.points.unknown[event]:
        return f"{name}：不能判定"
    for what, day in (("发生", events.occurred[event]), ("核实", events.verified[event])):
        if day > today:
            return f"{name}：不计入（{what}日期 {day_of(day)} 晚于评估日）"
        if day > judged:
            return f"{name}：不计入（申诉未办结，状态冻结在 {day_of(judged)}）"
    if scores.points.micro[event] == 0:
        return f"{name}：不计入（0 分）"
    return f"{name}：不计入（不在计分的周期内）"
