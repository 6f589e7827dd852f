"""Charts of evaluations: effects by period, paths with and without the pilot, placebo spread, power curves, the evidence table (chart ⑧)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fangkong_lab.evaluate.assumption import Refusal
from fangkong_lab.evaluate.effect import Effect
from fangkong_lab.evaluate.evaluation import Evaluation, Verdict
from fangkong_lab.evaluate.pilot_power import MinimumEffect
from fangkong_lab.evaluate.plot import Plot, Shape
from fangkong_lab.show.canvas import AMBER, BLUE, GREEN, GRID, INK, MUTED, RED, canvas, png
from fangkong_lab.show.chart import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TICKS = 9
MARK = "模拟数据"
_LINES = ((BLUE, "-"), (AMBER, "--"), (MUTED, ":"), (GREEN, "-."), (RED, "-"))


def plot_chart(plot: Plot, *, note: str = "", source: str = "", simulated: bool = False) -> Chart:
    """Draw the figure data of a result, in the way its shape says."""
    with canvas(70) as (figure, axes):
        axis = axes[0]
        places, labels = _places(plot)
        _DRAW[plot.shape](axis, plot, places)
        if plot.shape not in (Shape.DISTRIBUTION, Shape.CURVE):
            _ticks(axis, labels)
            _break(axis, plot, labels)
        if plot.level_line is not None and plot.shape is not Shape.DISTRIBUTION:
            axis.axhline(plot.level_line, color=INK, linewidth=0.7)
        axis.set_xlabel(plot.x_label)
        axis.set_ylabel(plot.y_label)
        if plot.frame["series"].nunique() > 1:
            axis.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=4, borderaxespad=0)
        _watermark(axis, simulated)
        picture = png(figure)
    return Chart(plot.title, picture, plot.alt, plot.table(), note, source)


def effect_chart(effect: Effect, *, simulated: bool = False) -> Chart | None:
    """Draw an effect's own figure with its first caveat; None where it has none."""
    plot = effect.figure()
    if plot is None:
        return None
    return plot_chart(plot, note=f"{effect.caveats[0]}。" if effect.caveats else "", source="；".join(effect.sources), simulated=simulated)


def power_chart(made: MinimumEffect) -> Chart:
    """Draw how surely changes of each size would be seen, with the smallest change seen surely enough."""
    with canvas(66) as (figure, axes):
        axis = axes[0]
        change = [100 * (r - 1) for r, _ in made.curve]
        axis.plot(change, [p for _, p in made.curve], color=BLUE, marker="o", markersize=3.2, linewidth=1.2)
        axis.axhline(made.target, color=MUTED, linewidth=0.8, linestyle="--")
        axis.annotate(f"{made.target:.0%}把握", (0.01, made.target), xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points",
                      fontsize=8, color=MUTED)
        if made.ratio is not None:
            axis.axvline(100 * (made.ratio - 1), color=RED, linewidth=1)
            axis.annotate(f"能看出的最小变化{made.ratio - 1:+.0%}", (100 * (made.ratio - 1), 0.03), xytext=(4, 0), textcoords="offset points", fontsize=8, color=RED)
        axis.set_xlabel("真实变化（%）")
        axis.set_ylabel("看出来的把握")
        axis.set_ylim(0, 1.02)
        if change[-1] < 0:
            axis.invert_xaxis()
        axis.grid(axis="y")
        picture = png(figure)
    return Chart("多大的变化看得出来", picture, f"曲线图：{made.sentence()}", made.table(), f"模拟{made.draws}次，种子{made.seed}；事前设计，不是结果。")


def evidence_chart(evaluations: Sequence[Evaluation]) -> Chart:
    """Draw the evidence table of pilots (chart ⑧): per measure the change with its interval, what can be said, and the evidence level.

    Differences are drawn as per cent of the pilots' mean before, so that all share the axis. Refused questions keep their row.
    """
    import pandas as pd

    rows = [_evidence_row(e) for e in evaluations]
    with canvas(22 + 13 * max(1, len(rows))) as (figure, axes):
        axis = axes[0]
        figure.set_layout_engine("none")  # type: ignore[call-overload]
        foot = 14 / (22 + 13 * max(1, len(rows)))
        axis.set_position((0.22, foot, 0.42, 0.98 - foot))
        _evidence_axis(axis, rows)
        for k, row in enumerate(rows):
            _evidence_line(axis, k, row)
        _watermark(axis, any(e.ledger.simulated for e in evaluations))
        picture = png(figure)
    frame = pd.DataFrame([{k: v for k, v in r.items() if k not in ("ends", "colour")} for r in rows])
    said = "；".join(f"{r['指标']}：{r['变化']}，{r['结论']}" for r in rows)
    return Chart("试点证据表", picture, f"证据表：{said}", frame, "证据等级为马里兰量表1–5级，5级最强；横线为95%区间，没有横线的只有p值；率之差按试点前平均折成百分比。",
                 "监督执纪统计、单位表")


def _evidence_row(made: Evaluation) -> dict[str, Any]:
    colour = {Verdict.SEEN: RED, Verdict.NOT_SEEN: BLUE, Verdict.CANNOT_TELL: MUTED}[made.verdict]
    base = {"指标": made.question.measure, "结论": made.verdict.label, "colour": colour}
    if isinstance(made.answer, Refusal):
        need = f"至少需要{made.answer.needed}" if made.answer.needed else made.answer.reason
        return {**base, "变化": "不作估计", "方法": "—", "证据等级": None, "说明": need, "ends": None}
    effect = made.answer
    return {**base, "变化": effect.printed(), "方法": effect.design.label, "证据等级": effect.evidence.level, "说明": effect.evidence.reason, "ends": made.per_cent()}


def _evidence_axis(axis: Axes, rows: list[dict[str, Any]]) -> None:
    drawn = [v for r in rows if r["ends"] for v in r["ends"] if np.isfinite(v)]
    reach = min(150.0, max([30.0, *(abs(v) for v in drawn)]) * 1.1)
    axis.set_xlim(-reach, reach)
    axis.set_ylim(len(rows) - 0.4, -0.9)
    axis.axvline(0, color=INK, linewidth=0.8)
    axis.set_xlabel("变化（%）")
    axis.set_yticks(range(len(rows)), [f"{r['指标']}\n{r['变化']}" for r in rows])
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x")
    for x, head in ((1.03, "证据等级"), (1.40, "结论")):
        axis.annotate(head, (x, -0.75), xycoords=("axes fraction", "data"), fontsize=8, color=MUTED, va="center")


def _evidence_line(axis: Axes, at: int, row: dict[str, Any]) -> None:
    if row["ends"]:
        value, low, high = row["ends"]
        if np.isfinite(low) and np.isfinite(high):
            axis.plot([low, high], [at, at], color=row["colour"], linewidth=1.6)
        axis.plot([value], [at], "o", color=row["colour"], markersize=5.5)
    else:
        axis.annotate(_short(row["说明"] if row["证据等级"] is None else row["方法"]), (0.02, at), xycoords=("axes fraction", "data"), fontsize=8, color=MUTED, va="center")
    level = row["证据等级"] or 0
    squares = f"{level}级 " + "■" * level + "□" * (5 - level) if level else "—"
    axis.annotate(squares, (1.03, at), xycoords=("axes fraction", "data"), fontsize=8, color=INK, va="center")
    axis.annotate(_wrapped(row["结论"]), (1.40, at), xycoords=("axes fraction", "data"), fontsize=8, color=row["colour"], va="center")


def _wrapped(text: str, width: int = 10) -> str:
    return "\n".join(text[k : k + width] for k in range(0, len(text), width))


def _short(text: str, most: int = 22) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _places(plot: Plot) -> tuple[dict[object, float], list[object]]:
    """Return a place on the axis for every x: its own number, else its rank."""
    values = sorted(plot.frame["x"].dropna().unique(), key=lambda v: v)
    if all(isinstance(v, (int, float, np.integer, np.floating)) for v in values):
        return {v: float(v) for v in values}, []
    return {v: float(k) for k, v in enumerate(values)}, values


def _x(plot: Plot, rows: Any, places: dict[object, float]) -> list[float]:
    return [places[v] for v in rows["x"]]


def _events(axis: Axes, plot: Plot, places: dict[object, float]) -> None:
    for k, (name, rows) in enumerate(plot.frame.groupby("series", sort=False)):
        colour, x = _LINES[k % len(_LINES)][0], _x(plot, rows, places)
        axis.vlines(x, rows["low"], rows["high"], color=colour, linewidth=1.2)
        axis.plot(x, rows["y"], "o", color=colour, markersize=4.2, label=str(name))
    axis.grid(axis="y")


def _paths(axis: Axes, plot: Plot, places: dict[object, float]) -> None:
    for k, (name, rows) in enumerate(plot.frame.groupby("series", sort=False)):
        colour, dash = _LINES[k % len(_LINES)]
        x = _x(plot, rows, places)
        axis.plot(x, rows["y"], color=colour, linestyle=dash, linewidth=1.4, label=str(name))
        if rows["low"].notna().any():
            axis.fill_between(x, rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0)
    axis.grid(axis="y")


def _bars(axis: Axes, plot: Plot, places: dict[object, float]) -> None:
    axis.bar(_x(plot, plot.frame, places), plot.frame["y"], color=BLUE, width=0.7)
    axis.grid(axis="y")


def _distribution(axis: Axes, plot: Plot, places: dict[object, float]) -> None:
    values = plot.frame["y"].dropna()
    axis.hist(values, bins=min(40, max(8, len(values) // 5)), color=GRID, edgecolor=MUTED, linewidth=0.5)
    if plot.level_line is not None:
        axis.axvline(plot.level_line, color=RED, linewidth=1.4, label="实际")
        axis.legend(loc="upper right")


_DRAW = {Shape.EVENT: _events, Shape.PATHS: _paths, Shape.CURVE: _paths, Shape.BARS: _bars, Shape.DISTRIBUTION: _distribution}


def _ticks(axis: Axes, labels: list[object]) -> None:
    if not labels:
        from matplotlib.ticker import MaxNLocator

        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        return
    step = -(-len(labels) // MOST_TICKS)
    axis.set_xticks(list(range(len(labels)))[::step], [str(v)[:7] for v in labels][::step])


def _break(axis: Axes, plot: Plot, labels: list[object]) -> None:
    """Mark the start: half a step before the first period under the pilot."""
    if plot.break_line is None:
        return
    at = labels.index(plot.break_line) if plot.break_line in labels else plot.break_line
    if isinstance(at, (int, float, np.integer, np.floating)):
        edge = float(at) - 0.5 if float(at).is_integer() else float(at)
        axis.axvline(edge, color=MUTED, linewidth=0.9, linestyle="--")
        axis.annotate("试点起始", (edge, 0.98), xycoords=("data", "axes fraction"), xytext=(3, 0), textcoords="offset points", fontsize=8,
                      color=MUTED, va="top")


def _watermark(axis: Axes, simulated: bool) -> None:
    if simulated:
        axis.text(0.99, 0.02, MARK, transform=axis.transAxes, ha="right", va="bottom", fontsize=11, color=RED, alpha=0.55)
