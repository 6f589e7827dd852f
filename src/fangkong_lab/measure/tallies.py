"""Sums of a whole table of counts: one per 口径 and period, and what cannot be summed, with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.basis import Basis, Period, Running
from fangkong_lab.measure.record import Record
from fangkong_lab.measure.tally import Tally, tally

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Unsummed:
    """Rows of one 口径 and period that may not be added, and *why*; each stands alone."""

    basis: Basis
    period: Period
    records: tuple[Record, ...]
    why: str


@dataclass(frozen=True)
class Tallies:
    """Sums over units, one per 口径 and period (*sums*), and the groups that may not be summed (*unsummed*)."""

    sums: tuple[tuple[Period, Tally], ...]
    unsummed: tuple[Unsummed, ...]

    def table(self) -> pd.DataFrame:
        """Return one row per sum, then one per row that stands alone; both sorted by measure, unit of count, period."""
        import pandas as pd

        columns = ["指标", "计量单位", "有问题线索", "累计", "期间种类", "期间", "数值", "单位数", "记录数", "说明"]
        rows = [[*t.basis.parts().values(), period.text(), t.interval.text(), len({r.unit_id for r in t.records}), len(t.records),
                 "。".join(t.caveats)] for period, t in self.sums]
        rows += [[*r.basis.parts().values(), r.period.text(), r.interval.text(), 1, 1, f"不合计（{u.why}）"]
                 for u in self.unsummed for r in u.records]
        return pd.DataFrame(rows, columns=columns)

    def sentence(self) -> str:
        """Return how many sums there are, how many 口径 they are of, and what was not added."""
        kinds = len({t.basis for _, t in self.sums} | {u.basis for u in self.unsummed})
        left = sum(len(u.records) for u in self.unsummed)
        tail = f"另有{left}条记录相加会重复计数，逐条列出，未作合计。" if left else ""
        return f"共{len(self.sums)}个合计，分属{kinds}种口径；口径不同的不相加。{tail}"


def tally_all(records: Iterable[Record], parents: Mapping[str, str] | None = None) -> Tallies:
    """Sum *records* by 口径 and period over units; a group whose rows overlap, nest or run up is left unsummed.

    Every record is in exactly one sum or one unsummed group. *parents* as in `tally`. No records: no sums.
    """
    groups: dict[tuple[tuple[str, ...], str, str], list[Record]] = {}
    for row in records:
        key = (tuple(row.basis.parts().values()), str(row.period.start), str(row.period.end))
        groups.setdefault(key, []).append(row)
    sums, unsummed = [], []
    for _, rows in sorted(groups.items()):
        try:
            sums.append((rows[0].period, tally(rows, parents)))
        except BadInput as clash:
            unsummed.append(Unsummed(rows[0].basis, rows[0].period, tuple(rows), reason_of(clash)))
    return Tallies(tuple(sums), tuple(unsummed))


def reason_of(clash: BadInput) -> str:
    """Return what clashes, without the rows named behind the colon."""
    return re.split("[:\uff1a]", clash.what)[0]


def latest(records: Iterable[Record]) -> tuple[Record, ...]:
    """Return of every cumulative series (unit, body, 口径 without period) only the row that ends last; others as they are."""
    last: dict[tuple[str, str, str, str, str], Record] = {}
    others = []
    for row in records:
        if row.basis.running is not Running.YES:
            others.append(row)
            continue
        key = (row.unit_id, row.body, row.measure, row.basis.count_unit, row.basis.clue.value)
        if key not in last or str(row.period.end) > str(last[key].period.end):
            last[key] = row
    return tuple(sorted((*others, *last.values()), key=lambda r: r.row))
