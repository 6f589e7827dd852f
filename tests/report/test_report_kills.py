"""kill -9 of a county's batch with the shipped unit template: nothing half-written, nothing lost, nothing made twice.

Witness: an undisturbed run of the same county in another workspace.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fangkong_lab.report import manifest
from fangkong_lab.report.hashes import content_hash
from fangkong_lab.report.lock import LOCK_NAME
from fangkong_lab.report.status import LEDGER_NAME

UNITS, KILLS, SEED = 50, 10, 20161231
FORMATS = "html,docx,pdf"
ENDINGS = ("ipynb", "html", "docx", "pdf")
GROUP = "单位评估报告"
MARK = "FANGKONG_KILL_TEST"


class Office:
    """A workspace with a program of its own; `report` starts the batch, `kill` ends its whole process group."""

    def __init__(self, env: dict[str, str], root: Path) -> None:
        self.env = env | {MARK: str(root)}
        self.root, self.folder = root, root / "reports" / GROUP

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "fangkong_lab", *words]

    def make(self, *words: str) -> None:
        subprocess.run(self.command(*words), cwd=self.root, env=self.env, check=True, capture_output=True)

    def report(self) -> subprocess.Popen:
        units = [f"U{n:02d}" for n in range(1, UNITS + 1)]
        words = self.command("report", "--unit", *units, "--period", "2016", "--formats", FORMATS, "--quiet")
        return subprocess.Popen(words, cwd=self.root, env=self.env, start_new_session=True, stdout=subprocess.DEVNULL)

    def kill_after(self, seconds: float) -> bool:
        """Say whether the batch was still running when its group was killed *seconds* after its start."""
        running = self.report()
        try:
            running.wait(timeout=seconds)
            return False
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            return True

    def hashes(self) -> dict[str, str]:
        """Name → content hash of every file under a final name, its manifest there or not; a damaged one raises."""
        return {p.name: content_hash(p) for p in sorted(self.folder.glob("*")) if p.name.rsplit(".", 1)[-1] in ENDINGS}

    def finished(self) -> dict[str, int]:
        """Manifest → when it was written."""
        return {p.name: p.stat().st_mtime_ns for p in sorted(self.folder.glob(f"*.{manifest.ENDING}"))}

    def broken_manifests(self) -> list[str]:
        """Manifests with a file that is not there or not the one they name; hashlib over the bytes is the judge."""
        wrong = []
        for path in self.folder.glob(f"*.{manifest.ENDING}"):
            files = json.loads(path.read_text(encoding="utf-8"))["files"]
            if set(files) != set(ENDINGS) or any(hashlib.sha256((self.folder / f["name"]).read_bytes()).hexdigest() != f["sha256"]
                                                 for f in files.values()):
                wrong.append(path.name)
        return wrong

    def ledger(self) -> dict[str, list[str]]:
        """Request → the states of all its whole lines in the ledger, in their order."""
        lines: dict[str, list[str]] = {}
        for line in (self.root / "reports" / LEDGER_NAME).read_text(encoding="utf-8").splitlines():
            try:
                said = json.loads(line)
            except json.JSONDecodeError:
                continue
            lines.setdefault(said["key"], []).append(said["state"])
        return lines

    def processes(self) -> list[str]:
        """Processes of this workspace that still run, the forked children too: they have inherited the mark."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if f"{MARK}={self.root}\0".encode() in path.read_bytes():
                    found.append(path.parent.name)
            except OSError:
                continue
        return found


@pytest.fixture(scope="module")
def offices(tmp_path_factory, frozen_program) -> tuple[Office, Office]:
    """Two workspaces with the same county of 50 units, and one copy of the program."""
    base = tmp_path_factory.mktemp("kills")
    (base / "calm").mkdir()
    (base / "calm" / "fangkong.toml").write_text('office = "试验研究室"\nas_of = 2016-12-31\n', encoding="utf-8")
    Office(frozen_program, base / "calm").make("demo-data", "--units", str(UNITS))
    shutil.copytree(base / "calm", base / "killed")
    return Office(frozen_program, base / "calm"), Office(frozen_program, base / "killed")


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="process groups and /proc")
def test_ten_kills_of_a_county_with_the_shipped_template(offices):
    calm, killed = offices
    started = time.monotonic()
    assert calm.report().wait() == 0
    whole, wanted = time.monotonic() - started, calm.hashes()
    assert len(wanted) == UNITS * len(ENDINGS)
    chance, standing, steps = random.Random(SEED), {}, []
    for _ in range(KILLS):
        # From the first import into the writing: ten such parts do less than the whole, so that each meets a batch at work.
        assert killed.kill_after(chance.uniform(0.02, 0.16) * whole), "the batch had ended before it was killed"
        assert killed.broken_manifests() == []
        assert killed.hashes().items() <= wanted.items(), "a file under a final name is not the whole file"
        now = killed.finished()
        assert standing.items() <= now.items(), "a finished report was made again"
        steps.append(len(now) - len(standing))
        standing = now
    assert sum(step > 0 for step in steps) >= 3, f"the kills met no batch at work: {steps}"
    assert len(standing) < UNITS
    assert killed.report().wait() == 0
    assert standing.items() <= killed.finished().items()
    assert killed.broken_manifests() == []
    assert killed.hashes() == wanted
    # A report that stood when its batch was killed before the line was written is listed by the next one.
    assert sorted(map(len, killed.ledger().values())) == [1] * UNITS
    assert {states[0] for states in killed.ledger().values()} <= {"done", "unchanged"}
    assert not (killed.root / "reports" / ".partial").exists()
    assert [p.name for p in killed.folder.iterdir() if p.name.startswith(".")] == []
    assert killed.processes() == []


STEPS = """
import os, signal, sys
from pathlib import Path
from fangkong_lab.report.batch import Plan, run_batch
from fangkong_lab.report.order import Format
from fangkong_lab.report.request import Parameter, Template, make_request
from fangkong_lab.workspace import read_workspace
last, steps, real = int(sys.argv[2]), [0], (os.replace, os.fsync)
def counted(do):
    def step(*args, **named):
        steps[0] += 1
        if steps[0] == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return do(*args, **named)
    return step
os.replace, os.fsync = counted(real[0]), counted(real[1])
w = read_workspace(Path(sys.argv[1]))
t = Template("tiny", "小报告", "tiny.ipynb", "{word}小报告", (Parameter("word", "词", str),))
result = run_batch([make_request(t, {"word": x}, w) for x in ("甲", "乙")], w, Plan(workers=1, formats=(Format.HTML, Format.DOCX), progress=False))
print(steps[0])
sys.exit(result.exit_code)
"""


def _step(workspace, last: int) -> subprocess.CompletedProcess:
    script = workspace.root / "steps.py"
    script.write_text(STEPS, encoding="utf-8")
    return subprocess.run([sys.executable, str(script), str(workspace.root), str(last)], capture_output=True, text=True, check=False)


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL")
def test_a_kill_before_each_single_step_of_publishing(workspace, tiny):
    """Every rename and every wait for the disk of a small batch in turn: killed there, the next run brings the same files."""
    tiny("print(word)")
    folder = workspace.reports_dir / "小报告"
    count = int(_step(workspace, 0).stdout)
    wanted = {p.name: content_hash(p) for p in folder.iterdir() if not p.name.endswith(manifest.ENDING)}
    assert count >= 2 * (3 + 1 + 1) + 1, "three files, a manifest, a line of the ledger for each; the index"
    for last in range(1, count + 1):
        shutil.rmtree(workspace.reports_dir)
        assert _step(workspace, last).returncode == -signal.SIGKILL
        there = {p.name: content_hash(p) for p in folder.glob("*") if not p.name.endswith(manifest.ENDING)}
        assert there.items() <= wanted.items(), last
        assert _step(workspace, 0).returncode == 0
        assert {p.name: content_hash(p) for p in folder.iterdir() if not p.name.endswith(manifest.ENDING)} == wanted, last
        assert [p.name for p in workspace.reports_dir.rglob(".*") if p.name != LOCK_NAME] == [], last
        assert len((workspace.reports_dir / LEDGER_NAME).read_text(encoding="utf-8").splitlines()) == 2, last
