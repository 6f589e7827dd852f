"""JupyterLab in an environment of its own, working on a workspace with this environment's kernel.

JupyterLab is kept out of the environment in which reports run: each of its plug-ins would be imported by every report.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fangkong_lab.errors import BadInput
from fangkong_lab.shipped import shipped
from fangkong_lab.workspace import Workspace

READY = ".fangkong-lab-ready"
SETTINGS: Mapping[str, Mapping[str, object]] = {
    "@jupyterlab/translation-extension/plugin": {"locale": "zh_CN"},
    # No question to the network: this office has none.
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@dataclass(frozen=True)
class Lab:
    """Where JupyterLab is installed (*environment*) and the *workspace* it opens."""

    workspace: Workspace
    environment: Path

    @property
    def python(self) -> Path:
        """The Python of the JupyterLab environment."""
        return python_in(self.environment)

    @property
    def folder(self) -> Path:
        """Where the workspace keeps JupyterLab's settings and the kernel."""
        return self.workspace.root / ".fangkong" / "jupyter"

    def ready(self) -> bool:
        """Say whether JupyterLab was installed to the end from the lock that ships with this version."""
        mark = self.environment / READY
        return mark.is_file() and mark.read_text(encoding="utf-8") == lock_text() and self.python.exists()


def python_in(environment: Path) -> Path:
    """Return the Python of a virtual environment on this system."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def lock_text() -> str:
    """Return the lock of JupyterLab's environment."""
    return shipped("requirements-lab.lock").read_text(encoding="utf-8")


def default_environment() -> Path:
    """Return the folder beside this environment: .venv → .venv-lab."""
    here = Path(sys.prefix)
    return here.with_name(f"{here.name}-lab")


def install(lab: Lab, wheels: Path | None, say: Callable[[str], None]) -> None:
    """Make JupyterLab's environment from the lock, with hashes; *wheels* is a folder of wheels where there is no network.

    The mark of a finished installation is written last, so an interrupted one is done again. Raises `BadInput` with
    pip's own last line where it fails.
    """
    if lab.ready():
        return
    say(f"首次使用，正在安装 JupyterLab 到 {lab.environment}（约 260 MB，只做一次）")
    _call(lab, [sys.executable, "-m", "venv", "--clear", str(lab.environment)])
    offline = ["--no-index", "--find-links", str(wheels)] if wheels else []
    _call(lab, [str(lab.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *offline,
                "--require-hashes", "-r", str(shipped("requirements-lab.lock"))])
    (lab.environment / READY).write_text(lock_text(), encoding="utf-8")


def _call(lab: Lab, words: list[str]) -> None:
    try:
        done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        raise _failed(lab, str(error)) from error
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise _failed(lab, lines[-1] if lines else f"退出码 {done.returncode}")


def _failed(lab: Lab, why: str) -> BadInput:
    return BadInput(f"JupyterLab 没有装成（{why}）", where=str(lab.environment),
                    mend="没有互联网时，用 --wheels 指明离线安装文件夹里的 wheels；或用 --environment 换一个可写的位置")


def prepare(lab: Lab) -> dict[str, str]:
    """Write JupyterLab's settings and the kernel into the workspace; return the environment variables to start it with.

    The kernel is this very Python, under the name that the notebooks ask for, so that they run as reports do.
    """
    for name, values in SETTINGS.items():
        _write(lab.folder / "settings" / f"{name}.jupyterlab-settings", values)
    _write(lab.folder / "share" / "kernels" / "python3" / "kernel.json", {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "防控评估", "language": "python", "env": {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}})
    own = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON"))}
    # The language of a first start follows the settings below, later ones what the user chose in the menu.
    return own | {"JUPYTER_PATH": str(lab.folder / "share"), "JUPYTER_CONFIG_DIR": str(lab.folder / "config"),
                  "JUPYTERLAB_SETTINGS_DIR": str(lab.folder / "settings"), "PYTHONUTF8": "1",
                  "JUPYTERLAB_WORKSPACES_DIR": str(lab.folder / "workspaces")}


def _write(path: Path, values: Mapping[str, object]) -> None:
    """Write a settings file, unless the user has changed it himself; the kernel follows the environment every time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jupyterlab-settings" and path.exists():
        return
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1), encoding="utf-8")


def command(lab: Lab, port: int | None, browser: bool) -> list[str]:
    """Return the command that starts JupyterLab on the workspace, reachable from this machine only."""
    words = [str(lab.python), "-m", "jupyterlab", f"--ServerApp.root_dir={lab.workspace.root}", "--ServerApp.ip=127.0.0.1",
             "--LabApp.news_url=", "--LabApp.extension_manager=readonly", "--ServerApp.log_level=WARN"]
    words += [f"--ServerApp.port={port}"] if port else []
    return words if browser else [*words, "--no-browser"]
