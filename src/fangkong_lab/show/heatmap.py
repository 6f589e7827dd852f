"""Heat map of a unit (chart ③): items by posts, who signs and who decides, and how much runs through each post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import CannotTell
from fangkong_lab.kinds import Audience, StepKind
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.nodes import Item
from fangkong_lab.show.canvas import BLUE, GRID, MUTED, PAGE_MM, RED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.flow_words import wrapped
from fangkong_lab.show.numerals import write_numbers
from fangkong_lab.show.simulated import marked, refuse_public, require_unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ITEMS = 60
_MOST_POSTS = 45
_LABEL_MM, _POST_LABEL_MM, _BAR_MM, _FOOT_MM = 42.0, 27.0, 17.0, 9.0


@dataclass(frozen=True)
class SigningCounts:
    """Who signs what in a unit. *rows* are items, or categories where *grouped*; *posts* by how much they sign.

    *signs* and *decides* map (row, post) to a number: of sign-offs of the item, or of items of the category, that the
    post is eligible for; *decides* counts the 决定 steps among them.
    """

    rows: tuple[str, ...]
    posts: tuple[str, ...]
    signs: Mapping[tuple[str, str], int]
    decides: Mapping[tuple[str, str], int]
    grouped: bool
    items: int


def signing_counts(network: PowerNetwork, unit_id: str, most: int = MOST_ITEMS) -> SigningCounts:
    """Count who signs what in a unit; above *most* items the rows are categories (权力类别).

    Raises `WrongCall` for an unknown unit, `CannotTell` where none of its items has sign-offs.
    """
    require_unit(network, unit_id)
    items = [network.items[i] for i in network.items_of(unit_id)]
    grouped = len(items) > most
    signs: dict[tuple[str, str], int] = {}
    decides: dict[tuple[str, str], int] = {}
    for item in items:
        _count(network, item, grouped, (signs, decides))
    if not signs:
        raise CannotTell("本单位事项没有签批要求，无法作图", where=unit_id, mend="补充流程图与签批")
    total = {p: sum(n for (_, q), n in signs.items() if q == p) for p in {p for _, p in signs}}
    posts = tuple(sorted(total, key=lambda p: (-total[p], p)))
    rows = sorted({i.category for i in items}) if grouped else [i.item_id for i in sorted(items, key=lambda i: (i.category, i.item_id))]
    return SigningCounts(tuple(rows), posts, signs, decides, grouped, len(items))


def _count(network: PowerNetwork, item: Item, grouped: bool, into: tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]) -> None:
    flow = network.flow_of(item)
    deciding = {s.step_no for s in flow.steps if s.kind is StepKind.DECIDE}
    row = item.category if grouped else item.item_id
    for found, offs in zip(into, (flow.sign_offs, [s for s in flow.sign_offs if s.step_no in deciding]), strict=True):
        eligible = [p for s in offs for p in s.posts]
        for post in sorted(set(eligible)):
            found[row, post] = found.get((row, post), 0) + (1 if grouped else eligible.count(post))


def heatmap(network: PowerNetwork, unit_id: str, audience: Audience = Audience.INTERNAL) -> Chart:
    """Draw items × posts of a unit: pale cells sign, dark cells decide; bars on top add up each post.

    Posts beyond the 45 busiest are left out of the picture (the note says how many) but stand in the table. Not for the
    public (`WrongCall`): posts of a small unit tell who is meant.
    """
    refuse_public(audience, "热力图")
    counts = signing_counts(network, unit_id)
    shown = counts.posts[:_MOST_POSTS]
    row_mm = 5.6 if counts.grouped else 3.35 if len(counts.rows) > 40 else 4.2
    height = _BAR_MM + row_mm * len(counts.rows) + _POST_LABEL_MM + _FOOT_MM
    with canvas(height, rows=2) as (figure, axes):
        figure.set_layout_engine(None)
        _place(figure, axes, height, row_mm * len(counts.rows))
        _draw_bars(axes[0], counts, shown)
        _draw_cells(axes[1], network, counts, shown)
        figure.text(0.012, 1.8 / height, marked(network, "浅色：可签批；深色：可决定。" + ("数字为事项数。" if counts.grouped else "数字为签批道数（2道以上）。")),
                    fontsize=7, color=MUTED)
        picture = png(figure)
    left_out = len(counts.posts) - len(shown)
    note = f"按可签批事项多少列出前{len(shown)}个岗位，其余{left_out}个见图中数据。" if left_out else ""
    return Chart(title=f"{network.units[unit_id].name}事项与岗位热力图", png=picture, alt=_alt(network, counts),
                 frame=_frame(network, counts), note=marked(network, note + "反映制度设计情况，不代表存在违规行为。"),
                 source=f"流程图与签批台账，{network.as_of.isoformat()}")


def _place(figure: Figure, axes: Sequence[Axes], height: float, cells: float) -> None:
    left, width = _LABEL_MM / PAGE_MM, (PAGE_MM - _LABEL_MM - 3) / PAGE_MM
    bottom = (_FOOT_MM + _POST_LABEL_MM) / height
    axes[1].set_position((left, bottom, width, cells / height))
    axes[0].set_position((left, bottom + (cells + 1) / height, width, (_BAR_MM - 6) / height))


def _draw_bars(axis: Axes, counts: SigningCounts, posts: Sequence[str]) -> None:
    signs = [sum(n for (_, q), n in counts.signs.items() if q == p) for p in posts]
    decides = [sum(n for (_, q), n in counts.decides.items() if q == p) for p in posts]
    wide = 0.75 * (PAGE_MM - _LABEL_MM - 3) / len(posts) * 72 / 25.4  # bars as lines of that many points: one artist, not one a bar
    axis.vlines(range(len(posts)), 0, signs, colors=BLUE, alpha=0.35, linewidth=wide, capstyle="butt")
    axis.vlines(range(len(posts)), 0, decides, colors=BLUE, linewidth=wide, capstyle="butt")
    write_numbers(axis, ((k, n, str(n)) for k, n in enumerate(signs)), 6, lift=4.2)
    axis.set_xlim(-0.5, len(posts) - 0.5)
    axis.set_ylim(0, max(signs) * 1.3)
    axis.set_ylabel("事项数" if counts.grouped else "签批道数", rotation=0, ha="right", va="center", fontsize=6.6)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[["left", "bottom"]].set_visible(False)


def _draw_cells(axis: Axes, network: PowerNetwork, counts: SigningCounts, posts: Sequence[str]) -> None:
    import numpy as np
    from matplotlib.colors import to_rgb

    image = np.ones((len(counts.rows), len(posts), 3))
    pale: list[tuple[float, float, str]] = []
    dark: list[tuple[float, float, str]] = []
    top = max(counts.signs.values())
    for r, row in enumerate(counts.rows):
        for k, post in enumerate(posts):
            signs, decides = counts.signs.get((row, post), 0), counts.decides.get((row, post), 0)
            if signs:
                strength = (0.22 + 0.25 * signs / top) + (0.5 if decides else 0.0)
                image[r, k] = 1 - strength * (1 - np.array(to_rgb(BLUE)))
            if signs > 1 or (signs and counts.grouped):
                (dark if decides else pale).append((k, r, str(signs)))
    axis.imshow(image, aspect="auto", interpolation="nearest")
    axis.tick_params(length=0)  # before there are ticks: each would be changed again
    write_numbers(axis, pale, 5.6)
    write_numbers(axis, dark, 5.6, "white")
    axis.set_xticks(range(len(posts)), [wrapped(_post(network, p), 10, 1)[0] for p in posts], rotation=90, fontsize=6.6)
    axis.set_yticks(range(len(counts.rows)), [wrapped(_row(network, counts, r), 15, 1)[0] for r in counts.rows], fontsize=6.6)
    # Two collections, not a grid of ticks: each tick is five artists.
    axis.vlines(np.arange(len(posts) - 1) + 0.5, -0.5, len(counts.rows) - 0.5, colors=GRID, linewidth=0.4)
    axis.hlines(np.arange(len(counts.rows) - 1) + 0.5, -0.5, len(posts) - 0.5, colors=GRID, linewidth=0.4)
    axis.set_xlim(-0.5, len(posts) - 0.5)
    axis.set_ylim(len(counts.rows) - 0.5, -0.5)
    for k, post in enumerate(posts):
        if post in network.unknown or post in network.empty:
            axis.get_xticklabels()[k].set_color(RED)


def _post(network: PowerNetwork, post: str) -> str:
    mark = "（空缺）" if post in network.empty else "（不明）" if post in network.unknown else ""
    return network.posts[post].title + mark


def _row(network: PowerNetwork, counts: SigningCounts, row: str) -> str:
    return row or "未填类别" if counts.grouped else network.items[row].name


def _frame(network: PowerNetwork, counts: SigningCounts) -> pd.DataFrame:
    import pandas as pd

    rows = [{"权力类别" if counts.grouped else "事项": _row(network, counts, row), "岗位": network.posts[post].title, "岗位编码": post,
             "事项数" if counts.grouped else "签批道数": counts.signs[row, post], "其中决定": counts.decides.get((row, post), 0)}
            for row in counts.rows for post in counts.posts if (row, post) in counts.signs]
    return pd.DataFrame(rows)


def _alt(network: PowerNetwork, counts: SigningCounts) -> str:
    busiest = counts.posts[0]
    deciders = {p for _, p in counts.decides}
    reached = {r for r, p in counts.signs if p == busiest}
    share = f"{len(reached)}类" if counts.grouped else f"{len(reached)}项"
    return (f"热力图：事项{counts.items}项，{len(counts.posts)}个岗位可签批，其中{len(deciders)}个岗位可决定；"
            f"签批最多的是「{network.posts[busiest].title}」，涉及{share}事项。")
