"""Which values of the assumed parameters agree with counts that were made, and which the counts say nothing about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from fangkong_lab.kinds import Kind
from fangkong_lab.result import html_of
from fangkong_lab.simulate.calibrate_counts import Counts, fits_scenario
from fangkong_lab.simulate.calibrate_fit import Target, distances, walk
from fangkong_lab.simulate.model import Block, Model
from fangkong_lab.simulate.robust_space import Space, space_of
from fangkong_lab.simulate.robust_words import said
from fangkong_lab.simulate.scenario import WHAT_IF
from fangkong_lab.streams import stream

NARROWED, UNTOUCHED = 0.5, 0.8
"""Of the prior width: below the first a parameter is narrowed; from the second on it cannot be told."""
ANYTHING = 0.5
TIED = 0.6
ENOUGH = 40
MOST_NAMED = 12
_MIDDLE = (0.05, 0.95)
_SETS = 1000
_CHUNK = 16


class Told(Kind):
    """What the counts say about a parameter."""

    NARROWED = "narrowed", "收窄"
    SLIGHTLY = "slightly", "略有收窄"
    NOT_AT_ALL = "not_identifiable", "不可识别"
    NOTHING_FITS = "nothing_fits", "没有相容的值"


@dataclass(frozen=True)
class Search:
    """How much is run: *draws* from the ranges, then *chains* walks of *sweeps* rounds; *replications* at each place."""

    draws: int = 400
    chains: int = 8
    sweeps: int = 12
    replications: int = 6


@dataclass(frozen=True)
class Calibration:
    """The values that agree with *counts* under the policy *arm*.

    *share*: of the draws from the ranges, those that agree. *reach*: what the draws give for each count, draws × counts.
    *kept*: agreeing values (draws, then walks), one row each, a column per address (empty where none was found). *nearest*: distance of the
    nearest place found where none agrees.
    """

    model: Model = field(repr=False)
    arm: str
    counts: Counts
    space: Space
    share: float
    reach: pd.DataFrame = field(repr=False)
    kept: pd.DataFrame = field(repr=False)
    nearest: float = 0.0

    def mark(self) -> str:
        """Return the words that every page of this result carries."""
        return f"{WHAT_IF}；校准只是挑出与计数不矛盾的假定"

    def verdicts(self) -> dict[str, Told]:
        """Return what the counts say about each parameter, by address.

        A width that so few values would show by chance, had the counts said nothing, is not called narrow.
        """
        chance = _chance_width(len(self.kept))
        return {a: _told(w, chance) for a, w in zip(self.space.names, self._widths(), strict=True)}

    def _widths(self) -> np.ndarray:
        """From the least to the greatest agreeing value, against the range; NaN where none agrees."""
        if self.kept.empty:
            return np.full(len(self.space.names), np.nan)
        return np.asarray(np.ptp(self.kept.to_numpy(), axis=0) / (self.space.highs - self.space.lows))

    def table(self) -> pd.DataFrame:
        """Return one row per parameter, those told most first: range, agreeing values, width left, what is told."""
        kept = self.kept.to_numpy() if len(self.kept) else np.full((1, len(self.space.names)), np.nan)
        low, middle, high = np.quantile(kept, (0, 0.5, 1), axis=0)
        told = self.verdicts()
        made = pd.DataFrame({"参数": [said(a) for a in self.space.names], "地址": self.space.names, "范围低": self.space.lows, "范围高": self.space.highs,
                             "相容值最低": low, "相容值中位": middle, "相容值最高": high, "剩余宽度": self._widths(),
                             "判断": [told[a].label for a in self.space.names]})
        return made.sort_values(["剩余宽度", "地址"], kind="stable", ignore_index=True)

    def ties(self) -> pd.DataFrame:
        """Return pairs of parameters that the counts tie to each other: rank correlation of the agreeing values ≥ 0.6."""
        told = self.verdicts()
        names = [a for a in self.space.names if told[a] in (Told.NARROWED, Told.SLIGHTLY)]
        ranks = self.kept[names].rank().corr().to_numpy() if names else np.zeros((0, 0))
        rows = [{"参数": said(names[i]), "另一参数": said(names[j]), "秩相关": float(ranks[i, j])}
                for i, j in combinations(range(len(names)), 2) if abs(ranks[i, j]) >= TIED]
        return pd.DataFrame(rows, columns=["参数", "另一参数", "秩相关"])

    def reached(self) -> pd.DataFrame:
        """Return for each count what the ranges can give (5 % and 95 % of the draws) beside what was counted."""
        low, middle, high = self.reach.quantile((_MIDDLE[0], 0.5, _MIDDLE[1])).to_numpy()
        return pd.DataFrame({"指标": [w.label for w in self.counts.wanted], "实际计数": self.counts.numbers, "范围内5%": low,
                             "范围内中位": middle, "范围内95%": high, "来源": self.counts.sources})

    def warnings(self) -> tuple[str, ...]:
        """Return what must be said before the result is used; empty where nothing."""
        found = []
        if self.kept.empty:
            found.append("在写明的范围内没有找到与全部计数相容的取值：要么范围取得不对，要么模型不合这些计数。")
        if self.share >= ANYTHING:
            found.append(f"从范围里任取一组参数，{self.share:.0%} 都与计数相符：模型几乎什么数都能凑出，吻合不是证据。")
        elif 0 < len(self.kept) < ENOUGH:
            found.append(f"相容的取值只找到 {len(self.kept)} 组，太少，「不可识别」也可能只是看不清：加大抽取次数和轮数再算。")
        elif len(self.kept) and all(t is Told.NOT_AT_ALL for t in self.verdicts().values()):
            found.append("没有一个参数因这些计数而收窄：模型换着法子都能凑出它们，吻合不是证据。")
        if (late := (self.counts.as_of - self.counts.end).days) > 0:
            found.append(f"计数截至时段结束后 {late} 天，其间核实的也计了进去，推演只算到时段结束。")
        return tuple(found)

    def sentence(self) -> str:
        """Return the counts, how many draws agree, what is narrowed, what cannot be told, and the warnings."""
        told = self.verdicts()
        groups = {t: [a for a in self.space.names if told[a] is t] for t in Told}
        head = (f"【{self.mark()}】计数（{self.counts.words()}）。按「{self.arm}」，从 {len(self.space.names)} 个参数的范围里任取，"
                f"{self.share:.1%} 与计数相容。")
        narrowed = self.table().set_index("地址")
        lines = "、".join(f"{said(a)}收窄到 {narrowed.loc[a, '相容值最低']:.3g}–{narrowed.loc[a, '相容值最高']:.3g}" for a in groups[Told.NARROWED])
        parts = [head, f"{lines}。" if lines else "没有参数明显收窄。"]
        if groups[Told.NOT_AT_ALL]:
            parts.append(f"「不可识别」{len(groups[Told.NOT_AT_ALL])} 个，这些计数说不出它们是多少：" + _listed(groups[Told.NOT_AT_ALL]) + "。")
        ties = self.ties()
        if len(ties):
            parts.append("只能合起来定、不能分开定的：" + "；".join(f"{r['参数']} 与 {r['另一参数']}" for r in ties.to_dict("records")) + "。")
        return "".join([*parts, *self.warnings()])

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), self.mark())


def _listed(addresses: Sequence[str]) -> str:
    return "、".join(said(a) for a in addresses[:MOST_NAMED]) + ("等，逐个见表" if len(addresses) > MOST_NAMED else "")


def _told(width: float, chance: float) -> Told:
    if np.isnan(width):
        return Told.NOTHING_FITS
    if width >= min(UNTOUCHED, chance):
        return Told.NOT_AT_ALL
    return Told.NARROWED if width < NARROWED else Told.SLIGHTLY


def _chance_width(count: int) -> float:
    """The width (against that of the range) that one in a hundred sets of uniform values is below.

    *count* values, of which half are taken to be independent, for a walk's next value often is the last one.
    """
    values = stream(0, "calibrate", "width").random((_SETS, max(2, count // 2)))
    return float(np.quantile(np.ptp(values, axis=1), 0.01))


def calibrate(model: Model, counts: Counts, arm: str | None = None, search: Search | None = None,
              addresses: Sequence[str] | None = None, executor: Executor | None = None) -> Calibration:
    """Return which values within the ranges agree with *counts*, had the policy *arm* (default: the first) been in force.

    Draws from the ranges tell how much of them agrees; walks from the nearest draws then explore what agrees: both are spread
    evenly over it (approximate Bayesian computation with flat priors on the ranges). The same
    arguments give the same result with any executor. Raises `BadInput` where the counts are of other months.
    """
    effort, scenario = search or Search(), model.scenario
    fits_scenario(counts, scenario)
    chosen, space = scenario.arm(arm) if arm else scenario.arms[0], space_of(scenario, addresses)
    target = Target(model.with_arms([chosen]), counts, Block(0, effort.replications))
    points = stream(scenario.seed, "calibrate", "draws").uniform(space.lows, space.highs, (effort.draws, len(space.names)))
    places = [dict(zip(space.names, row.tolist(), strict=True)) for row in points]
    chunks = [places[i:i + _CHUNK] for i in range(0, len(places), _CHUNK)]
    drawn = [each for part in _spread(executor, distances, [(target, c) for c in chunks]) for each in part]
    far = np.array([d for d, _ in drawn])
    starts = [tuple(points[i].tolist()) for i in np.argsort(far, kind="stable")[:effort.chains]]
    walks = _spread(executor, walk, [(target, space, start, effort.sweeps, n) for n, start in enumerate(starts)])
    agreeing = [*map(tuple, points[far == 0].tolist()), *(row for rows, _ in walks for row in rows)]
    kept = pd.DataFrame(agreeing, columns=list(space.names), dtype=np.float64)
    reach = pd.DataFrame([seen for _, seen in drawn], columns=[w.label for w in counts.wanted])
    return Calibration(model, chosen.name, counts, space, float((far == 0).mean()), reach, kept, min(d for _, d in walks))


def _spread(executor: Executor | None, job: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    if executor is None:
        return [job(*call) for call in calls]
    return [each.result() for each in [executor.submit(job, *call) for call in calls]]
