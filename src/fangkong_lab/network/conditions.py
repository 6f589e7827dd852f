"""Conditions: a route as an AND of thresholds, "at least *need* of these persons".

A route that asks for distinct persons is one too, by Hall's theorem (1935) and König's (1931):

* In a *tangle* nobody signs twice: distinct signers exist iff the persons of every one or more of its groups number at
  least the sum of their counts.
* *At least m distinct signers*: iff for every set of groups with Σ count < m the persons of all others number at
  least m − Σ count (a matching is as large as its smallest cover). Tangles ask for nothing more beside it: a matching
  that is extended along augmenting paths never gives up a person whom it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from fangkong_lab.network.needs import Group, RouteNeeds
from fangkong_lab.network.tangle import Apart, ways_apart


@dataclass(frozen=True)
class Condition:
    """At least *need* persons of (*own* ∩ S) ∪ (*far* ∩ A(S)), for a coalition S that reaches A(S) ⊇ S (masks)."""

    own: int
    far: int
    need: int

    def there(self, own: int, far: int) -> int:
        """Return the persons that count, of the coalition *own* and those within its reach *far*."""
        return (self.own & own) | (self.far & far)

    def met(self, own: int, far: int) -> bool:
        """Say whether enough of them are there."""
        return self.there(own, far).bit_count() >= self.need

    def implies(self, other: Condition) -> bool:
        """Whether *other* is met whenever this one is (sufficient, not necessary)."""
        return (self.need >= other.need and self.far | other.far == other.far
                and self.own | other.own | other.far == other.own | other.far)


@lru_cache(maxsize=4096)
def ways_of(route: RouteNeeds) -> tuple[tuple[Condition, ...], ...] | None:
    """Return ways, one of which has all its conditions met iff *route* can be completed; None where they are too many."""
    if not route.groups:
        return ()
    apart = ways_apart(route)
    return None if apart is None else tuple(_conditions(way, route.least) for way in apart)


def _conditions(way: Apart, least: int) -> tuple[Condition, ...]:
    groups = way.groups
    found = [_joined((g,), g.count) for g in groups]
    for tangle in way.tangles:
        found += [_joined(some, sum(g.count for g in some))
                  for size in range(2, len(tangle) + 1) for some in combinations(tangle, size)]
    found += _distinct(groups, least)
    return _strongest(found)


def _joined(groups: Sequence[Group], need: int) -> Condition:
    own = far = 0
    for group in groups:
        if group.independent:
            own |= group.eligible
        else:
            far |= group.eligible
    return Condition(own, far, need)


def _distinct(groups: Sequence[Group], least: int) -> Iterator[Condition]:
    for left_out, covered in _sets_below(groups, least):
        yield _joined([g for i, g in enumerate(groups) if i not in left_out], least - covered)


def _sets_below(groups: Sequence[Group], total: int, first: int = 0) -> Iterator[tuple[frozenset[int], int]]:
    """Give every set of groups (numbers from *first* on) whose counts come to less than *total*, with their sum."""
    yield frozenset(), 0
    for i in range(first, len(groups)):
        count = groups[i].count
        if count < total:
            yield from ((more | {i}, covered + count) for more, covered in _sets_below(groups, total - count, i + 1))


def _strongest(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Return the conditions that no other one implies."""
    found: list[Condition] = []
    for condition in sorted(set(conditions), key=lambda c: (-c.need, (c.own | c.far).bit_count(), c.own, c.far)):
        if not any(other.implies(condition) for other in found):
            found = [c for c in found if not condition.implies(c)] + [condition]
    return tuple(found)
