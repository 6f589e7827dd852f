"""From a flow to its `Structure`: every pattern of the unknown posts tried, best and worst completions found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fangkong_lab.network.bestcase import BestCase
from fangkong_lab.network.capture import NO_COALITIONS, Coalitions, smallest_coalitions, sole_controllers
from fangkong_lab.network.completion import Case, Demand, all_worlds, cases_of
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.holdup import hold_up
from fangkong_lab.network.influence import DIRECT, NONE, PROFILE, Influence
from fangkong_lab.network.nodes import Flow
from fangkong_lab.network.outer import outer_eta, outer_profile
from fangkong_lab.network.removal import idle_checks
from fangkong_lab.network.routes import routes_of
from fangkong_lab.network.structure import Interval, Structure
from fangkong_lab.network.world import is_new


@dataclass(frozen=True)
class _Profiled:
    intervals: Mapping[str, Interval] | None
    exact: bool


def structure_of(network: PowerNetwork, flow: Flow, least: int, influence: Influence = DIRECT) -> Structure:
    """Return what *flow* comes to with at least *least* distinct signers, controllers under *influence*.

    A faulty flow gives a structure without thresholds; more than 10,000 patterns of unknown signing posts give
    sound outer bounds, marked as not exact.
    """
    empty = Structure(flow, least, influence)
    if flow.faults:
        return empty
    demand = Demand(flow, least)
    cases = cases_of(network, demand)
    kappa, whole = _profiles(network, demand, cases, influence)
    if cases is None:
        return replace(empty, kappa=kappa.intervals, whole=whole.intervals, eta=outer_eta(network, demand),
                       exact=False, may_be_impossible=True, possible_sole=network.persons)
    etas = [eta for case in cases if (eta := hold_up(case.game)) is not None]
    possible, settled = _possible(network, demand, cases, influence)
    idle, certain = idle_checks(network, demand, cases)
    sole, coalitions = _controllers(network, cases, influence)
    return replace(empty, kappa=kappa.intervals, whole=whole.intervals,
                   eta=Interval(min(etas), max(etas)) if etas else None,
                   exact=kappa.exact and whole.exact and settled and certain,
                   may_be_impossible=not all(c.doable for c in cases), sole=sole, possible_sole=possible,
                   coalitions=coalitions, idle=idle, cases=tuple(cases))


def _profiles(network: PowerNetwork, demand: Demand, cases: list[Case] | None,
              influence: Influence) -> tuple[_Profiled, _Profiled]:
    kappa = _profile(network, demand, cases, influence)
    if not any(route.after for route in routes_of(demand.flow)):
        return kappa, kappa
    whole = replace(demand, whole=True)
    return kappa, _profile(network, whole, cases_of(network, whole), influence)


def _profile(network: PowerNetwork, demand: Demand, cases: list[Case] | None, influence: Influence) -> _Profiled:
    modes = list(dict.fromkeys([*PROFILE, influence]))
    if cases is None:
        return _Profiled(outer_profile(network, demand, modes), False)
    doable = [case for case in cases if case.doable]
    if not doable:
        return _Profiled(None, True)
    found: dict[str, Interval] = {}
    exact = True
    for mode in modes:
        interval, sure = _kappa(network, demand, doable, mode)
        found[mode.name] = interval
        exact = exact and sure
    return _Profiled(found, exact)


def _kappa(network: PowerNetwork, demand: Demand, doable: Sequence[Case], mode: Influence) -> tuple[Interval, bool]:
    """Return [least, greatest] κ over the *doable* cases, and whether the low end is exact.

    Where the best case is not found, all completions are tried if they are not too many.
    """
    values = [value for case in doable if (value := case.kappa(mode)) is not None]
    low, exact = min(values), True
    for case in doable:
        best = BestCase(network, case, mode)
        if low == 1 or mode == NONE or best.trivial:
            continue
        bounds = best.least(low)
        low, exact = bounds.least, exact and bounds.exact
    if exact or low == 1:
        return Interval(low, max(values)), True
    worlds = all_worlds(network, doable[0])
    if worlds is None:
        return Interval(low, max(values)), False
    tried = (Case(world, demand.game(world)).kappa(mode) for world in worlds)
    return Interval(min(value for value in tried if value is not None), max(values)), True


def _possible(network: PowerNetwork, demand: Demand, cases: Sequence[Case],
              influence: Influence) -> tuple[tuple[str, ...], bool]:
    people: set[str] = set()
    exact = True
    for case in cases:
        if not case.doable:
            continue
        best = BestCase(network, case, influence)
        if best.trivial:
            people |= _known_soles(case, influence)
            continue
        found, sure = best.possible_sole_controllers()
        people |= found
        exact = exact and sure
    worlds = None if exact else all_worlds(network, cases[0])
    if worlds is not None:
        people = {x for w in worlds for x in _known_soles(Case(w, demand.game(w)), influence)}
    return tuple(sorted(people)), exact or worlds is not None


def _known_soles(case: Case, influence: Influence) -> set[str]:
    return {x for x in sole_controllers(case.game, case.powers(influence)) if not is_new(x)}


def _controllers(network: PowerNetwork, cases: Sequence[Case],
                 influence: Influence) -> tuple[tuple[str, ...], Coalitions]:
    """Return who alone captures in every completion, and the smallest sets of known persons that do."""
    if not all(case.doable for case in cases):
        return (), NO_COALITIONS
    powers = [{x: p for x, p in case.powers(influence).items() if not is_new(x)} for case in cases]
    alone = [set(sole_controllers(case.game, each)) for case, each in zip(cases, powers, strict=True)]
    games = [case.game for case in cases]
    return tuple(sorted(set.intersection(*alone))), smallest_coalitions(games, powers)
