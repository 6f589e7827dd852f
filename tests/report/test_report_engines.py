"""Our engine, forked or kept, against papermill's own with a fresh kernel: the same outputs on every template."""

import json
from dataclasses import replace

import nbformat
import pytest

from fangkong_lab.kinds import Audience
from fangkong_lab.report.batch import Plan, report_path, run_batch
from fangkong_lab.report.crew import CrewKind, ForkCrew, KeptCrew, drive
from fangkong_lab.report.order import Engine, Limits, Order
from fangkong_lab.report.templates import TEMPLATES, all_requests, unit_requests
from fangkong_lab.report.typed import MIME


def outputs(workspace, result) -> dict[str, list]:
    """Request → cells with their outputs and run numbers, as written to the notebook."""
    found = {}
    for attempt in result.attempts:
        made = nbformat.read(report_path(workspace, attempt, "ipynb"), as_version=4)
        found[attempt.key] = [[c.cell_type, c.source, c.get("execution_count"), c.get("outputs", [])] for c in made.cells]
    return json.loads(json.dumps(found))


@pytest.fixture(scope="module")
def ours(county):
    """One report of every template, in every format, by forked processes."""
    requests = {r.template.name: r for r in reversed(all_requests(county))}
    # A simulation is asked for, not due; its own report test runs it (heavy: it compiles and sweeps).
    assert set(requests) == set(TEMPLATES) - {"scenario"}
    # The same unit a day earlier: by then the nursery knows what the first report worked out.
    asked = [requests[name] for name in sorted(requests)] + unit_requests(county, [], "2016-12-30", Audience.INTERNAL)
    plan = Plan(workers=1, progress=False, force=True)
    result = run_batch(asked, county, plan)
    assert result.exit_code == 0, result.sentence()
    return asked, plan, result, outputs(county, result)


@pytest.mark.skipif(CrewKind.usual() is not CrewKind.FORK, reason="fork is made on Linux")
def test_equal_outputs_on_every_template(county, ours):
    asked, plan, result, mine = ours
    stock = run_batch(asked, county, replace(plan, engine=Engine.STOCK))
    assert stock.exit_code == 0, stock.sentence()
    assert outputs(county, stock) == mine
    assert [a.content_hash for a in stock.attempts] == [a.content_hash for a in result.attempts]
    assert all(any(MIME in o.get("data", {}) for cell in cells for o in cell[3]) for cells in mine.values())


def test_kept_workers_give_the_same(county, ours):
    asked, plan, _, mine = ours
    kept = run_batch(asked, county, replace(plan, crew=CrewKind.KEEP, workers=1))
    assert kept.exit_code == 0, kept.sentence()
    assert outputs(county, kept) == mine


def order(workspace, word: str = "甲") -> Order:
    return Order(key=word, title=word, notebook=str(workspace.notebooks_dir / "reports" / "tiny.ipynb"), parameters={"word": word},
                 cwd=str(workspace.root), folder=str(workspace.root), stem=f"r-{word}", formats=())


@pytest.mark.skipif(CrewKind.usual() is not CrewKind.FORK, reason="fork is made on Linux")
def test_no_thread_is_alive_before_the_fork(workspace, tiny):
    """The kernel's own list of the process's threads is the witness, after the imports and before every fork."""
    tiny("import os; print(os.listdir('/proc/self/task') == [str(os.getpid())])", "import pandas, duckdb, pyarrow, numba")
    crew = ForkCrew(1, Limits())
    results = list(drive(crew, [order(workspace, "甲"), order(workspace, "乙")]))
    assert all(outcome.done for _, outcome in results)
    assert len(crew.threads) == 1
    for each, _ in results:
        made = nbformat.read(each.path("ipynb"), as_version=4)
        assert [o.text for c in made.cells for o in c.get("outputs", [])] == ["True\n"]


def test_a_worker_is_replaced_after_its_share(workspace, tiny):
    tiny("import os; print(os.getpid())")
    crew = KeptCrew(1, Limits(), recycle=2)
    orders = [order(workspace, w) for w in "甲乙丙丁"]
    assert all(outcome.done for _, outcome in drive(crew, orders))
    pids = [nbformat.read(o.path("ipynb"), as_version=4).cells[-1].outputs[0].text for o in orders]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_kept_worker_starts_every_report_afresh(workspace, tiny):
    tiny("print('left' in globals())\nleft = 1")
    orders = [order(workspace, w) for w in "甲乙"]
    assert all(outcome.done for _, outcome in drive(KeptCrew(1, Limits()), orders))
    assert [nbformat.read(o.path("ipynb"), as_version=4).cells[-1].outputs[0].text for o in orders] == ["False\n", "False\n"]


@pytest.mark.parametrize("kind", list(CrewKind), ids=lambda k: k.value)
def test_limits_and_deaths_fail_one_report_with_its_last_cell(workspace, tiny, kind):
    if kind is CrewKind.FORK and CrewKind.usual() is not CrewKind.FORK:
        pytest.skip("fork is made on Linux")
    tiny("begin = word", "import time\nif word == '久': time.sleep(600)", "if word == '多': hoard = bytearray(5 << 28); time.sleep(600)",
         "import os, signal\nif word == '死': os.kill(os.getpid(), signal.SIGKILL)", "print(word)")
    plan = Plan(workers=2, progress=False, crew=kind, limits=Limits(seconds=25, megabytes=900))
    result = run_batch(tiny.ask("甲", "久", "多", "死", "乙"), workspace, plan)
    by_word = {a.title[0]: a for a in result.attempts}
    assert [a.state for a in result.attempts] == ["done", "failed", "failed", "failed", "done"]
    assert "超过时间上限 25 秒" in by_word["久"].error
    assert "time.sleep" in by_word["久"].error
    assert "超过内存上限 900 兆" in by_word["多"].error
    assert "中途退出" in by_word["死"].error
    kept = nbformat.read(workspace.reports_dir / "失败" / f"{by_word['死'].name}.ipynb", as_version=4)
    assert "os.kill" in kept.cells[-1].source
    assert kept.cells[-1].outputs[-1].output_type == "error"
    assert any("begin" in c.source for c in kept.cells)
