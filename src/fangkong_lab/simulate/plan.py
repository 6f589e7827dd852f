"""What may happen to whom, as arrays for the compiled kernel: hazards, channels, what follows, the calendar."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fangkong_lab.errors import BadInput
from fangkong_lab.policy.cycle import day_number
from fangkong_lab.simulate.draws import delay_scale, key_of, words_below
from fangkong_lab.simulate.figures import Layout
from fangkong_lab.simulate.records import MAX_PEOPLE, PLAN
from fangkong_lab.simulate.rulebook import bits_of
from fangkong_lab.simulate.scenario import DAYS_A_MONTH, Channel, Scenario
from fangkong_lab.simulate.world import World


class Plan(NamedTuple):
    """A scenario in its world: *record* is a `PLAN`; units by their first persons and size class; persons by kind.

    *long_from*: person → day on which his tenure becomes long.
    """

    record: np.ndarray
    starts: np.ndarray
    size: np.ndarray
    kind: np.ndarray
    long_from: np.ndarray


AFTER = ("concealed", "exempted", "cleared", "appealed", "revoked", "revoked_untrue", "changed", "changed_to")
"""Order of the probabilities in `Plan.after`."""


def plan_of(scenario: Scenario, world: World) -> Plan:
    """Return the arrays of *scenario* in *world*; `BadInput` where a unit is larger than the kernel's desk."""
    if world.sizes().max(initial=0) > MAX_PEOPLE:
        raise BadInput(f"有单位多于 {MAX_PEOPLE} 人", mend="把大单位拆成内设机构")
    size = np.searchsorted(np.array(scenario.size_edges), world.sizes(), side="right").astype(np.int64)
    return Plan(_record(scenario), world.starts, size, world.kind, _long_from(scenario, world))


def _record(scenario: Scenario) -> np.ndarray:
    made = np.zeros(1, PLAN)
    plan, value = made[0], scenario.value
    plan["key"], plan["days"], plan["months"] = key_of(scenario.seed), scenario.days, scenario.months
    plan["kinds"], plan["channels"] = len(scenario.kinds), len(scenario.channels)
    _put_hazards(scenario, plan)
    _put_channels(scenario, plan)
    kinds = len(scenario.kinds)
    plan["entered"][:kinds] = [bits_of(k.entered) for k in scenario.kinds]
    plan["harm"][:kinds] = _harm(scenario)
    plan["after"] = [value(f"after.{name}") for name in AFTER]
    plan["scales"] = [delay_scale(value(f"after.{n}_days")) for n in ("clearing", "appeal", "closing")]
    plan["office"] = [round(60 * value(f"office.{n}")) for n in ("standing", "appeal", "accountability")]
    layout = layout_of(scenario)
    plan["at"] = layout.size_at, layout.month_at, layout.wait_at, layout.unit_wait_at
    plan["decay"][:scenario.days + 1] = _decay(scenario)
    plan["month"][:scenario.days] = _months(day_number(scenario.start), scenario.days)
    return made


def _put_hazards(scenario: Scenario, plan: np.void) -> None:
    rates = _rates(scenario)
    count, cells = rates.shape
    base, long = _base(scenario), scenario.value("conduct.tenure_rate")
    plan["bound"][:count] = rates.sum(axis=1)
    plan["silent"][:count] = np.exp(-rates.sum(axis=1) * scenario.days)
    plan["marks"][:count, :cells] = _cumulative(rates)
    plan["ease"] = np.array([1.0, long]) / max(1.0, long)
    plan["alleged"][:len(base)] = _cumulative(base[None, :])[0] if base.sum() > 0 else (np.arange(len(base)) + 1) / len(base)


def _put_channels(scenario: Scenario, plan: np.void) -> None:
    count = len(scenario.channels)
    finds = _by_channel(scenario, "finds")
    plan["finds"][:, :count] = finds, np.minimum(finds * scenario.value("conduct.sole_found"), 1.0)
    plan["finds_below"] = words_below(plan["finds"])
    plan["delay"][:count] = [delay_scale(d) for d in _by_channel(scenario, "days")]
    plan["verify"][:count] = [delay_scale(d) for d in _by_channel(scenario, "verify_days")]
    plan["upheld"][:count], plan["wrongly"][:count] = _by_channel(scenario, "upheld"), _by_channel(scenario, "wrongly")
    plan["effort"][:count] = np.round(60 * _by_channel(scenario, "hours"))
    plan["own"][:count] = [c is Channel.SELF_CHECK for c in scenario.channels]


def _base(scenario: Scenario) -> np.ndarray:
    return np.array([scenario.value(f"conduct.kinds.{k.name}.rate") for k in scenario.kinds])


def _by_channel(scenario: Scenario, name: str) -> np.ndarray:
    return np.array([scenario.value(f"detection.{c.label}.{name}") for c in scenario.channels], dtype=np.float64)


def layout_of(scenario: Scenario) -> Layout:
    """Return the order of the figures of *scenario*."""
    return Layout(len(scenario.size_edges) + 1, scenario.months)


def _rates(scenario: Scenario) -> np.ndarray:
    """Upper bounds per day: kind of person × (kinds of conduct, then unfounded reports by channel)."""
    value, rows = scenario.value, []
    most = max(1.0, value("conduct.tenure_rate"))
    base = _base(scenario)
    false = np.array([value(f"detection.{c.label}.unfounded") for c in scenario.channels])
    for grade in scenario.grades:
        for sole in (1.0, value("conduct.sole_rate")):
            for leads in (False, True):
                factor = value(f"conduct.grades.{grade}.rate") * sole * (value("conduct.leader_rate") if leads else 1.0)
                talked = false * (value("conduct.leader_unfounded") if leads else 1.0)
                rows.append(np.r_[base * factor * most, talked])
    return np.array(rows) / DAYS_A_MONTH


def _cumulative(rates: np.ndarray) -> np.ndarray:
    total = rates.sum(axis=1, keepdims=True)
    return np.cumsum(rates / np.where(total > 0, total, 1.0), axis=1)


def _long_from(scenario: Scenario, world: World) -> np.ndarray:
    left = np.ceil((scenario.value("conduct.long_tenure") - world.tenure) * DAYS_A_MONTH)
    return np.clip(left, 0, 2**30).astype(np.int32)


def _harm(scenario: Scenario) -> np.ndarray:
    addresses = [f"conduct.kinds.{k.name}.harm" for k in scenario.kinds]
    return np.array([round(100 * scenario.value(a)) if a in scenario.parameters else 0 for a in addresses], dtype=np.int64)


def _decay(scenario: Scenario) -> np.ndarray:
    half = scenario.value("conduct.half_life") * DAYS_A_MONTH
    since = np.arange(scenario.days + 1)
    return np.where(since == 0, 1.0, 0.0) if half <= 0 else np.exp2(-since / half)


def _months(first: int, days: int) -> np.ndarray:
    months = (np.arange(days) + first).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months - months[0]
