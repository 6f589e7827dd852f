"""Reports through a real dask scheduler with real workers on loopback, one of them killed midway: all made, and the same."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.report import manifest
from fangkong_lab.report.batch import Plan, run_batch
from fangkong_lab.report.order import Format

pytest.importorskip("distributed")
SCHEDULER = ("import asyncio\nfrom distributed import Scheduler\n"
             "async def main():\n    async with Scheduler(host='127.0.0.1', port=0, dashboard_address=None) as s:\n"
             "        print(s.address, flush=True)\n        await s.finished()\nasyncio.run(main())\n")
WORKER = ("import asyncio, sys\nfrom distributed import Worker\n"
          "async def main():\n    async with Worker(sys.argv[1], nthreads=1, host='127.0.0.1', dashboard_address=None) as w:\n"
          "        print('up', flush=True)\n        await w.finished()\nif __name__ == '__main__':\n    asyncio.run(main())\n")


def start(code: str, *words: str) -> tuple[subprocess.Popen, str]:
    running = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               start_new_session=True)
    return running, running.stdout.readline().strip()


@pytest.fixture
def cluster():
    scheduler, address = start(SCHEDULER)
    assert re.match(r"tcp://127\.0\.0\.1:\d+", address)
    workers = [start(WORKER, address)[0] for _ in range(2)]
    yield address, workers
    for running in (*workers, scheduler):
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@pytest.mark.heavy
def test_a_killed_worker_costs_nothing(workspace, tiny, cluster):
    address, workers = cluster
    words = [f"词{n:02d}" for n in range(16)]
    requests = tiny("import time; time.sleep(0.4)", "from fangkong_lab.show.prose import Prose; Prose((word * 3,))").ask(*words)
    folder = workspace.reports_dir / "小报告"

    def kill_one() -> None:
        while len(list(folder.glob(f"*.{manifest.ENDING}"))) < 4:
            time.sleep(0.05)
        os.killpg(workers[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    formats = (Format.HTML, Format.DOCX)
    there = run_batch(requests, workspace, Plan(formats=formats, cluster=address, progress=False))
    killer.join()
    workers[0].wait()
    assert [a.state for a in there.attempts] == ["done"] * 16, there.sentence()
    assert workers[1].poll() is None
    here = run_batch(requests, workspace, Plan(formats=formats, force=True, progress=False))
    assert [a.content_hash for a in there.attempts] == [a.content_hash for a in here.attempts]


@pytest.mark.heavy
def test_a_dead_address_is_one_clear_line(workspace, tiny):
    with pytest.raises(BadInput, match="连不上 dask 调度器"):
        run_batch(tiny("print(word)").ask("甲"), workspace, Plan(cluster="tcp://127.0.0.1:9", progress=False))
