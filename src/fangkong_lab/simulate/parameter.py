"""An assumed number of a scenario: its value, the range it may lie in, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Kind
from fangkong_lab.policy.dated import EVIDENCE_KEYS, Evidence, Sources, read_evidence
from fangkong_lab.policy.field import Field


class Domain(Kind):
    """What a parameter measures, and so between which bounds it must lie."""

    PROBABILITY = "probability", "概率"
    RATE = "rate", "每人每月次数"
    FACTOR = "factor", "倍数"
    WEIGHT = "weight", "权重"
    DAYS = "days", "日数"
    MONTHS = "months", "月数"
    HOURS = "hours", "工时"
    MONEY = "money", "万元"


_BOUNDS = {Domain.PROBABILITY: (0.0, 1.0), Domain.RATE: (0.0, 5.0), Domain.FACTOR: (0.0, 100.0), Domain.WEIGHT: (0.0, 1e6),
           Domain.DAYS: (0.0, 3650.0), Domain.MONTHS: (0.0, 600.0), Domain.HOURS: (0.0, 10_000.0), Domain.MONEY: (0.0, 1e6)}
_MEND_RANGE = "写成 [最小, 最大]，方括号和逗号用半角"  # half-width: YAML as typed


def plain(value: float, digits: int = 6) -> str:
    """Return *value* with at most *digits* significant digits, never as 5e-05."""
    return np.format_float_positional(value, precision=digits, unique=False, fractional=False, trim="-")


@dataclass(frozen=True)
class Parameter:
    """One number: *address* (dotted path in the scenario), *low* ≤ *value* ≤ *high*, what it rests on, where it stands."""

    address: str
    domain: Domain
    value: float
    low: float
    high: float
    evidence: Evidence
    place: str

    def at(self, value: float) -> Parameter:
        """Return the parameter with another *value*; `WrongCall` outside its range."""
        if not self.low <= value <= self.high:
            raise WrongCall(f"「{self.address}」的值 {value:g} 在范围 [{self.low:g}，{self.high:g}] 之外", where=self.place,
                            mend="取范围内的值，或在情景文件里改 range 并说明理由")
        return replace(self, value=float(value))


def read_parameter(field: Field, domain: Domain, sources: Sources) -> Parameter:
    """Read ``{value, range: [low, high], source | assumed}``.

    Errors: no range, a range that is reversed or does not hold the value, a number outside what *domain* allows, no
    evidence.
    """
    if not field.node.is_mapping:
        raise field.fail("参数要写成 {value: …, range: […], assumed: …}", "补上取值范围和理由")
    field.keys(("value", "range"), EVIDENCE_KEYS)
    value, (low, high) = field.at("value").number(), _range(field.at("range"))
    bottom, top = _BOUNDS[domain]
    for part, number in (("value", value), ("range", low), ("range", high)):
        if not bottom <= number <= top:
            raise field.at(part).fail(f"{domain.label}应在 {bottom:g} 至 {top:g} 之间，读到 {number:g}", "核对数值和单位")
    if not low <= value <= high:
        raise field.at("value").fail(f"值 {value:g} 在自己的范围 [{low:g}，{high:g}] 之外", "改值，或放宽 range 并说明理由")
    place = f"{field.node.file} › 第{field.node.line}行"
    return Parameter(field.path, domain, value, low, high, read_evidence(field, sources), place)


def _range(field: Field) -> tuple[float, float]:
    ends = field.items() if field.node.is_list else ()
    if len(ends) != 2:
        raise field.fail(f"范围要写两个数，读到 {len(ends)} 个", _MEND_RANGE)
    low, high = ends[0].number(), ends[1].number()
    if low > high:
        raise field.fail(f"范围颠倒：{low:g} 大于 {high:g}", _MEND_RANGE)
    return low, high
