"""The reports of a batch on several machines, through a dask scheduler (extra ``cluster``).

Each dask worker keeps a crew of one per thread: a nursery (or kept process) of its own makes the report, so that limits, deaths and
outputs are those of a single machine. The workspace must be seen under the same path everywhere; files go to the batch's
partial folder and are published by the batch alone. A worker that dies has its reports given to another by dask.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from functools import cache
from typing import Any

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.report.crew import CrewKind, ForkCrew, KeptCrew, make_crew
from fangkong_lab.report.order import Limits, Order, Outcome

_CONNECT_S = 10
_DEATHS_BORNE = 3


def make_there(order: str, limits: str) -> dict[str, Any]:
    """Make the report of *order* (JSON) on this dask worker and return its outcome as plain values."""
    crew = _crew_here(limits, threading.get_ident())
    crew.submit(Order.of(json.loads(order)))
    _, outcome = crew.done()
    return outcome.record()


@cache
def _crew_here(limits: str, thread: int) -> ForkCrew | KeptCrew:
    crew: ForkCrew | KeptCrew = make_crew(CrewKind.usual(), 1, Limits(**json.loads(limits)))
    return crew


class ClusterCrew:
    """Hands orders to the dask scheduler at *address*, two per worker thread, so that none waits."""

    def __init__(self, address: str, limits: Limits) -> None:
        try:
            from distributed import Client, as_completed
        except ImportError as error:
            raise WrongCall("没有安装 distributed，不能使用 --cluster", mend="安装 fangkong-lab[cluster]，或去掉 --cluster") from error
        try:
            self._client = Client(address, timeout=_CONNECT_S, name="fangkong-report")
        except (OSError, ValueError, TimeoutError) as error:
            raise BadInput(f"连不上 dask 调度器（{error}）", where=address, mend="检查地址，先启动调度器和工作进程") from error
        self._limits = json.dumps(asdict(limits))
        self._running: dict[str, Order] = {}
        self._finished = as_completed([])
        self._futures: dict[Any, str] = {}

    @property
    def room(self) -> int:
        """How many more orders may be handed in now."""
        threads = sum(self._client.nthreads().values())
        return max(1, 2 * threads) - len(self._running)

    def submit(self, order: Order) -> None:
        """Begin with *order*."""
        future = self._client.submit(make_there, order.line(), self._limits, pure=False, retries=_DEATHS_BORNE)
        self._running[order.key] = order
        self._futures[future] = order.key
        self._finished.add(future)

    def done(self) -> tuple[Order, Outcome]:
        """Wait for the next order that ended; what dask gave up on has failed, and may be tried again."""
        future = next(self._finished)
        order = self._running.pop(self._futures.pop(future))
        failure = future.exception()
        if failure is not None:
            return order, Outcome(order.key, error=f"集群未能完成（{type(failure).__name__}：{failure}）", passing=True)
        return order, Outcome.of(future.result())

    def close(self) -> None:
        """Give back what still runs and leave the scheduler to others."""
        for future in self._futures:
            future.cancel()
        self._client.close()
