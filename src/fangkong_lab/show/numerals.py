"""Many small numbers on one chart, drawn as a few collections of outlines: a text artist each would cost more than all the rest."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from fangkong_lab.fonts import SANS, font_file
from fangkong_lab.show.canvas import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

    Place = tuple[float, float, str]
    """x and y in data units, and what stands there."""


def write_numbers(axis: Axes, places: Iterable[Place], size: float, colour: str = INK, lift: float = 0.0) -> None:
    """Write each text of *places*, centred on its place and *lift* points above it, in *size* points.

    For digits and other single lines of the shipped font; nothing is drawn where there are no places.
    """
    from matplotlib.collections import PathCollection
    from matplotlib.transforms import Affine2D

    together: dict[str, list[tuple[float, float]]] = {}
    for x, y, text in places:
        together.setdefault(text, []).append((x, y))
    for text, at in sorted(together.items()):
        points = Affine2D().translate(0, lift).scale(axis.figure.dpi / 72)  # type: ignore[union-attr]
        drawn = PathCollection([_outline(text, size)], offsets=at, offset_transform=axis.transData, facecolors=colour, linewidths=0)
        drawn.set_transform(points)
        axis.add_collection(drawn, autolim=False)


@cache
def _outline(text: str, size: float) -> Path:
    """Return the outline of *text* in points, its middle at the origin; the height is that of a digit."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    face = FontProperties(fname=str(font_file(SANS)))
    outline = TextPath((0, 0), text, size=size, prop=face)
    box, digit = outline.get_extents(), TextPath((0, 0), "0", size=size, prop=face).get_extents()
    return Affine2D().translate(-(box.x0 + box.x1) / 2, -(digit.y0 + digit.y1) / 2).transform_path(outline)
