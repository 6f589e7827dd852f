"""What a worker imports before its reports: no figure is computed, no thread may be started.

The engine first, then what a template's cells name, then what the first report of its kind turned out to need.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

FIRST = ("papermill", "nbformat", "nbformat.v4", "ipykernel.jsonutil", "IPython.core.interactiveshell", "mistune",
         "fangkong_lab.report.making", "fangkong_lab.report.engines", "fangkong_lab.report.shell", "fangkong_lab.report.html")
ROOTS = ("fangkong_lab", "numpy", "pandas", "scipy", "matplotlib", "networkx", "statsmodels", "patsy", "numba", "llvmlite", "duckdb",
         "pyarrow", "papermill", "nbformat", "IPython", "ipykernel", "mistune", "docx", "docxtpl", "lxml", "PIL", "mpl_toolkits",
         "jupyter_client", "jinja2", "typst", "dateutil", "yaml", "_duckdb")


def preload() -> None:
    """Import what runs and writes any report; what its own cells need follows by `imports_of` and `learn`."""
    for name in FIRST:
        importlib.import_module(name)
    _warm()


def _warm() -> None:
    """Let the libraries build what they build once and keep: the schema of notebooks, the fonts of charts."""
    import nbformat

    from fangkong_lab.show.canvas import warm

    nbformat.validate(nbformat.v4.new_notebook())
    warm()


def imports_of(notebook: str) -> tuple[str, ...]:
    """Return the modules that the cells of the *notebook* (a path) import by name; none where it cannot be read.

    A name imported from a module is given as a module too: it may be one.
    """
    try:
        cells = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
        trees = [ast.parse("".join(c["source"])) for c in cells if c["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError, SyntaxError):  # magics, or no notebook: the run itself will tell
        return ()
    names: dict[str, None] = {}
    for node in (n for tree in trees for n in ast.walk(tree)):
        if isinstance(node, ast.Import):
            names.update(dict.fromkeys(a.name for a in node.names))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names[node.module] = None
            names.update(dict.fromkeys(f"{node.module}.{a.name}" for a in node.names))
    return tuple(names)


def learn(modules: Sequence[str], avoid: Collection[str] = ()) -> str:
    """Import what a report turned out to need, as far as it belongs to libraries we know; *avoid* is left alone.

    Return the module whose import started a thread (this process may then not be forked any more), or an empty text.
    """
    for name in modules:
        if name.split(".")[0] not in ROOTS or name in avoid or name in sys.modules:
            continue
        try:
            importlib.import_module(name)
        except ImportError:  # a name that a library only put into sys.modules
            continue
        if len(threads()) > 1:
            return name
    return ""


def threads() -> list[str]:
    """Return the names of this process's threads as the system sees them (Linux), else as Python does."""
    tasks = Path("/proc/self/task")
    if not tasks.exists():
        return [t.name for t in threading.enumerate()]
    return sorted((tasks / t / "comm").read_text(encoding="utf-8").strip() for t in os.listdir(tasks))
