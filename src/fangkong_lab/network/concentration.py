"""Concentration: how many items and how much money hang on one person, and how unequal shares are, unit by unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fangkong_lab.kinds import Domain
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, NONE, Influence
from fangkong_lab.network.share import authority_shares
from fangkong_lab.network.structure import Structure
from fangkong_lab.network.thresholds import ItemThresholds


@dataclass(frozen=True)
class OnOne:
    """Items that one person can carry: how many for certain and at most, and their yearly amounts in 万元.

    Each item's amount counts once. *unstated* says how many of the items counted state no amount.
    """

    count: tuple[int, int]
    amount: tuple[float, float]
    unstated: tuple[int, int]


@dataclass(frozen=True)
class Inequality:
    """HHI and Gini of authority shares over *people* persons of the unit, zeros included.

    The share of a person is the mean over the items of his share in each; *outside* is what persons of other units
    hold. None where no item of the unit has settled shares, or nobody holds a post.
    """

    hhi: float | None
    gini: float | None
    outside: float | None
    items: int
    people: int


@dataclass(frozen=True)
class UnitFigures:
    """A unit's figures: *alone* κ none = 1, *ordered* κ direct = 1; by domain beside."""

    unit_id: str
    items: int
    alone: OnOne
    ordered: OnOne
    equal: Inequality
    by_amount: Inequality
    domains: Mapping[Domain, tuple[int, OnOne, OnOne]]


def hhi(shares: Iterable[float]) -> float:
    """Return the Herfindahl–Hirschman index, the sum of squares of *shares* as they are (not rescaled to sum 1)."""
    return sum(s * s for s in shares)


def gini(values: Sequence[float]) -> float | None:
    """Return the Gini coefficient of non-negative *values*, zeros included; None where their sum is 0 or none is given.

    G = Σ (2i − n − 1) x_i / (n Σ x) over ascending x (Dixon et al. 1987, without the small-sample correction).
    """
    total, count = sum(values), len(values)
    if not count or total <= 0:
        return None
    return sum((2 * i - count - 1) * x for i, x in enumerate(sorted(values), start=1)) / (count * total)


def on_one(items: Sequence[ItemThresholds], influence: Influence) -> OnOne:
    """Return how many of *items* one person can carry under *influence*, and their amounts."""
    sure, at_most = [], []
    for each in items:
        kappa = each.structure.kappa
        if kappa is None:
            continue
        if kappa[influence.name].high == 1:
            sure.append(each)
        if kappa[influence.name].low == 1:
            at_most.append(each)
    return OnOne((len(sure), len(at_most)), (_amount(sure), _amount(at_most)), (_unstated(sure), _unstated(at_most)))


def _amount(items: Sequence[ItemThresholds]) -> float:
    return round(sum((e.item.yearly_amount or 0.0 for e in items), 0.0), 6)


def _unstated(items: Sequence[ItemThresholds]) -> int:
    return sum(e.item.yearly_amount is None for e in items)


def concentration(network: PowerNetwork, items: Sequence[ItemThresholds]) -> list[UnitFigures]:
    """Return the figures of every unit that has one of *items*, sorted by code."""
    by_unit: dict[str, list[ItemThresholds]] = {}
    for each in items:
        by_unit.setdefault(each.item.unit_id, []).append(each)
    shares = _settled_shares(items)
    return [_figures(network, unit, mine, shares) for unit, mine in sorted(by_unit.items())]


def _figures(network: PowerNetwork, unit: str, items: list[ItemThresholds],
             shares: Mapping[int, Mapping[str, float] | None]) -> UnitFigures:
    people = network.people_of_unit.get(unit, ())
    even = [(1.0, shares[id(e.structure)]) for e in items]
    weighted = [(e.item.yearly_amount or 0.0, shares[id(e.structure)]) for e in items]
    domains = {d: [e for e in items if e.item.domain is d] for d in Domain}
    return UnitFigures(unit, len(items), on_one(items, NONE), on_one(items, DIRECT),
                       inequality(people, even), inequality(people, weighted),
                       {d: (len(mine), on_one(mine, NONE), on_one(mine, DIRECT)) for d, mine in domains.items() if mine})


def _settled_shares(items: Sequence[ItemThresholds]) -> dict[int, Mapping[str, float] | None]:
    """Return the shares of each structure, None where they are undefined or differ between completions."""
    structures: dict[int, Structure] = {id(e.structure): e.structure for e in items}
    found: dict[int, Mapping[str, float] | None] = {}
    for key, structure in structures.items():
        ranges = authority_shares(structure) if len(structure.cases) == 1 else None
        found[key] = None if ranges is None else {x: low for x, (low, _) in ranges.values.items()}
    return found


def inequality(people: Sequence[str], weighted: Sequence[tuple[float, Mapping[str, float] | None]]) -> Inequality:
    """Return HHI and Gini of *people* over items given as (weight, shares by person); weight 0 or no shares: left out."""
    used = [(w, s) for w, s in weighted if s is not None and w > 0]
    total = sum(w for w, _ in used)
    if not used or not people:
        return Inequality(None, None, None, len(used), len(people))
    held = [sum(w * s.get(x, 0.0) for w, s in used) / total for x in people]
    return Inequality(hhi(held), gini(held), max(0.0, 1.0 - sum(held)), len(used), len(people))
