"""A witness that shares no code with the product: thresholds by trying all coalitions, straight from the definitions."""

from __future__ import annotations

from itertools import combinations, product
from types import SimpleNamespace

import pandas as pd
import pytest

from fangkong_lab.examples.county import synthetic_county

VACANT, NEWCOMER = "空缺", "新人"
CHECKS = {"审核", "会签", "监督", "验收"}


class Witness:
    """Reads the frames of a county on one day and tries every coalition."""

    def __init__(self, tables, day):
        self.tables, self.day = tables, pd.Timestamp(day)
        held = tables["occupancies"]
        now = held[(held.start <= self.day) & (held.end.isna() | (held.end > self.day))]
        self.holders = now.groupby("post_id").person_id.agg(set).to_dict()
        self.people = set(tables["persons"].person_id)
        posts = tables["posts"].set_index("post_id")
        self.boss = {p: b for p, b in posts.reports_to.items() if pd.notna(b)}
        self.unit = posts.unit_id.to_dict()
        self.outside = {p for p, out in posts.external.items() if pd.notna(out) and bool(out)}
        self.changes = tables.get("influences")
        self.items = tables["power_items"].set_index("item_id")
        self.titles = {(u, t): p for p, u, t in zip(posts.index, posts.unit_id, posts.title, strict=True)}
        self.steps = dict(tuple(tables["steps"].groupby("flow_id")))
        self.signs = dict(tuple(tables["sign_offs"].groupby("flow_id")))
        bad = tables.get("incompatible_steps")
        self.apart = {f: list(zip(g.step_a, g.step_b, strict=True)) for f, g in bad.groupby("flow_id")} if bad is not None else {}
        self.links = self._links()
        self.world = World(self.holders, self.links)

    def _links(self):
        found = set()
        for post, boss in self.boss.items():
            while boss and self.holders.get(boss) == {VACANT}:
                boss = self.boss.get(boss)
            if boss and self.unit[boss] == self.unit[post] and post not in self.outside:
                found.add((boss, post))
        if self.changes is not None:
            for row in self.changes.itertuples():
                (found.add if row.works else found.discard)((row.from_post, row.to_post))
        return found

    def chart(self, item_id):
        """Return (fewest persons, sign-offs as dicts, routes, pairs of incompatible steps); None: nothing drawn."""
        item = self.items.loc[item_id]
        fewest = int(item.min_persons)
        if pd.notna(item.flow_id):
            steps, signs = self.steps[item.flow_id], self.signs[item.flow_id]
            about = {s.step_no: s for s in steps.itertuples()}
            rows = [{"key": (int(key[0]), int(key[1])), "posts": tuple(g.post_id), "rule": g.rule.iloc[0], "need": g.need.iloc[0],
                     "independent": bool(g.independent.iloc[0]), "kind": about[key[0]].kind,
                     "routes": set(about[key[0]].route.split("、")) if pd.notna(about[key[0]].route) else None,
                     "statutory": bool(about[key[0]].statutory)}
                    for key, g in signs.groupby(["step_no", "sign_no"], sort=True)]
            named = {r for s in steps.itertuples() if pd.notna(s.route) for r in s.route.split("、")}
            last = {r: self._effect(steps, r) for r in (named or {None})}
            return SimpleNamespace(fewest=fewest, rows=rows, last=last, apart=self.apart.get(item.flow_id, []))
        if "simple_flow" not in item or pd.isna(item.simple_flow):
            return None
        posts = [self.titles[item.unit_id, t] for t in item.simple_flow.split(">")]
        rows = [{"key": (k, 1), "posts": (p,), "rule": "任一", "need": pd.NA, "independent": False, "routes": None,
                 "kind": "受理" if k == 1 else "决定" if k == len(posts) else "审核", "statutory": False}
                for k, p in enumerate(posts, 1)]
        return SimpleNamespace(fewest=fewest, rows=rows, last={None: 10**6}, apart=[])

    @staticmethod
    def _effect(steps, route):
        mine = [s for s in steps.itertuples() if pd.isna(s.route) or route in s.route.split("、")]
        for kind in ("支付", "执行"):
            if numbers := [s.step_no for s in mine if s.kind == kind]:
                return max(numbers)
        return 10**6

    def worlds(self, chart):
        """Return every completion of the unknown posts that the chart names."""
        unknown = sorted({p for r in chart.rows for p in r["posts"] if p not in self.holders})
        if not unknown:
            return [self.world]
        unit = self.unit[unknown[0]]
        local = {p: who for p, who in self.holders.items() if self.unit[p] == unit}
        links = {(a, b) for a, b in self.links if self.unit[a] == unit == self.unit[b]}
        # Nobody of another unit has a link into this one: one stranger stands for them all, as the newcomer does.
        candidates = [*sorted(set().union(*local.values()) - {VACANT}), NEWCOMER]
        return [World(local | {p: {who} for p, who in zip(unknown, people, strict=True)}, links)
                for people in product(candidates, repeat=len(unknown))]

    def captures(self, chart, world, coalition, influence, skip=None):
        able = world.reach(coalition, influence)
        return any(self._route(chart, world.holders, set(coalition), able, r, skip) for r in chart.last)

    def _route(self, chart, holders, own, able, route, skip):
        rows = [r for r in chart.rows if r["key"][0] <= chart.last[route] and r["key"] != skip
                and (r["routes"] is None or route in r["routes"])]
        if not rows:
            return False
        options = []
        for row in rows:
            options.append(self._options(row, holders, own if row["independent"] else able))
            if not options[-1]:
                return False
        if not chart.apart and chart.fewest <= 1:
            return True
        return any(self._allowed(chart, rows, choice) for choice in product(*options))

    @staticmethod
    def _allowed(chart, rows, choice):
        by_step = {}
        for row, signers in zip(rows, choice, strict=True):
            by_step.setdefault(row["key"][0], set()).update(signers)
        apart = all(not by_step.get(a, set()) & by_step.get(b, set()) for a, b in chart.apart)
        return apart and len(set().union(*choice)) >= chart.fewest

    @staticmethod
    def _options(row, holders, willing):
        """Return the sets of persons, out of the willing, who could give the sign-off together."""
        eligible = set().union(*(holders.get(p, set()) for p in row["posts"])) - {VACANT}
        if row["rule"] == "全体":
            lists = [sorted((holders.get(p, set()) - {VACANT}) & willing) for p in row["posts"]]
            return [set(c) for c in product(*lists)]
        need = {"任一": 1, "过半": len(eligible) // 2 + 1}.get(row["rule"]) or int(row["need"])
        return [set(c) for c in combinations(sorted(eligible & willing), need)]

    def kappa_is(self, item_id, influence, low, high):
        """Say whether κ over all completions runs from *low* to *high*."""
        chart = self.chart(item_id)
        found = {self._kappa(chart, world, influence, high) for world in self.worlds(chart)}
        return min(found) == low and max(found) == high

    def _kappa(self, chart, world, influence, most):
        useful = world.useful(chart, influence)
        for size in range(1, most + 1):
            if any(self.captures(chart, world, c, influence) for c in combinations(useful, size)):
                return size
        return most + 1

    def idle(self, item_id):
        """Return the idle checks of the item: capture is compared with and without each, over all coalitions."""
        chart = self.chart(item_id)
        return [r["key"] for r in chart.rows if r["kind"] in CHECKS and not r["statutory"] and self._before(chart, r)
                and all(self._same(chart, world, r["key"]) for world in self.worlds(chart))]

    @staticmethod
    def _before(chart, row):
        routes = row["routes"] or set(chart.last)
        return any(row["key"][0] <= chart.last[r] for r in routes)

    def _same(self, chart, world, skip):
        return all(self.captures(chart, world, c, influence) == self.captures(chart, world, c, influence, skip)
                   for influence in ("none", "full") for useful in [world.useful(chart, influence)]
                   for size in range(len(useful) + 1) for c in combinations(useful, size))


class World:
    """Who holds which post in one completion, and whom each person reaches."""

    def __init__(self, holders, links):
        self.holders, self.links, self.reached = holders, links, {}
        self.everyone = sorted(set().union(*holders.values()) - {VACANT})

    def useful(self, chart, influence):
        """Return the persons who can bring about at least one signature on the chart."""
        names = {x for r in chart.rows for p in r["posts"] for x in self.holders.get(p, set())} - {VACANT}
        return [x for x in self.everyone if self.reach({x}, influence) & names]

    def reach(self, coalition, influence):
        """Return the coalition with everyone it reaches; influence: none, direct, full. Reaches add up over persons."""
        if influence == "none":
            return set(coalition)
        for x in coalition:
            if (influence, x) not in self.reached:
                self.reached[influence, x] = self._reach({x}, influence)
        return set().union(*(self.reached[influence, x] for x in coalition))

    def _reach(self, reached, influence):
        while True:
            more = {x for up, low in self.links if self.holders.get(up, set()) & reached
                    for x in self.holders.get(low, set())} - {VACANT}
            if more <= reached or influence == "direct":
                return reached | more
            reached = reached | more


@pytest.fixture(scope="session")
def witness_of():
    return Witness


@pytest.fixture(scope="session")
def county():
    return synthetic_county()
