"""Who works where: persons sorted by unit, each with grade, sole control, leadership and tenure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numba as nb
import numpy as np

from fangkong_lab.simulate.draws import WORLD, draw, key_of, unit
from fangkong_lab.simulate.records import EDITION, readable
from fangkong_lab.simulate.scenario import Scenario, WorldKind


@dataclass(frozen=True)
class World:
    """Persons by unit: unit u holds the persons ``starts[u]`` to ``starts[u + 1]``.

    *kind*: (grade place · 2 + sole controller) · 2 + leader, one byte a person; *tenure*: whole months in the post at the
    start. *simulated*: the persons are made up. *notes*: readings taken where the ledger is silent, in Chinese.
    """

    starts: np.ndarray = field(repr=False)
    kind: np.ndarray = field(repr=False)
    tenure: np.ndarray = field(repr=False)
    simulated: bool = True
    notes: tuple[str, ...] = ()

    @property
    def persons(self) -> int:
        """The number of persons."""
        return len(self.kind)

    @property
    def units(self) -> int:
        """The number of units."""
        return len(self.starts) - 1

    def sizes(self) -> np.ndarray:
        """Return the number of persons of each unit."""
        return np.diff(self.starts)


def code_of(grade: int, sole: bool, leader: bool) -> int:
    """Return the kind of a person."""
    return (grade * 2 + int(sole)) * 2 + int(leader)


def world_of(scenario: Scenario) -> World:
    """Return the made-up world of a scenario; the same for the same seed and values."""
    assert scenario.world.kind is WorldKind.SYNTHETIC
    sizes = np.repeat([c.persons for c in scenario.world.crowds], [c.units for c in scenario.world.crowds])
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    weights = np.array([scenario.value(f"conduct.grades.{g}.weight") for g in scenario.grades])
    count = int(starts[-1])
    kind, tenure = np.empty(count, np.uint8), np.empty(count, np.int16)
    shares = np.array([scenario.value("world.people.sole_share"), scenario.value("world.people.leader_share"),
                       scenario.value("world.people.mean_tenure")])
    key = np.zeros(1, np.dtype([("key", np.uint64, 2), EDITION]))
    key["key"] = key_of(scenario.seed)
    _people(readable(key), np.cumsum(weights) / weights.sum(), shares, kind, tenure)
    return World(starts, kind, tenure)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _people(keys: Any, edges: Any, shares: Any, kind: Any, tenure: Any) -> None:
    """Draw everybody's grade, sole control, leadership and tenure (exponential, at most 600 months)."""
    for person in range(len(kind)):
        a, b, c, d = draw(keys[0].key, person, 0, WORLD, 0)
        grade = 0
        while grade < len(edges) - 1 and unit(a) >= edges[grade]:
            grade += 1
        code = (grade * 2 + (unit(b) < shares[0])) * 2 + (unit(c) < shares[1])
        kind[person] = code
        tenure[person] = min(600.0, -np.log(unit(d)) * shares[2])
