"""The answer of `fangkong outcomes` as JSON (docs/schema/outcomes.schema.json)."""

from __future__ import annotations

import math

from fangkong_lab.measure.across import Across
from fangkong_lab.measure.basis import Basis
from fangkong_lab.measure.control import ControlChart
from fangkong_lab.measure.interval import Interval
from fangkong_lab.measure.record import Record
from fangkong_lab.measure.rectify import Part, Rectification
from fangkong_lab.measure.summary import Comparison, Conduct, Outcomes
from fangkong_lab.measure.survival import Survival
from fangkong_lab.measure.taxonomy import Standing
from fangkong_lab.measure.thresholds import reading_rules

SCHEMA_VERSION = 1
Json = dict[str, object]


def as_json(answer: Outcomes) -> Json:
    """Return plain lists, texts and numbers: no NaN and no infinity (they are null), everything sorted."""
    asked = answer.question
    settings = {"measure": asked.measure, "unit": asked.unit, "since": _day(asked.since), "until": _day(asked.until), "kind": asked.kind,
                "taxonomy": answer.forms.taxonomy.name, "taxonomy_caveat": answer.forms.taxonomy.caveat,
                "minimum_count": reading_rules().minimum(asked.as_of), "level": 0.95}
    return {
        "schema_version": SCHEMA_VERSION, "as_of": asked.as_of.isoformat(), "simulated": answer.simulated, "settings": settings,
        "tallies": [{"basis": _basis(t.basis), "basis_line": t.basis_line(), "period": p.text(), "count": _span(t.interval),
                     "records": len(t.records), "caveats": list(t.caveats), "sources": list(t.sources)} for p, t in answer.tallies.sums],
        "unsummed": [{"basis": _basis(u.basis), "period": u.period.text(), "why": u.why, "sources": [r.place() for r in u.records]}
                     for u in answer.tallies.unsummed],
        "running": [_record(r) for r in answer.running],
        "forms": {"standings": [{"standing": s.value, "label": s.label, "records": len(answer.forms.with_standing(s))} for s in Standing],
                  "shares": [{"period": s.period, "count_unit": s.count_unit, "unknown": _span(s.unknown),
                              "forms": [{"form": f.form.value, "count": _span(f.count), "share": _span(f.share)} for f in s.shares]}
                             for s in answer.shares], "shares_refused": list(answer.shares_refused), "breaks": [b.sentence() for b in answer.breaks()]},
        "checks": [{"what": c.what, "fit": c.fit.value, "text": c.text, "sources": list(c.places)} for c in answer.checks.items],
        "comparison": _comparison(answer.comparison, asked.unit), "across": _across(answer.across), "trend": _trend(answer.trend), **_conduct(answer.conduct),
        "sentences": answer.sentence().splitlines()}


def _basis(basis: Basis) -> Json:
    return {"measure": basis.measure, "count_unit": basis.count_unit, "has_clue": basis.clue.value,
            "cumulative": basis.running.value, "period": basis.period.value, "length": basis.length}


def _record(row: Record) -> Json:
    return {"unit": row.unit_id, "basis": _basis(row.basis), "period": row.period.text(), "count": _span(row.interval),
            "printed": row.printed(), "source": row.place()}


def _comparison(made: Comparison | None, unit: str) -> Json | None:
    if made is None:
        return None
    shown = [u for u in made.units.units if not unit or u.unit == unit]
    rates = [u.rate(made.minimum) for u in shown]
    points = {p.unit: p for p in made.funnel.points} if made.funnel else {}
    ranks = {u.unit: u for u in made.ranking.units} if made.ranking else {}
    return {"measure": made.units.measure, "why_not": made.why_not, "caveats": list(made.units.caveats()),
            "target": made.funnel.target if made.funnel else None, "tau2": made.funnel.dispersion.tau2 if made.funnel else None,
            "units": [{"unit": u.unit, "count": _span(u.tally.interval), "exposure": u.exposure.amount, "exposure_of": u.exposure.what,
                       "rate": _span(r.value) if r.comparable else None, "rate_interval": _span(r.bounds), "per": u.exposure.per,
                       "place": points[u.unit].place.value if u.unit in points else None,
                       "outside": points[u.unit].outside if u.unit in points else None,
                       "shrunk": _number(ranks[u.unit].shrunk) if u.unit in ranks else None,
                       "rank_interval": list(ranks[u.unit].ranks) if u.unit in ranks else None, "sources": list(u.tally.sources)}
                      for u, r in zip(shown, rates, strict=True)]}


def _across(made: Across | None) -> Json | None:
    if made is None:
        return None
    sides = dict(made.sides)
    return {"unit": made.unit, "rate": made.discoveries.rate, "left_out": [list(gap) for gap in made.left_out],
            "measures": [{"measure": d.measure, "p": d.p, "q": d.q, "stands": d.stands, "side": sides[d.measure]}
                         for d in made.discoveries.items]}


def _trend(made: ControlChart | None) -> Json | None:
    if made is None:
        return None
    return {"chart": made.kind.value, "measure": made.measure, "centre": made.centre, "judged": made.judged,
            "points": [{"start": label, "value": v, "lower": low, "upper": high, "signals": [s.rule.value for s in made.signals if s.at == k]}
                       for k, (label, v, low, high) in enumerate(zip(made.labels, made.values, made.lower, made.upper, strict=True))]}


def _conduct(made: Conduct) -> Json:
    return {
        "rectification": _rectification(made.rectification), "days_to_close": _survival(made.closing),
        "coverage": [{"kind": k.kind, "targets": k.targets, "visits": k.visits, "universe": k.universe, "problems": k.problems}
                     for k in made.coverage.kinds] if made.coverage else None,
        "recoveries": [{"nature": n.nature, "paid": n.paid, "due": n.due, "cases": n.cases, "cases_with_due": n.cases_with_due,
                        "instalments": n.instalments} for n in made.recoveries.natures] if made.recoveries else None,
        "duties": [{"means": m, **{s.value: n for s, n in states}} for m, states in made.fulfilment.counts] if made.fulfilment else None,
        "warnings": [{"level": level, "curve": _survival(c), "overdue": dict(made.lifting.overdue)[level]}
                     for level, c in made.lifting.curves] if made.lifting else None}


def _rectification(made: Rectification | None) -> Json | None:
    if made is None:
        return None
    return {"total": made.total, "due": made.due, "closed_due": made.closed_due, "not_due": made.not_due,
            "no_deadline": made.no_deadline, "closed": made.closed, "verified": made.verified, "rebounded": made.rebounded,
            "completion": _part(made.completion), "verification": _part(made.verification), "rebound": _part(made.rebound),
            "ages": {a.value: n for a, n in made.ages}, "odd": [list(o) for o in made.odd], "basis_line": made.basis_line()}


def _part(part: Part) -> Json:
    return {"part": part.part, "whole": part.whole, "value": part.value, "interval": _span(part.bounds)}


def _survival(curve: Survival | None) -> Json | None:
    if curve is None:
        return None
    low, high = curve.quantile_bounds()
    return {"total": curve.total, "done": curve.done, "median": _number(curve.quantile()), "median_interval": [_number(low), _number(high)]}


def _span(value: Interval) -> list[float | None]:
    return [_number(value.low), _number(value.high)]


def _number(value: float) -> float | None:
    return None if math.isnan(value) or math.isinf(value) else float(value)


def _day(day: object) -> str | None:
    return None if day is None else str(day)
