"""A scenario: the world, what may happen in it, the policies to try, and every assumed number with its range."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.kinds import Kind
from fangkong_lab.policy.cycle import day_number
from fangkong_lab.policy.node import Node
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.words import LedgerKind
from fangkong_lab.simulate.parameter import Parameter, plain

WHAT_IF = "推演，不是预测"
SIMULATED = "模拟数据"
DAYS_A_MONTH = 365.2425 / 12


class Channel(Kind):
    """How conduct comes to light; self-check is a report of the unit itself (主动报告)."""

    SELF_CHECK = "self_check", "自查"
    INFORMANT = "informant", "信息员"
    INSPECTION = "inspection", "巡察"
    PETITION = "petition", "信访"
    AUDIT = "audit", "审计"


class WorldKind(Kind):
    """Where the persons and units come from."""

    SYNTHETIC = "synthetic", "模拟单位"
    LEDGER = "ledger", "台账"


@dataclass(frozen=True)
class Crowd:
    """*units* made-up units of *persons* persons each."""

    persons: int
    units: int


@dataclass(frozen=True)
class WorldSpec:
    """How the world is made: *crowds* for a synthetic one; *grade_of*: what a ledger calls a grade → the scenario's grade."""

    kind: WorldKind
    crowds: tuple[Crowd, ...] = ()
    grade_of: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Conduct:
    """One kind of conduct; *entered*: the ledgers that its events are entered in."""

    name: str
    entered: frozenset[LedgerKind]


@dataclass(frozen=True)
class RuleUse:
    """A policy in this scenario: how each kind of conduct is called in it, and what is done at each of its levels."""

    policy: Policy
    behaviours: Mapping[str, str]
    responses: Mapping[str, str]


@dataclass(frozen=True)
class Arm:
    """One policy to try: a policy of the scenario, perhaps with other thresholds (level name → points)."""

    name: str
    policy: Policy
    use: RuleUse
    thresholds: Mapping[str, float] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class Grid:
    """Thresholds to search: the values of each level, over the policy of *arm*."""

    arm: str
    values: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Scenario:
    """A scenario as read; *parameters* by address, *arms* with the one compared against first."""

    id: str
    name: str
    about: str
    start: date
    months: int
    replications: int
    seed: int
    world: WorldSpec
    kinds: tuple[Conduct, ...]
    grades: tuple[str, ...]
    channels: tuple[Channel, ...]
    responses: tuple[str, ...]
    size_edges: tuple[int, ...]
    arms: tuple[Arm, ...]
    grid: Grid | None
    parameters: Mapping[str, Parameter]
    document: Node = field(repr=False, compare=False)

    @property
    def end(self) -> date:
        """The first day after the simulated months."""
        turn = self.start.year * 12 + self.start.month - 1 + self.months
        return date(turn // 12, turn % 12 + 1, 1)

    @property
    def days(self) -> int:
        """The number of simulated days."""
        return day_number(self.end) - day_number(self.start)

    def value(self, address: str) -> float:
        """Return the value of the parameter at *address*."""
        return self.parameters[address].value

    def with_values(self, values: Mapping[str, float]) -> Scenario:
        """Return the scenario with other values; `WrongCall` for an unknown address or a value outside its range."""
        made = dict(self.parameters)
        for address, value in values.items():
            if address not in made:
                raise WrongCall(f"情景没有参数「{address}」", where=self.id, mend=did_you_mean(address, tuple(made)))
            made[address] = made[address].at(value)
        return replace(self, parameters=made)

    def resized(self, crowds: Sequence[Crowd], months: int) -> Scenario:
        """Return the scenario with other made-up units and another length: for a quick look."""
        return replace(self, world=replace(self.world, crowds=tuple(crowds)), months=months)

    def arm(self, name: str) -> Arm:
        """Return the arm *name*; `WrongCall` with the near match where there is none."""
        for each in self.arms:
            if each.name == name:
                return each
        names = tuple(a.name for a in self.arms)
        raise WrongCall(f"情景没有名为「{name}」的方案", where=self.id, mend=did_you_mean(name, names))

    def content_hash(self) -> str:
        """Return the SHA-256 of all that decides the numbers: document, values, the arms' policies and thresholds,
        what conduct is called in them and what follows their levels."""
        said = {"document": self.document.plain(), "seed": self.seed, "months": self.months,
                "values": {a: p.value for a, p in sorted(self.parameters.items())},
                "arms": [[a.name, a.policy.content_hash, dict(a.thresholds), dict(a.use.behaviours), dict(a.use.responses)]
                         for a in self.arms]}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def assumptions(self) -> tuple[str, ...]:
        """Return one line per assumed parameter: address, value, range, why."""
        return tuple(f"{p.address} = {plain(p.value)}，范围 {plain(p.low)}–{plain(p.high)}：{p.evidence.sentence()}"
                     for p in self.parameters.values())
