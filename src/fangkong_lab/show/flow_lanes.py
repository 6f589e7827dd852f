"""Where the boxes of a flow stand: routes are lanes, steps are columns, long flows go on in a band below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fangkong_lab.network.nodes import Flow, Step
from fangkong_lab.network.routes import routes_of

BAND_COLUMNS = 6  # boxes of 22 mm beside each other in the type area
Edge = tuple[int, int]


@dataclass(frozen=True)
class Lanes:
    """The places of a flow's steps.

    *routes* are the route names, one lane each, top first; *column* and *lane* map step_no to its column (0, 1, …) and
    to its lane, None where it is on every route; *edges* maps a pair of steps that follow each other to the lanes of
    the routes on which they do.
    """

    routes: tuple[str, ...]
    column: Mapping[int, int]
    lane: Mapping[int, int | None]
    edges: Mapping[Edge, tuple[int, ...]]

    @property
    def bands(self) -> int:
        """How many bands of `BAND_COLUMNS` columns the flow takes."""
        return max(self.column.values(), default=0) // BAND_COLUMNS + 1

    def band(self, step_no: int) -> int:
        """The band of a step, 0 on top."""
        return self.column[step_no] // BAND_COLUMNS

    def slot(self, step_no: int) -> int:
        """The place of a step within its band, 0 at the left."""
        return self.column[step_no] % BAND_COLUMNS


def lanes_of(flow: Flow) -> Lanes:
    """Return the places of the steps of *flow*.

    A step stands one column behind the last of the steps before it on any of its routes, so that alternative steps
    stand above each other. A step on some but not all of three or more routes stands in the lane of the first.
    """
    routes = routes_of(flow)
    edges: dict[Edge, list[int]] = {}
    column: dict[int, int] = {}
    for number, route in enumerate(routes):
        for before, after in zip(route.steps, route.steps[1:], strict=False):
            edges.setdefault((before.step_no, after.step_no), []).append(number)
    for step in flow.steps:
        column[step.step_no] = max((column[a] + 1 for a, b in edges if b == step.step_no), default=0)
    names = tuple(route.name for route in routes)
    return Lanes(names, column, {s.step_no: _lane(s, names) for s in flow.steps},
                 {edge: tuple(lanes) for edge, lanes in sorted(edges.items())})


def _lane(step: Step, names: tuple[str, ...]) -> int | None:
    if not step.routes or set(step.routes) >= set(names):
        return None
    return min(names.index(name) for name in step.routes)
