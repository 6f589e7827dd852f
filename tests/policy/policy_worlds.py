"""Random ledgers for the tests of policies: risk points with holes, events of every fate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fangkong_lab.streams import stream

CHANGWU = ("通报批评", "约谈", "责令书面检查", "警示提醒", "诫勉督导", "责令纠错", "党内警告", "党内严重警告", "行政撤职")
BAIBU = ("通报", "诫勉", "组织处理", "组织调整", "党纪政务轻处分", "职务犯罪被追究刑事责任", "案后谈话", "案后以案促改", "案后警示教育会")
SHAYANG = ("连续两次评议末位", "违规采购", "重大违纪违法案件", "表外甲", "表外乙")


def risks(count: int, seed: int = 1) -> dict[str, pd.DataFrame]:
    """*count* risk points over a tenth as many items; a tenth of the cells are empty."""
    draw = stream(seed, "risks")
    frame = pd.DataFrame({"risk_id": [f"R{i}" for i in range(count)], "unit_id": [f"U{i % 7}" for i in range(count)]})
    for name in ("likelihood", "harm", "social_harm", "loss", "private_gain"):
        cells = pd.array(draw.integers(1, 6, count), dtype="Int64")
        cells[draw.random(count) < 0.1] = pd.NA
        frame[name] = cells
    frame["petitions"] = pd.array(draw.poisson(1.0, count), dtype="Int64")
    frame["discretion"] = pd.array(draw.integers(0, 4, count), dtype="Int64")
    items = max(1, count // 10)
    where = draw.integers(-1, items, count)
    frame["item_id"] = [f"I{i}" if i >= 0 else None for i in where]
    stage = np.array(["决策", "执行", "否", None], dtype=object)[draw.integers(0, 4, items)]
    item = pd.DataFrame({"item_id": [f"I{i}" for i in range(items)], "unit_id": "U0", "major_stage": stage,
                         "category": np.array(["专项资金", "行政许可"], dtype=object)[draw.integers(0, 2, items)],
                         "yearly_amount": np.round(draw.lognormal(3, 1, items), 1)})
    return {"risk_points": frame, "power_items": item}


def events(count: int, behaviours: tuple[str, ...], start: str = "2010-01-01", seed: int = 1, people: int = 0) -> pd.DataFrame:
    """*count* events over five years: every clue status, appeals, exemptions, warned units, leaders, unlisted behaviours."""
    draw = stream(seed, "events", count)
    people = people or max(1, count // 5)
    occurred = np.datetime64(start) + draw.integers(0, 1826, count).astype("timedelta64[D]")
    verified = occurred + draw.integers(0, 90, count).astype("timedelta64[D]")
    made = draw.random(count) < 0.15
    appealed = np.where(made, verified + draw.integers(0, 200, count).astype("timedelta64[D]"), np.datetime64("NaT"))
    closed = np.where(made & (draw.random(count) < 0.7), appealed + draw.integers(0, 150, count).astype("timedelta64[D]"),
                      np.datetime64("NaT"))
    result = np.where(np.isnat(closed), None, np.array(["维持", "变更", "撤销"], dtype=object)[draw.integers(0, 3, count)])
    names = np.array([*behaviours, "哪张表都没有的"], dtype=object)
    share = np.r_[np.full(len(behaviours), 0.98 / len(behaviours)), 0.02]
    frame = pd.DataFrame({
        "event_id": [f"E{i}" for i in range(count)], "unit_id": [f"U{i}" for i in draw.integers(0, max(2, people // 4), count)],
        "person_id": np.where(draw.random(count) < 0.8, [f"P{i}" for i in draw.integers(0, people, count)], None),
        "warned_unit": np.where(draw.random(count) < 0.5, [f"U{i}" for i in draw.integers(0, max(2, people // 4), count)], None),
        "occurred_on": occurred.astype("datetime64[ns]"), "verified_on": verified.astype("datetime64[ns]"),
        "behaviour": names[draw.choice(len(names), count, p=share)],
        "clue_status": np.array(["属实", "未查实不能排除", "不实", "核查中", "已澄清"], dtype=object)[
            draw.choice(5, count, p=[.8, .05, .06, .05, .04])],
        "appealed_on": appealed.astype("datetime64[ns]"), "appeal_closed_on": closed.astype("datetime64[ns]"),
        "appeal_result": result, "points": np.where(draw.random(count) < 0.7, draw.integers(0, 7, count) / 2, np.nan)})
    for name, rate in (("leader", 0.2), ("self_reported", 0.1), ("concealed", 0.1), ("exempted", 0.05)):
        frame[name] = pd.array(draw.random(count) < rate, dtype="boolean")
        frame.loc[draw.random(count) < 0.1, name] = pd.NA
    return frame


def rows_of(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The rows as dicts with plain Python dates and booleans, None for empty."""
    made = {}
    for name in frame.columns:
        cells = frame[name]
        if str(cells.dtype).startswith("datetime"):
            made[name] = [None if v is pd.NaT else v for v in cells.dt.date.astype(object).where(cells.notna(), None)]
        else:
            made[name] = cells.astype(object).where(cells.notna(), None).tolist()
    return [dict(zip(made, values, strict=True)) for values in zip(*made.values(), strict=True)]
