"""Speed of grading and scoring: 20 million risk points and 5 million events, three policies each, and a plain peer.

    python benchmarks/policy.py [--risks 20000000] [--events 5000000] [--sample 20000]

Prints one JSON line: seconds per policy, the total (goal: under 60 s), peak memory (goal: under 8 GB), and the ratio to
the plain way: pandas `apply` row by row (grades) or subject by subject (scores) on a sample, scaled to the same number of
rows, with the obvious code of tests/policy/policy_reference.py, whose answers the tests hold against ours.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.columns import Tables
from fangkong_lab.policy.grade import grade
from fangkong_lab.policy.score import score
from fangkong_lab.streams import stream

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "policy"))
import policy_reference as plain

AS_OF = date(2016, 12, 31)
GRADING = ("shayang_risk", "forestry_risk", "generic_matrix")
LATER = date(2028, 12, 31)
SCORING = ("shayang_warning", "changwu_score", "baibu_duty")
BAIBU = ("通报", "诫勉", "组织处理", "党纪政务轻处分", "党纪政务重处分", "职务犯罪被追究刑事责任", "案后谈话", "案后警示教育会", "案后以案促改")
BEHAVIOURS = ("通报批评", "约谈", "责令书面检查", "警示提醒", "诫勉督导", "责令纠错", "党内警告", "党内严重警告", "撤销党内职务")


def risks(count: int) -> dict[str, pd.DataFrame]:
    """Return *count* risk points over a tenth as many power items; 3 % of the cells are empty."""
    draw = stream(7, "benchmark", "risks")
    items = max(1, count // 10)
    codes = pd.Index([f"I{i:08d}" for i in range(items)])
    frame = pd.DataFrame({"risk_id": np.arange(count), "unit_id": pd.Categorical.from_codes(
        draw.integers(0, 3000, count, dtype=np.int16), [f"U{i:04d}" for i in range(3000)])})
    frame["item_id"] = pd.Categorical.from_codes(draw.integers(0, items, count, dtype=np.int32), codes)
    for name in ("likelihood", "harm", "social_harm", "loss", "private_gain"):
        cells = pd.array(draw.integers(1, 6, count, dtype=np.int8), dtype="Int8")
        cells[draw.random(count, dtype=np.float32) < 0.03] = pd.NA
        frame[name] = cells
    frame["petitions"] = draw.poisson(0.4, count).astype(np.int8)
    stage = pd.Categorical.from_codes(draw.integers(-1, 3, items, dtype=np.int8), ["决策", "执行", "否"])
    return {"risk_points": frame, "power_items": pd.DataFrame({"item_id": codes, "major_stage": stage})}


def events(count: int, start: str, behaviours: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Return *count* events of a fifth as many persons over seven years; some struck, appealed, exempted."""
    draw = stream(7, "benchmark", "events")
    people, units = max(1, count // 5), max(1, count // 500)
    occurred = np.datetime64(start) + draw.integers(0, 2500, count).astype("timedelta64[D]")
    verified = occurred + draw.integers(5, 60, count).astype("timedelta64[D]")
    appealed = np.where(draw.random(count) < 0.02, verified + np.timedelta64(10, "D"), np.datetime64("NaT"))
    closed = np.where(draw.random(count) < 0.8, appealed + np.timedelta64(30, "D"), np.datetime64("NaT"))
    result = np.where(np.isnat(closed), -1, draw.integers(0, 3, count))
    unit = pd.Categorical.from_codes(draw.integers(0, units, count, dtype=np.int32), [f"U{i:06d}" for i in range(units)])
    return {"warning_events": pd.DataFrame({
        "event_id": np.arange(count), "unit_id": unit, "warned_unit": unit,
        "person_id": pd.Categorical.from_codes(draw.integers(0, people, count, dtype=np.int32), [f"P{i:07d}" for i in range(people)]),
        "occurred_on": occurred.astype("datetime64[ns]"), "verified_on": verified.astype("datetime64[ns]"),
        "behaviour": pd.Categorical.from_codes(draw.integers(0, len(behaviours), count, dtype=np.int8), behaviours),
        "clue_status": pd.Categorical.from_codes(draw.choice(5, count, p=[.8, .08, .06, .03, .03]).astype(np.int8),
                                                 ["属实", "未查实不能排除", "不实", "核查中", "已澄清"]),
        "appealed_on": appealed.astype("datetime64[ns]"), "appeal_closed_on": closed.astype("datetime64[ns]"),
        "appeal_result": pd.Categorical.from_codes(result.astype(np.int8), ["维持", "变更", "撤销"]),
        "points": draw.integers(1, 4, count).astype(np.float64), "leader": draw.random(count) < 0.2,
        "self_reported": draw.random(count) < 0.1, "concealed": draw.random(count) < 0.04,
        "exempted": draw.random(count) < 0.03})}


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that *work* takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--risks", type=int, default=20_000_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--sample", type=int, default=20_000)
    args = parser.parse_args()
    seconds: dict[str, float] = {}
    slow: dict[str, float] = {}
    spent = 0.0
    tables = risks(args.risks)
    for name in GRADING:
        policy = shelf().find(name)
        before = time.process_time()
        seconds[name] = timed(lambda policy=policy, tables=tables: grade(policy, tables, AS_OF))
        spent += time.process_time() - before
        slow[name] = plain_grading(name, tables, args.sample) * args.risks / args.sample
    for name in SCORING:
        policy = shelf().find(name)
        late = name == "baibu_duty"
        if name != "changwu_score":
            tables = {}
            tables = events(args.events, "2022-06-01" if late else "2010-01-01", BAIBU if late else BEHAVIOURS)
        day = LATER if late else AS_OF
        before = time.process_time()
        seconds[name] = timed(lambda policy=policy, tables=tables, day=day: score(policy, tables, day))
        spent += time.process_time() - before
        slow[name] = plain_scoring(name, tables, args.sample, day) * args.events / args.sample
    print(json.dumps({"risks": args.risks, "events": args.events, "seconds": {k: round(v, 2) for k, v in seconds.items()},
                      "total_seconds": round(sum(seconds.values()), 1), "goal_seconds": 60,
                      "processor_seconds": round(spent, 1),
                      "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2), "goal_gb": 8,
                      "plain_seconds": {k: round(v) for k, v in slow.items()},
                      "times_faster_than_apply": {k: round(slow[k] / seconds[k]) for k in slow}}, ensure_ascii=False))


def plain_grading(name: str, tables: Tables, sample: int) -> float:
    """Return the seconds of `DataFrame.apply` with the obvious code on the first *sample* risk points."""
    document, frame, items = plain.document(name), tables["risk_points"].head(sample), tables["power_items"]
    stages = dict(zip(items["item_id"], items["major_stage"], strict=True))
    one = {"shayang_risk": lambda row: plain.weighted_grade(document, row, AS_OF),
           "forestry_risk": lambda row: plain.forestry_grade(row, stages),
           "generic_matrix": lambda row: plain.matrix_grade(document, row, AS_OF)}[name]
    return timed(lambda: frame.apply(one, axis=1))


def plain_scoring(name: str, tables: Tables, sample: int, day: date) -> float:
    """Return the seconds of the obvious code on *sample* events, its frame turned into rows by `apply`."""
    document, frame = plain.document(name), tables["warning_events"].head(sample)

    def work() -> None:
        plain.states(document, frame.apply(_row, axis=1).tolist(), day)

    return timed(work)


def _row(row: pd.Series) -> dict[str, object]:
    cells = {k: None if pd.isna(v) else v for k, v in row.items()}
    return {k: v.date() if isinstance(v, pd.Timestamp) else v for k, v in cells.items()}


if __name__ == "__main__":
    main()
