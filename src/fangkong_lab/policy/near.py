"""Who stands one event from the next level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fangkong_lab.policy.points import MICRO
from fangkong_lab.policy.score import Scores
from fangkong_lab.policy.words import CANNOT_TELL, LEAD_MARK, LedgerKind
from fangkong_lab.result import html_of

_HEADERS = {"kind": "台账", "subject": "对象", "score": "计分", "level": "现等级", "next_level": "下一级", "gap": "差几分",
            "any_event": "任一情形即达", "behaviours": "一件即达的情形", "mark": "性质"}


@dataclass(frozen=True)
class Near:
    """Subjects that one more event (without multipliers, in the running cycle) would lift to a higher level."""

    scores: Scores
    frame: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return the subjects with Chinese headers, the smallest gap first."""
        made = self.frame.assign(kind=self.frame["kind"].map({k.value: k.label for k in LedgerKind}))
        made["any_event"] = made["any_event"].map({True: "是", False: "否"})
        made["behaviours"] = made["behaviours"].map("、".join)
        return made[list(_HEADERS)].rename(columns=_HEADERS)

    def sentence(self) -> str:
        """Return how many stand one event away."""
        sure = int(self.frame["any_event"].sum())
        return (f"按「{self.scores.policy.title()}」，截至 {self.scores.as_of}，再有一件就升级的对象 {len(self.frame)} 个，"
                f"其中任一情形都会升级的 {sure} 个。{LEAD_MARK}。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def one_event_away(scores: Scores) -> Near:
    """Return the subjects whom one more event on the day of judgement, at its plain points, would lift.

    Left out: subjects without points, at the highest level, under a freezing appeal, or with events whose points cannot be told. Without
    a running cycle the event would open one, so it starts from 0. A bonus lifts nobody.
    """
    rule, day = scores.rule, scores.as_of
    worth = {b.name: b.points.number(day) for b in rule.behaviours if not b.bonus and b.points.number(day) > 0}
    now = scores.states()
    limits = [(t.name, t.at_least.number(day)) for t in reversed(rule.thresholds)]
    rows: list[tuple[object, ...]] = []
    for state in now.itertuples(index=False):
        if state.score == 0 or state.level == CANNOT_TELL or not pd.isna(state.frozen_on):
            continue
        above = [(name, limit) for name, limit in limits if limit > state.score]
        if above and (hits := tuple(b for b, p in worth.items() if _micro(state.score + p) >= _micro(above[0][1]))):
            rows.append((state.kind, state.subject, state.score, state.level, above[0][0], above[0][1] - state.score,
                         len(hits) == len(worth), hits, state.mark))
    made = pd.DataFrame(rows, columns=list(_HEADERS))
    made["any_event"] = made["any_event"].astype(bool)
    return Near(scores, made.sort_values(["gap", "kind", "subject"], kind="stable").reset_index(drop=True))


def _micro(points: float) -> int:
    return int(np.round(points * MICRO))
