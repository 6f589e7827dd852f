"""What a simulation gives: tables with Monte Carlo errors and quantiles, and Chinese sentences that say it is a what-if."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from fangkong_lab.policy.words import LedgerKind
from fangkong_lab.result import html_of
from fangkong_lab.simulate.figures import BY_MONTH, BY_SIZE, ECHOES, FIGURES, PLACE, ByMonth, BySize, Figure
from fangkong_lab.simulate.fold import Totals
from fangkong_lab.simulate.model import Model
from fangkong_lab.simulate.parameter import plain
from fangkong_lab.simulate.scenario import SIMULATED, WHAT_IF, Arm

_WHOLE = 1000
SHARES = (0.1, 0.5, 0.9)
_SCALE = {Figure.MINUTES: 60.0, Figure.PEAK: 60.0, Figure.HARM: 100.0}
_TIMES = (Figure.PERSON_WARNINGS, Figure.UNIT_WARNINGS, Figure.PERSON_UNFOUNDED, Figure.UNIT_UNFOUNDED,
          Figure.PERSON_ACCOUNTABLE, Figure.UNIT_ACCOUNTABLE, *FIGURES[PLACE[Figure.PERSON_1]:])
_UNIT = {**dict.fromkeys(_TIMES, "次"), Figure.MINUTES: "小时", Figure.PEAK: "小时", Figure.HARM: "万元", Figure.PERSONS_WARNED: "人", Figure.PERSONS_ACTED: "人",
         Figure.UNITS_WARNED: "个"}
_OF_UNITS = (Figure.UNIT_WARNINGS, Figure.UNIT_UNFOUNDED, Figure.UNITS_WARNED, Figure.UNIT_ACCOUNTABLE)
_OF_PERSONS = (Figure.PERSON_WARNINGS, Figure.PERSON_UNFOUNDED, Figure.PERSONS_WARNED, Figure.PERSON_ACCOUNTABLE)
_PERSON_LEVELS, _UNIT_LEVELS = PLACE[Figure.PERSON_1], PLACE[Figure.UNIT_1]
LEVEL_FIGURES = FIGURES[_PERSON_LEVELS:]
MAIN = tuple(f for f in FIGURES if f not in (*LEVEL_FIGURES, *ECHOES))
"""The figures of the main table: without those by level, and without the echoes of assumptions."""


def unit_of(figure: Figure) -> str:
    """Return the unit of *figure* in Chinese."""
    return _UNIT.get(figure, "件")


@dataclass(frozen=True)
class Estimate:
    """A figure: mean over replications, its Monte Carlo error, and the 10 %, 50 % and 90 % quantiles over replications."""

    mean: float
    error: float
    low: float
    median: float
    high: float

    def text(self) -> str:
        """Return mean ± error, rounded to what the error allows."""
        places = 0 if not self.error or not np.isfinite(self.error) else int(np.clip(1 - np.floor(np.log10(self.error)), 0, 3))
        return f"{self.mean:,.{places}f} ± {self.error:,.{places}f}" if np.isfinite(self.error) else f"{self.mean:,.1f}"


@dataclass(frozen=True)
class Outcome:
    """The result of running *model*: everything is read off *totals*."""

    model: Model = field(repr=False)
    totals: Totals = field(repr=False)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The policies tried, in the scenario's order."""
        return self.model.scenario.arms

    def estimate(self, arm: str, figure: Figure, difference: bool = False) -> Estimate:
        """Return a figure of *arm*, or its paired *difference* from the first arm (on the same random numbers)."""
        place = self.arms.index(self.model.scenario.arm(arm))
        return self._at(place, PLACE[figure], _SCALE.get(figure, 1.0), difference)

    def _at(self, arm: int, column: int, scale: float, difference: bool = False) -> Estimate:
        mean, error = self.totals.mean(arm, difference)[column], self.totals.error(arm, difference)[column]
        low, median, high = self.totals.quantiles(arm, column, SHARES, difference)
        return Estimate(mean / scale, error / scale, low / scale, median / scale, high / scale)

    def figures(self, wanted: tuple[Figure, ...] = MAIN) -> pd.DataFrame:
        """Return one row per arm and figure: arm, figure (code), label, unit, mean, error, low, median, high."""
        rows = []
        for arm in self.arms:
            for figure in wanted:
                made = self.estimate(arm.name, figure)
                rows.append({"arm": arm.name, "figure": figure.value, "label": figure.label, "unit": unit_of(figure),
                             **vars(made)})
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """Return figures × arms, each as mean ± Monte Carlo error, with Chinese headers."""
        made = pd.DataFrame({"指标": [f"{f.label}（{unit_of(f)}）" for f in MAIN]})
        for arm in self.arms:
            made[arm.name] = [self.estimate(arm.name, f).text() if _keeps(arm, f) else "不记" for f in MAIN]
        return made

    def warnings(self) -> pd.DataFrame:
        """Return one row per arm, ledger and level (highest first): the level's name and colour, and the estimate."""
        rows = []
        for place, arm in enumerate(self.arms):
            assert arm.policy.scoring is not None
            levels = arm.policy.scoring.thresholds
            kept = [(k.label, _PERSON_LEVELS if k is LedgerKind.PERSON else _UNIT_LEVELS) for k in arm.policy.scoring.charge.ledgers]
            for ledger, start in sorted(kept):
                for height, level in enumerate(levels):
                    made = self._at(place, start + len(levels) - 1 - height, 1.0)
                    rows.append({"方案": arm.name, "台账": ledger, "等级": level.name, "颜色": level.colour, **_named(made)})
        return pd.DataFrame(rows)

    def by_size(self) -> pd.DataFrame:
        """Return one row per arm and class of unit size: does the rule only strike large units?

        Rates per 100 persons and the share of units ever warned, with Monte Carlo errors.
        """
        sizes, layout = self.model.world.sizes(), self.model.layout
        group = self.model.plan.size
        rows = []
        for place, arm in enumerate(self.arms):
            mean, error = layout.by_size(self.totals.mean(place)), layout.by_size(self.totals.error(place))
            for size, label in enumerate(self.size_labels()):
                persons, units = int(sizes[group == size].sum()), int((group == size).sum())
                if units:
                    rows.append({"方案": arm.name, "单位大小": label, "单位数": units, "人数": persons,
                                 **_rates(mean[size], error[size], persons, units)})
        return pd.DataFrame(rows)

    def size_sentence(self) -> str:
        """Return one sentence per arm: whether the rule warns large units more, per unit and per hundred persons."""
        made, said = self.by_size(), []
        for arm in self.arms:
            own = made[made["方案"] == arm.name]
            small, large = own.iloc[0], own.iloc[-1]
            said.append(f"按「{arm.name}」，{small['单位大小']}的单位每百人个人预警 {small['每百人个人预警']:.2f} 次、曾被预警的占 "
                        f"{small['被预警单位占比']:.0%}，{large['单位大小']}的是 {large['每百人个人预警']:.2f} 次和 {large['被预警单位占比']:.0%}。")
        return f"【{self.mark()}】" + "".join(said) + "按单位数，人多的单位自然更容易有人被记分；比大小要看每百人的数。"

    def size_labels(self) -> tuple[str, ...]:
        """Return the names of the classes of unit size."""
        edges = self.model.scenario.size_edges
        inner = [f"{low}–{high - 1}人" for low, high in pairwise(edges)]
        return (f"不足{edges[0]}人", *inner, f"{edges[-1]}人以上")

    def by_month(self) -> pd.DataFrame:
        """Return one row per arm and month: reports, warnings, office hours (mean and Monte Carlo error)."""
        layout, rows = self.model.layout, []
        first = pd.Period(self.model.scenario.start, "M")
        for place, arm in enumerate(self.arms):
            mean, error = layout.by_month(self.totals.mean(place)), layout.by_month(self.totals.error(place))
            for month in range(layout.months):
                row = dict(zip(BY_MONTH, mean[month].tolist(), strict=True))
                rows.append({"方案": arm.name, "月份": str(first + month), "行为": row[ByMonth.CONDUCT],
                             "受理反映": row[ByMonth.REPORTS], "预警": row[ByMonth.WARNINGS],
                             "工时": row[ByMonth.MINUTES] / 60, "工时误差": error[month][BY_MONTH.index(ByMonth.MINUTES)] / 60})
        return pd.DataFrame(rows)

    def waits(self) -> pd.DataFrame:
        """Return months to the first warning: persons from their first conduct, units from the start.

        Quantiles are over all persons with conduct (units), those never warned within the time counted as longer than any:
        NaN where a quantile is not reached.
        """
        layout, rows = self.model.layout, []
        for place, arm in enumerate(self.arms):
            for whom, start in (("有行为的人", layout.wait_at), ("单位", layout.unit_wait_at)):
                counts = self.totals.sums[place, start:start + layout.months + 1]
                total = counts.sum()
                reached = np.cumsum(counts[:-1]) / total if total else np.zeros(layout.months)
                quarters = {f"{share:.0%}的已预警（月）": _first(reached, share) for share in (0.1, 0.25, 0.5)}
                rows.append({"方案": arm.name, "对象": whom, **quarters, "期内未预警": counts[-1] / total if total else np.nan})
        return pd.DataFrame(rows)

    def echoes(self) -> pd.DataFrame:
        """Return what only gives back the assumptions (conduct deterred, harm): not for a first page or a unit's report."""
        made = self.figures(ECHOES)
        return made.assign(说明="假定的回声，不是效果的证据")

    def mark(self) -> str:
        """Return the words that every page of this result carries."""
        return f"{WHAT_IF}；{SIMULATED}" if self.model.world.simulated else f"{WHAT_IF}；单位和人取自台账，行为和事件均为模拟"

    def sentence(self) -> str:
        """Return the outcome in Chinese, one sentence per arm, opened by what it is."""
        scenario, world = self.model.scenario, self.model.world
        head = (f"【{self.mark()}】情景「{scenario.name}」：{world.persons:,} 人、{world.units:,} 个单位、{scenario.months} 个月，"
                f"重复 {self.totals.count:,} 次；含假定参数 {len(scenario.parameters)} 个，结论随假定而变。")
        return head + "".join(self.arm_sentence(a) for a in self.arms)

    def arm_sentence(self, arm: Arm) -> str:
        """Return what one arm does, in one sentence."""
        of = {f: self.estimate(arm.name, f) for f in (
            Figure.PERSON_WARNINGS, Figure.UNIT_WARNINGS, Figure.UNANSWERED, Figure.CONDUCT, Figure.PERSON_UNFOUNDED,
            Figure.UNIT_UNFOUNDED, Figure.MINUTES, Figure.PEAK)}
        missed = of[Figure.UNANSWERED].mean / of[Figure.CONDUCT].mean if of[Figure.CONDUCT].mean else 0.0
        unfounded = of[Figure.PERSON_UNFOUNDED].mean + of[Figure.UNIT_UNFOUNDED].mean
        issued = "、".join(f"{f.label} {of[f].text()} 次" for f in (Figure.PERSON_WARNINGS, Figure.UNIT_WARNINGS) if _keeps(arm, f))
        return (f"按「{arm.name}」，平均发出{issued}，其中无据的 {unfounded:,.1f} 次；{missed:.1%} 的行为到期末未触发预警；办公室用工时 {of[Figure.MINUTES].text()} 小时，"
                f"最忙的月份 {of[Figure.PEAK].text()} 小时。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), self.mark())


def _keeps(arm: Arm, figure: Figure) -> bool:
    """Whether the rule keeps the ledger that *figure* is about."""
    assert arm.policy.scoring is not None
    kept = arm.policy.scoring.charge.ledgers
    return not ((figure in _OF_UNITS and LedgerKind.UNIT not in kept) or (figure in _OF_PERSONS and LedgerKind.PERSON not in kept))


def _named(made: Estimate) -> dict[str, float]:
    return {"平均": made.mean, "模拟误差": made.error, "10%分位": made.low, "中位": made.median, "90%分位": made.high}


def _rates(mean: np.ndarray, error: np.ndarray, persons: int, units: int) -> dict[str, float]:
    place = {each: i for i, each in enumerate(BY_SIZE)}
    found = {}
    for label, each, base in (("每百人行为", BySize.CONDUCT, persons / 100), ("每百人个人预警", BySize.PERSON_WARNINGS, persons / 100),
                              ("每百人单位预警", BySize.UNIT_WARNINGS, persons / 100),
                              ("每百人无据预警", BySize.UNFOUNDED, persons / 100), ("被预警单位占比", BySize.UNITS_WARNED, units)):
        found[label], found[f"{label}误差"] = mean[place[each]] / base, error[place[each]] / base
    return found


def _first(reached: np.ndarray, share: float) -> float:
    hits = np.flatnonzero(reached >= share)
    return float(hits[0]) if len(hits) else float("nan")


def rounded(frame: pd.DataFrame, missing: str = "期内未达到") -> pd.DataFrame:
    """Return *frame* for the screen: numbers to four significant digits (three below one), whole parts in full; NaN as *missing*."""
    def cell(value: object) -> object:
        if not isinstance(value, float):
            return value
        if np.isnan(value):
            return missing
        return plain(round(value), 20) if abs(value) >= _WHOLE else plain(value, 4 if abs(value) >= 1 else 3)
    return frame.apply(lambda column: column.map(cell))
