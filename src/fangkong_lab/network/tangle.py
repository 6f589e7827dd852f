"""Tangles: the groups of a route that incompatible steps bind together, and the ways to sign them apart.

Two groups *clash* where their steps are incompatible and somebody is eligible in both. A group all of whose persons must
sign bars them from the steps incompatible with its own, and clashes no more. What still clashes falls into tangles. In
one where all steps are incompatible with one another every signature falls to another person. In any other a person may
sign in several groups that are compatible: each way to say how many persons sign in exactly which of them turns the
tangle into one of the first sort.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from fangkong_lab.network.needs import Group, RouteNeeds

MOST_TANGLED = 8
MOST_WAYS = 64


@dataclass(frozen=True)
class Apart:
    """One way to sign a route: *loose* groups, which may share signers, and *tangles*, in each of which nobody signs twice."""

    loose: tuple[Group, ...]
    tangles: tuple[tuple[Group, ...], ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """All groups."""
        return self.loose + tuple(g for tangle in self.tangles for g in tangle)


def ways_apart(route: RouteNeeds) -> tuple[Apart, ...] | None:
    """Return the ways to sign *route*, one of which is open iff it can be completed; None where they are too many."""
    hostile = route.hostile()
    groups = _barred(route.groups, hostile)
    tangles = _tangles(groups, hostile)
    bound = {i for tangle in tangles for i in tangle}
    loose = tuple(g for i, g in enumerate(groups) if i not in bound)
    choices: list[list[tuple[Group, ...]]] = []
    ways = 1
    for tangle in tangles:
        if len(tangle) > MOST_TANGLED:
            return None
        choices.append([])
        for choice in _choices([groups[i] for i in tangle], hostile):
            choices[-1].append(choice)
            if ways * len(choices[-1]) > MOST_WAYS:
                return None
        ways *= len(choices[-1])
    return tuple(Apart(loose, chosen) for chosen in product(*choices))


def _barred(groups: Sequence[Group], hostile: Mapping[int, frozenset[int]]) -> list[Group]:
    """Return the groups without the persons who must sign in a step incompatible with theirs."""
    found = list(groups)
    while True:
        barred = [_must_sign(found, hostile.get(g.step_no, frozenset())) for g in found]
        fewer = [replace(g, eligible=g.eligible & ~mask) for g, mask in zip(found, barred, strict=True)]
        if fewer == found:
            return found
        found = fewer


def _must_sign(groups: Sequence[Group], steps: frozenset[int]) -> int:
    mask = 0
    for group in groups:
        if group.step_no in steps and group.eligible.bit_count() == group.count:
            mask |= group.eligible
    return mask


def _tangles(groups: Sequence[Group], hostile: Mapping[int, frozenset[int]]) -> list[list[int]]:
    """Return the sets of two groups or more (by number) that hang together by clashing."""
    found: list[list[int]] = []
    left = set(range(len(groups)))
    while left:
        tangle, waiting = [], [min(left)]
        left -= set(waiting)
        while waiting:
            number = waiting.pop()
            at = groups[number]
            tangle.append(number)
            more = [j for j in sorted(left) if groups[j].step_no in hostile.get(at.step_no, frozenset())
                    and groups[j].eligible & at.eligible]
            waiting += more
            left -= set(more)
        if len(tangle) > 1:
            found.append(sorted(tangle))
    return found


def _choices(tangle: Sequence[Group], hostile: Mapping[int, frozenset[int]]) -> Iterator[tuple[Group, ...]]:
    """Give the tangles without shared signers that stand for *tangle*."""
    pairs = [(a, b) for i, a in enumerate(tangle) for b in tangle[i + 1:]]
    if all(b.step_no in hostile.get(a.step_no, frozenset()) for a, b in pairs):
        yield tuple(tangle)
        return
    yield from _shared(tuple(_joint(tangle, hostile)), tuple(g.count for g in tangle), tangle)


def _joint(tangle: Sequence[Group], hostile: Mapping[int, frozenset[int]]) -> Iterator[tuple[frozenset[int], int]]:
    """Give each set of compatible groups with the persons eligible in all of them, the greatest sets first."""
    sets: list[tuple[frozenset[int], int]] = [(frozenset(), -1)]
    for i, group in enumerate(tangle):
        barred = hostile.get(group.step_no, frozenset())
        sets += [(some | {i}, mask & group.eligible) for some, mask in sets
                 if mask & group.eligible and not any(tangle[j].step_no in barred for j in some)]
    yield from sorted((each for each in sets if each[0]), key=lambda each: (-len(each[0]), sorted(each[0])))


def _shared(joint: Sequence[tuple[frozenset[int], int]], missing: tuple[int, ...],
            tangle: Sequence[Group]) -> Iterator[tuple[Group, ...]]:
    """Give every choice of how many persons sign in exactly which groups, such that none is *missing*."""
    if not any(missing):
        yield ()
        return
    if not joint:
        return
    (some, mask), rest = joint[0], joint[1:]
    # A group by itself comes after all sets that hold it, and takes what is still missing.
    least = missing[min(some)] if len(some) == 1 else 0
    for count in range(least, min(min(missing[i] for i in some), mask.bit_count()) + 1):
        left = tuple(m - count if i in some else m for i, m in enumerate(missing))
        first = tangle[min(some)]
        merged = (replace(first, eligible=mask, count=count, independent=any(tangle[i].independent for i in some)),)
        yield from ((merged if count else ()) + others for others in _shared(rest, left, tangle))
