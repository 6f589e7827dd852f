"""派驻监督: a discipline group is stationed in every unit of the chosen kinds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, Instance, Subject, Witness

STATIONED = "派驻"


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge each unit of the chosen kinds by the rows 派驻 of the oversight table that cover the day.

    A unit without such a row is 不达标 where the table has some 派驻 row that covers the day (the list was sent), else
    不能判定. Units that themselves are stationed elsewhere (the discipline commission) are excluded.
    """
    kinds = settings.words("kinds")
    rows = [r for r in study.rows("oversight", "overseer_unit", "overseen_unit", "kind", "start", "end")
            if r["kind"] == STATIONED and _covers(r["start"], r["end"], study.as_of)]
    overseers = {str(r["overseen_unit"]): str(r["overseer_unit"]) for r in rows}
    for unit_id in study.units():
        kind = study.network.units[unit_id].kind
        if unit_id in overseers.values():
            yield Instance(unit_id, unit_id, OUT, "派出监督的机关本身")
        elif kind and kind not in kinds:
            yield Instance(unit_id, unit_id, OUT, f"单位类别不在「{'、'.join(kinds)}」之内")
        elif not kind:
            yield Instance(unit_id, unit_id, OPEN, "单位类别未载", settle=(f"单位 › {unit_id} › 单位类别",))
        else:
            yield _unit(unit_id, overseers, bool(rows))


def _unit(unit_id: str, overseers: dict[str, str], listed: bool) -> Instance:
    if unit_id in overseers:
        return Instance(unit_id, unit_id, GOOD, "有派驻监督", Witness(rows=(f"监督关系 › {overseers[unit_id]} › {unit_id}",)))
    if listed:
        return Instance(unit_id, unit_id, BAD, "监督关系表列有派驻，没有列这个单位")
    return Instance(unit_id, unit_id, OPEN, "监督关系表当日没有派驻的行", settle=(f"监督关系 › 派驻 › {unit_id}",))


def _covers(start: object, end: object, day: date) -> bool:
    first, last = _day(start), _day(end)
    return first is not None and first <= day and (last is None or day < last)


def _day(value: object) -> date | None:
    return value.date() if hasattr(value, "date") else value  # type: ignore[return-value]


RECIPE = Recipe("stationed", Subject.UNIT, examine, ("oversight",))
