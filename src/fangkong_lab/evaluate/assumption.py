"""What an effect rests on, each part with its state; and the refusal where the data cannot bear the question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.evaluate.trap import Trap
from fangkong_lab.kinds import Kind
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd


class State(Kind):
    """How a statistical precondition (前提检验) came out. PASSED only where the test could have failed."""

    PASSED = "passed", "通过"
    FAILED = "failed", "未通过"
    INFORMATIONAL = "informational", "仅供参考"


@dataclass(frozen=True)
class Assumption:
    """One precondition: *text* says in Chinese what was looked at and seen, *reference* whose reading it follows.

    *frame* holds the numbers behind it (Chinese headers), None where there are none; it is not copied: do not edit it.
    """

    name: str
    state: State
    text: str
    reference: str = ""
    frame: pd.DataFrame | None = None

    def table(self) -> pd.DataFrame:
        """Return a copy of the numbers behind it; without numbers one row of name, state and text."""
        import pandas as pd

        return pd.DataFrame([self.row()]) if self.frame is None else self.frame.copy()

    def row(self) -> dict[str, str]:
        """Return the precondition as one row of the list of preconditions."""
        return {"前提": self.name, "结果": self.state.label, "说明": self.text, "依据": self.reference}

    def sentence(self) -> str:
        """Return name, state, what was seen, and the reference."""
        cited = f"（{self.reference}）" if self.reference else ""
        return f"{self.name}：{self.state.label}。{self.text}{cited}"

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


@dataclass(frozen=True)
class Refusal:
    """不能由此判断，至少需要…: the answer to a question that the data do not bear; a result like any other.

    *asked* is the design or quantity asked for, *reason* one clause without a full stop, *needed* what would be enough
    (one clause that follows 「至少需要」; empty where nothing would help), *reference* the paper, *instead* what may be used.
    """

    asked: str
    reason: str
    needed: str
    reference: str = ""
    instead: str = ""
    trap: Trap | None = None
    sources: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return one Chinese sentence: reason, that it cannot be told, what would be needed, what may be used."""
        cited = f"（{self.reference}）" if self.reference else ""
        needed = f"，至少需要{self.needed}" if self.needed else ""
        instead = f"；可改用{self.instead}" if self.instead else ""
        return f"{self.reason}{cited}，{self.asked}不能由此判断{needed}{instead}。"

    def table(self) -> pd.DataFrame:
        """Return one row: what was asked, why not, what would be needed, instead, reference."""
        import pandas as pd

        return pd.DataFrame([{"所问": self.asked, "结论": "不能由此判断", "原因": self.reason, "至少需要": self.needed,
                              "可改用": self.instead, "依据": self.reference}])

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), "；".join(self.sources))


def refused(asked: str, trap: Trap, needed: str, *, seen: str = "", instead: str = "") -> Refusal:
    """Return the refusal that *trap* demands; *seen* (试点单位仅2个) opens the reason."""
    reason = f"{seen}，{trap.label}" if seen else trap.label
    return Refusal(asked, reason, needed, trap.reference, instead, trap)
