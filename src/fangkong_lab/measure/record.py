"""Rows of the outcomes table (监督执纪统计) and of the source figures as typed records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.dates import MonthAs, parse_day
from fangkong_lab.errors import BadInput, did_you_mean
from fangkong_lab.ledger.places import places
from fangkong_lab.measure.basis import Basis, Clue, Period, Running
from fangkong_lab.measure.interval import Interval, plain
from fangkong_lab.measure.qualifier import Mark, interval_of, read_mark
from fangkong_lab.memory import remembered

if TYPE_CHECKING:
    import pandas as pd

PRINTED = {Mark.EXACT: "{}", Mark.ABOUT: "约{}", Mark.OVER: "{}余", Mark.MORE: "{}多", Mark.NEARLY: "近{}",
           Mark.AT_LEAST: "{}以上", Mark.AT_MOST: "{}以下", Mark.BEFORE: "{}以前", Mark.ROUNDED: "{}"}


@dataclass(frozen=True)
class Record:
    """One counted number. *row* is its place (1 = first data row) in the frame it was read from, *name* its printed
    identity (figure_id where it is a source figure), *deduplicated* None where the cell is empty.
    """

    row: int
    name: str
    unit_id: str
    body: str
    period: Period
    basis: Basis
    value: float
    mark: Mark
    interval: Interval
    deduplicated: bool | None
    source: str
    clue_cell: str = ""

    @property
    def measure(self) -> str:
        """The measure's label as the sender wrote it."""
        return self.basis.measure

    def printed(self) -> str:
        """Return the value as the source prints it, with its qualifier and unit."""
        return PRINTED[self.mark].format(plain(self.value)) + self.basis.count_unit

    def key(self) -> tuple[str, ...]:
        """Return the row's key in the ledger, as `fangkong_lab.ledger.trace` takes it ("" for an empty cell).

        An empty 有问题线索 and 不明 are the same 口径 but not the same cell: *clue_cell* keeps what was written.
        """
        running = {Running.YES: "是", Running.NO: "否", Running.UNKNOWN: ""}[self.basis.running]
        return (self.unit_id, self.body, _iso(self.period.start), _iso(self.period.end), self.measure, self.basis.count_unit,
                self.clue_cell, running, self.source)

    def place(self) -> str:
        """Return where the number is from, for messages and for tracing: the fields of the row's key."""
        parts = (f"第{self.row}行", self.name, self.unit_id, self.body, self.period.text(), self.measure, self.printed(), self.source)
        return " / ".join(p for p in parts if p)


@remembered
def read_records(frame: pd.DataFrame) -> tuple[Record, ...]:
    """Return the rows of an ``outcomes`` frame (tables.md) as records, in the frame's order.

    Needs unit_id, measure, value, count_unit; other columns may be missing. Raises `BadInput` naming the row.
    """
    _check_columns(frame)
    return tuple(_record(row, number) for number, row in enumerate(frame.to_dict("records"), 1))


def records_where(frame: pd.DataFrame, column: str, word: str) -> tuple[Record, ...]:
    """Return those of `read_records` whose *column* (unit_id, measure) is *word*, without reading the other rows."""
    _check_columns(frame)
    found = places(frame, column)
    mine = np.sort(np.concatenate([np.empty(0, np.int64), *(at for value, at in found.items() if _text(value) == word)]))
    return tuple(_record(row, int(at) + 1) for row, at in zip(frame.take(mine).to_dict("records"), mine, strict=True))


def _check_columns(frame: pd.DataFrame) -> None:
    missing = [c for c in ("unit_id", "measure", "value", "count_unit") if c not in frame.columns]
    if missing:
        raise BadInput(f"监督执纪统计缺少列：{'、'.join(missing)}", mend="按台账模板补上")


def read_figures(frame: pd.DataFrame) -> tuple[Record, ...]:
    """Return source figures (`fangkong_lab.ledger.figures.figures`) as records; the organisation stands as the unit.

    The documents do not say whether a talk started from a clue, so 有问题线索 is 不明 throughout; a figure with a last
    day only is a running total up to it, one without a last day does not say (累计与否未载). Deadlines (以前) are no counts and are left out.
    """
    kept = []
    for number, row in enumerate(frame.to_dict("records"), 1):
        if row["qualifier"] == Mark.BEFORE.label:
            continue
        plain_row = {**row, "measure": row["indicator"], "unit_id": row["organisation"], "name": row["figure_id"],
                     "cumulative": not row["period_start"] if row["period_end"] else None, "source": f"来源文献{row['document']}"}
        kept.append(_record(plain_row, number))
    return tuple(kept)


def _record(row: Mapping[object, object], number: int) -> Record:
    try:
        value, mark = float(str(row["value"])), read_mark(row.get("qualifier"))
        period = Period(_day(row.get("period_start"), MonthAs.START), _day(row.get("period_end"), MonthAs.INCLUSIVE_END))
        kind, length = period.kind()
        basis = Basis(_text(row["measure"]), _text(row["count_unit"]), _clue(row.get("has_clue")),
                      _running(row.get("cumulative")), kind, length)
        return Record(number, _text(row.get("name")), _text(row["unit_id"]), _text(row.get("body")), period, basis,
                      value, mark, interval_of(value, mark), _flag(row.get("deduplicated")), _text(row.get("source")),
                      _text(row.get("has_clue")))
    except BadInput as error:
        raise BadInput(error.what, where=f"监督执纪统计 › 第{number}行" + (f" › {error.where}" if error.where else ""),
                       mend=error.mend) from error
    except ValueError as error:
        raise BadInput(f"数值「{row['value']}」不是数", where=f"监督执纪统计 › 第{number}行", mend="写成阿拉伯数字") from error


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _empty(value: object) -> bool:
    import pandas as pd

    return value is None or value is pd.NaT or value is pd.NA or value != value or value == ""


def _text(value: object) -> str:
    return "" if _empty(value) else str(value).strip()


def _day(value: object, month_as: MonthAs) -> date | None:
    return None if _empty(value) else parse_day(value, month_as)


def _flag(value: object) -> bool | None:
    if _empty(value):
        return None
    if isinstance(value, str):
        return {"是": True, "否": False}.get(value)
    return bool(value)


def _clue(value: object) -> Clue:
    text = _text(value)
    if text in ("True", "False"):
        text = "是" if text == "True" else "否"
    return Clue.read(text) if text else Clue.UNKNOWN


def _running(value: object) -> Running:
    flag = _flag(value)
    return Running.UNKNOWN if flag is None else (Running.YES if flag else Running.NO)


def check_known(what: str, word: str, known: Iterable[str]) -> None:
    """Raise `BadInput` with the near match where *word* (a *what*; empty: any) is none of those *known*."""
    words = sorted(set(known))
    if word and word not in words:
        raise BadInput(f"没有{what}「{word}」的记录", mend=did_you_mean(word, tuple(words)))


def chosen(records: Iterable[Record], measure: str = "", unit_id: str = "") -> tuple[Record, ...]:
    """Return the records of one *measure* and one unit; an empty word leaves the choice open.

    Raises `BadInput` with the near match for a measure or unit that no record has.
    """
    kept = tuple(records)
    check_known("指标", measure, (r.measure for r in kept))
    check_known("单位", unit_id, (r.unit_id for r in kept))
    return tuple(r for r in kept if (not measure or r.measure == measure) and (not unit_id or r.unit_id == unit_id))
