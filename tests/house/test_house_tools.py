"""ruff and mypy find nothing."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_ruff():
    done = run("ruff", "check", "--no-cache", "src", "tests", "tools", "benchmarks")
    assert done.returncode == 0, done.stdout


def test_types():
    done = run("mypy")
    assert done.returncode == 0, done.stdout
