"""Synthetic difference-in-differences: pilots against a mixture of other units, after against a mixture of periods before.

Arkhangelsky, Athey, Hirshberg, Imbens & Wager 2021, AER 111:4088–4118. Inference by placebo: the same estimate for units that had no pilot (their
Algorithm 4); the p value is the share of placebos at least as far from zero, and cannot be below 1/(number of placebos + 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.assumption import Assumption, Refusal, State
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale
from fangkong_lab.evaluate.evidence import grade
from fangkong_lab.evaluate.extreme import chosen_at_extreme
from fangkong_lab.evaluate.panel import Columns, Panel
from fangkong_lab.evaluate.plot import Plot, Shape
from fangkong_lab.evaluate.readings import readings
from fangkong_lab.evaluate.settings import STANDARD, Settings
from fangkong_lab.evaluate.simplex import frank_wolfe, simplex_weights
from fangkong_lab.streams import stream

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PAPER = "Arkhangelsky et al. 2021"
TINY = 1e-6
MOST_PLACEBOS = 199
MOST_EXACT = 80  # units up to which many placebos are solved exactly
MOST_CELLS = 50_000  # placebos × units held at once
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
    sets = placebo_sets(panel, settings.seed)
    own, units, periods = estimates(panel, sets[:1], options)
    values, mixtures, _ = estimates(panel, sets, options) if len(sets) > 1 else (own, units, periods)
    fit = pre_fit(panel, sets, mixtures, centred=options.intercept)
    return _effect(panel, (np.append(own, values), units[0], periods[0]), (options, settings, fit))


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


def placebo_sets(panel: Panel, seed: int) -> Floats:
    """Return B×N 0/1 rows: the pilots first, then sets of as many other units (all, or up to 199 drawn); fewer others than twice the pilots
    give no placebos.
    """
    treated = panel.treated
    others, size = np.flatnonzero(~treated), int(treated.sum())
    if len(others) < size + 2:
        return treated[None, :].astype(float)
    most = min(MOST_PLACEBOS, max(39, MOST_CELLS // panel.n_units))
    if comb(len(others), size) <= most:
        chosen = np.array(list(combinations(others, size)))
    else:
        order = stream(seed, "placebo sets", panel.n_units, size).random((most, len(others))).argsort(1)
        chosen = others[order[:, :size]]
    sets = np.zeros((len(chosen) + 1, panel.n_units))
    sets[0] = treated
    sets[np.arange(1, len(chosen) + 1)[:, None], chosen] = 1
    return sets


def estimates(panel: Panel, sets: Floats, options: SyntheticDidOptions) -> tuple[Floats, Floats, Floats]:
    """Return the estimate of every set (B), its unit weights (B×N) and its period weights (B×before).

    A placebo's donors are the units that never had the pilot, without itself.
    """
    rates, first = panel.rates(), panel.cohorts[0]
    donors = (sets == 0) & ~panel.treated[None, :]
    noise = np.array([np.std(np.diff(rates[row, :first], axis=1), ddof=1) for row in donors]) if first > 1 else np.ones(len(sets))
    noise = np.maximum(noise, 1e-300)
    mean = sets / sets.sum(1, keepdims=True)
    path = mean @ rates
    units = _unit_weights(rates[:, :first], path[:, :first], donors, noise, (options, int(sets[0].sum()), rates.shape[1] - first))
    periods = _period_weights(rates, first, donors, noise) if options.time_weights else np.zeros((len(sets), first))
    gap = path - units @ rates
    return gap[:, first:].mean(1) - (gap[:, :first] * periods).sum(1), units, periods


def _unit_weights(before: Floats, path: Floats, donors: NDArray[np.bool_], noise: Floats, how: tuple[SyntheticDidOptions, int, int]) -> Floats:
    options, pilots, after = how
    ridge = (pilots * after) ** 0.25 if options.unit_ridge is None else options.unit_ridge
    matrix, target = before.T, path
    if options.intercept:
        matrix, target = matrix - matrix.mean(0), target - target.mean(1, keepdims=True)
    found, many = np.zeros(donors.shape), exact(len(path), before.shape[0])
    for k, row in enumerate(donors):
        penalty = float(before.shape[1] * (ridge * noise[k]) ** 2)
        found[k, row] = (simplex_weights(matrix[:, row], target[k], penalty) if many
                         else frank_wolfe(matrix[:, row], target[k], penalty, 1e-5 * float(noise[k])))
    return found


def exact(problems: int, units: int) -> bool:
    """Say whether the weights are solved for exactly: for many placebos of few units that is faster; the printed estimate is the paper's Frank–Wolfe."""
    return problems > 1 and units <= MOST_EXACT


def _period_weights(rates: Floats, first: int, donors: NDArray[np.bool_], noise: Floats) -> Floats:
    """Periods before that foretell the others' mean after; each set has its own others, so each its own matrix."""
    many, found = exact(len(donors), len(rates)), []
    for row, sd in zip(donors, noise, strict=True):
        matrix, target = rates[row, :first], rates[row, first:].mean(1)
        matrix, target, ridge = matrix - matrix.mean(0), target - target.mean(), len(matrix) * (TINY * sd) ** 2
        found.append(simplex_weights(matrix, target, ridge) if many else frank_wolfe(matrix, target, ridge, 1e-5 * float(sd)))
    return np.array(found)


def _effect(panel: Panel, found: tuple[Floats, Floats, Floats], how: tuple[SyntheticDidOptions, Settings, Assumption]) -> Effect:
    values, units, periods = found  # the printed estimate, then the pilots' and the placebos' by one and the same solver
    options, settings, fit = how
    placebos = values[2:]
    low, high, error, p, floor = placebo_inference(float(values[0]), float(values[1]), placebos, settings.level)
    checks = (fit, _others(placebos), chosen_at_extreme(panel.rates()[panel.treated][:, : panel.cohorts[0]],
                                                                       panel.rates()[~panel.treated][:, : panel.cohorts[0]]))
    size = panel.size()
    return Effect(Design.SYNTHETIC_DID, panel.columns.outcome, settings.unit_word, float(values[0]), low, high, settings.level,
                  Scale.RATE if panel.counts else Scale.PER_PERIOD, size, Inference.PLACEBO, _frame(panel, units, periods),
                  grade(3, checks, settings.assignment, treated=size.treated, control=size.control), standard_error=error, p=p, p_floor=floor,
                  assumptions=checks, caveats=(*readings(settings, panel.columns.outcome), "区间由安慰剂的离散程度得出，假定各单位的波动相近", *panel.notes()),
                  plot=paths_plot(panel, units, intercept=options.intercept), sources=(panel.source(),))


def placebo_inference(value: float, ranked: float, placebos: Floats, level: float) -> tuple[float, float, float | None, float | None, float | None]:
    """Return interval around *value* (t law on the placebos' spread), standard error, p by the rank of *ranked* among the placebos and its floor; NaN and
    None without placebos.
    """
    from scipy.stats import t

    if len(placebos) < 2:
        return float("nan"), float("nan"), None, None, None
    error = float(np.sqrt((placebos**2).mean()))
    reach = float(t.ppf((1 + level) / 2, len(placebos))) * error
    p = (1 + int((np.abs(placebos) >= abs(ranked) - 1e-12).sum())) / (len(placebos) + 1)
    return value - reach, value + reach, error, p, 1 / (len(placebos) + 1)


def pre_fit(panel: Panel, sets: Floats, units: Floats, *, centred: bool) -> Assumption:
    """Hold the pilots' root mean squared gap before the start against the placebos': more than twice their median fails."""
    first, rates = panel.cohorts[0], panel.rates()
    gap = ((sets / sets.sum(1, keepdims=True)) @ rates - units @ rates)[:, :first]
    if centred:
        gap = gap - gap.mean(1, keepdims=True)
    left = np.sqrt((gap**2).mean(1))
    if len(left) < 3:
        return Assumption(PRE_FIT, State.INFORMATIONAL, f"试点前均方根误差{left[0]:.4g}，没有安慰剂可比", "Abadie 2021")
    middle = float(np.median(left[1:]))
    state = State.PASSED if left[0] <= POOR_FIT * middle else State.FAILED
    return Assumption(PRE_FIT, state, f"试点前均方根误差{left[0]:.4g}，安慰剂的中位数{middle:.4g}", "Abadie 2021")


def _others(placebos: Floats) -> Assumption:
    return Assumption("安慰剂数", State.INFORMATIONAL, f"安慰剂{len(placebos)}组" + ("，单位太少，没有区间和p值" if len(placebos) < 2 else ""), PAPER)


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
