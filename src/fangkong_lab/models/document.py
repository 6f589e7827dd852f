"""The JSON of a model comparison (schema: docs/schema/comparison.schema.json)."""

from __future__ import annotations

import json
from typing import Any

from fangkong_lab.models.comparison import Comparison
from fangkong_lab.models.measured import Measured
from fangkong_lab.models.observed import observed
from fangkong_lab.models.practice import Reading

SCHEMA_VERSION = 1
Json = dict[str, Any]


def document(comparison: Comparison, county: str) -> Json:
    """Return the comparison as a JSON document; *county* says which ledger it was carried out on."""
    cards = comparison.features.cards
    return {
        "schema_version": SCHEMA_VERSION, "as_of": comparison.as_is.network.as_of.isoformat(), "county": county,
        "models": [{"id": c.id, "name": c.name, "kind": c.kind.value} for c in cards],
        "features": comparison.features.long().to_dict("records"),
        "similarity": [{k: None if v != v else v for k, v in row.items()}
                       for row in comparison.features.similarity().to_dict("records")],
        "as_is": _county(comparison.as_is),
        "runs": [{"model": run.card.id, "readings": {r.value: _county(run.county[r]) for r in Reading},
                  "changes": {r.value: run.applied[r].table().to_dict("records") for r in Reading}}
                 for run in comparison.runs],
        "left_open": comparison.left_open().to_dict("records"),
        "mixtures": [{"first": a.id, "second": b.id, **_county(m)} for a, b, m in comparison.mixtures],
        "observed": observed(cards).table().to_dict("records"),
    }


def text(comparison: Comparison, county: str) -> str:
    """Return the document as JSON text, ending with a newline; the same for the same county and cards."""
    return json.dumps(document(comparison, county), ensure_ascii=False, indent=1, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    """Turn numpy's numbers into Python's."""
    return value.item()


def _county(county: Measured) -> Json:
    return {"figures": [{"name": f.name, "low": f.low, "high": f.high, "unit": f.unit} for f in county.figures.values()],
            "profile": {mode: dict(sorted(classes.items())) for mode, classes in county.profile().items()}}
