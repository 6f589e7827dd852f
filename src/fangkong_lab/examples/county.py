"""A made-up county in all tables of the ledger, with planted truth beside it. Everything in it is 模拟数据."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fangkong_lab.errors import WrongCall
from fangkong_lab.examples.alarms import make_alarms
from fangkong_lab.examples.buying import contract_rows
from fangkong_lab.examples.cases import make_cases
from fangkong_lab.examples.dealing import deal, flow_rows, incompatible_rows, sign_rows, step_rows
from fangkong_lab.examples.duties import make_duties
from fangkong_lab.examples.frames import frame_of
from fangkong_lab.examples.network_of_warnings import make_reports, network_rows
from fangkong_lab.examples.office import make_office
from fangkong_lab.examples.period import Period
from fangkong_lab.examples.powers import items_of, with_discretion
from fangkong_lab.examples.rectifying import audit_rows, make_rectifying, oversight_rows
from fangkong_lab.examples.registry import commission_posts, make_commission, unit_rows
from fangkong_lab.examples.risks import (
    disclosure_rows,
    discretion_rows,
    measure_rows,
    regulation_rows,
    risk_rows,
)
from fangkong_lab.examples.scene import Scene
from fangkong_lab.examples.staffing import occupancy_rows, post_rows, staff_of
from fangkong_lab.examples.tallies import outcome_rows, petition_rows, survey_rows, tally_truth
from fangkong_lab.examples.truth import structure_truth
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.streams import stream

MOST_UNITS = 899


@dataclass(frozen=True)
class County:
    """*tables*: frames by English table name (every table of the data dictionary); *truth*: what was planted.

    *truth* is what truth.json holds; see docs/synthetic_county.md for its keys.
    """

    tables: Mapping[str, pd.DataFrame]
    truth: Mapping[str, object]


def synthetic_county(seed: int = 1, units: int = 11, years: tuple[int, int] = (2009, 2016)) -> County:
    """Return a made-up county: the same for the same arguments on every machine.

    *units* 1 to 899: the first eleven are pilots (742 items over 232 charts when all are there), the others controls.
    *years* (first, last), both inclusive; all dates lie inside. Raises `WrongCall` for impossible arguments.
    """
    scene = make_scene(seed, units, Period(*years))
    rows, truth = _structure(scene), structure_truth(scene)
    for family in (_risk_family, _duty_family, _count_family, _follow_up_family, _log_family):
        more, planted = family(scene)
        rows |= more
        truth |= planted
    return County({name: frame_of(name, rows[name]) for name in TABLES if name in rows}, truth)


def make_scene(seed: int, units: int, period: Period) -> Scene:
    """Return the units with their people, charts and items, before anything happens in them."""
    if not 1 <= units <= MOST_UNITS:
        raise WrongCall(f"单位数 {units} 超出范围", mend=f"取 1 到 {MOST_UNITS}")
    offices = tuple(make_office(k) for k in range(units))
    charts = deal(offices, seed)
    items = with_discretion([i for o in offices for i in items_of(o, charts[o.unit_id], seed)], seed)
    staff = {o.unit_id: staff_of(o, period, stream(seed, "staff", o.unit_id)) for o in offices}
    return Scene(seed, period, offices, staff, make_commission(period),
                 tuple(c for o in offices for c in charts[o.unit_id]), tuple(items))


def _structure(scene: Scene) -> dict[str, Any]:
    offices, staff, charts = scene.offices, scene.staff, scene.charts
    commission = scene.commission
    everyone = [*(staff[o.unit_id] for o in offices), commission.staff]
    return {
        "units": unit_rows(offices, scene.headcounts(), scene.period, scene.seed),
        "posts": [r for o in offices for r in post_rows(o)] + commission_posts(commission),
        "power_items": [i.row for i in scene.items],
        "persons": [(p,) for s in everyone for p in s.people],
        "occupancies": [r for s in everyone for r in occupancy_rows(s)],
        "flows": flow_rows(charts, scene.period, scene.seed), "steps": step_rows(charts, scene.seed),
        "sign_offs": sign_rows(charts), "incompatible_steps": incompatible_rows(charts),
        "influences": [r for o in offices for r in ((o.deputies[1], o.window, True), (o.deputies[2], o.shielded, False))],
    }


_Family = tuple[dict[str, Any], dict[str, object]]


def _risk_family(scene: Scene) -> _Family:
    risks = risk_rows(scene)
    return {"risk_points": risks, "measures": measure_rows(scene, risks), "disclosures": disclosure_rows(scene),
            "discretion_standards": discretion_rows(scene), "regulations": regulation_rows(scene)}, {}


def _duty_family(scene: Scene) -> _Family:
    duties, reports, alarms = make_duties(scene), make_reports(scene), make_alarms(scene)
    rows = {"duties": duties.duties, "duty_records": duties.records, "warning_network": network_rows(scene),
            "info_reports": reports.rows, "warning_events": alarms.rows}
    return rows, {"missed_duties": duties.missed, "late_duties": duties.late, "unsent_reports": reports.unsent,
                  "late_reports": reports.late, "twelve_points": alarms.repeated}


def _count_family(scene: Scene) -> _Family:
    outcomes = outcome_rows(scene)
    rows = {"outcomes": outcomes, "petitions": petition_rows(scene, outcomes), "surveys": survey_rows(scene)}
    return rows, tally_truth(scene)


def _follow_up_family(scene: Scene) -> _Family:
    made = make_rectifying(scene)
    contracts, splits = contract_rows(scene)
    rows = {"rectifications": made.issues, "inspections": made.inspections, "recoveries": made.recoveries,
            "audits": audit_rows(scene), "oversight": oversight_rows(scene), "contracts": contracts}
    return rows, {"closed_not_verified": made.closed_not_verified, "rebounded": made.rebounded,
                  "outstanding_recoveries": made.outstanding, "split_contracts": splits}


def _log_family(scene: Scene) -> _Family:
    log = make_cases(scene)
    return {"case_log": log.rows}, dict(log.planted)
