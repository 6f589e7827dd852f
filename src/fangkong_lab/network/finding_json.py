"""The JSON document of `fangkong findings` (docs/schema/findings.schema.json)."""

from __future__ import annotations

import json
from math import inf
from typing import Any

from fangkong_lab.kinds import Audience
from fangkong_lab.network.acceptance import Acceptance
from fangkong_lab.network.find_settle import Settles
from fangkong_lab.network.find_tests import FindingTest, TestCounts
from fangkong_lab.network.finding_words import Telling
from fangkong_lab.network.findings import Finding, Findings, open_reasons
from fangkong_lab.network.influence import DIRECT, NONE
from fangkong_lab.network.ranking import ORDER_RULE, Factor
from fangkong_lab.network.summary import CAVEAT
from fangkong_lab.network.thresholds import DEFAULT_TARGET, ItemThresholds
from fangkong_lab.network.world import plain_name

SCHEMA_VERSION = 1
Json = dict[str, Any]


def document(found: Findings) -> Json:
    """Return the document. Persons, coalitions, who accepted and why are null outside the discipline side."""
    sought = found.sought
    return {
        "schema_version": SCHEMA_VERSION, "as_of": found.network.as_of.isoformat(),
        "simulated": any("模拟" in u.name for u in found.network.units.values()),
        "settings": {"audience": sought.audience.value, "unit": sought.unit, "target": DEFAULT_TARGET, "grades": sought.grading.source,
                     "order": ORDER_RULE, "acceptances": len(sought.acceptances)},
        "tests": [_counts(c) for c in found.counts],
        "findings": [_finding(found, f) for f in found.listed],
        "questions": [_finding(found, f) for f in found.questions],
        "accepted": [_finding(found, f) | {"acceptance": _acceptance(row, sought.audience)} for f, row in found.accepted],
        "cannot_tell": [_open(found, e) for e in found.waiting], "cannot_be_done": [_open(found, e) for e in found.stuck],
        "settling": [_settles(s, sought.audience) for s in found.settles],
        "strays": [_acceptance(r, sought.audience) for r in found.strays], "caveat": CAVEAT,
    }


def text(found: Findings) -> str:
    """Return the document as JSON text, ending with a newline; the same for the same network and question."""
    return json.dumps(document(found), ensure_ascii=False, indent=1) + "\n"


def _counts(counts: TestCounts) -> Json:
    return {"test": counts.test.value, "label": counts.test.label, "items": counts.items, "applicable": counts.applicable,
            "violated": counts.violated, "satisfied": counts.satisfied, "cannot_tell": counts.cannot_tell,
            "cannot_be_done": counts.cannot_be_done, "excluded": counts.excluded, "accepted": counts.accepted,
            "returned": counts.returned}


def _finding(found: Findings, each: Finding) -> Json:
    audience = found.sought.audience
    item, weight, past = each.each.item, each.weight, each.past
    return {
        "item_id": item.item_id, "unit_id": item.unit_id, "name": item.name, "test": each.test.value,
        "alone": each.each.under(NONE).value, "ordered": each.each.under(DIRECT).value,
        "place": {"listed": each.place.listed, "best": each.place.best, "worst": each.place.worst},
        "factors": {"yearly_amount": _factor(weight.amount), "discretion": _factor(weight.discretion), "grade": _factor(weight.grade)},
        "weight": _ends(weight.low, weight.high),
        "idle_checks": [list(k) for k in each.each.structure.idle] if each.test is FindingTest.IDLE else [],
        "witness": None if each.told is None or audience is not Audience.INTERNAL else _witness(each.told),
        "checks": _checks(each.told, audience),
        "returned": None if past is None else {"standing": past[0].value, "acceptance": _acceptance(past[1], audience)},
        "lines": list(each.lines(found.network, audience)),
    }


def _factor(factor: Factor) -> Json:
    return {"range": _ends(factor.low, factor.high), "known": factor.known, "text": factor.text}


def _ends(low: float, high: float) -> list[float | None]:
    return [round(low, 6), None if high == inf else round(high, 6)]


def _witness(told: Telling) -> Json:
    witness = told.witness
    return {
        "coalition": [plain_name(x) for x in witness.coalition], "route": witness.route, "influence": witness.influence.name,
        "assumed_holders": {post: plain_name(x) for post, x in sorted(witness.world.assigned.items())},
        "signatures": [{"step_no": s.step_no, "sign_no": s.sign_no, "person": plain_name(s.person), "hold": s.hold.value,
                        "chain": list(s.chain)} for s in witness.signatures],
    }


def _checks(told: Telling | None, audience: Audience) -> list[Json]:
    if told is None:
        return []
    return [{"step_no": c.step_no, "sign_no": c.sign_no, "why": None if audience is Audience.PUBLIC else c.why.value,
             "text": c.words(audience)} for c in told.loose]


def _open(found: Findings, each: ItemThresholds) -> Json:
    return {"item_id": each.item.item_id, "unit_id": each.item.unit_id, "name": each.item.name,
            "alone": each.under(NONE).value, "ordered": each.under(DIRECT).value,
            "lines": list(open_reasons(found, each))}


def _settles(each: Settles, audience: Audience) -> Json:
    cell = each.cell.for_reader(audience)
    return {"table": cell.table, "key": cell.key or None, "column": cell.column, "text": cell.text, "items": list(each.items),
            "alone": each.alone, "yearly_amount": each.amount, "amount_unstated": each.unstated}


def _acceptance(row: Acceptance, audience: Audience) -> Json:
    inner = audience is Audience.INTERNAL
    return {"item_id": row.item_id, "test": row.test.value, "act": row.act.value, "on": row.on.isoformat(),
            "until": row.until.isoformat(), "reason": row.reason if inner else None, "by": row.by if inner else None,
            "line": row.line}
