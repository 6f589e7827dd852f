"""A real dask scheduler with two real workers on loopback, one killed midway. Witness: one process, bit for bit."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

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


@pytest.mark.heavy
def test_a_scheduler_without_workers_is_refused() -> None:
    scheduler, address = start(SCHEDULER)
    try:
        with pytest.raises(BadInput, match="没有工作进程"), cluster(address):
            time.sleep(0)
    finally:
        os.killpg(scheduler.pid, signal.SIGKILL)
        scheduler.wait()


def test_another_edition_of_the_code_is_refused() -> None:
    _same_edition({"甲": edition_here()}, "tcp://x")
    with pytest.raises(BadInput, match="工作进程 乙 的推演程序与本机不是同一版"):
        _same_edition({"甲": edition_here(), "乙": "edition_0"}, "tcp://x")
