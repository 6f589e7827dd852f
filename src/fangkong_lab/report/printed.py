"""The numbers that a finished report prints, read once from its notebook: the table of figures, and what documents state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fangkong_lab.errors import BadInput
from fangkong_lab.models.observed import COLUMNS as OBSERVED
from fangkong_lab.report.typed import MIME, Block

ANNEX = "指标表"


@dataclass(frozen=True)
class Printed:
    """*figures*: key → the value beside it in the annex 指标表; *cited*: number of a document's figure → its value."""

    figures: Mapping[str, str]
    cited: Mapping[str, str]


def printed_in(notebook: Path) -> Printed:
    """Return what the executed *notebook* prints; every format of the report is written from it.

    Tables are known by their columns and caption; a report without them prints nothing. Raises `BadInput` where the
    file cannot be read as a notebook.
    """
    figures: dict[str, str] = {}
    cited: dict[str, str] = {}
    for table in _tables(notebook):
        if table["caption"] == ANNEX:
            figures |= _pairs(table, "编号", "数值")
        elif tuple(table["columns"]) == OBSERVED:
            cited |= _pairs(table, "编号", "数值")
    return Printed(figures, cited)


def _pairs(table: Block, key: str, value: str) -> dict[str, str]:
    at, of = table["columns"].index(key), table["columns"].index(value)
    return {row[at]: row[of] for row in table["rows"]}


def _tables(notebook: Path) -> Iterator[Block]:
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        shown = [block for cell in cells for output in cell.get("outputs", ()) for block in output.get("data", {}).get(MIME, ())]
    except OSError as error:
        raise BadInput(f"报告文件打不开（{error.strerror}）", where=str(notebook), mend="重新生成这份报告") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput("报告的笔记本已损坏", where=str(notebook), mend="重新生成这份报告") from error
    return (block for block in shown if block["kind"] == "table")
