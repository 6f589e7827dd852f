"""The HTML page: one file, no script, no address, and nothing asked of the network in a real browser."""

import json
import re
import subprocess

import nbformat
import pytest

from fangkong_lab.kinds import Audience
from fangkong_lab.report.batch import Plan, report_path, run_batch
from fangkong_lab.report.html import page
from fangkong_lab.report.reading import read
from fangkong_lab.report.templates import all_requests, unit_requests


def notebook(*markdown: str):
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_markdown_cell(m) for m in markdown]
    return made


def test_contents_list_the_headings():
    text = page(read(notebook("# 报告", "## 一、结论", "正文", "## 二、口径"), "报告<题>", "页脚&"))
    assert re.search(r'<nav class="fk-contents".*一、结论.*二、口径.*</nav>', text)
    assert text.index("</h1>") < text.index("fk-contents\" aria")
    assert "<title>报告&lt;题&gt;</title>" in text
    assert "页脚&amp;" in text


def test_code_is_left_out_and_text_is_escaped():
    made = notebook("# 报告")
    made.cells.append(nbformat.v4.new_code_cell("secret_name = 1"))
    made.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="<script>alert(1)</script>")]
    text = page(read(made, "t", "f"))
    assert "secret_name" not in text
    assert "<script" not in text


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    from fangkong_lab.workspace import read_workspace

    root = tmp_path_factory.mktemp("office")
    (root / "fangkong.toml").write_text('office = "试验研究室"\nas_of = 2016-12-31\n', encoding="utf-8")
    workspace = read_workspace(root)
    return workspace, run_batch(all_requests(workspace), workspace, Plan(progress=False))


def test_every_source_report_is_made(made):
    workspace, result = made
    assert result.exit_code == 0, result.sentence()
    assert len(result.attempts) == 5
    for attempt in result.attempts:
        text = report_path(workspace, attempt, "html").read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.search(r'(src|href)="(https?:)?//', text)
        assert "数据局限" in text


def test_charts_carry_words_and_data(made):
    workspace, result = made
    by_title = {a.title: a for a in result.attempts}
    text = report_path(workspace, by_title["瑞安来源文献数字核对报告"], "html").read_text(encoding="utf-8")
    assert re.search(r'<img alt="条形图:村居\(社区\)187个', text.replace("：", ":").replace("（", "(").replace("）", ")"))
    assert text.count("<figure") == 3
    text = report_path(workspace, by_title["扬中来源文献数字核对报告"], "html").read_text(encoding="utf-8")
    assert "没有口径相同" in text


@pytest.mark.chromium
def test_a_browser_asks_nothing_of_the_network(made, chromium, tmp_path):
    workspace, result = made
    pages = [report_path(workspace, a, "html") for a in result.attempts] + [workspace.reports_dir / "index.html"]
    for number, path in enumerate(pages):
        asked, said = _open(chromium, path, tmp_path / str(number))
        assert not asked, path
        assert "CONSOLE" not in said, said


@pytest.mark.chromium
def test_the_interactive_network_runs_under_the_pages_own_policy(county, chromium, tmp_path):
    """Chromium runs our script and nothing else: the network is drawn, a script that came with the data is not run."""
    result = run_batch(unit_requests(county, [], None, Audience.INTERNAL), county, Plan(progress=False))
    assert result.exit_code == 0, result.sentence()
    text = report_path(county, result.attempts[0], "html").read_text(encoding="utf-8")
    assert len(text.encode()) < 3_000_000
    assert '<div class="fkn-body"' not in text, "made by the script only"
    page_file = tmp_path / "unit.html"
    page_file.write_text(text.replace("</main>", "<script>document.title = 'broken'</script></main>"), encoding="utf-8")
    asked, said, dom = _look(chromium, page_file, tmp_path / "unit", "--enable-unsafe-swiftshader", "--virtual-time-budget=5000")
    assert not asked
    assert 'class="fkn-body"' in dom
    assert "<canvas" in dom
    assert "<title>broken" not in dom
    lines = [t for t in said.splitlines() if "CONSOLE" in t and "GL Driver Message" not in t]
    assert len(lines) == 1, lines
    assert "Content Security Policy" in lines[0]


@pytest.mark.chromium
def test_the_browser_test_can_fail(chromium, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text('<main>x</main><img src="http://127.0.0.1:9/x.png"><script>console.error("no")</script>', encoding="utf-8")
    asked, said = _open(chromium, bad, tmp_path / "bad")
    assert asked == ["http://127.0.0.1:9/x.png"]
    assert "CONSOLE" in said


def _open(chromium, path, folder) -> tuple[list[str], str]:
    return _look(chromium, path, folder)[:2]


def _look(chromium, path, folder, *options: str) -> tuple[list[str], str, str]:
    folder.mkdir()
    log = folder / "net.json"
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", "--enable-logging=stderr",
         "--dump-dom", *options, path.as_uri()], capture_output=True, text=True, check=True, timeout=120)
    assert "</main>" in done.stdout
    return _asked_by(log), done.stderr, done.stdout


def _asked_by(log) -> list[str]:
    """Addresses of http requests in Chromium's network log that the page caused (its own start-up calls are not)."""
    text = log.read_text(encoding="utf-8", errors="replace")
    events = json.loads(text)["events"] if text.rstrip().endswith("}") else json.loads(text.rstrip().rstrip(",") + "]}")["events"]
    params = [event.get("params", {}) for event in events]
    return sorted({p["url"] for p in params if str(p.get("url", "")).startswith("http")
                   and (str(p.get("initiator", "")).startswith("file") or p.get("initiator") == "null")})
