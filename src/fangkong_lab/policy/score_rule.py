"""A warning-score rule: what costs how many points, which points add up, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from fangkong_lab.policy.condition import Condition
from fangkong_lab.policy.dated import Dated, Evidence
from fangkong_lab.policy.words import Charged, CycleKind, LedgerKind, Unlisted


@dataclass(frozen=True)
class Behaviour:
    """One line of the table of deductions (or bonuses): *names* are the labels that the ledger may use."""

    names: tuple[str, ...]
    points: Dated
    bonus: bool = False

    @property
    def name(self) -> str:
        """The first label."""
        return self.names[0]


@dataclass(frozen=True)
class Modifier:
    """Where *when* holds for an event, its points are multiplied by *factor*."""

    name: str
    when: Condition
    factor: Dated


@dataclass(frozen=True)
class Cycle:
    """Which points add up: *months* long; *anchor* is the first day of an anchored cycle."""

    kind: CycleKind
    months: Dated
    evidence: Evidence
    anchor: date | None = None


@dataclass(frozen=True)
class Consequence:
    """What follows for *whom* (empty: for everybody at that level)."""

    text: Dated
    whom: str = ""

    def sentence(self, day: date) -> str:
        """Return the consequence in force on *day*."""
        return (f"{self.whom}:" if self.whom else "") + self.text.word(day)


@dataclass(frozen=True)
class Threshold:
    """A level is reached at *at_least* points; *colour* is 蓝/黄/红, or empty where the rule has no colours."""

    name: str
    at_least: Dated
    colour: str = ""
    consequences: tuple[Consequence, ...] = ()


@dataclass(frozen=True)
class Repeat:
    """What follows from at least *warnings* events that count within one cycle."""

    name: str
    warnings: Dated
    consequence: Consequence


@dataclass(frozen=True)
class Caps:
    """Upper limits, applied after the multipliers: of one event, of a cycle's deductions, of a cycle's bonuses."""

    event: Dated | None = None
    cycle: Dated | None = None
    bonus: Dated | None = None

    def values(self) -> tuple[Dated, ...]:
        """Return the limits that the rule has."""
        return tuple(v for v in (self.event, self.cycle, self.bonus) if v is not None)


@dataclass(frozen=True)
class Charge:
    """Which ledgers the rule keeps, and who is charged in each."""

    ledgers: tuple[LedgerKind, ...]
    unit: Charged
    person: Charged
    evidence: Evidence


@dataclass(frozen=True)
class ScoreRule:
    """The whole rule; *thresholds* from the highest to the lowest."""

    charge: Charge
    cycle: Cycle
    behaviours: tuple[Behaviour, ...]
    unlisted: Unlisted
    unlisted_evidence: Evidence
    modifiers: tuple[Modifier, ...]
    caps: Caps
    thresholds: tuple[Threshold, ...]
    repeats: tuple[Repeat, ...] = ()

    def event_values(self) -> tuple[Dated, ...]:
        """Return the values that decide the points of one event (taken on the day it occurred)."""
        own = [b.points for b in self.behaviours] + [m.factor for m in self.modifiers]
        own += [v for m in self.modifiers for v in m.when.values()]
        return (*own, *([self.caps.event] if self.caps.event else []))

    def state_values(self) -> tuple[Dated, ...]:
        """Return the values that decide a state (taken on the day of judgement)."""
        texts = [c.text for t in self.thresholds for c in t.consequences]
        repeats = [v for r in self.repeats for v in (r.warnings, r.consequence.text)]
        caps = [v for v in (self.caps.cycle, self.caps.bonus) if v]
        return (self.cycle.months, *(t.at_least for t in self.thresholds), *caps, *texts, *repeats)

    def values(self) -> tuple[Dated, ...]:
        """Return the dated values used."""
        return self.event_values() + self.state_values()

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs used."""
        return tuple(dict.fromkeys(n for m in self.modifiers for n in m.when.inputs()))

    def listed(self) -> dict[str, Behaviour]:
        """Return the table of deductions and bonuses by label."""
        return {name: b for b in self.behaviours for name in b.names}

    def parts(self) -> tuple[str, ...]:
        """Return the names of the parts that can be left out: lines of the table, multipliers, thresholds."""
        return (*(f"情形：{b.name}" for b in self.behaviours), *(f"倍数：{m.name}" for m in self.modifiers),
                *(f"等级：{t.name}" for t in self.thresholds))

    def without(self, part: str) -> ScoreRule:
        """Return the rule without one part; a behaviour left out costs 0 points rather than becoming unlisted."""
        kind, _, name = part.partition(":")
        if kind == "情形":
            return replace(self, behaviours=tuple(_free(b) if b.name == name else b for b in self.behaviours))
        if kind == "倍数":
            return replace(self, modifiers=tuple(m for m in self.modifiers if m.name != name))
        return replace(self, thresholds=tuple(t for t in self.thresholds if t.name != name))


def _free(behaviour: Behaviour) -> Behaviour:
    entries = tuple(replace(e, value=0.0) for e in behaviour.points.entries)
    return replace(behaviour, points=replace(behaviour.points, entries=entries))
