"""Money recovered (款项追缴): instalments summed within a nature, natures never added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.interval import plain
from fangkong_lab.measure.ledgerdays import day_column, need

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class NatureSum:
    """One nature of money in 万元: *paid* over all instalments, *due* over cases that state it (of *cases* in all)."""

    nature: str
    paid: float
    due: float
    paid_of_due: float
    cases: int
    cases_with_due: int
    instalments: int


@dataclass(frozen=True)
class Recoveries:
    """Money per nature up to *as_of*, sorted by nature; *odd* are contradictions found in the rows. There is no total."""

    natures: tuple[NatureSum, ...]
    as_of: date
    odd: tuple[tuple[str, str], ...]

    def table(self) -> pd.DataFrame:
        """Return one row per nature."""
        import pandas as pd

        return pd.DataFrame([{"性质": n.nature, "实缴（万元）": n.paid, "应缴（万元）": n.due if n.cases_with_due else None,
                              "其中应缴已载部分的实缴": n.paid_of_due if n.cases_with_due else None, "笔数": n.cases,
                              "应缴未载的笔数": n.cases - n.cases_with_due, "分期次数": n.instalments} for n in self.natures])

    def basis_line(self) -> str:
        """Return the 口径 line."""
        return f"口径：实缴金额；计量单位 万元；截至{self.as_of}；分期按笔相加，不同性质不相加"

    def sentence(self) -> str:
        """Return each nature's sum; they are not added."""
        if not self.natures:
            return f"没有款项记录。{self.basis_line()}。"
        parts = "、".join(f"{n.nature}{plain(n.paid)}万元（{n.cases}笔）" for n in self.natures)
        tail = "，性质不同，不作合计" if len(self.natures) > 1 else ""
        odd = f"另有{len(self.odd)}处记录自相矛盾，已列出，未改动。" if self.odd else ""
        return f"{parts}{tail}。{odd}{self.basis_line()}。"


def recoveries(frame: pd.DataFrame, as_of: date) -> Recoveries:
    """Return the sums of a ``recoveries`` *frame* (one row an instalment, 万元) up to *as_of*.

    A case's 应缴 is stated on any of its rows, once or repeated; rows of one case that name different natures are refused
    (`BadInput`), different 应缴 or more paid than due are listed in *odd* and left as they are.
    """
    need(frame, "款项追缴", "recovery_id", "nature", "paid", "on")
    rows = frame[day_column(frame, "on", as_of).notna()]
    mixed = rows.groupby("recovery_id")["nature"].nunique()
    if (mixed > 1).any():
        raise BadInput(f"款项「{mixed.index[mixed > 1][0]}」的各期性质不同", mend="一笔款项只写一种性质，不同性质分开编码")
    due_rows = rows.assign(due=rows["due"] if "due" in rows.columns else float("nan"))
    cases = due_rows.groupby("recovery_id").agg(nature=("nature", "first"), paid=("paid", "sum"), due=("due", "max"),
                                                 kinds=("due", "nunique"), times=("paid", "size"))
    odd = [(str(i), "各期所写应缴不一致") for i in cases.index[cases["kinds"] > 1]]
    odd += [(str(i), "实缴多于应缴") for i in cases.index[cases["paid"] > cases["due"] + 1e-9]]
    return Recoveries(tuple(_sum(str(n), part) for n, part in sorted(cases.groupby("nature"))), as_of, tuple(sorted(odd)))


def _sum(nature: str, cases: pd.DataFrame) -> NatureSum:
    stated = cases[cases["due"].notna()]
    return NatureSum(nature, round(float(cases["paid"].sum()), 6), round(float(stated["due"].sum()), 6),
                     round(float(stated["paid"].sum()), 6), len(cases), len(stated), int(cases["times"].sum()))
