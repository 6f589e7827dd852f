"""The key figures of a model comparison: items of the county as it is and under each model, and what the documents state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Verdict
from fangkong_lab.ledger import figures
from fangkong_lab.measure.key_figure import KeyFigure, Row
from fangkong_lab.models.measured import Measured
from fangkong_lab.models.practice import Reading
from fangkong_lab.network.influence import DIRECT, NONE
from fangkong_lab.network.thresholds import ItemThresholds
from fangkong_lab.report.printed import ANNEX
from fangkong_lab.show.prose import Listing

if TYPE_CHECKING:
    from fangkong_lab.show.model_pages import ModelPages

CITED = "figures"  # rows of data/sources/figures.csv, which is no table of the ledger
AS_IS = "现状"
_COLUMNS = ("编号", "数值", "计量单位", "台账行数")


@dataclass(frozen=True)
class _Counted:
    """A figure of a county that is a count of items: its *name* there, and whether an item surely and possibly counts."""

    name: str
    ends: Callable[[ItemThresholds], tuple[int, int]]


def _alone(mode: str) -> Callable[[ItemThresholds], tuple[int, int]]:
    def ends(each: ItemThresholds) -> tuple[int, int]:
        kappa = each.structure.kappa
        return (0, 0) if kappa is None else (int(kappa[mode].high == 1), int(kappa[mode].low == 1))
    return ends


def _stuck(each: ItemThresholds) -> tuple[int, int]:
    eta = each.structure.eta
    return (0, 0) if eta is None else (int(eta.high == 1), int(eta.low == 1))


_COUNTED = (_Counted("单人可办结", _alone(NONE.name)), _Counted("单人可令办结", _alone(DIRECT.name)), _Counted("单点堵点（一人可卡住）", _stuck),
            _Counted("待核实的制约环节", lambda e: (len(e.structure.idle),) * 2),
            _Counted("不能判定", lambda e: (int(e.status is Verdict.CANNOT_TELL),) * 2),
            _Counted("无法办结", lambda e: (int(e.under(NONE) is Verdict.CANNOT_BE_DONE),) * 2))


@dataclass(frozen=True)
class ModelFigures:
    """The figures of the comparison that *pages* show."""

    pages: ModelPages

    @cached_property
    def all(self) -> tuple[KeyFigure, ...]:
        """Every figure: the county as it is, under each model and reading, then what the documents state."""
        return (*self.listed, *self.cited())

    @cached_property
    def listed(self) -> tuple[KeyFigure, ...]:
        """The figures of the annex; those of the documents have their numbers in the chapter."""
        made = self.pages.comparison
        counties = [(AS_IS, made.as_is)] + [(f"{run.card.name}-{reading.label}", run.county[reading]) for run in made.runs for reading in Reading]
        return tuple(figure for where, county in counties for figure in self._county(where, county))

    def _county(self, where: str, county: Measured) -> Iterator[KeyFigure]:
        for kind in _COUNTED:
            ends = [(each.item.item_id, *kind.ends(each)) for each in county.items]
            rows = tuple(Row("power_items", (item,), float(low), float(high)) for item, low, high in sorted(ends) if high)
            found = county.figures[kind.name]
            basis = f"口径：权力事项；{self.pages.as_of}任职；{'现行流程' if where == AS_IS else '套用模式后的流程'}；任职不明的给出区间；反映制度设计"
            yield KeyFigure(f"套用-{where}-{kind.name}", found.text().removesuffix(found.unit), found.unit, basis, rows)

    def cited(self) -> Iterator[KeyFigure]:
        """Give the figures that the documents state about themselves, under their numbers in data/sources/figures.csv."""
        for row in self.pages.observed.figures().drop_duplicates("编号").to_dict("records"):
            value = float(row["数值"])
            basis = f"口径：{row['指标']}；期间 {row['期初']} 至 {row['期末']}；{row['精确度']}；文件自述，照录"
            yield KeyFigure(f"文件自述-{row['模式']}-{row['编号']}", str(row["数值"]), str(row["计量单位"]), basis,
                            (Row(CITED, (str(row["编号"]),), value, value),))


def model_annex(pages: ModelPages) -> Listing:
    """Return the annex 指标表 of the comparison: every count with its key."""
    import pandas as pd

    rows = [(f.key, f.value, f.unit, len(f.rows)) for f in ModelFigures(pages).listed]
    return Listing(pd.DataFrame(rows, columns=list(_COLUMNS)), caption=ANNEX,
                   note="用 fangkong trace 报告 编号 可查每个数由哪些事项得出。文件自述的数以「文件自述」表的编号查原文；平均数、相似度和推演不由台账的行相加得出，没有编号。")


@dataclass(frozen=True)
class Citation:
    """Where a figure is stated: line *row* of data/sources/figures.csv, the document's *article*, the *phrase* there."""

    document: str
    article: str
    phrase: str
    row: int

    def sentence(self) -> str:
        """Return the place as one Chinese line."""
        return f"data/sources/figures.csv 第{self.row}行：文献{self.document}《{self.article}》，原文「{self.phrase}」"


def citations(numbers: set[str]) -> Mapping[str, Citation]:
    """Return where each of the figures *numbers* is stated."""
    frame = figures.figures().reset_index(drop=True)
    return {str(r["figure_id"]): Citation(str(r["document"]), str(r["article"]), str(r["phrase"]), n)
            for n, r in enumerate(frame.to_dict("records"), start=2) if str(r["figure_id"]) in numbers}
