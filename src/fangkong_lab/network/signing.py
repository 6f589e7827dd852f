"""Signing: which persons, acting together, complete a route.

A `Game` is one item in one completion. Its signers are numbered, and a set of persons is a Python int with one bit
per signer. A sign-off becomes *groups*: 任一, 至少 and 过半 are one group (k of the eligible persons), 全体 is one group
per listed post (one of its holders), so that one person in two of the posts counts for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from fangkong_lab.kinds import SignRule
from fangkong_lab.network.conditions import Condition, ways_of
from fangkong_lab.network.needs import Group, RouteNeeds
from fangkong_lab.network.nodes import SignOff

Members = Sequence[str]


@dataclass
class Game:
    """Which coalitions complete an item: *signers* by bit number, and what each route needs."""

    signers: tuple[str, ...]
    routes: tuple[RouteNeeds, ...]
    _known: dict[tuple[int, int], bool] = field(default_factory=dict, repr=False)

    @property
    def everyone(self) -> int:
        """The mask of all signers."""
        return (1 << len(self.signers)) - 1

    @property
    def plain(self) -> bool:
        """Whether capture depends on the able persons only: no independent sign-off anywhere."""
        return not any(g.independent for route in self.routes for g in route.groups)

    @cached_property
    def ways(self) -> tuple[tuple[Condition, ...], ...]:
        """The ways through the routes that come to conditions: whoever meets all of one captures."""
        return tuple(way for route in self.routes for way in ways_of(route) or ())

    @cached_property
    def tangled(self) -> tuple[RouteNeeds, ...]:
        """The routes that come to too many conditions."""
        return tuple(route for route in self.routes if ways_of(route) is None)

    def without(self, key: tuple[int, int]) -> Game:
        """Return the game without the sign-off *key*, the signers numbered as before."""
        return Game(self.signers, tuple(replace(route, groups=tuple(g for g in route.groups if g.key != key))
                                        for route in self.routes))

    def completes(self, able: int, coalition: int) -> bool:
        """Say whether *able* persons can complete a route, independent sign-offs being signed by *coalition*."""
        key = (able, coalition)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (
                any(all(c.met(coalition, able) for c in way) for way in self.ways)
                or any(assign(route, able, coalition) is not None for route in self.tangled))
        return known

    def wins(self, coalition: int) -> bool:
        """Say whether *coalition* completes a route without any influence."""
        return self.completes(coalition, coalition)

    def witness(self, able: int, coalition: int) -> tuple[RouteNeeds, tuple[int, ...]] | None:
        """Return the first route that can be completed and the signers of each of its groups; None if none can."""
        for route in self.routes:
            masks = assign(route, able, coalition)
            if masks is not None:
                return route, masks
        return None

    def classes(self) -> tuple[int, ...]:
        """Return masks of interchangeable signers: those eligible in exactly the same groups."""
        found: dict[tuple[bool, ...], int] = {}
        groups = [g for route in self.routes for g in route.groups]
        for i in range(len(self.signers)):
            key = tuple(bool(g.eligible >> i & 1) for g in groups)
            found[key] = found.get(key, 0) | 1 << i
        return tuple(sorted(found.values()))


def make_game(routes: Sequence[tuple[str, Sequence[SignOff]]], pairs: Sequence[tuple[int, int]], least: int,
              held: Mapping[str, Members]) -> Game:
    """Return the game of an item: *routes* with the sign-offs that count, *held* the holders of every listed post.

    A post that *held* lacks is empty. A group that cannot be filled stays, and makes its route impossible.
    """
    people = sorted({x for _, signs in routes for s in signs for p in s.posts for x in held.get(p, ())})
    number = {person: i for i, person in enumerate(people)}
    needs = []
    for name, signs in routes:
        steps = {s.step_no for s in signs}
        groups = tuple(g for s in signs for g in _groups(s, held, number))
        needs.append(RouteNeeds(name, groups, tuple(p for p in pairs if steps.issuperset(p)), least))
    return Game(tuple(people), tuple(needs))


def _groups(sign: SignOff, held: Mapping[str, Members], number: Mapping[str, int]) -> Iterator[Group]:
    masks = [sum(1 << number[x] for x in set(held.get(post, ()))) for post in sign.posts]
    if sign.rule is SignRule.ALL:
        for mask in masks:
            yield Group(sign.step_no, sign.sign_no, mask, 1, sign.independent)
        return
    eligible = 0
    for mask in masks:
        eligible |= mask
    count = {SignRule.ANY: 1, SignRule.AT_LEAST: sign.need, SignRule.MAJORITY: eligible.bit_count() // 2 + 1}[sign.rule]
    yield Group(sign.step_no, sign.sign_no, eligible, count, sign.independent)


def assign(route: RouteNeeds, able: int, coalition: int) -> tuple[int, ...] | None:
    """Return who signs in each group of *route* (masks), or None where it cannot be completed.

    Exactly as many as needed sign. Incompatible steps share no signer; at least `route.least` distinct persons sign.
    Exact: groups of incompatible steps by search over classes of interchangeable persons, the others by matching.
    """
    pools = [g.eligible & (coalition if g.independent else able) for g in route.groups]
    if not pools or any(p.bit_count() < g.count for p, g in zip(pools, route.groups, strict=True)):
        return None
    hostile = route.hostile()
    bound = [i for i, g in enumerate(route.groups) if g.step_no in hostile]
    if not bound:
        return _fill(route, pools, [0] * len(pools))
    bound.sort(key=lambda i: pools[i].bit_count())
    return _search(_Bound(route, pools, hostile, tuple(bound)), 0, [0] * len(pools), {})


@dataclass(frozen=True)
class _Bound:
    route: RouteNeeds
    pools: list[int]
    hostile: dict[int, frozenset[int]]
    order: tuple[int, ...]


def _search(task: _Bound, depth: int, chosen: list[int], at: dict[int, int]) -> tuple[int, ...] | None:
    """Choose signers for the groups of incompatible steps one after the other; *at* holds the signers per step."""
    if depth == len(task.order):
        return _fill(task.route, task.pools, chosen)
    index = task.order[depth]
    group = task.route.groups[index]
    barred = 0
    for step in task.hostile[group.step_no]:
        barred |= at.get(step, 0)
    for mask in _choices(task, task.pools[index] & ~barred, group.count, at):
        chosen[index] = mask
        here = {**at, group.step_no: at.get(group.step_no, 0) | mask}
        found = _search(task, depth + 1, chosen, here)
        if found is not None:
            return found
    chosen[index] = 0
    return None


def _choices(task: _Bound, pool: int, count: int, at: dict[int, int]) -> Iterator[int]:
    """Give one choice of *count* persons for every way to spread them over interchangeable ones."""
    kinds: dict[tuple[object, ...], list[int]] = {}
    for bit in bits(pool):
        key = (tuple(bool(p & bit) for p in task.pools), tuple(sorted(s for s, mask in at.items() if mask & bit)))
        kinds.setdefault(key, []).append(bit)
    yield from _spread(list(kinds.values()), count)


def _spread(kinds: list[list[int]], count: int) -> Iterator[int]:
    if not kinds:
        if count == 0:
            yield 0
        return
    for taken in range(min(count, len(kinds[0])), -1, -1):
        for rest in _spread(kinds[1:], count - taken):
            yield sum(kinds[0][:taken]) | rest


def _fill(route: RouteNeeds, pools: list[int], chosen: list[int]) -> tuple[int, ...] | None:
    """Fill the groups not yet *chosen* with as many different persons as the route asks for; None if it asks too much."""
    used = 0
    for mask in chosen:
        used |= mask
    free = [i for i, mask in enumerate(chosen) if not mask]
    matched = _match(route, pools, free, used)
    total = used
    for mask in matched.values():
        total |= mask
    if total.bit_count() < route.least:
        return None
    return tuple(chosen[i] or _top_up(matched.get(i, 0), pools[i], route.groups[i].count)
                 for i in range(len(pools)))


def _top_up(mask: int, pool: int, count: int) -> int:
    for bit in bits(pool & ~mask):
        if mask.bit_count() == count:
            break
        mask |= bit
    return mask


def _match(route: RouteNeeds, pools: list[int], free: list[int], used: int) -> dict[int, int]:
    """Match persons not in *used* to free seats until `route.least` is reached: augmenting paths (Kuhn 1955)."""
    holder: dict[tuple[int, int], int] = {}
    seats = [(i, n) for i in free for n in range(route.groups[i].count)]
    needed = route.least - used.bit_count()
    for seat in seats:
        if len(holder) >= needed:
            break
        _augment(seat, pools, used, holder, set())
    matched: dict[int, int] = {}
    for (i, _), bit in holder.items():
        matched[i] = matched.get(i, 0) | bit
    return matched


def _augment(seat: tuple[int, int], pools: list[int], used: int, holder: dict[tuple[int, int], int],
             seen: set[int]) -> bool:
    sitting = {bit: at for at, bit in holder.items()}
    for bit in bits(pools[seat[0]] & ~used):
        if bit in seen:
            continue
        seen.add(bit)
        if bit not in sitting or _augment(sitting[bit], pools, used, holder, seen):
            holder[seat] = bit
            return True
    return False


def bits(mask: int) -> Iterator[int]:
    """Give the set bits of *mask*, lowest first, each as a mask."""
    while mask:
        low = mask & -mask
        yield low
        mask ^= low
