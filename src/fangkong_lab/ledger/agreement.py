"""Rows that together are one thing must say the same about it: sign-offs, instalments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fangkong_lab.ledger.gathered import OWN, Gathered, origin, problem_at, records
from fangkong_lab.ledger.problem import Problem
from fangkong_lab.ledger.tables import TABLES


@dataclass(frozen=True)
class Whole:
    """Rows of *table* equal in *together* are one *noun*, and must agree in *alike* (English column names)."""

    table: str
    together: tuple[str, ...]
    alike: tuple[str, ...]
    noun: str


_WHOLES = (
    Whole("sign_offs", ("flow_id", "step_no", "sign_no"), ("rule", "need", "independent"), "同一道签批"),
    Whole("recoveries", ("recovery_id",), ("issue_id", "unit_id", "nature"), "同一笔追缴"),
)


def agreement_problems(gathered: Gathered) -> Iterator[Problem]:
    """Yield a problem for each own row that says something else than the first row of the same whole."""
    for whole in _WHOLES:
        if whole.table in gathered.own:
            for column in whole.alike:
                yield from _differing(gathered, whole, column)


def _differing(gathered: Gathered, whole: Whole, column: str) -> Iterator[Problem]:
    table = TABLES[whole.table]
    rows = gathered.both(whole.table)
    together = list(whole.together)
    rows = rows[rows[together].notna().all(axis=1)]
    kinds = rows.groupby(together, sort=False)[column].transform("nunique", dropna=False)
    for _, group in rows[kinds > 1].groupby(together, sort=False):
        first, *rest = records(group.sort_values(OWN, kind="stable"))
        for row in rest:
            if row[OWN] and not _same(row[column], first[column]):
                yield problem_at(table, row, (column,), "differs_within",
                                 f"{whole.noun}的{table.column(column).label}与{origin(first)}不同", "各行填成一样，或用不同的序号、编码")


def _same(one: object, other: object) -> bool:
    import pandas as pd

    if pd.isna(one) or pd.isna(other):  # type: ignore[call-overload]
        return bool(pd.isna(one) and pd.isna(other))  # type: ignore[call-overload]
    return one == other
