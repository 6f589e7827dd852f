"""The workbook of a model comparison: every table a sheet, text as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.models.comparison import Comparison
from fangkong_lab.models.first_page import five_sentences
from fangkong_lab.models.observed import observed
from fangkong_lab.whole import whole

if TYPE_CHECKING:
    import pandas as pd

WIDEST = 60


def write_model_book(comparison: Comparison, path: Path) -> None:
    """Write the comparison's tables to *path* (xlsx), first under another name; text never becomes a formula."""
    import xlsxwriter

    with whole(path) as part, xlsxwriter.Workbook(part, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        first = book.add_worksheet("结论")
        first.set_column(0, 0, 110, book.add_format({"text_wrap": True, "valign": "top"}))
        for number, line in enumerate(five_sentences(comparison)):
            first.write_string(number, 0, f"{number + 1}．{line}")
        for name, frame in _sheets(comparison).items():
            _sheet(book, name, frame)


def _sheets(comparison: Comparison) -> dict[str, pd.DataFrame]:
    features, seen = comparison.features, observed(comparison.features.cards)
    return {"规则对照": features.table(), "逐格出处": features.long(), "相似度": features.similarity(), "套用结果": comparison.table(),
            "各读法": comparison.readings(), "各做法改动": comparison.changes(), "留下与管住": comparison.left_open(),
            "先后套用": comparison.mixture_table(), "自述产出": seen.figures(), "产出能否比较": seen.table()}


def _sheet(book, name: str, frame: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    sheet = book.add_worksheet(name)
    bold, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    for at, column in enumerate(frame.columns):
        values = list(frame[column])
        sheet.set_column(at, at, min(WIDEST, 4 + 2 * max([len(str(column)), *(len(str(v)) for v in values[:200])], default=8)))
        sheet.write_string(0, at, str(column), bold)
        for row, value in enumerate(values, start=1):
            if isinstance(value, str):
                sheet.write_string(row, at, value, wrap)
            elif value == value:
                sheet.write_number(row, at, float(value))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(1, len(frame)), len(frame.columns) - 1)
