"""Rules about one row that take more than one of its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.ledger.columns import Table
from fangkong_lab.ledger.delivery import ROW, Sheet
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.tables.results import OPEN_CLUE

if TYPE_CHECKING:
    import pandas as pd

_MUCH = 1_000_000
"""Amounts of more than this many 万元 (100 亿元) are probably in 元."""


@dataclass(frozen=True)
class Rule:
    """A rule of a table: *breaks* marks the rows that break it; the problem is put on *column* (English name)."""

    code: str
    column: str
    breaks: Callable[[pd.DataFrame], pd.Series]
    why: str
    mend: str
    gravity: Gravity = Gravity.REFUSED


def check_rows(sheet: Sheet, table: Table, allowed_by: str = "") -> list[Problem]:
    """Return what is wrong with the rows of *sheet*, each for itself.

    *allowed_by* is who allowed person rows with open clues; empty refuses them.
    """
    if sheet.frame.empty:
        return []
    rules = [*_order_rules(table), *_money_rules(table), *_RULES.get(table.name, ())]
    if table.name == "warning_events" and not allowed_by:
        rules.append(_OPEN_CLUES)
    return [problem for rule in rules for problem in _broken(sheet, table, rule)]


def _broken(sheet: Sheet, table: Table, rule: Rule) -> Iterator[Problem]:
    frame = sheet.frame
    column = table.column(rule.column)
    broken = frame[rule.breaks(frame).fillna(False).to_numpy(dtype=bool)]
    for row, value in zip(broken[ROW].tolist(), broken[rule.column].tolist(), strict=True):
        yield Problem(sheet.name, row, column.label, table.name, rule.code,
                      shown(value), rule.why, rule.mend, rule.gravity)


def shown(value: object) -> str:
    """Return a typed value for a message: days as 2016-09-30, empty as an empty string."""
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d" if value == value.normalize() else "%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, bool | np.bool_):
        return "是" if value else "否"
    return str(value)


def _order_rules(table: Table) -> Iterator[Rule]:
    for order in table.orders:
        first, last = table.column(order.earlier), table.column(order.later)
        yield Rule("end_before_start", last.name,
                   lambda f, a=order.earlier, b=order.later: f[b] < f[a],  # type: ignore[misc]
                   f"早于{first.label}", f"核对{first.label}和{last.label}")


def _money_rules(table: Table) -> Iterator[Rule]:
    for column in table.columns:
        if column.unit == "万元":
            yield Rule("looks_like_yuan", column.name, lambda f, c=column.name: f[c] > _MUCH,  # type: ignore[misc]
                       "超过 100 亿元，可能是按元填的", "核对单位，本列以万元计", Gravity.NOTICE)


def _same(first: str, second: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[first].notna() & (f[first] == f[second])


def _both(first: str, second: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[first].notna() & f[second].notna()


def _more(part: str, whole: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[part] > f[whole]


_OPEN_CLUES = Rule(
    "open_clue", "clue_status", lambda f: (f["clue_status"] == OPEN_CLUE) & f["person_id"].notna(),
    "核查中的线索带有人员代号，属案件监督管理部门，研究工作不得收", "删去这一行；确经批准的，由批准人写入 fangkong.toml 的 open_clues_allowed_by")

_CHECK_NUMBERS = "核对两个数"
_RULES: dict[str, tuple[Rule, ...]] = {
    "units": (Rule("own_parent", "parent_id", _same("parent_id", "unit_id"), "上级单位是自己", "改正上级单位编码，最上层单位留空"),),
    "posts": (Rule("own_parent", "reports_to", _same("reports_to", "post_id"), "上级岗位是自己", "改正上级岗位编码，最高岗位留空"),),
    "warning_network": (Rule("own_parent", "parent", _same("parent", "node_id"), "上级节点是自己", "改正上级节点，最上层留空"),),
    "power_items": (
        Rule("flow_and_titles", "simple_flow", _both("flow_id", "simple_flow"), "同时填了流程图编码和简易流程，简易流程不用",
             "只留一个", Gravity.NOTICE),
    ),
    "inspections": (
        Rule("unit_missing", "unit_id", lambda f: (f["target_kind"] == "单位") & f["unit_id"].isna(),
             "对象是单位，却没有单位编码", "补上单位编码，否则不能归到单位", Gravity.NOTICE),
    ),
    "sign_offs": (
        Rule("need_missing", "need", lambda f: (f["rule"] == "至少") & f["need"].isna(), "签批规则是「至少」，却没有至少人数",
             "填上至少人数"),
        Rule("need_unused", "need", lambda f: f["need"].notna() & (f["rule"].fillna("任一") != "至少"),
             "签批规则不是「至少」，却填了至少人数", "把签批规则改为「至少」，或清空至少人数"),
    ),
    "incompatible_steps": (
        Rule("same_step", "step_b", _same("step_a", "step_b"), "环节甲和环节乙是同一个环节", "填两个不同的环节"),
    ),
    "influences": (
        Rule("same_post", "to_post", _same("from_post", "to_post"), "施加岗位和承受岗位是同一个岗位", "填两个不同的岗位"),
    ),
    "oversight": (
        Rule("same_unit", "overseen_unit", _same("overseer_unit", "overseen_unit"), "监督单位和被监督单位是同一个单位",
             "填两个不同的单位"),
    ),
    "duties": (
        Rule("no_subject", "item_id", lambda f: f["item_id"].isna() & f["flow_id"].isna(), "没有说明监督的是哪个事项或流程图",
             "填上事项编码或流程图编码"),
    ),
    "discretion_standards": (
        Rule("high_below_low", "high", lambda f: f["high"] < f["low"], "上限小于下限", _CHECK_NUMBERS),
    ),
    "surveys": (
        Rule("part_above_whole", "returned", _more("returned", "sent"), "收回多于发出", _CHECK_NUMBERS),
        Rule("part_above_whole", "satisfied", _more("satisfied", "returned"), "满意多于收回", _CHECK_NUMBERS),
        Rule("part_above_whole", "done", _more("done", "assessed"), "已评多于应评", _CHECK_NUMBERS),
    ),
    "info_reports": (
        Rule("part_above_whole", "confirmed", _more("confirmed", "items"), "查实数多于条数", _CHECK_NUMBERS),
        Rule("nil_with_items", "items", lambda f: f["nil"].fillna(False) & (f["items"] > 0), "是零报告，却有条数",
             "核对零报告和条数"),
    ),
    "warning_events": (
        Rule("appeal_missing", "appeal_closed_on", lambda f: f["appeal_closed_on"].notna() & f["appealed_on"].isna(),
             "有申诉办结日期而没有申诉日期", "补上申诉日期"),
    ),
    "outcomes": (
        Rule("not_whole", "value",
             lambda f: f["count_unit"].isin(["人", "人次", "人(次)", "件", "件次", "项", "个"]) & (f["value"] % 1 > 0),
             "计数的指标不是整数", "核对数值和计量单位"),
    ),
}
