"""A warning notice: only for an event that a named human has decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from fangkong_lab.errors import BadInput, WrongCall, did_you_mean
from fangkong_lab.policy.score import Scores
from fangkong_lab.policy.why import whys
from fangkong_lab.policy.words import LEAD_MARK


@dataclass(frozen=True)
class Notice:
    """The text of a notice for one event; *decided_by* is the code of the person who decided."""

    event_id: str
    decided_by: str
    decided_on: date
    lines: tuple[str, ...]

    def text(self) -> str:
        """Return the notice as plain text."""
        return "\n".join(self.lines) + "\n"


def notice(scores: Scores, event_id: str) -> Notice:
    """Return the notice for *event_id*.

    Raises `BadInput` where nobody has decided (决定人代号, 决定日期), where the decision lies after the day of judgement, or
    where the event does not count: the software never issues a warning by itself.
    """
    frame = scores.events.frame
    ids = frame["event_id"].astype(str).to_numpy()
    hits = np.flatnonzero(ids == event_id)
    if not len(hits):
        raise WrongCall(f"没有编号为「{event_id}」的事件", mend=did_you_mean(event_id, tuple(ids[:2000])))
    place = int(hits[0])
    row = frame.iloc[place]
    decided_by, decided_on = row.get("decided_by"), row.get("decided_on")
    where = f"预警事件 › {event_id}"
    if pd.isna(decided_by) or not str(decided_by).strip() or pd.isna(decided_on):
        raise BadInput("没有决定人代号或决定日期，不能出具预警通知书", where=where, mend="由有权限的人决定后，在台账填写「决定人代号」和「决定日期」")
    day = pd.Timestamp(decided_on).date()
    if day > scores.as_of:
        raise BadInput(f"决定日期 {day} 晚于评估日 {scores.as_of}", where=where, mend="换评估日期，或核对决定日期")
    if not scores.counted()[place]:
        raise BadInput("该事件不计分（" + "；".join(whys(scores)[place]) + "），不能出具预警通知书", where=where, mend="先核实事件")
    return Notice(event_id, str(decided_by), day, _lines(scores, place, str(decided_by), day))


def _lines(scores: Scores, place: int, decided_by: str, day: date) -> tuple[str, ...]:
    row = scores.events.frame.iloc[place]
    about = (("warned_unit", "预警单位"), ("warned_post", "预警岗位"), ("person_id", "人员代号"), ("behaviour", "情形"),
             ("feedback", "反馈方式"))
    told = [f"{label}：{row[name]}" for name, label in about if name in row.index and not pd.isna(row[name])]
    return ("预警通知书（稿）", f"事件编号：{row['event_id']}", *told, f"依据规则：{scores.policy.title()}",
            f"扣分：{scores.event_points()[place]:g} 分({'；'.join(whys(scores)[place])})",
            f"决定人代号：{decided_by}", f"决定日期：{day}", f"本件由上列决定人决定，软件只作核算；{LEAD_MARK}。")
