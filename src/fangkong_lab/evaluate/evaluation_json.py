"""The answer of `fangkong evaluate` as JSON (docs/schema/evaluation.schema.json)."""

from __future__ import annotations

import math
from datetime import date

from fangkong_lab.evaluate.assumption import Assumption, Refusal
from fangkong_lab.evaluate.effect import Effect
from fangkong_lab.evaluate.evaluation import Evaluation
from fangkong_lab.evaluate.evalue import EValue
from fangkong_lab.evaluate.false_dates import PlaceboDates
from fangkong_lab.evaluate.leave_out import LeaveOneOut
from fangkong_lab.evaluate.parallel import Breakdown
from fangkong_lab.evaluate.pilot_power import MinimumEffect, SampleSize
from fangkong_lab.evaluate.several import Several

SCHEMA_VERSION = 1
Json = dict[str, object]


def as_json(made: Several) -> Json:
    """Return plain lists, texts and numbers: no NaN and no infinity (they are null)."""
    first = made.evaluations[0]
    return {"schema_version": SCHEMA_VERSION, "as_of": first.question.as_of.isoformat(), "simulated": first.ledger.simulated,
            "settings": _settings(first), "measures": [_one(e) for e in made.evaluations],
            "discoveries": [{"measure": d.measure, "p": d.p, "q": d.q, "stands": d.stands} for d in made.discoveries.items],
            "sentences": [e.sentence() for e in made.evaluations] + ([made.sentence()] if len(made.evaluations) > 1 else [])}


def _settings(made: Evaluation) -> Json:
    asked, scope = made.question, made.question.scope
    return {"design": asked.design.value if asked.design else "auto", "since": _day(scope.since), "until": _day(scope.until), "kind": scope.unit_kind,
            "model": scope.model, "count_unit": scope.count_unit, "clue": scope.clue, "period": scope.period, "pilots": sorted(asked.pilots),
            "started": _day(asked.started), "worthwhile": asked.worthwhile, "assignment": asked.assignment.value, "chosen": asked.chosen.value,
            "level": asked.level, "seed": asked.seed}


def _one(made: Evaluation) -> Json:
    return {"measure": made.question.measure, "basis_line": made.ledger.basis.line(), "verdict": made.verdict.value, "sentence": made.sentence(),
            "effect": _effect(made.effect) if made.effect else None, "refusal": _refusal(made.answer) if isinstance(made.answer, Refusal) else None,
            "others": [_effect(e) for e in made.others], "refused": [_refusal(r) for r in made.refusals],
            "assumptions": [_assumption(a) for a in made.checks], "caveats": list(made.caveats), "readings": list(made.readings), "visible": _visible(made.visible),
            "enough": _enough(made.enough), "placebo_dates": _dates(made.dates), "breakdown": _trends(made.sensitivity.trends),
            "leave_one_out": _without(made.sensitivity.without), "e_value": _explained(made.explained),
            "left_out": [list(gap) for gap in made.ledger.left_out], "sources": list(made.ledger.sources())}


def _effect(effect: Effect) -> Json:
    size = effect.size
    return {"design": effect.design.value, "label": effect.design.label, "estimate": _number(effect.estimate), "interval": [_number(effect.low), _number(effect.high)],
            "level": effect.level, "scale": effect.scale.value, "unit_word": effect.unit_word, "p": _number(effect.p), "p_floor": _number(effect.p_floor),
            "inference": effect.inference.value, "separate": effect.separate, "treated": size.treated, "control": size.control, "periods": size.periods,
            "before": size.before, "evidence": {"level": effect.evidence.level, "reason": effect.evidence.reason}, "sentence": effect.sentence()}


def _refusal(refusal: Refusal) -> Json:
    return {"asked": refusal.asked, "reason": refusal.reason, "needed": refusal.needed, "instead": refusal.instead, "reference": refusal.reference,
            "trap": refusal.trap.value if refusal.trap else None, "sentence": refusal.sentence()}


def _assumption(found: Assumption) -> Json:
    return {"name": found.name, "state": found.state.value, "text": found.text, "reference": found.reference}


def _visible(made: MinimumEffect | None) -> Json | None:
    if made is None:
        return None
    return {"ratio": _number(made.ratio), "target": made.target, "attainable": made.attainable, "curve": [[r, p] for r, p in made.curve], "sentence": made.sentence()}


def _enough(made: SampleSize | None) -> Json | None:
    return None if made is None else {"ratio": made.ratio, "target": made.target, "needed": made.needed, "sentence": made.sentence()}


def _dates(made: PlaceboDates | None) -> Json | None:
    if made is None:
        return None
    rows = [{"start": str(d)[:10], "estimate": _number(e.estimate), "p": _number(e.p), "separate": e.separate} for d, e in made.effects]
    return {"dates": rows, "sentence": made.sentence()}


def _trends(made: Breakdown | None) -> Json | None:
    if made is None:
        return None
    rows = made.curve[["m", "low", "high"]].to_numpy(float).tolist()
    curve = [{"allowed": m, "low": _number(low), "high": _number(high)} for m, low, high in rows]
    return {"value": _number(made.value), "beyond": math.isinf(made.value), "level": made.level, "curve": curve, "sentence": made.sentence()}


def _without(made: LeaveOneOut | None) -> Json | None:
    if made is None:
        return None
    columns = (made.frame["去掉的单位"].astype(str).tolist(), made.frame["试点"].tolist(), made.frame["效应"].to_numpy(float).tolist())
    rows = [{"unit": unit, "pilot": bool(pilot), "estimate": _number(value)} for unit, pilot, value in zip(*columns, strict=True)]
    return {"estimate": made.estimate, "units": rows, "turned": list(made.turned), "sentence": made.sentence()}


def _explained(made: EValue | Refusal | None) -> Json | None:
    return {"point": _number(made.point), "bound": _number(made.bound)} if isinstance(made, EValue) else None


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) or math.isinf(value) else float(value)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
