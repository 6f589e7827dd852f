"""Screening of nodes by five criteria, as 扬中 did: fund flow, frequency, public attention, rules unkept, hard to balance.

The document names the five conditions from which nodes are looked for, and no number of them that decides. A threshold is
therefore always given by the caller and printed with where it is from. A cell that is empty is 未载: it may be 是 or 否.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind
from fangkong_lab.measure.ledgerdays import day_column, text_column

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
SOURCE = "五项条件出自扬中市财政局《重要权力节点监控机制》（2009-07-08）；该文没有写明符合几项即为重要节点"


class Criterion(Kind):
    """The five criteria: their columns in 风险点, and what they are called."""

    FUND_FLOW = "fund_flow", "资金流动量大"
    FREQUENCY = "frequency", "业务频率高"
    HOT_SPOT = "hot_spot", "社会关注热点"
    RULE_UNKEPT = "rule_unkept", "制度不落实"
    HARD_TO_BALANCE = "hard_to_balance", "权力集中难制衡"


class Screened(Kind):
    """What screening says of a risk point or an item."""

    IN = "in", "列为重要节点"
    OUT = "out", "未达门槛"
    CANNOT_TELL = "cannot_tell", "不能判定"
    NO_RISK = "no_risk", "没有风险点"


@dataclass(frozen=True)
class Threshold:
    """At least *count* of the five criteria make a node important; *source* says who set that."""

    count: int
    source: str

    def __post_init__(self) -> None:
        if not 1 <= self.count <= len(Criterion):
            raise BadInput(f"门槛{self.count}不在1至{len(Criterion)}之间", mend="改为1至5的整数")


def borrowed_threshold(as_of: date) -> Threshold:
    """Return the count from which the shipped rule ``five_criteria_count`` says 高, in force on *as_of*, with its source.

    That rule is from another place and counts five conditions of its own: borrowed, and said to be. Raises `NotInForce`
    before the rule's first date.
    """
    from fangkong_lab.policy.catalogue import shelf
    from fangkong_lab.policy.count import Count

    policy = shelf().find("five_criteria_count")
    assert isinstance(policy.grading, Count)  # the shipped rule of that name counts; a test holds it
    highest = policy.grading.cutoffs.steps[0].at_least
    entry = highest.at(as_of)
    return Threshold(int(highest.number(as_of)), f"借自「{policy.name}」（{entry.evidence.sentence()}），不是扬中的规定")


@dataclass(frozen=True)
class Screening:
    """The result: *risks* has one row per risk point known on *as_of*, *items* one per power item; see `screening`."""

    as_of: date
    threshold: Threshold
    risks: pd.DataFrame
    items: pd.DataFrame

    def criteria(self) -> pd.DataFrame:
        """Return, per criterion, how many risk points say 是, 否, and how many do not say."""
        import pandas as pd

        rows = []
        for each in Criterion:
            known = self.risks[each.value]
            yes = int((known == True).sum())  # noqa: E712  (three-valued column)
            no = int((known == False).sum())  # noqa: E712
            rows.append({"条件": each.label, "是": yes, "否": no, "未载": len(known) - yes - no})
        return pd.DataFrame(rows)

    def distribution(self) -> pd.DataFrame:
        """Return, for every count 1 to 5, how many risk points reach it for certain and at most."""
        import pandas as pd

        return pd.DataFrame([{"至少符合": f"{k}项", "肯定": int((self.risks["low"] >= k).sum()),
                              "至多": int((self.risks["high"] >= k).sum())} for k in range(1, len(Criterion) + 1)])

    def units(self) -> pd.DataFrame:
        """Return one row per unit: risk points by result, and items by result."""
        import pandas as pd

        rows = []
        for unit in sorted({*self.risks["unit_id"], *self.items["unit_id"]}):
            points = self.risks[self.risks["unit_id"] == unit]["screened"]
            items = self.items[self.items["unit_id"] == unit]["screened"]
            rows.append({"单位": unit, "风险点": len(points),
                         **{f"风险点{s.label}": int((points == s).sum()) for s in (Screened.IN, Screened.OUT, Screened.CANNOT_TELL)},
                         "事项": len(items), **{f"事项{s.label}": int((items == s).sum()) for s in Screened}})
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """Return one row per item: risk points, the most criteria met by one of them (certain, at most), the result."""
        frame = self.items.assign(结论=[s.label for s in self.items["screened"]]).drop(columns=["screened"])
        return frame.rename(columns={"item_id": "事项编码", "unit_id": "单位", "name": "名称", "risks": "风险点数",
                                     "low": "符合项数（肯定）", "high": "符合项数（至多）"})

    def sentence(self) -> str:
        """Return the result in sentences, with where the criteria and the threshold are from."""
        count = {s: int((self.items["screened"] == s).sum()) for s in Screened}
        points = int((self.risks["screened"] == Screened.IN).sum())
        return (f"按五项条件排查，风险点{len(self.risks)}个，符合{self.threshold.count}项以上的{points}个；"
                f"权力事项{len(self.items)}项，{count[Screened.IN]}项列为重要节点，{count[Screened.OUT]}项未达门槛，"
                f"{count[Screened.CANNOT_TELL]}项因条件未载不能判定，{count[Screened.NO_RISK]}项没有风险点、未能排查。"
                f"{SOURCE}；门槛{self.threshold.count}项{self.threshold.source}。")


def screening(tables: Tables, as_of: date, threshold: Threshold, unit_id: str | None = None) -> Screening:
    """Return the screening of all risk points (of *unit_id*) not confirmed after *as_of*.

    A risk point meets between *low* (criteria that say 是) and *high* (those that do not say 否) of the five. An item is
    as far in as the risk point of it that meets most; risk points that name no item count for their unit only. Raises
    `BadInput` where no risk points were sent at all.
    """
    import pandas as pd

    risks = tables.get("risk_points", pd.DataFrame())
    if not len(risks):
        raise BadInput("台账中没有风险点", where="风险点", mend="先导入含「风险点」表的台账")
    items = tables.get("power_items", pd.DataFrame({"item_id": [], "unit_id": [], "name": []}))
    if unit_id is not None:
        risks, items = risks[risks["unit_id"] == unit_id], items[items["unit_id"] == unit_id]
    risks = risks[~(day_column(risks, "confirmed_on") > pd.Timestamp(as_of))]
    points = _points(risks, threshold)
    return Screening(as_of, threshold, points, _items(items, points, threshold))


def _points(risks: pd.DataFrame, threshold: Threshold) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame({"risk_id": text_column(risks, "risk_id"), "unit_id": text_column(risks, "unit_id"),
                          "item_id": text_column(risks, "item_id", "")})
    for each in Criterion:
        empty = pd.Series(pd.NA, index=risks.index, dtype="boolean")
        frame[each.value] = risks[each.value].astype("boolean") if each.value in risks.columns else empty
    known = frame[[c.value for c in Criterion]]
    frame["low"] = known.fillna(False).sum(axis=1).astype(int)
    frame["high"] = known.fillna(True).sum(axis=1).astype(int)
    screened = [_screened(low, high, threshold) for low, high in zip(frame["low"], frame["high"], strict=True)]
    frame = frame.assign(screened=pd.Series(screened, index=frame.index, dtype=object))
    return frame.sort_values(["unit_id", "risk_id"], kind="stable").reset_index(drop=True)


def _screened(low: int, high: int, threshold: Threshold) -> Screened:
    if low >= threshold.count:
        return Screened.IN
    return Screened.OUT if high < threshold.count else Screened.CANNOT_TELL


def _items(items: pd.DataFrame, points: pd.DataFrame, threshold: Threshold) -> pd.DataFrame:
    import pandas as pd

    of_item = points[points["item_id"] != ""].groupby("item_id")
    most = pd.DataFrame({"risks": of_item.size(), "low": of_item["low"].max(), "high": of_item["high"].max()})
    frame = pd.DataFrame({"item_id": text_column(items, "item_id"), "unit_id": text_column(items, "unit_id"),
                          "name": text_column(items, "name")}).join(most, on="item_id")
    screened = [Screened.NO_RISK if pd.isna(low) else _screened(int(low), int(high), threshold)
                for low, high in zip(frame["low"], frame["high"], strict=True)]
    frame = frame.assign(screened=pd.Series(screened, index=frame.index, dtype=object), risks=frame["risks"].fillna(0))
    return frame.astype({"risks": "Int64", "low": "Int64", "high": "Int64"}).sort_values(["unit_id", "item_id"], kind="stable").reset_index(drop=True)
