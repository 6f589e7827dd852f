"""Occupancies: the same person's spans in the same post may not overlap, and an empty post has no holder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fangkong_lab.ledger.gathered import OWN, Gathered, origin, problem_at, records
from fangkong_lab.ledger.problem import Problem
from fangkong_lab.ledger.tables import TABLES, VACANT

if TYPE_CHECKING:
    import pandas as pd

_TABLE = TABLES["occupancies"]


def overlap_problems(gathered: Gathered) -> Iterator[Problem]:
    """Yield a problem for each own occupancy that shares a day with another of the same person and post."""
    if "occupancies" not in gathered.own:
        return
    rows = _with_ends(gathered.both("occupancies"))
    yield from _same_person(rows)
    yield from _empty_and_held(rows)


def _with_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a start, a still running end made the last day there is, empty spans left out."""
    import pandas as pd

    rows = rows[rows[["person_id", "post_id", "start"]].notna().all(axis=1)]
    until = pd.to_datetime(rows["end"]).fillna(pd.Timestamp.max)
    rows = rows.assign(_until=until)
    return rows[rows["_until"] > rows["start"]].sort_values(["person_id", "post_id", "start", "_until"], kind="stable")


def _same_person(rows: pd.DataFrame) -> Iterator[Problem]:
    """Compare each span with the one of the same person and post that reaches furthest among those before it."""
    same = (rows["person_id"] == rows["person_id"].shift()) & (rows["post_id"] == rows["post_id"].shift())
    furthest = rows.groupby(["person_id", "post_id"], sort=False)["_until"].cummax().shift()
    late = rows[same & (rows["start"] < furthest)]
    for _, group in rows.merge(late[["person_id", "post_id"]].drop_duplicates()).groupby(["person_id", "post_id"], sort=True):
        spans = records(group.sort_values(["start", "_until"], kind="stable"))
        yield from _pairs(spans)


def _pairs(spans: list[dict[str, object]]) -> Iterator[Problem]:
    reach = spans[0]
    for span in spans[1:]:
        if span["start"] < reach["_until"]:  # type: ignore[operator]
            row, other = (span, reach) if span[OWN] else (reach, span)
            if row[OWN]:
                yield problem_at(_TABLE, row, ("start", "end"), "overlap",
                                 f"与{origin(other)}的任职时间重叠（同一人、同一岗位）", "止期当天不算在任；核对两段起止")
        if span["_until"] > reach["_until"]:  # type: ignore[operator]
            reach = span


def _empty_and_held(rows: pd.DataFrame) -> Iterator[Problem]:
    empty = rows[rows["person_id"] == VACANT]
    held = rows[rows["post_id"].isin(empty["post_id"]) & (rows["person_id"] != VACANT)]
    pairs = empty.merge(held, on="post_id", suffixes=("", "_held"))
    pairs = pairs[(pairs["start"] < pairs["_until_held"]) & (pairs["start_held"] < pairs["_until"])]
    for pair in records(pairs):
        vacancy = {k: v for k, v in pair.items() if not k.endswith("_held")}
        holder = {k.removesuffix("_held"): v for k, v in pair.items() if k.endswith("_held")} | {"post_id": pair["post_id"]}
        row, other = (vacancy, holder) if vacancy[OWN] else (holder, vacancy)
        if row[OWN]:
            yield problem_at(_TABLE, row, ("start", "end"), "empty_and_held", f"空缺的时间与{origin(other)}的任职重叠",
                             "核对空缺和任职的起止")
