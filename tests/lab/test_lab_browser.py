"""`fangkong lab` in a headless Chromium: the notebooks open, run from top to bottom and show no error."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from fangkong_lab.ledger.initiate import make_workspace
from fangkong_lab.report.lab import Lab, command, install, prepare

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
RUN = """
(async () => {
  const app = window.jupyterapp;
  await app.restored;
  const panel = await app.commands.execute('docmanager:open', {path: %s, factory: 'Notebook'});
  await panel.context.ready;
  await panel.sessionContext.ready;
  %s
  await app.commands.execute('notebook:run-all-cells');
  for (let waited = 0; waited < 600; waited++) {
    const cells = Array.from(panel.content.model.cells).filter(c => c.type === 'code');
    const left = cells.filter(c => c.sharedModel.getSource().trim() && c.executionCount === null);
    const kernel = panel.sessionContext.session.kernel;
    const failed = cells.some(c => Array.from({length: c.outputs.length}, (_, i) => c.outputs.get(i).type).includes('error'));
    if (failed || (left.length === 0 && kernel.status === 'idle')) break;
    await new Promise(done => setTimeout(done, 500));
  }
  await panel.context.save();
  return JSON.stringify({
    lang: document.documentElement.lang,
    menu: document.querySelector('#jp-MainMenu, .jp-MainMenu, .lm-MenuBar')?.innerText ?? '',
    text: panel.node.innerText.slice(0, 2000),
  });
})()
"""
NEW_VALUE = """
  const cell = Array.from(panel.content.model.cells).find(c => (c.metadata?.tags ?? c.getMetadata('tags') ?? []).includes('parameters'));
  cell.sharedModel.setSource(cell.sharedModel.getSource().replace(%s, %s));
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A workspace with the made-up county, and JupyterLab installed beside it by the product's own command."""
    from datetime import date

    root = tmp_path_factory.mktemp("office")
    workspace = make_workspace(root, office="试验研究室", as_of=date(2016, 12, 31))
    subprocess.run([sys.executable, "-m", "fangkong_lab", "demo-data", "--if-empty"], cwd=root, check=True,
                   capture_output=True)
    lab = Lab(workspace, Path(os.environ.get("FANGKONG_LAB_ENV") or tmp_path_factory.mktemp("lab") / "env"))
    install(lab, None, print)
    return lab


@contextmanager
def serving(lab):
    """Yield the address of a JupyterLab on the workspace."""
    words = [*command(lab, None, browser=False), "--LabApp.expose_app_in_browser=True"]
    words += ["--allow-root"] if os.geteuid() == 0 else []
    log = lab.workspace.root / "lab.log"
    with log.open("w") as out:
        server = subprocess.Popen(words, env=prepare(lab) | {"JUPYTER_RUNTIME_DIR": str(lab.folder / "runtime")},
                                  stdout=out, stderr=out, start_new_session=True)
        try:
            yield address_of(lab.folder / "runtime", log)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


def address_of(runtime: Path, log: Path) -> str:
    for _ in range(120):
        for found in runtime.glob("jpserver-*.json"):
            info = json.loads(found.read_text(encoding="utf-8"))
            return f"{info['url']}lab?token={info['token']}"
        time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf-8"))


async def in_page(address: str, script: str, folder: Path) -> dict:
    """Open *address* in a headless Chromium, run *script* there and return what it returns."""
    from tornado.websocket import websocket_connect

    browser = subprocess.Popen([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
                                f"--user-data-dir={folder}", "--window-size=1400,1000", "about:blank"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        port = await devtools_port(folder)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            page = next(t for t in json.load(answer) if t["type"] == "page")
        socket = await websocket_connect(page["webSocketDebuggerUrl"], max_message_size=2**26)
        await ask(socket, 1, "Page.navigate", url=address)
        for n in range(2, 200):
            there = await ask(socket, n, "Runtime.evaluate", expression="Boolean(window.jupyterapp)")
            if there["result"]["result"].get("value"):
                break
            await asyncio.sleep(0.5)
        done = await ask(socket, 1000, "Runtime.evaluate", expression=script, awaitPromise=True)
        assert "exceptionDetails" not in done["result"], done
        return json.loads(done["result"]["result"]["value"])
    finally:
        os.killpg(browser.pid, signal.SIGKILL)


async def devtools_port(folder: Path) -> str:
    for _ in range(120):
        if (folder / "DevToolsActivePort").exists():
            return (folder / "DevToolsActivePort").read_text().splitlines()[0]
        await asyncio.sleep(0.25)
    raise AssertionError("Chromium did not start")


async def ask(socket, number: int, method: str, **params) -> dict:
    await socket.write_message(json.dumps({"id": number, "method": method, "params": params}))
    while True:
        answer = json.loads(await socket.read_message())
        if answer.get("id") == number:
            return answer


def errors(path: Path) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    return [f"{o.ename}: {o.evalue}" for c in notebook.cells if c.cell_type == "code" for o in c.outputs
            if o.output_type == "error"]


def run_in_lab(lab, relative: str, tmp_path: Path, change: str = "") -> dict:
    with serving(lab) as address:
        return asyncio.run(in_page(address, RUN % (json.dumps(relative), change), tmp_path / "chromium"))


NOTEBOOKS = sorted(p.name for p in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.heavy
@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="没有 Chromium")
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs_top_to_bottom_in_the_lab(lab, name, tmp_path):
    seen = run_in_lab(lab, f"notebooks/{name}", tmp_path)
    path = lab.workspace.root / "notebooks" / name
    assert errors(path) == []
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code" and c.source.strip()]
    assert all(c.execution_count for c in cells)
    assert seen["lang"].lower().startswith("zh")
    assert "文件" in seen["menu"]


@pytest.mark.heavy
@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="没有 Chromium")
def test_parameters_changed_by_hand_change_the_result(lab, tmp_path):
    """The source report is written for 沙洋; with 瑞安 typed into its parameters cell it counts 174 persons."""
    template = lab.workspace.root / "notebooks" / "reports" / "source_report.ipynb"
    source = next(c.source for c in nbformat.read(template, as_version=4).cells
                  if "parameters" in c.metadata.get("tags", []))
    old = re.search(r'"(沙洋|五小|扬中|宁国|瑞安)"', source).group(0)
    run_in_lab(lab, "notebooks/reports/source_report.ipynb", tmp_path,
               NEW_VALUE % (json.dumps(old), json.dumps('"瑞安"')))
    assert errors(template) == []
    text = template.read_text(encoding="utf-8")
    assert "174" in text
    assert "立案查处" in text
