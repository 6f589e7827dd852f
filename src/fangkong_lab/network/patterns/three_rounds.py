"""三上三下: a risk point went up and down three times. The ledger keeps only what came of it, not the rounds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, OPEN, Instance, Subject
from fangkong_lab.network.rows import Row, split_list

_REVIEWS = ("集中评", "组织审")
_ROUNDS = "三轮审核、评审的日期和主体（台账没有这些列）"


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge every risk point: 不达标 where the ledger itself shows that it cannot be, else 不能判定, never 达标.

    It cannot be: confirmed before it was found, disclosed before it was confirmed, or 排查步骤 is filled in and holds
    neither 集中评 nor 组织审. *settings* has no parameter.
    """
    for row in study.own("risk_points", "risk_id", "unit_id", "found_steps", "found_on", "confirmed_on", "disclosed_on"):
        yield _point(row, str(row["unit_id"]), str(row["risk_id"]), study.as_of)


def _point(row: Row, unit_id: str, code: str, as_of: date) -> Instance:
    found, confirmed, disclosed = (_day(row[c], as_of) for c in ("found_on", "confirmed_on", "disclosed_on"))
    steps = split_list(row["found_steps"])
    if found and confirmed and confirmed < found:
        return Instance(code, unit_id, BAD, "审定在排查之前")
    if confirmed and disclosed and disclosed < confirmed:
        return Instance(code, unit_id, BAD, "公示在审定之前")
    if steps and not set(steps) & set(_REVIEWS):
        return Instance(code, unit_id, BAD, "所填排查步骤没有评审")
    empty = [label for value, label in ((confirmed, "审定日期"), (disclosed, "公示日期")) if value is None]
    stated = "已审定、已公示，三轮无记载" if not empty else f"{'、'.join(empty)}未载，三轮无记载"
    return Instance(code, unit_id, OPEN, stated, settle=(*(f"风险点 › {code} › {label}" for label in empty), _ROUNDS))


def _day(value: object, as_of: date) -> date | None:
    day = value.date() if hasattr(value, "date") else value
    return day if isinstance(day, date) and day <= as_of else None


RECIPE = Recipe("three_rounds", Subject.RISK, examine, ("risk_points",))
