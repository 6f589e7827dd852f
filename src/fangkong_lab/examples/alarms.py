"""Warning events of the pilot units, with behaviours named as in the published point table of a real county.

Points follow 长武县's table (1 to 12); the colours are what the made-up office chose: under 3 blue, under 10 yellow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fangkong_lab.dates import add_months
from fangkong_lab.examples.office import Office
from fangkong_lab.examples.registry import HOSPITAL, PATROL
from fangkong_lab.examples.scene import Scene
from fangkong_lab.streams import stream

EVENTS_PER_UNIT = 14
BEHAVIOURS: tuple[tuple[str, float, float], ...] = (
    ("通报批评", 1.0, 0.22), ("约谈", 1.0, 0.22), ("责令书面检查", 1.5, 0.16), ("警示提醒", 2.0, 0.14), ("诫勉督导", 2.5, 0.1),
    ("责令纠错", 3.0, 0.1), ("党内警告", 6.0, 0.04), ("党内严重警告", 10.0, 0.015), ("撤销党内职务", 12.0, 0.005))
_POINTS = {name: points for name, points, _ in BEHAVIOURS}
_STATUS = (("属实", 0.8), ("未查实不能排除", 0.07), ("不实", 0.06), ("核查中", 0.03), ("已澄清", 0.04))
_CHANNELS = ("信访举报", "网上监督", "明察暗访", "信息员报送", "双定双评", "审计")
_FEEDBACK = ("谈话提醒", "预警通知书", "整改通知书", "内部通报", "媒体公开", "参阅信息")
REPEATED = (("党内警告", 0), ("责令纠错", 4), ("责令纠错", 9))


@dataclass(frozen=True)
class Alarms:
    """Rows of events; *repeated*: the person planted with 12 points inside twelve months, and the events."""

    rows: list[dict[str, object]]
    repeated: dict[str, object]


def make_alarms(scene: Scene) -> Alarms:
    """Return the warning events of all pilot units: random ones, two after the documents' cases, one repeated offender."""
    rows: list[dict[str, object]] = []
    for office in scene.offices:
        begun = scene.period.adopted(office.number)
        if begun is not None:
            for k in range(EVENTS_PER_UNIT):
                draw = stream(scene.seed, "event", office.unit_id, k)
                rows.append(_event(scene, office, f"E{office.number + 1:02d}{k + 1:03d}", scene.period.day(draw, begun), draw))
    rows += _documented(scene)
    repeated = _repeated(scene)
    return Alarms(rows + repeated, {"person": repeated[0]["person_id"], "points": 12.0,
                                    "events": [r["event_id"] for r in repeated]} if repeated else {})


def _event(scene: Scene, office: Office, event_id: str, on: date, draw: np.random.Generator) -> dict[str, object]:
    part = office.sections[int(draw.integers(len(office.sections)))]
    actor = (part.clerk, part.chief, office.deputies[part.deputy])[int(draw.choice(3, p=(0.5, 0.35, 0.15)))]
    leader = actor in office.deputies
    kinds = [name for name, _, _ in BEHAVIOURS]
    behaviour = kinds[int(draw.choice(len(kinds), p=np.array([s for *_, s in BEHAVIOURS]) / sum(s for *_, s in BEHAVIOURS)))]
    status = _STATUS[int(draw.choice(len(_STATUS), p=[p for _, p in _STATUS]))][0]
    verified = scene.period.clip(on + timedelta(days=int(draw.integers(10, 60))))
    status = status if verified or status == "核查中" else "核查中"
    person = scene.staff[office.unit_id].holders(actor, on)[0] if status != "核查中" else None
    above = (part.chief if actor == part.clerk else office.deputies[part.deputy]) if draw.random() < 0.08 else actor
    row: dict[str, object] = {
           "event_id": event_id, "unit_id": office.unit_id, "actor_post": actor, "person_id": person,
           "warned_unit": office.unit_id, "warned_post": above, "tier": "县级" if leader else "镇局级", "occurred_on": on,
           "behaviour": behaviour, "verified_on": verified if status != "核查中" else None, "clue_status": status,
           "channel": _CHANNELS[int(draw.integers(len(_CHANNELS)))], "leader": leader,
           "self_reported": bool(draw.random() < 0.1), "concealed": bool(draw.random() < 0.04),
           "exempted": bool(status == "属实" and draw.random() < 0.05)}
    return row | (_decided(scene, row, draw) if status == "属实" else {})


def colour(points: float) -> str:
    """Return the colour that the made-up office gives to *points* of one event."""
    return "蓝" if points < 3 else "黄" if points < 10 else "红"


def _decided(scene: Scene, row: dict[str, object], draw: np.random.Generator) -> dict[str, object]:
    """Points, colour, decision, feedback, lifting and appeal of a founded event; what lies after the last day is open."""
    verified = row["verified_on"]
    assert isinstance(verified, date)
    decided = scene.period.clip(verified + timedelta(days=int(draw.integers(3, 20))))
    if decided is None:
        return {}
    points = 0.0 if row["exempted"] else _POINTS[str(row["behaviour"])]
    due = decided + timedelta(days=60)
    appealed = scene.period.clip(decided + timedelta(days=10)) if draw.random() < 0.08 else None
    closed = scene.period.clip(appealed + timedelta(days=int(draw.integers(15, 60)))) if appealed else None
    return {"level": colour(points) if points else None, "points": points, "decided_on": decided,
            "decided_by": scene.commission.deciders[int(draw.integers(2))],
            "feedback": _FEEDBACK[int(draw.integers(len(_FEEDBACK)))], "due_on": due if due <= scene.period.as_of else None,
            "lifted_on": scene.period.clip(due - timedelta(days=int(draw.integers(0, 30)))) if draw.random() < 0.85 else None,
            "appealed_on": appealed, "appeal_closed_on": closed,
            "appeal_result": ("维持", "变更", "撤销")[int(draw.choice(3, p=(0.7, 0.2, 0.1)))] if closed else None}


def _documented(scene: Scene) -> list[dict[str, object]]:
    """A hospital that bought equipment against the rules (yellow), and a team ranked last twice, whose deputy was warned."""
    begun = scene.period.pilot_start
    office = scene.offices[min(5, len(scene.offices) - 1)]
    base = {"tier": "县级", "clue_status": "属实", "leader": True, "self_reported": False, "concealed": False,
            "exempted": False, "decided_by": scene.commission.deciders[0]}
    days = {name: begun + timedelta(days=n) for name, n in
            (("occurred_on", 40), ("verified_on", 52), ("decided_on", 55), ("due_on", 115), ("lifted_on", 110))}
    return [
        {**base, **days, "event_id": "EX0001", "unit_id": HOSPITAL, "warned_unit": HOSPITAL, "behaviour": "违规采购设备",
         "channel": "明察暗访", "level": "黄", "points": 3.0, "feedback": "整改通知书"},
        {**base, **days, "event_id": "EX0002", "unit_id": PATROL, "warned_unit": office.unit_id,
         "warned_post": office.deputies[2], "behaviour": "双定双评连续两次末位", "channel": "双定双评", "level": "蓝", "points": 1.0,
         "feedback": "预警通知书"}]


def _repeated(scene: Scene) -> list[dict[str, object]]:
    """One chief with 12 points inside twelve months, all founded and decided; none where the years are too few."""
    office = scene.offices[min(2, len(scene.offices) - 1)]
    first = add_months(scene.period.adopted(min(2, len(scene.offices) - 1)) or scene.period.start, 3)
    if add_months(first, 12) > scene.period.as_of:
        return []
    post = office.shielded
    person = scene.staff[office.unit_id].holders(post, first)[0]
    rows: list[dict[str, object]] = []
    for k, (behaviour, months) in enumerate(REPEATED):
        on = add_months(first, months)
        points = _POINTS[behaviour]
        rows.append({"event_id": f"EX001{k + 1}", "unit_id": office.unit_id, "actor_post": post, "person_id": person,
                     "warned_unit": office.unit_id, "warned_post": post, "tier": "县级", "occurred_on": on,
                     "behaviour": behaviour, "verified_on": on + timedelta(days=20), "clue_status": "属实",
                     "channel": "审计", "leader": False, "self_reported": False, "concealed": False, "exempted": False,
                     "level": colour(points), "points": points, "decided_on": on + timedelta(days=30),
                     "decided_by": scene.commission.deciders[1], "feedback": "预警通知书"})
    return rows
