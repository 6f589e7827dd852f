"""docs/architecture.md lists every module as it is; the public names say what they are."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_module_list_is_current():
    done = subprocess.run([sys.executable, "tools/make_architecture.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run: python tools/make_architecture.py"


def test_every_module_is_on_the_page():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    src = ROOT / "src" / "fangkong_lab"
    missing = [p.relative_to(src).as_posix() for p in src.rglob("*.py")
               if p.parent != src and "_shipped" not in p.parts and f"`{p.relative_to(src).as_posix()}`" not in page]
    assert not missing
