"""The unit report's chapters: scope and 口径, list and flows, coverage funnel, limits of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import BadInput, did_you_mean
from fangkong_lab.kinds import Audience
from fangkong_lab.ledger.places import positions, rows_with
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.measure.completeness import CoverageFunnel, coverage_funnel
from fangkong_lab.measure.protect import LEAST
from fangkong_lab.show.canvas import AMBER, BLUE, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose

if TYPE_CHECKING:
    import pandas as pd

SIMULATED = "模拟数据"
NOT_SENT, NOT_BY_UNIT = "未报", "不按单位填报"
# table → its column, the table that knows the unit, and the key there
_OWNERS = {
    "persons": ("person_id", "occupancies", "person_id"), "occupancies": ("post_id", "posts", "post_id"),
    "steps": ("flow_id", "flows", "flow_id"), "sign_offs": ("flow_id", "flows", "flow_id"),
    "incompatible_steps": ("flow_id", "flows", "flow_id"), "influences": ("to_post", "posts", "post_id"),
    "duties": ("item_id", "power_items", "item_id"), "duty_records": ("duty_id", "duties", "duty_id"),
    "measures": ("risk_id", "risk_points", "risk_id"), "disclosures": ("item_id", "power_items", "item_id"),
    "discretion_standards": ("item_id", "power_items", "item_id"), "info_reports": ("node_id", "warning_network", "node_id"),
    "case_log": ("item_id", "power_items", "item_id"),
}


@dataclass(frozen=True)
class UnitPages:
    """What the report of one unit is made from: the ledger's *tables*, the *unit_id*, the day and who reads it.

    *deliveries* is the frame of `ledger.receipts`. Counts of persons from 1 to *suppress_below* − 1 are hidden in copies
    that leave the office.
    """

    tables: Mapping[str, pd.DataFrame]
    unit_id: str
    as_of: date
    audience: Audience
    deliveries: pd.DataFrame
    suppress_below: int = LEAST

    def __post_init__(self) -> None:
        units = self.tables["units"]
        if self.unit_id not in set(units["unit_id"]):
            raise BadInput(f"台账中没有单位「{self.unit_id}」", mend=did_you_mean(self.unit_id, tuple(units["unit_id"])))

    @property
    def unit(self) -> Mapping[str, object]:
        """The unit's own row."""
        units = self.tables["units"]
        return dict(units[units["unit_id"] == self.unit_id].iloc[0])

    @property
    def simulated(self) -> bool:
        """Say whether the ledger is made-up data: any unit's name says 模拟."""
        return bool(self.tables["units"]["name"].astype(str).str.contains("模拟").any())

    def own(self, table: str) -> pd.DataFrame:
        """Return the rows of *table* that belong to the unit: by unit_id, or through the table that names their owner.

        Tables without any way to a unit (审计检查) give no rows. The frame is for reading only: it is kept.
        """
        if table not in self._owned:
            self._owned[table] = self._own(table)
        return self._owned[table]

    @cached_property
    def _owned(self) -> dict[str, pd.DataFrame]:
        return {}

    def _own(self, table: str) -> pd.DataFrame:
        frame = self.tables[table]
        for column in ("unit_id", "overseen_unit"):
            if column in frame.columns:
                return rows_with(frame, column, (self.unit_id,))
        if table not in _OWNERS:
            return frame.iloc[0:0]
        column, owner, key = _OWNERS[table]
        mine = positions(frame, column, self.own(owner)[key].dropna())
        if table == "duties":  # a duty hangs on an item or on a flow
            mine = np.union1d(mine, positions(frame, "flow_id", self.own("flows")["flow_id"]))
        return frame.take(mine)

    def heading(self) -> Prose:
        """Return the opening lines: unit, day, who reads, and the mark of made-up data."""
        marks = [f"【{SIMULATED}】本报告所用数据均为软件生成，单位、岗位、人员和事件皆为虚构。"] if self.simulated else []
        line = f"{self.unit['name']}（{self.unit_id}），评估基准日{self.as_of.isoformat()}，本册读者：{self.audience.label}。"
        return Prose((*marks, line))

    def receipts(self) -> Prose:
        """Return the sentences on what this unit delivered: rows read, refused, held back, and each book's hash."""
        own = self.deliveries[self.deliveries["sender"] == self.unit_id]
        if not len(own):
            return Prose(("本单位没有单独报送，所用数据由其他单位代报。",))
        read, refused, held = (int(own[c].sum()) for c in ("rows_read", "refused", "held_back"))
        lines = [f"本次核验{read}条，拒收{refused}条，留置{held}条；未核实数据单独注明。"]
        lines += [f"报送文件：{row.book}，校验值{str(row.sha256)[:12]}。" for row in own.itertuples()]
        return Prose(tuple(lines))

    def scope(self) -> Listing:
        """Return what the unit delivered, table by table: rows, tier; 未报 where none."""
        import pandas as pd

        rows = []
        for name, table in TABLES.items():
            if name in self.tables:
                rows.append({"台账": table.label, "层级": table.tier.label, "行数": self._rows_said(name)})
        filled = sum(r["行数"] not in (NOT_SENT, NOT_BY_UNIT) for r in rows)
        return Listing(pd.DataFrame(rows), caption=f"本单位各表报送情况（{len(rows)}张表中有{filled}张）",
                       note="层级A为第一周应有，B为第一月应有，C为有则报。未报不等于没有。")

    def _rows_said(self, table: str) -> str:
        if table == "audits":  # its target is words, not a unit code
            return NOT_BY_UNIT
        count = len(self.own(table))
        return str(count) if count else NOT_SENT

    def items_by_category(self) -> Listing:
        """Return the power items by category: number, with flow, yearly volume and yearly amount (万元)."""
        items = self.own("power_items")
        grouped = items.assign(flow=_has_flow(items)).groupby("category", sort=True)
        frame = grouped.agg(事项数=("item_id", "size"), 有流程图=("flow", "sum"),
                            年办件量=("yearly_volume", _stated_sum), 年涉及金额=("yearly_amount", _stated_sum))
        frame = frame.reset_index().rename(columns={"category": "权力类别"})
        frame = frame.sort_values(["事项数", "权力类别"], ascending=[False, True])
        frame["年涉及金额"] = frame["年涉及金额"].map("{:,.1f}".format, na_action="ignore")
        frame["年办件量"] = frame["年办件量"].map("{:,.0f}".format, na_action="ignore")
        return Listing(frame.reset_index(drop=True), caption="权力事项构成", note="金额单位：万元。未填年办件量、金额的事项不计入该列；整类都未填的写「未载」。")

    def flows(self) -> Prose:
        """Return the sentences on flows: how many, how many items share one, steps and sign-offs per flow."""
        items, flows, steps = self.own("power_items"), self.own("flows"), self.own("steps")
        used = items["flow_id"].dropna()
        shared = int((used.value_counts() > 1).sum())
        lines = [f"流程图{len(flows)}幅，为{len(used)}项权力事项所用，其中{shared}幅由两项以上事项共用。"]
        if len(steps):
            lines.append(f"共有环节{len(steps)}个，平均每幅{len(steps) / max(1, steps['flow_id'].nunique()):.1f}个。")
        loose = int((~_has_flow(items)).sum())
        lines.append(f"没有流程图也未填简易流程的事项{loose}项，不能判断其制约情况。" if loose else "各事项均有流程图或简易流程。")
        return Prose(tuple(lines))

    def funnel(self) -> CoverageFunnel:
        """Return the coverage funnel of the unit."""
        return coverage_funnel(self.tables, self.unit_id, self.as_of)

    def funnel_table(self) -> Listing:
        """Return the funnel as a table with its sentence."""
        funnel = self.funnel()
        return Listing(funnel.table(), caption="覆盖漏斗", note=funnel.sentence())

    def funnel_chart(self) -> Chart:
        """Return chart ①: bars for each stage, the part that passed all stages before drawn dark."""
        return funnel_chart(self.funnel(), str(self.unit["name"]))

    def limits(self) -> Prose:
        """Return what this report does not show, from what the unit did not deliver."""
        missing = [t.label for n, t in TABLES.items() if n in self.tables and not len(self.own(n)) and t.tier.value in ("A", "B")]
        lines = ["以上反映制度设计情况，不代表存在违规行为，不作为评价个人的依据。",
                 "覆盖情况按报送的台账计算，是否真实、是否有效未经现场核验。"]
        if missing:
            lines.append(f"A、B两级台账中{'、'.join(missing)}未报，有关内容不能判断。")
        if self.simulated:
            lines.append("本册数据为模拟数据，任何数字都不能用于评价真实单位。")
        return Prose(tuple(lines), ordered=True)


def open_unit(unit_id: str, as_of: str, audience: str) -> UnitPages:
    """Open the store of the current workspace and return the pages of *unit_id* (``2016-12-31``, ``internal``)."""
    from fangkong_lab.dates import parse_day
    from fangkong_lab.ledger.frames import tables
    from fangkong_lab.ledger.receipts import receipts
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    return UnitPages(tables(workspace), unit_id, parse_day(as_of), Audience.read(audience), receipts(workspace),
                     workspace.suppress_below)


def funnel_chart(funnel: CoverageFunnel, name: str) -> Chart:
    """Return the picture of a coverage *funnel* of the unit called *name*."""
    known = [s for s in funnel.stages if s.having is not None]
    labels = [s.stage.label for s in known][::-1]
    having, through = [s.having or 0 for s in known][::-1], [s.through for s in known][::-1]
    with canvas(16 + 11 * len(known)) as (figure, axes):
        axis = axes[0]
        bars = axis.barh(labels, having, color=AMBER, alpha=0.45, height=0.66, label="具备本环节")
        axis.barh(labels, [t or 0 for t in through], color=BLUE, height=0.4, label="逐级贯通至本环节")
        axis.bar_label(bars, labels=[f"{h}项（{100 * h / funnel.listed:.0f}%）" for h in having], padding=3)
        axis.set_xlabel("事项数（项）")
        axis.set_xlim(0, funnel.listed * 1.22)
        axis.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
        picture = png(figure)
    return Chart(title=f"{name}权力事项覆盖漏斗", png=picture, alt=funnel.sentence(), frame=funnel.table(),
                 note="浅色为具备该环节的事项，深色为从清单起逐级都具备的事项。", source="本单位报送台账")


def _stated_sum(values: pd.Series) -> float:
    """Return the sum of what is stated; NaN, not zero, where nothing is."""
    return float(values.astype(float).sum(min_count=1))


def _has_flow(items: pd.DataFrame) -> pd.Series:
    simple = items["simple_flow"].fillna("").astype(str).str.strip() != "" if "simple_flow" in items.columns else False
    return items["flow_id"].notna() | simple
