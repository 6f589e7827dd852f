"""Closed intervals: what is known of a number that was printed with a qualifier or rounded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from fangkong_lab.errors import BadInput

_DIGITS = 9  # money in 万元 to the 分 has six decimals; more is float noise


@dataclass(frozen=True)
class Interval:
    """The closed interval [*low*, *high*] in the unit of the number; *high* may be infinite (以上).

    Arithmetic is that of intervals: the result holds every value that the operands allow. Raises `BadInput` where
    low > high or an end is not a number.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise BadInput(f"区间 [{self.low:g}, {self.high:g}] 上下端不对", mend="核对数值和精确度")

    @classmethod
    def exactly(cls, value: float) -> Interval:
        """Return the interval that holds only *value*."""
        return cls(float(value), float(value))

    @property
    def is_exact(self) -> bool:
        """Say whether the interval is one number."""
        return self.low == self.high

    def __add__(self, other: Interval) -> Interval:
        return Interval(_clean(self.low + other.low), _clean(self.high + other.high))

    def __sub__(self, other: Interval) -> Interval:
        return Interval(_clean(self.low - other.high), _clean(self.high - other.low))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def overlaps(self, other: Interval) -> bool:
        """Say whether some number lies in both."""
        return self.low <= other.high and other.low <= self.high

    def times(self, factor: float) -> Interval:
        """Return the interval times a *factor* ≥ 0; `BadInput` for a negative one."""
        if factor < 0:
            raise BadInput(f"区间不能乘以负数 {factor:g}", mend="核对系数")
        return Interval(_clean(self.low * factor), _clean(self.high * factor))

    def over(self, other: Interval) -> Interval:
        """Return the quotient of two intervals that hold no negative number.

        Undefined (`BadInput`) where the divisor is exactly zero; where it may be zero the quotient has no upper end.
        """
        if self.low < 0 or other.low < 0:
            raise BadInput("比率的分子、分母不能为负", mend="核对数值")
        if other.high == 0:
            raise BadInput("分母为零，比率没有意义", mend="核对分母")
        low = 0.0 if math.isinf(other.high) else self.low / other.high
        high = math.inf if other.low == 0 or math.isinf(self.high) else self.high / other.low
        return Interval(low, high)

    def text(self) -> str:
        """Return the interval as printed: one number, ``41–49`` or ``500以上``."""
        if self.is_exact:
            return plain(self.low)
        return f"{plain(self.low)}以上" if math.isinf(self.high) else f"{plain(self.low)}–{plain(self.high)}"


def total(parts: Iterable[Interval]) -> Interval:
    """Return the sum of intervals; the order of *parts* does not matter. The sum of none is exactly zero."""
    kept = tuple(parts)
    return Interval(_clean(math.fsum(p.low for p in kept)), _clean(math.fsum(p.high for p in kept)))


def plain(value: float) -> str:
    """Return a number without exponent and without trailing zeros; more than six decimals are rounded away."""
    if math.isinf(value):
        return "无上限" if value > 0 else "无下限"
    return f"{round(value, 6):.6f}".rstrip("0").rstrip(".") if value != int(value) else f"{int(value)}"


def _clean(value: float) -> float:
    return value if math.isinf(value) else round(value, _DIGITS)
