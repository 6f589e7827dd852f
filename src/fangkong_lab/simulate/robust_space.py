"""Designs over the ranges of the assumed parameters, and what they say about each: Morris and Sobol, by SALib."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.simulate.parameter import Domain, Parameter
from fangkong_lab.simulate.scenario import Scenario, WorldKind
from fangkong_lab.streams import stream

MOST_TRAJECTORIES = 1000
LEVELS = 4
"""Levels of the Morris grid; both ends of each range are among them."""


@dataclass(frozen=True)
class Space:
    """A box: *names* of the parameters, *lows* and *highs* of their ranges (float64, one each)."""

    names: tuple[str, ...]
    lows: np.ndarray = field(repr=False)
    highs: np.ndarray = field(repr=False)

    def problem(self) -> dict[str, Any]:
        """Return the box as SALib wants it."""
        bounds = [[low, high] for low, high in zip(self.lows, self.highs, strict=True)]
        return {"num_vars": len(self.names), "names": list(self.names), "bounds": bounds}

    def only(self, names: Sequence[str]) -> Space:
        """Return the box of some of the parameters, in this box's order."""
        kept = [i for i, name in enumerate(self.names) if name in names]
        return Space(tuple(self.names[i] for i in kept), self.lows[kept], self.highs[kept])


def space_of(scenario: Scenario, addresses: Sequence[str] | None = None) -> Space:
    """Return the ranges of every parameter that has one (or of *addresses*), by address.

    In a ledger's world, shares and weights from which a made-up world is drawn do nothing and are left out. Raises
    `WrongCall` for an unknown address and where nothing is left to vary.
    """
    found = scenario.parameters
    for address in addresses or ():
        if address not in found:
            raise WrongCall(f"情景没有参数「{address}」", where=scenario.id, mend=did_you_mean(address, tuple(found)))
    kept = [p for a, p in sorted(found.items()) if p.high > p.low and (addresses is None or a in addresses) and _acts(scenario, a)]
    if not kept:
        raise WrongCall("没有可以变动的参数：范围的两端都相同", where=scenario.id, mend="在情景文件里写出参数的范围")
    return Space(tuple(p.address for p in kept), np.array([_low(p) for p in kept]), np.array([p.high for p in kept]))


def _low(parameter: Parameter) -> float:
    """The low end; a hair above zero for weights, for where all were zero nobody would have a grade."""
    if parameter.domain is Domain.WEIGHT:
        return max(parameter.low, parameter.high * 1e-6)
    return parameter.low


def own_end(parameter: Parameter, value: float) -> float:
    """Return *value* as the scenario writes it: its own low end where that was moved a hair above zero, else unchanged."""
    return parameter.low if value == _low(parameter) else value


def _acts(scenario: Scenario, address: str) -> bool:
    made_up = address.startswith("world.") or address.endswith(".weight")
    return scenario.world.kind is WorldKind.SYNTHETIC or not made_up


def _number(seed: int, *address: str) -> int:
    """A seed for SALib, which takes zero for none."""
    return int(stream(seed, "robust", *address).integers(1, 2**31))


def _inside(space: Space, points: np.ndarray) -> np.ndarray:
    """Rounding may put a point a hair outside its range."""
    return np.clip(np.asarray(points, dtype=np.float64), space.lows, space.highs)


def check_trajectories(trajectories: int) -> None:
    """Raise `WrongCall` below two trajectories, for then there is no spread, and above a thousand."""
    if not 2 <= trajectories <= MOST_TRAJECTORIES:
        raise WrongCall(f"Morris 筛选至少要两条轨迹，至多 {MOST_TRAJECTORIES:,} 条", where="--trajectories",
                        mend=f"取 2 到 {MOST_TRAJECTORIES:,}")


def morris_points(space: Space, trajectories: int, seed: int) -> np.ndarray:
    """Return the points of *trajectories* random walks, each of parameters + 1 points: float64, points × parameters.

    Reference: Morris 1991. `WrongCall` below two trajectories.
    """
    from SALib.sample import morris

    check_trajectories(trajectories)
    return _inside(space, morris.sample(space.problem(), trajectories, num_levels=LEVELS, seed=_number(seed, "walk")))


def morris_effects(space: Space, points: np.ndarray, values: np.ndarray, seed: int) -> pd.DataFrame:
    """Return one row per parameter: *mean* effect of going through its whole range, *strength* (mean of absolute effects),
    its 95 % half-width *margin*, and *spread* (standard deviation: bent, or depending on others).

    *points* are those of `morris_points`, *values* one number for each.
    """
    from SALib.analyze import morris

    made = morris.analyze(space.problem(), points, np.asarray(values, dtype=np.float64), num_levels=LEVELS,
                          seed=_number(seed, "effects"))
    columns = {"mean": "mu", "strength": "mu_star", "margin": "mu_star_conf", "spread": "sigma"}
    return pd.DataFrame({"address": space.names, **{ours: np.asarray(made[theirs], float) for ours, theirs in columns.items()}})


def sobol_points(space: Space, base: int, seed: int) -> np.ndarray:
    """Return base × (parameters + 2) points of Saltelli's scheme (first-order and total shares).

    `WrongCall` unless *base* is a power of two, without which the sequence is not balanced.
    """
    from SALib.sample import sobol

    if base < 2 or base & (base - 1):
        raise WrongCall(f"Sobol 的基数 {base} 不是 2 的幂", mend="取 64、128、256……")
    return _inside(space, sobol.sample(space.problem(), base, calc_second_order=False, seed=_number(seed, "sobol")))


def sobol_shares(space: Space, values: np.ndarray, seed: int) -> pd.DataFrame:
    """Return one row per parameter: *first* (share of the variance it explains alone), *total* (with all it interacts
    with), and their 95 % half-widths *first_margin*, *total_margin*; zeros where *values* do not vary.

    Reference: Saltelli et al. 2010; Jansen's estimator of the total share.
    """
    from SALib.analyze import sobol

    numbers = np.asarray(values, dtype=np.float64)
    columns = {"first": "S1", "first_margin": "S1_conf", "total": "ST", "total_margin": "ST_conf"}
    if np.ptp(numbers) == 0:
        made: dict[str, Any] = dict.fromkeys(columns.values(), np.zeros(len(space.names)))
    else:
        made = sobol.analyze(space.problem(), numbers, calc_second_order=False, seed=_number(seed, "shares"))
    return pd.DataFrame({"address": space.names, **{ours: np.asarray(made[theirs], float) for ours, theirs in columns.items()}})
