"""The case log: what was really done. It mostly follows the charts; where it does not is planted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from fangkong_lab.examples.archetypes import ALL, AT_LEAST, MAJORITY, Sign
from fangkong_lab.examples.dealing import Chart
from fangkong_lab.examples.office import Office
from fangkong_lab.examples.powers import Item
from fangkong_lab.examples.scene import Scene
from fangkong_lab.kinds import Kind
from fangkong_lab.streams import stream

CASES_PER_UNIT = 240
_LONGEST = 60


class Deviation(Kind):
    """How a case departs from its chart."""

    NOTHING = "nothing", "照图办理"
    ONE_PAIR_OF_EYES = "four_eyes_violations", "两道应由不同人办的由一人办"
    SKIPPED = "skipped_checks", "审核环节没有办"
    STRANGER = "ineligible_signers", "无权的人签批"
    UNKNOWN = "unknown_performers", "办理人未登记"


_SHARES = {Deviation.SKIPPED: 0.02, Deviation.STRANGER: 0.015, Deviation.UNKNOWN: 0.03}
_FOUR_EYES_SHARE = 0.12
_PAIRED = ("incompatible", "window_two")


@dataclass
class CaseLog:
    """Rows of the log while it is written; *planted*: (case, step) by deviation."""

    rows: list[tuple[object, ...]] = field(default_factory=list)
    planted: dict[str, list[list[object]]] = field(
        default_factory=lambda: {d.value: [] for d in Deviation if d is not Deviation.NOTHING})


@dataclass(frozen=True)
class _Case:
    """One case to be written down."""

    case_id: str
    item: Item
    chart: Chart
    begun: date
    deviation: Deviation


def make_cases(scene: Scene) -> CaseLog:
    """Return the log of 240 cases a unit, items drawn by their yearly volume, over the whole period."""
    log = CaseLog()
    for office in scene.offices:
        items = [i for i in scene.items_of(office) if i.chart and i.known and i.known.none[0] == i.known.none[1]]
        weights = np.array([float(str(i.row["yearly_volume"])) for i in items])
        draw = stream(scene.seed, "cases", office.unit_id)
        picked = draw.choice(len(items), CASES_PER_UNIT, p=weights / weights.sum())
        for k in range(CASES_PER_UNIT):
            _write(log, scene, office, items[int(picked[k])], k)
    return log


def _write(log: CaseLog, scene: Scene, office: Office, item: Item, k: int) -> None:
    draw = stream(scene.seed, "case", office.unit_id, k)
    begun = scene.period.day(draw, None, scene.period.as_of - timedelta(days=_LONGEST))
    assert item.chart is not None
    case = _Case(f"B{office.number + 1:02d}{k + 1:04d}", item, item.chart, begun, _deviation(item, draw))
    amount = round(float(draw.lognormal(0.5, 1.0)), 2) if item.row["yearly_amount"] is not None else None
    at, seen = datetime.combine(begun, time(9)), set[str]()
    route = _route(case.chart, draw)
    target = _target(case, route)
    for step in route:
        at += timedelta(days=int(draw.integers(1, 6)))
        people = _signers(scene, office, case, step, at.date(), seen, draw)
        if step == target:
            people = _bent(case.deviation, people, office, scene, at.date())
            # A clerk may have left between the two steps: then nobody could sign twice.
            if case.deviation is not Deviation.ONE_PAIR_OF_EYES or seen & set(people):
                log.planted[case.deviation.value].append([case.case_id, step])
        seen.update(p for p in people if p)
        log.rows += [(case.case_id, item.item_id, step, case.chart.stages[step - 1].name, person,
                      at + timedelta(minutes=int(7 * n + draw.integers(1, 400))), amount if step == route[-1] else None)
                     for n, person in enumerate(people)]


def _deviation(item: Item, draw: np.random.Generator) -> Deviation:
    luck = draw.random()
    if item.archetype in _PAIRED:
        return Deviation.ONE_PAIR_OF_EYES if luck < _FOUR_EYES_SHARE else Deviation.NOTHING
    for deviation, share in _SHARES.items():
        if luck < share:
            return deviation
        luck -= share
    return Deviation.NOTHING


def _route(chart: Chart, draw: np.random.Generator) -> list[int]:
    """Steps that somebody signs, on one of the routes."""
    routes = sorted({s.route for s in chart.stages if s.route})
    chosen = routes[int(draw.integers(len(routes)))] if routes else ""
    return [n for n, s in enumerate(chart.stages, 1) if s.signs and s.route in ("", chosen)]


def _target(case: _Case, route: list[int]) -> int | None:
    """Return the step at which the case departs from its chart; None where it cannot or does not."""
    if case.deviation is Deviation.NOTHING:
        return None
    if case.deviation is Deviation.SKIPPED:
        checks = [n for n in route if case.chart.stages[n - 1].kind.label in ("审核", "会签")]
        # Left out are checks without which the case looks like its simple route, or falls under its fewest persons.
        plain = case.item.archetype != "bypass" and len(route) > int(str(case.item.row["min_persons"]))
        return checks[0] if checks and plain else None
    return route[1] if len(route) > 1 else None


def _bent(deviation: Deviation, people: list[str | None], office: Office, scene: Scene, day: date) -> list[str | None]:
    if deviation is Deviation.SKIPPED:
        return []
    if deviation is Deviation.UNKNOWN:
        return [None]
    if deviation is Deviation.STRANGER:
        # The accountant signs on no chart at all.
        return [scene.staff[office.unit_id].holders(office.accountant, day)[0]]
    return people


def _signers(scene: Scene, office: Office, case: _Case, step: int, day: date, seen: set[str],
             draw: np.random.Generator) -> list[str | None]:
    """Return who signs *step* on *day* as the chart says; where two persons are due, somebody not *seen* before."""
    staff = scene.staff[office.unit_id]
    people: list[str | None] = []
    for sign in case.chart.stages[step - 1].signs:
        lists = [list(staff.holders(p, day)) for p in sign.posts]
        people += _choice(sign, lists, case, seen, draw)
    return people


def _choice(sign: Sign, lists: list[list[str]], case: _Case, seen: set[str], draw: np.random.Generator) -> list[str]:
    everybody = sorted({p for people in lists for p in people})
    if sign.rule == ALL:
        return [people[0] for people in lists]
    if sign.rule in (MAJORITY, AT_LEAST):
        need = len(everybody) // 2 + 1 if sign.rule == MAJORITY else int(sign.need or 1)
        return [everybody[int(k)] for k in sorted(draw.choice(len(everybody), need, replace=False))]
    if case.item.archetype in _PAIRED and seen & set(everybody):
        again = case.deviation is Deviation.ONE_PAIR_OF_EYES
        everybody = [p for p in everybody if (p in seen) == again]
    return [everybody[int(draw.integers(len(everybody)))]]
