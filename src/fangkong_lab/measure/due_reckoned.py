"""What falls due by a day that is reckoned: the next performance of a period, monthly report days, appeals, rotations."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from fangkong_lab.dates import add_months
from fangkong_lab.measure.due_calendar import Calendar
from fangkong_lab.measure.due_item import DueItem, Known, Matter
from fangkong_lab.measure.due_stated import Found, Scope, about_duties, report_item, warned_units
from fangkong_lab.measure.ledgerdays import day_column, text_column

if TYPE_CHECKING:
    import pandas as pd

MONTHS = {"月": 1, "季": 3, "半年": 6, "年": 12}
EMPTY_POST = "空缺"


def duties_expected(scope: Scope) -> tuple[Found, int]:
    """Return the next performances of recurring duties that fall into the list without a row of their own, and a count.

    A duty's next day is its last recorded 应履行日期 plus its period, again and again, month ends staying month ends. Past
    days without a row are not called missed (未载 is not 未履行): the number of duties with such a gap, or with no row at
    all to reckon from, is returned.
    """
    recurring = {c: d for c, d in sorted(about_duties(scope, scope.frame("duties")).items()) if d.every in MONTHS}
    last = _last_due(scope)
    made, gaps = [], sum(code not in last for code in recurring)
    for code, known in recurring.items():
        days = list(_next_days(last[code], MONTHS[known.every], scope.last)) if code in last else []
        gaps += any(day < scope.as_of for day in days)
        made += [DueItem(Matter.DUTY, known.unit_id, day, "duties", (code,), f"{code} {known.what}", Known.PERIOD)
                 for day in days if day >= scope.as_of]
    return Found(tuple(made)), gaps


def _last_due(scope: Scope) -> dict[str, date]:
    """Return each duty's last 应履行日期 in the ledger."""
    records = scope.frame("duty_records")
    if records is None:
        return {}
    last = day_column(records, "due_on").groupby(records["duty_id"].astype(str)).max().dropna()
    return {str(code): day.date() for code, day in last.items()}


def _next_days(start: date, months: int, last: date) -> Iterator[date]:
    """Give the days after *start* that are whole periods away, up to *last*."""
    at_end = start.day == monthrange(start.year, start.month)[1]
    first = start.replace(day=1)
    while True:
        first = add_months(first, months)
        length = monthrange(first.year, first.month)[1]
        day = first.replace(day=length if at_end else min(start.day, length))
        if day > last:
            return
        yield day


def reports_expected(scope: Scope, calendar: Calendar) -> Found:
    """Return monthly reports of nodes whose tier has a report day, where the month has no row of the node yet."""
    nodes = scope.frame("warning_network")
    if nodes is None:
        return Found(())
    there = _reported_months(scope)
    start, end = day_column(nodes, "start"), day_column(nodes, "end")
    tiers, units = text_column(nodes, "tier", ""), text_column(nodes, "unit_id", "")
    made = []
    for node, tier, unit, begun, ended in zip(nodes["node_id"].astype(str), tiers, units, start, end, strict=True):
        for day in _report_days(scope, calendar, str(tier)):
            running = not begun > _stamp(day) and not ended <= _stamp(day)
            if running and (node, day.year, day.month) not in there:
                made.append(_expected(report_item(node, str(tier), str(unit), day)))
    return Found(tuple(made))


def _expected(item: DueItem) -> DueItem:
    return DueItem(item.matter, item.unit_id, item.due_on, "warning_network", item.key[:1], item.what, Known.RULE)


def _report_days(scope: Scope, calendar: Calendar, tier: str) -> Iterator[date]:
    month = scope.as_of.replace(day=1)
    while month <= scope.last:
        number = calendar.report_day(tier, month.replace(day=1))
        if number is not None and scope.as_of <= month.replace(day=number) <= scope.last:
            yield month.replace(day=number)
        month = add_months(month, 1)


def _reported_months(scope: Scope) -> set[tuple[str, int, int]]:
    reports = scope.frame("info_reports")
    if reports is None:
        return set()
    due = day_column(reports, "due_on")
    return {(str(n), d.year, d.month) for n, d in zip(reports["node_id"], due, strict=True) if d == d}


def appeals_due(scope: Scope, calendar: Calendar) -> Found:
    """Return open appeals whose time to be settled ends within the list; the discipline side must act, not the unit."""
    events = scope.frame("warning_events")
    if events is None:
        return Found(())
    made = day_column(events, "appealed_on", scope.as_of)
    open_ = made.notna() & day_column(events, "appeal_closed_on", scope.as_of).isna()
    rows, days = events[open_], int(calendar.appeal_days.number(scope.as_of))
    due = [stamp.date() + timedelta(days=days) for stamp in made[open_]]
    return Found(tuple(
        DueItem(Matter.APPEAL, unit, day, "warning_events", (str(code),), f"{code} 申诉未办结", Known.RULE,
                inner=str(person), for_office=True)
        for code, unit, day, person in zip(rows["event_id"], warned_units(rows), due, text_column(rows, "person_id", ""), strict=True)
        if day <= scope.last))


def rotations_due(scope: Scope, calendar: Calendar) -> Found:
    """Return posts of the rotating fields whose holder reaches the years in the post within the list.

    Spans of one person in one post that follow each other without a day between count as one stay.
    """
    posts, held = scope.frame("posts"), scope.frame("occupancies")
    if posts is None or held is None or "in_charge_of" not in posts.columns:
        return Found(())
    fields, months = calendar.fields(scope.as_of), int(calendar.rotation_years.number(scope.as_of)) * 12
    known = {str(p): (str(u), str(t), str(f)) for p, u, t, f in zip(posts["post_id"], posts["unit_id"], posts["title"],
                                                                     text_column(posts, "in_charge_of", ""), strict=True)}
    made = []
    for (post, person), since in sorted(_stays(scope, held).items()):
        unit, title, field = known.get(post, ("", "", ""))
        due = add_months(since, months)
        if fields & set(field.split("、")) and due <= scope.last:
            made.append(DueItem(Matter.ROTATION, unit, due, "occupancies", (person, post), f"「{title}」（分管{field}）任职满{months // 12}年，应安排轮换",
                                Known.RULE, inner=f"{person} 自{since}任{post}"))
    return Found(tuple(made))


def _stays(scope: Scope, held: pd.DataFrame) -> dict[tuple[str, str], date]:
    """Return (post, person) → first day of the stay that still runs on the day."""
    start, end = day_column(held, "start"), day_column(held, "end")
    spans: dict[tuple[str, str], list[tuple[date, date | None]]] = {}
    for person, post, begun, ended in zip(held["person_id"].astype(str), held["post_id"].astype(str), start, end, strict=True):
        if person != EMPTY_POST and begun <= _stamp(scope.as_of):
            spans.setdefault((post, person), []).append((begun.date(), ended.date() if ended == ended else None))
    stays = {}
    for pair, parts in spans.items():
        since = _running_since(sorted(parts, key=lambda p: p[0]), scope.as_of)
        if since is not None:
            stays[pair] = since
    return stays


def _running_since(parts: list[tuple[date, date | None]], as_of: date) -> date | None:
    since, until = parts[0]
    for begun, ended in parts[1:]:
        if until is not None and begun > until:
            since, until = begun, ended
        elif until is not None:
            until = None if ended is None else max(until, ended)
    return since if until is None or until > as_of else None


def _stamp(day: date) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(day)
