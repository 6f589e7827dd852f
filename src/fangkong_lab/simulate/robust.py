"""Which conclusions survive not knowing the true numbers: every assumed parameter is taken over its whole range."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Kind
from fangkong_lab.simulate.model import Block, Model
from fangkong_lab.simulate.robust_conclusion import Gaps, Question, gaps_at, questions_of
from fangkong_lab.simulate.robust_flip import Flip, Look, Turn, crossings
from fangkong_lab.simulate.robust_space import (
    Space,
    morris_effects,
    morris_points,
    sobol_points,
    sobol_shares,
    space_of,
)
from fangkong_lab.simulate.robust_verdict import Robustness, Standing, Verdict

Progress = Callable[[int, int], None]
FRESH = 1 << 20
"""First replication of those that confirm: none that a search has seen."""
MOST_PLACES = 12
"""Turned places of the design that are confirmed, the clearest first, for one conclusion."""
_STARTS = 3
_CHUNK = 8


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
class _Runner:
    """Looks at many places, in chunks, through *executor* (None: in this thread)."""

    model: Model
    executor: Executor | None
    progress: Progress | None = None

    def look(self, places: Sequence[Mapping[str, float]], block: Block) -> list[Gaps]:
        """Return the differences at each place; the order and the number of workers do not show."""
        chunks = [tuple(places[i:i + _CHUNK]) for i in range(0, len(places), _CHUNK)]
        found: list[Gaps] = []
        for part in self._parts(chunks, block):
            found += part
            if self.progress is not None:
                self.progress(len(found), len(places))
        return found

    def _parts(self, chunks: Sequence[tuple[Mapping[str, float], ...]], block: Block) -> Iterable[list[Gaps]]:
        if self.executor is None:
            return (look_chunk(self.model, chunk, block) for chunk in chunks)
        under_way = [self.executor.submit(look_chunk, self.model, chunk, block) for chunk in chunks]
        return (each.result() for each in under_way)


def look_chunk(model: Model, places: Sequence[Mapping[str, float]], block: Block) -> list[Gaps]:
    """Return the differences at each of *places*: what one worker is given."""
    return [gaps_at(model, values, block) for values in places]


@dataclass(frozen=True)
class _Search:
    """What is known while turned conclusions are traced."""

    space: Space
    base: Mapping[str, float]
    look: Look
    questions: tuple[Question, ...]
    as_assumed: Gaps
    strength: np.ndarray = field(repr=False)


def robustness(model: Model, effort: Effort | None = None, addresses: Sequence[str] | None = None,
               executor: Executor | None = None, progress: Progress | None = None) -> Robustness:
    """Take every assumed parameter (or *addresses*) over its range and return which conclusions hold, which turn, and where.

    The conclusions are those of the first policy against each other one. Places run: the values as assumed, each parameter
    alone at both ends, the Morris walks, for Sobol also Saltelli's scheme. A turn is claimed only where fresh replications
    confirm it by 4 Monte Carlo errors. Raises `WrongCall` where there is only one policy, or nothing to vary. The same
    arguments give the same result with any executor.
    """
    wanted = effort or Effort()
    if len(model.scenario.arms) < 2:
        raise WrongCall("只有一个方案，没有可比的结论", where=model.scenario.id, mend="在 arms 里至少写两个方案")
    space, seed = space_of(model.scenario, addresses), model.scenario.seed
    runner, block = _Runner(model, executor, progress), Block(0, wanted.replications)
    fresh, look = Block(FRESH, wanted.confirm), _remembering(_Runner(model, executor), Block(FRESH, wanted.confirm))
    base = {name: model.scenario.value(name) for name in space.names}
    walks = morris_points(space, wanted.trajectories, seed)
    places = [*_ends(space), *_places(space, walks)]
    seen = runner.look(places, block)
    questions, as_assumed = questions_of(model.scenario), look([{}])[0]
    effects = _effects(space, walks, seen[-len(walks):], questions, seed)
    strength = effects.pivot(index="question", columns="address", values="strength")[list(space.names)].to_numpy()
    if wanted.design is Design.SOBOL:
        inner = space.only(_strongest(space, strength, wanted.strongest))
        points = sobol_points(inner, wanted.base, seed)
        more = runner.look(_places(inner, points), block)
        effects = effects.merge(_shares(inner, more, questions, seed), on=["question", "address"], how="left")
        places, seen = places + _places(inner, points), seen + more
    verdicts = _verdicts(_Search(space, base, look, questions, as_assumed, strength), places, seen)
    return Robustness(model, verdicts, effects, len(places), wanted.replications, fresh.count)


def _remembering(runner: _Runner, block: Block) -> Look:
    """Look at each place once, however many conclusions ask."""
    known: dict[tuple[tuple[str, float], ...], Gaps] = {}

    def look(places: Sequence[Mapping[str, float]]) -> list[Gaps]:
        keys = [tuple(sorted(p.items())) for p in places]
        wanted = [k for k in dict.fromkeys(keys) if k not in known]
        known.update(zip(wanted, runner.look([dict(k) for k in wanted], block), strict=True))
        return [known[k] for k in keys]
    return look


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


def _verdicts(search: _Search, places: list[dict[str, float]], seen: list[Gaps]) -> tuple[Verdict, ...]:
    signs = search.as_assumed.told()
    told = np.array([g.told() for g in seen])
    turns = [Turn(search.look, search.base, q, int(sign)) for q, sign in enumerate(signs)]
    flips = _single_flips(search, turns, places, told)
    return tuple(_verdict(search, turn, flips[turn.at], places, seen, told) for turn in turns)


def _single_flips(search: _Search, turns: list[Turn], places: list[dict[str, float]], told: np.ndarray) -> list[list[Flip]]:
    """Question → flips by one parameter alone, confirmed, strongest parameter first."""
    ends = places[:2 * len(search.space.names)]
    asked = [(turn, *next(iter(end.items()))) for turn in turns if turn.sign for i, end in enumerate(ends)
             if told[i, turn.at] == -turn.sign]
    confirmed = [(turn, address, end) for (turn, address, end), gaps in zip(
        asked, search.look([{address: end} for _, address, end in asked]), strict=True) if turn.turned(gaps)]
    found: list[list[Flip]] = [[] for _ in turns]
    for (turn, _, _), flip in zip(confirmed, crossings(search.look, search.base, confirmed), strict=True):
        found[turn.at].append(flip)
    order = {name: i for i, name in enumerate(search.space.names)}
    for turn in turns:
        found[turn.at].sort(key=lambda f: (-search.strength[turn.at, order[f.moves[0].address]], f.moves[0].address))
    return found


def _verdict(search: _Search, turn: Turn, flips: list[Flip], places: list[dict[str, float]], seen: list[Gaps],
             told: np.ndarray) -> Verdict:
    question, own = search.questions[turn.at], told[:, turn.at]
    gap = (float(search.as_assumed.mean[turn.at]), float(search.as_assumed.error[turn.at]))
    if not turn.sign:
        return Verdict(question, 0, *gap, Standing.OPEN, float((own == 0).mean()), 0.0, ())
    if not flips:
        flips = _joint_flips(search, turn, places, seen)
    untold, turned = float((own == 0).mean()), float((own == -turn.sign).mean())
    standing = Standing.FLIPS if flips else Standing.HOLDS if (own == turn.sign).all() else Standing.NEVER_TURNED
    return Verdict(question, turn.sign, *gap, standing, untold, turned, tuple(flips))


def _joint_flips(search: _Search, turn: Turn, places: list[dict[str, float]], seen: list[Gaps]) -> list[Flip]:
    """A small set of moves together: the smallest from the clearest turned places that fresh replications confirm; or none."""
    clear = sorted((float(g.mean[turn.at]) * turn.sign / max(float(g.error[turn.at]), 1e-12), i) for i, g in enumerate(seen)
                   if g.told()[turn.at] == -turn.sign)
    order = [search.space.names[i] for i in np.argsort(search.strength[turn.at], kind="stable")]
    candidates = [places[place] for _, place in clear[:MOST_PLACES]]
    confirmed = [p for p, gaps in zip(candidates, search.look(candidates), strict=True) if turn.turned(gaps)]
    found = [turn.together(place, order) for place in confirmed[:_STARTS]]
    return sorted(found, key=lambda f: len(f.moves))[:1]
