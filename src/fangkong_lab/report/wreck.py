"""The notebook of a report whose worker died: what had been run, and the cell it died in, marked as such."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fangkong_lab.report.journal import read_journal
from fangkong_lab.report.order import Order


def wreck(order: Order, error: str) -> Any:
    """Return the notebook of *order* as far as its journal tells; the cell that was running carries *error*.

    The reader finds the last cell that was started; where none was, the first cell carries the error.
    """
    import nbformat

    notebook = nbformat.v4.new_notebook()
    lines = list(read_journal(Path(order.path("cells"))))
    ran = {line["cell"]: line for line in lines}
    cells = []
    for index in sorted(ran):
        cell = nbformat.v4.new_code_cell(ran[index]["source"], execution_count=ran[index].get("count"))
        cell.outputs = [nbformat.from_dict(output) for output in ran[index].get("outputs", [])]
        cells.append(cell)
    if not cells:
        cells = [nbformat.v4.new_code_cell("")]
    if not any(output["output_type"] == "error" for output in cells[-1].outputs):
        cells[-1].outputs.append(nbformat.v4.new_output("error", ename="中断", evalue=error, traceback=[error]))
    notebook.cells = [nbformat.v4.new_markdown_cell(f"# 失败：{order.title}\n\n最后一个单元格是出错的地方。"), *cells]
    notebook.metadata["fangkong"] = {"key": order.key, "title": order.title, "parameters": dict(order.parameters)}
    return notebook


def last_cell(order: Order) -> str:
    """Return the first line of the cell that was started last, for the error message; empty where none was."""
    started = [line["source"] for line in read_journal(Path(order.path("cells")))]
    lines = [line for line in started[-1].splitlines() if line.strip() and not line.startswith("#")] if started else []
    return lines[-1][:60] if lines else ""
