"""Placebo dates: the same estimate for starts at which nothing began, on the data before the true start only.

An effect that also "appears" at false dates is no effect of the pilot (in-time placebo: Heckman & Hotz 1989, JASA 84:862–874; Abadie 2021).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.assumption import Assumption, Refusal, State
from fangkong_lab.evaluate.effect import Effect
from fangkong_lab.evaluate.panel import require_column
from fangkong_lab.evaluate.plot import Plot, Shape

if TYPE_CHECKING:
    import pandas as pd

PAPER = "Heckman & Hotz 1989"
NAME = "虚拟起始时点"
LEAST = 3
MANY = 0.2
BEFORE_FALSE, AFTER_FALSE = 2, 1


@dataclass(frozen=True)
class PlaceboDates:
    """*effects* by false start, in order of time; *refused* false starts at which the design refused, with its reason."""

    effects: tuple[tuple[object, Effect], ...]
    refused: tuple[tuple[object, str], ...]

    @property
    def seen(self) -> int:
        """At how many false starts an effect was "seen"."""
        return sum(e.separate for _, e in self.effects)

    def table(self) -> pd.DataFrame:
        """Return one row per false start."""
        import pandas as pd

        rows = [(str(d)[:10], e.estimate, e.low, e.high, e.p, "是" if e.separate else "否") for d, e in self.effects]
        return pd.DataFrame(rows, columns=["虚拟起始", "效应", "区间下端", "区间上端", "p值", "与没有变化可区分"])

    def sentence(self) -> str:
        """Return how many false starts show an effect, and that neighbours share data."""
        if not self.effects:
            why = f"（{self.refused[0][1]}）" if self.refused else ""
            return f"试点前的期数不够做虚拟起始时点检验{why}。"
        return f"在试点前{len(self.effects)}个虚拟起始时点中，有{self.seen}个也「看出」变化；相邻时点的数据重叠，不是独立的检验。"

    def assumption(self) -> Assumption:
        """Return it as a precondition: fewer than three false starts cannot tell; failed where more than a fifth show an effect."""
        if len(self.effects) < LEAST:
            return Assumption(NAME, State.INFORMATIONAL, self.sentence(), PAPER)
        state = State.FAILED if self.seen > MANY * len(self.effects) else State.PASSED
        return Assumption(NAME, state, self.sentence(), PAPER, self.table())

    def figure(self) -> Plot:
        """Return the estimates by false start."""
        import pandas as pd

        frame = pd.DataFrame([(d, e.estimate, e.low, e.high, "虚拟起始") for d, e in self.effects], columns=["x", "y", "low", "high", "series"])
        null = self.effects[0][1].scale.null if self.effects else None
        return Plot(Shape.EVENT, "虚拟起始时点的效应", frame, self.sentence(), "虚拟起始", "效应", null)


def placebo_dates(frame: pd.DataFrame, run: Callable[[pd.DataFrame, object], Effect | Refusal], *, time: str,
                  treated_from: str | None = None) -> PlaceboDates:
    """Run *run*(rows before the true start, false start) for every period with two periods before it.

    With *treated_from* (a panel) the rows are those before the first start of any unit, and the column is set to the false start for all
    units that got the pilot later. Without it (one series) *frame* must hold the rows before the start only.
    """
    require_column(frame, time)
    early = frame
    if treated_from is not None:
        require_column(frame, treated_from)
        starts = frame[treated_from].dropna()
        early = frame[frame[time] < starts.min()] if len(starts) else frame
    periods = sorted(early[time].unique())
    effects, refused = [], []
    for false in periods[BEFORE_FALSE : len(periods) - AFTER_FALSE + 1]:
        moved = early if treated_from is None else early.assign(**{treated_from: early[treated_from].where(early[treated_from].isna(), false)})
        try:
            answer = run(moved, false)
        except CannotTell as gap:
            refused.append((false, gap.what))
            continue
        if isinstance(answer, Effect):
            effects.append((false, answer))
        else:
            refused.append((false, answer.reason))
    return PlaceboDates(tuple(effects), tuple(refused))
