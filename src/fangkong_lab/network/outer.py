"""Sound outer bounds where there are too many completions to try (docs/network.md, 「外侧界」)."""

from __future__ import annotations

from collections.abc import Sequence

from fangkong_lab.kinds import SignRule
from fangkong_lab.network.completion import Demand
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import NONE, Influence
from fangkong_lab.network.nodes import SignOff
from fangkong_lab.network.structure import Interval


def outer_profile(network: PowerNetwork, demand: Demand, modes: Sequence[Influence]) -> dict[str, Interval]:
    """Return intervals that hold κ of every completion.

    Low end: without influence the greatest number that one sign-off of the route needs for certain, else 1.
    High end: as many persons as a route has signatures, for no more can be needed.
    """
    routes = [signs for _, signs in demand.routes()]
    low = min(max([demand.least, *(_at_least(network, s) for s in signs)]) for signs in routes)
    high = max(sum(_at_most(network, s) for s in signs) for signs in routes)
    return {mode.name: Interval(low if mode == NONE else 1, max(low, high)) for mode in modes}


def outer_eta(network: PowerNetwork, demand: Demand) -> Interval:
    """Return an interval that holds η of every completion: from 1 to the least that surely stops each route."""
    return Interval(1, sum(min(_stop(network, s) for s in signs) for _, signs in demand.routes() if signs))


def _known(network: PowerNetwork, sign: SignOff) -> int:
    return len({x for p in sign.posts for x in network.holders.get(p, ())})


def _eligible(network: PowerNetwork, sign: SignOff) -> int:
    """The most persons that can be eligible: those known, and one for each unknown post."""
    return _known(network, sign) + sum(p in network.unknown for p in sign.posts)


def _at_least(network: PowerNetwork, sign: SignOff) -> int:
    """The persons needed for certain: a majority is one of the known persons at least."""
    if sign.rule is SignRule.MAJORITY:
        return _known(network, sign) // 2 + 1
    return sign.need if sign.rule is SignRule.AT_LEAST else 1


def _at_most(network: PowerNetwork, sign: SignOff) -> int:
    if sign.rule is SignRule.ALL:
        return len(sign.posts)
    if sign.rule is SignRule.MAJORITY:
        return _eligible(network, sign) // 2 + 1
    return _at_least(network, sign)


def _stop(network: PowerNetwork, sign: SignOff) -> int:
    """The most that it can take to stop a sign-off: of n persons, all but one fewer than it needs."""
    most = _eligible(network, sign)
    if sign.rule is SignRule.MAJORITY:
        return max(1, (most + 1) // 2)
    return max(1, most - _at_least(network, sign) + 1)
