"""kill -9 in the middle of an import: the store is as before or as after, never between, and the next call tidies up."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from fangkong_lab.ledger.deliver import Request, import_books
from fangkong_lab.workspace import Workspace, read_workspace

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs kill -9")

UNIT_HEAD = ["单位编码", "单位名称", "上级单位编码", "单位类别"]
POST_HEAD = ["岗位编码", "单位编码", "岗位名称", "上级岗位编码"]

# The child counts the calls our writing code makes (of Python and of C functions) and kills itself at one of them.
CHILD = """
import os, signal, sys
from pathlib import Path
from fangkong_lab.ledger.deliver import Request, import_books
from fangkong_lab.workspace import read_workspace
WRITING = {"fangkong_lab.ledger." + m for m in ("deliver", "record", "holdings", "journal", "store", "migrate", "returned")}
calls, last = 0, int(sys.argv[2])
def watch(frame, event, arg):
    global calls
    if frame.f_globals.get("__name__") in WRITING:
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
root = Path(sys.argv[1])
workspace = read_workspace(root)
print("go", flush=True)
sys.setprofile(watch if last >= 0 else None)
import_books(workspace, Request((root / "b" / "台账.xlsx",), good_rows=True))
sys.setprofile(None)
print(calls)
"""


def _state(root: Path) -> dict[str, list]:
    """All rows of all tables, without clock times and the chain that depends on them."""
    with duckdb.connect(str(root / "data/store/ledger.duckdb"), read_only=True) as connection:
        names = [r[0] for r in connection.execute("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()]
        return {name: sorted(_rows(connection, name), key=repr) for name in names}


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple]:
    found = connection.execute(f'SELECT * FROM "{name}"')
    kept = [k for k, column in enumerate(found.description) if column[0] not in ("moment", "chain")]
    return [tuple(row[k] for k in kept) for row in found.fetchall()]


def _files(root: Path) -> set[str]:
    folder = root / "reports" / "退表"
    return {p.name for p in folder.iterdir()} if folder.is_dir() else set()


@pytest.fixture
def prepared(workspace: Workspace, write_xlsx: Callable) -> Path:
    """A workspace that holds a book, and a second version of it (changed, one row wrong, one hanging on it)."""
    posts = [[f"P{i}", "U1", "科员", "P0" if i else ""] for i in range(40)]
    unit = [UNIT_HEAD, ["U1", "县交通局", "", "党政机关"]]
    first = write_xlsx(workspace.root / "a" / "台账.xlsx", {"单位": unit, "岗位": [POST_HEAD, *posts]})
    import_books(workspace, Request((first,)))
    posts[5][2], posts[7][2], posts[9][3] = "股长", "", "P7"
    write_xlsx(workspace.root / "b" / "台账.xlsx", {"单位": unit, "岗位": [POST_HEAD, *posts]})
    return workspace.root


def _run(root: Path, last: int) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", CHILD, str(root), str(last)], capture_output=True, text=True, check=False)


def _after(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, set[str], int]:
    whole = tmp_path_factory.mktemp("whole") / "w"
    shutil.copytree(prepared, whole)
    done = _run(whole, 0)
    assert done.returncode == 0, done.stderr
    return _state(whole), _files(whole), int(done.stdout.split()[-1])


def _check_killed(root: Path, before: dict, after: dict, files_after: set[str]) -> bool:
    """Assert that the killed workspace is before or after, then that the next import ends as if nothing had happened."""
    state = _state(root)
    assert state in (before, after)
    stored = state == after
    told = {f for f in _files(root) if not f.startswith(".")}
    assert told <= (files_after if stored else set())
    import_books(read_workspace(root), Request((root / "b" / "台账.xlsx",), good_rows=True))
    final = _state(root)
    expected = {**after, "journal": final["journal"]}
    assert final == expected
    assert _files(root) == files_after
    assert len(final["journal"]) == (3 if stored else 2)
    return stored


def _kill_at(prepared: Path, moments: list[int], tmp: Path, after: tuple[dict, set[str], int]) -> list[bool]:
    before = _state(prepared)
    seen = []
    for moment in moments:
        root = tmp / f"k{moment}"
        shutil.copytree(prepared, root)
        assert _run(root, moment).returncode == -signal.SIGKILL
        seen.append(_check_killed(root, before, after[0], after[1]))
    return seen


def test_killed_at_four_moments(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    after = _after(prepared, tmp_path_factory)
    calls = after[2]
    seen = _kill_at(prepared, [calls // 3, calls // 2, calls * 4 // 5, calls - 1], tmp_path_factory.mktemp("k"), after)
    assert seen[0] is False
    assert seen[-1] is True


@pytest.mark.heavy
def test_killed_at_forty_calls(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    after = _after(prepared, tmp_path_factory)
    # Spread over the whole import, and one by one over its end, where the commit lies.
    moments = sorted({1 + after[2] * i // 24 for i in range(24)} | {after[2] - k for k in range(16)})
    seen = _kill_at(prepared, moments, tmp_path_factory.mktemp("k"), after)
    # Once it is stored it stays stored: before, before, …, after, after.
    assert seen == sorted(seen)
    assert {False, True} == set(seen)


@pytest.mark.heavy
def test_killed_from_outside_at_twenty_moments_of_a_large_book(workspace: Workspace, write_xlsx: Callable,
                                                                tmp_path_factory: pytest.TempPathFactory) -> None:
    unit = [UNIT_HEAD, ["U1", "县交通局", "", "党政机关"]]
    posts = [[f"P{i}", "U1", "科员", "P0" if i else ""] for i in range(20_000)]
    root = workspace.root
    import_books(workspace, Request((write_xlsx(root / "a" / "台账.xlsx", {"单位": unit, "岗位": [POST_HEAD, *posts]}),)))
    posts[7][2], posts[9][3] = "", "P7"
    write_xlsx(root / "b" / "台账.xlsx", {"单位": unit, "岗位": [POST_HEAD, *posts]})
    began = time.monotonic()
    after = _after(root, tmp_path_factory)
    span = time.monotonic() - began
    before = _state(root)
    for moment in range(20):
        copy = tmp_path_factory.mktemp("t") / "w"
        shutil.copytree(root, copy)
        with subprocess.Popen([sys.executable, "-c", CHILD, str(copy), "-1"], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline() == "go\n"
            time.sleep(span * moment / 20)
            child.kill()
        _check_killed(copy, before, after[0], after[1])
        shutil.rmtree(copy)
