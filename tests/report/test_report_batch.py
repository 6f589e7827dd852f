"""Batches: one failure apart, nothing half-written, the same content whatever the number of workers."""

import nbformat
import pytest

from fangkong_lab.report import status
from fangkong_lab.report.batch import Plan, run_batch
from fangkong_lab.report.request import Parameter, Template, make_request

QUIET = Plan(workers=2, progress=False)
TINY = Template("tiny", "小报告", "tiny.ipynb", "{word}小报告", (Parameter("word", "词", str),))


def write_notebook(workspace, *cells: str) -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.cells = [nbformat.v4.new_markdown_cell("# 小报告"), nbformat.v4.new_code_cell('word = "甲"')]
    notebook.cells[1].metadata["tags"] = ["parameters"]
    notebook.cells += [nbformat.v4.new_code_cell(c) for c in cells]
    folder = workspace.notebooks_dir / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / "tiny.ipynb")


def ask(workspace, *words: str):
    return [make_request(TINY, {"word": w}, workspace) for w in words]


@pytest.fixture
def batch(workspace):
    write_notebook(workspace, 'print("词：" + word)\nif word == "乙":\n    raise ValueError("第二份\\n表缺列")')
    return workspace, run_batch(ask(workspace, "甲", "乙", "丙"), workspace, QUIET)


def test_one_failure_does_not_stop_the_rest(batch):
    workspace, result = batch
    folder = workspace.reports_dir / "小报告"
    assert [a.state for a in result.attempts] == ["done", "failed", "done"]
    assert sorted(p.name for p in folder.iterdir()) == [
        "丙小报告.html", "丙小报告.ipynb", "丙小报告.manifest.json", "甲小报告.html", "甲小报告.ipynb", "甲小报告.manifest.json"]
    assert result.exit_code == 1
    assert "完成 2 份" in result.sentence()
    assert "乙小报告" in result.sentence()
    assert "表缺列" in result.sentence()


def test_the_failed_notebook_is_kept_and_named(batch):
    workspace, result = batch
    kept = workspace.reports_dir / "失败" / "乙小报告.ipynb"
    assert "失败/乙小报告.ipynb" in result.failed[0].error
    assert "ValueError" in kept.read_text(encoding="utf-8")
    assert not (workspace.reports_dir / ".partial").exists()


def test_the_index_puts_failures_first(batch):
    workspace, _ = batch
    page = (workspace.reports_dir / "index.html").read_text(encoding="utf-8")
    assert page.index("失败 1 份") < page.index("小报告（3 份）")
    assert page.count(".ipynb\"") == 2


def test_the_ledger_survives_a_cut_line(batch):
    workspace, result = batch
    with (workspace.reports_dir / status.LEDGER_NAME).open("a", encoding="utf-8") as ledger:
        ledger.write('{"key": "cut o')
    assert {a.key for a in status.latest(workspace.reports_dir)} == {a.key for a in result.attempts}


def test_parameters_are_recorded_in_the_notebook(batch):
    workspace, _ = batch
    made = nbformat.read(workspace.reports_dir / "小报告" / "丙小报告.ipynb", as_version=4)
    assert made.metadata["papermill"]["parameters"] == {"word": "丙"}
    assert any(o.get("text") == "词：丙\n" for c in made.cells if c.cell_type == "code" for o in c.outputs)


def test_a_dead_kernel_fails_one_report(workspace):
    write_notebook(workspace, 'import os, signal\nif word == "乙":\n    os.kill(os.getpid(), signal.SIGKILL)')
    result = run_batch(ask(workspace, "甲", "乙"), workspace, Plan(workers=1, progress=False))
    assert [a.state for a in result.attempts] == ["done", "failed"]


def test_a_template_that_cannot_be_run_fails_its_report_only(workspace):
    (workspace.notebooks_dir / "reports").mkdir(parents=True)
    (workspace.notebooks_dir / "reports" / "tiny.ipynb").write_text("{}", encoding="utf-8")
    result = run_batch(ask(workspace, "甲"), workspace, Plan(workers=1, progress=False))
    assert result.exit_code == 1
    assert "tiny.ipynb" in result.failed[0].error
