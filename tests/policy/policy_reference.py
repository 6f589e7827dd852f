"""The slow obvious reference: rules applied row by row with plain Python, from the YAML text, sharing no code.

Only what the shipped rules need; dates are `datetime.date`, points are `Fraction`, every row is a dict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import yaml

Row = Mapping[str, object]
UNKNOWN = "不能判定"
POLICIES = Path(__file__).resolve().parents[2] / "data" / "policies"


def document(policy_id: str) -> dict:
    """The YAML of a shipped policy as plain dicts."""
    (path,) = POLICIES.rglob(f"{policy_id}.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def empty(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "NaT")


def in_force(dated: Mapping[date, dict], day: date) -> object:
    """The value whose date is the last one not after *day*."""
    return dated[max(d for d in dated if d <= day)]["value"]


# grades ---------------------------------------------------------------------------------------------------------------
def weighted_grade(doc: dict, row: Row, day: date) -> str:
    """Try every value that a missing cell could take; the grade is told if all give the same."""
    found = set()
    totals = {Fraction(0)}
    for term in doc["rule"]["terms"]:
        low, high = doc["inputs"][term["input"]]["range"]
        cell = row.get(term["input"])
        cells = [cell] if not empty(cell) else [low, high] if "bands" not in term else [s["at_least"] for s in term["bands"]["steps"]]
        worth = {Fraction(str(in_force(term["weight"], day))) * banded(term, c) for c in cells}
        totals = {t + w for t in totals for w in worth}
    for total in totals:
        for step in doc["rule"]["cutoffs"]:
            if total >= Fraction(str(in_force(step["at_least"], day))):
                found.add(step["grade"])
                break
    return found.pop() if len(found) == 1 else UNKNOWN


def banded(term: dict, cell: object) -> Fraction:
    """The points of a cell."""
    number = Fraction(str(cell))
    if "bands" not in term:
        return number
    points = Fraction(0)
    for step in term["bands"]["steps"]:
        if number >= step["at_least"]:
            points = Fraction(str(step["points"]))
    return points


def forestry_grade(row: Row, stage_of_item: Mapping[object, object]) -> str:
    """三重一大 decision, execution, or neither."""
    stage = stage_of_item.get(row.get("item_id"))
    return UNKNOWN if empty(stage) else {"决策": "一级", "执行": "二级"}.get(str(stage), "三级")


def matrix_grade(doc: dict, row: Row, day: date) -> str:
    """Every cell of the table that a missing input could point at."""
    lines = [line.split() for line in in_force(doc["rule"]["cells"], day)]
    rows = range(5) if empty(row.get("likelihood")) else [int(row["likelihood"]) - 1]
    columns = range(5) if empty(row.get("harm")) else [int(row["harm"]) - 1]
    found = {lines[i][j] for i in rows for j in columns}
    return found.pop() if len(found) == 1 else UNKNOWN


# scores ---------------------------------------------------------------------------------------------------------------
def later(day: date, months: int) -> date:
    """*day* moved by whole months; a day that does not exist becomes the 1st of the month after."""
    year, month = day.year, day.month + months
    while month > 12:
        year, month = year + 1, month - 12
    while month < 1:
        year, month = year - 1, month + 12
    try:
        return date(year, month, day.day)
    except ValueError:
        return date(year + (month == 12), month % 12 + 1, 1)


def subject_of(doc: dict, row: Row, kind: str) -> object:
    """Who is charged in the ledger *kind*; None: nobody. Warned posts other than the actor's are not handled here."""
    if kind == "person":
        return None if empty(row.get("person_id")) else row["person_id"]
    if empty(row.get("warned_unit")) and not empty(row.get("person_id")):
        return None
    warned = row.get("warned_unit")
    return row["unit_id"] if empty(warned) or doc["rule"]["charge"]["unit"] == "actor" else warned


def struck(row: Row, today: date) -> bool:
    """不实, 已澄清, or 撤销 by an appeal that is closed."""
    if row["clue_status"] in ("不实", "已澄清"):
        return True
    return row.get("appeal_result") == "撤销" and not empty(row.get("appeal_closed_on")) and row["appeal_closed_on"] <= today


def points(doc: dict, row: Row, today: date) -> Fraction | None:
    """The points of a verified event (bonuses negative); None where they cannot be told."""
    rule, day = doc["rule"], row["occurred_on"]
    own = None if empty(row.get("points")) else Fraction(str(row["points"]))
    for line in rule.get("bonuses", ()):
        if row["behaviour"] in (line["name"], *line.get("also", ())):
            return -Fraction(str(in_force(line["points"], day)))
    if row.get("appeal_result") == "变更" and not empty(row.get("appeal_closed_on")) and row["appeal_closed_on"] <= today:
        return own
    if row.get("exempted") is True:
        return own if own is not None else Fraction(0)
    for line in rule["behaviours"]:
        if row["behaviour"] in (line["name"], *line.get("also", ())):
            total = Fraction(str(in_force(line["points"], day)))
            for modifier in rule.get("modifiers", ()):
                if holds(modifier["when"], row):
                    total *= Fraction(str(in_force(modifier["factor"], day)))
            return total
    return own if rule["unlisted"]["as"] == "recorded" else None


def holds(when: dict, row: Row) -> bool:
    """A condition over 是/否 cells (empty means 否 in the shipped rules) and behaviours."""
    if "all" in when:
        return all(holds(part, row) for part in when["all"])
    cell = row.get(when["input"])
    if "in" in when:
        return cell in when["in"]
    return ("是" if cell is True else "否") == when["is"]


def states(doc: dict, rows: list[Row], today: date) -> dict[tuple[str, object], tuple]:
    """(ledger, subject) → (score, level, cycle start, frozen on, warnings, events that cannot be told)."""
    found = {}
    for kind in doc["rule"]["charge"]["ledgers"]:
        of: dict[object, list[Row]] = {}
        for row in rows:
            subject = subject_of(doc, row, kind)
            if subject is not None and not struck(row, today):
                of.setdefault(subject, []).append(row)
        for subject, own in of.items():
            found[kind, subject] = state(doc, own, today)
    return found


def judged_day(own: list[Row], today: date) -> date:
    """Go back to the day before an appeal as long as an appeal is open."""
    day = today
    while True:
        open_ones = [r["appealed_on"] for r in own if r["clue_status"] == "属实" and not empty(r.get("appealed_on"))
                     and r["appealed_on"] <= day and (empty(r.get("appeal_closed_on")) or day < r["appeal_closed_on"])]
        if not open_ones:
            return day
        day = min(open_ones) - timedelta(days=1)


def state(doc: dict, own: list[Row], today: date) -> tuple:
    """The state of one subject from its own rows that are not struck."""
    day = judged_day(own, today)
    verified = [r for r in own if r["clue_status"] == "属实" and r["occurred_on"] <= day and r["verified_on"] <= day]
    worth = [(r["occurred_on"], points(doc, r, today)) for r in verified]
    months = int(in_force(doc["rule"]["cycle"]["months"], today))
    told = sorted(w for w in worth if w[1] is not None and w[1] != 0)
    start, inside = cycle(doc, told, day, months)
    unknown = [d for d, p in worth if p is None]
    if doc["rule"]["cycle"]["kind"] == "first_event":
        past = [s for s in openings(told, months) if s != start]
        free = [d for d in unknown if not any(s <= d < later(s, months) for s in past)]
        blind = sum(1 for d in free if d > later(start or day, -months))
    else:
        blind = sum(1 for d in unknown if start <= d)
    taken = sum((p for p in inside if p > 0), Fraction(0))
    gained = -sum((p for p in inside if p < 0), Fraction(0))
    caps = {k: Fraction(str(in_force(v, today))) for k, v in doc["rule"].get("caps", {}).items()}
    score = max(min(taken, caps.get("cycle", taken)) - min(gained, caps.get("bonus", gained)), Fraction(0))
    level = next((s["name"] for s in doc["rule"]["levels"] if score >= Fraction(str(in_force(s["at_least"], today)))), "")
    if blind and level != doc["rule"]["levels"][0]["name"]:
        level = UNKNOWN
    return score, level, start, day if day < today else None, sum(1 for p in inside if p > 0), blind


def cycle(doc: dict, worth: list[tuple[date, Fraction]], day: date, months: int) -> tuple[date | None, list[Fraction]]:
    """The running cycle's first day (None: none is running) and the points in it."""
    rule = doc["rule"]["cycle"]
    if rule["kind"] == "rolling":
        after = later(day, -months)
        return after + timedelta(days=1), [p for d, p in worth if d > after]
    if rule["kind"] == "anchored":
        count = 0
        while later(rule["anchor"], (count + 1) * months) <= day:
            count += 1
        start = later(rule["anchor"], count * months)
        return start, [p for d, p in worth if d >= start]
    start = max(openings(worth, months), default=None)
    if start is None or day >= later(start, months):
        return None, []
    return start, [p for d, p in worth if d >= start]


def openings(worth: list[tuple[date, Fraction]], months: int) -> list[date]:
    """The first days of the cycles: a deduction outside every cycle so far opens one."""
    found: list[date] = []
    for on, p in worth:
        if p > 0 and (not found or on >= later(found[-1], months)):
            found.append(on)
    return found
