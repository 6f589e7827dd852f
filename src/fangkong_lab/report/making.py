"""Making one report in this process: run the notebook, write every format to the partial folder, say how it went."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from fangkong_lab.errors import FangkongError, StoreBusy
from fangkong_lab.report.content import Content
from fangkong_lab.report.hashes import content_hash, notebook_hash
from fangkong_lab.report.journal import Journal
from fangkong_lab.report.order import Engine, Format, Order, Outcome, PdfMaker
from fangkong_lab.report.reading import read

PASSING_ERRORS = frozenset({errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE,
                            errno.ETIMEDOUT, errno.EIO})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
DISK = FULL | DENIED
"""What a disk or a folder says that will not let itself be written to."""
_PASSING_NAMES = frozenset({StoreBusy.__name__, "BlockingIOError", "InterruptedError"})


class CellFailed(Exception):
    """A cell of the notebook raised; *notebook* is as far as it ran."""

    def __init__(self, name: str, value: str, notebook: Any) -> None:
        self.name, self.value, self.notebook = name, value, notebook
        super().__init__(name, value)


def make(order: Order) -> Outcome:
    """Make the report of *order* in its partial folder and return how it ended.

    A failing cell, a full disk, a locked store are outcomes; anything else is a fault of ours or of a library and ends
    the worker, whose log then says what it was.
    """
    started, known = time.monotonic(), set(sys.modules)
    journal = Journal(Path(order.path("cells")))
    try:
        hashes, missing = _written(order, journal)
        outcome = Outcome(order.key, hashes=hashes, missing=missing)
    except CellFailed as failure:
        outcome = _failed_cell(order, failure)
    except OSError as error:
        outcome = Outcome(order.key, error=disk_words(error), passing=error.errno in PASSING_ERRORS)
    except FangkongError as error:
        outcome = Outcome(order.key, error=str(error), passing=isinstance(error, StoreBusy))
    finally:
        journal.close()
    record = outcome.record() | {"seconds": round(time.monotonic() - started, 3),
                                 "modules": tuple(m for m in list(sys.modules) if m not in known)}
    return Outcome.of(record)


def disk_words(error: OSError) -> str:
    """Return what went wrong with the disk in words an office can act on."""
    where = f"（{error.filename}）" if error.filename else ""
    if error.errno in FULL:
        return f"磁盘空间不足，未能写出{where}。请清理磁盘后重新运行同一命令"
    if error.errno in DENIED:
        return f"没有写入权限{where}。请检查文件夹权限后重新运行同一命令"
    return f"读写文件出错{where}：{error.strerror or error}。请重新运行同一命令"


def _written(order: Order, journal: Journal) -> tuple[dict[str, str], str]:
    notebook = execute(order, journal)
    content = read(notebook, order.title, order.office, order.marks, order.day)
    hashes = {"ipynb": _write_notebook(order, notebook)}
    for ending in order.formats:
        hashes[ending] = _write(order, content, Format.read(ending))
    return hashes, _missing(order, content)


def _missing(order: Order, content: Content) -> str:
    if Format.PDF.value not in order.formats:
        return ""
    from fangkong_lab.report.pdf import missing_characters

    return missing_characters(content)


def _write_notebook(order: Order, notebook: Any) -> str:
    import nbformat

    with open(order.path("ipynb"), "w", encoding="utf-8") as file:
        nbformat.write(notebook, file)
    return notebook_hash(notebook)


def _write(order: Order, content: Content, kind: Format) -> str:
    """Write *content* in one format and return its content hash."""
    path = Path(order.path(kind.value))
    if kind is Format.HTML:
        from fangkong_lab.report.html import page

        path.write_text(page(content), encoding="utf-8")
    elif kind is Format.DOCX:
        from fangkong_lab.report.office import docx_in

        path.write_bytes(docx_in(order.style.template, content))
    else:
        pieces = Path(order.path("pieces"))
        shutil.rmtree(pieces, ignore_errors=True)  # of an attempt that died
        pieces.mkdir()
        path.write_bytes(_pdf(order, content, pieces))
    return content_hash(path)


def _pdf(order: Order, content: Content, pieces: Path) -> bytes:
    if PdfMaker.read(order.style.pdf) is PdfMaker.TYPST:
        from fangkong_lab.report.pdf import pdf

        return pdf(content, pieces)
    from fangkong_lab.report.libreoffice import pdf_of
    from fangkong_lab.report.office import docx_in

    return pdf_of(docx_in(order.style.template, content), pieces)


def execute(order: Order, journal: Journal) -> Any:
    """Run the notebook of *order* and return it with its outputs; `CellFailed` where a cell raised."""
    import papermill

    from fangkong_lab.report.engines import engine_settings

    keep: list[Any] = []
    source = template_of(order.notebook)
    try:
        notebook = papermill.execute_notebook(
            source, None, parameters=dict(order.parameters), kernel_name="python3", progress_bar=False, cwd=order.cwd,
            request_save_on_cell_execute=False, **engine_settings(Engine.read(order.engine), keep, journal.watch))
    except papermill.PapermillExecutionError as error:
        raise CellFailed(error.ename, str(error.evalue), _labelled(order, keep[0])) from error
    return _labelled(order, notebook)


def template_of(path: str) -> Any:
    """Return the notebook at *path* as papermill takes it; a file that is none is an error of its own."""
    import nbformat

    from fangkong_lab.errors import BadInput

    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, KeyError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise BadInput("笔记本模板无法读取", where=path, mend=f"检查笔记本模板 {Path(path).name}") from error


def _labelled(order: Order, notebook: Any) -> Any:
    """Return *notebook* with the request in its metadata, and without the paths and the copy papermill puts there."""
    notebook.metadata["papermill"]["input_path"] = Path(order.notebook).name
    notebook.metadata["papermill"]["output_path"] = None
    notebook.metadata["fangkong"] = {"key": order.key, "title": order.title, "parameters": dict(order.parameters),
                                     "marks": list(order.marks), "office": order.office}
    return notebook


def _failed_cell(order: Order, failure: CellFailed) -> Outcome:
    last = [line for line in failure.value.splitlines() if line.strip()]
    _write_notebook(order, failure.notebook)
    return Outcome(order.key, error=f"笔记本运行中断：{failure.name}：{last[-1] if last else '无说明'}", passing=failure.name in _PASSING_NAMES)


def prepare_process() -> dict[str, str]:
    """Return the environment of every worker: our own kernel, one thread, the same hashing, drawing without a screen.

    Arrow's allocator would start a thread at import; a process that is forked may have none.
    """
    wanted = {"JUPYTER_PREFER_ENV_PATH": "1", "MPLBACKEND": "agg", "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1",
              "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "PYTHONUTF8": "1",
              "PYDEVD_DISABLE_FILE_VALIDATION": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | wanted
