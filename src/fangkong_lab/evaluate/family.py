"""Several outcomes of one pilot: judged together, or one in twenty is found by chance.

Benjamini & Hochberg 1995, JRSS B 57:289–300.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.assumption import Refusal
from fangkong_lab.evaluate.effect import Effect
from fangkong_lab.evaluate.trap import Trap
from fangkong_lab.measure.multiple import Discoveries, benjamini_hochberg
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Family:
    """*effects* that have a p value, *refusals* and those without one apart; *judged* holds the corrected p values."""

    effects: tuple[Effect, ...]
    silent: tuple[Effect | Refusal, ...]
    judged: Discoveries

    def table(self) -> pd.DataFrame:
        """Return one row per outcome: estimate, p, corrected p."""
        import pandas as pd

        q = {d.measure: d for d in self.judged.items}
        return pd.DataFrame([{"指标": e.outcome, "效应": e.printed(), "p值": e.p, "校正后": q[e.outcome].q,
                              "结论": "可区分" if q[e.outcome].stands else "不能区分"} for e in self.effects])

    def sentence(self) -> str:
        """Return how many stand before and after the correction, and how many could not be judged."""
        more = f"另有{len(self.silent)}个指标不能判断。" if self.silent else ""
        return f"{self.judged.sentence()}{more}（{Trap.MANY_OUTCOMES.reference}）"

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def together(answers: Sequence[Effect | Refusal], rate: float = 0.05) -> Family:
    """Return the answers on several outcomes, p values corrected to the false discovery rate *rate*; sorted by outcome.

    Raises `BadInput` where one outcome comes twice: the same question asked by two designs is not two outcomes.
    """
    told = sorted((a for a in answers if isinstance(a, Effect) and a.p is not None), key=lambda e: e.outcome)
    silent = tuple(a for a in answers if isinstance(a, Refusal) or a.p is None)
    names = [e.outcome for e in told]
    if len(set(names)) < len(names):
        raise BadInput("同一指标出现两次", where="多指标校正", mend="每个指标只列一种方法的结果")
    return Family(tuple(told), silent, benjamini_hochberg({e.outcome: e.p for e in told if e.p is not None}, rate))
