"""Rules that every shipped notebook keeps (docs: CONTRIBUTING, "Notebooks")."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from fangkong_lab.report.templates import TEMPLATES

ROOT = Path(__file__).parents[2] / "notebooks"
REPORTS = sorted((ROOT / "reports").glob("*.ipynb"))
LESSONS = sorted([*ROOT.glob("*.ipynb"), *(ROOT / "lessons").glob("*.ipynb")])
TRIO = {"pandas", "numpy", "matplotlib", "IPython", "pathlib", "datetime"}
LONGEST_CELL = 12
PROSE_PER_LINE = 6


def read(path: Path):
    return nbformat.read(path, as_version=4)


def code(notebook) -> list:
    return [c for c in notebook.cells if c.cell_type == "code"]


def tree(cell) -> ast.AST:
    return ast.parse("\n".join("" if line.startswith(("%", "!")) else line for line in cell.source.splitlines()))


def imported(notebook) -> set[str]:
    names = set()
    for node in (n for c in code(notebook) for n in ast.walk(tree(c))):
        if isinstance(node, ast.Import):
            names |= {a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.split(".")[0])
    return names


def test_there_are_notebooks():
    assert {p.name for p in REPORTS} == {t.notebook for t in TEMPLATES.values()}
    assert any(p.name == "00_start_here.ipynb" for p in LESSONS)


@pytest.mark.parametrize("path", REPORTS + LESSONS, ids=lambda p: p.name)
def test_opening_and_closing(path):
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert all(word in cells[0].source for word in ("问题", "读者", "数据", "日期"))
    assert cells[-1].cell_type == "markdown"
    assert re.search(r"局限|不能说明|没有说明|不说明", cells[-1].source)


@pytest.mark.parametrize("path", REPORTS + LESSONS, ids=lambda p: p.name)
def test_imports_and_cell_length(path):
    notebook = read(path)
    assert imported(notebook) <= TRIO | {"fangkong_lab"}
    for cell in code(notebook):
        assert len(cell.source.splitlines()) <= LONGEST_CELL


@pytest.mark.parametrize("path", REPORTS, ids=lambda p: p.name)
def test_report_template(path):
    notebook = read(path)
    template = next(t for t in TEMPLATES.values() if t.notebook == path.name)
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1
    assigned = [t.id for n in ast.parse(tagged[0].source).body if isinstance(n, ast.Assign) for t in n.targets]
    assert assigned == [p.name for p in template.parameters]
    for cell in code(notebook):
        assert not cell.outputs
        assert cell.execution_count is None
        assert not any(isinstance(n, ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.For | ast.While) for n in ast.walk(tree(cell)))


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.name)
def test_lesson_prose(path):
    notebook = read(path)
    words = sum(len(re.findall(r"[\u4e00-\u9fff]|[A-Za-z]+", c.source)) for c in notebook.cells if c.cell_type == "markdown")
    lines = sum(len([x for x in c.source.splitlines() if x.strip()]) for c in code(notebook))
    assert words >= PROSE_PER_LINE * lines
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if cell.cell_type == "code":
            assert before.cell_type == "markdown", f"no sentence before: {cell.source[:60]}"
