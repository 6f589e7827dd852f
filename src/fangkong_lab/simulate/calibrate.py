"""Which values of the assumed parameters agree with counts that were made, and which the counts say nothing about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from fangkong_lab.kinds import Kind
from fangkong_lab.result import html_of
from fangkong_lab.simulate.calibrate_counts import Counts, fits_scenario
from fangkong_lab.simulate.calibrate_fit import FAR, Target, Walker, distances, named_values, step
from fangkong_lab.simulate.crew import Crew, Job, Progress, Stage
from fangkong_lab.simulate.model import Block, Model
from fangkong_lab.simulate.parameter import plain
from fangkong_lab.simulate.robust_space import Space, own_end, space_of
from fangkong_lab.simulate.robust_words import said
from fangkong_lab.simulate.scenario import WHAT_IF
from fangkong_lab.simulate.store import Arrays, named
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
DRAWN = -1
_LONG, _WALKS, _MIXED = 4, 3, 1.2
DRAWING, WALKING = Stage("从范围里任取", "组参数"), Stage("沿相容的取值走", "轮")


class Told(Kind):
    """What the counts say about a parameter."""

    NARROWED = "narrowed", "收窄"
    SLIGHTLY = "slightly", "略有收窄"
    NOT_AT_ALL = "not_identifiable", "不可识别"
    UNCLEAR = "unclear", "看不清"
    NOTHING_FITS = "nothing_fits", "没有相容的值"


@dataclass(frozen=True)
class Search:
    """How much is run: *draws* from the ranges, then *chains* walks of *sweeps* rounds; *replications* at each place."""

    draws: int = 400
    chains: int = 8
    sweeps: int = 24
    replications: int = 6


@dataclass(frozen=True)
class Calibration:
    """The values that agree with *counts* under the policy *arm*.

    *share*: of the draws from the ranges, those that agree. *reach*: what the draws give for each count, draws × counts.
    *kept*: agreeing values (draws, then walks), one row each, a column per address (empty where none was found). *nearest*: the
    least distance (`calibrate_fit.distance_of`) at which a walk ended. *origin*: for each of *kept* the number of its walk, `DRAWN` for a draw.
    """

    model: Model = field(repr=False)
    arm: str
    counts: Counts
    space: Space
    share: float
    reach: pd.DataFrame = field(repr=False)
    kept: pd.DataFrame = field(repr=False)
    nearest: float
    origin: tuple[int, ...] = field(repr=False)

    def mark(self) -> str:
        """Return the words that every page of this result carries."""
        return f"{WHAT_IF}；校准只是挑出与计数不矛盾的假定"

    def verdicts(self) -> dict[str, Told]:
        """Return what the counts say about each parameter, by address.

        A width that so few values would show by chance, had the counts said nothing, is not called narrow; nor is one of too
        few values, or of walks that stayed each in its own part of the range: what is not seen there may only not be reached.
        """
        chance, origin = _chance_width(len(self.kept)), np.array(self.origin)
        told = {a: _told(w, chance) for a, w in zip(self.space.names, self._widths(), strict=True)}
        return {a: Told.UNCLEAR if t in (Told.NARROWED, Told.SLIGHTLY) and not explored(self.kept[a].to_numpy(), origin) else t
                for a, t in told.items()}

    def _widths(self) -> np.ndarray:
        """From the least to the greatest agreeing value, against the range; NaN where none agrees."""
        if self.kept.empty:
            return np.full(len(self.space.names), np.nan)
        return np.asarray(np.ptp(self.kept.to_numpy(), axis=0) / (self.space.highs - self.space.lows))

    def table(self) -> pd.DataFrame:
        """Return one row per parameter, those told most first: range, agreeing values, width left, what is told."""
        kept = self.kept.to_numpy() if len(self.kept) else np.full((1, len(self.space.names)), np.nan)
        low, middle, high = np.quantile(kept, (0, 0.5, 1), axis=0)
        told, own = self.verdicts(), self.model.scenario.parameters
        lows = [own_end(own[a], low) for a, low in zip(self.space.names, self.space.lows, strict=True)]
        made = pd.DataFrame({"参数": [said(a) for a in self.space.names], "地址": self.space.names, "范围低": lows, "范围高": self.space.highs,
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
            found.append(f"相容的取值只找到 {len(self.kept)} 组，太少，是否收窄无法判断：要加大抽取次数和轮数再算。")
        elif len(self.kept) and all(t is Told.NOT_AT_ALL for t in self.verdicts().values()):
            found.append("没有一个参数因这些计数而收窄：模型换着法子都能凑出它们，吻合不是证据。")
        if (late := (self.counts.as_of - self.counts.end).days) > 0:
            found.append(f"计数截至时段结束后 {late} 天，其间核实的也计了进去，推演只算到时段结束。")
        return tuple(found)

    def summary(self) -> str:
        """Return the result in one sentence, for a first page; the first warning stands before it."""
        told = list(self.verdicts().values())
        counted = "，".join(f"{t.label} {told.count(t)} 个" for t in Told if told.count(t))
        return "".join(self.warnings()[:1]) + (f"用 {self.counts.span()}的 {len(self.counts.wanted)} 个实际计数核对：从范围里任取的，"
                                               f"{self.share:.1%} 与计数相容；{len(told)} 个参数里，{counted}。")

    def sentence(self, warned: bool = True) -> str:
        """Return the counts, how many draws agree, what is narrowed, what cannot be told, and (if *warned*) the warnings.

        Where nothing agrees, nothing can be said of any parameter: only how far off the nearest place is.
        """
        warnings = self.warnings() if warned else ()
        return "".join((self._head(), *(self._told() if len(self.kept) else (self._nearest(),)), *warnings))

    def _head(self) -> str:
        """The counts, and how many draws agree with them."""
        head = f"【{self.mark()}】计数（{self.counts.words()}）。按「{self.arm}」，从 {len(self.space.names)} 个参数的范围里任取，"
        if self.share:
            return head + f"{self.share:.1%} 与计数相容。"
        return head + f"{len(self.reach):,} 组里没有一组与计数相容" + ("，以下是从最近的几组走到的。" if len(self.kept) else "。")

    def _nearest(self) -> str:
        return f"从最近的几组走下去也没有走到；走到的最近一处，仍有计数与推演相差 {plain(self.nearest - FAR, 3)} 个标准差。"

    def _told(self) -> list[str]:
        """What the agreeing values tell of the parameters."""
        told = self.verdicts()
        groups = {t: [a for a in self.space.names if told[a] is t] for t in Told}
        narrowed = self.table().set_index("地址")[["相容值最低", "相容值最高"]].astype(float).T.to_dict("list")
        lines = "、".join(f"{said(a)}收窄到 {plain(narrowed[a][0], 3)}–{plain(narrowed[a][1], 3)}" for a in groups[Told.NARROWED])
        parts = [f"{lines}。" if lines else "没有参数明显收窄。"]
        if groups[Told.NOT_AT_ALL]:
            parts.append(f"「不可识别」{len(groups[Told.NOT_AT_ALL])} 个，这些计数说不出它们是多少：" + _listed(groups[Told.NOT_AT_ALL]) + "。")
        if groups[Told.UNCLEAR]:
            parts.append(f"「看不清」{len(groups[Told.UNCLEAR])} 个，看上去窄，但找到的相容取值太少，或各条链各在一处，不能说收窄：" + _listed(groups[Told.UNCLEAR]) + "。")
        ties = self.ties()
        if len(ties):
            parts.append("只能合起来定、不能分开定的：" + "；".join(f"{r['参数']}与{r['另一参数']}" for r in ties.to_dict("records")) + "。")
        return parts

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


def explored(values: np.ndarray, origin: np.ndarray) -> bool:
    """Say whether *values* show how far agreeing values reach: at least 40, of which 40 are independent draws, or which come
    from at least three walks that went over the same part of the range (potential scale reduction at most 1.2).

    Reference: Gelman & Rubin 1992.
    """
    if len(values) < ENOUGH:
        return False
    if (origin == DRAWN).sum() >= ENOUGH:
        return True
    walks = [values[origin == n] for n in np.unique(origin[origin != DRAWN]) if (origin == n).sum() >= _LONG]
    if len(walks) < _WALKS:
        return False
    within, length = float(np.mean([w.var(ddof=1) for w in walks])), float(np.mean([len(w) for w in walks]))
    between = float(np.var([w.mean() for w in walks], ddof=1))
    return bool(within and ((length - 1) / length + between / within) ** 0.5 <= _MIXED)


def _chance_width(count: int) -> float:
    """The width (against that of the range) that one in a hundred sets of uniform values is below.

    *count* values, of which half are taken to be independent, for a walk's next value often is the last one.
    """
    values = stream(0, "calibrate", "width").random((_SETS, max(2, count // 2)))
    return float(np.quantile(np.ptp(values, axis=1), 0.01))


def calibrate(model: Model, counts: Counts, arm: str | None = None, search: Search | None = None,
              addresses: Sequence[str] | None = None, crew: Crew | None = None) -> Calibration:
    """Return which values within the ranges agree with *counts*, had the policy *arm* (default: the first) been in force.

    Draws from the ranges tell how much of them agrees; walks from the nearest draws then explore what agrees: both are spread
    evenly over it (approximate Bayesian computation with flat priors on the ranges). The same arguments give the same result
    with any *crew*; one that keeps finished parts goes on where it was interrupted, a walk from its last round. Raises
    `BadInput` where the counts are of other months.
    """
    effort, scenario = search or Search(), model.scenario
    fits_scenario(counts, scenario)
    chosen, space = scenario.arm(arm) if arm else scenario.arms[0], space_of(scenario, addresses)
    target = Target(model.with_arms([chosen]), counts, Block(0, effort.replications))
    seeking = _Seeking(target, space, crew or Crew())
    points = stream(scenario.seed, "calibrate", "draws").uniform(space.lows, space.highs, (effort.draws, len(space.names)))
    far, seen = seeking.draw(points)
    starts = np.argsort(far, kind="stable")[:effort.chains]
    walks = seeking.walk([Walker(n, 0, tuple(points[i].tolist()), float(far[i])) for n, i in enumerate(starts)], effort.sweeps)
    settled = [_settled(each) for each in walks]
    agreeing = [*points[far == 0].tolist(), *(row for each in settled for row in each)]
    origin = (*(DRAWN,) * int((far == 0).sum()), *(n for n, each in enumerate(settled) for _ in each))
    kept = pd.DataFrame(agreeing, columns=list(space.names), dtype=np.float64)
    reach = pd.DataFrame(seen, columns=[w.label for w in counts.wanted])
    nearest = min(each[-1].distance for each in walks)
    return Calibration(model, chosen.name, counts, space, float((far == 0).mean()), reach, kept, nearest, origin)


def _settled(rounds: Sequence[Walker]) -> list[tuple[float, ...]]:
    """What a walk gives: the values after each round that agree with the counts, without the first third of them."""
    agreeing = [each.at for each in rounds[1:] if not each.distance]
    return agreeing[len(agreeing) // 3:]


@dataclass(frozen=True)
class _Seeking:
    """Draws and walks, in parts that can be kept."""

    target: Target
    space: Space
    crew: Crew

    def _name(self, kind: str, *content: object) -> str:
        """Name a part by what decides it beside the model: counts, replications, ranges, and *content*."""
        counts, space = self.target.counts, self.space
        return named(kind, [w.value for w in counts.wanted], counts.numbers, self.target.block, space.names, space.lows.tolist(),
                     space.highs.tolist(), *content)

    def _all(self, jobs: Sequence[Job], progress: Progress) -> list[Arrays]:
        return self.crew.all(jobs, self.crew.store(self.target.model), progress)

    def draw(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the distance at each of *points*, and the mean counts there."""
        parts = [points[i:i + _CHUNK] for i in range(0, len(points), _CHUNK)]
        jobs = [Job(self._name("draws", part.tolist()), len(part), distances, (self.target, [named_values(self.space, row) for row in part]))
                for part in parts]
        made = self._all(jobs, self.crew.watch(DRAWING))
        return np.concatenate([each["distance"] for each in made]), np.concatenate([each["seen"] for each in made])

    def walk(self, starts: Sequence[Walker], rounds: int) -> list[list[Walker]]:
        """Return for each of *starts* where it stood before and after each of *rounds* rounds."""
        trails = [[start] for start in starts]
        told = _Rounds(self.crew.watch(WALKING), rounds * len(starts))
        for _ in range(rounds):
            jobs = [Job(self._name("walk", trail[-1]), 1, step, (self.target, self.space, trail[-1])) for trail in trails]
            for trail, each in zip(trails, self._all(jobs, told), strict=True):
                old = trail[-1]
                trail.append(Walker(old.number, old.round + 1, tuple(each["at"].tolist()), float(each["distance"])))
            told.before += len(starts)
        return trails


@dataclass
class _Rounds:
    """Tells of *before* and what the round adds to it; rounds that were all kept before are not told of, for they take no time."""

    progress: Progress
    wanted: int
    before: int = 0
    begun: bool = False

    def __call__(self, done: int, of: int | None) -> None:
        self.begun |= done != of
        if self.begun:
            self.progress(self.before + done, self.wanted)
