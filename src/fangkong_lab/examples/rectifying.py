"""Inspections and what followed: issues with their five accounts, money paid back in instalments, audits, oversight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fangkong_lab.examples.office import Office
from fangkong_lab.examples.places import COUNTY_NAME, DISCIPLINE_UNIT, PlaceKind
from fangkong_lab.examples.registry import PATROL, PATROL_NAME
from fangkong_lab.examples.scene import Scene
from fangkong_lab.streams import stream

_KINDS = ("财务管理", "工程建设", "作风效能", "制度执行", "选人用人", "专项资金")
_SEEN = ("见人", "见事", "见单位", "见处理结果", "见责任追究")
_NATURES = ("清退", "上缴", "挽回损失", "节约", "增收")
_ORIGINS = ("审计", "专项检查", "自查", "信访")
VILLAGES = 4
MONEY_SHARE = 0.22


@dataclass(frozen=True)
class Rectifying:
    """Rows of four tables and what is planted in them.

    *closed_not_verified* and *rebounded* are issue codes; *outstanding*: what is still due of a recovery, in 万元.
    """

    inspections: list[tuple[object, ...]]
    issues: list[dict[str, object]]
    recoveries: list[tuple[object, ...]]
    closed_not_verified: list[str]
    rebounded: list[str]
    outstanding: dict[str, float]


def make_rectifying(scene: Scene) -> Rectifying:
    """Return two rounds of inspection a year in the second half of the years, with the issues they found."""
    made = Rectifying([], [], [], [], [], {})
    first = scene.period.first + len(scene.period.years) // 2
    for year in range(first, scene.period.last + 1):
        for half, month in ((1, 3), (2, 8)):
            _round(made, scene, year, half, date(year, month, 1))
    for office in scene.offices:
        for year in scene.period.years:
            _others(made, scene, office, year)
    return made


def _others(made: Rectifying, scene: Scene, office: Office, year: int) -> None:
    """Issues that audits, checks, petitions or the unit itself found."""
    draw = stream(scene.seed, "other issues", office.unit_id, year)
    for k in range(int(draw.poisson(1.2))):
        origin = _ORIGINS[int(draw.integers(len(_ORIGINS)))]
        found = scene.period.day(draw, date(year, 1, 5), date(year, 12, 20))
        _issue(made, scene, office, f"W{office.number + 1:02d}{year % 100:02d}9{k + 1:02d}", (origin, f"{year}年", found))


def _round(made: Rectifying, scene: Scene, year: int, half: int, start: date) -> None:
    name = f"{year}年第{'一二'[half - 1]}轮"
    for office in scene.offices:
        if (office.number + year + half) % 3:
            continue
        draw = stream(scene.seed, "inspection", office.unit_id, year, half)
        town = office.place.kind is PlaceKind.TOWN
        end, problems = start + timedelta(days=45), int(draw.poisson(9))
        kind = ("常规", "专项", "回头看")[int(draw.choice(3, p=(0.6, 0.25, 0.15)))]
        made.inspections.append((office.name, "乡镇街道" if town else "单位", office.unit_id, "县级", kind, name, start, end,
                                 problems, int(draw.binomial(problems, 0.08))))
        for k in range(problems):
            _issue(made, scene, office, f"W{office.number + 1:02d}{year % 100:02d}{half}{k + 1:02d}", ("巡察", name, end))
        if town:
            made.inspections.extend((f"{office.name}模拟{k + 1}村", "村居社区", None, "县级", "专项", name, start, end,
                                     int(draw.poisson(2)), 0) for k in range(VILLAGES))
    if half == 2:
        made.inspections.append((PATROL_NAME, "基层站所", PATROL, "县级", "专项", name, start, start + timedelta(days=20), 3, 0))


def _issue(made: Rectifying, scene: Scene, office: Office, issue_id: str, where: tuple[str, str, date]) -> None:
    """Add one issue; *where* is its origin, its round and the day it was found."""
    origin, round_name, found = where
    draw = stream(scene.seed, "issue", issue_id)
    due = found + timedelta(days=int(draw.integers(45, 91)))
    closed = scene.period.clip(due + timedelta(days=int(draw.integers(-30, 10)))) if draw.random() < 0.86 else None
    verified = scene.period.clip(closed + timedelta(days=int(draw.integers(20, 60)))) if closed and draw.random() < 0.75 else None
    rebound = scene.period.clip(closed + timedelta(days=int(draw.integers(90, 300)))) if closed and draw.random() < 0.06 else None
    stage = "交账" if verified else "销账" if closed else ("建账", "对账", "查账")[int(draw.integers(3))]
    people = scene.commission.verifiers
    made.issues.append({
        "issue_id": issue_id, "unit_id": office.unit_id, "origin": origin, "round": round_name, "found_on": found,
        "kind": _KINDS[int(draw.integers(len(_KINDS)))], "due_on": min(due, scene.period.as_of), "stage": stage,
        "owner_post": office.sections[int(draw.integers(len(office.sections)))].chief, "closed_on": closed,
        "verified_on": verified, "verifier": people[int(draw.integers(len(people)))] if verified else None,
        "five_seen": "、".join(_SEEN[:3 + int(draw.integers(3))]) if verified else None, "rebound_on": rebound})
    if closed and not verified:
        made.closed_not_verified.append(issue_id)
    if rebound:
        made.rebounded.append(issue_id)
    if draw.random() < MONEY_SHARE:
        _pay(made, scene, office, issue_id, found, draw)


def _pay(made: Rectifying, scene: Scene, office: Office, issue_id: str, found: date, draw: np.random.Generator) -> None:
    """Split a sum (in 元·100, so that nothing is lost by rounding) into one to three instalments; some stop short."""
    due = int(draw.integers(20, 3000))
    code, parts = f"K{issue_id[1:]}", int(draw.integers(1, 4))
    cuts = sorted(int(x) for x in draw.choice(np.arange(1, due), parts - 1, replace=False))
    sums = [b - a for a, b in zip([0, *cuts], [*cuts, due], strict=True)]
    stops = draw.random() < 0.2
    nature, day, paid = _NATURES[int(draw.choice(5, p=(0.4, 0.3, 0.2, 0.05, 0.05)))], found, 0
    for k, part in enumerate(sums):
        day += timedelta(days=int(draw.integers(15, 60)))
        if day > scene.period.as_of or (stops and k == parts - 1 and parts > 1):
            break
        made.recoveries.append((code, issue_id, office.unit_id, nature, due / 100, part / 100, day))
        paid += part
    if 0 < paid < due:
        made.outstanding[code] = (due - paid) / 100


def audit_rows(scene: Scene) -> list[tuple[object, ...]]:
    """Return the rows of the table of audits: every unit every third year."""
    rows: list[tuple[object, ...]] = []
    for office in scene.offices:
        for year in scene.period.years:
            if (office.number + year) % 3 == 0:
                draw = stream(scene.seed, "audit", office.unit_id, year)
                rows.append((f"J{office.number + 1:02d}{year}", office.name, "单位", f"{COUNTY_NAME}审计局", f"{COUNTY_NAME}政府",
                             f"{year - 1}年度预算执行", scene.period.day(draw, date(year, 5, 1), date(year, 10, 31)),
                             int(draw.poisson(6)), round(float(draw.lognormal(3, 1)), 2)))
    return rows


def oversight_rows(scene: Scene) -> list[tuple[object, ...]]:
    """Return the rows of the table of oversight: the commission posts its people in every bureau, and inspects all."""
    start = scene.period.start
    posted: list[tuple[object, ...]] = [
        (DISCIPLINE_UNIT, o.unit_id, "派驻", start, None) for o in scene.offices if o.discipline_external]
    return posted + [(DISCIPLINE_UNIT, o.unit_id, "巡察", start, None) for o in scene.offices]
