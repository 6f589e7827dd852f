"""A unit's network for print: posts in reporting levels, its items or categories behind, who decides what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import CannotTell
from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.network.finding_words import sure_controllers
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, NONE
from fangkong_lab.network.thresholds import DEFAULT_TARGET, ItemThresholds, measure
from fangkong_lab.show.canvas import AMBER, BLUE, GREEN, GRID, INK, MUTED, PAGE_MM, RED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.flow_words import wrapped
from fangkong_lab.show.simulated import marked, refuse_public, require_unit
from fangkong_lab.show.unit_layers import Group, Layers, layers_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_ROW, _BOX, _TOP, _FOOT, _SIDE = 4.7, 3.7, 7.0, 12.0, 2.0
_GROUP_W, _GAP = 34.0, 6.0
_MM_PER_CHAR = 2.5
_COLOUR = {Verdict.VIOLATED: RED, Verdict.CANNOT_TELL: AMBER, Verdict.SATISFIED: GREEN, Verdict.CANNOT_BE_DONE: MUTED}


def unit_network(network: PowerNetwork, unit_id: str, audience: Audience = Audience.INTERNAL, target: int = DEFAULT_TARGET) -> Chart:
    """Draw the network of one unit on the network's day.

    Posts stand in reporting levels from left to right, items (above 60 nodes: categories) at the right. Lines: 领导 from
    post to post, dark from a post to what it decides, pale to what else it signs. Posts whose holder could act alone
    are red in the copy for 纪委内部 only. Raises `WrongCall` for an unknown unit or the public copy, `CannotTell` for a
    unit without posts.
    """
    refuse_public(audience, "单位网络图")
    require_unit(network, unit_id)
    items = measure(network, DIRECT, network.items_of(unit_id), target)
    layers = layers_of(network, unit_id, items)
    if not layers.levels:
        raise CannotTell("本单位没有岗位，无法作图", where=unit_id, mend="补充岗位台账")
    sheet = _Sheet(network, layers, _alone(network, items) if audience is Audience.INTERNAL else frozenset())
    height = _TOP + _ROW * layers.height + _FOOT
    with canvas(height) as (figure, axes):
        axis = axes[0]
        figure.set_layout_engine(None)
        axis.set_position((0, 0, 1, 1))
        axis.set_xlim(0, PAGE_MM)
        axis.set_ylim(height, 0)
        axis.axis("off")
        _draw(axis, sheet)
        for k, line in enumerate(_key(sheet, audience)):
            axis.text(_SIDE, height - 5.4 + 3.4 * k, marked(network, line) if k == 0 else line, fontsize=6.6, color=MUTED, va="bottom")
        picture = png(figure)
    return Chart(title=f"{network.units[unit_id].name}权力网络", png=picture, alt=_alt(sheet, items), frame=_frame(sheet),
                 note=marked(network, _note(layers)), source=f"岗位、流程图与签批台账，{network.as_of.isoformat()}")


def _alone(network: PowerNetwork, items: list[ItemThresholds]) -> frozenset[str]:
    """Posts held by somebody who alone completes an item without any influence, through a post that signs it."""
    found = set()
    for each in items:
        signing = {p for s in each.structure.flow.sign_offs for p in s.posts}
        found |= {p for x in sure_controllers(each.structure, NONE) for p in network.posts_of.get(x, ()) if p in signing}
    return frozenset(found)


@dataclass(frozen=True)
class _Sheet:
    network: PowerNetwork
    layers: Layers
    alone: frozenset[str]

    @property
    def pitch(self) -> float:
        """Distance from level to level."""
        return min(42.0, (PAGE_MM - 2 * _SIDE - _GROUP_W) / self.layers.depth)

    @property
    def width(self) -> float:
        """Width of a post's box."""
        return self.pitch - _GAP

    def x(self, post: str) -> float:
        """Left side of a post's box."""
        return _SIDE + self.layers.levels[post] * self.pitch

    def y(self, row: float) -> float:
        """Middle of a row."""
        return _TOP + (row + 0.5) * _ROW


def _draw(axis: Axes, sheet: _Sheet) -> None:
    layers = sheet.layers
    left = PAGE_MM - _SIDE - _GROUP_W
    for level in range(layers.depth):
        axis.text(_SIDE + level * sheet.pitch, 4.2, f"第{level + 1}层岗位", fontsize=7, color=MUTED, va="bottom")
    axis.text(left, 4.2, "事项类别" if layers.grouped else "权力事项", fontsize=7, color=MUTED, va="bottom")
    for group, row in zip(layers.groups, layers.group_rows, strict=True):
        for post in sorted(group.posts & layers.levels.keys()):
            decides = post in group.deciders
            axis.plot([sheet.x(post) + sheet.width, left], [sheet.y(layers.rows[post]), sheet.y(row)], color=BLUE if decides else GRID,
                      linewidth=0.8 if decides else 0.5, alpha=0.55 if decides else 1, zorder=1 if decides else 0.5)
        _draw_group(axis, group, left, sheet.y(row))
    for low, up in layers.parents.items():
        middle = sheet.x(low) - _GAP / 2
        y0, y1 = sheet.y(layers.rows[up]), sheet.y(layers.rows[low])
        axis.plot([sheet.x(up) + sheet.width, middle, middle, sheet.x(low)], [y0, y0, y1, y1], color=INK, linewidth=0.7, zorder=2)
    for post in layers.levels:
        _draw_post(axis, sheet, post)


def _draw_post(axis: Axes, sheet: _Sheet, post: str) -> None:
    from matplotlib.patches import Rectangle

    own, network = sheet.network.posts[post], sheet.network
    state = "（空缺）" if post in network.empty else "（不明）" if post in network.unknown else ""
    edge = RED if post in sheet.alone else AMBER if state else MUTED if own.external else INK
    x, y = sheet.x(post), sheet.y(sheet.layers.rows[post])
    axis.add_patch(Rectangle((x, y - _BOX / 2), sheet.width, _BOX, facecolor="#f9e9e7" if post in sheet.alone else "white", edgecolor=edge,
                             linewidth=0.7, linestyle="--" if own.external else "-", zorder=3))
    chars = (sheet.width - 1.4) / _MM_PER_CHAR
    axis.text(x + 0.8, y, wrapped(own.title + state, chars, 1)[0], fontsize=6.8, va="center_baseline", zorder=4)


def _draw_group(axis: Axes, group: Group, left: float, y: float) -> None:
    from matplotlib.patches import Rectangle

    axis.add_patch(Rectangle((left, y - _BOX / 2), _GROUP_W, _BOX, facecolor="white", edgecolor=MUTED, linewidth=0.7, zorder=3))
    at, total = left, len(group.items)
    for verdict, colour in _COLOUR.items():
        width = _GROUP_W * sum(e.status is verdict for e in group.items) / total
        axis.add_patch(Rectangle((at, y - _BOX / 2), width, _BOX, facecolor=colour, alpha=0.28, edgecolor="none", zorder=3.5))
        at += width
    count = f" {total}项" + (f"，{group.violated}项不达标" if group.violated else "") if total > 1 else ""
    name = wrapped(group.name, _GROUP_W / _MM_PER_CHAR - 0.5 * len(count) - 1.0, 1)[0]
    axis.text(left + 0.8, y, name + count, fontsize=6.6, va="center_baseline", zorder=4)


def _key(sheet: _Sheet, audience: Audience) -> tuple[str, str]:
    first = "黑线：领导；蓝线：决定；灰线：其他签批。右列底色：红不达标、黄不能判定、绿达标、灰无法办结（按事项数分段）。"
    second = "虚框：外部岗位；黄框：空缺或任职不明" + ("；红框：任职者可单人办结某些事项。" if audience is Audience.INTERNAL else "。")
    return first, second


def _alt(sheet: _Sheet, items: list[ItemThresholds]) -> str:
    bad = sum(e.status is Verdict.VIOLATED for e in items)
    return (f"网络图：{len(sheet.layers.levels)}个岗位分{sheet.layers.depth}层，事项{len(items)}项，其中不达标{bad}项"
            + (f"，{len(sheet.alone)}个岗位的任职者可单人办结某些事项。" if sheet.alone else "。"))


def _frame(sheet: _Sheet) -> pd.DataFrame:
    import pandas as pd

    posts = sheet.network.posts
    rows = [{"岗位": posts[p].title, "岗位编码": p, "层": level + 1, "上级": posts[sheet.layers.parents[p]].title if p in sheet.layers.parents else "",
             "签批": "、".join(g.name for g in sheet.layers.groups if p in g.posts),
             "决定": "、".join(g.name for g in sheet.layers.groups if p in g.deciders)} for p, level in sheet.layers.levels.items()]
    return pd.DataFrame(rows)


def _note(layers: Layers) -> str:
    parts = ["岗位与事项超过60个，事项按权力类别合并。"] if layers.grouped else []
    parts += [f"另有{len(layers.hidden)}个不决定事项、不领导他人的岗位未画。"] if layers.hidden else []
    return "".join(parts) + "反映制度设计情况，不代表存在违规行为。"
