"""What an item asks of people's time: signatures and working days on its longest route."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.kinds import SignRule
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.nodes import SignOff
from fangkong_lab.network.routes import routes_of


@dataclass(frozen=True)
class Load:
    """*signatures* and *days* (stated ones added up) of the route with most of each; *undated* steps state no days.

    Signatures after effect count: they are work. An unknown post counts as one person.
    """

    signatures: int
    days: float
    undated: int


def load_of(network: PowerNetwork, item_id: str) -> Load:
    """Return the load of one item; zero where it has no flow."""
    flow = network.flow_of(network.item(item_id))
    routes = routes_of(flow)
    return Load(max((sum(signatures(network, s) for s in r.sign_offs(True)) for r in routes), default=0),
                max((sum(s.days or 0.0 for s in r.steps) for r in routes), default=0.0),
                max((sum(s.days is None for s in r.steps) for r in routes), default=0))


def signatures(network: PowerNetwork, sign: SignOff) -> int:
    """Return how many persons sign: one, 至少 need, ⌊n/2⌋+1 of n, or one for each listed post."""
    if sign.rule is SignRule.ANY:
        return 1
    if sign.rule is SignRule.AT_LEAST:
        return sign.need
    if sign.rule is SignRule.ALL:
        return len(sign.posts)
    known = {x for p in sign.posts for x in network.holders.get(p, ())}
    return (len(known) + sum(p in network.unknown for p in sign.posts)) // 2 + 1
