"""What all tests share: a fresh workspace, and reasons for what is skipped."""

import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from fangkong_lab.workspace import Workspace, read_workspace

# Two cores shared with other work: a slow example is not a failure.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# A shell's background job ignores Ctrl-C, and so would every program that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]
PROGRAMS = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "libreoffice": ("soffice", "libreoffice")}


def program(kind: str) -> str | None:
    return next((found for name in PROGRAMS[kind] if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items):
    for kind in PROGRAMS:
        if program(kind) is None:
            skip = pytest.mark.skip(reason=f"no {kind} on PATH")
            for item in items:
                if kind in item.keywords:
                    item.add_marker(skip)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace as of 2016-12-31."""
    (tmp_path / "fangkong.toml").write_text('office = "试验研究室"\nas_of = 2016-12-31\n', encoding="utf-8")
    return read_workspace(tmp_path)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = program("chromium")
    assert found, "mark the test with @pytest.mark.chromium"
    return found
