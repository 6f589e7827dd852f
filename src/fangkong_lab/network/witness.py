"""Witnesses: a coalition, the route it takes, who signs what, and why each signer does as it wants."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fangkong_lab.kinds import Kind
from fangkong_lab.network.capture import NOTHING, smallest_coalitions
from fangkong_lab.network.completion import Case
from fangkong_lab.network.influence import FULL_DEPTH, Influence
from fangkong_lab.network.signing import bits
from fangkong_lab.network.world import World


class Hold(Kind):
    """Why a signature does not stand in the coalition's way."""

    OWN = "own", "本人签批"
    SAME_PERSON = "same_person", "同一人兼任"
    LED = "led", "签批人受其领导"


@dataclass(frozen=True)
class Signature:
    """One signature: the sign-off, who signs, through which posts of the sign-off, and why he does.

    *chain* are the posts from the coalition's post down to the signer's where he is led; empty otherwise.
    """

    step_no: int
    sign_no: int
    person: str
    hold: Hold
    chain: tuple[str, ...] = ()


@dataclass(frozen=True)
class Witness:
    """*coalition* completes *route* by the *signatures* under *influence*, in one completion (*world*)."""

    coalition: tuple[str, ...]
    route: str
    signatures: tuple[Signature, ...]
    world: World
    influence: Influence


def find_witness(case: Case, influence: Influence) -> Witness | None:
    """Return the first of the smallest coalitions of *case* with its way through; None where nobody completes it."""
    powers = case.powers(influence)
    found = smallest_coalitions([case.game], [powers], most=1).sets
    return witness_of(case, influence, found[0]) if found else None


def witness_of(case: Case, influence: Influence, coalition: tuple[str, ...]) -> Witness | None:
    """Return how *coalition* completes the item in *case*; None where it cannot."""
    powers = case.powers(influence)
    able = own = 0
    for person in coalition:
        power = powers.get(person, NOTHING)
        able, own = able | power.reach, own | power.own
    found = case.game.witness(able, own)
    if found is None:
        return None
    route, masks = found
    signed: dict[tuple[int, int], list[str]] = {}
    for group, mask in zip(route.groups, masks, strict=True):
        people = signed.setdefault((group.step_no, group.sign_no), [])
        people += [x for bit in bits(mask) if (x := case.game.signers[bit.bit_length() - 1]) not in people]
    return Witness(coalition, route.name, tuple(_signatures(case.world, influence, coalition, signed)), case.world, influence)


def _signatures(world: World, influence: Influence, coalition: tuple[str, ...],
                signed: dict[tuple[int, int], list[str]]) -> Iterator[Signature]:
    before: set[str] = set()
    for key in sorted(signed):
        for person in signed[key]:
            if person in coalition:
                hold = Hold.SAME_PERSON if person in before else Hold.OWN
                yield Signature(*key, person, hold)
            else:
                yield Signature(*key, person, Hold.LED, chain_to(world, influence, coalition, person))
        before |= set(signed[key])


def chain_to(world: World, influence: Influence, coalition: Iterable[str], person: str) -> tuple[str, ...]:
    """Return a shortest chain of posts by which *coalition* reaches *person*, upper first; empty where there is none."""
    below = world.network.below
    start = [(p,) for x in sorted(coalition) for p in world.posts_of(x)]
    waiting: deque[tuple[str, ...]] = deque(start)
    seen = {chain[0] for chain in start}
    while waiting:
        chain = waiting.popleft()
        if influence.depth not in (FULL_DEPTH,) and len(chain) > influence.depth:
            continue
        for lower in below.get(chain[-1], ()):
            if person in world.holders(lower):
                return (*chain, lower)
            others = [p for x in world.holders(lower) for p in world.posts_of(x)] if influence.depth == FULL_DEPTH else []
            for post in (lower, *others):
                if post not in seen:
                    seen.add(post)
                    waiting.append((*chain, lower) if post == lower else (*chain, lower, post))
    return ()
