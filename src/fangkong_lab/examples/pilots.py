"""A made-up region in which counties try a pilot in batches, with the planted effect: for the lesson on evaluating pilots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Qualifier
from fangkong_lab.streams import stream

if TYPE_CHECKING:
    import pandas as pd

MODEL = "五分模式"
MONTHS = 12


@dataclass(frozen=True)
class PilotMeasure:
    """A counted measure: *rate* a year and 1,000 staff, true *effect* of the pilot (a factor; 1: none)."""

    name: str
    count_unit: str
    has_clue: str
    rate: float
    effect: float


MEASURES = (PilotMeasure("信访举报", "件次", "不明", 120.0, 0.7), PilotMeasure("立案", "件", "是", 24.0, 1.0),
            PilotMeasure("提醒谈话", "人次", "是", 60.0, 1.5))


@dataclass(frozen=True)
class PilotScene:
    """*counties* of which the first starts' batches are pilots: *batches* of (number, first day). *months* is the length of a period, *dispersion* variance ÷
    mean of a count, *trend* growth a year, *spread* standard deviation of the counties' log levels.
    """

    counties: int = 40
    batches: tuple[tuple[int, date], ...] = ((6, date(2014, 1, 1)), (6, date(2015, 1, 1)), (4, date(2016, 1, 1)))
    first: int = 2010
    last: int = 2017
    months: int = 6
    dispersion: float = 1.5
    trend: float = 1.02
    spread: float = 0.25

    def __post_init__(self) -> None:
        if sum(n for n, _ in self.batches) > self.counties or MONTHS % self.months or self.first > self.last or self.dispersion < 1:
            raise BadInput("试点县多于全部县，或期长、年份、离散系数不成立", mend="核对各项")


@dataclass(frozen=True, eq=False)
class PilotRegion:
    """Ledger *tables* (units, outcomes) and the *truth* planted in them."""

    tables: Mapping[str, pd.DataFrame]
    truth: Mapping[str, object]


def pilot_region(seed: int, scene: PilotScene | None = None) -> PilotRegion:
    """Return the region of *seed*; equal seeds give equal tables. Which counties are pilots is drawn by lot."""
    import pandas as pd

    made = scene or PilotScene()
    heads = {f"C{k + 1:02d}": int(stream(seed, "heads", k).integers(800, 3000)) for k in range(made.counties)}
    starts = _starts(seed, made, sorted(heads))
    units = pd.DataFrame([{"unit_id": u, "name": f"{u}县（模拟数据）", "kind": "党政机关", "level": "县", "headcount": h,
                           "model": MODEL if u in starts else pd.NA, "adopted_on": pd.Timestamp(starts[u]) if u in starts else pd.NaT}
                          for u, h in heads.items()]).astype({"headcount": "Int64"})
    outcomes = pd.DataFrame([row for u, h in heads.items() for row in _rows(seed, made, (u, h), starts.get(u))])
    truth = {"effect": {m.name: m.effect for m in MEASURES}, "adopted": {u: d.isoformat() for u, d in sorted(starts.items())},
             "trend": made.trend, "dispersion": made.dispersion, "assignment": "抽签"}
    return PilotRegion({"units": units, "outcomes": outcomes}, truth)


def _starts(seed: int, scene: PilotScene, units: list[str]) -> dict[str, date]:
    drawn = [str(u) for u in stream(seed, "lot").permutation(units)]
    starts, at = {}, 0
    for number, day in scene.batches:
        starts.update(dict.fromkeys(drawn[at : at + number], day))
        at += number
    return starts


def _rows(seed: int, scene: PilotScene, county: tuple[str, int], started: date | None) -> list[dict[str, object]]:
    unit, headcount = county
    rows = []
    for measure in MEASURES:
        draw = stream(seed, "counts", unit, measure.name)
        level = measure.rate * headcount / 1000 * scene.months / MONTHS * float(np.exp(draw.normal(0, scene.spread)))
        for start, end in _periods(scene):
            mean = level * scene.trend ** (start.year - scene.first) * (measure.effect if started and start >= started else 1.0)
            loose = mean if scene.dispersion == 1 else draw.gamma(mean / (scene.dispersion - 1), scene.dispersion - 1)
            rows.append({"unit_id": unit, "body": f"{unit}县纪委", "period_start": start, "period_end": end, "measure": measure.name,
                         "value": float(draw.poisson(loose)), "count_unit": measure.count_unit, "qualifier": Qualifier.EXACT.label,
                         "has_clue": measure.has_clue, "cumulative": False, "deduplicated": False, "source": f"模拟数据：{start.year}年统计表",
                         "published": False, "secrecy": "内部"})
    return rows


def _periods(scene: PilotScene) -> list[tuple[date, date]]:
    found = []
    for year in range(scene.first, scene.last + 1):
        for month in range(1, MONTHS + 1, scene.months):
            after = date(year + (month + scene.months > MONTHS), (month + scene.months - 1) % MONTHS + 1, 1)
            found.append((date(year, month, 1), after - timedelta(days=1)))
    return found
