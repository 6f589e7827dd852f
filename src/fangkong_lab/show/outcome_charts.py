"""Charts of the chapters 监督执纪情况 and 问题整改: composition by form (⑥), ageing of open issues (⑦), time to close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fangkong_lab.measure.basis import Running
from fangkong_lab.measure.control import ChartKind, ControlChart
from fangkong_lab.measure.forms import TWICE, Classification
from fangkong_lab.measure.interval import Interval, total
from fangkong_lab.measure.rectify import Age, Rectification
from fangkong_lab.measure.survival import Survival
from fangkong_lab.measure.tally import tally
from fangkong_lab.measure.taxonomy import Standing
from fangkong_lab.show.canvas import AMBER, BLUE, GREEN, GRID, INK, MUTED, RED, VIOLET, canvas, png
from fangkong_lab.show.chart import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TICKS = 8
LINES = (("第一种形态", (Standing.FIRST,), BLUE), ("第二种形态", (Standing.SECOND,), GREEN), ("第三种形态", (Standing.THIRD,), AMBER),
          ("第四种形态", (Standing.FOURTH,), RED), ("未区分轻重", (Standing.UNSPLIT,), VIOLET),
          ("不能归入（线索未载）", (Standing.NOT_STATED,), MUTED), ("不纳入（日常监督）", (Standing.ROUTINE,), GRID))


def forms_chart(made: Classification, period: str) -> Chart:
    """Draw counts by form, one panel per unit of count: persons and person-times never share an axis.

    Routine talks and what cannot be classed stand apart below the forms (chart ⑥). Running totals are left out; rows that
    would count the same thing twice raise `BadInput`.
    """
    import pandas as pd

    current = Classification(tuple((r, c) for r, c in made.rows if r.basis.running is not Running.YES), made.taxonomy)
    for basis in {r.basis for r, _ in current.rows}:
        tally([r for r, _ in current.rows if r.basis == basis])
    rows, left = form_rows(current), len(made.rows) - len(current.rows)
    units = sorted({u for _, u, _, _ in rows})
    heights = [2.0 + sum(u == unit for _, u, _, _ in rows) for unit in units] or [1.0]
    with canvas(8 + 6.5 * sum(heights), rows=len(heights)) as (figure, axes):
        grid = axes[0].get_gridspec()
        assert grid is not None, "canvas draws on a grid"
        grid.set_height_ratios(heights)
        for axis, unit in zip(axes, units, strict=False):
            _bars(axis, [(name, value, colour) for name, u, value, colour in rows if u == unit], unit)
        picture = png(figure)
    frame = pd.DataFrame([(n, u, v.low, v.high) for n, u, v, _ in rows], columns=["归类", "计量单位", "下端", "上端"])
    said = "；".join(f"{n}{v.text()}{u}" for n, u, v, _ in rows if v.high > 0)
    return Chart(title=f"监督执纪构成（{period}）", png=picture, alt=f"条形图：{said or '没有可归类的记录'}", frame=frame,
                 note=f"计量单位不同的分图列出，不相加；{TWICE}；构成变化不等于好坏。" + (f"累计数{left}条未计入。" if left else ""),
                 source=made.taxonomy.name)


def form_rows(made: Classification) -> list[tuple[str, str, Interval, str]]:
    """Return (standing, unit of count, sum, colour) per unit of count, in the order of the forms."""
    found = []
    for unit in sorted({r.basis.count_unit for r, c in made.rows if c.standing not in (Standing.MONEY, Standing.APART, Standing.UNKNOWN)}):
        for name, standings, colour in LINES:
            parts = [r.interval for r in made.with_standing(*standings) if r.basis.count_unit == unit]
            if parts:
                found.append((name, unit, total(parts), colour))
    return found


def _bars(axis: Axes, rows: list[tuple[str, Interval, str]], unit: str) -> None:
    from matplotlib.ticker import MaxNLocator

    names = [n for n, _, _ in rows][::-1]
    bars = axis.barh(names, [v.low for _, v, _ in rows][::-1], color=[c for _, _, c in rows][::-1], height=0.66)
    labels = [v.text() if v.high else "0" for _, v, _ in rows][::-1]
    axis.bar_label(bars, labels=labels, padding=3, fontsize=8)
    axis.set_xlabel(f"数量（{unit}）")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_ylim(-0.6, len(rows) - 0.4)
    axis.margins(x=0.14)
    axis.grid(axis="x")


def ageing_chart(made: Rectification) -> Chart:
    """Draw the open issues by how long they are past their deadline (chart ⑦)."""
    from matplotlib.ticker import MaxNLocator

    colours = {Age.NOT_DUE: BLUE, Age.MONTH: AMBER, Age.QUARTER: AMBER, Age.HALF: RED, Age.LONGER: RED, Age.NO_DEADLINE: MUTED}
    frame = made.ageing()
    with canvas(58) as (figure, axes):
        axis = axes[0]
        bars = axis.barh([a.label for a, _ in made.ages][::-1], [n for _, n in made.ages][::-1],
                         color=[colours[a] for a, _ in made.ages][::-1], height=0.66)
        axis.bar_label(bars, padding=3)
        axis.set_xlabel("未销号问题数（个）")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.margins(x=0.12)
        axis.grid(axis="x")
        picture = png(figure)
    said = "、".join(f"{a.label}{n}个" for a, n in made.ages)
    return Chart(title=f"整改账龄（截至{made.as_of}）", png=picture, alt=f"条形图：{said}", frame=frame,
                 note="销号为单位自报，核验才算认定。", source="整改台账")


def closing_chart(curve: Survival) -> Chart:
    """Draw the share still open by days since the start, with its interval; censored issues are in the estimate."""
    days = [0.0, *(m.day for m in curve.moments)]
    with canvas(70) as (figure, axes):
        axis = axes[0]
        axis.step(days, [1.0, *(m.open_ for m in curve.moments)], where="post", color=BLUE)
        axis.fill_between(days, [1.0, *(_or(m.low, m.open_) for m in curve.moments)], [1.0, *(_or(m.high, m.open_) for m in curve.moments)],
                          step="post", color=BLUE, alpha=0.15, linewidth=0, label=f"{curve.level:.0%}区间")
        axis.axhline(0.5, color=MUTED, linewidth=0.7, linestyle="--")
        axis.set_xlabel("天数")
        axis.set_ylabel("仍未办结的比例")
        axis.set_ylim(0, 1.02)
        axis.set_xlim(left=0)
        axis.legend(loc="upper right")
        picture = png(figure)
    return Chart(title=f"{curve.what}：仍未办结的比例", png=picture, alt=f"曲线图：{curve.sentence()}", frame=curve.table(),
                 note="未办结的按截尾处理，不当作已办结，也不剔除。", source="Kaplan–Meier 估计")


def _or(value: float, instead: float) -> float:
    return instead if value != value else value


def control_chart(made: ControlChart) -> Chart:
    """Draw a control chart; points with a signal are marked."""
    flagged = {s.at for s in made.signals}
    with canvas(72) as (figure, axes):
        axis = axes[0]
        at = range(len(made.values))
        axis.step(at, made.upper, where="mid", color=MUTED, linestyle="--", linewidth=0.9, label="控制界限（3σ）")
        axis.step(at, made.lower, where="mid", color=MUTED, linestyle="--", linewidth=0.9)
        axis.axhline(made.centre, color=INK, linewidth=0.8, label="中心线")
        axis.plot(at, made.values, color=BLUE, marker="o", markersize=3.5, linewidth=1)
        if flagged:
            axis.scatter(sorted(flagged), [made.values[i] for i in sorted(flagged)], color=RED, marker="^", s=34, zorder=3, label="信号")
        step = -(-len(made.labels) // MOST_TICKS)
        axis.set_xticks(list(at)[::step], list(made.labels)[::step], fontsize=7)
        axis.set_ylabel(made.measure)
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=3, borderaxespad=0)
        axis.margins(y=0.2)
        if made.kind is not ChartKind.X:
            axis.set_ylim(bottom=0)
        picture = png(figure)
    return Chart(title=f"{made.measure}：{made.kind.label}", png=picture, alt=f"控制图：{made.sentence()}", frame=made.table(),
                 note="界限内的升降不作解释。" if made.judged else "期数太少，界限仅供参考。")
