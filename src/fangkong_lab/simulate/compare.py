"""Policies against each other on the same random numbers: paired differences, provisions, the frontier of thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations, product
from math import factorial

import numpy as np
import pandas as pd

from fangkong_lab.errors import WrongCall
from fangkong_lab.policy.change import Reform, apply
from fangkong_lab.result import html_of
from fangkong_lab.simulate.figures import Figure
from fangkong_lab.simulate.fold import Totals
from fangkong_lab.simulate.model import Model
from fangkong_lab.simulate.outcome import MAIN, Outcome
from fangkong_lab.simulate.read_arms import fault_of, with_thresholds
from fangkong_lab.simulate.scenario import Arm

Run = Callable[[Model], Totals]
"""How to run a model: replications, workers, cluster are the caller's choice."""
SURE = 2.576
"""Monte Carlo errors beyond which a difference is not the chance of the simulation (99 %)."""
MOST_PROVISIONS = 6
MOST_POINTS = 400


@dataclass(frozen=True)
class Differences:
    """Each later arm of *outcome* minus the first, replication by replication."""

    outcome: Outcome = field(repr=False)
    wanted: tuple[Figure, ...] = MAIN

    def table(self) -> pd.DataFrame:
        """Return one row per arm and figure: difference, its Monte Carlo error, quantiles, and whether it is told apart."""
        rows = []
        for arm in self.outcome.arms[1:]:
            for figure in self.wanted:
                made = self.outcome.estimate(arm.name, figure, difference=True)
                rows.append({"方案": arm.name, "指标": figure.label, "差": made.mean, "模拟误差": made.error, "10%分位": made.low,
                             "中位": made.median, "90%分位": made.high, "可分辨": abs(made.mean) > SURE * made.error})
        return pd.DataFrame(rows)

    def sentence(self) -> str:
        """Return one sentence per arm."""
        base = self.outcome.arms[0].name
        return f"【{self.outcome.mark()}】" + "".join(self._said(a, base) for a in self.outcome.arms[1:])

    def _said(self, arm: Arm, base: str) -> str:
        parts = []
        for figure, unit in ((Figure.UNANSWERED, "件"), (Figure.PERSON_WARNINGS, "次"), (Figure.UNIT_WARNINGS, "次"),
                             (Figure.PERSON_UNFOUNDED, "次"), (Figure.MINUTES, "小时")):
            made = self.outcome.estimate(arm.name, figure, difference=True)
            told = abs(made.mean) > SURE * made.error
            word = f"{'多' if made.mean > 0 else '少'} {replace(made, mean=abs(made.mean)).text()} {unit}" if told else "分不出多少"
            parts.append(f"{figure.label}{word}")
        return f"在同一组随机数上，「{arm.name}」比「{base}」" + "，".join(parts) + "。"

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), self.outcome.mark())


@dataclass(frozen=True)
class Frontier:
    """Missed conduct × unfounded warnings × office hours over thresholds.

    *points*: one row per combination, with the thresholds, the three means and their Monte Carlo errors, and *best*:
    no other combination is at least as good in all three and better in one.
    """

    levels: tuple[str, ...]
    points: pd.DataFrame = field(repr=False)
    mark: str

    def table(self) -> pd.DataFrame:
        """Return the combinations with Chinese headers, those on the frontier first."""
        order = self.points.sort_values(["best", "missed"], ascending=[False, True], kind="stable")
        return order.rename(columns={"missed": "未触发预警的行为", "missed_error": "其误差", "unfounded": "无据预警",
                                     "unfounded_error": "其误差 ", "hours": "工时", "hours_error": "其误差  ", "best": "在前沿上"})

    def sentence(self) -> str:
        """Return how many combinations nothing beats, and the ends of that set."""
        best = self.points[self.points["best"]]
        ends = [(word, best.loc[best[column].idxmin()]) for word, column in (
            ("漏得最少", "missed"), ("无据最少", "unfounded"), ("最省工时", "hours"))]
        said = "；".join(f"{word}的是 " + "、".join(f"{n} {row[n]:g} 分" for n in self.levels) for word, row in ends)
        return (f"【{self.mark}】试了 {len(self.points)} 组门槛，{len(best)} 组在前沿上（没有别的组在漏、无据、工时三项上都不差而有一项更好）：{said}。"
                "前沿上的取舍由使用者决定，软件不代选。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), self.mark)


def frontier(model: Model, run: Run) -> Frontier:
    """Return the frontier over the scenario's grid; combinations out of order are left out.

    Raises `WrongCall` where the scenario has no grid, or the grid more than 400 points.
    """
    grid = model.scenario.grid
    if grid is None:
        raise WrongCall("情景没有写 grid", where=model.scenario.id, mend="写上要搜索的门槛")
    arms = tuple(_grid_arms(model.scenario.arm(grid.arm), grid.values))
    if not 1 <= len(arms) <= MOST_POINTS:
        raise WrongCall(f"grid 里成立的门槛组合有 {len(arms)} 组", where=model.scenario.id, mend=f"改成 1 至 {MOST_POINTS} 组")
    outcome = Outcome(model.with_arms(arms), run(model.with_arms(arms)))
    made = pd.DataFrame([{**arm.thresholds, **_three(outcome, arm)} for arm in arms])
    made["best"] = undominated(made[["missed", "unfounded", "hours"]].to_numpy())
    return Frontier(tuple(grid.values), made, outcome.mark())


def _grid_arms(arm: Arm, values: Mapping[str, tuple[float, ...]]) -> Iterator[Arm]:
    assert arm.policy.scoring is not None
    for points in product(*values.values()):
        thresholds = {**arm.thresholds, **dict(zip(values, points, strict=True))}
        if not fault_of(with_thresholds(arm.policy.scoring, thresholds)):
            name = "、".join(f"{n}{p:g}" for n, p in zip(values, points, strict=True))
            yield replace(arm, name=name, thresholds=thresholds)


def _three(outcome: Outcome, arm: Arm) -> dict[str, float]:
    missed, hours = outcome.estimate(arm.name, Figure.UNANSWERED), outcome.estimate(arm.name, Figure.MINUTES)
    person, unit = (outcome.estimate(arm.name, f) for f in (Figure.PERSON_UNFOUNDED, Figure.UNIT_UNFOUNDED))
    return {"missed": missed.mean, "missed_error": missed.error, "unfounded": person.mean + unit.mean,
            "unfounded_error": person.error + unit.error, "hours": hours.mean, "hours_error": hours.error}


def undominated(costs: np.ndarray) -> np.ndarray:
    """Return which rows of *costs* no other row beats: at most as high in every column, and lower in one."""
    no_worse = (costs[:, None, :] <= costs[None, :, :]).all(axis=2)
    better = (costs[:, None, :] < costs[None, :, :]).any(axis=2)
    return np.asarray(~(no_worse & better).any(axis=0))


@dataclass(frozen=True)
class Provisions:
    """What each provision of a reform adds to the change of *figure*: the Shapley value, which adds up to *total*.

    *alone*: the change where it alone is applied; *error*: Monte Carlo error of the total.
    """

    names: tuple[str, ...]
    figure: Figure
    shares: tuple[float, ...]
    alone: tuple[float, ...]
    total: float
    error: float
    mark: str

    def table(self) -> pd.DataFrame:
        """Return one row per provision."""
        return pd.DataFrame({"条款": self.names, "贡献（沙普利值）": self.shares, "单独适用的变化": self.alone})

    def sentence(self) -> str:
        """Return the change and how it is shared."""
        parts = "、".join(f"「{n}」{s:+,.1f}" for n, s in zip(self.names, self.shares, strict=True))
        return f"【{self.mark}】改革使「{self.figure.label}」变化 {self.total:+,.1f}（模拟误差 {self.error:,.1f}）；各条款的贡献合计等于它：{parts}。"

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), self.mark)


def provisions(model: Model, arm: str, reform: Reform, figures: tuple[Figure, ...], run: Run) -> tuple[Provisions, ...]:
    """Return what each provision of *reform*, applied to the policy of *arm*, contributes to each of *figures*.

    All 2^n combinations are run on the same random numbers; `WrongCall` beyond six provisions. Reference: Shapley 1953.
    """
    names, base = reform.names(), model.scenario.arm(arm)
    if len(names) > MOST_PROVISIONS:
        raise WrongCall(f"改革方案有 {len(names)} 条，推演至多 {MOST_PROVISIONS} 条", mend="合并相近的条款")
    chosen = [c for size in range(len(names) + 1) for c in combinations(names, size)]
    arms = [replace(base, name=f"{base.name}+{'+'.join(c)}" if c else base.name, policy=apply(reform, base.policy, only=c))
            for c in chosen]
    ready = model.with_arms(arms)
    outcome = Outcome(ready, run(ready))
    return tuple(_shared(outcome, names, chosen, figure) for figure in figures)


def _shared(outcome: Outcome, names: tuple[str, ...], chosen: list[tuple[str, ...]], figure: Figure) -> Provisions:
    found = [outcome.estimate(a.name, figure, difference=True) for a in outcome.arms]
    worth = {frozenset(c): made.mean for c, made in zip(chosen, found, strict=True)}
    return Provisions(names, figure, tuple(_shapley(worth, name, names) for name in names),
                      tuple(worth[frozenset((n,))] for n in names), found[-1].mean, found[-1].error, outcome.mark())


def _shapley(worth: dict[frozenset[str], float], name: str, names: tuple[str, ...]) -> float:
    others, found = [n for n in names if n != name], 0.0
    for size in range(len(others) + 1):
        weight = Fraction(factorial(size) * factorial(len(others) - size), factorial(len(names)))
        for group in combinations(others, size):
            found += float(weight) * (worth[frozenset((*group, name))] - worth[frozenset(group)])
    return found


