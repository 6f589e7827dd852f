"""The model comparison report: five sentences, rules side by side, the same county under each model, observed outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.coverage import coverage
from fangkong_lab.measure.rectify import rectification
from fangkong_lab.models.card import Card, ModelKind
from fangkong_lab.models.comparison import Comparison, compare
from fangkong_lab.models.first_page import ALONE, ORDERED, five_sentences
from fangkong_lab.models.graded import graded
from fangkong_lab.models.observed import Observed, observed
from fangkong_lab.models.practice import Reading
from fangkong_lab.models.shelf import shelf
from fangkong_lab.models.simulated import simulate_models
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.shipped import shipped
from fangkong_lab.show.canvas import AMBER, BLUE, MUTED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose
from fangkong_lab.show.unit import SIMULATED

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from fangkong_lab.simulate.scenario import Scenario

REPLICATIONS = 200
# What a county needs beyond its network: grades for the rules and the simulation, inspection and what followed it.
ALSO = frozenset({"risk_points", "inspections", "rectifications"})


@dataclass(frozen=True)
class ModelPages:
    """What the comparison of *cards* on the county of *tables* is shown from."""

    cards: tuple[Card, ...]
    tables: Mapping[str, pd.DataFrame]
    as_of: date

    @cached_property
    def comparison(self) -> Comparison:
        """The models carried out on the county, pairs included."""
        return compare(self.cards, Study.of(self.tables, self.as_of))

    @cached_property
    def observed(self) -> Observed:
        """The outcomes that the documents state."""
        return observed(self.cards)

    def heading(self) -> Prose:
        """Return which models, on which county, on which day, and the mark of made-up data."""
        made_up = bool(self.tables["units"]["name"].astype(str).str.contains("模拟").any())
        marks = [f"【{SIMULATED}】套用各模式的县由软件生成，单位、岗位、人员和事件皆为虚构。"] if made_up else []
        names = "、".join(card.name for card in self.cards)
        return Prose((*marks, f"比较的模式：{names}；套用在同一个县的台账上，评估基准日{self.as_of.isoformat()}。"))

    def first(self) -> Prose:
        """Return page one: five sentences, each with its number and its caveat."""
        return Prose(five_sentences(self.comparison), ordered=True)

    def rules(self) -> Listing:
        """Return the rules side by side: what each document states, where, and how far it may be compared."""
        features = self.comparison.features
        frame = features.table()
        frame = frame[frame["方面"].str.startswith(("定位", "规则"))]
        item = [f"{kind.removeprefix('规则·')}：{name}" for kind, name in zip(frame["方面"], frame["项目"], strict=True)]
        return Listing(frame.drop(columns=["方面"]).assign(项目=item), caption="规则对照（〔〕内为原文所在）", note=features.sentence())

    def counts(self) -> Listing:
        """Return how much each document states, and how alike the models are where both speak."""
        return Listing(self.comparison.features.counts(), caption="各文件写明多少项", note="文件长的写得多，不等于做得多、做得好。")

    def likeness(self) -> Listing:
        """Return the likeness of each pair of models."""
        frame = self.comparison.features.similarity()
        frame["相似度"] = ["无可比项" if v != v else f"{v:.2f}" for v in frame["相似度"]]
        return Listing(frame, caption="规则的相似度", note="只看双方都写明且有标准词的项目，各项取 Jaccard 指数再平均；未载的不计。")

    def carried_out(self) -> Listing:
        """Return the county under each model: the range from the stated to the most generous reading."""
        return Listing(self.comparison.table(), caption="同一个县套用各模式后的变化", note=self.comparison.sentence())

    def changes(self) -> Listing:
        """Return what each practice changed, and why items were left."""
        return Listing(self.comparison.changes(), caption="各做法改动了哪些事项",
                       note="由谁签字按本县岗位推定：分管财务看分管领域，分管机关取另一位副职，各条理由见表。")

    def chart(self) -> Chart:
        """Return the chart of items one person can carry alone or by order: as is, and the range under each model."""
        names = ["现状", *(run.card.name for run in self.comparison.runs)][::-1]
        with canvas(24 + 10 * len(names), columns=2) as (figure, axes):
            for axis, name in zip(axes, (ALONE, ORDERED), strict=True):
                _ranges(axis, self._ends(name)[::-1])
                axis.set_xlabel(f"{name}（项）")
                axis.set_ylim(-0.6, len(names) - 0.4)
                axis.set_xlim(left=0)
                axis.margins(x=0.16)
            axes[0].set_yticks(range(len(names)), names)
            axes[1].set_yticks(range(len(names)), [""] * len(names))
            picture = png(figure)
        frame = self.comparison.readings()
        return Chart(title="套用各模式后可由一人办结的事项", png=picture, alt=f"区间图：{self.comparison.sentence()}",
                     frame=frame[frame["指标"].isin([ALONE, ORDERED])],
                     note="蓝点只按写明的做法，黄点按最宽的读法，横线含任职不明造成的范围。", source="模式卡片与本县台账")

    def _ends(self, name: str) -> list[tuple[float, float, float, float]]:
        """Return (low, high) of the stated reading, then of the generous one, as is first."""
        now = self.comparison.as_is.figures[name]
        rows = [(now.low, now.high, now.low, now.high)]
        for run in self.comparison.runs:
            stated, generous = (run.county[r].figures[name] for r in (Reading.STATED, Reading.GENEROUS))
            rows.append((stated.low, stated.high, generous.low, generous.high))
        return rows

    def graded(self) -> Listing:
        """Return the county's risk points graded by each model's own rule."""
        made = graded(self.cards, self.tables, self.as_of)
        return Listing(made.table(), caption="按各模式自己的分级规则给同一批风险点定级", note=made.sentence())

    def simulated(self) -> Listing | Prose:
        """Return the county simulated under each model with one warning rule; why not, where the ledger cannot bear it."""
        try:
            made = simulate_models(self.cards, self.tables, self._scenario(), REPLICATIONS)
        except BadInput as gap:
            return Prose((f"不能推演：{gap}。",))
        table = made.table()
        return Listing(table[table["与现状之差"] != "+0.00"].reset_index(drop=True), caption="推演：同一条预警规则下各模式与现状的差（没有差别的不列）", note=made.sentence())

    def _scenario(self) -> Scenario:
        """The shipped scenario on the ledger, for the three years that end with the year of the report."""
        from fangkong_lab.simulate.read_scenario import load_scenario

        made = load_scenario(shipped("data", "scenarios", "county_ledger.yaml"))
        return replace(made, start=date(self.as_of.year - 2, 1, 1))

    def followed_up(self) -> Prose:
        """Return what an inspection model is looked at by: the county's coverage by kind of target, and its follow-up."""
        models = [card.name for card in self.cards if card.kind is ModelKind.INSPECTION]
        if not models:
            return Prose(("所选模式中没有巡察模式。",))
        visits, issues = self.tables.get("inspections"), self.tables.get("rectifications")
        made = [coverage(visits, self.as_of).sentence() if visits is not None and len(visits) else "巡察覆盖台账未报，不能判断；未报不等于没有。"]
        if issues is not None and len(issues):
            inspected = issues[issues["origin"] == "巡察"]
            made.append(f"其中巡察发现的问题：{rectification(inspected, self.as_of).sentence()}")
        else:
            made.append("整改台账未报，不能判断；未报不等于没有。")
        return Prose((f"{'、'.join(models)}是巡察模式，不改变办事流程；同一个县里只看覆盖和整改：", *made))

    def left_open(self) -> Listing:
        """Return what each model leaves open that another closes."""
        return Listing(self.comparison.left_open(), caption="一个模式留下、另一个模式管住的事项（最宽的读法，项）",
                       note="每一行：前一个模式仍可由单人令办结的事项，其中后一个模式已管住多少。")

    def mixtures(self) -> Listing:
        """Return pairs of models carried out one after the other."""
        return Listing(self.comparison.mixture_table(), caption="两个模式先后套用（最宽的读法）", note="次序有影响：有的做法整个替换流程。")

    def outcomes(self) -> Listing:
        """Return the outcomes the documents state, as they state them."""
        return Listing(self.observed.figures(), caption="各文件自述的执行和产出", note=self.observed.sentence())

    def outcomes_compared(self) -> Listing:
        """Return which of them may be compared, and why not; pairs in which one is silent are left out here."""
        frame = self.observed.table()
        both = frame[~frame["理由"].str.startswith("一方未载")].reset_index(drop=True)
        return Listing(both, caption="双方都写明的产出能否比较", note=f"另有{len(frame) - len(both)}对因一方未载不能比较。")


def _ranges(axis: Axes, rows: Sequence[tuple[float, float, float, float]]) -> None:
    for at, (low, high, least, most) in enumerate(rows):
        axis.plot([min(low, least), max(high, most)], [at, at], color=MUTED, linewidth=2.2, alpha=0.5)
        axis.plot([(low + high) / 2], [at], "o", color=BLUE, markersize=5)
        axis.plot([(least + most) / 2], [at], "D", color=AMBER, markersize=4.5)
        ends = (min(low, least), max(high, most))
        text = f"{ends[0]:g}" if ends[0] == ends[1] else f"{ends[0]:g}–{ends[1]:g}"
        axis.annotate(text, (ends[1], at), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8)
    axis.grid(axis="x")


def open_models(models: str, as_of: str, county: str = "") -> ModelPages:
    """Return the pages of *models* (names joined by 、) on the current workspace's ledger, or on the workbook *county*."""
    from pathlib import Path

    from fangkong_lab.dates import parse_day
    from fangkong_lab.ledger.frames import tables
    from fangkong_lab.network.book import book_tables
    from fangkong_lab.network.rows import NEEDED_TABLES
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    cards = tuple(shelf(workspace.root).find(name) for name in models.split("、"))
    held = book_tables(Path(county), ALSO) if county else tables(workspace, (*NEEDED_TABLES, *sorted(ALSO)))
    return ModelPages(cards, held, parse_day(as_of))
