"""Finished work is not done twice, changed inputs are, and a batch killed at any moment ends as if it had not been."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from fangkong_lab.errors import StoreBusy
from fangkong_lab.report import manifest, status
from fangkong_lab.report.batch import Plan, report_path, run_batch
from fangkong_lab.report.crew import CrewKind
from fangkong_lab.report.hashes import content_hash
from fangkong_lab.report.lock import only_batch
from fangkong_lab.report.order import Format

BATCH = """
import sys
from pathlib import Path
from fangkong_lab.report.batch import Plan, run_batch
from fangkong_lab.report.order import Format
from fangkong_lab.report.request import Parameter, Template, make_request
from fangkong_lab.workspace import read_workspace
w = read_workspace(Path(sys.argv[1]))
t = Template("tiny", "小报告", "tiny.ipynb", "{word}小报告", (Parameter("word", "词", str),))
formats = (Format.HTML, Format.DOCX, Format.PDF)
result = run_batch([make_request(t, {"word": f"词{i:02d}"}, w) for i in range(int(sys.argv[2]))], w, Plan(formats=formats, progress=False))
sys.exit(result.exit_code)
"""


def states(result) -> list[str]:
    return [a.state for a in result.attempts]


def test_unchanged_is_skipped_and_force_is_not(workspace, tiny, quiet):
    requests = tiny("print(word)").ask("甲", "乙")
    assert states(run_batch(requests, workspace, quiet)) == ["done", "done"]
    again = run_batch(requests, workspace, quiet)
    assert states(again) == ["unchanged", "unchanged"]
    assert again.exit_code == 0
    assert "未变 2 份" in again.sentence()
    assert states(run_batch(requests, workspace, Plan(force=True, progress=False))) == ["done", "done"]


def test_a_changed_template_a_lost_file_and_a_new_format_are_made(workspace, tiny, quiet):
    requests = tiny("print(word)").ask("甲", "乙")
    first = run_batch(requests, workspace, quiet)
    report_path(workspace, first.attempts[0], "html").unlink()
    assert states(run_batch(requests, workspace, quiet)) == ["done", "unchanged"]
    both = Plan(formats=(Format.HTML, Format.DOCX), progress=False)
    assert states(run_batch(requests, workspace, both)) == ["done", "done"]
    assert states(run_batch(requests, workspace, quiet)) == ["unchanged", "unchanged"], "html is there beside docx"
    tiny("print(word, word)")
    assert states(run_batch(requests, workspace, both)) == ["done", "done"]


def test_what_somebody_edited_is_put_aside_not_lost(workspace, tiny, quiet):
    requests = tiny("print(word)").ask("甲")
    result = run_batch(requests, workspace, quiet)
    page = report_path(workspace, result.attempts[0], "html")
    page.write_text("改过的一页", encoding="utf-8")
    assert states(run_batch(requests, workspace, quiet)) == ["done"]
    kept = list((workspace.reports_dir / "旧稿").iterdir())
    assert [p.read_text(encoding="utf-8") for p in kept] == ["改过的一页"]
    assert "</html>" in page.read_text(encoding="utf-8")


def test_a_passing_fault_is_tried_again(workspace, tiny, quiet):
    """The first run of the cell dies like a process the system killed; the second finds the trace and goes on."""
    tiny("import os, signal, pathlib\nseen = pathlib.Path('seen')\nif not seen.exists():\n    seen.touch(); os.kill(os.getpid(), signal.SIGKILL)")
    result = run_batch(tiny.ask("甲"), workspace, quiet)
    assert states(result) == ["done"]


def test_a_lasting_fault_of_the_notebook_is_not(workspace, tiny, quiet):
    tiny("with open('tries', 'a') as f: f.write('x')", "raise ValueError('缺列')")
    result = run_batch(tiny.ask("甲"), workspace, quiet)
    assert states(result) == ["failed"]
    assert (workspace.root / "tries").read_text(encoding="utf-8") == "x"


def test_two_batches_do_not_meet(workspace, tiny, quiet):
    requests = tiny("print(word)").ask("甲")
    workspace.reports_dir.mkdir()
    with only_batch(workspace.reports_dir), pytest.raises(StoreBusy, match="另一批报告正在生成"):
        run_batch(requests, workspace, quiet)
    assert states(run_batch(requests, workspace, quiet)) == ["done"]


def killed_after(workspace, count: int, seconds: float) -> bool:
    """Start the batch, kill its whole group after *seconds*; say whether it had ended by itself."""
    script = workspace.root / "batch.py"
    script.write_text(BATCH, encoding="utf-8")
    running = subprocess.Popen([sys.executable, str(script), str(workspace.root), str(count)], start_new_session=True)
    try:
        return running.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return False


def everything(workspace) -> dict[str, str]:
    """Name → content hash of all finished files of the batch; each must be whole."""
    folder = workspace.reports_dir / "小报告"
    return {p.name: content_hash(p) for p in sorted(folder.iterdir()) if not p.name.endswith(manifest.ENDING) and not p.name.startswith(".")}


CELLS = ("import time; time.sleep(0.02)", "from fangkong_lab.show.prose import Prose; Prose((word * 3,))", "print(word)")


def test_a_kill_costs_nothing_that_was_finished(workspace, tiny, quiet):
    tiny("import time; time.sleep(0.3)", *CELLS)
    folder = workspace.reports_dir / "小报告"
    script = workspace.root / "batch.py"
    script.write_text(BATCH, encoding="utf-8")
    running = subprocess.Popen([sys.executable, str(script), str(workspace.root), "8"], start_new_session=True)
    deadline = time.monotonic() + 60
    while len(list(folder.glob(f"*.{manifest.ENDING}"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    there = {p: p.stat().st_mtime_ns for p in folder.glob(f"*.{manifest.ENDING}")}
    assert 2 <= len(there) < 8
    assert all(json.loads(p.read_text(encoding="utf-8")) for p in folder.glob("*.ipynb"))
    assert killed_after(workspace, 8, 120)
    assert {p: p.stat().st_mtime_ns for p in there} == there, "finished reports were made again"
    assert len(everything(workspace)) == 8 * 4
    # A report that stood already but was killed before its line was written is listed as unchanged by the next batch.
    assert "done" in {a.state for a in status.latest(workspace.reports_dir)} <= {"done", "unchanged"}
    assert not (workspace.reports_dir / ".partial").exists()


@pytest.mark.heavy
def test_ten_kills_at_random_moments_end_as_none(tmp_path, workspace, tiny):
    """50 reports in four formats: content hashes after ten kills and resumptions equal those of an undisturbed run."""
    from fangkong_lab.workspace import read_workspace

    tiny(*CELLS)
    calm_root = tmp_path / "calm"
    calm_root.mkdir()
    (calm_root / "fangkong.toml").write_text((workspace.root / "fangkong.toml").read_text(encoding="utf-8"), encoding="utf-8")
    calm = read_workspace(calm_root)
    (calm.notebooks_dir / "reports").mkdir(parents=True)
    template = nbformat.read(workspace.notebooks_dir / "reports" / "tiny.ipynb", as_version=4)
    nbformat.write(template, calm.notebooks_dir / "reports" / "tiny.ipynb")
    started = time.monotonic()
    assert killed_after(calm, 50, 600)
    whole = time.monotonic() - started
    chance = random.Random(20161231)
    for _ in range(10):
        # From the first import to well inside the writing; a later kill finds less left to do.
        killed_after(workspace, 50, chance.uniform(0.1, 0.5) * whole)
        for path in (workspace.reports_dir / "小报告").glob("*.ipynb"):
            json.loads(path.read_text(encoding="utf-8"))
    assert killed_after(workspace, 50, 600)
    assert everything(workspace) == everything(calm)
    assert len(everything(calm)) == 50 * 4


def test_results_do_not_depend_on_kind_or_number_of_workers(workspace, tiny):
    requests = tiny("print(word * 3)", "{w: len(w) for w in {word, 'x', 'y'}}").ask("甲", "乙", "丙")
    plans = [Plan(workers=1, force=True, progress=False), Plan(workers=3, force=True, progress=False),
             Plan(workers=2, force=True, progress=False, crew=CrewKind.KEEP)]
    hashes = [[a.content_hash for a in run_batch(requests, workspace, plan).attempts] for plan in plans]
    assert hashes[0] == hashes[1] == hashes[2]
    assert len(set(hashes[0])) == 3
