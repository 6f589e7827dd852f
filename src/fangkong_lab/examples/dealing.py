"""Dealing the deck of archetypes to the units: which flow charts a county has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fangkong_lab.examples.archetypes import Archetype, Known, Seats, Stage
from fangkong_lab.examples.charts import DECK, FOUR_SEALS_IN_A_TOWN
from fangkong_lab.examples.office import Office
from fangkong_lab.examples.period import Period
from fangkong_lab.streams import stream


@dataclass(frozen=True)
class Chart:
    """One flow chart: its *archetype* drawn for *seats*, with the *category* that all its items share."""

    flow_id: str
    archetype: Archetype
    seats: Seats
    category: str
    stages: tuple[Stage, ...]

    @property
    def section(self) -> str:
        """Name of the section that runs it."""
        return self.seats.office.sections[self.seats.section].name

    def known(self, min_persons: int) -> Known | None:
        """Return the thresholds of an item with *min_persons* on this chart; None: it cannot be done."""
        if min_persons > 1 and not self.archetype.second_signer:
            raise ValueError(self.archetype.code)
        if self.archetype.code == "four_seals" and not self.seats.office.discipline_external:
            return FOUR_SEALS_IN_A_TOWN
        return self.archetype.known

    def idle(self) -> list[tuple[int, int]]:
        """Return (step, sign-off) of the checks planted as idle, in order."""
        return [(step, sign) for step, stage in enumerate(self.stages, 1)
                for sign, wanted in enumerate(stage.signs, 1) if wanted.idle]


def quotas(total: int) -> list[Archetype]:
    """Return *total* archetypes in the deck's proportions (largest remainder), each at least once where *total* allows."""
    weight = sum(a.weight for a in DECK)
    exact = [total * a.weight / weight for a in DECK]
    counts = [max(1, int(x)) if total >= len(DECK) else int(x) for x in exact]
    order = sorted(range(len(DECK)), key=lambda k: (counts[k] - exact[k], k))
    position = 0
    while sum(counts) < total:
        counts[order[position % len(order)]] += 1
        position += 1
    while sum(counts) > total:
        counts[max(range(len(DECK)), key=lambda k: (counts[k] - exact[k], counts[k], k))] -= 1
    return [a for a, n in zip(DECK, counts, strict=True) for _ in range(n)]


def deal(offices: Sequence[Office], seed: int) -> dict[str, tuple[Chart, ...]]:
    """Return the charts of every unit, by unit id: the shuffled deck dealt out in order."""
    cards = quotas(sum(o.place.flows for o in offices))
    order = stream(seed, "deck").permutation(len(cards))
    dealt = iter(cards[int(k)] for k in order)
    return {o.unit_id: tuple(_chart(o, k, next(dealt), stream(seed, "chart", o.unit_id, k))
                             for k in range(o.place.flows)) for o in offices}


def _chart(office: Office, number: int, archetype: Archetype, draw: np.random.Generator) -> Chart:
    section = int(draw.integers(1, len(office.sections)))
    seats = Seats(office, section)
    category = archetype.categories[int(draw.integers(len(archetype.categories)))]
    flow_id = f"L{office.number + 1:02d}{number + 1:03d}"
    return Chart(flow_id, archetype, seats, category, archetype.drawn(seats))


def flow_rows(charts: Sequence[Chart], period: Period, seed: int) -> list[tuple[object, ...]]:
    """Return the rows of the table of flows."""
    return [(c.flow_id, c.seats.office.unit_id, f"{c.section}{c.category}流程图（模拟{c.flow_id[-3:]}）",
             period.day(stream(seed, "version", c.flow_id)), "模拟县法制办") for c in charts]


def step_rows(charts: Sequence[Chart], seed: int) -> list[dict[str, object]]:
    """Return the rows of the table of steps."""
    rows: list[dict[str, object]] = []
    for chart in charts:
        draw = stream(seed, "days", chart.flow_id)
        routed = any(s.route for s in chart.stages)
        for number, stage in enumerate(chart.stages, 1):
            rows.append({"flow_id": chart.flow_id, "step_no": number, "name": stage.name, "kind": stage.kind.label,
                         "after": str(number - 1) if number > 1 and not routed else "", "route": stage.route,
                         "days": float(draw.integers(1, 8)), "statutory": stage.statutory})
    return rows


def sign_rows(charts: Sequence[Chart]) -> list[tuple[object, ...]]:
    """Return the rows of the table of sign-offs: one per (flow, step, sign-off, post)."""
    return [(c.flow_id, step, number, post, sign.rule, sign.need, sign.independent)
            for c in charts for step, stage in enumerate(c.stages, 1)
            for number, sign in enumerate(stage.signs, 1) for post in sign.posts]


def incompatible_rows(charts: Sequence[Chart]) -> list[tuple[object, ...]]:
    """Return the rows of the table of incompatible steps."""
    return [(c.flow_id, *pair) for c in charts for pair in c.archetype.incompatible]
