"""What is asked of a ledger: which outcome, which pilots, since when, compared with whom, by which design."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fangkong_lab.errors import WrongCall
from fangkong_lab.evaluate.effect import Design
from fangkong_lab.evaluate.evidence import Assignment
from fangkong_lab.evaluate.settings import Nature, Settings
from fangkong_lab.kinds import Kind

WORTHWHILE = 0.7


class Chosen(Kind):
    """Why these units became pilots, as far as it is known."""

    UNKNOWN = "unknown", "选取理由未载"
    EXTREME = "extreme", "因数量偏高（或偏低）而选"
    OTHER = "other", "与该指标的数量无关"


@dataclass(frozen=True)
class Scope:
    """Which rows count. Empty means all: *unit_kind* 单位类别, *model* 防控模式 of the pilots (other models' units are left out), *count_unit*, *clue* 有问题线索 and *period* 期间种类 where a
    measure is kept in several 口径; *since*, *until* limit whole periods.
    """

    since: date | None = None
    until: date | None = None
    unit_kind: str = ""
    model: str = ""
    count_unit: str = ""
    clue: str = ""
    period: str = ""


@dataclass(frozen=True)
class Question:
    """Did the pilot change *measure*? *as_of* is the day of judgement, *design* None leaves the choice to the data. *pilots* and *started* name pilots
    where the units table does not (empty: 启用日期). *worthwhile* is the smallest change worth seeing, a ratio; it decides how many units would be
    enough, and is printed. *assignment* and *chosen* say how pilots were picked.
    """

    measure: str
    as_of: date
    scope: Scope = Scope()
    design: Design | None = None
    pilots: tuple[str, ...] = ()
    started: date | None = None
    worthwhile: float = WORTHWHILE
    chosen: Chosen = Chosen.UNKNOWN
    assignment: Assignment = Assignment.UNKNOWN
    nature: Nature = Nature.UNKNOWN
    level: float = 0.95
    seed: int = 20_161_231

    def __post_init__(self) -> None:
        if bool(self.pilots) != (self.started is not None):
            raise WrongCall("点名试点单位时须同时写明起始日期", mend="同时给出单位和起始日期，或都不写而用单位表的启用日期")
        if not self.worthwhile > 0 or self.worthwhile == 1:
            raise WrongCall(f"值得看出的变化写成{self.worthwhile:g}倍，不成立", mend="下降三成写0.7，上升五成写1.5")

    def settings(self, unit_word: str) -> Settings:
        """Return the settings of the designs."""
        return Settings(level=self.level, assignment=self.assignment, nature=self.nature, unit_word=unit_word, seed=self.seed)
