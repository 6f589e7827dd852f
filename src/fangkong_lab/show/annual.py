"""The annual report's opening chapters: the county at a glance, what was delivered, coverage by the five standards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Audience
from fangkong_lab.measure.five_full import FiveFull, Side, UnitCoverage, five_full
from fangkong_lab.measure.protect import LEAST
from fangkong_lab.show.canvas import BLUE, GRID, INK, MUTED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose
from fangkong_lab.show.unit import SIMULATED

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AnnualPages:
    """What the annual report of the whole ledger is made from: its *tables*, the day, who reads it, the *deliveries*.

    *suppress_below* as in `UnitPages`.
    """

    tables: Mapping[str, pd.DataFrame]
    as_of: date
    audience: Audience
    deliveries: pd.DataFrame
    suppress_below: int = LEAST

    def __post_init__(self) -> None:
        if "power_items" not in self.tables or not len(self.tables["power_items"]):
            raise BadInput("台账里没有权力事项，不能出年度报告", mend="先导入各单位台账")

    @property
    def simulated(self) -> bool:
        """Say whether the ledger is made-up data: any unit's name says 模拟."""
        return bool(self.tables["units"]["name"].astype(str).str.contains("模拟").any())

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Unit code → name, for the units that listed power items."""
        listed = set(self.tables["power_items"]["unit_id"])
        units = self.tables["units"]
        pairs = zip(units["unit_id"].astype(str), units["name"].astype(str), strict=True)
        return {code: name for code, name in sorted(pairs) if code in listed}

    def heading(self) -> Prose:
        """Return the opening lines: how many units, the day, who reads, and the mark of made-up data."""
        marks = [f"【{SIMULATED}】本报告所用数据均为软件生成，单位、岗位、人员和事件皆为虚构。"] if self.simulated else []
        line = f"{len(self.names)}个单位，评估基准日{self.as_of.isoformat()}，本册读者：{self.audience.label}。"
        return Prose((*marks, line))

    def receipts(self) -> Prose:
        """Return how many books came, what was read, refused and held back, and who sent nothing."""
        books = self.deliveries
        read, refused, held = (int(books[c].sum()) for c in ("rows_read", "refused", "held_back"))
        silent = [f"{name}（{code}）" for code, name in self.names.items() if code not in set(books["sender"])]
        lines = [f"收到台账{len(books)}本，核验{read:,}条，拒收{refused}条，留置{held}条；未核实数据单独注明。"]
        lines += [f"没有单独报送、由其他单位代报的：{'、'.join(silent)}。"] if silent else []
        return Prose(tuple(lines))

    @cached_property
    def five(self) -> FiveFull:
        """Coverage by the five standards."""
        return five_full(self.tables, self.as_of)

    def coverage(self) -> Prose:
        """Return coverage by standard in words."""
        return Prose((self.five.sentence(),))

    def coverage_table(self) -> Listing:
        """Return units × standards, the least share of each."""
        return Listing(self.five.matrix(), caption="各单位「五全」覆盖情况（每项标准取台账所见各部分中最低的一项）",
                       note="未报不等于没有；台账不能证明的内容见上文「台账未载」。")

    def coverage_chart(self) -> Chart:
        """Return chart ②: units × standards; the darker, the more is covered; what was not sent stays white."""
        units = [u for u in self.five.units if u.in_scope]
        with canvas(24 + 7.2 * len(units)) as (figure, axes):
            axis = axes[0]
            for row, unit in enumerate(reversed(units)):
                for column, side in enumerate(Side):
                    _cell(axis, column, row, unit, side)
            axis.set_xlim(-0.5, len(Side) - 0.5)
            axis.set_ylim(-0.5, len(units) - 0.5)
            axis.set_xticks(range(len(Side)), [s.label for s in Side])
            axis.set_yticks(range(len(units)), [u.name for u in reversed(units)])
            axis.xaxis.tick_top()
            axis.tick_params(length=0)
            axis.spines[:].set_visible(False)
            picture = png(figure)
        return Chart(title="单位×五全覆盖矩阵", png=picture, alt=f"矩阵图：{self.five.sentence()}", frame=self.five.matrix(),
                     note="格内为各项标准中最低一项的比例，颜色越深覆盖越高；白格为未报。", source="单位、权力事项、风险点、措施、制度、评议台账")


def _cell(axis, column: int, row: int, unit: UnitCoverage, side: Side) -> None:  # type: ignore[no-untyped-def]
    from matplotlib.patches import Rectangle

    level = unit.level(side)
    face = {"facecolor": "white"} if level is None else {"facecolor": BLUE, "alpha": 0.08 + 0.82 * level}
    axis.add_patch(Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, edgecolor=GRID, linewidth=0.6, **face))
    text, colour = ("未报", MUTED) if level is None else (f"{100 * level:.0f}%", "white" if level > 0.55 else INK)
    axis.text(column, row, text, ha="center", va="center", fontsize=8, color=colour)


def open_annual(as_of: str, audience: str) -> AnnualPages:
    """Open the store of the current workspace and return the pages of the annual report."""
    from fangkong_lab.dates import parse_day
    from fangkong_lab.ledger.frames import tables
    from fangkong_lab.ledger.receipts import receipts
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    return AnnualPages(tables(workspace), parse_day(as_of), Audience.read(audience), receipts(workspace), workspace.suppress_below)
