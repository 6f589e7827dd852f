"""What the user may choose of an evaluation; everything here is printed with the result where it matters."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.effect import Inference
from fangkong_lab.evaluate.evidence import Assignment
from fangkong_lab.kinds import Kind


class Controls(Kind):
    """Who is compared with a cohort: units never treated, or all not yet treated in that period."""

    NEVER = "never", "从未试点的单位"
    NOT_YET = "not_yet", "尚未试点的单位"


class Nature(Kind):
    """What the outcome is: the supervisors' own activity (谈话、处分), something else, or not said."""

    ACTIVITY = "activity", "监督工作量"
    OTHER = "other", "其他"
    UNKNOWN = "unknown", "未载"


@dataclass(frozen=True)
class Settings:
    """*inference* None leaves the choice to the design (by the number of treated units). *draws* and *seed* are those of
    bootstrap and permutation. *unit_word* is what the outcome is counted in. *nature* decides whether both readings of a
    change in supervision are printed.
    """

    level: float = 0.95
    inference: Inference | None = None
    controls: Controls = Controls.NEVER
    assignment: Assignment = Assignment.UNKNOWN
    nature: Nature = Nature.UNKNOWN
    unit_word: str = ""
    draws: int = 9_999
    seed: int = 20_161_231

    def __post_init__(self) -> None:
        if not 0.5 <= self.level < 1:
            raise BadInput(f"置信水平 {self.level:g} 不在 0.5–1 之间", mend="如取 0.95")
        if self.draws < 99:
            raise BadInput(f"抽样次数 {self.draws} 太少", mend="至少取 99；通常 9999")

    @property
    def alpha(self) -> float:
        """Return 1 − level."""
        return 1.0 - self.level


STANDARD = Settings()
