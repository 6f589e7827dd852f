"""The outcome of a simulation as JSON (docs/schema/simulation.schema.json)."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from fangkong_lab.simulate.compare import Differences, Frontier, Provisions
from fangkong_lab.simulate.outcome import Outcome
from fangkong_lab.simulate.scenario import WHAT_IF

SCHEMA_VERSION = 1


def as_json(outcome: Outcome, frontier: Frontier | None = None, shares: tuple[Provisions, ...] = ()) -> dict[str, Any]:
    """Return the outcome, the paired differences, and the *frontier* and *shares* of provisions (if asked for); NaN as null."""
    scenario, world = outcome.model.scenario, outcome.model.world
    differences = Differences(outcome)
    return {
        "schema_version": SCHEMA_VERSION, "as_of": scenario.start.isoformat(), "what_if": WHAT_IF, "simulated": world.simulated,
        "settings": {
            "scenario": scenario.id, "name": scenario.name, "seed": scenario.seed, "months": scenario.months,
            "replications": outcome.totals.count, "content_sha256": outcome.model.content_hash(), "persons": world.persons,
            "units": world.units, "notes": list(world.notes),
            "arms": [{"name": a.name, "policy": a.policy.id, "policy_name": a.policy.name,
                      "policy_sha256": a.policy.content_hash, "caveat": a.policy.caveat,
                      "thresholds": dict(a.thresholds), "assumed": a.why} for a in scenario.arms],
            "parameters": [{"address": p.address, "domain": p.domain.value, "value": p.value, "low": p.low, "high": p.high,
                            "evidence": p.evidence.sentence()} for p in scenario.parameters.values()]},
        "figures": _rows(outcome.figures()), "warnings": _rows(outcome.warnings()), "by_size": _rows(outcome.by_size()),
        "by_month": _rows(outcome.by_month()), "waits": _rows(outcome.waits()), "differences": _rows(differences.table()),
        "frontier": _rows(frontier.points) if frontier is not None else None, "echoes": _rows(outcome.echoes()),
        "provisions": [{"figure": p.figure.value, "label": p.figure.label, "total": p.total, "error": p.error,
                        "shares": _rows(p.table())} for p in shares],
        "sentences": [outcome.sentence(), outcome.size_sentence(),
                      *([differences.sentence()] if len(scenario.arms) > 1 else []),
                      *([frontier.sentence()] if frontier is not None else []), *(p.sentence() for p in shares)]}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _cell(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _cell(value: object) -> object:
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain
