"""Funnel plot of units of one kind (chart ⑧): each unit a point, limits around the common value, no ranks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.measure.funnel import Funnel, Place, Point
from fangkong_lab.show.canvas import AMBER, BLUE, INK, MUTED, RED, canvas, png
from fangkong_lab.show.chart import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = 160
BETWEEN = "在两道界限之间"
_LOOKS = {  # label → colour, marker, filled
    Place.WITHIN.label: (BLUE, "o", True), BETWEEN: (AMBER, "D", False), Place.HIGH.label: (RED, "^", True),
    Place.LOW.label: (RED, "v", True), Place.TOO_FEW.label: (MUTED, "x", True)}


def funnel_chart(funnel: Funnel, names: Mapping[str, str] | None = None, *, size_label: str = "分母", value_label: str = "",
                 focus: str = "") -> Chart:
    """Draw *funnel*; units beyond the widest limits and the unit *focus* are named (*names*: unit code → name).

    A unit between the limits of two levels is drawn hollow: with many units some lie there by chance.
    """
    shown = names or {}
    with canvas(96) as (figure, axes):
        axis = axes[0]
        _frame(axis, funnel)
        _limits(axis, funnel)
        for look in _LOOKS:
            _points(axis, funnel, look)
        for point in funnel.points:
            if _look(point, funnel) in (Place.HIGH.label, Place.LOW.label) or point.unit == focus:
                _name(axis, point, funnel, shown.get(point.unit, point.unit))
        axis.set_xlabel(size_label)
        axis.set_ylabel(value_label or _value_label(funnel))
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=4, borderaxespad=0)
        picture = png(figure)
    return Chart(title=f"{funnel.measure}：同类单位漏斗图", png=picture, alt=f"漏斗图：{funnel.sentence(shown)}", frame=funnel.table(),
                 note="界限随单位大小而变，界限内的高低不作解释，不排名。", source=funnel.basis_line().removeprefix("口径："))


def _value_label(funnel: Funnel) -> str:
    return f"{funnel.spread.label}（每{funnel.per:g}）" if funnel.per != 1 else funnel.spread.label


def _look(point: Point, funnel: Funnel) -> str:
    if point.outside is not None and point.outside < funnel.levels[-1]:
        return BETWEEN
    return point.place.label


def _frame(axis: Axes, funnel: Funnel) -> None:
    """Small sizes have limits far above every unit; the picture is for the units."""
    sizes, values = [p.size for p in funnel.points], [p.value for p in funnel.points]
    top = max(*values, funnel.limits(float(np.median(sizes)), funnel.levels[-1])[1])
    axis.set_ylim(0, top * funnel.per * 1.12)
    low, high = min(sizes), max(sizes)
    axis.set_xlim(low * 0.7 if low > 0.3 * high else 0, high * 1.08)


def _limits(axis: Axes, funnel: Funnel) -> None:
    left, right = axis.get_xlim()
    sizes = np.linspace(max(left, right / STEPS), right, STEPS)
    axis.axhline(funnel.target * funnel.per, color=INK, linewidth=0.8, label="全部单位合计")
    for level, dash in zip(funnel.levels, ("--", ":", "-."), strict=False):
        low, high = funnel.curves(sizes, level)
        axis.plot(sizes, low * funnel.per, color=MUTED, linewidth=0.9, linestyle=dash, label=f"{level:.1%}界限")
        axis.plot(sizes, high * funnel.per, color=MUTED, linewidth=0.9, linestyle=dash)


def _points(axis: Axes, funnel: Funnel, look: str) -> None:
    chosen = [p for p in funnel.points if _look(p, funnel) == look]
    if not chosen:
        return
    colour, marker, filled = _LOOKS[look]
    axis.plot([p.size for p in chosen], [p.value * funnel.per for p in chosen], marker, color=colour, markersize=5.2,
              markerfacecolor=colour if filled else "none", label=look, zorder=3)


def _name(axis: Axes, point: Point, funnel: Funnel, name: str) -> None:
    left, right = axis.get_xlim()
    at_right = point.size > left + 0.7 * (right - left)
    axis.annotate(name, (point.size, point.value * funnel.per), xytext=(-6 if at_right else 6, 4), textcoords="offset points",
                  fontsize=8, ha="right" if at_right else "left")
