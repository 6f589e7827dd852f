"""A synthetic nation as Parquet files: 12 million items with about 72 million sign-off rows, streamed. 模拟数据.

What a reader may rely on (order of rows, numbering of codes) stands in docs/nation.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from fangkong_lab.errors import WrongCall
from fangkong_lab.examples.nation_arrow import TableFile, code_texts
from fangkong_lab.examples.nation_events import event_columns, risk_columns
from fangkong_lab.examples.nation_flows import (
    TWO_PERSONS_SHARE,
    Cut,
    FlowBlock,
    draw_flows,
    exact_share,
    flow_columns,
    incompatible_columns,
    item_columns,
    sign_columns,
    step_columns,
)
from fangkong_lab.examples.nation_offices import (
    NEWCOMERS,
    PEOPLE,
    occupancy_columns,
    post_columns,
    unit_columns,
)
from fangkong_lab.streams import stream

ITEMS = 12_000_000
ITEMS_PER_UNIT = 70
# Whole hundreds of flows in every cut keep the shares exact; a cut is one row group and about 60 MB at most.
UNITS_PER_CUT = 700
MOST_ITEMS = 50_000_000
NATION_TABLES = ("units", "posts", "persons", "occupancies", "power_items", "flows", "steps", "sign_offs",
                 "incompatible_steps", "risk_points", "warning_events")
MANIFEST = "nation.json"


@dataclass(frozen=True)
class NationPlan:
    """How large: *items*, *items_per_flow* (1: a flow of its own for every item), *risk_points*, *warning_events*."""

    items: int = ITEMS
    items_per_flow: int = 1
    risk_points: int = 20_000_000
    warning_events: int = 5_000_000

    def __post_init__(self) -> None:
        if not 1 <= self.items <= MOST_ITEMS:
            raise WrongCall(f"事项数 {self.items} 超出范围", mend=f"取 1 到 {MOST_ITEMS:,}")
        if not 1 <= self.items_per_flow <= ITEMS_PER_UNIT:
            raise WrongCall(f"每张流程图的事项数 {self.items_per_flow} 超出范围", mend=f"取 1 到 {ITEMS_PER_UNIT}")

    @property
    def flows_per_unit(self) -> int:
        """Number of flows of a unit (the last unit may have fewer)."""
        return ITEMS_PER_UNIT // self.items_per_flow

    @property
    def flows(self) -> int:
        """Number of flows in all."""
        return -(-self.items // self.items_per_flow)

    @property
    def units(self) -> int:
        """Number of units in all."""
        return -(-self.flows // self.flows_per_unit)

    def cuts(self) -> Iterator[Cut]:
        """Yield the runs of units that are made and written together."""
        for first in range(0, self.units, UNITS_PER_CUT):
            last = min(first + UNITS_PER_CUT, self.units)
            flows = first * self.flows_per_unit, min(last * self.flows_per_unit, self.flows)
            items = flows[0] * self.items_per_flow, min(flows[1] * self.items_per_flow, self.items)
            yield Cut((first, last), flows, items, self.flows_per_unit, self.items_per_flow)


def scaled_plan(items: int, items_per_flow: int = 1) -> NationPlan:
    """Return a plan with *items* items and risk points and events in the nation's proportion (20 and 5 to 12)."""
    return NationPlan(items, items_per_flow, items * 20 // 12, items * 5 // 12)


@dataclass(frozen=True)
class Nation:
    """What was written: *rows* by table, *planted* counts (flows by feature, items that ask for two persons)."""

    folder: Path
    rows: dict[str, int]
    planted: dict[str, int]


def write_nation(folder: Path, items: int = ITEMS, seed: int = 1, plan: NationPlan | None = None) -> Nation:
    """Write the tables of a synthetic nation into *folder* as Parquet, and nation.json with its counts.

    *plan* overrides *items*. Tables: `NATION_TABLES`, with tables.md's column names. The same arguments give the same
    rows on every machine. Existing files of the same names are replaced, each when its successor is complete. Memory
    does not grow with the number of items. Raises `WrongCall` for sizes out of range.
    """
    plan = plan or scaled_plan(items)
    folder.mkdir(parents=True, exist_ok=True)
    planted: dict[str, int] = {}
    with ExitStack() as open_files:
        files = {name: open_files.enter_context(TableFile(folder, name)) for name in NATION_TABLES}
        for number, cut in enumerate(plan.cuts()):
            _write_cut(files, plan, cut, stream(seed, "nation", number), planted)
        rows = {name: file.rows for name, file in files.items()}
    nation = Nation(folder, rows, dict(sorted(planted.items())))
    text = {"schema_version": 1, "模拟数据": True, "seed": seed, "plan": asdict(plan), "rows": rows, "planted": nation.planted}
    (folder / MANIFEST).write_text(json.dumps(text, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return nation


def _write_cut(files: dict[str, TableFile], plan: NationPlan, cut: Cut, draw: np.random.Generator,
               planted: dict[str, int]) -> None:
    per_unit = PEOPLE + NEWCOMERS
    files["units"].write(unit_columns(*cut.units, draw))
    files["posts"].write(post_columns(*cut.units))
    files["persons"].write({"person_id": code_texts("P", np.arange(cut.units[0] * per_unit, cut.units[1] * per_unit))})
    files["occupancies"].write(occupancy_columns(*cut.units, draw))
    block = draw_flows(cut, draw)
    two = exact_share(cut.items[1] - cut.items[0], TWO_PERSONS_SHARE, draw)
    _write_flows(files, block, item_columns(cut, two, draw))
    risks, events = _portion(plan.risk_points, cut, plan), _portion(plan.warning_events, cut, plan)
    files["risk_points"].write(risk_columns(cut, risks, draw))
    files["warning_events"].write(event_columns(cut, events, per_unit, draw))
    for name, flags in (*block.features.items(), ("min_persons_2", two)):
        planted[name] = planted.get(name, 0) + int(flags.sum())


def _write_flows(files: dict[str, TableFile], block: FlowBlock, items: dict[str, pa.Array]) -> None:
    files["power_items"].write(items)
    files["flows"].write(flow_columns(block))
    files["steps"].write(step_columns(block))
    files["sign_offs"].write(sign_columns(block))
    files["incompatible_steps"].write(incompatible_columns(block))


def _portion(total: int, cut: Cut, plan: NationPlan) -> tuple[int, int]:
    """Return the numbers [first, last) of *total* rows that fall to *cut*, in proportion to its items."""
    return total * cut.items[0] // plan.items, total * cut.items[1] // plan.items


