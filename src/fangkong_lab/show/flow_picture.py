"""The picture of one item's flow: steps from left to right, routes as lanes, signers, idle checks, who reaches whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fangkong_lab.errors import CannotTell
from fangkong_lab.kinds import Audience, StepKind, Verdict
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT
from fangkong_lab.network.thresholds import DEFAULT_TARGET, ItemThresholds, measure
from fangkong_lab.show.canvas import AMBER, BLUE, GREEN, INK, MUTED, PAGE_MM, RED, VIOLET, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.flow_lanes import Edge, lanes_of
from fangkong_lab.show.flow_plan import (
    GAP,
    HEAD,
    LANE_NAME,
    LEFT,
    NAME_LINE,
    PAD,
    SIGN_LINE,
    Plan,
    Point,
    pitch_of,
    plan_of,
    told,
)
from fangkong_lab.show.flow_words import Arc, Box, Bypass, arcs_of, boxes_of, wrapped
from fangkong_lab.show.simulated import marked

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MM_PER_CHAR = 2.45  # of a Chinese character of 6.8 points
_KEY_HEIGHT = 9.0
_COLOUR = {StepKind.DECIDE: BLUE, StepKind.EXECUTE: GREEN, StepKind.PAY: GREEN, StepKind.REVIEW: VIOLET,
           StepKind.COSIGN: VIOLET, StepKind.INSPECT: VIOLET, StepKind.SUPERVISE: VIOLET}
_PALE = "#eef0f2"


def flow_picture(network: PowerNetwork, item_id: str, audience: Audience = Audience.INTERNAL,
                 target: int = DEFAULT_TARGET) -> Chart:
    """Draw the flow of an item on the network's day.

    Lanes are routes; sign-offs after effect are grey; checks that constrain nobody are framed and marked 待核实; dashed
    arcs (discipline side only) join steps whose signers lead each other or are one person. Raises `WrongCall` for an
    unknown item and `CannotTell` where it has no steps.
    """
    item = measure(network, DIRECT, [item_id], target)[0]
    flow = item.structure.flow
    if not flow.steps:
        raise CannotTell(f"事项「{item.item.name}」没有流程图，无法作图", where=item_id, mend="补充流程图与环节")
    lanes = lanes_of(flow)
    width = (pitch_of(lanes) - GAP - 1.5) / _MM_PER_CHAR
    plan = plan_of(lanes, boxes_of(network, item, audience, width), arcs_of(network, flow, audience), _KEY_HEIGHT)
    with canvas(plan.height) as (figure, axes):
        axis = axes[0]
        figure.set_layout_engine(None)
        axis.set_position((0, 0, 1, 1))
        axis.set_xlim(0, PAGE_MM)
        axis.set_ylim(plan.height, 0)
        axis.axis("off")
        _draw(axis, plan)
        axis.text(LEFT, plan.height - 2.2, marked(network, _key(plan)), fontsize=6.8, color=MUTED, va="bottom")
        picture = png(figure)
    return Chart(title=f"{item.item.name}（{item_id}）办理流程：{item.status.label}", png=picture, alt=_alt(item, plan),
                 frame=_frame(plan), note=marked(network, _note(audience)), source=f"流程图与签批台账，{network.as_of.isoformat()}")


def _draw(axis: Axes, plan: Plan) -> None:
    _draw_lanes(axis, plan)
    for edge, lanes in plan.lanes.edges.items():
        for lane in lanes:
            _draw_edge(axis, plan, edge, lane)
    for box in plan.boxes.values():
        _draw_box(axis, plan, box)
    for arc in plan.levels:
        _draw_arc(axis, plan, arc)


def _draw_lanes(axis: Axes, plan: Plan) -> None:
    if len(plan.lanes.routes) == 1:
        return
    for (band, lane), top in plan.tops.items():
        if plan.tops[band, 0] != plan.tops[band, len(plan.lanes.routes) - 1]:
            axis.fill_between([0, PAGE_MM], top - 2.2, top + plan.box_height + 2.2, color=_PALE if lane % 2 == 0 else "#f7f8f9",
                              linewidth=0, zorder=0)
            axis.text(LANE_NAME, top + plan.box_height / 2, wrapped(plan.lanes.routes[lane], 12, 1)[0], fontsize=6.5, color=MUTED,
                      ha="center", va="center", rotation=90)


def _draw_box(axis: Axes, plan: Plan, box: Box) -> None:
    from matplotlib.patches import Rectangle

    x, y = plan.x(box.step.step_no), plan.y(box.step.step_no)
    colour = MUTED if box.after else _COLOUR.get(box.step.kind, "#7a8794")
    edge = AMBER if box.idle else colour
    axis.add_patch(Rectangle((x, y), plan.box_width, plan.box_height, facecolor=_PALE if box.after else "white", edgecolor=edge,
                             linewidth=1.6 if box.idle else 0.8, zorder=3))
    axis.add_patch(Rectangle((x, y), plan.box_width, HEAD, facecolor="#a9b2ba" if box.after else colour, edgecolor="none", zorder=4))
    axis.text(x + 1, y + HEAD / 2, box.head, fontsize=7.5, color="white", va="center", zorder=5)
    at = y + HEAD + PAD
    ink = MUTED if box.after else INK
    for line in box.name:
        axis.text(x + 1, at, line, fontsize=8, color=ink, va="top", zorder=5)
        at += NAME_LINE
    at += PAD / 2
    lines = [(t, ink) for t in box.signs] + [("事后，不拦办结", ink)] * box.after + [("待核实的制约环节", AMBER)] * box.idle
    for text, colour in [*lines, *((t, RED) for t in told(plan.far, box.step.step_no))]:
        axis.text(x + 1, at, text, fontsize=6.8, color=colour, va="top", zorder=5)
        at += SIGN_LINE


def _draw_edge(axis: Axes, plan: Plan, edge: Edge, lane: int) -> None:
    for points, arrow in plan.ways(edge, lane):
        axis.plot([p[0] for p in points], [p[1] for p in points], color=MUTED, linewidth=0.9, zorder=2, solid_capstyle="butt")
        if arrow:
            _arrow_head(axis, points[-2], points[-1], MUTED)


def _draw_arc(axis: Axes, plan: Plan, arc: Arc) -> None:
    """A dashed line; the arrow points at the step whose signer is led."""
    points = plan.arc(arc)
    colour = RED if arc.why is Bypass.LED else VIOLET
    axis.plot([p[0] for p in points], [p[1] for p in points], color=colour, linewidth=0.9, linestyle=(0, (3, 2)), zorder=2.5)
    if arc.why is Bypass.LED:
        _arrow_head(axis, points[-2], points[-1], colour)
    axis.text((points[2][0] + points[3][0]) / 2, points[2][1], arc.why.label, fontsize=6.5, color=colour, ha="center", va="center",
              zorder=7, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})


def _arrow_head(axis: Axes, start: Point, end: Point, colour: str) -> None:
    x, y = (e - 0.5 * ((e > s) - (e < s)) for s, e in zip(start, end, strict=True))
    axis.annotate("", end, (x, y), zorder=6, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 0.8, "mutation_scale": 6,
                                                       "shrinkA": 0, "shrinkB": 0})


def _key(plan: Plan) -> str:
    said = ["橙框：待核实的制约环节", "灰底：事后签批"] if any(b.idle or b.after for b in plan.boxes.values()) else []
    if plan.arcs:
        said.append("红色虚线：签批人受其直接领导；紫色虚线：同一人")
    return "   ".join(said)


def _frame(plan: Plan) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for number, box in plan.boxes.items():
        reach = [f"{a.why.label}→环节{a.end}" for a in plan.arcs if a.start == number]
        rows.append({"环节": number, "名称": box.step.name, "类型": box.step.kind.label, "路径": "、".join(box.step.routes) or "全部",
                     "签批": box.rules, "事后": "是" if box.after else "否", "待核实": "是" if box.idle else "否",
                     "影响所及": "、".join(reach)})
    return pd.DataFrame(rows)


def _alt(item: ItemThresholds, plan: Plan) -> str:
    idle = [str(n) for n, b in plan.boxes.items() if b.idle]
    late = [str(n) for n, b in plan.boxes.items() if b.after]
    parts = [f"流程图：{len(plan.boxes)}个环节、{len(plan.lanes.routes)}条路径，结论{item.status.label}"]
    parts += [f"环节{'、'.join(idle)}的制约待核实"] if idle else []
    parts += [f"环节{'、'.join(late)}的签批在办成之后"] if late else []
    if item.status is Verdict.VIOLATED and plan.arcs:
        parts.append(f"签批人之间有{len(plan.arcs)}处直接领导或同一人的关系")
    return "；".join(parts) + "。"


def _note(audience: Audience) -> str:
    base = "反映制度设计情况，不代表存在违规行为。"
    if audience is Audience.INTERNAL:
        return f"{base}人员以代号表示，仅供纪委内部使用。"
    return f"{base}本图供纪委以外使用，不列人员和经手组合。"
