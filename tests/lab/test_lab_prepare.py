"""`fangkong lab` without a browser: what is written into the workspace, and what happens where pip cannot install."""

import json
import sys
from pathlib import Path

import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.report.lab import READY, Lab, command, default_environment, install, lock_text, prepare
from fangkong_lab.workspace import Workspace


@pytest.fixture
def lab(tmp_path):
    (tmp_path / "office").mkdir()
    return Lab(Workspace(tmp_path / "office"), tmp_path / "env")


def test_kernel_is_the_python_that_makes_reports(lab):
    made = prepare(lab)
    spec = json.loads((Path(made["JUPYTER_PATH"]) / "kernels" / "python3" / "kernel.json").read_text(encoding="utf-8"))
    assert spec["argv"][0] == sys.executable
    assert spec["env"]["PYTHONHASHSEED"] == "0"


def test_interface_is_chinese_and_asks_nothing_of_the_network(lab):
    folder = Path(prepare(lab)["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab"
    language = folder / "translation-extension" / "plugin.jupyterlab-settings"
    assert json.loads(language.read_text(encoding="utf-8"))["locale"] == "zh_CN"
    news = json.loads((folder / "apputils-extension" / "notification.jupyterlab-settings").read_text(encoding="utf-8"))
    assert news == {"fetchNews": "false", "checkForUpdates": False}


def test_what_the_user_chose_in_the_menu_stays(lab):
    folder = Path(prepare(lab)["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab"
    language = folder / "translation-extension" / "plugin.jupyterlab-settings"
    language.write_text('{"locale": "en"}', encoding="utf-8")
    prepare(lab)
    assert json.loads(language.read_text(encoding="utf-8")) == {"locale": "en"}


def test_only_this_machine_reaches_it(lab):
    words = command(lab, 8899, browser=False)
    assert "--ServerApp.ip=127.0.0.1" in words
    assert "--ServerApp.port=8899" in words
    assert "--no-browser" in words


def test_python_settings_of_the_shell_do_not_leak_into_the_lab(lab, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("JUPYTER_PATH", "/elsewhere")
    made = prepare(lab)
    assert "PYTHONPATH" not in made
    assert made["JUPYTER_PATH"] == str(lab.folder / "share")


def test_failed_installation_says_where_and_what_to_do_and_is_not_taken_for_done(lab, tmp_path):
    """An empty wheels folder stands for a machine without network."""
    (tmp_path / "wheels").mkdir()
    with pytest.raises(BadInput, match="没有装成") as caught:
        install(lab, tmp_path / "wheels", print)
    assert str(lab.environment) in str(caught.value)
    assert "--wheels" in caught.value.mend
    assert not lab.ready()


def test_an_older_installation_is_done_again(lab):
    lab.python.parent.mkdir(parents=True)
    lab.python.touch()
    (lab.environment / READY).write_text(lock_text(), encoding="utf-8")
    assert lab.ready()
    (lab.environment / READY).write_text("older", encoding="utf-8")
    assert not lab.ready()


def test_lab_stands_beside_the_running_environment():
    assert default_environment().parent == Path(sys.prefix).parent
    assert default_environment().name.endswith("-lab")
