"""Several measures at once: the Benjamini–Hochberg correction.

Benjamini & Hochberg 1995, JRSS B 57:289–300, as R's ``p.adjust(p, "BH")``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Discovery:
    """One measure: its *p*, the adjusted *q*, and whether it stands at the level asked for."""

    measure: str
    p: float
    q: float
    stands: bool


@dataclass(frozen=True)
class Discoveries:
    """The measures compared together, in order of name; *rate* is the false discovery rate kept to."""

    items: tuple[Discovery, ...]
    rate: float

    def table(self) -> pd.DataFrame:
        """Return one row per measure, sorted by name."""
        import pandas as pd

        return pd.DataFrame([{"指标": d.measure, "p值": d.p, "校正后": d.q, "结论": "可区分" if d.stands else "不能区分"}
                             for d in self.items])

    def sentence(self) -> str:
        """Return how many stand before and after the correction."""
        before, after = sum(d.p <= self.rate for d in self.items), sum(d.stands for d in self.items)
        return (f"同时比较{len(self.items)}个指标，单独看有{before}个p≤{self.rate:g},"
                f"按 Benjamini–Hochberg 校正后仍可区分的{after}个。")


def benjamini_hochberg(p_values: Mapping[str, float], rate: float = 0.05) -> Discoveries:
    """Adjust the p-values of several measures (name → p in [0, 1]); q = min over larger p of p·m/rank, at most 1.

    Raises `BadInput` for a p outside [0, 1] or missing; no measures give no discoveries.
    """
    for name, p in p_values.items():
        if math.isnan(p) or not 0 <= p <= 1:
            raise BadInput(f"指标「{name}」的 p 值 {p:g} 不在 0 与 1 之间", mend="没有 p 值的指标不要列入")
    order = sorted(p_values, key=lambda name: (p_values[name], name))
    count, least, adjusted = len(order), 1.0, {}
    for rank in range(count, 0, -1):
        name = order[rank - 1]
        least = min(least, p_values[name] * count / rank)
        adjusted[name] = least
    return Discoveries(tuple(Discovery(n, p_values[n], adjusted[n], adjusted[n] <= rate) for n in sorted(p_values)), rate)
