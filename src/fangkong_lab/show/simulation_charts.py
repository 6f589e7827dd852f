"""Charts of simulated policies: differences, office hours, sizes, the frontier, what survives the ranges, what the counts tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.show.canvas import AMBER, BLUE, CYCLE, GRID, INK, MUTED, RED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.simulate.calibrate import Calibration
from fangkong_lab.simulate.compare import Differences, Frontier
from fangkong_lab.simulate.figures import Figure
from fangkong_lab.simulate.outcome import Outcome, unit_of
from fangkong_lab.simulate.robust_conclusion import UNIT
from fangkong_lab.simulate.robust_verdict import Robustness, Verdict
from fangkong_lab.simulate.scenario import WHAT_IF

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Sheet

SHOWN = (Figure.PERSON_WARNINGS, Figure.UNIT_WARNINGS, Figure.UNANSWERED, Figure.PERSON_UNFOUNDED, Figure.MINUTES)
_WIDE = 22
_ROW_MM = 7.5


@contextmanager
def _sheet(height_mm: float, columns: int = 1) -> Iterator[tuple[Sheet, list[Axes]]]:
    """A sheet that says what it is, across the ground of every picture."""
    with canvas(height_mm, columns=columns) as (figure, axes):
        figure.text(0.5, 0.5, WHAT_IF, ha="center", va="center", fontsize=26, color=GRID, alpha=0.55, rotation=12, zorder=0)
        for axis in axes:
            axis.patch.set_alpha(0)
        yield figure, axes


def _said(text: str, mark: str) -> str:
    return f"{text}〔{mark}〕"


def difference_chart(outcome: Outcome) -> Chart:
    """Draw each later policy minus the first: dot the mean, thick line 99 % Monte Carlo, thin line 10–90 % of the replications."""
    made, base = Differences(outcome, SHOWN).table(), outcome.arms[0].name
    arms = [a.name for a in outcome.arms[1:]][::-1]
    with _sheet(26 + _ROW_MM * len(arms), len(SHOWN)) as (figure, axes):
        for axis, each in zip(axes, SHOWN, strict=True):
            rows = made[made["指标"] == each.label].set_index("方案").loc[arms]
            axis.axvline(0, color=INK, linewidth=0.7)
            for at, row in enumerate(rows.to_dict("records")):
                colour = BLUE if row["可分辨"] else MUTED
                axis.plot([row["10%分位"], row["90%分位"]], [at, at], color=colour, linewidth=1, alpha=0.6)
                half = 2.576 * row["模拟误差"]
                axis.plot([row["差"] - half, row["差"] + half], [at, at], color=colour, linewidth=3)
                axis.plot([row["差"]], [at], "o", color=colour, markersize=4)
            axis.set_title(f"{each.label}\n（{unit_of(each)}）", fontsize=8.5)
            axis.set_yticks(range(len(arms)), arms if axis is axes[0] else [""] * len(arms))
            axis.set_ylim(-0.6, len(arms) - 0.4)
            axis.locator_params(axis="x", nbins=3)
            axis.tick_params(axis="x", labelsize=7.5)
            axis.grid(axis="x")
        picture = png(figure)
    return Chart(_said(f"与「{base}」的差", outcome.mark()), picture, f"区间图：{Differences(outcome).sentence()}", made,
                 "点是平均差，粗线是模拟误差（99%），细线是各次重复的10%–90%分位；灰色的分不出多少。", "推演")


def hours_chart(outcome: Outcome) -> Chart:
    """Draw the office hours of each month, one line per policy, with its peak marked."""
    made = outcome.by_month()
    with _sheet(64) as (figure, axes):
        axis = axes[0]
        for arm, colour in zip(outcome.arms, _colours(len(outcome.arms)), strict=True):
            own = made[made["方案"] == arm.name].reset_index(drop=True)
            axis.plot(own.index, own["工时"], color=colour, linewidth=1.2, label=arm.name)
            top = int(own["工时"].idxmax())
            axis.plot([top], [own["工时"][top]], "o", color=colour, markersize=4)
        months = own["月份"].tolist()
        ticks = range(0, len(months), max(1, round(len(months) / 6 / 12) * 12 or 6))
        axis.set_xticks(list(ticks), [months[t] for t in ticks])
        axis.set_ylim(bottom=0)
        axis.set_ylabel("每月工时（小时）")
        axis.grid(axis="y")
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, borderaxespad=0)
        picture = png(figure)
    peaks = "；".join(f"「{a.name}」最忙的月份平均 {outcome.estimate(a.name, Figure.PEAK).mean:,.0f} 小时" for a in outcome.arms)
    return Chart(_said("办公室各月工时", outcome.mark()), picture, f"折线图：{peaks}。", made,
                 "点是平均工时最高的月份；每一次重复里最忙的月份要更忙一些。", "推演")


def _colours(count: int) -> list[str]:
    return [CYCLE[i % len(CYCLE)] for i in range(count)]


def size_chart(outcome: Outcome) -> Chart:
    """Draw personal warnings per 100 persons, and the share of units ever warned, by class of unit size."""
    made = outcome.by_size()
    labels = list(dict.fromkeys(made["单位大小"]))
    with _sheet(62, 2) as (figure, axes):
        width = 0.8 / len(outcome.arms)
        for axis, column, factor, label in zip(axes, ("每百人个人预警", "被预警单位占比"), (1, 100), ("每百人个人预警（次）", "曾被预警的单位（%）"), strict=True):
            for place, arm in enumerate(outcome.arms):
                own = made[made["方案"] == arm.name]
                x = np.arange(len(labels)) + (place - (len(outcome.arms) - 1) / 2) * width
                axis.bar(x, own[column] * factor, width * 0.92, color=_colours(len(outcome.arms))[place], label=arm.name,
                         yerr=2.576 * own[f"{column}误差"] * factor, error_kw={"elinewidth": 0.7, "ecolor": INK})
            axis.set_xticks(range(len(labels)), labels)
            axis.set_title(label, fontsize=9)
            axis.grid(axis="y")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=4)
        picture = png(figure)
    return Chart(_said("是不是专罚大单位", outcome.mark()), picture, f"柱状图：{outcome.size_sentence()}", made,
                 "左图按人算，右图按单位算；竖线是模拟误差（99%）。", "推演")


def frontier_chart(front: Frontier) -> Chart:
    """Draw every combination of thresholds: missed against unfounded, the area its office hours; the frontier filled."""
    points = front.points
    spread = np.ptp(points["hours"])
    area = 20 + 160 * (points["hours"] - points["hours"].min()) / (spread if spread else 1.0)
    with _sheet(84) as (figure, axes):
        axis = axes[0]
        for best, colour, label in ((False, MUTED, "别的组合全面更好"), (True, BLUE, "在前沿上")):
            own = points["best"] == best
            if not own.any():
                continue
            axis.scatter(points.loc[own, "missed"], points.loc[own, "unfounded"], s=area[own], label=label, edgecolors=colour,
                         facecolors=colour if best else "none", alpha=0.75, linewidths=0.9)
        for place, row in enumerate(_ends(front)):
            name = "-".join(f"{row[n]:g}" for n in sorted(front.levels, key=lambda n: row[n]))
            axis.annotate(name, (row["missed"], row["unfounded"]), xytext=(6, (8, -14, 20)[place]), textcoords="offset points", fontsize=8)
        axis.set_xlabel("未触发预警的行为（件）")
        axis.set_ylabel("无据预警（次）")
        axis.margins(0.12)
        axis.grid()
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0)
        picture = png(figure)
    return Chart(_said("门槛的前沿：漏、无据、工时", front.mark), picture, f"散点图：{front.sentence()}", front.table(),
                 "圆越大工时越多；标出的是漏得最少、无据最少、最省工时的门槛（从低到高）。", "推演")


def _ends(front: Frontier) -> list[dict[str, float]]:
    best = front.points[front.points["best"]]
    rows = [{str(k): float(v) for k, v in row.items()} for row in best.astype(float).to_dict("records")]
    chosen = [min(rows, key=lambda row: row[column]) for column in ("missed", "unfounded", "hours")]
    return [row for i, row in enumerate(chosen) if row not in chosen[:i]]


def robust_chart(made: Robustness) -> Chart:
    """Draw for each conclusion the share of places where it stands, cannot be told, and is reversed."""
    rows = [v for v in made.verdicts if v.sign][::-1]
    with _sheet(24 + _ROW_MM * max(1, len(rows))) as (figure, axes):
        axis = axes[0]
        left = np.zeros(len(rows))
        for label, colour, values in (("成立", BLUE, [1 - v.untold - v.turned for v in rows]), ("分不出", GRID, [v.untold for v in rows]),
                                      ("反向", RED, [v.turned for v in rows])):
            axis.barh(range(len(rows)), values, left=left, color=colour, label=label, height=0.62)
            left = left + np.asarray(values)
        for at, verdict in enumerate(rows):
            axis.annotate(verdict.standing.label, (1.01, at), va="center", fontsize=8, annotation_clip=False)
        axis.set_yticks(range(len(rows)), [fill(v.words(), 2 * _WIDE) for v in rows], fontsize=8)
        axis.set_xlim(0, 1)
        axis.set_xticks([0, 0.5, 1], ["0", "50%", "100%"])
        axis.set_xlabel("试过的参数组合")
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0)
        picture = png(figure)
    return Chart(_said("哪些结论在参数范围内站得住", made.mark()), picture, f"条形图：{''.join(made.lines()[1:3])}", made.table(),
                 "每个假定参数取遍范围；反向处要经新的重复复核才算会翻转。", "推演")


def influence_chart(made: Robustness, verdict: Verdict, most: int = 10) -> Chart:
    """Draw how far each of the strongest parameters moves the difference of *verdict* over its whole range."""
    frame = made.influence(most)
    own = frame[frame["结论"] == verdict.words()].iloc[::-1]
    with _sheet(24 + 6 * len(own)) as (figure, axes):
        axis = axes[0]
        axis.barh(range(len(own)), own["全程影响"], xerr=[np.minimum(own["其误差"], own["全程影响"]), own["其误差"]], color=BLUE, alpha=0.8, height=0.6,
                  error_kw={"elinewidth": 0.8, "ecolor": INK})
        axis.plot([abs(verdict.mean)] * 2, [-0.6, len(own) - 0.4], color=RED, linewidth=1)
        axis.annotate("基准值处的差", (abs(verdict.mean), len(own) - 0.4), xytext=(0, 3), textcoords="offset points", color=RED, fontsize=8)
        axis.set_yticks(range(len(own)), own["参数"])
        axis.set_ylim(-0.6, len(own) - 0.4)
        axis.set_xlabel(f"该参数走完全程，差平均动多少（{UNIT[verdict.question.claim]}）")
        axis.grid(axis="x")
        picture = png(figure)
    return Chart(_said(f"什么左右这条：{verdict.question.short(verdict.sign)}", made.mark()), picture,
                 f"条形图：{verdict.words()}；影响最大的是{own['参数'].iloc[-1]}。", own.iloc[::-1].reset_index(drop=True),
                 "Morris 筛选：绝对影响的平均及95%误差；超过红线的参数单独就可能改变结论。", "推演")


def calibration_chart(made: Calibration, most: int = 14) -> Chart:
    """Draw for each parameter how much of its range agrees with the counts, those told most on top."""
    rows = made.table().head(most).iloc[::-1]
    with _sheet(24 + 6 * len(rows)) as (figure, axes):
        axis = axes[0]
        for at, row in enumerate(rows.to_dict("records")):
            length = row["范围高"] - row["范围低"]
            low, middle, high = ((row[c] - row["范围低"]) / length for c in ("相容值最低", "相容值中位", "相容值最高"))
            colour = MUTED if row["判断"] == "不可识别" else BLUE if row["判断"] == "收窄" else AMBER
            axis.plot([0, 1], [at, at], color=GRID, linewidth=6, solid_capstyle="butt")
            axis.plot([low, high], [at, at], color=colour, linewidth=6, alpha=0.75, solid_capstyle="butt")
            axis.plot([middle], [at], "|", color=INK, markersize=9)
            axis.annotate(row["判断"], (1.02, at), va="center", fontsize=8, annotation_clip=False)
        axis.set_yticks(range(len(rows)), rows["参数"])
        axis.set_xticks([0, 0.5, 1], ["范围低端", "中间", "范围高端"])
        axis.set_xlim(0, 1)
        picture = png(figure)
    return Chart(_said("计数说得出什么", made.mark()), picture, f"区间图：{made.sentence()}", made.table(),
                 "灰底是假定的范围，色条从与计数相容的最低值到最高值，竖线是中位。", "；".join(dict.fromkeys(made.counts.sources)))
