"""Speed of the simulation, and of the same model in vectorised numpy and in Mesa.

    .venv-bench/bin/python benchmarks/simulation.py [--replications 1000] [--workers 2] [--nation 20] [--no-mesa]

Prints one JSON line: person-months a second by wall clock and by CPU time (goal: 3·10⁸ on two cores), nanoseconds of CPU
per person and replication, of one policy and of each of the four shipped ones run together, peak memory for few and many
replications (goal: the same), the ratio to numpy and to Mesa (goals: 20, 1,000), and the nation: 8 million persons × 60
months (goal for 20 replications: two minutes; ``--nation 0`` leaves it out). All of it takes about two minutes on two
cores that do nothing else. CPU time is the fairer measure on a machine that does.

The peers are the county model stepped by months: the same hazards, channels, delays, rumours, cycle, levels, unit and person
ledgers, deterrence, office hours. They leave out appeals, clearing and 容错, which is in their favour. Their conduct and
warnings are held against ours (the step of a month, and calendar years, cost them a few per cent).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from fangkong_lab.simulate.catalogue import scenario_path
from fangkong_lab.simulate.figures import PLACE, Figure
from fangkong_lab.simulate.model import Block, Model, model_of, run_rows
from fangkong_lab.simulate.read_scenario import load_scenario
from fangkong_lab.simulate.runner import run
from fangkong_lab.simulate.scenario import Crowd, Scenario

NATION = ((5, 320_000), (12, 240_000), (25, 96_000), (50, 16_000), (80, 4_000), (100, 3_200))
QUIET = {"after.appealed": 0.0, "after.cleared": 0.0, "after.exempted": 0.0}


def scenario_of(arms: int = 1) -> Scenario:
    """The shipped scenario with its first policies only."""
    made = load_scenario(scenario_path("twelve_points"))
    return replace(made, arms=made.arms[:arms], grid=None)


def ns_of(model: Model, replications: int = 50) -> float:
    """Nanoseconds of CPU per person, replication and policy: the least of five runs."""
    cpu = min(timed(lambda: run_rows(model, Block(0, replications)))[1] for _ in range(5))
    return round(cpu * 1e9 / (replications * model.world.persons * len(model.scenario.arms)), 1)


def timed(job: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and by CPU time."""
    wall, cpu = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - wall, time.process_time() - cpu


class Terms:
    """The scenario's numbers, as a peer would write them down."""

    def __init__(self, model: Model) -> None:
        scenario, plan = model.scenario, model.plan.record[0]
        months = scenario.days / scenario.months
        self.months = scenario.months
        self.persons, self.units = model.world.persons, model.world.units
        self.unit_of = np.repeat(np.arange(self.units), model.world.sizes())
        kind = model.world.kind
        kinds, channels = int(plan["kinds"]), int(plan["channels"])
        share = plan["marks"][:, kinds - 1]
        long = model.plan.long_from < scenario.days // 2
        self.conduct = plan["bound"][kind] * share[kind] * months * plan["ease"][long.astype(int)]
        self.rumour = plan["bound"][kind] * (1 - share[kind]) * months
        self.mix = plan["alleged"][:kinds]
        self.finds, self.sole = plan["finds"][:, :channels], (kind >> 1) & 1
        value = [c.label for c in scenario.channels]
        self.delay = np.array([scenario.value(f"detection.{c}.days") for c in value]) / months
        self.verify = np.array([scenario.value(f"detection.{c}.verify_days") for c in value]) / months
        self.upheld, self.wrongly = plan["upheld"][:channels], plan["wrongly"][:channels]
        false = np.array([scenario.value(f"detection.{c}.unfounded") for c in value])
        self.false = np.cumsum(false / false.sum())
        self.hours = plan["effort"][:channels] / 60
        book = model.books[0]
        self.points = book["points"][0, :kinds, 0] / 1e6
        self.limits = book["limits"][0, :3] / 1e6
        self.deters, self.near, self.spent = book["deters"][:3], book["colleagues"][:3], book["minutes"][:3] / 60
        self.fade = 0.5 ** (1 / scenario.value("conduct.half_life"))


def numpy_model(terms: Terms, seed: int) -> tuple[int, int, float]:
    """One replication by months, all persons at once; work beyond the hazard is done for events only."""
    rng = np.random.default_rng(seed)
    awe, awe_unit = np.zeros(terms.persons), np.zeros(terms.units)
    score, score_unit = np.zeros(terms.persons), np.zeros(terms.units)
    calendar: list[list[tuple[np.ndarray, ...]]] = [[] for _ in range(terms.months)]
    conduct, warnings, hours = 0, 0, 0.0
    for month in range(terms.months):
        awe *= terms.fade
        awe_unit *= terms.fade
        if month % 12 == 0:
            score[:] = 0.0
            score_unit[:] = 0.0
        chance = terms.conduct * (1 - awe) * (1 - awe_unit)[terms.unit_of]
        dice = rng.random(terms.persons)
        acts, talks = np.flatnonzero(dice < chance), np.flatnonzero(dice > 1 - terms.rumour)
        conduct += len(acts)
        hours += _report(terms, rng, month, acts, calendar) + _gossip(terms, rng, month, talks, calendar)
        for who, points, year in calendar[month]:
            inside = year == month // 12
            who, points = who[inside], points[inside]
            for state, ledger, place in ((score, awe, who), (score_unit, awe_unit, terms.unit_of[who])):
                before = np.searchsorted(terms.limits, state[place], side="right")
                np.add.at(state, place, points)
                after = np.searchsorted(terms.limits, np.minimum(state[place], 12.0), side="right")
                rose = after > before
                subject, first = np.unique(place[rose], return_index=True)
                level = after[rose][first] - 1
                warnings += len(subject)
                hours += terms.spent[level].sum()
                ledger[subject] += (1 - ledger[subject]) * terms.deters[level]
                if ledger is awe:
                    near = terms.deters[level] * terms.near[level]
                    np.multiply.at(awe_unit, terms.unit_of[subject], 1 - near)
                    np.add.at(awe_unit, terms.unit_of[subject], near)
    return conduct, warnings, hours


def _report(terms: Terms, rng: np.random.Generator, month: int, who: np.ndarray, calendar: list) -> float:
    finds = rng.random((len(who), len(terms.delay))) < terms.finds[terms.sole[who]]
    delay = np.where(finds, rng.exponential(terms.delay, finds.shape), np.inf)
    channel = delay.argmin(axis=1)
    known = month + rng.random(len(who)) + delay[np.arange(len(who)), channel]
    seen = known < terms.months
    verified = known + rng.exponential(terms.verify[channel])
    good = (verified < terms.months) & (rng.random(len(who)) < terms.upheld[channel])
    kind = np.searchsorted(terms.mix, rng.random(len(who)), side="right")
    _put(calendar, verified[good], who[good], terms.points[kind[good]], month)
    return float(terms.hours[channel[seen]].sum())


def _gossip(terms: Terms, rng: np.random.Generator, month: int, who: np.ndarray, calendar: list) -> float:
    channel = np.searchsorted(terms.false, rng.random(len(who)), side="right")
    verified = month + rng.random(len(who)) + rng.exponential(terms.verify[channel])
    good = (verified < terms.months) & (rng.random(len(who)) < terms.wrongly[channel])
    kind = np.searchsorted(terms.mix, rng.random(len(who)), side="right")
    _put(calendar, verified[good], who[good], terms.points[kind[good]], month)
    return float(terms.hours[channel].sum())


def _put(calendar: list, verified: np.ndarray, who: np.ndarray, points: np.ndarray, month: int) -> None:
    due = verified.astype(int)
    order = np.argsort(due, kind="stable")
    for each, start in zip(*np.unique(due[order], return_index=True), strict=True):
        part = order[start:start + np.count_nonzero(due == each)]
        calendar[each].append((who[part], points[part], np.full(len(part), month // 12)))


def mesa_model(terms: Terms, persons: int, months: int) -> float:
    """Seconds of *persons* agents × *months* steps in Mesa, the same steps one agent at a time."""
    import mesa

    class Office(mesa.Model):
        def __init__(self) -> None:
            super().__init__(rng=1)
            self.month, self.warnings, self.hours = 0, 0, 0.0
            self.awe = [0.0] * terms.units
            self.unit_score = [0.0] * terms.units
            for who in range(persons):
                Official(self, who)

        def step(self) -> None:
            for unit in range(terms.units):
                self.awe[unit] *= terms.fade
                if self.month % 12 == 0:
                    self.unit_score[unit] = 0.0
            self.agents.shuffle_do("step")
            self.month += 1

    class Official(mesa.Agent):
        def __init__(self, model: Office, who: int) -> None:
            super().__init__(model)
            self.unit = int(terms.unit_of[who])
            self.conduct, self.rumour = float(terms.conduct[who]), float(terms.rumour[who])
            self.finds = terms.finds[terms.sole[who]].tolist()
            self.awe, self.score, self.pending = 0.0, 0.0, []

        def step(self) -> None:
            month, toss = self.model.month, self.random.random
            self.awe *= terms.fade
            if month % 12 == 0:
                self.score = 0.0
            if toss() < self.conduct * (1 - self.awe) * (1 - self.model.awe[self.unit]):
                found = [(self.random.expovariate(1 / terms.delay[c]), c) for c in range(len(self.finds)) if toss() < self.finds[c]]
                if found:
                    delay, channel = min(found)
                    self.model.hours += terms.hours[channel]
                    self.enter(month + delay, channel, terms.upheld[channel])
            if toss() < self.rumour:
                channel = int(np.searchsorted(terms.false, toss(), side="right"))
                self.model.hours += terms.hours[channel]
                self.enter(month, channel, terms.wrongly[channel])
            due = [p for p in self.pending if p[0] <= month]
            if due:
                self.pending = [p for p in self.pending if p[0] > month]
                for _, year, points in due:
                    if year == month // 12:
                        self.charge(points)

        def enter(self, known: float, channel: int, chance: float) -> None:
            verified = known + self.random.expovariate(1 / terms.verify[channel])
            if self.random.random() < chance:
                kind = int(np.searchsorted(terms.mix, self.random.random(), side="right"))
                self.pending.append((int(verified), self.model.month // 12, float(terms.points[kind])))

        def charge(self, points: float) -> None:
            for own in (True, False):
                held = self.score if own else self.model.unit_score[self.unit]
                before = sum(held >= limit for limit in terms.limits)
                after = sum(min(held + points, 12.0) >= limit for limit in terms.limits)
                if own:
                    self.score = held + points
                else:
                    self.model.unit_score[self.unit] = held + points
                if after > before:
                    self.model.warnings += 1
                    self.model.hours += terms.spent[after - 1]
                    if own:
                        self.awe += (1 - self.awe) * terms.deters[after - 1]
                    else:
                        self.model.awe[self.unit] += (1 - self.model.awe[self.unit]) * terms.deters[after - 1]

    office = Office()
    start = time.process_time()
    for _ in range(months):
        office.step()
    return time.process_time() - start


def memory_of(replications: int) -> float:
    """Peak memory in MB of a fresh process that runs *replications*."""
    code = ("import resource, sys; sys.path.insert(0, 'benchmarks'); import simulation as s; m = s.model_of(s.scenario_of());"
            f"s.run(m, {replications}, 2); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    return float(done.stdout.split()[-1])


def nation(replications: int, workers: int) -> dict[str, float]:
    """Eight million persons."""
    scenario = scenario_of()
    scenario = replace(scenario, world=replace(scenario.world, crowds=tuple(Crowd(p, u) for p, u in NATION)))
    start = time.perf_counter()
    model = model_of(scenario)
    built = time.perf_counter() - start
    wall, cpu = timed(lambda: run(model, replications, workers))
    return {"persons": model.world.persons, "units": model.world.units, "replications": replications, "build_s": round(built, 2),
            "wall_s": round(wall, 1), "cpu_s": round(cpu, 1), "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def peers(model: Model, ours: float, with_mesa: bool) -> dict[str, float]:
    """Person-months per CPU second of the peers, and how often ours is faster."""
    quiet = model.with_scenario(model.scenario.with_values(QUIET))
    rows, terms = run_rows(quiet, Block(0, 20))[0], Terms(quiet)
    numpy_model(terms, 0)
    found: list[tuple[int, int, float]] = []
    cpu = timed(lambda: found.extend(numpy_model(terms, seed) for seed in range(1, 11)))[1]
    rate = model.world.persons * model.scenario.months * 10 / cpu
    warned = rows[:, PLACE[Figure.PERSON_WARNINGS]] + rows[:, PLACE[Figure.UNIT_WARNINGS]]
    made = {"numpy_pm_per_cpu_s": rate, "times_numpy": ours / rate,
            "conduct": [rows[:, PLACE[Figure.CONDUCT]].mean(), np.mean([f[0] for f in found])],
            "warnings": [warned.mean(), np.mean([f[1] for f in found])]}
    if with_mesa:
        slow = terms.persons * 36 / mesa_model(terms, terms.persons, 36)
        made |= {"mesa_pm_per_cpu_s": slow, "times_mesa": ours / slow}
    return made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--nation", type=int, default=20)
    parser.add_argument("--no-mesa", action="store_true")
    args = parser.parse_args()
    model = model_of(scenario_of())
    first = timed(lambda: run_rows(model, Block(0, 1)))[0]
    wall, cpu = timed(lambda: run(model, args.replications, args.workers))
    work = model.world.persons * model.scenario.months * args.replications
    made: dict[str, object] = {"first_call_s": round(first, 1), "wall_s": round(wall, 2), "cpu_s": round(cpu, 2),
                               "ns_per_person_replication": ns_of(model), "ns_each_of_four_policies": ns_of(model_of(scenario_of(4))),
                               "pm_per_s": work / wall, "pm_per_cpu_s": work / cpu,
                               "memory_mb": {n: round(memory_of(n)) for n in (50, args.replications)}}
    beside = peers(model, work / cpu, not args.no_mesa)
    # The peers run on one core; "machine" is our wall clock on all workers against theirs.
    made |= beside | {f"machine_{name}": work / wall / beside[peer] for name, peer in
                      (("times_numpy", "numpy_pm_per_cpu_s"), ("times_mesa", "mesa_pm_per_cpu_s")) if peer in beside}
    if args.nation:
        made["nation"] = nation(args.nation, args.workers)
    print(json.dumps(made, ensure_ascii=False))


if __name__ == "__main__":
    main()
