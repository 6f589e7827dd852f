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
from base64 import b64decode
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
  app.shell.activateById(panel.id);
  %s
  // What an earlier run left would look like the end of this one.
  await app.commands.execute('notebook:clear-all-cell-outputs');
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
  await panel.sessionContext.shutdown();
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


@pytest.fixture(scope="module")
def address(lab):
    """The address of a JupyterLab on the workspace."""
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
            # Each page starts without the tabs of the one before it.
            return f"{info['url']}lab?token={info['token']}&reset"
        time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf-8"))


class Page:
    """A page of a headless Chromium; *said* collects what its console reports as errors, and the scripts that broke off."""

    def __init__(self, socket) -> None:
        self.socket, self.number, self.said = socket, 0, []

    async def ask(self, method: str, **params) -> dict:
        """Send a command of the DevTools protocol and return its answer; what comes in between is noted."""
        self.number += 1
        await self.socket.write_message(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(await self.socket.read_message())
            self._note(answer)
            if answer.get("id") == self.number:
                return answer

    def _note(self, message: dict) -> None:
        params = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.said.append(params["exceptionDetails"].get("exception", {}).get("description", params["exceptionDetails"]["text"]))
        elif message.get("method") == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.said.append(" ".join(str(a.get("value", a.get("description", ""))) for a in params["args"]))
        elif message.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.said.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    async def value(self, script: str) -> object:
        """Run *script* in the page, wait for its promise and return what it gives."""
        done = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done["result"], done
        return done["result"]["result"].get("value")


async def in_page(address: str, script: str, folder: Path) -> dict:
    """Open *address* in a headless Chromium, run *script* there; return what it returns, with the console's errors and a picture."""
    from tornado.websocket import websocket_connect

    browser = subprocess.Popen([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
                                f"--user-data-dir={folder}", "--window-size=1400,1000", "about:blank"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        port = await devtools_port(folder)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            target = next(t for t in json.load(answer) if t["type"] == "page")
        page = Page(await websocket_connect(target["webSocketDebuggerUrl"], max_message_size=2**28))
        for domain in ("Runtime", "Log"):
            await page.ask(f"{domain}.enable")
        await page.ask("Page.navigate", url=address)
        for _ in range(200):
            if await page.value("Boolean(window.jupyterapp)"):
                break
            await asyncio.sleep(0.5)
        seen = json.loads(await page.value(script))
        picture = await page.ask("Page.captureScreenshot", format="png")
        (folder / "page.png").write_bytes(b64decode(picture["result"]["data"]))
        return seen | {"console": page.said}
    finally:
        os.killpg(browser.pid, signal.SIGKILL)


async def devtools_port(folder: Path) -> str:
    for _ in range(120):
        if (folder / "DevToolsActivePort").exists():
            return (folder / "DevToolsActivePort").read_text().splitlines()[0]
        await asyncio.sleep(0.25)
    raise AssertionError("Chromium did not start")


def errors(path: Path) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    return [f"{o.ename}: {o.evalue}" for c in notebook.cells if c.cell_type == "code" for o in c.outputs
            if o.output_type == "error"]


def run_in_lab(address: str, relative: str, tmp_path: Path, change: str = "") -> dict:
    return asyncio.run(in_page(address, RUN % (json.dumps(relative), change), tmp_path / "chromium"))


ROOT = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(p.relative_to(ROOT).as_posix() for folder in (".", "lessons", "reports") for p in (ROOT / folder).glob("*.ipynb"))
in_browser = [pytest.mark.heavy, pytest.mark.chromium, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")]


def test_the_notebooks_are_there():
    assert len(NOTEBOOKS) >= 12
    assert {"00_start_here.ipynb", "reports/unit_report.ipynb"} <= set(NOTEBOOKS)


class TestInBrowser:
    """Each in a page of its own, on one server."""

    pytestmark = in_browser

    @pytest.mark.parametrize("name", NOTEBOOKS)
    def test_notebook_runs_top_to_bottom_in_the_lab(self, lab, address, name, tmp_path):
        seen = run_in_lab(address, f"notebooks/{name}", tmp_path)
        path = lab.workspace.root / "notebooks" / name
        assert errors(path) == []
        cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code" and c.source.strip()]
        assert all(c.execution_count for c in cells)
        assert seen["console"] == []
        assert seen["lang"].lower().startswith("zh")
        for word in ("文件", "编辑", "查看", "运行", "内核", "标签页", "设置", "帮助"):
            assert word in seen["menu"]

    def test_parameters_changed_by_hand_change_the_result(self, lab, address, tmp_path):
        """The source report is written for 沙洋; with 瑞安 typed into its parameters cell it counts 174 persons."""
        template = lab.workspace.root / "notebooks" / "reports" / "source_report.ipynb"
        source = next(c.source for c in nbformat.read(template, as_version=4).cells
                      if "parameters" in c.metadata.get("tags", []))
        old = re.search(r'"(沙洋|五小|扬中|宁国|瑞安)"', source).group(0)
        run_in_lab(address, "notebooks/reports/source_report.ipynb", tmp_path,
                   NEW_VALUE % (json.dumps(old), json.dumps('"瑞安"')))
        assert errors(template) == []
        text = template.read_text(encoding="utf-8")
        assert "174" in text
        assert "立案查处" in text

    def test_another_unit_typed_in_gives_that_units_report(self, lab, address, tmp_path):
        """The unit template is written for U02; run, U03 typed in, run again: the second run speaks of the other unit."""
        template = lab.workspace.root / "notebooks" / "reports" / "unit_report.ipynb"
        run_in_lab(address, "notebooks/reports/unit_report.ipynb", tmp_path / "first")
        assert "（U02），评估基准日" in outputs(template)
        run_in_lab(address, "notebooks/reports/unit_report.ipynb", tmp_path / "second", NEW_VALUE % ('\'"U02"\'', '\'"U03"\''))
        assert errors(template) == []
        assert "（U03），评估基准日" in outputs(template)
        assert "（U02），评估基准日" not in outputs(template)


def outputs(path: Path) -> str:
    return json.dumps([c.outputs for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"], ensure_ascii=False)
