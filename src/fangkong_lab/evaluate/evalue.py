"""E-value: how strong something unmeasured would have to be to explain the whole change away.

VanderWeele & Ding 2017, Annals of Internal Medicine 167:268–274: for a risk ratio RR > 1, E = RR + √(RR (RR − 1)); below 1 its reciprocal is taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.assumption import Refusal
from fangkong_lab.evaluate.effect import Effect, Scale

if TYPE_CHECKING:
    import pandas as pd

PAPER = "VanderWeele & Ding 2017"


@dataclass(frozen=True)
class EValue:
    """*point* explains the estimate away, *bound* the end of the interval nearer to no effect (1 where the interval holds no effect)."""

    ratio: float
    point: float
    bound: float

    def sentence(self) -> str:
        """Return both in words."""
        if self.bound <= 1:
            return f"变化为{self.ratio - 1:+.1%}，区间已含没有变化，不需要别的因素来解释（E值1，{PAPER}）。"
        return (f"要把{self.ratio - 1:+.1%}的变化完全解释成别的因素，该因素须与试点、与结果的比值都达到{self.point:.2f}倍；"
                f"只把区间推到没有变化，须{self.bound:.2f}倍（{PAPER}）。")

    def table(self) -> pd.DataFrame:
        """Return one row: ratio, E-value of the estimate and of the nearer end."""
        import pandas as pd

        return pd.DataFrame([{"比值": self.ratio, "E值": self.point, "区间近端的E值": self.bound}])


def e_value(ratio: float, low: float, high: float) -> EValue:
    """Return the E-value of a *ratio* of rates with its interval; *ratio* > 0."""
    if not ratio > 0 or not low <= ratio <= high:
        raise BadInput(f"比值{ratio:g}、区间{low:g}至{high:g}不成立", mend="给出比值及其区间")
    near = 1.0 if low <= 1 <= high else (low if ratio > 1 else high)
    return EValue(ratio, _explain(ratio), _explain(near))


def e_value_of(effect: Effect) -> EValue | Refusal:
    """Return the E-value of a ratio or of a difference of logs; other scales are refused: they have no ratio."""
    ends = (effect.estimate, effect.low, effect.high)
    if effect.scale is Scale.LOG:
        ends = (math.exp(ends[0]), math.exp(ends[1]), math.exp(ends[2]))
    elif effect.scale is not Scale.RATIO:
        return Refusal("E值", f"效应是{effect.scale.label}，不是比值", "以比值表示的效应（计数模型）", PAPER)
    if any(math.isnan(e) for e in ends):
        return Refusal("E值", "效应没有区间", "有区间的设计", PAPER)
    return e_value(*ends)


def _explain(ratio: float) -> float:
    above = max(ratio, 1 / ratio) if ratio > 0 else math.inf
    return above + math.sqrt(above * (above - 1))
