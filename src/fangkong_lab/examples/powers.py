"""The power items of a unit: names, categories, what they are worth, and which chart or simple chain they follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fangkong_lab.examples.archetypes import Known, known
from fangkong_lab.examples.dealing import Chart
from fangkong_lab.examples.office import Office
from fangkong_lab.streams import stream

_VERBS: dict[str, tuple[str, ...]] = {
    "行政许可": ("许可", "变更许可", "延续许可"), "行政处罚": ("违法处罚", "违规处罚"), "行政征收": ("费用征收", "减免缓征"),
    "行政强制": ("查封扣押", "强制执行"), "行政监管": ("日常监管", "年度监管"), "行政检查": ("专项检查", "随机抽查"),
    "行政审批": ("审批", "变更审批"), "行政裁决": ("争议裁决", "权属裁决"), "行政给付": ("补助发放", "资金给付"),
    "行政确认": ("确认登记", "资格确认"), "行政奖励": ("表彰奖励", "先进评定"), "非行政许可审批": ("审核转报", "备案审查"),
    "领导班子权责": ("重大事项决策", "年度计划审定"), "人事管理": ("岗位任用", "考核评优"), "财务管理": ("经费报销", "支出核销"),
    "资产物资": ("物资调配", "资产处置"), "专项资金": ("专项资金分配", "专项资金拨付"), "工程项目": ("工程立项", "工程变更", "工程验收"),
    "政府采购": ("采购", "设备采购"), "其他": ("证明出具", "信息变更"),
}
_MONEY = frozenset({"行政征收", "行政处罚", "行政给付", "财务管理", "资产物资", "专项资金", "工程项目", "政府采购"})
_MINOR = {"财务管理": "小资金", "专项资金": "小资金", "工程项目": "小项目", "政府采购": "小采购"}
_INNER = frozenset({"领导班子权责", "人事管理", "财务管理", "资产物资"})
_TIERED = frozenset({"行政处罚", "行政征收", "行政给付", "行政强制", "行政许可"})
_CHAINS = (known(2, 1, 1), known(3, 2, 1), known(4, 2, 1))
TIERED_SHARE = 239 / 742


@dataclass(frozen=True)
class Item:
    """One power item: its row, its chart (None: a simple chain or nothing drawn), and its known thresholds."""

    row: dict[str, object]
    chart: Chart | None
    archetype: str
    known: Known | None

    @property
    def item_id(self) -> str:
        """Code of the item."""
        return str(self.row["item_id"])

    @property
    def drawn(self) -> bool:
        """Whether anything says who signs."""
        return bool(self.chart or self.row["simple_flow"])


def items_of(office: Office, charts: Sequence[Chart], seed: int) -> list[Item]:
    """Return the items of *office*: one on every chart, a few with a simple chain, one with nothing, the rest spread."""
    draw = stream(seed, "items", office.unit_id)
    total, simple = office.place.items, office.place.items // 25
    spread = total - len(charts) - simple - 1
    weights = draw.pareto(1.5, len(charts)) + 0.2
    extra = draw.multinomial(spread, weights / weights.sum())
    plan: list[Chart | int | None] = [c for c, n in zip(charts, extra, strict=True) for _ in range(1 + int(n))]
    plan += [k % len(_CHAINS) for k in range(simple)]
    plan.append(None)
    names = _Names(office, draw)
    return [_item(office, k, what, names, draw) for k, what in enumerate(plan)]


class _Names:
    """Gives every item of a unit a name of its own: an object and a verb of its category."""

    def __init__(self, office: Office, draw: np.random.Generator) -> None:
        self._objects = [office.place.objects[int(k)] for k in draw.permutation(len(office.place.objects))]
        self._used: dict[str, int] = {}

    def next(self, category: str) -> tuple[str, str]:
        """Return (object, name)."""
        verbs, k = _VERBS[category], self._used.get(category, 0)
        self._used[category] = k + 1
        round_no, place = divmod(k, len(self._objects) * len(verbs))
        thing = self._objects[place % len(self._objects)]
        verb = verbs[place // len(self._objects)]
        return thing, f"{thing}{verb}" + (f"(第{round_no + 1}类)" if round_no else "")


def _item(office: Office, number: int, what: Chart | int | None, names: _Names, draw: np.random.Generator) -> Item:
    chart = what if isinstance(what, Chart) else None
    category = chart.category if chart else ("行政审批" if isinstance(what, int) else "其他")
    section = chart.seats.section if chart else 1 + number % (len(office.sections) - 1)
    thing, name = names.next(category)
    two = chart is not None and chart.archetype.second_signer and (
        chart.archetype.code == "window_two" or (category in ("行政许可", "行政审批") and draw.random() < 0.6))
    major = chart is not None and "ballot" in chart.archetype.code
    row: dict[str, object] = {
        "item_id": f"S{office.number + 1:02d}{number + 1:03d}", "unit_id": office.unit_id, "name": name,
        "category": category, "function": office.sections[section].name.removesuffix("股") + "管理", "subfunction": thing,
        "small": _MINOR.get(category, "") if draw.random() < 0.5 else "",
        "basis": f"《模拟县权力事项目录》第{number + 1}项", "served": _served(category, draw),
        "importance": "重大" if major else "一般",
        "major_stage": "决策" if major else ("执行" if category in ("工程项目", "政府采购") else "否"),
        "yearly_volume": 1 + round(float(draw.lognormal(3.2, 1.1))), "promised_days": int(draw.integers(2, 21)),
        "yearly_amount": round(float(draw.lognormal(4.0, 1.3)), 2) if category in _MONEY else None,
        "min_persons": 2 if two else 1, "flow_id": chart.flow_id if chart else "",
        "simple_flow": _simple(office, section, what) if isinstance(what, int) else ""}
    if chart:
        return Item(row, chart, chart.archetype.code, chart.known(2 if two else 1))
    return Item(row, None, f"simple{what + 2}" if isinstance(what, int) else "undrawn",
                _CHAINS[what] if isinstance(what, int) else None)


def _served(category: str, draw: np.random.Generator) -> str:
    return "本单位" if category in _INNER else ("公民", "企业", "公民、企业")[int(draw.integers(3))]


def _simple(office: Office, section: int, chain: int) -> str:
    part = office.sections[section]
    line = (part.clerk, part.chief, office.deputies[part.deputy], office.head)
    return ">".join(office.title(post) for post in line[:chain + 2])


def with_discretion(items: Sequence[Item], seed: int) -> list[Item]:
    """Return *items* with the column 自由裁量档: 239 in 742 have a tier from 1 to 3, those of penalties and the like first."""
    wanted = round(len(items) * TIERED_SHARE)
    draw = stream(seed, "discretion")
    lots = draw.random(len(items))
    order = sorted(range(len(items)), key=lambda k: (items[k].row["category"] not in _TIERED, lots[k]))
    tiers = {k: 1 + int(draw.integers(3)) for k in order[:wanted]}
    return [Item({**item.row, "discretion": tiers.get(k, 0)}, item.chart, item.archetype, item.known)
            for k, item in enumerate(items)]
