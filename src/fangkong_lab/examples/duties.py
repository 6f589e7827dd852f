"""Duties of supervision and whether they were kept; which ones were missed is planted."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fangkong_lab.examples.office import Office
from fangkong_lab.examples.powers import Item
from fangkong_lab.examples.scene import Scene
from fangkong_lab.streams import stream

UNIT_DAY, COUNTY_DAY = 25, 28
DUTIES_PER_UNIT = 14
_WAYS = (("领导", "报告", "分管领导"), ("专门", "备案", "派驻纪检组"), ("民主", "公开", "政务公开栏"), ("网上", "报送", "电子监察平台"),
         ("专门", "提醒卡", "县纪委"), ("专门", "抽查", "派驻纪检组"))
_EVERY = ("一事一报", "季", "半年", "年", "季", "一事一报")
_LATE, _MISSED, _EXCUSED = 0.05, 0.02, 0.01


@dataclass(frozen=True)
class Duties:
    """Rows of duties and their records; *missed*: (duty, due day) without excuse; *late*: kept after the day due."""

    duties: list[tuple[object, ...]]
    records: list[tuple[object, ...]]
    missed: list[list[str]]
    late: list[list[str]]


def make_duties(scene: Scene) -> Duties:
    """Return the duties of all pilot units from the day each began."""
    made = Duties([], [], [], [])
    for office in scene.offices:
        begun = scene.period.adopted(office.number)
        if begun is not None:
            for k, item in enumerate(_chosen(scene, office)):
                _add(made, scene, office, k, item, begun)
    return made


def _chosen(scene: Scene, office: Office) -> list[Item]:
    draw = stream(scene.seed, "duties", office.unit_id)
    drawn = [i for i in scene.items_of(office) if i.chart]
    picked = draw.choice(len(drawn), min(DUTIES_PER_UNIT, len(drawn)), replace=False)
    return [drawn[int(k)] for k in picked]


def _add(made: Duties, scene: Scene, office: Office, k: int, item: Item, begun: date) -> None:
    draw = stream(scene.seed, "duty", office.unit_id, k)
    duty = f"D{office.number + 1:02d}{k + 1:03d}"
    # The first two duties of every unit report each month: to the bureau by the 25th, to the county by the 28th.
    monthly = k < 2
    layer, means, to = ("网上", "报送", ("本单位防控办", "县预警防控中心")[k]) if monthly else _WAYS[k % len(_WAYS)]
    every = "月" if monthly else _EVERY[k % len(_EVERY)]
    assert item.chart is not None
    step = 1 + int(draw.integers(len(item.chart.stages)))
    within = int(draw.integers(3, 16)) if every == "一事一报" else None
    made.duties.append((duty, item.item_id, item.chart.flow_id, step, layer, means, to, within, every))
    for due in _due_days(every, begun, scene.period.as_of, (UNIT_DAY, COUNTY_DAY)[min(k, 1)], draw):
        done, excuse = _kept(due, scene.period.as_of, draw)
        made.records.append((duty, due, done, excuse, "属实" if done and draw.random() < 0.2 else None))
        if done is None and not excuse:
            made.missed.append([duty, due.isoformat()])
        elif done is not None and done > due:
            made.late.append([duty, due.isoformat()])


def _due_days(every: str, begun: date, end: date, day: int, draw: np.random.Generator) -> Iterator[date]:
    if every == "一事一报":
        days = (end - begun).days
        picked = sorted(int(x) for x in draw.choice(days, min(days, int(draw.integers(4, 12))), replace=False))
        yield from (begun + timedelta(days=x) for x in picked)
        return
    months = {"月": 1, "季": 3, "半年": 6, "年": 12}[every]
    for year in range(begun.year, end.year + 1):
        for month in range(months, 13, months):
            due = date(year, month, day if every == "月" else monthrange(year, month)[1])
            if begun <= due <= end:
                yield due


def _kept(due: date, end: date, draw: np.random.Generator) -> tuple[date | None, str | None]:
    """Return (day done, excuse). What would be late beyond the last day is kept on the day instead."""
    luck = draw.random()
    if luck < _MISSED:
        return None, None
    if luck < _MISSED + _EXCUSED:
        return None, "防汛抢险"
    late = due + timedelta(days=int(draw.integers(1, 15)))
    if luck < _MISSED + _EXCUSED + _LATE and late <= end:
        return late, None
    return max(due - timedelta(days=int(draw.integers(0, 5))), date(due.year, 1, 1)), None
