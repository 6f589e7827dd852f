"""The slow obvious reference: one SimPy process per person, report, appeal; real scoring of a real ledger every day.

Shares no code with the kernel: Philox in Python's integers, parameters straight from the scenario, states from
`fangkong_lab.policy.score`. The same addresses of random numbers, so that every figure must be equal.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd
import simpy

from fangkong_lab.dates import add_months
from fangkong_lab.policy.events import Standing
from fangkong_lab.policy.score import Scores, score
from fangkong_lab.policy.words import CycleKind
from fangkong_lab.simulate.rulebook import scored
from fangkong_lab.simulate.scenario import DAYS_A_MONTH, Arm, Scenario
from fangkong_lab.simulate.world import World


def words(seed: int, person: int, replication: int, purpose: int, k: int) -> list[int]:
    """Philox4x32-10 at one address."""
    digest = hashlib.sha256(f"simulate\x1f{seed}".encode()).digest()
    key = [int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")]
    c = [person, replication, purpose, k]
    for _ in range(10):
        left, right = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(right >> 32) ^ c[1] ^ key[0], right % 2**32, (left >> 32) ^ c[3] ^ key[1], left % 2**32]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return c


def unit(word: int) -> float:
    """One word as a number in (0, 1)."""
    return (word + 0.5) / 2**32


def wait(word: int, mean: float) -> int:
    """A geometric number of days with the given mean."""
    return 0 if mean == 0 else int(-math.log(unit(word)) / math.log1p(1 / mean))


@dataclass
class Awe:
    """Deterrence that fades."""

    amount: float = 0.0
    since: int = 0


@dataclass
class Unit:
    """One unit in one replication."""

    scenario: Scenario
    arm: Arm
    seed: int
    replication: int
    first: int
    kinds: list[int]
    tenure: list[int]
    figures: Counter = field(default_factory=Counter)
    months: Counter = field(default_factory=Counter)
    rows: list[dict] = field(default_factory=list)
    awe: dict = field(default_factory=dict)
    seen: set = field(default_factory=set)
    warned: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)
    began: dict = field(default_factory=dict)

    def value(self, address: str) -> float:
        """A parameter."""
        return self.scenario.value(address)

    def run(self) -> None:
        """Run the unit to the end."""
        self.env = simpy.Environment()
        self.policy = scored(self.arm)
        for who in range(len(self.kinds)):
            self.env.process(self.person(who))
        self.env.run(until=self.scenario.days + 0.5)

    def words(self, who: int, purpose: int, k: int) -> list[int]:
        """Random words of one of the unit's persons."""
        return words(self.seed, self.first + who, self.replication, purpose, k)

    def left(self, subject: object, day: int) -> float:
        """The share of conduct that deterrence leaves."""
        held = self.awe.get(subject, Awe())
        return 1 - held.amount * 2 ** (-(day - held.since) / (self.value("conduct.half_life") * DAYS_A_MONTH))

    def rates(self, kind: int) -> tuple[list[float], list[float]]:
        """Upper bounds per month: of each kind of conduct, of each channel's unfounded reports."""
        s, code = self.scenario, kind
        factor = self.value(f"conduct.grades.{s.grades[code // 4]}.rate")
        factor *= self.value("conduct.sole_rate") if code & 2 else 1
        factor *= self.value("conduct.leader_rate") if code & 1 else 1
        factor *= max(1, self.value("conduct.tenure_rate"))
        talk = self.value("conduct.leader_unfounded") if code & 1 else 1
        return ([self.value(f"conduct.kinds.{k.name}.rate") * factor for k in s.kinds],
                [self.value(f"detection.{c.label}.unfounded") * talk for c in s.channels])

    def person(self, who: int) -> Generator:
        """One person's candidate events."""
        own, false = self.rates(self.kinds[who])
        total, k = sum(own) + sum(false), 0
        while True:
            a, b, c, d = self.words(who, 0, k)
            gap = ((a >> 5) * 2**26 + (b >> 6) + 0.5) / 2**53
            yield self.env.timeout(-math.log(gap) / (total / DAYS_A_MONTH))
            if self.env.now >= self.scenario.days:
                return
            mark, cell, reached = unit(c), 0, 0.0
            for cell, rate in enumerate([*own, *false]):  # noqa: B007
                reached += rate / total
                if mark < reached:
                    break
            if cell < len(own):
                self.conduct(who, cell, k, unit(d))
            else:
                self.rumour(who, cell - len(own), k, unit(d))
            k += 1

    def conduct(self, who: int, kind: int, k: int, accept: float) -> None:
        """A candidate that may be conduct."""
        day = int(self.env.now)
        rate = self.value("conduct.tenure_rate")
        months = (self.value("conduct.long_tenure") - self.tenure[who]) * DAYS_A_MONTH
        ease = (rate if day >= math.ceil(months) else 1) / max(1, rate)
        if accept >= ease:
            return
        if accept >= ease * self.left(who, day) * self.left("unit", day):
            self.figures["deterred"] += 1
            return
        self.figures["conduct"] += 1
        self.began.setdefault(who, day)
        self.months["conduct", self.month(day)] += 1
        found = []
        for place, channel in enumerate(self.scenario.channels):
            a = self.words(who, 1 + place // 4, k)[place % 4]
            _, b, c, d = self.words(who, 8 + place, k)
            chance = self.value(f"detection.{channel.label}.finds")
            if self.kinds[who] & 2:
                chance = min(1, chance * self.value("conduct.sole_found"))
            if unit(a) < chance:
                found.append((day + wait(b, self.value(f"detection.{channel.label}.days")), place, c, d))
        if not found:
            return
        moment, place, c, d = min(found, key=lambda f: (f[0], f[1]))
        if moment >= self.scenario.days:
            return
        self.figures["found"] += 1
        self.receive(moment, place)
        label = self.scenario.channels[place].label
        verified = moment + wait(c, self.value(f"detection.{label}.verify_days"))
        if verified < self.scenario.days and unit(d) < self.value(f"detection.{label}.upheld"):
            self.figures["upheld"] += 1
            self.enter(who, kind, k, (day, verified, label == "自查", True))

    def rumour(self, who: int, place: int, k: int, alleged: float) -> None:
        """A report without foundation."""
        day, label = int(self.env.now), self.scenario.channels[place].label
        _, _, c, d = self.words(who, 8 + place, k)
        self.figures["reports_unfounded"] += 1
        self.receive(day, place)
        verified = day + wait(c, self.value(f"detection.{label}.verify_days"))
        if verified >= self.scenario.days or unit(d) >= self.value(f"detection.{label}.wrongly"):
            return
        self.figures["wrongly"] += 1
        rates = [self.value(f"conduct.kinds.{x.name}.rate") for x in self.scenario.kinds]
        kind = next(i for i in range(len(rates)) if alleged < sum(rates[:i + 1]) / sum(rates) or i == len(rates) - 1)
        self.enter(who, kind, k, (day, verified, False, False))

    def receive(self, day: int, place: int) -> None:
        """A report is handled."""
        self.months["reports", self.month(day)] += 1
        self.spend(day, f"detection.{self.scenario.channels[place].label}.hours")

    def month(self, day: int) -> int:
        """The month of a day."""
        on = self.scenario.start + timedelta(days=day)
        return (on.year - self.scenario.start.year) * 12 + on.month - self.scenario.start.month

    def spend(self, day: int, address: str) -> None:
        """Office time."""
        self.months["minutes", self.month(day)] += round(60 * self.value(address))

    def on(self, day: int) -> date:
        """A simulated day as a date."""
        return self.scenario.start + timedelta(days=day)

    def enter(self, who: int, kind: int, k: int, event: tuple[int, int, bool, bool]) -> None:
        """Enter an upheld event in the ledger, with all that will become of it."""
        day, verified, own, true = event
        a, b, c, d = self.words(who, 64, k)
        exempted = true and unit(b) < self.value("after.exempted")
        self.figures["exempted"] += exempted
        name = self.scenario.kinds[kind].name
        entered = {e.value for e in self.scenario.kinds[kind].entered}
        row = {"event_id": f"E{len(self.rows):05d}", "unit_id": "U", "person_id": f"P{who}" if "person" in entered else None,
               "warned_unit": "U" if "unit" in entered else None, "behaviour": self.arm.use.behaviours[name],
               "occurred": day, "verified": verified, "leader": bool(self.kinds[who] & 1), "self_reported": own and true,
               "concealed": true and unit(a) < self.value("after.concealed"), "exempted": exempted, "true": true,
               "appealed": None, "closed": None, "result": None, "points": None, "cleared": None, "answered": False}
        worth = self.worth(row)
        if worth <= 0:
            return
        if not true and unit(c) < self.value("after.cleared"):
            row["cleared"] = verified + wait(d, self.value("after.clearing_days"))
            self.figures["cleared"] += row["cleared"] < self.scenario.days
        self.appeal(who, k, row, worth)
        self.rows.append(row)
        for moment in (verified, row["closed"], row["cleared"]):
            if moment is not None and moment < self.scenario.days:
                self.env.process(self.judge(moment, row))

    def worth(self, row: dict) -> float:
        """What the event counts for by the rule, judged alone on the day it occurred."""
        alone = {**row, "verified": row["occurred"], "answered": False}
        scores = score(self.policy, {"warning_events": self.frame([alone], row["occurred"])}, self.on(row["occurred"]))
        return float(scores.points.micro[0]) / 1e6 if scores.entered()[0] else 0.0

    def appeal(self, who: int, k: int, row: dict, worth: float) -> None:
        """Perhaps an appeal."""
        a, b, c, d = self.words(who, 65, k)
        if unit(a) >= self.value("after.appealed"):
            return
        made = row["verified"] + wait(b, self.value("after.appeal_days"))
        if made >= self.scenario.days or (row["cleared"] is not None and made >= row["cleared"]):
            return
        row["appealed"], row["closed"], row["result"] = made, made + wait(c, self.value("after.closing_days")), "维持"
        revoked = self.value("after.revoked" if row["true"] else "after.revoked_untrue")
        if unit(d) < revoked:
            row["result"] = "撤销"
            self.figures["revoked"] += row["closed"] < self.scenario.days
        elif unit(d) < revoked + self.value("after.changed"):
            row["result"], row["points"] = "变更", round(worth * self.value("after.changed_to"), 3)
        self.figures["appeals"] += 1
        self.spend(made, "office.appeal")

    def frame(self, rows: list[dict], today: int) -> pd.DataFrame:
        """The ledger of warning events on a day."""
        made = pd.DataFrame(rows)
        for name, header in (("occurred", "occurred_on"), ("verified", "verified_on"), ("appealed", "appealed_on"),
                             ("closed", "appeal_closed_on")):
            made[header] = [pd.NaT if pd.isna(d) else pd.Timestamp(self.on(int(d))) for d in made[name]]
        made["clue_status"] = ["已澄清" if not pd.isna(c) and c <= today else "属实" for c in made["cleared"]]
        made["appeal_result"] = made["result"].astype(object)
        for name in ("leader", "self_reported", "concealed", "exempted"):
            made[name] = made[name].astype("boolean")
        made["points"] = made["points"].astype(float)
        return made

    def states(self, today: int, only_true: bool = False) -> dict[tuple[str, str], tuple[int, int, object]]:
        """(ledger, subject) → (level from the lowest, counted events, counted rows)."""
        rows = [r for r in self.rows if r["true"] or not only_true]
        if not rows or today < 0:
            return {}
        key = (today, only_true, len(self.rows))
        if key not in self.known:
            self.known[key] = self._states(rows, today)
        return self.known[key]

    def _states(self, rows: list[dict], today: int) -> dict[tuple[str, str], tuple[int, int, object]]:
        scores = score(self.policy, {"warning_events": self.frame(rows, today)}, self.on(today))
        names = ["", *(t.name for t in reversed(self.policy.scoring.thresholds))]
        found = {}
        for state in scores.states().to_dict("records"):
            kind = next(lk for lk in scores.ledgers if lk.charges.kind.value == state["kind"])
            place = kind.charges.subjects.index(state["subject"])
            own = kind.entries.subject == place
            current = kind.states.start[(kind.states.subject == place) & kind.states.now][0]
            mine = [(rows[e], c == current) for e, c, ok in zip(kind.entries.event[own], kind.entries.cycle[own],
                                                              kind.entries.counted[own], strict=True) if ok]
            judged = today if pd.isna(state["frozen_on"]) else (state["frozen_on"].date() - self.scenario.start).days
            mine += self.outside(rows, scores, kind.charges.of == place, judged)
            found[state["kind"], state["subject"]] = (names.index(state["level"]), int(state["warnings"]), mine)
        return found

    def outside(self, rows: list[dict], scores: Scores, own: object, judged: int) -> list[tuple[dict, bool]]:
        """Events known in time that lie before a rolling window: the scoring keeps no cycle for them."""
        if scores.rule.cycle.kind is not CycleKind.ROLLING:
            return []
        before = add_months(self.on(judged), -int(scores.rule.cycle.months.number(self.on(judged))))
        return [(row, False) for row, mine, micro, stands in zip(rows, own, scores.points.micro, scores.events.is_in(Standing.COUNTS),
                                                               strict=True)
                if mine and stands and micro > 0 and row["verified"] <= judged and self.on(row["occurred"]) <= before]

    def judge(self, day: int, row: dict) -> Generator:
        """At the end of a day on which something about an event became known."""
        yield self.env.timeout(day + 1 - self.env.now)
        now, before = self.states(day), self.states(day - 1)
        for kind, subject in (("person", row["person_id"]), ("unit", row["warned_unit"])):
            if subject is None or (kind, subject, day) in self.seen or kind not in {
                    each.value for each in self.policy.scoring.charge.ledgers}:
                continue
            self.seen.add((kind, subject, day))
            level, count, mine = now.get((kind, subject), (0, 0, []))
            old, past, _ = before.get((kind, subject), (0, 0, []))
            self.mark(kind, level, mine, day)
            if level > old:
                founded = self.states(day, only_true=True).get((kind, subject), (0, 0, []))[0] >= level
                self.warn(kind, subject, level, day, founded)
            for repeat in self.policy.scoring.repeats:
                if count >= repeat.warnings.number(self.on(day)) > past:
                    self.figures[f"{kind}_accountable"] += 1
                    self.spend(day, "office.accountability")

    def mark(self, kind: str, level: int, mine: list[tuple[dict, bool]], day: int) -> None:
        """Count conduct that a reached level answers, and what was upheld too late for its cycle."""
        for row, current in mine:
            if row["true"] and current and level and not row["answered"]:
                row["answered"] = True
                self.figures["answered"] += 1
            late = row["true"] and not current and row["verified"] == day
            if late and (kind == "person" or row["person_id"] is None or len(self.policy.scoring.charge.ledgers) == 1):
                self.figures["late"] += 1

    def warn(self, kind: str, subject: str, level: int, day: int, founded: bool) -> None:
        """A warning and what it does."""
        names = [t.name for t in reversed(self.policy.scoring.thresholds)]
        response = self.arm.use.responses[names[level - 1]]
        self.figures[f"{kind}_warnings"] += 1
        self.figures[f"{kind}_{level}"] += 1
        self.figures[f"{kind}_unfounded"] += not founded
        self.figures[f"{kind}s_warned"] += (kind, subject) not in self.warned
        self.warned.setdefault((kind, subject), day)
        if kind == "person" and int(subject[1:]) in self.began:
            self.after.setdefault(int(subject[1:]), day)
        self.months["warnings", self.month(day)] += 1
        self.spend(day, f"responses.{response}.hours")
        deters = self.value(f"responses.{response}.deters")
        if kind == "person":
            self.deter(int(subject[1:]), day, deters)
            self.deter("unit", day, deters * self.value(f"responses.{response}.colleagues"))
        else:
            self.deter("unit", day, deters)

    def deter(self, subject: object, day: int, much: float) -> None:
        """Deterrence adds to what is left of it."""
        left = 1 - self.left(subject, day)
        self.awe[subject] = Awe(left + (1 - left) * much, day)


def reference(scenario: Scenario, arm: Arm, world: World, replication: int) -> tuple[Counter, Counter]:
    """Figures and monthly numbers of one replication, over all units."""
    figures, months = Counter(), Counter()
    for first, last in zip(world.starts, world.starts[1:], strict=False):
        made = Unit(scenario, arm, scenario.seed, replication, int(first), world.kind[first:last].tolist(),
                    world.tenure[first:last].tolist())
        made.run()
        figures += made.figures
        figures["persons_acted"] += len(made.began)
        months += made.months
        for who, day in made.began.items():
            wait = made.month(made.after[who]) - made.month(day) if who in made.after else scenario.months
            months["wait", wait] += 1
        first_day = made.warned.get(("unit", "U"))
        months["unit_wait", scenario.months if first_day is None else made.month(first_day)] += 1
    for month in range(scenario.months):
        months["minutes", month] += (len(world.starts) - 1) * round(60 * scenario.value("office.standing"))
    figures["minutes"] = sum(v for (name, _), v in months.items() if name == "minutes")
    figures["peak"] = max(v for (name, _), v in months.items() if name == "minutes")
    figures["unanswered"] = figures["conduct"] - figures["answered"]
    return figures, months
