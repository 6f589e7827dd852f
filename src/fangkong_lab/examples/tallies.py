"""Outcome counts with their 口径, petitions and surveys; the pilot's true effect and one unit with a truly high rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from fangkong_lab.examples.office import Office
from fangkong_lab.examples.places import COUNTY_NAME, DISCIPLINE_UNIT
from fangkong_lab.examples.scene import Scene
from fangkong_lab.kinds import Qualifier
from fangkong_lab.streams import stream

HIGH_FACTOR = 2.5
HIGH_UNIT = 8
TREND = 1.03
UNIT_SPREAD = 0.1


@dataclass(frozen=True)
class Tally:
    """A counted measure: its 口径, mean per 1,000 staff and half-year, the pilot's true *effect* (a factor), *high*: whether
    the unit with the high rate has more of it, *routine*: many enough for rounded figures."""

    measure: str
    count_unit: str
    has_clue: str
    rate: float
    effect: float = 1.0
    high: bool = False
    routine: bool = False


TALLIES = (
    Tally("廉政谈话", "人次", "不明", 240.0, routine=True), Tally("提醒谈话", "人次", "是", 40.0, 1.5),
    Tally("诫勉谈话", "人", "是", 12.0, 1.2), Tally("立案", "件", "是", 11.0, 0.8, high=True),
    Tally("纪律处分", "人", "是", 9.0, 0.8, high=True), Tally("组织处理", "人", "是", 6.0),
    Tally("移送司法", "人", "是", 0.8), Tally("信访举报", "件次", "不明", 60.0, 0.75))
_PETITIONS = (("检举控告", 0.7), ("业务范围外", 0.2), ("无实质内容", 0.07), ("意见建议", 0.03))


def outcome_rows(scene: Scene) -> list[dict[str, object]]:
    """Return the rows of the table of outcomes: every measure by unit and half-year, money by year, running totals."""
    rows: list[dict[str, object]] = []
    for office, headcount in zip(scene.offices, scene.headcounts(), strict=True):
        rows += [_row(scene, office, tally, span, headcount) for tally in TALLIES for span in scene.period.halves()]
        rows += [_money(scene, office, year) for year in scene.period.years]
    return rows + _running(scene)


def true_mean(scene: Scene, office: Office, tally: Tally, start: date, headcount: int) -> float:
    """Return the mean of the count of *tally* in the half-year from *start*, all planted factors in it."""
    adopted = scene.period.adopted(office.number)
    own = float(np.exp(stream(scene.seed, "level", office.unit_id).normal(0, UNIT_SPREAD)))
    mean = tally.rate * headcount / 1000 * own * TREND ** (start.year - scene.period.first)
    mean *= tally.effect if adopted and start >= adopted else 1.0
    return mean * (HIGH_FACTOR if tally.high and office.number == high_number(scene) else 1.0)


def high_number(scene: Scene) -> int:
    """Return the running number of the unit whose rate is truly high."""
    return min(HIGH_UNIT, len(scene.offices) - 1)


def _row(scene: Scene, office: Office, tally: Tally, span: tuple[date, date], headcount: int) -> dict[str, object]:
    draw = stream(scene.seed, "outcome", office.unit_id, tally.measure, span[0].isoformat())
    value, qualifier = int(draw.poisson(true_mean(scene, office, tally, span[0], headcount))), Qualifier.EXACT
    if tally.routine and value >= 20 and draw.random() < 0.06:
        value, qualifier = value // 10 * 10, Qualifier.OVER
    return {"unit_id": office.unit_id, "body": f"{COUNTY_NAME}纪委", "period_start": span[0], "period_end": span[1],
            "measure": tally.measure, "value": float(value), "count_unit": tally.count_unit, "qualifier": qualifier.label,
            "has_clue": tally.has_clue, "cumulative": False, "deduplicated": tally.count_unit == "人",
            "source": f"模拟数据：{span[0].year}年{'上' if span[0].month == 1 else '下'}半年统计表", "published": False, "secrecy": "内部"}


def _money(scene: Scene, office: Office, year: int) -> dict[str, object]:
    draw = stream(scene.seed, "money", office.unit_id, year)
    return {"unit_id": office.unit_id, "body": f"{COUNTY_NAME}纪委", "period_start": date(year, 1, 1),
            "period_end": date(year, 12, 31), "measure": "挽回损失", "value": round(float(draw.lognormal(2.0, 1.0)), 2),
            "count_unit": "万元", "qualifier": Qualifier.EXACT.label, "has_clue": "不明", "cumulative": False,
            "deduplicated": False, "source": f"模拟数据：{year}年度统计表", "published": True, "secrecy": "公开"}


def _running(scene: Scene) -> list[dict[str, object]]:
    """Running totals since the pilot began: they may not be added to the half-years, nor to each other."""
    start, total, rows = scene.period.pilot_start, 0, []
    for year in range(start.year, scene.period.last + 1):
        total += int(stream(scene.seed, "running", year).poisson(11))
        rows.append({"unit_id": DISCIPLINE_UNIT, "body": f"{COUNTY_NAME}纪委", "period_start": start,
                     "period_end": date(year, 12, 31), "measure": "查实预警信息", "value": float(total), "count_unit": "件",
                     "qualifier": Qualifier.EXACT.label, "has_clue": "不明", "cumulative": True, "deduplicated": True,
                     "source": f"模拟数据：{year}年预警工作通报", "published": True, "secrecy": "公开"})
    return rows


def petition_rows(scene: Scene, outcomes: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """Return the rows of the table of petitions: the half-year counts of 信访举报, split by kind, so that the sums agree."""
    rows: list[tuple[object, ...]] = []
    for row in outcomes:
        if row["measure"] == "信访举报":
            draw = stream(scene.seed, "petition", str(row["unit_id"]), str(row["period_start"]))
            parts = draw.multinomial(int(float(str(row["value"]))), [share for _, share in _PETITIONS])
            rows += [(row["unit_id"], row["period_start"], row["period_end"], kind, int(n))
                     for (kind, _), n in zip(_PETITIONS, parts, strict=True)]
    return rows


def survey_rows(scene: Scene) -> list[tuple[object, ...]]:
    """Return the rows of the table of surveys: one a year in every unit, and the yearly self-assessments as due and done."""
    rows: list[tuple[object, ...]] = []
    for office, headcount in zip(scene.offices, scene.headcounts(), strict=True):
        for year in scene.period.years:
            draw = stream(scene.seed, "survey", office.unit_id, year)
            back = int(draw.binomial(200, 0.78))
            rows.append((office.unit_id, date(year, 11, 20), "问卷", "随机" if year % 2 else "到场发放", 200, back,
                         int(draw.binomial(back, 0.86))))
            rows.append((office.unit_id, date(year, 12, 10), "个人运权评估", None, None, None, None, headcount,
                         int(draw.binomial(headcount, 0.95))))
    return rows


def tally_truth(scene: Scene) -> dict[str, object]:
    """Return what is planted in the counts."""
    adopted = {o.unit_id: scene.period.adopted(o.number) for o in scene.offices}
    return {"pilot_effect": {t.measure: t.effect for t in TALLIES},
            "pilot_adopted": {unit: day.isoformat() for unit, day in adopted.items() if day},
            "high_unit": {"unit_id": scene.offices[high_number(scene)].unit_id, "relative_rate": HIGH_FACTOR,
                          "measures": [t.measure for t in TALLIES if t.high]},
            "yearly_trend": TREND, "unit_log_sd": UNIT_SPREAD}
