"""Warnings (预警事件): time from decision to lifting, by colour; open ones censored, overdue ones counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.measure.ledgerdays import day_column, need, text_column
from fangkong_lab.measure.survival import Survival, kaplan_meier

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("蓝", "黄", "红")
UNSTATED = "等级未载"
SHADES = (*LEVELS, UNSTATED)


@dataclass(frozen=True)
class Lifting:
    """Time to lift per colour on *as_of*; *overdue*: open and past 整改期限, *frozen*: under appeal; *undecided* rows apart."""

    curves: tuple[tuple[str, Survival], ...]
    overdue: tuple[tuple[str, int], ...]
    frozen: int
    undecided: int
    odd: tuple[str, ...]
    as_of: date

    def table(self) -> pd.DataFrame:
        """Return one row per colour: warnings, lifted, median days with interval, overdue."""
        import pandas as pd

        late = dict(self.overdue)
        rows = []
        for level, curve in self.curves:
            low, high = curve.quantile_bounds()
            rows.append({"等级": level, "预警数": curve.total, "已解除": curve.done, "中位天数": curve.quantile(),
                         "区间下端": low, "区间上端": high, "逾期未解除": late[level]})
        return pd.DataFrame(rows)

    def basis_line(self) -> str:
        """Return the 口径 line."""
        return f"口径：自决定日期至解除日期的天数；截至{self.as_of}；未解除的按截尾处理；不实、已澄清、已撤销的不计"

    def sentence(self) -> str:
        """Return the time to lift per colour, and what stands apart."""
        parts = "".join(f"{level}{'色' if level in LEVELS else ''}：{curve.sentence()}" for level, curve in self.curves) or "没有已决定的预警。"
        apart = f"{self.undecided}件没有决定日期，未计入。" if self.undecided else ""
        odd = f"{len(self.odd)}件解除早于决定，未计入：{'、'.join(self.odd)}。" if self.odd else ""
        appeal = f"其中{self.frozen}件申诉未结。" if self.frozen else ""
        return parts + appeal + apart + odd + self.basis_line() + "。"


def lifting(frame: pd.DataFrame, as_of: date, level: float = 0.95) -> Lifting:
    """Return how long warnings of a ``warning_events`` *frame* stand until lifted, by colour (等级未载 apart).

    Struck warnings (不实, 已澄清, or an appeal that ended in 撤销 by *as_of*) are left out: they were no warnings. Days run from
    decided_on to lifted_on; open ones are censored on *as_of*.
    """
    need(frame, "预警事件", "event_id")
    rows = frame[~struck(frame, as_of)]
    decided, lifted = day_column(rows, "decided_on", as_of), day_column(rows, "lifted_on", as_of)
    odd = lifted < decided
    use = decided.notna() & ~odd
    colour = text_column(rows, "level", UNSTATED)
    days = (lifted.fillna(_stamp(as_of)) - decided).dt.days
    late = overdue(rows, as_of)
    present = [c for c in SHADES if (use & (colour == c)).any()]
    curves = tuple((c, kaplan_meier(days[use & (colour == c)].tolist(), lifted.notna()[use & (colour == c)].tolist(), "预警", level))
                   for c in present)
    appeal = day_column(rows, "appealed_on", as_of).notna() & day_column(rows, "appeal_closed_on", as_of).isna()
    return Lifting(curves, tuple((c, int((late & (colour == c)).sum())) for c in present), int((use & appeal).sum()),
                   int(decided.isna().sum()), tuple(sorted(rows.loc[odd, "event_id"].astype(str))), as_of)


def struck(frame: pd.DataFrame, as_of: date) -> pd.Series:
    """Return which warnings are none on *as_of*: 不实, 已澄清, or 撤销 on appeal by then."""
    untrue = text_column(frame, "clue_status").isin(("不实", "已澄清"))
    undone = (text_column(frame, "appeal_result") == "撤销") & day_column(frame, "appeal_closed_on", as_of).notna()
    return untrue | undone


def overdue(frame: pd.DataFrame, as_of: date) -> pd.Series:
    """Return which warnings were decided by *as_of*, are past their 整改期限 (the day itself is not past) and not lifted; struck ones never."""
    decided, lifted = day_column(frame, "decided_on", as_of), day_column(frame, "lifted_on", as_of)
    late = day_column(frame, "due_on") < _stamp(as_of)
    return decided.notna() & lifted.isna() & late & ~struck(frame, as_of)


def _stamp(day: date) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(day)
