"""The papermill engine that runs a notebook inside this process, without a kernel: five times as fast as a fresh kernel.

`register` makes it known to papermill as ``fangkong``. The stock engine stays the reference: both give the same outputs
(tests/report/test_report_engines.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from papermill.engines import Engine, papermill_engines

NAME = "fangkong"
Watcher = Callable[[int, Any, bool], None]
"""Called with a cell's place, the cell, and whether it has ended."""


class InProcessEngine(Engine):  # type: ignore[misc]
    """Runs cells one after the other in a fresh `ReportShell`; stops at the first error, like papermill's own."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, watch: Watcher | None = None,
                                 keep: list[Any] | None = None, **settings: Any) -> None:
        """Run the notebook of *nb_man*; *watch* is told before and after each code cell, *keep* receives the notebook."""
        from fangkong_lab.report.shell import fresh_shell, notebook_modules

        if keep is not None:
            keep.append(nb_man.nb)
        shell = fresh_shell()
        with notebook_modules():
            for index, cell in enumerate(nb_man.nb.cells):
                if not cls._run(nb_man, shell, index, cell, watch):
                    return

    @classmethod
    def _run(cls, nb_man: Any, shell: Any, index: int, cell: Any, watch: Watcher | None) -> bool:
        if cell.cell_type != "code" or not cell.source.strip():
            return True
        if watch:
            watch(index, cell, False)
        nb_man.cell_start(cell, index)
        outputs, cell.execution_count = shell.run(cell.source)
        cell.outputs = [_node(output) for output in outputs]
        failed = any(o["output_type"] == "error" for o in outputs) and "raises-exception" not in cell.metadata.get("tags", [])
        if failed:
            nb_man.cell_exception(cell, index)
        nb_man.cell_complete(cell, index)
        if watch:
            watch(index, cell, True)
        return not failed


def _node(output: dict[str, Any]) -> Any:
    from nbformat import from_dict

    return from_dict(output)


def register() -> str:
    """Make the engine known to papermill and return its name."""
    papermill_engines.register(NAME, InProcessEngine)
    return NAME
