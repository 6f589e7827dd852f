"""报告、备案、公开: duties a node was given are kept in time. Which ones it was given is the unit's choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, Instance, Subject, Witness
from fangkong_lab.network.rows import Row

_MONTHS = {"月": 1, "季": 3, "半年": 6, "年": 12}


@dataclass(frozen=True)
class _Kept:
    missed: tuple[date, ...]
    late: tuple[date, ...]
    due: tuple[date, ...]
    excused: int


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge every duty of the chosen means by its records due until the day.

    不达标: one was neither done by the day nor excused, or was done after it was due. 不能判定: no record at all, or a
    period of its cycle between the first record and the day has none. Nothing is asked of a node that has no such duty
    (「一项或多项」).
    """
    means = settings.words("means")
    duties = _duties(study)
    records: dict[str, list[Row]] = {}
    for row in study.with_codes("duty_records", {"duty_id": {str(d["duty_id"]) for d in duties}}, "duty_id", "due_on", "done_on", "excused"):
        records.setdefault(str(row["duty_id"]), []).append(row)
    for duty in duties:
        unit_id = _unit(study, duty)
        if study.unit not in (None, unit_id):
            continue
        if duty["means"] not in means:
            yield Instance(str(duty["duty_id"]), unit_id, OUT, f"方式「{duty['means'] or '未载'}」不在所检验之内")
        else:
            yield _duty(study, duty, unit_id, records.get(str(duty["duty_id"]), []))


def _duties(study: Study) -> list[Row]:
    """Return the duties that may be of the unit asked for: it has their item or their flow."""
    columns = ("duty_id", "item_id", "flow_id", "step_no", "means", "every")
    if study.unit is None:
        return study.rows("duties", *columns)
    own = {"item_id": study.network.items_of(study.unit), "flow_id": study.network.flows_of(study.unit)}
    return study.with_codes("duties", own, *columns)


def _unit(study: Study, duty: Row) -> str:
    item = study.network.items.get(str(duty["item_id"]))
    flow = study.network.flows.get(str(duty["flow_id"]))
    return item.unit_id if item else flow.unit_id if flow else ""


def _duty(study: Study, duty: Row, unit_id: str, rows: list[Row]) -> Instance:
    code = str(duty["duty_id"])
    steps = () if duty["step_no"] is None else (int(duty["step_no"]),)
    kept = _kept(rows, study.as_of)
    if kept.missed or kept.late:
        parts = [f"{n}次{w}" for n, w in ((len(kept.missed), "未履行且无正当理由"), (len(kept.late), "逾期履行")) if n]
        named = tuple(f"义务履行 › {code} › {d}" for d in sorted((*kept.missed, *kept.late)))
        return Instance(code, unit_id, BAD, f"{duty['means']}{'、'.join(parts)}", Witness(steps, rows=named))
    if not rows:
        return Instance(code, unit_id, OPEN, "没有任何履行记录", Witness(steps), (f"义务履行 › {code}",))
    if not kept.due:
        return Instance(code, unit_id, OUT, "尚未到期")
    gaps = _gaps(kept.due, duty["every"], study.as_of)
    if gaps:
        return Instance(code, unit_id, OPEN, f"有{len(gaps)}期没有记录", Witness(steps),
                        tuple(f"义务履行 › {code} › {g}一期" for g in gaps))
    excused = f"，另有正当理由{kept.excused}次" if kept.excused else ""
    return Instance(code, unit_id, GOOD, f"{duty['means']}{len(kept.due) - kept.excused}次均按期{excused}", Witness(steps))


def _kept(rows: list[Row], as_of: date) -> _Kept:
    missed, late, dues, excused = [], [], [], 0
    for row in rows:
        due = _day(row["due_on"])
        done = None if row["done_on"] is None else _day(row["done_on"])
        if due is None or due > as_of:
            continue
        dues.append(due)
        if done is None or done > as_of:
            missed += [] if row["excused"] else [due]
            excused += bool(row["excused"])
        elif done > due:
            late.append(due)
    return _Kept(tuple(missed), tuple(late), tuple(dues), excused)


def _gaps(dues: tuple[date, ...], every: str | None, as_of: date) -> tuple[str, ...]:
    """Return the whole periods between the first due day and the one that holds the day that no record is due in."""
    months = _MONTHS.get(every or "")
    if months is None:
        return ()
    have = {_period(d, months) for d in dues}
    return tuple(_name(k, months) for k in range(min(have), _period(as_of, months)) if k not in have)


def _period(day: date, months: int) -> int:
    return (day.year * 12 + day.month - 1) // months


def _name(period: int, months: int) -> str:
    year, month = divmod(period * months, 12)
    return f"{year}年{month + 1}月" + (f"至{month + months}月" if months > 1 else "")


def _day(value: object) -> date:
    return value.date() if hasattr(value, "date") else value  # type: ignore[return-value]


RECIPE = Recipe("duties_kept", Subject.DUTY, examine, ("duties",))
