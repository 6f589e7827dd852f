"""Synthetic difference-in-differences: pilots against a mixture of other units, after against a mixture of periods before.

Arkhangelsky, Athey, Hirshberg, Imbens & Wager 2021, AER 111:4088–4118. Inference by placebo: the same estimate for other units (`placebo_sets`, their
Algorithm 4); the p value is the share of placebos at least as far from zero, and cannot be below 1/(number of placebos + 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.assumption import Assumption, Refusal, State
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale
from fangkong_lab.evaluate.evidence import grade
from fangkong_lab.evaluate.extreme import chosen_at_extreme
from fangkong_lab.evaluate.mixtures import ridged_mixtures
from fangkong_lab.evaluate.panel import Columns, Panel
from fangkong_lab.evaluate.placebo_sets import Sets, only_pilots, rank_sets, spread_sets
from fangkong_lab.evaluate.plot import Plot, Shape
from fangkong_lab.evaluate.readings import readings
from fangkong_lab.evaluate.settings import STANDARD, Settings
from fangkong_lab.evaluate.simplex import frank_wolfe, simplex_weights

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PAPER = "Arkhangelsky et al. 2021"
TINY = 1e-6
FEW_DONORS = 300
FEWEST_BEFORE = 3
PRE_FIT, POOR_FIT = "试点前拟合", 2.0


@dataclass(frozen=True)
class SyntheticDidOptions:
    """*unit_ridge* (None: the paper's (pilots × periods after)^¼), *intercept* and *time_weights* as in the paper; without intercept and time
    weights it is their synthetic-control estimator.
    """

    unit_ridge: float | None = None
    intercept: bool = True
    time_weights: bool = True


PLAIN = SyntheticDidOptions()


def synthetic_did(frame: pd.DataFrame, *, outcome: str, unit: str, time: str, treated_from: str, exposure: str | None = None,
                  options: SyntheticDidOptions = PLAIN, settings: Settings = STANDARD) -> Effect | Refusal:
    """Return the average difference a unit and period of the pilots (per unit of *exposure* where one is given: a difference of rates).

    All pilots must begin together; a panel that does not bear the design gives a `Refusal`.
    """
    panel = Panel.read(frame, Columns(outcome, unit, time, treated_from, exposure))
    panel.require_units()
    refusal = common_start(panel, Design.SYNTHETIC_DID, FEWEST_BEFORE)
    if refusal:
        return refusal
    ranks, spread = rank_sets(panel, settings.seed), spread_sets(panel, settings.seed)
    own, units, periods = published(panel, options)
    values, mixtures, _ = estimates(panel, ranks, options)
    apart = values if panel.treated.sum() == 1 else estimates(panel, spread, options)[0]
    fit = pre_fit(panel, ranks, mixtures, centred=options.intercept)
    return _effect(panel, (Placebos(own, values, apart[1:]), units, periods), (options, settings, fit))


@dataclass(frozen=True, eq=False)
class Placebos:
    """*value* as printed; *ranked* the pilots' estimate and the placebos' by one and the same solver; *spread* the estimates of others alone."""

    value: float
    ranked: Floats
    spread: Floats

    def p(self) -> tuple[float | None, float | None]:
        """Return p by rank and its floor; None without placebos."""
        count = len(self.ranked)
        if count < 3:
            return None, None
        return float((np.abs(self.ranked) >= abs(self.ranked[0]) - 1e-12).sum()) / count, 1 / count

    def interval(self, level: float, others: int) -> tuple[float, float, float]:
        """Return interval and standard error: t law on the spread of the placebos around 0, no more degrees of freedom than *others* less one; NaN without."""
        from scipy.stats import t

        if len(self.spread) < 2:
            return float("nan"), float("nan"), float("nan")
        error = float(np.sqrt((self.spread**2).mean()))
        reach = float(t.ppf((1 + level) / 2, min(len(self.spread), others - 1))) * error
        return self.value - reach, self.value + reach, error


def common_start(panel: Panel, design: Design, before: int) -> Refusal | None:
    """Refuse what neither synthetic control nor SDID bears: staggered starts, gaps, few periods before, fewer than two others."""
    if len(panel.cohorts) > 1:
        return Refusal(design.label, f"试点分{len(panel.cohorts)}批开始", "全部试点同时开始，或逐批分开估计", PAPER,
                       "分批双重差分（Callaway–Sant'Anna）", sources=(panel.source(),))
    others = int((~panel.treated).sum())
    if others < 2:
        return Refusal(design.label, f"对照单位只有{others}个", "2个对照单位（要使p值能到0.05，19个）", "Abadie 2021", sources=(panel.source(),))
    if panel.cohorts[0] < before:
        return Refusal(design.label, f"试点前只有{panel.cohorts[0]}期，合成的走势不可靠", f"试点前{before}期", "Abadie 2021", "双重差分或置换检验",
                       sources=(panel.source(),))
    if not panel.balanced:
        return Refusal(design.label, f"缺{int((~panel.present).sum())}个单位期", "每个单位每期都有数", PAPER, sources=(panel.source(),))
    return None


def estimates(panel: Panel, sets: Sets, options: SyntheticDidOptions) -> tuple[Floats, Floats, Floats]:
    """Return the estimate of every set (B), its unit weights (B×N) and its period weights (B×before), all solved for exactly."""
    rates, first, count = panel.rates(), panel.cohorts[0], len(sets.members)
    problem = _Problem.of(panel, sets, options)
    matrix, target = problem.unit_problem
    penalty = problem.penalty
    units = (ridged_mixtures(matrix, target, penalty, problem.donors) if options.unit_ridge is None
             else np.array([problem.one_unit(k, simplex_weights) for k in range(count)]))
    periods = problem.all_periods() if options.time_weights else np.zeros((count, first))
    return _gaps(problem.path - units @ rates, periods), units, periods


def published(panel: Panel, options: SyntheticDidOptions) -> tuple[float, Floats, Floats]:
    """Return the pilots' estimate, unit weights (N) and period weights (before) by the paper's Frank–Wolfe: the number that is printed."""
    problem = _Problem.of(panel, only_pilots(panel), options)
    smallest = 1e-5 * float(problem.noise[0])

    def solve(matrix: Floats, target: Floats, ridge: float) -> Floats:
        return frank_wolfe(matrix, target, ridge, smallest)

    unit = problem.one_unit(0, solve)
    period = problem.one_period(0, solve) if options.time_weights else np.zeros(panel.cohorts[0])
    return float(_gaps((problem.path[0] - unit @ panel.rates())[None, :], period[None, :])[0]), unit, period


def _gaps(gap: Floats, periods: Floats) -> Floats:
    """Return B: the mean gap (B×T) after the start less the weighted mean before."""
    first = periods.shape[1]
    return np.asarray(gap[:, first:].mean(1) - (gap[:, :first] * periods).sum(1))


@dataclass(frozen=True, eq=False)
class _Problem:
    """What the weights of B sets are found from: *rates* N×T, *first* period under the pilot, *path* B×T of the sets, *donors* B×N, *noise* B of the
    donors' steps before the start, *pilots* a set.
    """

    rates: Floats
    first: int
    path: Floats
    donors: NDArray[np.bool_]
    noise: Floats
    pilots: int
    options: SyntheticDidOptions

    @classmethod
    def of(cls, panel: Panel, sets: Sets, options: SyntheticDidOptions) -> _Problem:
        """Return the problems of *sets*."""
        rates, first, donors = panel.rates(), panel.cohorts[0], sets.donors
        steps = np.diff(rates[:, :first], axis=1)
        centre = steps[~panel.treated].mean() if steps.size else 0.0
        total, square = ((steps - centre).sum(axis=1), ((steps - centre) ** 2).sum(axis=1))
        count = donors.sum(axis=1) * steps.shape[1]
        spread = np.maximum(donors @ square - (donors @ total) ** 2 / np.maximum(count, 1), 0.0) / np.maximum(count - 1, 1)
        noise = np.sqrt(spread) if first > 1 else np.ones(len(donors))
        return cls(rates, first, sets.means(rates), donors, np.maximum(noise, 1e-300), int(panel.treated.sum()), options)

    @cached_property
    def penalty(self) -> Floats:
        """Return B ridges of the unit weights."""
        asked = self.options.unit_ridge
        ridge = (self.pilots * (self.rates.shape[1] - self.first)) ** 0.25 if asked is None else asked
        return np.asarray(self.first * (ridge * self.noise) ** 2)

    @cached_property
    def unit_problem(self) -> tuple[Floats, Floats]:
        """Return the paths before the start (before×N) and the sets' (B×before); centred over time with an intercept."""
        matrix, target = self.rates[:, : self.first].T, self.path[:, : self.first]
        if self.options.intercept:
            matrix, target = matrix - matrix.mean(0), target - target.mean(1, keepdims=True)
        return matrix, target

    def one_unit(self, k: int, solve: Callable[[Floats, Floats, float], Floats]) -> Floats:
        """Return N unit weights of set *k* by *solve*."""
        matrix, target = self.unit_problem
        found, row = np.zeros(len(self.rates)), self.donors[k]
        found[row] = solve(matrix[:, row], target[k], float(self.penalty[k]))
        return found

    def one_period(self, k: int, solve: Callable[[Floats, Floats, float], Floats]) -> Floats:
        """Return the weights of the periods before that foretell the donors' mean after, for set *k* by *solve*."""
        both = self.foretold[self.donors[k]]
        both = both - both.mean(0)
        return solve(both[:, :-1], both[:, -1], len(both) * (TINY * float(self.noise[k])) ** 2)

    @cached_property
    def foretold(self) -> Floats:
        """Return N×(before + 1): the periods before, and the mean after."""
        return np.column_stack([self.rates[:, : self.first], self.rates[:, self.first :].mean(1)])

    def all_periods(self) -> Floats:
        """Return B×before: the exact period weights of every set.

        Of many donors only the products of the periods matter; a square root of them (as many rows as periods) stands for the donors.
        """
        if len(self.rates) <= FEW_DONORS:
            return np.array([self.one_period(k, simplex_weights) for k in range(len(self.donors))])
        both = self.foretold
        both = both - both[self.donors[0]].mean(0)
        width, count = both.shape[1], self.donors.sum(axis=1)
        chosen = self.donors.astype(np.float64)
        sums = chosen @ both
        products = (chosen @ (both[:, :, None] * both[:, None, :]).reshape(len(both), -1)).reshape(-1, width, width)
        values, vectors = np.linalg.eigh(products - sums[:, :, None] * sums[:, None, :] / count[:, None, None])
        roots = np.sqrt(np.maximum(values, 0.0))[:, :, None] * vectors.transpose(0, 2, 1)
        ridges = count * (TINY * self.noise) ** 2
        return np.array([simplex_weights(root[:, :-1], root[:, -1], float(ridge)) for root, ridge in zip(roots, ridges, strict=True)])


def _effect(panel: Panel, found: tuple[Placebos, Floats, Floats], how: tuple[SyntheticDidOptions, Settings, Assumption]) -> Effect:
    placebos, units, periods = found
    options, settings, fit = how
    size = panel.size()
    low, high, error = placebos.interval(settings.level, size.control)
    p, floor = placebos.p()
    checks = (fit, _others(placebos), chosen_at_extreme(panel.rates()[panel.treated][:, : panel.cohorts[0]],
                                                                       panel.rates()[~panel.treated][:, : panel.cohorts[0]]))
    return Effect(Design.SYNTHETIC_DID, panel.columns.outcome, settings.unit_word, placebos.value, low, high, settings.level,
                  Scale.RATE if panel.counts else Scale.PER_PERIOD, size, Inference.PLACEBO, _frame(panel, units, periods),
                  grade(3, checks, settings.assignment, treated=size.treated, control=size.control), standard_error=error, p=p, p_floor=floor,
                  assumptions=checks, caveats=(*readings(settings, panel.columns.outcome), "区间由安慰剂的离散程度得出，假定各单位的波动相近", *panel.notes()),
                  plot=paths_plot(panel, units, intercept=options.intercept), sources=(panel.source(),))


def pre_fit(panel: Panel, sets: Sets, units: Floats, *, centred: bool) -> Assumption:
    """Hold the pilots' root mean squared gap before the start against the placebos': more than twice their median fails."""
    first, rates = panel.cohorts[0], panel.rates()
    gap = (sets.means(rates) - units @ rates)[:, :first]
    if centred:
        gap = gap - gap.mean(1, keepdims=True)
    left = np.sqrt((gap**2).mean(1))
    if len(left) < 3:
        return Assumption(PRE_FIT, State.INFORMATIONAL, f"试点前均方根误差{left[0]:.4g}，没有安慰剂可比", "Abadie 2021")
    middle = float(np.median(left[1:]))
    state = State.PASSED if left[0] <= POOR_FIT * middle else State.FAILED
    return Assumption(PRE_FIT, state, f"试点前均方根误差{left[0]:.4g}，安慰剂的中位数{middle:.4g}", "Abadie 2021")


def _others(placebos: Placebos) -> Assumption:
    count = len(placebos.ranked) - 1
    return Assumption("安慰剂数", State.INFORMATIONAL, f"安慰剂{count}组" + ("，单位太少，没有区间和p值" if count < 2 else ""), PAPER)


def _frame(panel: Panel, units: Floats, periods: Floats) -> pd.DataFrame:
    import pandas as pd

    mixed = sorted(((u, float(w)) for u, w in zip(panel.units, units, strict=True) if w > 1e-6), key=lambda pair: (-pair[1], pair[0]))
    rows = [("单位", u, w) for u, w in mixed]
    rows += [("试点前期", str(p)[:10], float(w)) for p, w in zip(panel.periods, periods, strict=False) if w > 1e-6]
    return pd.DataFrame(rows, columns=["对象", "名称", "权重"])


def paths_plot(panel: Panel, units: Floats, *, intercept: bool) -> Plot:
    """Draw pilots' mean and the mixture; with *intercept* the mixture is shifted to the pilots' level before the start."""
    import pandas as pd

    rates, first, outcome = panel.rates(), panel.cohorts[0], panel.columns.outcome
    real, made = rates[panel.treated].mean(0), units @ rates
    if intercept:
        made = made + (real - made)[:first].mean()
    frame = pd.concat([pd.DataFrame({"x": list(panel.periods), "y": y, "low": np.nan, "high": np.nan, "series": name})
                       for name, y in (("试点单位", real), ("合成对照", made))], ignore_index=True)
    gap = float((real - made)[first:].mean())
    return Plot(Shape.PATHS, f"{outcome}：试点与合成对照", frame, f"折线图：试点前两条线相近，试点后试点单位平均比合成对照{'高' if gap > 0 else '低'}{abs(gap):.3g}。",
                "时间", outcome, None, panel.periods[first])
