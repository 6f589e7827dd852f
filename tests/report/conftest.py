"""What report tests share: a tiny template, quiet plans, and the golden county in a workspace of its own."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.report.batch import Plan
from fangkong_lab.report.request import Parameter, Template, make_request
from fangkong_lab.workspace import read_workspace

TINY = Template("tiny", "小报告", "tiny.ipynb", "{word}小报告", (Parameter("word", "词", str),))


def _write_notebook(workspace, *cells: str, markdown: str = "# 小报告") -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.cells = [nbformat.v4.new_markdown_cell(markdown), nbformat.v4.new_code_cell('word = "甲"')]
    notebook.cells[1].metadata["tags"] = ["parameters"]
    notebook.cells += [nbformat.v4.new_code_cell(c) for c in cells]
    folder = workspace.notebooks_dir / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / "tiny.ipynb")


@pytest.fixture
def tiny(workspace):
    """``tiny(*cells)`` writes the template; ``tiny.ask(*words)`` gives requests for it."""

    class Tiny:
        def __call__(self, *cells: str, markdown: str = "# 小报告"):
            _write_notebook(workspace, *cells, markdown=markdown)
            return self

        def ask(self, *words: str):
            return [make_request(TINY, {"word": w}, workspace) for w in words]

    return Tiny()


@pytest.fixture
def quiet() -> Plan:
    return Plan(workers=2, progress=False)


@pytest.fixture(scope="session")
def frozen_program(tmp_path_factory) -> dict[str, str]:
    """The environment of a command whose program stands still: a copy, since a developer may be editing the checkout."""
    root, copy = Path(__file__).parents[2], tmp_path_factory.mktemp("program")
    for folder in ("src", "notebooks", "data"):
        shutil.copytree(root / folder, copy / folder, ignore=shutil.ignore_patterns("scratch", ".ipynb_checkpoints"))
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(copy / "src"), "PYTHONHASHSEED": "0"}


@pytest.fixture(scope="session")
def county(tmp_path_factory):
    """A workspace with the golden county imported; nobody writes into its store."""
    root = tmp_path_factory.mktemp("county")
    (root / "fangkong.toml").write_text('office = "试验研究室"\nas_of = 2016-12-31\n', encoding="utf-8")
    here = os.getcwd()
    os.chdir(root)
    try:
        assert main(["demo-data", "--golden"]) == 0
    finally:
        os.chdir(here)
    return read_workspace(root)
