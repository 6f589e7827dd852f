"""The warning network of the county (1/8/66/430/484/10) and its monthly reports on the 25th and the 28th."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fangkong_lab.examples.duties import COUNTY_DAY, UNIT_DAY
from fangkong_lab.examples.places import DISCIPLINE_UNIT
from fangkong_lab.examples.scene import Scene
from fangkong_lab.streams import stream

TIERS = (("预警中心", 1), ("信息办公室", 8), ("报送点", 66), ("采集点", 430), ("信息员", 484), ("监督员", 10))
_LETTER = {"预警中心": "A", "信息办公室": "B", "报送点": "C", "采集点": "D", "信息员": "E", "监督员": "F"}
_ABOVE = {"信息办公室": "预警中心", "报送点": "信息办公室", "采集点": "报送点", "信息员": "采集点", "监督员": "预警中心"}
_COUNT = dict(TIERS)


@dataclass(frozen=True)
class Reports:
    """Rows of reports; *unsent*: (node, due day) never sent; *late*: sent after the day due."""

    rows: list[tuple[object, ...]]
    unsent: list[list[str]]
    late: list[list[str]]


def _node(tier: str, number: int) -> str:
    return f"N{_LETTER[tier]}{number % _COUNT[tier] + 1:03d}"


def network_rows(scene: Scene) -> list[tuple[object, ...]]:
    """Return the rows of the warning network, from the day the first pilots began."""
    rows: list[tuple[object, ...]] = []
    for tier, count in TIERS:
        for k in range(count):
            above = _node(_ABOVE[tier], k) if tier in _ABOVE else None
            rows.append((_node(tier, k), tier, above, _unit(scene, tier, k), scene.period.pilot_start, None))
    return rows


def _unit(scene: Scene, tier: str, number: int) -> str | None:
    if tier in ("预警中心", "信息办公室"):
        return DISCIPLINE_UNIT
    if tier == "监督员":
        return None
    point = number % _COUNT["采集点"] % _COUNT["报送点"] if tier != "报送点" else number
    return scene.offices[point % len(scene.offices)].unit_id


def make_reports(scene: Scene) -> Reports:
    """Return reports: reporting points every month by the 28th, collecting points by the 25th in the last twelve months."""
    made = Reports([], [], [])
    start, end = scene.period.pilot_start, scene.period.as_of
    months = [date(y, m, 1) for y in scene.period.years for m in range(1, 13) if date(y, m, 1) >= start]
    for tier, day, spans in (("报送点", COUNTY_DAY, months), ("采集点", UNIT_DAY, months[-12:])):
        for k in range(_COUNT[tier]):
            draw = stream(scene.seed, "reports", tier, k)
            for due in (m.replace(day=day) for m in spans):
                _report(made, _node(tier, k), due, end, draw)
    return made


def _report(made: Reports, node: str, due: date, end: date, draw: np.random.Generator) -> None:
    luck, delay, items = draw.random(), int(draw.integers(1, 4)), int(draw.integers(1, 4))
    nil, confirmed = bool(draw.random() < 0.75), int(draw.random() < 0.12)
    if luck < 0.015:
        made.rows.append((node, due))
        made.unsent.append([node, due.isoformat()])
        return
    late = luck < 0.055 and due + timedelta(days=delay) <= end
    sent = due + timedelta(days=delay) if late else due - timedelta(days=delay - 1)
    made.rows.append((node, due, sent, nil, 0 if nil else items, 0 if nil else confirmed))
    if late:
        made.late.append([node, due.isoformat()])


