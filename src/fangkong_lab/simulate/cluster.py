"""Several machines: the executor of a dask scheduler (extra ``cluster``), for `runner.run` and the sweeps.

The work is pure functions of a model and a block, and the totals are whole numbers that add up in any order: a worker
that dies has its blocks done by another, and the result is bit for bit that of one process.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.simulate.records import EDITION

_CONNECT_S = 10
_TRIES = 3


@dataclass(frozen=True)
class Cluster:
    """*executor* hands work to the workers of a dask scheduler, which have *threads* in all."""

    executor: Executor
    threads: int


def edition_here() -> str:
    """Return the edition of the simulation's code in this process."""
    return EDITION[0]


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Give the cluster of the dask scheduler at *address*, and leave the scheduler to others at the end.

    Raises `WrongCall` where `distributed` is not installed, `BadInput` where nobody answers, no worker is there, or a
    worker runs another edition of the code (its numbers would not be these).
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise WrongCall("没有安装 distributed，不能使用 --cluster", mend="安装 fangkong-lab[cluster]，或去掉 --cluster") from error
    try:
        client = Client(address, timeout=_CONNECT_S, name="fangkong-simulate", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise BadInput(f"连不上 dask 调度器（{error}）", where=address, mend="检查地址，先启动调度器和工作进程") from error
    try:
        threads = sum(client.nthreads().values())
        if not threads:
            raise BadInput("调度器没有工作进程", where=address, mend="先启动工作进程：dask worker " + address)
        _same_edition(client.run(edition_here), address)
        yield Cluster(client.get_executor(pure=False, retries=_TRIES), threads)
    finally:
        client.close()


def _same_edition(found: dict[str, str], address: str) -> None:
    other = sorted(worker for worker, edition in found.items() if edition != edition_here())
    if other:
        raise BadInput(f"工作进程 {'、'.join(other)} 的推演程序与本机不是同一版", where=address, mend="各机安装同一版 fangkong-lab")
