"""Composition by form over the years (chart ⑤ of the annual report), breaks of 口径 marked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.measure.basis import Running
from fangkong_lab.measure.forms import TWICE, Classification
from fangkong_lab.measure.interval import Interval
from fangkong_lab.measure.taxonomy import Break
from fangkong_lab.show.canvas import RED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.outcome_charts import form_rows
from fangkong_lab.show.prose import Prose

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Row = tuple[int, str, str, Interval, str]  # year, standing, unit of count, sum, colour


def years_chart(years: Mapping[int, Classification]) -> Chart | Prose:
    """Draw counts by form for each year, one panel per unit of count; a dashed line stands at each break of the series.

    Running totals are left out. Without any classed count a sentence is returned in place of a chart.
    """
    import pandas as pd

    rows = [row for year, made in sorted(years.items()) for row in _year(year, made)]
    if not rows:
        return Prose(("没有可归类的记录，不画构成图。",))
    units, breaks = sorted({unit for _, _, unit, _, _ in rows}), _breaks(years)
    with canvas(18 + 58 * len(units), rows=len(units)) as (figure, axes):
        for axis, unit in zip(axes, units, strict=True):
            _bars(axis, [row for row in rows if row[2] == unit], sorted(years))
            for each in breaks:
                _mark(axis, each, sorted(years))
            axis.set_ylabel(f"数量（{unit}）")
        picture = png(figure)
    frame = pd.DataFrame([(y, n, u, v.low, v.high) for y, n, u, v, _ in rows], columns=["年份", "归类", "计量单位", "下端", "上端"])
    said = "；".join(f"{y}年{n}{v.text()}{u}" for y, n, u, v, _ in rows if v.high > 0 and y == max(years))
    notes = "".join(f"虚线为口径断点（{each.on}，{each.name}），两侧不可比。" for each in breaks) or "图示各年没有跨过口径断点。"
    first = next(iter(years.values()))
    return Chart(title="监督执纪结构", png=picture, alt=f"分年柱形图。{said or '没有可归类的记录'}。", frame=frame,
                 note=f"{notes}计量单位不同的分图列出；{TWICE}；构成变化不等于好坏。", source=first.taxonomy.name)


def _year(year: int, made: Classification) -> list[_Row]:
    current = Classification(tuple((r, c) for r, c in made.rows if r.basis.running is not Running.YES), made.taxonomy)
    return [(year, name, unit, value, colour) for name, unit, value, colour in form_rows(current)]


def _breaks(years: Mapping[int, Classification]) -> tuple[Break, ...]:
    taxonomy = next(iter(years.values())).taxonomy
    return taxonomy.crossed(date(min(years), 1, 1), date(max(years), 12, 31))


def _bars(axis: Axes, rows: list[_Row], years: list[int]) -> None:
    from matplotlib.ticker import MaxNLocator

    names = list(dict.fromkeys(name for _, name, _, _, _ in rows))
    width = 0.8 / len(names)
    for at, name in enumerate(names):
        own = {year: (value, colour) for year, n, _, value, colour in rows if n == name}
        left = [years.index(year) - 0.4 + width * (at + 0.5) for year in own]
        bars = axis.bar(left, [v.low for v, _ in own.values()], width=width * 0.92, color=[c for _, c in own.values()], label=name)
        axis.bar_label(bars, labels=[v.text() if v.high else "0" for v, _ in own.values()], padding=1, fontsize=6)
    axis.set_xticks(range(len(years)), [f"{year}年" for year in years])
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.margins(y=0.12)
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4)


def _mark(axis: Axes, each: Break, years: list[int]) -> None:
    """Stand the line where the day lies among the years: 1 January is the left edge of its year's group."""
    share = (each.on - date(each.on.year, 1, 1)).days / 365.25
    axis.axvline(each.on.year - years[0] - 0.5 + share, color=RED, linestyle="--", linewidth=0.9)
