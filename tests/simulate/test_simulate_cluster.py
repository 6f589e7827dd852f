"""A real dask scheduler with two real workers on loopback, one killed midway. Witness: one process, bit for bit."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest
from simulate_worlds import small

from fangkong_lab.errors import BadInput
from fangkong_lab.simulate.cluster import _same_edition, cluster, edition_here
from fangkong_lab.simulate.crew import Crew
from fangkong_lab.simulate.fold import Totals
from fangkong_lab.simulate.model import model_of
from fangkong_lab.simulate.robust import Effort, robustness
from fangkong_lab.simulate.runner import run

pytest.importorskip("distributed")
SCHEDULER = ("import asyncio\nfrom distributed import Scheduler\n"
             "async def main():\n    async with Scheduler(host='127.0.0.1', port=0, dashboard_address=None) as s:\n"
             "        print(s.address, flush=True)\n        await s.finished()\nasyncio.run(main())\n")
WORKER = ("import asyncio, sys\nfrom distributed import Worker\n"
          "async def main():\n    async with Worker(sys.argv[1], nthreads=1, host='127.0.0.1', dashboard_address=None) as w:\n"
          "        print('up', flush=True)\n        await w.finished()\nif __name__ == '__main__':\n    asyncio.run(main())\n")
COUNT, EACH = 4000, 50


def start(code: str, *words: str) -> tuple[subprocess.Popen[str], str]:
    running = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               start_new_session=True)
    assert running.stdout is not None
    return running, running.stdout.readline().strip()


@pytest.fixture
def machines() -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    scheduler, address = start(SCHEDULER)
    assert re.match(r"tcp://127\.0\.0\.1:\d+", address)
    workers = [start(WORKER, address)[0] for _ in range(2)]
    yield address, workers
    for running in (*workers, scheduler):
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def same(one: Totals, other: Totals) -> bool:
    return one.count == other.count and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("sums", "squares", "keys", "counts"))


@pytest.mark.heavy
def test_a_killed_worker_does_not_show(machines: tuple[str, list[subprocess.Popen[str]]]) -> None:
    address, workers = machines
    model = model_of(small())
    killed: list[int] = []

    def kill_midway(done: int, wanted: int) -> None:
        if 0 < done < wanted and not killed:
            os.killpg(workers[0].pid, signal.SIGKILL)
            killed.append(done)
    with cluster(address) as there:
        assert there.threads == 2
        found = run(model, COUNT, there.threads, progress=kill_midway, executor=there.executor, block_size=EACH)
    workers[0].wait(30)
    assert killed
    assert killed[0] < COUNT
    assert workers[1].poll() is None
    assert same(found, run(model, COUNT, 1))


@pytest.mark.heavy
def test_the_sweep_on_a_cluster_is_the_sweep_here(machines: tuple[str, list[subprocess.Popen[str]]]) -> None:
    model, effort = model_of(small(crowds=((5, 6),))), Effort(replications=2, confirm=4, trajectories=2)
    chosen = ["conduct.sole_rate", "responses.提醒.hours", "responses.约谈整改.deters"]
    with cluster(machines[0]) as there:
        found = robustness(model, effort, chosen, Crew(there.executor, there.threads))
    alone = robustness(model, effort, chosen)
    assert found.verdicts == alone.verdicts
    assert found.effects.equals(alone.effects)


def enter(address: str) -> None:
    with cluster(address):
        pytest.fail("nothing is there to be entered")


async def in_a_notebook(address: str) -> None:
    """As a cell of JupyterLab calls it: in a thread whose event loop runs."""
    assert asyncio.get_running_loop().is_running()
    enter(address)


@pytest.fixture
def hanging_up() -> Iterator[str]:
    """A port that takes every call and hangs up at once."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        def answer() -> None:
            with suppress(OSError):
                while True:
                    door.accept()[0].close()
        threading.Thread(target=answer, daemon=True).start()
        yield f"tcp://127.0.0.1:{door.getsockname()[1]}"


def test_inside_a_notebook_what_does_not_answer_is_refused_as_outside(hanging_up: str) -> None:
    with pytest.raises(BadInput, match="连不上 dask 调度器"):
        enter(hanging_up)
    with pytest.raises(BadInput, match="连不上 dask 调度器") as caught:
        asyncio.run(in_a_notebook(hanging_up))
    assert caught.value.where == hanging_up


@pytest.mark.parametrize("error", [OSError("gone"), TimeoutError("late"), ValueError("odd")])
def test_a_scheduler_that_goes_away_after_its_answer_is_said_so(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def gone(*given: object, **named: object) -> None:
        raise error
    monkeypatch.setattr("fangkong_lab.simulate.cluster._answering", lambda address: address)
    monkeypatch.setattr("distributed.Client", gone)
    with pytest.raises(BadInput, match="连不上 dask 调度器") as caught:
        enter("tcp://127.0.0.1:8786")
    assert caught.value.__cause__ is error


@pytest.mark.heavy
def test_inside_a_notebook_the_cluster_computes_the_same(machines: tuple[str, list[subprocess.Popen[str]]]) -> None:
    model = model_of(small(crowds=((5, 6),)))

    async def cell() -> Totals:
        with cluster(machines[0]) as there:
            return run(model, 40, there.threads, executor=there.executor, block_size=10)
    assert same(asyncio.run(cell()), run(model, 40, 1))


@pytest.mark.heavy
def test_a_scheduler_without_workers_is_refused() -> None:
    scheduler, address = start(SCHEDULER)
    try:
        with pytest.raises(BadInput, match="没有工作进程"):
            enter(address)
        with pytest.raises(BadInput, match="没有工作进程"):
            asyncio.run(in_a_notebook(address))
    finally:
        os.killpg(scheduler.pid, signal.SIGKILL)
        scheduler.wait()


def test_another_edition_of_the_code_is_refused() -> None:
    _same_edition({"甲": edition_here()}, "tcp://x")
    with pytest.raises(BadInput, match="工作进程 乙 的推演程序与本机不是同一版"):
        _same_edition({"甲": edition_here(), "乙": "edition_0"}, "tcp://x")
