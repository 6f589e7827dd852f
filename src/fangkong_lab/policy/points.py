"""The points of each event: table of deductions, times the multipliers, under the event's cap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from fangkong_lab.errors import NotInForce
from fangkong_lab.kinds import Kind
from fangkong_lab.policy.columns import Columns, Rows, Tables
from fangkong_lab.policy.cycle import day_number, day_of
from fangkong_lab.policy.dated import regimes
from fangkong_lab.policy.events import Events, Standing
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score_rule import ScoreRule
from fangkong_lab.policy.words import Unlisted

MICRO = 1_000_000
CHUNK = 1_000_000


class Basis(Kind):
    """Where the points of an event come from, or why they cannot be told."""

    TABLE = "table", "按扣分表"
    RECORDED = "recorded", "扣分表未列，按台账「现扣分」"
    EXEMPT = "exempt", "容错认定，不扣分"
    EXEMPT_LESS = "exempt_less", "容错认定，按决定的「现扣分」"
    CHANGED = "changed", "申诉后变更，按「现扣分」"
    UNLISTED = "unlisted", "情形不在扣分表中"
    NO_BEHAVIOUR = "no_behaviour", "缺「情形」"
    NO_RECORDED = "no_recorded", "情形不在扣分表中，又缺「现扣分」"
    NO_CHANGED = "no_changed", "申诉后变更，缺「现扣分」"
    NO_FACTOR = "no_factor", "倍数条件所需的列有缺"
    NOT_JUDGED = "not_judged", "不计入，不算分"


BASES = tuple(Basis)
_UNKNOWN = tuple(BASES.index(b) for b in (Basis.UNLISTED, Basis.NO_BEHAVIOUR, Basis.NO_RECORDED, Basis.NO_CHANGED,
                                         Basis.NO_FACTOR))


@dataclass(frozen=True)
class Points:
    """Per event: *micro* points (millionths, so that sums are exact), whether they are a *bonus*, and their *basis*."""

    micro: np.ndarray
    bonus: np.ndarray
    basis: np.ndarray

    @property
    def unknown(self) -> np.ndarray:
        """Whether the points of each event cannot be told."""
        return np.array([place in _UNKNOWN for place in range(len(BASES))])[self.basis]


def event_columns(policy: Policy, events: Events, tables: Tables, as_of: date) -> Columns:
    """Return the columns that the multipliers read."""
    return Columns(events.frame, tables, policy.inputs, as_of)


def points_of(policy: Policy, events: Events, columns: Columns) -> Points:
    """Return the points of every event by the rule in force on the day it occurred.

    Raises `NotInForce` where an event that stands as verified occurred outside the days of the rule.
    """
    rule = policy.scoring
    assert rule is not None
    _check_in_force(policy, events)
    count = len(events.frame)
    micro, bonus = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    basis = np.full(count, BASES.index(Basis.NOT_JUDGED), dtype=np.int8)
    for day, places in _by_regime(policy, rule, events):
        rows = columns.rows(places)
        micro[places], bonus[places], basis[places] = _table_points(rule, rows, events.frame["behaviour"].iloc[places], day)
    _put_recorded(rule, events, bonus, micro, basis)
    return Points(micro, bonus, basis)


def _check_in_force(policy: Policy, events: Events) -> None:
    first, until = day_number(policy.in_force.start), policy.in_force.until
    outside = events.occurred < first
    if until is not None:
        outside |= events.occurred >= day_number(until)
    outside &= events.is_in(Standing.COUNTS)
    if outside.any():
        names = events.frame["event_id"].astype(str).to_numpy()[outside]
        shown = "、".join(sorted(names)[:5]) + ("等" if len(names) > 5 else "")
        raise NotInForce(f"有 {len(names)} 件事件（{shown}）发生在规则施行期（{policy.in_force.start} 起）之外", where=policy.name,
                         mend="用 --since 从施行日起计，或换用当时有效的规则")


def _by_regime(policy: Policy, rule: ScoreRule, events: Events) -> Iterator[tuple[date, np.ndarray]]:
    days = regimes(rule.event_values(), policy.in_force.start)
    starts = np.array([day_number(d) for d in days])
    regime = np.searchsorted(starts, events.occurred, side="right") - 1
    for place in range(len(days)):
        hits = np.flatnonzero(regime == place)
        for start in range(0, len(hits), CHUNK):
            yield day_of(starts[place]), hits[start:start + CHUNK]


def _table_points(rule: ScoreRule, rows: Rows, behaviour: object, day: date) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    coded = behaviour.astype("category")  # type: ignore[attr-defined]
    listed = rule.listed()
    found = [listed.get(str(label).strip()) for label in coded.cat.categories]
    codes = coded.cat.codes.to_numpy()
    worth = np.array([*(b.points.number(day) if b else 0.0 for b in found), 0.0])[codes]
    bonus = np.array([*(bool(b and b.bonus) for b in found), False])[codes]
    known = np.array([*(b is not None for b in found), False])[codes]
    factor, open_factor = factors(rule, rows, day)
    points = np.where(bonus, worth, worth * factor)
    if rule.caps.event is not None:
        points = np.where(bonus, points, np.minimum(points, rule.caps.event.number(day)))
    basis = np.where(known, BASES.index(Basis.TABLE), BASES.index(Basis.UNLISTED))
    basis = np.where(codes < 0, BASES.index(Basis.NO_BEHAVIOUR), basis)
    basis = np.where(known & open_factor & ~bonus & (worth > 0), BASES.index(Basis.NO_FACTOR), basis)
    return np.round(points * MICRO).astype(np.int64), bonus, basis.astype(np.int8)


def factors(rule: ScoreRule, rows: Rows, day: date) -> tuple[np.ndarray, np.ndarray]:
    """Return the product of the multipliers of every row, and where a missing cell leaves it open."""
    product, open_rows = np.ones(rows.count), np.zeros(rows.count, dtype=bool)
    for modifier in rule.modifiers:
        factor = modifier.factor.number(day)
        truth = modifier.when.truth(rows, day)
        product = np.where(truth.yes, product * factor, product)
        if factor != 1.0:
            open_rows |= ~truth.yes & ~truth.no
    return product, open_rows


def _put_recorded(rule: ScoreRule, events: Events, bonus: np.ndarray, micro: np.ndarray, basis: np.ndarray) -> None:
    """Lets what people decided go before the table: unlisted behaviours, 容错, appeals that changed the points.

    Bonuses stay as the table has them: 现扣分 is a deduction.
    """
    given = ~np.isnan(events.recorded)
    own = np.round(np.where(given, events.recorded, 0.0) * MICRO).astype(np.int64)
    judged = (basis != BASES.index(Basis.NOT_JUDGED)) & ~bonus
    if rule.unlisted is Unlisted.RECORDED:
        unlisted = basis == BASES.index(Basis.UNLISTED)
        _put(unlisted, given, own, (Basis.RECORDED, Basis.NO_RECORDED), micro, basis)
    _put(judged & events.exempted, given, own, (Basis.EXEMPT_LESS, Basis.EXEMPT), micro, basis)
    _put(judged & events.changed, given, own, (Basis.CHANGED, Basis.NO_CHANGED), micro, basis)


def _put(which: np.ndarray, given: np.ndarray, own: np.ndarray, bases: tuple[Basis, Basis], micro: np.ndarray,
         basis: np.ndarray) -> None:
    micro[which] = own[which]
    basis[which & given] = BASES.index(bases[0])
    basis[which & ~given] = BASES.index(bases[1])
