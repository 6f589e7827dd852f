"""Duties of nodes (监督义务): done on time, late, missed, excused, not yet due – by means (报告/备案/公开…)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Kind
from fangkong_lab.measure.ledgerdays import day_column, need, text_column

if TYPE_CHECKING:
    import pandas as pd


class Done(Kind):
    """What became of one due performance on the day of judgement."""

    ON_TIME = "on_time", "按期"
    LATE = "late", "逾期履行"
    MISSED = "missed", "未履行"
    EXCUSED = "excused", "有正当理由"
    NOT_DUE = "not_due", "未到期"


@dataclass(frozen=True)
class Fulfilment:
    """Performances per means and state, sorted by means; due ones are all but 未到期."""

    counts: tuple[tuple[str, tuple[tuple[Done, int], ...]], ...]
    as_of: date
    unknown_duties: tuple[str, ...]

    def total(self, state: Done) -> int:
        """Return the number of performances in *state* over all means."""
        return sum(n for _, states in self.counts for s, n in states if s is state)

    def table(self) -> pd.DataFrame:
        """Return one row per means; the rate is on-time of due, excused ones apart."""
        import pandas as pd

        rows = []
        for means, states in self.counts:
            count = dict(states)
            owed = count[Done.ON_TIME] + count[Done.LATE] + count[Done.MISSED]
            rows.append({"方式": means, **{s.label: count[s] for s in Done},
                         "按期率": f"{100 * count[Done.ON_TIME] / owed:.1f}%" if owed else "无分母，不计算"})
        return pd.DataFrame(rows)

    def basis_line(self) -> str:
        """Return the 口径 line."""
        return f"口径：监督义务应履行的次数；截至{self.as_of}；有正当理由的和未到期的另列，不计入应履行"

    def sentence(self) -> str:
        """Return the sentence of the reports."""
        owed = sum(self.total(s) for s in (Done.ON_TIME, Done.LATE, Done.MISSED))
        listed = "、".join(means for means, _ in self.counts) or "履行"
        text = (f"应{listed}{owed}次，按期{self.total(Done.ON_TIME)}次，逾期{self.total(Done.LATE)}次，"
                f"未履行{self.total(Done.MISSED)}次；有正当理由{self.total(Done.EXCUSED)}次、未到期{self.total(Done.NOT_DUE)}次另列。")
        odd = f"{len(self.unknown_duties)}项义务编码在监督义务表里没有，方式按未载列。" if self.unknown_duties else ""
        return text + odd + self.basis_line() + "。"


def fulfilment(records: pd.DataFrame, duties: pd.DataFrame, as_of: date) -> Fulfilment:
    """Return the fulfilment of ``duty_records`` by the means of ``duties`` on *as_of*.

    On time: done on or before the due day. Late: done after it. Missed: due on or before *as_of* (the day counts as over),
    not done by then, no excuse; with an excuse: 有正当理由. Due after *as_of* and not done: not yet due. Which duties a node owes is
    chosen by the unit: no node is counted for a means it does not owe.
    """
    need(records, "义务履行", "duty_id", "due_on")
    means = _means(records, duties)
    state = states_of(records, as_of)
    counts = tuple((str(m), tuple((s, int(((state == s) & (means == m)).sum())) for s in Done)) for m in sorted(set(means)))
    known = set(duties["duty_id"].astype(str)) if "duty_id" in duties.columns else set()
    return Fulfilment(counts, as_of, tuple(sorted(set(records["duty_id"].astype(str)) - known)))


def _means(records: pd.DataFrame, duties: pd.DataFrame) -> pd.Series:
    if "duty_id" not in duties.columns or not len(duties):
        return text_column(records, "means")
    by_id = dict(zip(duties["duty_id"].astype(str), text_column(duties, "means"), strict=True))
    return records["duty_id"].astype(str).map(lambda i: by_id.get(i, "未载")).astype(object)


def states_of(records: pd.DataFrame, as_of: date) -> pd.Series:
    """Return what became of each performance (`Done`), by the definitions of `fulfilment`."""
    import pandas as pd

    due, done = day_column(records, "due_on"), day_column(records, "done_on", as_of)
    excused = text_column(records, "excused", "") != ""
    state = pd.Series(Done.MISSED, index=records.index, dtype=object)
    state[excused & done.isna()] = Done.EXCUSED
    state[done.isna() & (due > pd.Timestamp(as_of))] = Done.NOT_DUE
    state[done.notna() & (done > due)] = Done.LATE
    state[done.notna() & (done <= due)] = Done.ON_TIME
    return state
