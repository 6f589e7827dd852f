"""Chart ④: duties of supervision by means – on time, late, missed; excused ones and those not yet due stand apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fangkong_lab.measure.duties import Done, Fulfilment
from fangkong_lab.show.canvas import AMBER, BLUE, GRID, INK, RED, canvas, png
from fangkong_lab.show.chart import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEADLINE = ("报告", "备案", "公开")
_STATES = ((Done.ON_TIME, BLUE), (Done.LATE, AMBER), (Done.MISSED, RED))


def duty_chart(made: Fulfilment, note: str = "") -> Chart:
    """Draw *made* as one bar of 100 % per means: 报告, 备案, 公开 first, then the others by name.

    Means of which nothing was due yet have no bar, and the note names them. The numbers stand beside the bars.
    """
    rows = in_order(made)
    shown = [(means, states) for means, states in rows if _owed(states)]
    with canvas(20 + 8.5 * max(1, len(shown))) as (figure, axes):
        _draw(axes[0], shown[::-1])
        axes[0].set_xlabel(f"{note}占应履行次数的比例")
        picture = png(figure)
    empty = [means for means, states in rows if not _owed(states)]
    rest = f"{'、'.join(empty)}没有到期的，不画。" if empty else ""
    return Chart(title=f"监督义务履行情况（截至{made.as_of}）", png=picture, alt=f"条形图：{duty_sentence(made)}", frame=made.table(),
                 note=f"{note}应履行次数不含有正当理由的和未到期的。{rest}", source="监督义务、义务履行台账")


def in_order(made: Fulfilment) -> list[tuple[str, dict[Done, int]]]:
    """Return the counts per means: 报告, 备案, 公开, then the others by name."""
    place = {means: k for k, means in enumerate(HEADLINE)}
    return sorted(((m, dict(states)) for m, states in made.counts), key=lambda row: (place.get(row[0], len(place)), row[0]))


def duty_sentence(made: Fulfilment) -> str:
    """Return 应报告、备案、公开n次，按期m次，逾期q次，未履行r次, and the other means in a sentence of their own."""
    rows = in_order(made)
    said = [_counted("、".join(m for m, _ in part), [s for _, s in part]) for part in
            ([r for r in rows if r[0] in HEADLINE], [r for r in rows if r[0] not in HEADLINE]) if part]
    apart = [f"{s.label.removeprefix('有')}的{made.total(s)}次" for s in (Done.EXCUSED, Done.NOT_DUE) if made.total(s)]
    return "".join(said) + (f"另有{'、'.join(apart)}，不计入应履行次数。" if apart else "")


def _counted(names: str, states: list[dict[Done, int]]) -> str:
    total = {s: sum(each[s] for each in states) for s, _ in _STATES}
    return (f"应{names}{sum(total.values())}次，按期{total[Done.ON_TIME]}次，逾期{total[Done.LATE]}次，未履行{total[Done.MISSED]}次。")


def _owed(states: dict[Done, int]) -> int:
    return sum(states[s] for s, _ in _STATES)


def _draw(axis: Axes, rows: list[tuple[str, dict[Done, int]]]) -> None:
    names = [means for means, _ in rows]
    left = [0.0] * len(rows)
    for state, colour in _STATES:
        share = [100 * states[state] / _owed(states) for _, states in rows]
        bars = axis.barh(names, share, left=left, color=colour, height=0.62, label=state.label)
        axis.bar_label(bars, labels=[str(s[state]) if p >= 4 else "" for (_, s), p in zip(rows, share, strict=True)],
                       label_type="center", color="white" if colour != AMBER else INK, fontsize=8)
        left = [a + b for a, b in zip(left, share, strict=True)]
    for k, (_, states) in enumerate(rows):
        late, missed = states[Done.LATE], states[Done.MISSED]
        axis.text(101, k, f"{_owed(states)}次：逾期{late}，未履行{missed}", va="center", fontsize=8)
    axis.set_xlim(0, 132)
    axis.set_xticks(range(0, 101, 20), [f"{p}%" for p in range(0, 101, 20)])
    axis.grid(axis="x", color=GRID)
    if rows:
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3)
    else:
        axis.text(50, 0.5, "没有到期的义务", ha="center")
