"""The measures of a flow's picture, in millimetres from its top left: boxes, lanes, arrows, arcs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fangkong_lab.show.canvas import PAGE_MM
from fangkong_lab.show.flow_lanes import BAND_COLUMNS, Edge, Lanes
from fangkong_lab.show.flow_words import Arc, Box, Bypass

LEFT, GAP = 6.4, 3.8
LANE_NAME, TURN = 1.9, 4.9  # where the names of routes stand, and where a flow comes back to the left
HEAD, NAME_LINE, SIGN_LINE, PAD = 4.6, 3.4, 2.9, 1.2
_WIDEST, _LANE_GAP, _ARC_STEP, _TOP, _BAND_GAP = 36.0, 5.0, 3.6, 3.0, 6.5
_MOST_TOLD = 2
Point = tuple[float, float]


def pitch_of(lanes: Lanes) -> float:
    """Return the distance from box to box: the page shared out, at most 36 mm."""
    columns = min(BAND_COLUMNS, max(lanes.column.values(), default=0) + 1)
    return min(_WIDEST, (PAGE_MM - LEFT - 3.0 + GAP) / columns)


@dataclass(frozen=True)
class Plan:
    """Everything drawn. *tops* maps (band, lane) to the top of the lane's boxes; *levels* maps arcs to their height."""

    lanes: Lanes
    boxes: Mapping[int, Box]
    pitch: float
    box_height: float
    tops: Mapping[tuple[int, int], float]
    levels: Mapping[Arc, float]
    far: tuple[Arc, ...]
    height: float

    @property
    def arcs(self) -> tuple[Arc, ...]:
        """All arcs, those told in words included."""
        return (*self.levels, *self.far)

    @property
    def box_width(self) -> float:
        """Width of a box."""
        return self.pitch - GAP

    def x(self, step_no: int) -> float:
        """Left side of a step's box."""
        return LEFT + self.lanes.slot(step_no) * self.pitch

    def y(self, step_no: int) -> float:
        """Top of a step's box; a step of every route stands in the middle of the lanes."""
        band, lane = self.lanes.band(step_no), self.lanes.lane[step_no]
        if lane is not None:
            return self.tops[band, lane]
        return (self.tops[band, 0] + self.tops[band, len(self.lanes.routes) - 1]) / 2

    def middle(self, step_no: int) -> float:
        """Height of the middle of a step's box."""
        return self.y(step_no) + self.box_height / 2

    def ways(self, edge: Edge, lane: int) -> Iterator[tuple[list[Point], bool]]:
        """Give the lines of one arrow and whether it ends there: two lines where it goes on in the next band."""
        start, end = edge
        x0, y0, x1, y1 = self.x(start) + self.box_width, self.middle(start), self.x(end), self.middle(end)
        along = self.tops[self.lanes.band(start), lane] + self.box_height / 2
        if self.lanes.band(start) == self.lanes.band(end):
            near = self.lanes.slot(end) - self.lanes.slot(start) == 1
            bend = [(x0 + GAP / 2, y0), (x0 + GAP / 2, y1)] if near else [
                (x0 + GAP / 2, y0), (x0 + GAP / 2, along), (x1 - GAP / 2, along), (x1 - GAP / 2, y1)]
            yield [(x0, y0), *bend, (x1, y1)], True
            return
        right = LEFT + BAND_COLUMNS * self.pitch - GAP / 2
        down = self.tops[self.lanes.band(start), len(self.lanes.routes) - 1] + self.box_height + 3.4
        yield [(x0, y0), (x0 + GAP / 2, y0), (x0 + GAP / 2, along), (right, along), (right, down), (TURN, down), (TURN, y1)], False
        yield [(TURN, y1), (x1, y1)], True

    def arc(self, arc: Arc) -> list[Point]:
        """Return the corners of an arc: over the boxes, or under them where it runs there."""
        aside = 3.0 if arc.why is Bypass.LED else 6.0
        toward = 1.0 if arc.start < arc.end else -1.0
        x0, x1 = self.x(arc.start) + self.box_width / 2 + toward * aside, self.x(arc.end) + self.box_width / 2 - toward * aside
        level = self.levels[arc]
        below = level > self.y(arc.start) + self.box_height and level > self.y(arc.end) + self.box_height
        sides = [self.y(n) + (self.box_height if below else 0) for n in (arc.start, arc.end)]
        near = level + (-1.6 if below else 1.6)
        return [(x0, sides[0]), (x0, near), (x0 + 2 * toward, level), (x1 - 2 * toward, level), (x1, near), (x1, sides[1])]


def plan_of(lanes: Lanes, boxes: Sequence[Box], arcs: Sequence[Arc], key_height: float) -> Plan:
    """Return the measures of a picture with room for *arcs* over each lane and *key_height* at its foot."""
    far = tuple(a for a in arcs if lanes.band(a.start) != lanes.band(a.end))
    lines = max(NAME_LINE * len(b.name) + SIGN_LINE * (len(b.signs) + b.idle + b.after + len(told(far, b.step.step_no))) for b in boxes)
    height = HEAD + lines + 3 * PAD
    tops: dict[tuple[int, int], float] = {}
    levels: dict[Arc, float] = {}
    at = _TOP
    last = len(lanes.routes)
    for band in range(lanes.bands):
        narrow = all(lanes.lane[n] is None for n in lanes.column if lanes.band(n) == band)
        for lane in range(last + 1):
            here = sorted((a for a in arcs if a not in far and lanes.band(a.start) == band and _runs(lanes, a) == lane),
                          key=lambda a: (-abs(a.end - a.start), a.start, a.why.value))
            if narrow and 0 < lane < last:
                tops[band, lane] = tops[band, 0]
                continue
            for arc in here:
                levels[arc] = at + 1.0
                at += _ARC_STEP
            if lane < last:
                tops[band, lane] = at = at + (2.0 if here else 0.0)
                at += height + _LANE_GAP
        at += _BAND_GAP - _LANE_GAP
    order = sorted(levels, key=lambda a: (a.start, a.end, a.why.value))
    return Plan(lanes, {b.step.step_no: b for b in boxes}, pitch_of(lanes), height, tops, {a: levels[a] for a in order}, far,
                at + key_height)


def told(far: Sequence[Arc], step_no: int) -> tuple[str, ...]:
    """Return what the box of a step says of arcs to other bands: a line across the page could not be followed."""
    words = []
    for arc in far:
        other = {arc.start: arc.end, arc.end: arc.start}.get(step_no)
        if other is not None:
            words.append(f"与环节{other}同一人" if arc.why is Bypass.SAME else f"领导环节{other}" if arc.start == step_no else f"受环节{other}领导")
    return tuple(words[:_MOST_TOLD]) + (("等",) if len(words) > _MOST_TOLD else ())


def _runs(lanes: Lanes, arc: Arc) -> int:
    """Return over which lane an arc runs; the number of lanes: under the last one.

    Arcs within a lane run over it; one between the last lane and a step of every route runs under both.
    """
    ends = {lanes.lane[arc.start], lanes.lane[arc.end]}
    if len(ends) == 1 and None not in ends:
        return max(n for n in ends if n is not None)
    lowest = len(lanes.routes) - 1
    return lowest + 1 if ends == {None, lowest} and lowest > 0 else 0
