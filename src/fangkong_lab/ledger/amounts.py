"""Reading of numbers as offices type them: 1,200, 30万元, 3000元, 12人, 40余."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from fangkong_lab.ledger.columns import Column, ColumnType
from fangkong_lab.ledger.fault import Fault

_NUMBER = re.compile(r"^([+-]?)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(.*)$")
_MONEY_UNITS = {
    "元": 1e-4, "百元": 1e-2, "千元": 0.1, "万": 1.0, "万元": 1.0, "十万元": 10.0, "百万元": 100.0, "千万元": 1000.0,
    "亿": 1e4, "亿元": 1e4,
}
_QUALIFIED = re.compile("^(?:约|近|超过?|逾|大约)|(?:余|多|左右|以上|以下)(?:$|[\u3400-\u9fff])")
_WORD_SCORES = {"高": 5, "中": 3, "低": 1}
LARGEST_WHOLE = 2**53


@dataclass(frozen=True)
class Figure:
    """A number that was read: *value* in the column's unit."""

    value: float


def read_number(column: Column, raw: object) -> Figure | Fault:
    """Read one cell of a numeric *column*; *raw* is a number or cleaned, narrow text.

    Amounts come back in 万元. A unit written in the cell must be that of the column.
    """
    figure = _of_text(column, raw) if isinstance(raw, str) else _of_number(raw)
    return figure if isinstance(figure, Fault) else _checked(column, figure)


def _of_number(raw: object) -> Figure | Fault:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return Fault("not_a_number", "不是数", "只填数字")
    value = float(raw)
    return Figure(value) if math.isfinite(value) else Fault("not_a_number", "不是数", "只填数字")


def _of_text(column: Column, text: str) -> Figure | Fault:
    if column.graded and text in _WORD_SCORES:
        return Figure(_WORD_SCORES[text])
    hit = _NUMBER.match(text)
    if (hit is None and _QUALIFIED.search(text)) or (hit and _QUALIFIED.search(hit[3])):
        return Fault("qualifier_in_number", "数里带有约、余、近等字", "这里只填数字；监督执纪统计表另有「精确度」一列")
    if hit is None:
        return Fault("not_a_number", "不是数", "只填数字；没有就留空")
    value = float(hit[1] + hit[2].replace(",", ""))
    return Figure(value) if not hit[3] else _with_unit(column, value, hit[3])


def _with_unit(column: Column, value: float, unit: str) -> Figure | Fault:
    if unit[0] in ",.0123456789":
        return Fault("not_a_number", "逗号或小数点位置不对", "只填数字，不写逗号")
    if column.type is ColumnType.MONEY:
        if unit in _MONEY_UNITS:
            return Figure(round(value * _MONEY_UNITS[unit], 10))
        return Fault("wrong_unit", f"单位「{unit}」不是金额单位", "以万元计，只填数字")
    if unit == column.unit:
        return Figure(value)
    if column.unit:
        return Fault("wrong_unit", f"单位「{unit}」与本列单位「{column.unit}」不符", f"以{column.unit}计，只填数字")
    return Fault("wrong_unit", f"数后写了「{unit}」", "只填数字，单位填在计量单位一列（如有）")


def _checked(column: Column, figure: Figure) -> Figure | Fault:
    value = figure.value
    if column.type is ColumnType.INTEGER and (value != math.floor(value) or abs(value) > LARGEST_WHOLE):
        return Fault("not_whole", "不是整数", "填整数")
    low, high = column.lowest, column.highest
    if (low is not None and value < low) or (high is not None and value > high):
        return Fault("out_of_range", f"不在允许的范围（{column.rule}）", "核对后改正")
    return figure
