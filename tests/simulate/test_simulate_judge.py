"""The compiled judge gives what `fangkong_lab.policy.score` gives, on thousands of histories and every kind of cycle.

Witness: the scoring of real ledgers, itself held to a slow reference by tests/policy.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numba as nb
import numpy as np
import pandas as pd
import pytest
from simulate_worlds import ROLLING, TURNING, duty, reformed, shipped

from fangkong_lab.policy.cycle import day_number
from fangkong_lab.policy.score import score
from fangkong_lab.policy.words import LedgerKind
from fangkong_lab.simulate import judge
from fangkong_lab.simulate.rulebook import FLAGS, rulebook_of, scored
from fangkong_lab.simulate.scenario import Arm, Scenario
from fangkong_lab.simulate.settle import desk_of
from fangkong_lab.streams import stream

SUBJECTS, DAYS = 400, 700
RESULTS = {judge.STANDS: "维持", judge.REVOKED: "撤销", judge.ALTERED: "变更"}


@nb.njit
def stand_all(books, desks, heads, disputed, today):
    """Level, counted events, first day that counts, judged day of every chain."""
    made = np.zeros((len(heads), 4), np.int64)
    for i in range(len(heads)):
        chain = (heads[i], judge.NEXT_OF_PERSON, disputed[i])
        level, count, since, judged = judge.stand(books[0], desks[0], chain, today, False)
        made[i, 0], made[i, 1], made[i, 2], made[i, 3] = level, count, since, judged
    return made


def desk_with(entries: np.ndarray) -> np.ndarray:
    """A desk on which the entries lie."""
    desk = desk_of(0)
    desk[0]["entries"][:len(entries)] = entries
    return desk


def histories(scenario: Scenario, book: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Random entries, chained by subject in the order of days: entries, heads, and (kind, flags) of each."""
    draw = stream(seed, "histories")
    entries, heads, what = [], [], []
    for _ in range(SUBJECTS):
        days = np.sort(draw.integers(0, DAYS, draw.integers(1, 9)))
        heads.append(len(entries))
        for place, day in enumerate(days):
            kind, flags = int(draw.integers(len(scenario.kinds))), int(draw.integers(8))
            micro = book[0]["points"][book[0]["dawn"][day + 1], kind, flags]
            verified = day + draw.integers(0, 120)
            made = verified + draw.integers(0, 60) if draw.random() < 0.35 else judge.NEVER
            closed = made + draw.integers(0, 150) if made != judge.NEVER else judge.NEVER
            verdict = int(draw.integers(3)) if made != judge.NEVER else judge.STANDS
            cleared = verified + draw.integers(0, 200) if draw.random() < 0.15 else judge.NEVER
            following = len(entries) + 1 if place + 1 < len(days) else -1
            changed = int(np.round(micro * 0.5 / 1000)) * 1000
            entries.append([day, verified, micro, made, closed, verdict, changed, cleared, 1, 0, 0, 3, following, -1])
            what.append((kind, flags))
    return np.array(entries, dtype=np.int64), np.array(heads), np.array(what)


def ledger(scenario: Scenario, arm: Arm, entries: np.ndarray, heads: np.ndarray, what: np.ndarray, today: int) -> pd.DataFrame:
    """The same histories as an office would have them on *today*."""
    def day(column: int) -> pd.Series:
        days = entries[:, column]
        origin = pd.Timestamp(scenario.start)
        return pd.Series([origin + timedelta(days=int(d)) if d != judge.NEVER else pd.NaT for d in days])

    subject = np.repeat(np.arange(len(heads)), np.diff(np.r_[heads, len(entries)]))
    appealed = entries[:, judge.APPEALED] != judge.NEVER
    frame = pd.DataFrame({
        "event_id": [f"E{i}" for i in range(len(entries))], "unit_id": [f"S{s:04d}" for s in subject],
        "person_id": [f"S{s:04d}" for s in subject], "warned_unit": [f"S{s:04d}" for s in subject],
        "behaviour": [arm.use.behaviours[scenario.kinds[k].name] for k in what[:, 0]],
        "occurred_on": day(judge.OCCURRED), "verified_on": day(judge.VERIFIED),
        "clue_status": np.where(entries[:, judge.CLEARED] <= today, "已澄清", "属实"),
        "appealed_on": day(judge.APPEALED), "appeal_closed_on": day(judge.CLOSED),
        "appeal_result": [RESULTS[v] if a else None for v, a in zip(entries[:, judge.VERDICT], appealed, strict=True)],
        "points": np.where(entries[:, judge.VERDICT] == judge.ALTERED, entries[:, judge.CHANGED] / 1e6, np.nan)})
    for place, name in enumerate(FLAGS):
        frame[name] = pd.array((what[:, 1] >> place) & 1 == 1, dtype="boolean")
    return frame


def arms(folder: Path) -> dict[str, tuple[Scenario, Arm]]:
    scenario = replace(shipped(), months=30)
    later = replace(scenario, start=date(2023, 1, 1))
    return {"固定周期": (scenario, scenario.arms[0]), "收紧": (scenario, scenario.arms[1]),
            "首次记分起算": (scenario, scenario.arms[3]), "滚动": (scenario, reformed(scenario, ROLLING, folder)),
            "中途改规则": (scenario, reformed(scenario, TURNING, folder)), "倍数与单位": (later, duty(scenario))}


@pytest.mark.parametrize("name", ["固定周期", "收紧", "首次记分起算", "滚动", "中途改规则", "倍数与单位"])
def test_judge_equals_the_scoring_of_real_ledgers(name: str, tmp_path: Path) -> None:
    scenario, arm = arms(tmp_path)[name]
    book = rulebook_of(scenario, arm)
    policy = scored(arm)
    assert policy.scoring is not None
    kind = LedgerKind.PERSON if LedgerKind.PERSON in policy.scoring.charge.ledgers else LedgerKind.UNIT
    names = ["", *(t.name for t in reversed(policy.scoring.thresholds))]
    entries, heads, what = histories(scenario, book, seed=7)
    disputed = np.maximum.reduceat(np.where(entries[:, judge.APPEALED] != judge.NEVER, 1, -1), heads)
    seen, first, desk = set(), day_number(scenario.start), desk_with(entries)
    for today in [*range(0, scenario.days, 61), 90, 366, 730]:
        made = stand_all(book, desk, heads, disputed, today)
        tables = {"warning_events": ledger(scenario, arm, entries, heads, what, today)}
        states = score(policy, tables, scenario.start + timedelta(days=today)).states()
        known = states[states["kind"] == kind.value].set_index("subject")
        for place in range(len(heads)):
            subject = f"S{place:04d}"
            level, count, since, judged = made[place].tolist()
            if subject not in known.index:
                assert (level, count) == (0, 0)
                continue
            state = known.loc[subject]
            assert names[level] == state["level"]
            assert count == state["warnings"]
            frozen = state["frozen_on"]
            assert judged == (today if pd.isna(frozen) else (frozen - pd.Timestamp(scenario.start)).days)
            if count and not pd.isna(state["cycle_start"]):
                assert since == day_number(state["cycle_start"].date()) - first
            seen.add((level, bool(judged < today), count > 1))
    assert len({level for level, _, _ in seen}) == len(names), "every level is reached somewhere"
    assert {frozen for _, frozen, _ in seen} == {True, False}
