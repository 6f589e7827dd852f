"""The figures printed in the five source documents (data/sources): rows, charts that may be drawn, sums that hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, did_you_mean
from fangkong_lab.shipped import shipped

if TYPE_CHECKING:
    import pandas as pd

HEADERS = {
    "figure_id": "编号", "article": "篇目", "place": "地方", "organisation": "单位", "indicator": "指标",
    "value": "数值", "count_unit": "计量单位", "qualifier": "精确度", "period_start": "期初", "period_end": "期末",
    "phrase": "原文", "note": "说明",
}


@cache
def _read(name: str) -> pd.DataFrame:
    import pandas as pd

    frame = pd.read_csv(shipped("data", "sources", f"{name}.csv"), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    if name == "figures":
        frame["value"] = pd.to_numeric(frame["value"])
    return frame


def documents() -> pd.DataFrame:
    """Return one row per document: document, model, title, text_kind, published, reliability (all text)."""
    return _read("documents").copy()


def models() -> dict[str, str]:
    """Return the county models that have a document: model name → title of the document, in document order."""
    frame = _read("documents")
    return dict(zip(frame["model"], frame["title"], strict=True))


def figures(model: str | None = None) -> pd.DataFrame:
    """Return the figures, all or of one *model* (沙洋, 五小, 扬中, 宁国, 瑞安): columns of tables.md, *value* as float.

    Empty text means that the document does not say (未载). Raises `BadInput` for an unknown model.
    """
    frame = _read("figures")
    if model is None:
        return frame.copy()
    return frame[frame["document"] == document_of(model)].reset_index(drop=True)


def document_of(model: str) -> str:
    """Return the document number (``"003"``) of *model*; `BadInput` names the near match."""
    known = models()
    if model not in known:
        raise BadInput(f"没有模式「{model}」的来源文献", mend=did_you_mean(model, tuple(known)))
    frame = _read("documents")
    return str(frame.loc[frame["model"] == model, "document"].iloc[0])


def groups(model: str) -> dict[str, pd.DataFrame]:
    """Return the sets of figures of *model* that share one 口径 and may stand in one chart, by group name.

    Each frame: title, count_unit, figure_id, label, note, value, qualifier; in the order of the document.
    """
    document_of(model)
    rows = _read("groups")
    rows = rows[rows["model"] == model].merge(_read("figures")[["figure_id", "value", "qualifier"]], on="figure_id")
    return {str(name): part.reset_index(drop=True) for name, part in rows.groupby("group", sort=False)}


def limits(model: str) -> pd.DataFrame:
    """Return what the document of *model* cannot tell: text and the figure_ids it is about."""
    document_of(model)
    frame = _read("limits")
    return frame[frame["model"] == model].reset_index(drop=True)


@dataclass(frozen=True)
class SumCheck:
    """A sum the document's own figures should obey: *total* against *parts* (value and figure_id each)."""

    what: str
    total_id: str
    total: float
    parts: tuple[tuple[str, float], ...]

    @property
    def holds(self) -> bool:
        """Say whether the parts add up to the total (to a thousandth)."""
        return abs(sum(v for _, v in self.parts) - self.total) < 1e-3

    def sentence(self) -> str:
        """Return the sum as it would be written on paper, with its verdict."""
        left = "+".join(f"{v:g}" for _, v in self.parts)
        return f"{self.what}：{left}={sum(v for _, v in self.parts):g}，文中为{self.total:g}，{'相符' if self.holds else '不符'}"


def sums(model: str | None = None) -> tuple[SumCheck, ...]:
    """Return the sums that can be checked, all or those of *model*."""
    frame = _read("figures")
    value = dict(zip(frame["figure_id"], frame["value"].astype(float), strict=True))
    prefix = document_of(model) if model else ""
    checks = []
    for row in _read("sums").itertuples():
        if str(row.total_id).startswith(prefix):
            ids = str(row.part_ids).split("、")
            parts = tuple((i, value[i]) for i in ids)
            checks.append(SumCheck(str(row.what), str(row.total_id), value[str(row.total_id)], parts))
    return tuple(checks)
