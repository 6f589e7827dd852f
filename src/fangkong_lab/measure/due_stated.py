"""What falls due by a day that the ledger states: duties, reports, rectifications, warnings to lift.

Days after the day of judgement are not known yet (a report sent tomorrow is not sent today).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from fangkong_lab.measure.due_item import DueItem, Matter
from fangkong_lab.measure.ledgerdays import day_column, text_column
from fangkong_lab.measure.lifting import struck

if TYPE_CHECKING:
    import pandas as pd

ONCE = ("一事一报", "")  # a duty without a stated period is taken as it stands, row by row


@dataclass(frozen=True)
class Scope:
    """The ledger's *tables*, the day *as_of*, and how many days ahead are looked at (*within*)."""

    tables: Mapping[str, pd.DataFrame]
    as_of: date
    within: int

    @property
    def last(self) -> date:
        """The last day of the list."""
        return self.as_of + timedelta(days=self.within)

    def frame(self, name: str) -> pd.DataFrame | None:
        """Return the table *name* where it has rows."""
        found = self.tables.get(name)
        return found if found is not None and len(found) else None

    def reached(self, due: pd.Series) -> pd.Series:
        """Return which days lie on or before the last day of the list."""
        import pandas as pd

        return due <= pd.Timestamp(self.last)


@dataclass(frozen=True)
class Found:
    """Items due, and how many older performances of a recurring matter were *superseded* by a later one: counted, not listed."""

    items: tuple[DueItem, ...]
    superseded: int = 0


def duties_due(scope: Scope) -> Found:
    """Return performances of duties (义务履行) not done and not excused.

    Of a duty that recurs (周期 other than 一事一报) only the latest missed performance is listed: an older one cannot be
    made up for any more; it is counted in *superseded*.
    """
    records, duties = scope.frame("duty_records"), scope.frame("duties")
    if records is None:
        return Found(())
    about = about_duties(scope, duties)
    due, done = day_column(records, "due_on"), day_column(records, "done_on", scope.as_of)
    open_ = done.isna() & (text_column(records, "excused", "") == "") & due.notna() & scope.reached(due)
    recurs = records["duty_id"].astype(str).map(lambda code: code in about and about[code].every not in ONCE)
    return _listed(scope, (records["duty_id"].astype(str), due), open_, recurs, lambda code, day: _duty_item(about.get(code), code, day))


@dataclass(frozen=True)
class DutyText:
    """A duty's unit, period (周期, "" where it is not stated) and words."""

    unit_id: str
    every: str
    what: str


def about_duties(scope: Scope, duties: pd.DataFrame | None) -> dict[str, DutyText]:
    """Return duty → unit (through its item, else its flow), period, words."""
    if duties is None:
        return {}
    items, flows = _column_map(scope, "power_items", "item_id", "unit_id"), _column_map(scope, "flows", "flow_id", "unit_id")
    names = _column_map(scope, "power_items", "item_id", "name") | _column_map(scope, "flows", "flow_id", "name")
    cells = {c: text_column(duties, c, "") for c in ("item_id", "flow_id", "means", "to", "every")}
    found = {}
    for code, item, flow, means, to, every in zip(duties["duty_id"].astype(str), *cells.values(), strict=True):
        name = names.get(str(item)) or names.get(str(flow)) or ""
        what = f"{means}{f'（向{to}）' if to else ''}{f'：{name}' if name else ''}"
        found[code] = DutyText(items.get(str(item)) or flows.get(str(flow)) or "", str(every), what)
    return found


def _duty_item(about: DutyText | None, code: str, day: date) -> DueItem:
    known = about or DutyText("", "", "监督义务表里没有这项义务")
    return DueItem(Matter.DUTY, known.unit_id, day, "duty_records", (code, day.isoformat()), f"{code} {known.what}")


def reports_due(scope: Scope) -> Found:
    """Return reports (信息报送) not sent; of each node only the latest missed one, older ones are counted."""
    reports = scope.frame("info_reports")
    if reports is None:
        return Found(())
    units, tiers = _column_map(scope, "warning_network", "node_id", "unit_id"), _column_map(scope, "warning_network", "node_id", "tier")
    due, sent = day_column(reports, "due_on"), day_column(reports, "sent_on", scope.as_of)
    open_ = sent.isna() & due.notna() & scope.reached(due)

    def item(node: str, day: date) -> DueItem:
        return report_item(node, tiers.get(node, ""), units.get(node, ""), day)

    return _listed(scope, (reports["node_id"].astype(str), due), open_, open_ | True, item)


def report_item(node: str, tier: str, unit: str, day: date) -> DueItem:
    """Return one report of a node due on *day*."""
    return DueItem(Matter.REPORT, unit, day, "info_reports", (node, day.isoformat()), f"{tier or '节点'}{node} {day.month}月信息报送")


def _listed(scope: Scope, rows: tuple[pd.Series, pd.Series], open_: pd.Series, recurs: pd.Series,
            item: Callable[[str, date], DueItem]) -> Found:
    """Make items of the *open_* ones of *rows* (code, due day); of what *recurs* only the latest that was due by the day."""
    import pandas as pd

    codes, due = rows
    latest = due.where(due <= pd.Timestamp(scope.as_of)).groupby(codes).transform("max")
    old = open_ & recurs & (due < latest)
    kept = open_ & ~old
    made = tuple(item(str(code), day.date()) for code, day in zip(codes[kept], due[kept], strict=True))
    return Found(made, int(old.sum()))


def rectifications_due(scope: Scope) -> Found:
    """Return issues found and not closed (未销号) whose deadline is reached within the list."""
    issues = scope.frame("rectifications")
    if issues is None:
        return Found(())
    due = day_column(issues, "due_on")
    open_ = (day_column(issues, "found_on", scope.as_of).notna() & day_column(issues, "closed_on", scope.as_of).isna()
             & due.notna() & scope.reached(due))
    rows = issues[open_]
    cells = [text_column(rows, c, "") for c in ("unit_id", "origin", "kind", "owner_post")]
    return Found(tuple(
        DueItem(Matter.RECTIFY, str(unit), day.date(), "rectifications", (str(code),),
                f"{code} {origin}发现的问题{f'（{kind}）' if kind else ''}未销号", inner=f"责任岗位{post}" if post else "")
        for code, day, unit, origin, kind, post in zip(rows["issue_id"], due[open_], *cells, strict=True)))


def warnings_due(scope: Scope) -> Found:
    """Return warnings decided, not struck and not lifted whose 整改期限 is reached within the list."""
    events = scope.frame("warning_events")
    if events is None:
        return Found(())
    due = day_column(events, "due_on")
    open_ = (day_column(events, "decided_on", scope.as_of).notna() & day_column(events, "lifted_on", scope.as_of).isna()
             & ~struck(events, scope.as_of) & due.notna() & scope.reached(due))
    rows = events[open_]
    cells = [text_column(rows, c, "") for c in ("level", "behaviour", "warned_post", "person_id")]
    return Found(tuple(
        DueItem(Matter.LIFT, unit, day.date(), "warning_events", (str(code),), f"{code} {f'{level}色' if level else ''}预警未解除",
                inner="，".join(p for p in (str(behaviour), str(post), str(person)) if p))
        for code, day, unit, level, behaviour, post, person in zip(rows["event_id"], due[open_], warned_units(rows), *cells, strict=True)))


def warned_units(events: pd.DataFrame) -> list[str]:
    """Return the unit that each warning is addressed to: the warned unit, else the unit of the event."""
    warned, own = text_column(events, "warned_unit", ""), text_column(events, "unit_id", "")
    return [str(w or u) for w, u in zip(warned, own, strict=True)]


def _column_map(scope: Scope, table: str, key: str, value: str) -> dict[str, str]:
    frame = scope.frame(table)
    if frame is None or key not in frame.columns or value not in frame.columns:
        return {}
    kept = frame[frame[value].notna()]
    return dict(zip(kept[key].astype(str), kept[value].astype(str), strict=True))
