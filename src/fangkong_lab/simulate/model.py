"""A scenario made ready: world, plan, and one rulebook per arm; and the pure function that a worker runs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fangkong_lab.simulate.figures import Layout
from fangkong_lab.simulate.fold import Totals, fold
from fangkong_lab.simulate.kernel import replicate
from fangkong_lab.simulate.plan import Plan, layout_of, plan_of
from fangkong_lab.simulate.rulebook import rulebook_of
from fangkong_lab.simulate.scenario import Arm, Scenario, WorldKind
from fangkong_lab.simulate.world import World, world_of

EDITION = 1
"""Raised when the meaning of the figures changes, so that blocks kept from before are not mixed in."""
BLOCK_WORK = 1e8
"""Person-months (times arms) of one block: about a second."""
MOST_IN_BLOCK = 64


@dataclass(frozen=True)
class Block:
    """The replications *first* to *first* + *count* − 1: the unit of work."""

    first: int
    count: int


@dataclass(frozen=True)
class Model:
    """A scenario with its arrays. It can be sent to another process; nothing in it is changed by running it."""

    scenario: Scenario
    world: World = field(repr=False)
    plan: Plan = field(repr=False)
    books: np.ndarray = field(repr=False)
    layout: Layout

    def content_hash(self) -> str:
        """Return the SHA-256 of all that decides the numbers: the scenario's hash and the persons of the world."""
        digest = hashlib.sha256(self.scenario.content_hash().encode())
        for each in (self.world.starts, self.world.kind, self.world.tenure):
            digest.update(np.ascontiguousarray(each).tobytes())
        digest.update(str(EDITION).encode())
        return digest.hexdigest()

    def with_arms(self, arms: Sequence[Arm]) -> Model:
        """Return the model with other arms in the same world, on the same random numbers."""
        scenario = replace(self.scenario, arms=tuple(arms))
        return replace(self, scenario=scenario, books=_books(scenario))

    def with_scenario(self, scenario: Scenario) -> Model:
        """Return the model of *scenario*, of which only parameter values differ; a made-up world is made again if it must."""
        again = scenario.world.kind is WorldKind.SYNTHETIC and _world_values(scenario) != _world_values(self.scenario)
        return _made(scenario, world_of(scenario) if again else self.world)

    def blocks(self, replications: int, size: int | None = None) -> tuple[Block, ...]:
        """Return the replications cut into blocks; *size* does not show in the results."""
        work = self.world.persons * self.scenario.months * len(self.books)
        step = size or int(np.clip(BLOCK_WORK / max(work, 1), 1, MOST_IN_BLOCK))
        return tuple(Block(first, min(step, replications - first)) for first in range(0, replications, step))


def model_of(scenario: Scenario, world: World | None = None) -> Model:
    """Return the model of *scenario* in *world* (default: the synthetic one it describes)."""
    return _made(scenario, world if world is not None else world_of(scenario))


def _world_values(scenario: Scenario) -> tuple[object, ...]:
    """What a made-up world depends on."""
    values = [p.value for a, p in sorted(scenario.parameters.items()) if a.startswith("world.") or a.endswith(".weight")]
    return (scenario.seed, scenario.world, *values)


def _made(scenario: Scenario, world: World) -> Model:
    return Model(scenario, world, plan_of(scenario, world), _books(scenario), layout_of(scenario))


def _books(scenario: Scenario) -> np.ndarray:
    """The rulebooks of the arms, one record each."""
    return np.concatenate([rulebook_of(scenario, arm) for arm in scenario.arms])


def run_rows(model: Model, block: Block) -> np.ndarray:
    """Return the figures of every arm and replication of *block*: int64, arms × count × width (see `figures.Layout`)."""
    return replicate(model.plan, model.books, model.layout, block.first, block.count)


def run_block(model: Model, block: Block) -> Totals:
    """Return the totals of *block*. Pure: the same model and block give the same bits in any process."""
    return fold(run_rows(model, block), model.layout.spread)
