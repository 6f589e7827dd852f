"""How far a design carries: the Maryland Scientific Methods Scale, 1 (weakest) to 5, each with its reason.

Sherman, Gottfredson, MacKenzie, Eck, Reuter & Bushway 1997, "Preventing Crime: What Works, What Doesn't, What's
Promising", chapter 2. Our reading: 1 no comparison in time; 2 before and after without comparable units; 3 with and without
the pilot, before and after; 4 many units with and without, preconditions tested and none failed, pilots not chosen by
outcome; 5 units drawn by lot.
"""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.assumption import Assumption, State
from fangkong_lab.kinds import Kind


class Assignment(Kind):
    """How pilot units were chosen."""

    UNKNOWN = "unknown", "选取办法未载"
    CHOSEN = "chosen", "指定"
    BY_LOT = "by_lot", "抽签"


_MEANING = {1: "只有一个时点的相关", 2: "只有前后对比，没有可比单位", 3: "有对照单位的前后对比",
            4: "多个单位的对照，前提检验未见不符，试点不按结果选取", 5: "试点单位由抽签确定"}


@dataclass(frozen=True)
class Evidence:
    """*level* 1–5 of the Maryland scale and the *reason*, one Chinese clause."""

    level: int
    reason: str

    def __post_init__(self) -> None:
        if self.level not in _MEANING:
            raise BadInput(f"证据等级 {self.level} 不在 1–5 之内", mend="核对证据等级")

    @property
    def meaning(self) -> str:
        """Return what the level means in general."""
        return _MEANING[self.level]

    def sentence(self) -> str:
        """Return level, meaning and reason."""
        return f"证据等级{self.level}级（马里兰量表，1最弱、5最强）：{self.reason}。"


def grade(best: int, assumptions: tuple[Assumption, ...], assignment: Assignment, *, treated: int, control: int) -> Evidence:
    """Return the level of a design that can reach *best* (2 before/after and ITS, 3 with comparison units).

    Drawn by lot with at least 5 units a side: 5 (below, one level lower: a lot of few balances nothing). A failed
    precondition costs a level, down to 1. One pilot or one comparison unit cannot be told from that unit's own year:
    at most 2. Level 4 is never given by the data alone.
    """
    failed = [a.name for a in assumptions if a.state is State.FAILED]
    if assignment is Assignment.BY_LOT and best >= 3:
        start, why = (5, _MEANING[5]) if min(treated, control) >= 5 else (4, "抽签确定，但单位太少，抽签未必使两组可比")
    else:
        start, why = best, _MEANING[best]
    if best >= 3 and assignment is not Assignment.BY_LOT and min(treated, control) < 2:
        start, why = 2, "试点或对照单位不足2个，与个别单位自身的波动分不开"
    level = max(1, start - len(failed))
    lowered = f"；{'、'.join(failed)}未通过，降{start - level}级" if level < start else ""
    return Evidence(level, why + lowered)
