"""Which conclusions survive not knowing the true numbers: every assumed parameter is taken over its whole range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Kind
from fangkong_lab.simulate.crew import Crew, Stage
from fangkong_lab.simulate.model import Block, Model
from fangkong_lab.simulate.robust_conclusion import Gaps, Question, questions_of
from fangkong_lab.simulate.robust_flip import Flip, Look, Turn, crossings
from fangkong_lab.simulate.robust_look import Looker, remembering
from fangkong_lab.simulate.robust_space import (
    Space,
    check_trajectories,
    morris_effects,
    morris_points,
    sobol_points,
    sobol_shares,
    space_of,
)
from fangkong_lab.simulate.robust_verdict import Robustness, Standing, Verdict
from fangkong_lab.simulate.scenario import Arm, Scenario

FRESH = 1 << 20
"""First replication of those that confirm: none that a search has seen."""
MOST_PLACES = 12
"""Turned places of the design that are confirmed, the clearest first, for one conclusion."""
_STARTS = 3
RANGES, VARIANCE = Stage("取遍范围", "处参数"), Stage("方差分解", "处参数")


class Design(Kind):
    """How the ranges are covered. Sobol follows a Morris screening, over the parameters that matter most in it."""

    MORRIS = "morris", "Morris 筛选"
    SOBOL = "sobol", "Sobol 方差分解"


@dataclass(frozen=True)
class Effort:
    """How much is run: *replications* at each place, *confirm* (fresh ones) for what is claimed to turn round, Morris
    *trajectories*, the *base* number of Sobol and over how many of the *strongest* parameters.
    """

    design: Design = Design.MORRIS
    replications: int = 8
    confirm: int = 32
    trajectories: int = 6
    base: int = 64
    strongest: int = 8


@dataclass(frozen=True)
class _Swept:
    """What was seen over the ranges: *seen* at *places*, all *questions*, and each parameter's *strength* (questions × parameters)."""

    space: Space
    places: list[dict[str, float]]
    seen: list[Gaps]
    questions: tuple[Question, ...]
    strength: np.ndarray = field(repr=False)

    def of(self, arm: str) -> _Swept:
        """Return what concerns the conclusions about one policy."""
        own = [i for i, question in enumerate(self.questions) if question.arm == arm]
        return _Swept(self.space, self.places, [Gaps(g.mean[own], g.error[own]) for g in self.seen],
                      tuple(self.questions[i] for i in own), self.strength[own])


@dataclass(frozen=True)
class _Search:
    """What is known while turned conclusions about one policy are traced, by running it and the first one only."""

    swept: _Swept
    base: Mapping[str, float]
    look: Look
    as_assumed: Gaps


def check_sweep(scenario: Scenario, effort: Effort, addresses: Sequence[str] | None = None) -> Space:
    """Return the ranges to be swept; raises, before anything long is run, what `robustness` would refuse."""
    if len(scenario.arms) < 2:
        raise WrongCall("只有一个方案，没有可比的结论", where=scenario.id, mend="在 arms 里至少写两个方案")
    check_trajectories(effort.trajectories)
    return space_of(scenario, addresses)


def robustness(model: Model, effort: Effort | None = None, addresses: Sequence[str] | None = None,
               crew: Crew | None = None) -> Robustness:
    """Take every assumed parameter (or *addresses*) over its range and return which conclusions hold, which turn, and where.

    The conclusions are those of the first policy against each other one. Places run: the values as assumed, each parameter
    alone at both ends, the Morris walks, for Sobol also Saltelli's scheme. A turn is claimed only where fresh replications
    confirm it by 4 Monte Carlo errors. Raises `WrongCall` where there is only one policy, or nothing to vary. The same
    arguments give the same result with any *crew*; one that keeps finished parts goes on where it was interrupted.
    """
    wanted, seed = effort or Effort(), model.scenario.seed
    space = check_sweep(model.scenario, wanted, addresses)
    looker, questions = Looker(model, crew or Crew()), questions_of(model.scenario)
    searched = Block(0, wanted.replications)
    walks = morris_points(space, wanted.trajectories, seed)
    places = [*_ends(space), *_places(space, walks)]
    seen = looker.look(places, searched, RANGES)
    effects = _effects(space, walks, seen[-len(walks):], questions, seed)
    strength = effects.pivot(index="question", columns="address", values="strength")[list(space.names)].to_numpy()
    if wanted.design is Design.SOBOL:
        inner = space.only(_strongest(space, strength, wanted.strongest))
        more = _places(inner, sobol_points(inner, wanted.base, seed))
        found = looker.look(more, searched, VARIANCE)
        effects = effects.merge(_shares(inner, found, questions, seed), on=["question", "address"], how="left")
        places, seen = places + more, seen + found
    swept = _Swept(space, places, seen, questions, strength)
    verdicts = tuple(v for arm in model.scenario.arms[1:] for v in _verdicts(looker, swept.of(arm.name), arm, wanted.confirm))
    return Robustness(model, verdicts, effects, len(places), wanted.replications, wanted.confirm)


def _ends(space: Space) -> list[dict[str, float]]:
    """Each parameter alone at its low, then at its high end."""
    return [{name: float(end)} for name, low, high in zip(space.names, space.lows, space.highs, strict=True) for end in (low, high)]


def _places(space: Space, points: np.ndarray) -> list[dict[str, float]]:
    return [dict(zip(space.names, row.tolist(), strict=True)) for row in points]


def _means(seen: Sequence[Gaps]) -> np.ndarray:
    """Places × questions."""
    return np.array([g.mean for g in seen])


def _effects(space: Space, walks: np.ndarray, seen: Sequence[Gaps], questions: tuple[Question, ...], seed: int) -> pd.DataFrame:
    means = _means(seen)
    return pd.concat([morris_effects(space, walks, means[:, q], seed).assign(question=q) for q in range(len(questions))],
                     ignore_index=True)


def _shares(space: Space, seen: Sequence[Gaps], questions: tuple[Question, ...], seed: int) -> pd.DataFrame:
    means = _means(seen)
    return pd.concat([sobol_shares(space, means[:, q], seed).assign(question=q) for q in range(len(questions))],
                     ignore_index=True)


def _strongest(space: Space, strength: np.ndarray, count: int) -> list[str]:
    """The parameters that matter most to any conclusion, each conclusion's strengths measured against its greatest."""
    most = strength.max(axis=1, keepdims=True)
    worth = (strength / np.where(most > 0, most, 1.0)).max(axis=0)
    return [space.names[i] for i in np.argsort(-worth, kind="stable")[:count]]


def _verdicts(looker: Looker, swept: _Swept, arm: Arm, confirm: int) -> tuple[Verdict, ...]:
    """The conclusions about *arm*: those that seem to turn are looked at again, on *confirm* replications no search has seen."""
    scenario = looker.model.scenario
    pair = Looker(looker.model.with_arms([scenario.arms[0], arm]), looker.crew)
    look = remembering(pair, Block(FRESH, confirm), Stage(f"复核「{arm.name}」的翻转", "处参数"))
    search = _Search(swept, {name: scenario.value(name) for name in swept.space.names}, look, look([{}])[0])
    turns = [Turn(look, search.base, q, int(sign)) for q, sign in enumerate(search.as_assumed.told())]
    told = np.array([g.told() for g in swept.seen])
    flips = _single_flips(search, turns, told)
    made = [_verdict(search, turn, flips[turn.at], told) for turn in turns]
    return tuple(replace(v, flips=tuple(f.as_written(scenario.parameters) for f in v.flips)) for v in made)


def _single_flips(search: _Search, turns: list[Turn], told: np.ndarray) -> list[list[Flip]]:
    """Question → flips by one parameter alone, confirmed, strongest parameter first."""
    names, ends = search.swept.space.names, search.swept.places[:2 * len(search.swept.space.names)]
    asked = [(turn, *next(iter(end.items()))) for turn in turns if turn.sign for i, end in enumerate(ends)
             if told[i, turn.at] == -turn.sign]
    confirmed = [(turn, address, end) for (turn, address, end), gaps in zip(
        asked, search.look([{address: end} for _, address, end in asked]), strict=True) if turn.turned(gaps)]
    found: list[list[Flip]] = [[] for _ in turns]
    for (turn, _, _), flip in zip(confirmed, crossings(search.look, search.base, confirmed), strict=True):
        found[turn.at].append(flip)
    order = {name: i for i, name in enumerate(names)}
    for turn in turns:
        strength = search.swept.strength[turn.at]
        found[turn.at].sort(key=lambda f, s=strength: (-s[order[f.moves[0].address]], f.moves[0].address))  # type: ignore[misc]
    return found


def _verdict(search: _Search, turn: Turn, flips: list[Flip], told: np.ndarray) -> Verdict:
    question, own = search.swept.questions[turn.at], told[:, turn.at]
    gap = (float(search.as_assumed.mean[turn.at]), float(search.as_assumed.error[turn.at]))
    if not turn.sign:
        return Verdict(question, 0, *gap, Standing.OPEN, float((own == 0).mean()), 0.0, ())
    if not flips:
        flips = _joint_flips(search, turn)
    untold, turned = float((own == 0).mean()), float((own == -turn.sign).mean())
    standing = Standing.FLIPS if flips else Standing.HOLDS if (own == turn.sign).all() else Standing.NEVER_TURNED
    return Verdict(question, turn.sign, *gap, standing, untold, turned, tuple(flips))


def _joint_flips(search: _Search, turn: Turn) -> list[Flip]:
    """A small set of moves together: the smallest from the clearest turned places that fresh replications confirm; or none."""
    swept = search.swept
    clear = sorted((float(g.mean[turn.at]) * turn.sign / max(float(g.error[turn.at]), 1e-12), i) for i, g in enumerate(swept.seen)
                   if g.told()[turn.at] == -turn.sign)
    order = [swept.space.names[i] for i in np.argsort(swept.strength[turn.at], kind="stable")]
    confirmed: list[dict[str, float]] = []
    candidates = [swept.places[place] for _, place in clear[:MOST_PLACES]]
    while candidates and len(confirmed) < _STARTS:
        batch, candidates = candidates[:_STARTS], candidates[_STARTS:]
        confirmed += [p for p, gaps in zip(batch, search.look(batch), strict=True) if turn.turned(gaps)]
    found = [turn.together(place, order) for place in confirmed[:_STARTS]]
    return sorted(found, key=lambda f: len(f.moves))[:1]
