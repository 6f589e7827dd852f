"""How a number that the source qualified (40余、近30、约7万) is read: as an interval, and marked as our reading.

The reading is design §7: u is the place value of the last digit that is not zero; 40余 = [41, 49], 5000余 = [5001, 5999],
近v = [v−u, v−1], 约v = v ± u/2. The words 以上、以下 of the source figures are bounds; 以前 is a deadline, not a quantity.
"""

from __future__ import annotations

import math
from decimal import Decimal

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind
from fangkong_lab.measure.interval import Interval

OUR_READING = "约数按本软件的读法换作区间"


class Mark(Kind):
    """How exact a printed number is: the ledger's five words, three more of the source figures, and rounding."""

    EXACT = "exact", "准确"
    ABOUT = "about", "约"
    OVER = "over", "余"
    MORE = "more", "多"
    NEARLY = "nearly", "近"
    AT_LEAST = "at_least", "以上"
    AT_MOST = "at_most", "以下"
    BEFORE = "before", "以前"
    ROUNDED = "rounded", "四舍五入"


def place_value(value: float) -> float:
    """Return u, the place value of the last non-zero digit: 40 → 10, 5000 → 1000, 118.8 → 0.1.

    *value* must be finite and above zero (`BadInput`): zero has no such digit.
    """
    if not value > 0 or math.isinf(value):
        raise BadInput(f"「{value:g}」不能带约数词", mend="改为准确，或核对数值")
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return float(Decimal(1).scaleb(exponent))


def read_mark(text: object) -> Mark:
    """Return the mark written in a cell; an empty cell is 准确 (tables.md: the word stands only where there is one)."""
    if text is None or text != text or (isinstance(text, str) and not text.strip()):
        return Mark.EXACT
    return Mark.read(str(text).strip())


def interval_of(value: float, mark: Mark) -> Interval:
    """Return what a *value* printed with *mark* may be, in the value's own unit.

    余 and 多 exclude the number itself where u > 1 (40余 starts at 41) and include both ends where u ≤ 1, because amounts
    such as 2余亿元 are not whole. Raises `BadInput` for 以前 (a deadline), for 四舍五入
    (see `rounded`), for negative values, and for a qualified zero.
    """
    if value < 0:
        raise BadInput(f"数值 {value:g} 为负", mend="核对数值")
    if mark is Mark.EXACT:
        return Interval.exactly(value)
    if mark is Mark.AT_LEAST:
        return Interval(value, math.inf)
    if mark is Mark.AT_MOST:
        return Interval(0.0, value)
    if mark is Mark.ROUNDED:
        raise BadInput("四舍五入的数要写明舍入到哪一位", mend="改用 rounded(数值， 舍入单位)")
    if mark is Mark.BEFORE:
        raise BadInput("「以前」说的是期限，不是数量", mend="不要把期限当作数量计算")
    return _around(value, mark, place_value(value))


def _around(value: float, mark: Mark, unit: float) -> Interval:
    step = 1.0 if unit > 1 else 0.0
    if mark is Mark.ABOUT:
        return Interval(round(value - unit / 2, 9), round(value + unit / 2, 9))
    if mark is Mark.NEARLY:
        if value < 1:
            return Interval(0.0, value)  # 近半年: only "less than"
        return Interval(round(value - unit, 9), value - 1 if unit >= 1 else value)
    return Interval(value + step, round(value + unit - step, 9))


def rounded(value: float, to: float) -> Interval:
    """Return what a *value* rounded to a multiple of *to* may be: value ± to/2 (212.5万 to 0.1万 → 212.45–212.55)."""
    if to < 0:
        raise BadInput(f"舍入单位 {to:g} 为负", mend="核对舍入单位")
    return Interval(max(0.0, round(value - to / 2, 9)), round(value + to / 2, 9))
