"""The sentences of results, in the tone of the reports: what the numbers say, what they do not, and nothing more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fangkong_lab.evaluate.effect import Effect

DETECTION = "监督数量变化，可能源于问题增减或发现能力变化，现有数据不能区分（Olken & Pande 2012）"


def effect_sentence(effect: Effect) -> str:
    """Return the one sentence of *effect*."""
    compared = "" if effect.size.control == 0 else "，与对照单位相比"
    opening = f"试点{effect.size.treated}个单位{compared}，{effect.outcome}{_amount(effect)}（{effect.design.label}{_certainty(effect)}）"
    verdict = "" if effect.separate else "，尚不能与没有变化区分"
    doubts = effect.failed()
    shaken = f"，但{'、'.join(a.name for a in doubts)}未通过，不宜据此下结论" if doubts else ""
    return f"{opening}{verdict}{shaken}；证据等级{effect.evidence.level}级。"


def _amount(effect: Effect) -> str:
    """Return 「平均每期减少1.2人」 or 「降低45.0%」."""
    if math.isnan(effect.estimate):
        return "的变化无法计算"
    each = "平均每单位每期" if effect.scale.value == "per_period" else ""
    return f"{each}{effect.printed()}"


def _certainty(effect: Effect) -> str:
    """Return interval, p value and its floor, as far as there are any."""
    words = ""
    if not (math.isnan(effect.low) or math.isnan(effect.high)):
        words += f"，{effect.level:.0%}区间{_number(effect, effect.low)}至{_number(effect, effect.high)}"
    if effect.p is not None:
        words += f"，p={effect.p:.3g}" if effect.p >= 0.001 else "，p<0.001"
    if effect.p_floor is not None and effect.p_floor > 1e-3:
        words += f"，本法在此单位数下p值最小为{effect.p_floor:.3g}"
    return words


def _number(effect: Effect, value: float) -> str:
    """Return an end of the interval on the scale that `Effect.printed` uses."""
    if math.isinf(value):
        return "无限"
    return f"{value - 1:+.1%}" if effect.scale.value == "ratio" else f"{value * effect.per():+.3g}"
