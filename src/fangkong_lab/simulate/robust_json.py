"""The sweep and the calibration as JSON (docs/schema/simulation.schema.json, ``robustness`` and ``calibration``)."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from fangkong_lab.simulate.calibrate import Calibration
from fangkong_lab.simulate.robust_verdict import Robustness, Verdict
from fangkong_lab.simulate.scenario import WHAT_IF


def robustness_json(made: Robustness) -> dict[str, Any]:
    """Return every conclusion with its standing and flips, the strengths of the parameters, and the sentences."""
    return {"what_if": WHAT_IF, "places": made.places, "replications": made.replications, "confirm": made.confirm,
            "conclusions": [_verdict(v) for v in made.verdicts],
            "influence": _rows(made.effects.drop(columns=["question"]).assign(
                conclusion=[made.verdicts[q].words() for q in made.effects["question"]])),
            "sentences": list(made.lines())}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    question = verdict.question
    return {"arm": question.arm, "base": question.base, "claim": question.claim.value, "words": verdict.words(),
            "sign": verdict.sign, "mean": verdict.mean, "error": verdict.error, "standing": verdict.standing.value,
            "untold": verdict.untold, "turned": verdict.turned,
            "flips": [{"moves": [vars(m) for m in f.moves], "crossing": f.crossing, "within": f.within, "words": f.words()}
                      for f in verdict.flips]}


def calibration_json(made: Calibration) -> dict[str, Any]:
    """Return the counts, the share of the ranges that agrees, what is told of each parameter, and the warnings."""
    counts, told = made.counts, made.verdicts()
    table = made.table().rename(columns={"地址": "address", "范围低": "low", "范围高": "high", "相容值最低": "agreeing_low",
                                         "相容值中位": "agreeing_middle", "相容值最高": "agreeing_high", "剩余宽度": "width"})
    table = table.drop(columns=["参数", "判断"]).assign(told=[told[a].value for a in table["address"]])
    return {"what_if": WHAT_IF, "arm": made.arm, "share": made.share, "agreeing": len(made.kept),
            "period": [counts.start.isoformat(), counts.end.isoformat()], "counted_on": counts.as_of.isoformat(),
            "counts": [{"count": w.value, "number": n, "source": s}
                       for w, n, s in zip(counts.wanted, counts.numbers, counts.sources, strict=True)],
            "parameters": _rows(table), "warnings": list(made.warnings()), "sentences": [made.sentence()]}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _cell(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _cell(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value
