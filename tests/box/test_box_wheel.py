"""The product in a box: the wheel holds what it needs; a bundle installs where there is no network."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
                    "--wheel-dir", str(folder), str(ROOT)], check=True)
    return next(folder.glob("fangkong_lab-*.whl"))


def tracked(folder: str, ending: str) -> set[str]:
    return {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob(f"*{ending}")
            if "scratch" not in p.parts and ".ipynb_checkpoints" not in p.parts}


def test_wheel_holds_templates_data_policies_and_fonts(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    shipped = tracked("notebooks", ".ipynb") | tracked("data/sources", ".csv") | tracked("data/policies", ".yaml")
    assert len(shipped) > 10
    assert {f"fangkong_lab/_shipped/{name}" for name in shipped} <= held
    assert {"fangkong_lab/fonts/NotoSansSC-Regular.otf", "fangkong_lab/fonts/NotoSerifSC-Regular.otf",
            "fangkong_lab/fonts/LICENSE-OFL.txt", "fangkong_lab/report/page.css"} <= held


def test_wheel_holds_every_module_and_no_test(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    modules = {p.relative_to(ROOT / "src").as_posix() for p in (ROOT / "src").rglob("*.py")}
    assert modules <= held
    assert not [n for n in held if "tests/" in n or "__pycache__" in n or "notebooks/scratch" in n]


def bundle():
    """tools/bundle.py as a module."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("bundle", ROOT / "tools" / "bundle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("platform", "script"), [("win_amd64", "install.bat"), ("linux_x86_64", "install.sh")])
def test_instructions_say_what_to_type(platform, script):
    """What is to be typed are commands this program has; the script and the instructions name the same Python and wheel."""
    from fangkong_lab.cli.commands import COMMANDS

    made = bundle().words(platform, python="3.12", wheel="fangkong_lab-9.whl", megabytes="400")
    assert set(made) == {script, "安装说明.txt"}
    windows = platform.startswith("win")
    text, code = made["安装说明.txt"].decode("utf-8-sig"), made[script].decode("utf-8")
    assert made["安装说明.txt"].startswith(b"\xef\xbb\xbf") == windows, "Notepad"
    assert not made[script].startswith(b"\xef\xbb\xbf"), "a shell would take the mark for a command"
    assert all((b"\r\n" in data) == windows for data in made.values())
    assert "@" not in text + code.replace("@echo off", "")
    assert "fangkong_lab-9.whl" in code
    assert "Python 3.12" in text
    typed = set(re.findall(r"^ +fangkong ([a-z-]+)", text.replace("\r", ""), re.MULTILINE))
    assert {"init", "demo-data", "report", "template", "import", "lab"} <= typed
    assert typed <= set(COMMANDS)
    assert script in text


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
def test_the_install_script_refuses_another_python_in_words(tmp_path):
    (tmp_path / "install.sh").write_bytes(bundle().words("linux_x86_64", python="2.9", wheel="x.whl", megabytes="1")["install.sh"])
    done = subprocess.run(["sh", str(tmp_path / "install.sh"), str(tmp_path / "to")], env=os.environ | {"PYTHON": sys.executable},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "需要 Python 2.9" in done.stdout
    assert not (tmp_path / "to").exists()


@pytest.mark.heavy
def test_bundle_installs_and_works_without_network(tmp_path):
    """A fresh environment, no repository, no network: install, init, demo-data, report, JupyterLab, as an office would type them."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    subprocess.run([sys.executable, "tools/bundle.py", "--platform", "linux_x86_64", "--python", version], cwd=ROOT, check=True)
    made = max((ROOT / "dist").glob(f"fangkong_lab-*-linux_x86_64-py{version}"), key=lambda p: p.stat().st_mtime)
    box = tmp_path / "离线 安装"
    shutil.copytree(made, box)
    for line in (box / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((box / name).read_bytes()).hexdigest() == digest
    assert {"安装说明.txt", "install.sh", "requirements.lock", "requirements-lab.lock", "SHA256SUMS", "wheels"} <= {p.name for p in box.iterdir()}
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV"))}
    # Where the machine does not let us cut the network off, everything goes to a proxy that is not there.
    nowhere = {f"{kind}_proxy": "http://127.0.0.1:9" for kind in ("http", "https", "all")}
    env = clean | nowhere | {"PYTHON": sys.executable, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "HOME": str(tmp_path)}
    target, office = tmp_path / "lab", tmp_path / "办公室"

    def run(*words: str, cwd: Path = tmp_path) -> str:
        done = subprocess.run([*_cut(), *words], cwd=cwd, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("sh", str(box / "install.sh"), str(target))
    fangkong = str(target / "bin" / "fangkong")
    run(fangkong, "init", str(office), "--as-of", "2016-12-31")
    run(fangkong, "demo-data", "--units", "2", cwd=office)
    said = run(fangkong, "report", "--all", "--formats", "html,docx,pdf", "--quiet", cwd=office)
    assert "失败 0 份" in said
    pages = list((office / "reports").rglob("*.html"))
    assert len(pages) == 5 + 2 + 1 + 1 + 1, "five sources, two units, the annual report, the comparison, the index"
    assert all("模拟数据" in p.read_text(encoding="utf-8") for p in pages if "单位评估报告" in str(p))
    assert "--wheels" in run(fangkong, "lab", "--help", cwd=office)
    assert "JupyterLab 已装好" in run(fangkong, "lab", "--install-only", "--wheels", str(box / "wheels"), cwd=office)
    lab = target.with_name("lab-lab")
    assert run(str(lab / "bin" / "python"), "-m", "jupyterlab", "--version").strip()
    assert list(lab.rglob("zh_CN/LC_MESSAGES/jupyterlab.json")), "the Chinese interface"


def _cut() -> list[str]:
    """Return what runs a command without any network but the machine itself; nothing where the machine does not let us."""
    alone = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    there = shutil.which("unshare") and shutil.which("ip")
    return alone if there and subprocess.run([*alone, "true"], check=False, capture_output=True).returncode == 0 else []
