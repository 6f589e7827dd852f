"""Brute force, written from the definitions of docs/design.md §4 and sharing no code with the package.

Every completion, every coalition, every assignment of signers is tried. Slow and plain on purpose: this file is the
witness that the fast code is tried against, so it must be possible to read it beside the definitions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import combinations, permutations, product
from math import factorial

import pandas as pd

CHECKS = ("审核", "会签", "监督", "验收")


def brute(tables: dict[str, pd.DataFrame], day: date, influence: str = "direct", target: int = 2,
          shares: bool = False) -> dict[str, dict[str, object]]:
    """Return per item_id the quantities of the JSON document (texts apart)."""
    world = World(tables, day)
    return {str(row["item_id"]): _item(world, row, influence, target, shares)
            for row in records(tables, "power_items")}


def records(tables: dict[str, pd.DataFrame], name: str) -> list[dict[str, object]]:
    """Return a table as dicts with None where a cell is empty or the column is missing."""
    frame = tables.get(name)
    if frame is None:
        return []
    return [{k: (None if pd.isna(v) else v) for k, v in row.items()} for row in frame.to_dict("records")]


class World:
    """Who holds which post on the day, what is empty, what is unknown, and the links."""

    def __init__(self, tables: dict[str, pd.DataFrame], day: date) -> None:
        self.tables = tables
        self.posts = {r["post_id"]: r for r in records(tables, "posts")}
        stamp = pd.Timestamp(day)
        covering = [r for r in records(tables, "occupancies")
                    if r["start"] <= stamp and (r["end"] is None or stamp < r["end"])]
        self.holders = {p: {r["person_id"] for r in covering if r["post_id"] == p and r["person_id"] != "空缺"}
                        for p in self.posts}
        self.empty = {p for p in self.posts if not self.holders[p]
                      and any(r["post_id"] == p and r["person_id"] == "空缺" for r in covering)}
        self.unknown = sorted(p for p in self.posts if not self.holders[p] and p not in self.empty)
        self.known = sorted({x for held in self.holders.values() for x in held})
        self.links = self._links()

    def _links(self) -> set[tuple[str, str]]:
        links = set()
        for post, row in self.posts.items():
            if row.get("external"):
                continue
            above, seen = row.get("reports_to"), {post}  # nobody is his own superior, even in a ring
            while above is not None and above not in seen and self.posts[above]["unit_id"] == row["unit_id"]:
                if above not in self.empty:
                    links.add((above, post))
                    break
                seen.add(above)
                above = self.posts[above].get("reports_to")
        for row in records(self.tables, "influences"):
            pair = (row["from_post"], row["to_post"])
            links = links | {pair} if row["works"] else links - {pair}
        return links

    def completions(self) -> Iterator[dict[str, set[str]]]:
        """Give each unknown post one holder: a known person, or a new one that may hold several."""
        def fill(i: int, chosen: tuple[str, ...], fresh: int) -> Iterator[tuple[str, ...]]:
            if i == len(self.unknown):
                yield chosen
                return
            for person in self.known + [f"new{j}" for j in range(fresh + 1)]:
                yield from fill(i + 1, (*chosen, person), fresh + (person == f"new{fresh}"))
        for choice in fill(0, (), 0):
            yield {**self.holders, **{p: {x} for p, x in zip(self.unknown, choice, strict=True)}}

    def reach(self, coalition: frozenset[str], influence: str, held: dict[str, set[str]]) -> frozenset[str]:
        """The coalition and everyone it reaches."""
        if influence == "none":
            return coalition
        if influence == "full":
            everyone: frozenset[str] = coalition
            while True:
                more = everyone.union(*(held[q] for p, q in self.links if held[p] & everyone), frozenset())
                if more == everyone:
                    return everyone
                everyone = more
        at = {p for p in held if held[p] & coalition}
        reached: set[str] = set()
        for _ in range(1 if influence == "direct" else int(influence)):
            at = {q for p, q in self.links if p in at and held[p]}
            reached |= at
        return coalition.union(*(held[p] for p in reached), frozenset())


SignOff = tuple[int, int, str, int, bool, tuple[str, ...]]  # step, sign, rule, need, independent, posts


def _flow_of(world: World, item: dict[str, object]) -> tuple[list[dict], list[SignOff], list[tuple[int, int]]] | None:
    """Steps, sign-offs and incompatible pairs of an item; None where it has no usable flow."""
    flow = item.get("flow_id")
    if flow is not None:
        steps = [r for r in records(world.tables, "steps") if r["flow_id"] == flow]
        rows = [r for r in records(world.tables, "sign_offs") if r["flow_id"] == flow]
        pairs = [(r["step_a"], r["step_b"]) for r in records(world.tables, "incompatible_steps")
                 if r["flow_id"] == flow]
        keys = sorted({(r["step_no"], r["sign_no"]) for r in rows})
        signs = []
        for step, sign in keys:
            mine = [r for r in rows if (r["step_no"], r["sign_no"]) == (step, sign)]
            signs.append((int(step), int(sign), mine[0]["rule"] or "任一", int(mine[0]["need"] or 0),
                          bool(mine[0]["independent"]), tuple(r["post_id"] for r in mine)))
        return (steps, signs, pairs) if signs else None
    if item.get("simple_flow") is None:
        return None
    titles = str(item["simple_flow"]).split(">")
    steps, signs = [], []
    for i, title in enumerate(titles, start=1):
        kind = "决定" if i == len(titles) else "受理" if i == 1 else "审核"
        posts = tuple(p for p, r in world.posts.items() if r["unit_id"] == item["unit_id"] and r["title"] == title)
        steps.append({"step_no": i, "kind": kind, "route": None, "statutory": None})
        signs.append((i, 1, "任一", 0, False, posts))
        if not posts:
            return None
    return steps, signs, []


def _listed_rows(world: World, item: dict[str, object]) -> tuple[list[dict], list[SignOff]]:
    """Steps and sign-offs as far as there are any, for an item whose flow cannot be used."""
    flow = item.get("flow_id")
    if flow is not None:
        return [r for r in records(world.tables, "steps") if r["flow_id"] == flow], []
    steps, signs = [], []
    for i, title in enumerate(str(item["simple_flow"]).split(">") if item.get("simple_flow") else [], start=1):
        posts = tuple(p for p, r in world.posts.items() if r["unit_id"] == item["unit_id"] and r["title"] == title)
        steps.append({"step_no": i})
        signs.append((i, 1, "任一", 0, False, posts))
    return steps, signs


def listed(world: World, flow: tuple) -> dict[str, object]:
    """Steps that ask for no signature, and unknown posts that a sign-off lists."""
    signed = {s[0] for s in flow[1]}
    return {"unsigned_steps": sorted(int(s["step_no"]) for s in flow[0] if s["step_no"] not in signed),
            "unknown_posts": sorted({p for s in flow[1] for p in s[5] if p in world.unknown})}


def _routes(steps: list[dict]) -> list[list[dict]]:
    names = sorted({n for s in steps if s.get("route") for n in s["route"].split("、")})
    if not names:
        return [steps]
    return [[s for s in steps if not s.get("route") or name in s["route"].split("、")] for name in names]


def _effect(route: list[dict]) -> float:
    """The step_no after which sign-offs on this route come after effect."""
    for kind in ("支付", "执行"):
        numbers = [s["step_no"] for s in route if s["kind"] == kind]
        if numbers:
            return max(numbers)
    return float("inf")


class Game:
    """One item, one completion: which groups of signers complete it."""

    def __init__(self, flow: tuple, held: dict[str, set[str]], least: int, whole: bool,
                 without: tuple[int, int] | None = None) -> None:
        steps, signs, self.pairs = flow
        self.held, self.least = held, least
        self.routes = []
        for route in _routes(steps):
            numbers = {s["step_no"] for s in route}
            end = float("inf") if whole else _effect(route)
            self.routes.append([s for s in signs if s[0] in numbers and s[0] <= end and (s[0], s[1]) != without])
        self.completes = lru_cache(maxsize=None)(self._completes)

    def _signer_sets(self, sign: SignOff, pool: frozenset[str]) -> list[frozenset[str]]:
        _, _, rule, need, _, posts = sign
        eligible = set().union(*(self.held[p] for p in posts))
        if rule == "全体":
            return [frozenset(c) for c in product(*(sorted(self.held[p] & pool) for p in posts))]
        count = {"任一": 1, "至少": need, "过半": len(eligible) // 2 + 1}[rule]
        return [frozenset(c) for c in combinations(sorted(eligible & pool), count)]

    def _completes(self, able: frozenset[str], coalition: frozenset[str]) -> bool:
        for route in self.routes:
            options = [self._signer_sets(s, coalition if s[4] else able) for s in route]
            for choice in product(*options):
                if len(frozenset().union(*choice)) < self.least:
                    continue
                at: dict[int, set[str]] = {}
                for sign, signers in zip(route, choice, strict=True):
                    at.setdefault(sign[0], set()).update(signers)
                if all(not (at.get(a, set()) & at.get(b, set())) for a, b in self.pairs):
                    return True
        return False


def subsets(people: list[str]) -> list[frozenset[str]]:
    """All subsets, smallest first."""
    return [frozenset(c) for k in range(len(people) + 1) for c in combinations(people, k)]


def _captures(world: World, game: Game, held: dict[str, set[str]], influence: str,
              people: list[str]) -> set[frozenset[str]]:
    return {s for s in subsets(people) if game.completes(world.reach(s, influence, held), s)}


def _interval(values: list[int]) -> list[int] | None:
    return [min(values), max(values)] if values else None


def _item(world: World, item: dict[str, object], influence: str, target: int, shares: bool) -> dict[str, object]:
    flow = _flow_of(world, item)
    if flow is None:
        return {"kappa": None, "kappa_whole": None, "eta": None, "status": "cannot_tell", "sole_controllers": [],
                "possible_sole_controllers": [], "smallest_coalitions": [], "truncated": False, "idle_checks": [],
                "after_effect": [], "may_be_impossible": False, "exact": True,
                **listed(world, _listed_rows(world, item))}
    least = int(item.get("min_persons") or 1)
    modes = list(dict.fromkeys(["none", "direct", "full", influence]))
    found = _Found(modes)
    for held in world.completions():
        people = sorted(set().union(*held.values(), frozenset()))
        found.add(world, flow, held, people, least)
        if shares:
            found.add_shares(Game(flow, held, least, False), people)
    return found.document(world, flow, influence, target)


class _Found:
    """What all completions say together."""

    def __init__(self, modes: list[str]) -> None:
        self.modes = modes
        self.kappa: dict[str, list[int]] = {m: [] for m in modes}
        self.whole: dict[str, list[int]] = {m: [] for m in modes}
        self.eta: list[int] = []
        self.impossible = False
        self.captures: dict[str, list[set[frozenset[str]]]] = {m: [] for m in modes}
        self.idle: set[tuple[int, int]] | None = None
        self.shares: list[dict[str, float]] = []

    def add(self, world: World, flow: tuple, held: dict[str, set[str]], people: list[str], least: int) -> None:
        game, whole = Game(flow, held, least, False), Game(flow, held, least, True)
        everyone = frozenset(people)
        wins = {m: _captures(world, game, held, m, people) for m in self.modes}
        for m in self.modes:
            self.captures[m].append(wins[m])
            if wins[m]:
                self.kappa[m].append(min(len(s) for s in wins[m]))
            whole_wins = _captures(world, whole, held, m, people)
            if whole_wins:
                self.whole[m].append(min(len(s) for s in whole_wins))
        if game.completes(everyone, everyone):
            self.eta.append(min(len(h) for h in subsets(people)
                                if not game.completes(everyone - h, everyone - h)))
        else:
            self.impossible = True
        self._add_idle(world, flow, held, people, least, wins)

    def _add_idle(self, world: World, flow: tuple, held: dict[str, set[str]], people: list[str], least: int,
                  wins: dict[str, set[frozenset[str]]]) -> None:
        idle = set()
        for step, sign in candidates(flow):
            less = Game(flow, held, least, False, without=(step, sign))
            if all(_captures(world, less, held, m, people) == wins[m] for m in ("none", "full")):
                idle.add((step, sign))
        self.idle = idle if self.idle is None else self.idle & idle

    def add_shares(self, game: Game, people: list[str]) -> None:
        everyone = frozenset(people)
        if not game.completes(everyone, everyone):
            return
        counts = dict.fromkeys(people, 0)
        for order in permutations(people):
            for i, person in enumerate(order):
                now = frozenset(order[:i + 1])
                if game.completes(now, now):
                    counts[person] += 1
                    break
        self.shares.append({p: c / factorial(len(people)) for p, c in counts.items()})

    def document(self, world: World, flow: tuple, influence: str, target: int) -> dict[str, object]:
        wins = self.captures[influence]
        always = set.intersection(*wins)
        known = [s for s in always if s <= set(world.known)]
        size = min((len(s) for s in known), default=0)
        smallest = sorted(sorted(s) for s in known if len(s) == size)
        kappa = {m: _interval(self.kappa[m]) for m in self.modes} if self.kappa["none"] else None
        return {
            "kappa": kappa,
            "kappa_whole": {m: _interval(self.whole[m]) for m in self.modes} if self.whole["none"] else None,
            "eta": _interval(self.eta),
            "may_be_impossible": self.impossible,
            "sole_controllers": [x for x in world.known if all(frozenset({x}) in w for w in wins)],
            "possible_sole_controllers": [x for x in world.known if any(frozenset({x}) in w for w in wins)],
            "smallest_coalitions": smallest[:100],
            "truncated": len(smallest) > 100,
            "exact": True,
            **listed(world, flow),
            "idle_checks": [list(c) for c in sorted(self.idle or ())],
            "after_effect": [list(c) for c in sorted(after_effect(flow))],
            "status": _status(kappa, influence, target),
            "shares": {x: [min(s.get(x, 0.0) for s in self.shares), max(s.get(x, 0.0) for s in self.shares)]
                       for x in world.known} if self.shares else None,
        }


def _status(kappa: dict[str, list[int] | None] | None, influence: str, target: int) -> str:
    if kappa is None:
        return "cannot_be_done"
    low, high = kappa[influence]  # type: ignore[misc]
    return "violated" if high < target else "satisfied" if low >= target else "cannot_tell"


def _before(flow: tuple) -> set[tuple[int, int]]:
    """Sign-offs that come before effect on at least one route."""
    steps, signs, _ = flow
    return {(s[0], s[1]) for route in _routes(steps) for s in signs
            if s[0] in {r["step_no"] for r in route} and s[0] <= _effect(route)}


def after_effect(flow: tuple) -> set[tuple[int, int]]:
    """Sign-offs that come after effect on every route that they are on."""
    return {(s[0], s[1]) for s in flow[1]} - _before(flow)


def candidates(flow: tuple) -> set[tuple[int, int]]:
    """Sign-offs that may be idle: of a checking step, before effect, not statutory."""
    steps, _, _ = flow
    checking = {s["step_no"] for s in steps if s["kind"] in CHECKS and not s.get("statutory")}
    return {c for c in _before(flow) if c[0] in checking}
