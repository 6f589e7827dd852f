"""Looks at many places of the parameters: each is one part of the work, kept by what decides its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fangkong_lab.simulate.crew import Crew, Job, Progress, Stage
from fangkong_lab.simulate.model import Block, Model
from fangkong_lab.simulate.robust_conclusion import Gaps, gaps_at
from fangkong_lab.simulate.robust_flip import Look
from fangkong_lab.simulate.store import Arrays, named

Place = Mapping[str, float]


@dataclass(frozen=True)
class Looker:
    """Looks at places of *model* through *crew*."""

    model: Model
    crew: Crew

    def look(self, places: Sequence[Place], block: Block, stage: Stage) -> list[Gaps]:
        """Return the differences at each of *places* over the replications of *block*; progress is told of *stage*."""
        return self.look_on(places, block, self.crew.watch(stage))

    def look_on(self, places: Sequence[Place], block: Block, progress: Progress) -> list[Gaps]:
        """Return the differences, as `look` does."""
        jobs = [Job(named("place", _said(place), block), 1, look_at, (self.model, dict(place), block)) for place in places]
        found = self.crew.all(jobs, self.crew.store(self.model), progress)
        return [Gaps(each["mean"], each["error"]) for each in found]


def _said(place: Place) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((address, float(value)) for address, value in place.items()))


def look_at(model: Model, place: Place, block: Block) -> Arrays:
    """Return the differences at *place* (``mean`` and ``error``, one per question): what one worker is given."""
    made = gaps_at(model, place, block)
    return {"mean": made.mean, "error": made.error}


def remembering(looker: Looker, block: Block, stage: Stage) -> Look:
    """Return a way to look at each place once, however many conclusions ask; how many will be asked is not known before."""
    known: dict[tuple[tuple[str, float], ...], Gaps] = {}
    told = looker.crew.watch(stage)

    def look(places: Sequence[Place]) -> list[Gaps]:
        keys = [_said(place) for place in places]
        wanted = [k for k in dict.fromkeys(keys) if k not in known]
        before = len(known)
        found = looker.look_on([dict(k) for k in wanted], block, lambda done, _: told(before + done, None))
        known.update(zip(wanted, found, strict=True))
        return [known[k] for k in keys]
    return look
