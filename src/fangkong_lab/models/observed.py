"""Observed outcomes side by side: only where 口径 allows; else the table says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from fangkong_lab.ledger import figures
from fangkong_lab.models.card import Card
from fangkong_lab.models.row import rows
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd

SECTIONS = ("执行", "产出")
COLUMNS = ("模式", "项目", "指标", "数值", "计量单位", "精确度", "期初", "期末", "编号")


@dataclass(frozen=True)
class Observed:
    """The figures that the cards cite for what was done and what came out."""

    cards: tuple[Card, ...]

    def figures(self) -> pd.DataFrame:
        """Return one row per cited figure: 模式, 项目, 指标, 数值, 计量单位, 精确度, 期初, 期末, 编号."""
        import pandas as pd

        frame = figures.figures().set_index("figure_id")
        found = []
        for card in self.cards:
            for row in rows():
                for figure_id in card.line(row.id).figure_ids if row.section in SECTIONS else ():
                    f = frame.loc[figure_id]
                    found.append((card.name, row.label, f["indicator"], f"{f['value']:g}", f["count_unit"], f["qualifier"],
                                  f["period_start"] or "未载", f["period_end"] or "未载", figure_id))
        return pd.DataFrame(found, columns=list(COLUMNS))

    def table(self) -> pd.DataFrame:
        """Return one row per pair of models and outcome row: 能否比较 and every reason why not."""
        import pandas as pd

        found = [(a.name, b.name, row.label, *_verdict(self._of(a, row.label), self._of(b, row.label), row.why))
                 for a, b in combinations(self.cards, 2) for row in rows() if row.section in SECTIONS
                 if len(self._of(a, row.label)) or len(self._of(b, row.label))]
        return pd.DataFrame(found, columns=["模式甲", "模式乙", "项目", "能否比较", "理由"])

    def _of(self, card: Card, label: str) -> pd.DataFrame:
        frame = self.figures()
        return frame[(frame["模式"] == card.name) & (frame["项目"] == label)]

    def sentence(self) -> str:
        """Return how many pairs can be compared, with an example of why not."""
        frame = self.table()
        can = int((frame["能否比较"] == "可比").sum())
        return (f"各模式自述的执行和产出数字共{len(self.figures())}个，成对相比{len(frame)}次，口径允许比较的{can}次。"
                "数字都是单位自述，多数没有分母，不能据以判断哪个模式更好。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), "data/sources/figures.csv")


def _verdict(one: pd.DataFrame, other: pd.DataFrame, why: str) -> tuple[str, str]:
    """Compare two sets of figures by indicator, unit of count and period; only full agreement of all lets them be compared."""
    if not len(one) or not len(other):
        return "不可比", "一方未载（未载不等于没有）"
    gaps = []
    if not set(one["指标"]) & set(other["指标"]):
        gaps.append("指标不同")
    if not set(one["计量单位"]) & set(other["计量单位"]):
        gaps.append("计量单位不同")
    if "未载" in {*one["期初"], *other["期初"], *one["期末"], *other["期末"]}:
        gaps.append("期间未载全")
    elif set(zip(one["期初"], one["期末"], strict=True)) != set(zip(other["期初"], other["期末"], strict=True)):
        gaps.append("期间不同")
    return ("不可比", "、".join([*gaps, why] if why else gaps)) if gaps else ("可比", "指标、计量单位和期间相同")


def observed(cards: Sequence[Card]) -> Observed:
    """Return the observed outcomes of *cards*."""
    return Observed(tuple(cards))
