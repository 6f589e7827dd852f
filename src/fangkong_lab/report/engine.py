"""One report: run the notebook, render the page, and only then give both their final names."""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fangkong_lab.errors import ReportFailed
from fangkong_lab.report.request import ReportRequest
from fangkong_lab.report.status import Attempt, State
from fangkong_lab.workspace import Workspace

PARTIAL = ".partial"
FAILED = "失败"


@dataclass(frozen=True)
class Job:
    """A request with the place its files go to: ``<folder>/<group>/<name>.ipynb`` and ``.html``."""

    request: ReportRequest
    workspace: Workspace
    folder: Path
    name: str

    def target(self, ending: str) -> Path:
        """Return the final path of the file with *ending*."""
        return self.folder / self.request.group / f"{self.name}.{ending}"

    def partial(self, ending: str) -> Path:
        """Return the temporary path of the same file, in a folder that nobody opens."""
        return self.folder / PARTIAL / f"{self.name}.{os.getpid()}.{ending}"


def run_job(job: Job) -> Attempt:
    """Make one report and return how it ended; a failure is an `Attempt`, never an exception of the notebook.

    The failed notebook, with its last outputs, is kept under ``失败/`` for whoever mends it.
    """
    started = time.monotonic()
    prepare_process()
    try:
        content = _make(job)
    except ReportFailed as failure:
        return _attempt(job, State.FAILED, started, error=str(failure))
    return _attempt(job, State.DONE, started, content_hash=content)


def prepare_process() -> None:
    """Set what the notebook's kernel inherits: our own kernel, no user start-up files, one thread, no drawing twice."""
    os.environ.update(JUPYTER_PREFER_ENV_PATH="1", MPLBACKEND="agg", PYTHONHASHSEED="0", OPENBLAS_NUM_THREADS="1",
                      OMP_NUM_THREADS="1", PYTHONUTF8="1", PYDEVD_DISABLE_FILE_VALIDATION="1")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _attempt(job: Job, state: State, started: float, content_hash: str = "", error: str = "") -> Attempt:
    return Attempt(key=job.request.key(), title=job.request.title, group=job.request.group, name=job.name,
                   state=state.value, seconds=round(time.monotonic() - started, 2), content_hash=content_hash, error=error)


def _make(job: Job) -> str:
    from fangkong_lab.report.html import page

    notebook = _execute(job)
    title = job.request.title
    html = job.partial("html")
    html.write_text(page(notebook, title, f"{job.workspace.office} · {title}", job.request.marks), encoding="utf-8")
    job.target("html").parent.mkdir(parents=True, exist_ok=True)
    os.replace(job.partial("ipynb"), job.target("ipynb"))
    os.replace(html, job.target("html"))
    return content_hash(notebook)


def _execute(job: Job) -> Any:
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException

    target = job.partial("ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        papermill.execute_notebook(
            str(job.request.template.path(job.workspace)), str(target), parameters=job.request.parameters(),
            kernel_name="python3", progress_bar=False, cwd=str(job.workspace.root), request_save_on_cell_execute=False,
            extra_arguments=["--log-level=CRITICAL"],
        )
    except (PapermillException, DeadKernelError, CellTimeoutError, OSError) as error:
        raise ReportFailed(_short(error), where=job.request.title, mend=_keep_failed(job, target)) from error
    return nbformat.read(str(target), as_version=4)


def _short(error: Exception) -> str:
    """Return the last line of the notebook's error: what the reader can act on."""
    name = getattr(error, "ename", type(error).__name__)
    value = getattr(error, "evalue", "") or str(error)
    last = [line for line in str(value).splitlines() if line.strip()]
    return f"笔记本运行中断：{name}：{last[-1] if last else '无说明'}"


def _keep_failed(job: Job, target: Path) -> str:
    if not target.exists():
        return "检查磁盘空间和写入权限"
    kept = job.folder / FAILED / f"{job.name}.ipynb"
    kept.parent.mkdir(parents=True, exist_ok=True)
    os.replace(target, kept)
    return f"打开 {kept.relative_to(job.folder)} 查看出错的单元格"


def content_hash(notebook: Any) -> str:
    """Return the SHA-256 of what the notebook says: sources and outputs, without times, cell ids and run numbers."""
    said = [[cell.cell_type, cell.source, _outputs(cell)] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _outputs(cell: Any) -> list[Any]:
    kept = []
    for output in cell.get("outputs", []):
        kept.append({k: v for k, v in output.items() if k in ("output_type", "data", "text", "name", "ename", "evalue")})
    return kept
