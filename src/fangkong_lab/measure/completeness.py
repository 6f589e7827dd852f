"""The coverage funnel of a unit: how many listed power items have a flow, a risk point, a measure, a publication.

清单→流程→风险→措施→公开. It counts what the ledger holds; an empty table is 未报 and makes its stage unknown, not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind
from fangkong_lab.ledger.places import places, rows_with

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]


class Stage(Kind):
    """A stage of the funnel, in order."""

    LISTED = "listed", "列入清单"
    FLOW = "flow", "有流程图"
    RISK = "risk", "查有风险点"
    MEASURE = "measure", "定有措施"
    PUBLISHED = "published", "已公开"


@dataclass(frozen=True)
class StageCount:
    """One stage: items that have it (*having*), and items that have it and all stages before (*through*).

    Both are None where the table behind the stage holds no row of the unit: 未报.
    """

    stage: Stage
    having: int | None
    through: int | None


@dataclass(frozen=True)
class CoverageFunnel:
    """The funnel of *unit_id* as of *as_of*: *listed* items and the count of each stage."""

    unit_id: str
    as_of: date
    listed: int
    stages: tuple[StageCount, ...]

    def table(self) -> pd.DataFrame:
        """Return the funnel with Chinese headers; shares in per cent of the list, 未报 where the table is empty."""
        import pandas as pd

        rows = [{"环节": s.stage.label, "事项数": _shown(s.having), "占清单": _percent(s.having, self.listed),
                 "逐级贯通": _shown(s.through), "贯通占清单": _percent(s.through, self.listed)} for s in self.stages]
        return pd.DataFrame(rows)

    def sentence(self) -> str:
        """Return the funnel as one sentence; stages without data are named."""
        flow = self.stages[1]
        said = [f"权力事项{self.listed}项"]
        if flow.having is not None and self.listed:
            said.append(f"{flow.having}项有对应流程图，覆盖率{100 * flow.having / self.listed:.1f}%")
        last = self.stages[-1]
        if last.through is not None:
            said.append(f"从清单到公开逐级贯通{last.through}项")
        missing = [s.stage.label for s in self.stages if s.having is None]
        if missing:
            said.append(f"{'、'.join(missing)}的台账未报，相应覆盖情况不能判断")
        return "，".join(said) + "。"


def coverage_funnel(tables: Tables, unit_id: str, as_of: date) -> CoverageFunnel:
    """Return the coverage funnel of *unit_id* on *as_of*.

    An item has a flow where its flow_id names a flow of the ledger that has steps or its simple_flow is filled; a risk
    point where one names it (confirmed later than *as_of* does not count); a measure where one of its risk points
    has one; it is published where a disclosure runs on *as_of* ([from, to)). One flow may serve many items, and each
    of them is counted. Raises `BadInput` where the unit has no item at all.
    """
    found = funnel_sets(tables, unit_id, as_of)
    ids = found[0][1] or set()
    stages, through, whole = [], set(ids), True
    for stage, having in found:
        whole = whole and having is not None
        through = through & having if having is not None else through
        stages.append(StageCount(stage, None if having is None else len(having), len(through) if whole else None))
    return CoverageFunnel(unit_id, as_of, len(ids), tuple(stages))


def funnel_sets(tables: Tables, unit_id: str, as_of: date) -> tuple[tuple[Stage, set[str] | None], ...]:
    """Return per stage the codes of the items that have it, None where the table behind it is 未报; see `coverage_funnel`."""
    items = _of(tables, "power_items")
    items = rows_with(items, "unit_id", (unit_id,)) if len(items) else items
    if not len(items):
        raise BadInput("该单位没有报送权力事项", where=unit_id, mend="先导入含「权力事项」表的台账")
    ids = set(items["item_id"])
    risks = _known_risks(tables, ids, as_of)
    found = (ids, _with_flow(tables, items), None if risks is None else set(risks["item_id"]), _with_measure(tables, risks),
             _published(tables, ids, as_of))
    return tuple(zip(Stage, found, strict=True))


def _of(tables: Tables, name: str) -> pd.DataFrame:
    import pandas as pd

    return tables[name] if name in tables else pd.DataFrame()


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    import pandas as pd

    return frame[name] if name in frame.columns else pd.Series([None] * len(frame), index=frame.index, dtype=object)


def _with_flow(tables: Tables, items: pd.DataFrame) -> set[str]:
    steps = _of(tables, "steps")
    drawn = set(places(steps, "flow_id")) if len(steps) else set()
    simple = _column(items, "simple_flow").fillna("").astype(str).str.strip() != ""
    flows = _column(items, "flow_id").isin(drawn)
    return set(items.loc[flows | simple, "item_id"])


def _known_risks(tables: Tables, ids: set[str], as_of: date) -> pd.DataFrame | None:
    import pandas as pd

    risks = _of(tables, "risk_points")
    if not len(risks):
        return None
    own = _of_items(risks, ids)
    return own[~(pd.to_datetime(_column(own, "confirmed_on")) > pd.Timestamp(as_of))]


def _of_items(frame: pd.DataFrame, ids: set[str]) -> pd.DataFrame:
    return rows_with(frame, "item_id", ids) if "item_id" in frame.columns else frame.iloc[0:0]


def _with_measure(tables: Tables, risks: pd.DataFrame | None) -> set[str] | None:
    measures = _of(tables, "measures")
    if risks is None or not len(measures):
        return None
    guarded = set(rows_with(measures, "risk_id", risks["risk_id"].dropna())["risk_id"])
    return set(risks.loc[risks["risk_id"].isin(guarded), "item_id"])


def _published(tables: Tables, ids: set[str], as_of: date) -> set[str] | None:
    import pandas as pd

    shown = _of(tables, "disclosures")
    if not len(shown):
        return None
    own = _of_items(shown, ids)
    day = pd.Timestamp(as_of)
    started, ended = pd.to_datetime(_column(own, "from")), pd.to_datetime(_column(own, "to"))
    return set(own.loc[(started <= day) & ~(ended <= day), "item_id"])


def _shown(count: int | None) -> str:
    return "未报" if count is None else str(count)


def _percent(count: int | None, whole: int) -> str:
    return "未报" if count is None else f"{100 * count / whole:.1f}%"
