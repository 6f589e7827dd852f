"""The source report's pictures, tables and sentences: what a document counts, and what it cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fangkong_lab.ledger import figures as printed
from fangkong_lab.show.canvas import BLUE, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose, Stack

if TYPE_CHECKING:
    import pandas as pd

_MARKS = {"准确": "{}", "约": "约{}", "余": "{}余", "多": "{}多", "近": "近{}", "以上": "{}以上", "以下": "{}以下", "以前": "{}以前"}
NOT_STATED = "未载"


def printed_value(value: float, qualifier: str) -> str:
    """Return *value* as the document prints it, qualifier included (``5000余``)."""
    return _MARKS[qualifier].format(f"{value:g}" if value < 1e6 else f"{value:.0f}")


def _period(row: pd.Series) -> str:
    start, end = row["period_start"], row["period_end"]
    if not start and not end:
        return NOT_STATED
    if start and end:
        year = start[:4]
        return f"{year}年" if (start, end) == (f"{year}-01-01", f"{year}-12-31") else f"{start}至{end}"
    return f"截至{end}" if end else f"自{start}起"


def summary(model: str) -> Prose:
    """Return the opening sentences of the report of *model*: what the text is, how many figures, how many are dated."""
    rows = printed.figures(model)
    document = printed.documents().set_index("model").loc[model]
    dated = int((rows["period_end"] != "").sum())
    exact = int((rows["qualifier"] == "准确").sum())
    checks = printed.sums(model)
    held = sum(c.holds for c in checks)
    lines = [
        f"《{document['title']}》属{document['text_kind']}。{document['reliability']}。",
        f"全文可计数的数字{len(rows)}个，其中{exact}个为准确数，{len(rows) - exact}个为约数或界限数；写明截止日期的{dated}个，其余{len(rows) - dated}个期间未载。",
        f"可核对的合计{len(checks)}组，相符{held}组。" if checks else "文中没有可核对的合计关系。",
        "以上均为单位自述，没有对照和分母，证据等级为1级（仅有描述），不能据此判断成效。",
    ]
    return Prose(tuple(lines))


def figure_table(model: str, article: str | None = None) -> Listing:
    """Return the figures of *model* (of one *article*) as a table: indicator, value as printed, unit, period, note."""
    import pandas as pd

    rows = printed.figures(model)
    if article is not None:
        rows = rows[rows["article"] == article]
    shown = pd.DataFrame({
        "编号": rows["figure_id"], "单位": rows["organisation"], "指标": rows["indicator"],
        "数值": [printed_value(v, q) for v, q in zip(rows["value"], rows["qualifier"], strict=True)],
        "计量": rows["count_unit"], "期间": [_period(r) for _, r in rows.iterrows()], "说明": rows["note"],
    })
    return Listing(shown.reset_index(drop=True), caption=article or printed.models()[model], note="「未载」指文中没有写，不等于没有。")


def figure_tables(model: str) -> Stack:
    """Return one table per article of the document of *model*, in the document's order."""
    articles = list(dict.fromkeys(printed.figures(model)["article"]))
    return Stack(tuple(figure_table(model, a) for a in articles))


def group_chart(model: str, group: str) -> Chart:
    """Return the bar chart of one *group* of figures that share a unit of count; values are written on the bars."""
    rows = printed.groups(model)[group]
    title, unit, note = (str(rows[c].iloc[0]) for c in ("title", "count_unit", "note"))
    labels = [printed_value(v, q) for v, q in zip(rows["value"], rows["qualifier"], strict=True)]
    with canvas(18 + 9 * len(rows)) as (figure, axes):
        axis = axes[0]
        bars = axis.barh(rows["label"][::-1], rows["value"][::-1], color=BLUE, height=0.62)
        axis.bar_label(bars, labels=labels[::-1], padding=3)
        axis.set_xlabel(f"数值（{unit}）")
        axis.margins(x=0.12)
        axis.grid(axis="x")
        picture = png(figure)
    seen = "；".join(f"{name}{label}{unit}" for name, label in zip(rows["label"], labels, strict=True))
    frame = rows[["figure_id", "label", "value", "count_unit", "qualifier"]].set_axis(
        ["编号", "指标", "数值", "计量单位", "精确度"], axis=1)
    return Chart(title=title, png=picture, alt=f"条形图：{seen}", frame=frame, note=f"{note}。" if note else "",
                 source=f"来源文献{printed.document_of(model)}")


def group_charts(model: str) -> Stack:
    """Return the charts of all groups of *model*; empty where no two figures share a 口径."""
    return Stack(tuple(group_chart(model, name) for name in printed.groups(model)),
                 empty="文中没有口径相同、可以放入同一张图的数字。")


def sum_table(model: str) -> Prose:
    """Return every checkable sum of *model* as a line with its verdict."""
    checks = printed.sums(model)
    return Prose(tuple(c.sentence() for c in checks) or ("文中没有可核对的合计关系。",))


def limit_list(model: str) -> Prose:
    """Return what the document of *model* cannot tell, as a numbered list with the figures concerned."""
    rows = printed.limits(model)
    return Prose(tuple(f"{t}（编号 {ids}）" for t, ids in zip(rows["text"], rows["figure_ids"], strict=True)), ordered=True)
