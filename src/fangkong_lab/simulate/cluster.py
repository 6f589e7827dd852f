"""Several machines: the executor of a dask scheduler (extra ``cluster``), for `runner.run` and the sweeps.

The work is pure functions of a model and a block, and the totals are whole numbers that add up in any order: a worker
that dies has its blocks done by another, and the result is bit for bit that of one process.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.simulate.program import program_hash

_CONNECT_S = 5
_TRIES = 3
_ADDRESS = re.compile(r"(?:tcp://)?(?P<host>[^/:\s]+|\[[0-9a-fA-F:]+\]):(?P<port>\d{1,5})/?")


@dataclass(frozen=True)
class Cluster:
    """*executor* hands work to the workers of a dask scheduler, which have *threads* in all."""

    executor: Executor
    threads: int


def edition_here() -> str:
    """Return the edition of the simulation's program in this process."""
    return program_hash()


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Give the cluster of the dask scheduler at *address* (``tcp://host:port``), and leave the scheduler to others at the end.

    Raises `WrongCall` where `distributed` is not installed or *address* is none, `BadInput` (within seconds) where no
    scheduler answers, no worker is there, or a worker runs another edition of the program (its numbers would not be these).
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise WrongCall("没有安装 distributed，不能使用 --cluster", mend="安装 fangkong-lab[cluster]，或去掉 --cluster") from error
    there = _answering(address)
    try:
        client = Client(there, timeout=_CONNECT_S, name="fangkong-simulate", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise _unreachable(there) from error
    try:
        threads = sum(client.nthreads().values())
        if not threads:
            raise BadInput("调度器没有工作进程", where=there, mend=f"先在各台机器上启动工作进程：dask worker {there} --nthreads 1")
        _same_edition(client.run(edition_here, on_error="return"), there)
        yield Cluster(client.get_executor(pure=False, retries=_TRIES), threads)
    finally:
        client.close()


def _answering(address: str) -> str:
    """Return *address* in full, where a dask scheduler answers.

    Asked before a client is made: one that cannot connect tries for long, and again when it is dropped.
    """
    # A full-width colon is what a Chinese keyboard types.
    found = _ADDRESS.fullmatch(address.strip().replace("：", ":"))
    if found is None or int(found["port"]) > 65535:
        raise WrongCall(f"「{address}」不是调度器地址", where="--cluster", mend="写成 tcp://主机:8786 的样子")  # half-width: as typed
    there = f"tcp://{found['host']}:{found['port']}"
    try:
        socket.create_connection((found["host"].strip("[]"), int(found["port"])), _CONNECT_S).close()
        # In a thread of its own: a notebook's thread already runs an event loop, and takes no second one.
        with ThreadPoolExecutor(1) as own:
            kind = own.submit(_asked, there).result()
    except (OSError, TimeoutError, ValueError, EOFError, MemoryError) as error:
        raise _unreachable(there) from error
    if kind != "Scheduler":
        raise BadInput("应答的不是 dask 调度器", where=there, mend="核对端口：要调度器的，不是工作进程或网页的")
    return there


def _unreachable(there: str) -> BadInput:
    return BadInput("连不上 dask 调度器", where=there, mend="核对地址；先在那台机器上运行 dask scheduler，并看防火墙是否放行")


def _asked(address: str) -> str:
    return asyncio.run(_kind(address))


async def _kind(address: str) -> str:
    """Ask what is there; what is not of dask answers nonsense or nothing."""
    from distributed.core import rpc

    async with rpc(address) as there:
        return str((await asyncio.wait_for(there.identity(), _CONNECT_S))["type"])


def _same_edition(found: Mapping[str, object], address: str) -> None:
    """Check what each worker answered: its edition, or the error it ran into."""
    lacking = sorted(worker for worker, edition in found.items() if not isinstance(edition, str))
    if lacking:
        raise BadInput(f"工作进程 {'、'.join(lacking)} 里没有可用的 fangkong-lab（{found[lacking[0]]}）", where=address,
                       mend="各机安装同一版 fangkong-lab")
    other = sorted(worker for worker, edition in found.items() if edition != edition_here())
    if other:
        raise BadInput(f"工作进程 {'、'.join(other)} 的推演程序与本机不是同一版", where=address,
                       mend="各机安装同一版 fangkong-lab（连同 numpy、numba 的版本），再重新启动工作进程")
