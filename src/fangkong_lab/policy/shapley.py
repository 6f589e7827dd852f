"""How much each provision of a reform contributes to what the reform does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Kind
from fangkong_lab.policy.change import Reform, apply
from fangkong_lab.policy.columns import Tables
from fangkong_lab.policy.grade import grade
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score import score
from fangkong_lab.policy.words import PolicyKind
from fangkong_lab.result import html_of

MOST_EXACT = 12


class Effect(Kind):
    """The number that a reform moves."""

    TOP = "top", "最高等级的数量"
    CHANGED = "changed", "等级有变的数量"
    UNKNOWN = "unknown", "不能判定的数量"
    REACHED = "reached", "达到任一预警等级的对象数"
    POINTS = "points", "对象计分合计"


_GRADE_EFFECTS = (Effect.TOP, Effect.CHANGED, Effect.UNKNOWN)
_SCORE_EFFECTS = (Effect.REACHED, Effect.CHANGED, Effect.UNKNOWN, Effect.POINTS, Effect.TOP)


@dataclass(frozen=True)
class Contributions:
    """Per provision: *shares* (Shapley; None where there are too many), *first* (alone on the baseline), *last* (added
    to all others). The shares add up to *total* exactly."""

    reform: Reform
    effect: Effect
    before: float
    total: float
    first: tuple[float, ...]
    last: tuple[float, ...]
    shares: tuple[Fraction, ...] | None = None

    def table(self) -> pd.DataFrame:
        """Return the contributions with Chinese headers, in the order of the file."""
        made = pd.DataFrame({"条款": self.reform.names(), "单独适用（先入）": self.first, "最后加入（后入）": self.last})
        if self.shares is not None:
            made.insert(1, "贡献（沙普利值）", [float(s) for s in self.shares])
        return made

    def sentence(self) -> str:
        """Return the total and how it is shared."""
        head = f"改革方案「{self.reform.name}」使{self.effect.label}由 {self.before:g} 变为 {self.before + self.total:g}（变化 {self.total:+g}）。"
        if self.shares is None:
            return head + f"条款多于 {MOST_EXACT} 条，只列先入、后入两种次序的变化，不相加。"
        parts = "、".join(f"「{n}」{float(s):+.4g}" for n, s in zip(self.reform.names(), self.shares, strict=True))
        return head + f"各条款的贡献（沙普利值，精确，合计等于总变化）：{parts}。"

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), "Shapley 1953, A value for n-person games")


def contributions(reform: Reform, baseline: Policy, tables: Tables, as_of: date, effect: Effect) -> Contributions:
    """Return the contribution of every provision of *reform* to the change of *effect* on *tables*.

    Up to 12 provisions the Shapley value is exact (all 2^n combinations); beyond, only first-in and last-in changes.
    Reference: Shapley 1953. Raises `WrongCall` for an effect that the kind of policy lacks, `BadInput` where a combination
    of provisions makes no valid rule.
    """
    value = _value(baseline, tables, as_of, effect)
    names = reform.names()
    worth = _Worth(reform, baseline, value)
    everything = (1 << len(names)) - 1
    total = worth.of(everything) - worth.of(0)
    first = tuple(worth.of(1 << i) - worth.of(0) for i in range(len(names)))
    last = tuple(worth.of(everything) - worth.of(everything ^ (1 << i)) for i in range(len(names)))
    shares = shapley([Fraction(worth.of(s)) for s in range(everything + 1)]) if len(names) <= MOST_EXACT else None
    return Contributions(reform, effect, worth.of(0), total, first, last, shares)


class _Worth:
    """The effect of every combination of provisions, each computed once."""

    def __init__(self, reform: Reform, baseline: Policy, value: Callable[[Policy], float]) -> None:
        self._reform, self._baseline, self._value = reform, baseline, value
        self._known: dict[int, float] = {}

    def of(self, chosen: int) -> float:
        if chosen not in self._known:
            only = [n for i, n in enumerate(self._reform.names()) if chosen >> i & 1]
            self._known[chosen] = self._value(apply(self._reform, self._baseline, only))
        return self._known[chosen]


def shapley(worth: list[Fraction]) -> tuple[Fraction, ...]:
    """Return the Shapley value of the game whose coalition S (a bit mask) is worth ``worth[S]``. Exact."""
    players = len(worth).bit_length() - 1
    weights = [Fraction(1, players * comb(players - 1, k)) for k in range(players)]
    return tuple(sum((weights[s.bit_count()] * (worth[s | 1 << i] - worth[s]) for s in range(len(worth)) if not s >> i & 1),
                     Fraction(0)) for i in range(players))


def _value(baseline: Policy, tables: Tables, as_of: date, effect: Effect) -> Callable[[Policy], float]:
    known = _GRADE_EFFECTS if baseline.kind is PolicyKind.GRADE else _SCORE_EFFECTS
    if effect not in known:
        raise WrongCall(f"{baseline.kind.label}没有「{effect.label}」这个量", mend="改用：" + "、".join(e.label for e in known))
    if baseline.kind is PolicyKind.GRADE:
        before = grade(baseline, tables, as_of).codes
        return lambda policy: _count(before, grade(policy, tables, as_of).codes, effect)
    old = _levels(baseline, tables, as_of)
    return lambda policy: _score_value(old, policy, tables, as_of, effect)


def _count(before: np.ndarray, after: np.ndarray, effect: Effect) -> float:
    hits = {Effect.TOP: after == 0, Effect.CHANGED: before != after, Effect.UNKNOWN: after == -1}
    return float(hits[effect].sum())


def _levels(policy: Policy, tables: Tables, as_of: date) -> np.ndarray:
    ledgers = score(policy, tables, as_of).ledgers
    return np.concatenate([np.where(_open(lg.states), -2, lg.states.level)[lg.states.now] for lg in ledgers])


def _open(states: object) -> np.ndarray:
    return (states.opaque > 0) & (states.level != 0)  # type: ignore[attr-defined]


def _score_value(old: np.ndarray, policy: Policy, tables: Tables, as_of: date, effect: Effect) -> float:
    if effect is Effect.POINTS:
        ledgers = score(policy, tables, as_of).ledgers
        return float(sum(int(lg.states.score[lg.states.now].sum()) for lg in ledgers)) / 1_000_000
    new = _levels(policy, tables, as_of)
    hits = {Effect.REACHED: new >= 0, Effect.UNKNOWN: new == -2, Effect.TOP: new == 0,
            Effect.CHANGED: new != old if len(new) == len(old) else np.ones(len(new), dtype=bool)}
    return float(hits[effect].sum())
