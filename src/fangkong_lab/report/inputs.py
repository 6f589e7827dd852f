"""Everything a report is made from, as hashes by group: what a manifest records and `fangkong verify` compares."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import fangkong_lab
from fangkong_lab.errors import BadInput
from fangkong_lab.report.order import Style
from fangkong_lab.report.snapshot import Snapshot
from fangkong_lab.shipped import shipped
from fangkong_lab.workspace import Workspace

Inputs = Mapping[str, Mapping[str, str]]
"""Group (台账， 规则， …) → name → hash or version."""

_PACKAGE = Path(fangkong_lab.__file__).parent
_WITHOUT = frozenset({"cli", "examples", "_shipped", "__pycache__"})
_LIBRARIES = ("docxtpl", "duckdb", "ipython", "matplotlib", "nbformat", "networkx", "numba", "numpy", "pandas", "papermill", "pyarrow",
              "python-docx", "scipy", "statsmodels", "typst")


@dataclass(frozen=True)
class SharedInputs:
    """The inputs that all reports of a batch have in common."""

    groups: Inputs

    def of(self, notebook: Path, request: Mapping[str, object]) -> dict[str, dict[str, str]]:
        """Return the inputs of one report: the shared ones, its template's cells and its *request*, with the content of files
        that it names (in full).
        """
        asked = {name: json.dumps(value, ensure_ascii=False, sort_keys=True) for name, value in sorted(request.items())}
        files = {f"{name} 的内容": _file_hash(Path(str(value))) for name, value in sorted(request.items()) if _is_file(value)}
        own = {"笔记本": {notebook.name: notebook_source_hash(notebook)}, "请求": asked | files}
        return {group: dict(values) for group, values in self.groups.items()} | own


def shared_inputs(workspace: Workspace, snapshot: Snapshot | None, style: Style) -> SharedInputs:
    """Return what all reports of *workspace* made now in *style* depend on."""
    template = {"公文模板": _file_hash(Path(style.template))} if style.template else {}
    return SharedInputs({
        "台账": snapshot.hashes() if snapshot else {},
        "规则": _folder(shipped("data", "policies")) | {f"本单位/{n}": h for n, h in _folder(workspace.root / "policies").items()},
        "情景": _folder(shipped("data", "scenarios")),
        "文献数字": _folder(shipped("data", "sources")),
        "程序": program_hashes(),
        "版本": versions(),
        "设置": {"办公室": workspace.office, "隐去人数": str(workspace.suppress_below), "PDF": style.pdf, **template},
    })


def fingerprint(inputs: Inputs) -> str:
    """Return the SHA-256 of *inputs*: equal exactly where nothing a report depends on has changed."""
    return hashlib.sha256(json.dumps(inputs, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def program_hashes() -> dict[str, str]:
    """Return the hash of each folder of the program a report may run (the command line is none of them)."""
    folders = sorted(p for p in _PACKAGE.iterdir() if p.is_dir() and p.name not in _WITHOUT)
    ground = hashlib.sha256(b"".join(_file_hash(p).encode() for p in sorted(_PACKAGE.glob("*.py")))).hexdigest()
    return {"基础": ground} | {folder.name: _tree_hash(folder) for folder in folders}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that a report's numbers, pictures and files come from."""
    return {"python": platform.python_version(), "fangkong-lab": fangkong_lab.__version__} | {n: metadata.version(n) for n in _LIBRARIES}


def notebook_source_hash(path: Path) -> str:
    """Return the hash of a template's cells (kind, source, tags), without outputs and ids; of its bytes where it is no notebook."""
    data = path.read_bytes()
    try:
        cells = json.loads(data)["cells"]
        said = [[c["cell_type"], "".join(c["source"]), sorted(c.get("metadata", {}).get("tags", []))] for c in cells]
    except (ValueError, KeyError, TypeError):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def own_templates(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return, sorted, those of the templates *paths* whose cells are not those of the shipped template of the same name.

    An office changed them, or they were copied before an upgrade: either way it should know that they are used.
    """
    return tuple(p for p in sorted(set(paths)) if notebook_source_hash(p) != notebook_source_hash(shipped("notebooks", "reports", p.name)))


def _is_file(value: object) -> bool:
    return isinstance(value, str) and Path(value).is_absolute() and Path(value).is_file()


def _folder(folder: Path) -> dict[str, str]:
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts] if folder.is_dir() else []
    return {p.relative_to(folder).as_posix(): _file_hash(p) for p in files}


def _tree_hash(folder: Path) -> str:
    return hashlib.sha256(json.dumps(_folder(folder), sort_keys=True).encode()).hexdigest()


def _file_hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(f"文件无法读取（{error.strerror}）", where=str(path), mend="检查文件是否存在、是否有读取权限") from error
