"""How many distinct persons a part of a flow needs: the same game as κ without influence, on chosen sign-offs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fangkong_lab.network.completion import Demand, cases_of
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import NONE
from fangkong_lab.network.nodes import Flow, Item, SignOff
from fangkong_lab.network.outer import outer_profile
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, PatternVerdict
from fangkong_lab.network.routes import Route, routes_of


@dataclass(frozen=True)
class Fewest:
    """The fewest distinct signers [*low*, *high*] over the completions in which it can be signed; None where it never can.

    *may_fail*: in some completion nobody can sign it.
    """

    low: int | None
    high: int | None
    may_fail: bool = False

    def against(self, target: float) -> PatternVerdict:
        """Return 达标 where the low end reaches *target*, 不达标 where the high end does not, else 不能判定; 不适用: cannot be signed."""
        if self.low is None or self.high is None:
            return OUT
        if self.low >= target:
            return GOOD
        return BAD if self.high < target else OPEN

    def __str__(self) -> str:
        return "无法签成" if self.low is None else str(self.low) if self.low == self.high else f"{self.low}至{self.high}"


def fewest(study: Study, flow: Flow, signs: Iterable[SignOff], least: int = 1) -> Fewest:
    """Return how many distinct persons the sign-offs *signs* of one route need, incompatible steps and *least* kept."""
    chosen = tuple(signs)
    key = (flow, chosen, least)
    found = study.kept.get(key)
    if not isinstance(found, Fewest):
        found = study.kept[key] = _fewest(study.network, flow, chosen, least)
    return found


def _fewest(network: PowerNetwork, flow: Flow, signs: tuple[SignOff, ...], least: int) -> Fewest:
    numbers = {s.step_no for s in signs}
    steps = tuple(replace(s, routes=()) for s in flow.steps if s.step_no in numbers)
    demand = Demand(replace(flow, steps=steps, sign_offs=signs), least, whole=True)
    cases = cases_of(network, demand)
    if cases is None:
        bounds = outer_profile(network, demand, [NONE])[NONE.name]
        return Fewest(bounds.low, bounds.high, True)
    values = [k for case in cases if (k := case.kappa(NONE)) is not None]
    return Fewest(min(values), max(values), len(values) < len(cases)) if values else Fewest(None, None, True)


def ways(study: Study, item: Item, flow: Flow) -> tuple[Route, ...]:
    """Return the routes on which the item can be done in some completion (before effect)."""
    return tuple(r for r in routes_of(flow) if r.before and fewest(study, flow, r.before, item.min_persons).low is not None)


def unknown_cells(study: Study, posts: Iterable[str]) -> tuple[str, ...]:
    """Return the cells of 任职 to fill for those *posts* that are unknown on the day."""
    return tuple(f"任职 › {p} 在{study.as_of}的任职人员" for p in sorted(set(posts)) if p in study.network.unknown)
