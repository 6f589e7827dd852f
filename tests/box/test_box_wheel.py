"""The product in a box: the wheel holds what it needs; a bundle installs where there is no network."""

import hashlib
import os
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


@pytest.mark.heavy
def test_bundle_installs_and_works_without_network(tmp_path):
    """A fresh environment, no repository, no network: init, demo-data, report, as an office would type them."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    subprocess.run([sys.executable, "tools/bundle.py", "--platform", "linux_x86_64", "--python", version], cwd=ROOT, check=True)
    made = max((ROOT / "dist").glob(f"fangkong_lab-*-linux_x86_64-py{version}"), key=lambda p: p.stat().st_mtime)
    box = tmp_path / "box"
    shutil.copytree(made, box)
    for line in (box / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((box / name).read_bytes()).hexdigest() == digest
    cut = ["unshare", "-rn"] if _can_cut() else []
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV"))}
    env = clean | {"PYTHON": sys.executable, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "HOME": str(tmp_path)}
    target, office = tmp_path / "lab", tmp_path / "办公室"

    def run(*words: str, cwd: Path = tmp_path, before: list[str] | None = None) -> str:
        done = subprocess.run([*(before or []), *words], cwd=cwd, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # Only the installation is cut off: without loopback a notebook's kernel cannot be reached.
    run("sh", str(box / "install.sh"), str(target), before=cut)
    fangkong = str(target / "bin" / "fangkong")
    run(fangkong, "init", str(office), "--as-of", "2016-12-31")
    run(fangkong, "demo-data", "--units", "2", cwd=office)
    said = run(fangkong, "report", "--all", "--quiet", cwd=office)
    assert "失败 0 份" in said
    pages = list((office / "reports").rglob("*.html"))
    assert len(pages) == 5 + 2 + 1
    assert all("模拟数据" in p.read_text(encoding="utf-8") for p in pages if "单位评估报告" in str(p))


def _can_cut() -> bool:
    """Whether this machine lets us run a command without any network."""
    return bool(shutil.which("unshare")) and subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode == 0
