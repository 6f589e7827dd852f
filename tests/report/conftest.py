"""What report tests share: a tiny template, quiet plans, and the golden county in a workspace of its own."""

import os
import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from docx import Document

from fangkong_lab.cli.main import main
from fangkong_lab.report.batch import Plan
from fangkong_lab.report.content import Content, Heading, Paragraph, Picture, Span, Table
from fangkong_lab.report.request import Parameter, Template, make_request
from fangkong_lab.show.canvas import canvas, png
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


class Seen(HTMLParser):
    """What a browser sees of a page: *rows* of table cells, all *text*, and every element's *tags* and *attributes*."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._open = False

    def handle_data(self, data):
        self.text += data
        if self._open:
            self.rows[-1][-1] += data.strip()


@pytest.fixture(scope="session")
def seen():
    """``seen(path)`` reads a page as a browser would, with Python's own parser."""
    return lambda path: Seen(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def framed() -> Content:
    """A report to put into offices' templates: two chapters, a table of several pages, a picture, rare characters."""
    def heading(level: int, text: str, anchor: str) -> Heading:
        return Heading(level, (Span(text),), anchor)

    title = "喆龑㙍县廉政风险防控评估报告（纪委内部）"
    rows = tuple((f"S{n:04d}", "干部任用" * 3, str(n)) for n in range(80))
    with canvas(60) as (figure, axes):
        axes[0].bar(["甲", "乙"], [1, 2])
        picture = Picture(png(figure), "两个单位", "条形图：乙是甲的两倍", "来源：试验")
    return Content(title, (heading(1, title, "fk-1"), heading(2, "一、情况", "fk-2"), Paragraph((Span("共三项。"),)),
                           Table(("编号", "事项", "数量"), rows, (False, False, True), "很长的表", "只作试验。"), picture,
                           heading(2, "二、名字", "fk-3"), heading(3, "（一）又一层", "fk-4"), Paragraph((Span("喆、龑、㙍"),))),
                   "试验研究室", ("模拟数据", "内部"), "2016-12-31")


@pytest.fixture(scope="session")
def changed():
    """``changed(folder, change)`` writes a template there after *change* was done to its document."""
    def write(folder: Path, change) -> Path:
        document = Document()
        change(document)
        path = folder / "公文.docx"
        document.save(path)
        return path

    return write


@pytest.fixture(scope="session")
def template(changed):
    """``template(folder, *lines)`` writes a template of these paragraphs there."""
    return lambda folder, *lines: changed(folder, lambda document: [document.add_paragraph(text) for text in lines])


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
