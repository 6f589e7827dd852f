"""Scores the warning events of a ledger by a policy, as on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.policy.charge import charges
from fangkong_lab.policy.columns import Columns, Tables
from fangkong_lab.policy.cycle import NO_DAY, day_of
from fangkong_lab.policy.events import STANDINGS, Events, Standing, read_events
from fangkong_lab.policy.points import MICRO, Points, event_columns, points_of
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score_rule import ScoreRule
from fangkong_lab.policy.standing import Ledger, keep
from fangkong_lab.policy.words import CANNOT_TELL, LEAD_MARK, LedgerKind
from fangkong_lab.result import html_of

_HEADERS = {"kind": "台账", "subject": "对象", "cycle_start": "周期起", "cycle_end": "周期止", "score": "计分", "level": "等级",
            "colour": "颜色", "warnings": "计入次数", "undetermined": "不能判定的事件数", "frozen_on": "冻结于",
            "consequences": "后果", "assumed": "假定", "mark": "性质"}


@dataclass(frozen=True)
class Scores:
    """The points of every event, and where every unit and person stands on *as_of*."""

    policy: Policy
    as_of: date
    events: Events = field(repr=False)
    points: Points = field(repr=False)
    ledgers: tuple[Ledger, ...] = field(repr=False)
    columns: Columns = field(repr=False, compare=False)

    @property
    def rule(self) -> ScoreRule:
        """The score rule of the policy."""
        assert self.policy.scoring is not None
        return self.policy.scoring

    def ledger(self, kind: LedgerKind) -> Ledger:
        """Return one ledger; `WrongCall` where the rule does not keep it."""
        for ledger in self.ledgers:
            if ledger.charges.kind is kind:
                return ledger
        raise WrongCall(f"「{self.policy.name}」不记{kind.label}的分", mend="换一个台账")

    def states(self, past: bool = False) -> pd.DataFrame:
        """Return where every subject stands now (or, with *past*, every earlier cycle), sorted by kind and subject.

        Columns: kind, subject, cycle_start, cycle_end (first day after; NaT where none runs), score, level (不能判定 where
        an event's points are unknown and the highest level is not reached anyway), colour, warnings, undetermined,
        frozen_on (day as of which an open appeal holds the state), consequences, assumed (the kinds of
        values in the rule that no source supports), mark.
        """
        parts = [_state_frame(self, ledger, past) for ledger in self.ledgers]
        made = pd.concat(parts, ignore_index=True)
        return made.sort_values(["kind", "subject", "cycle_start"], kind="stable").reset_index(drop=True)

    def entered(self) -> np.ndarray:
        """Return whether each event belongs to a ledger that is kept, counted or not."""
        return np.logical_or.reduce([ledger.charges.of != -1 for ledger in self.ledgers])

    def counted(self) -> np.ndarray:
        """Return whether each event counts in at least one ledger."""
        found = np.zeros(len(self.events.frame), dtype=bool)
        for ledger in self.ledgers:
            found[ledger.entries.event[ledger.entries.counted]] = True
        return found

    def event_points(self) -> np.ndarray:
        """Return the points each event adds where it counts (bonuses negative), NaN where they cannot be told."""
        sign = np.where(self.points.bonus, -1.0, 1.0)
        worth = np.where(self.counted(), sign * self.points.micro / MICRO, 0.0)
        unknown = self.points.unknown & self.events.is_in(Standing.COUNTS) & self.entered()
        return np.where(unknown, np.nan, worth)

    def table(self) -> pd.DataFrame:
        """Return the present states with Chinese headers."""
        made = self.states().assign(kind=lambda f: f["kind"].map({k.value: k.label for k in LedgerKind}))
        made["consequences"] = made["consequences"].map("；".join)
        return made[list(_HEADERS)].rename(columns=_HEADERS)

    def sentence(self) -> str:
        """Return the counts in one sentence, the policy's caveat included."""
        parts = []
        for ledger in self.ledgers:
            own = _state_frame(self, ledger, past=False)
            known = own[own["level"] != ""]["level"].value_counts()
            words = [f"{t.name} {known[t.name]}" for t in self.rule.thresholds if t.name in known.index]
            words += [f"{CANNOT_TELL} {known[CANNOT_TELL]}"] if CANNOT_TELL in known.index else []
            parts.append(f"{ledger.charges.kind.label} {len(own)} 个(" + ("、".join(words) or "均未达到任何等级") + ")")
        count = int(self.counted().sum())
        return (f"按「{self.policy.title()}」，截至 {self.as_of}，{int(self.entered().sum())} 件事件中计入 {count} 件；"
                + "；".join(parts) + f"。{self._past_sentence()}预警用于提醒和核查，{LEAD_MARK}。")

    def _past_sentence(self) -> str:
        past = sum(int((~ledger.states.now & (ledger.states.level >= 0)).sum()) for ledger in self.ledgers)
        return f"已结束的周期里达到过等级的另有 {past} 次。" if past else ""

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), "；".join(c.sentence() for _, c in self.policy.sources))


def score(policy: Policy, tables: Tables, as_of: date) -> Scores:
    """Score the warning events of *tables* by *policy* as on *as_of*.

    Semantics: docs/policies.md, "记分怎么算". *tables* is not changed. Raises `WrongCall` for a grading policy,
    `NotInForce` where *as_of* or a verified event lies outside the rule's days, `BadInput` for a missing table or cells
    outside their lists.
    """
    if policy.scoring is None:
        raise WrongCall(f"「{policy.name}」是分级规则，不能用来记分", mend="改用 fangkong grade")
    policy.check_day(as_of)
    frame = tables.get(policy.table)
    needed = ("event_id", "unit_id", "occurred_on", "behaviour", "clue_status")
    lacking = [c for c in needed if frame is None or c not in frame.columns]
    if frame is None or lacking:
        raise BadInput("台账里没有预警事件表，或缺列：" + "、".join(lacking), where=policy.name, mend="先导入预警事件")
    events = read_events(frame.reset_index(drop=True), as_of)
    columns = event_columns(policy, events, tables, as_of)
    points = points_of(policy, events, columns)
    ledgers = tuple(keep(policy.scoring, events, points, charged, as_of)
                    for charged in charges(policy.scoring.charge, events, tables))
    return Scores(policy, as_of, events, points, ledgers, columns)


def _state_frame(scores: Scores, ledger: Ledger, past: bool) -> pd.DataFrame:
    states, rule = ledger.states, scores.rule
    rows = states.now != past
    level, open_level = _level_words(scores, ledger, rows)
    colours = np.array([*(t.colour for t in rule.thresholds), ""], dtype=object)
    judged = states.judged[rows]
    frozen = np.where(judged < _today(scores), judged, NO_DAY)
    end = np.where(states.end[rows] == NO_DAY, NO_DAY, states.end[rows])
    return pd.DataFrame({
        "kind": ledger.charges.kind.value,
        "subject": np.array(ledger.charges.subjects, dtype=object)[states.subject[rows]],
        "cycle_start": _dates(states.start[rows]), "cycle_end": _dates(end), "score": states.score[rows] / MICRO,
        "level": level, "colour": np.where(open_level, CANNOT_TELL, colours[states.level[rows]]),
        "warnings": states.warnings[rows], "undetermined": states.opaque[rows], "frozen_on": _dates(frozen),
        "consequences": _consequences(scores, ledger, rows, open_level),
        "assumed": scores.policy.assumed_kinds(),
        "mark": LEAD_MARK if ledger.charges.kind is LedgerKind.PERSON else ""})


def _today(scores: Scores) -> int:
    return (scores.as_of - date(1970, 1, 1)).days


def _level_words(scores: Scores, ledger: Ledger, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    names = np.array([*(t.name for t in scores.rule.thresholds), ""], dtype=object)
    level = ledger.states.level[rows]
    open_level = (ledger.states.opaque[rows] > 0) & (level != 0)
    return np.where(open_level, CANNOT_TELL, names[level]), open_level


def _dates(days: np.ndarray) -> pd.Series:
    moment = np.where(days == NO_DAY, 0, days).astype("datetime64[D]").astype("datetime64[ns]")
    return pd.Series(np.where(days == NO_DAY, np.datetime64("NaT"), moment))


def _consequences(scores: Scores, ledger: Ledger, rows: np.ndarray, open_level: np.ndarray) -> pd.Series:
    """Consequences of the level surely reached and of repetition; few distinct ones, so they are shared."""
    states = ledger.states
    days, places = np.unique(states.judged[rows], return_inverse=True)
    shared: dict[tuple[int, int, int], tuple[str, ...]] = {}
    keys = zip(places.tolist(), states.level[rows].tolist(), states.warnings[rows].tolist(), strict=True)
    most = max((int(r.warnings.number(scores.as_of)) for r in scores.rule.repeats), default=0)
    made = []
    for place, level, warnings in keys:
        key = (place, level, min(warnings, most))
        if key not in shared:
            shared[key] = consequences(scores.rule, level, warnings, max(day_of(days[place]), scores.policy.in_force.start))
        made.append(shared[key])
    return pd.Series(made, dtype=object)


def consequences(rule: ScoreRule, level: int, warnings: int, day: date) -> tuple[str, ...]:
    """Return what follows, on *day*, from a level (-1: none) and from the number of events counted in the cycle."""
    found = [c.sentence(day) for c in rule.thresholds[level].consequences] if level >= 0 else []
    found += [r.consequence.sentence(day) for r in rule.repeats if warnings >= r.warnings.number(day)]
    return tuple(found)


def standing_of(scores: Scores, place: int) -> Standing:
    """Return what becomes of the event at *place*."""
    return STANDINGS[scores.events.standing[place]]
