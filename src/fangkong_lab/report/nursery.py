"""The process that has imported everything and forks itself for each report (Linux).

It stays single-threaded and computes nothing, so that a fork is safe. It watches its children from outside: time, memory,
death. When the batch that started it is gone (its pipe closes), it ends its children and itself.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import select
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from fangkong_lab.errors import FangkongError
from fangkong_lab.memory import keep_in
from fangkong_lab.report import snapshot
from fangkong_lab.report.order import Limits, Order, Outcome
from fangkong_lab.report.preload import imports_of, learn, preload, threads
from fangkong_lab.report.sharing import COMMON
from fangkong_lab.report.wire import send, take_over_output

_PR_SET_PDEATHSIG = 1
_LOOK_EVERY_S = 0.1
# A child lives for one report: seldom collecting saves it time, and its memory is watched.
_COLLECT = (100_000, 50, 1000)


@dataclass
class _Child:
    order: Order
    pid: int
    pipe: int
    started: float
    received: bytearray = field(default_factory=bytearray)
    peak: int = 0
    why: str = ""


class Nursery:
    """Takes orders from *inbox* (a descriptor), forks a child for each, tells *outbox* what became of it."""

    def __init__(self, inbox: int, outbox: BinaryIO, limits: Limits, avoid: frozenset[str] = frozenset()) -> None:
        self._inbox, self._outbox, self._limits, self._avoid = inbox, outbox, limits, avoid
        self._unread = bytearray()
        self._children: dict[int, _Child] = {}
        self._snapshot = ""
        self._known: set[str] = set()

    def serve(self) -> None:
        """Work until the inbox is closed."""
        while True:
            pipes = [child.pipe for child in self._children.values()]
            ready, _, _ = select.select([self._inbox, *pipes], [], [], _LOOK_EVERY_S if pipes else None)
            if self._inbox in ready and not self._take():
                break
            for child in [c for c in self._children.values() if c.pipe in ready]:
                self._hear(child)
            for child in list(self._children.values()):
                self._watch(child)
        for child in self._children.values():
            os.kill(child.pid, signal.SIGKILL)

    def _take(self) -> bool:
        data = os.read(self._inbox, 1 << 16)
        self._unread += data
        *lines, rest = bytes(self._unread).split(b"\n")
        self._unread = bytearray(rest)
        for line in lines:
            self._start(Order.of(json.loads(line)))
        return bool(data)

    def _start(self, order: Order) -> None:
        if order.snapshot and order.snapshot != self._snapshot:
            frozen = snapshot.read(order.snapshot)
            snapshot.use(frozen)
            COMMON.know(frozen.tables)
            self._snapshot = order.snapshot
        if order.notebook not in self._known:
            self._known.add(order.notebook)
            self._learn(imports_of(order.notebook))
        alive = threads()
        if len(alive) > 1:
            raise FangkongError("复制进程之前有线程在运行", where="、".join(alive), mend="改用 --engine nbclient，并报告这一错误")
        gc.freeze()  # what is here by now is shared with the children: their collections need not walk and copy it
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _child(order, writing)
        os.close(writing)
        self._children[pid] = _Child(order, pid, reading, time.monotonic())

    def _hear(self, child: _Child) -> None:
        data = os.read(child.pipe, 1 << 20)
        child.received += data
        if data:
            return
        os.close(child.pipe)
        _, status = os.waitpid(child.pid, 0)
        del self._children[child.pid]
        outcome = _outcome(child, status)
        COMMON.take_over(Path(child.order.path("common")))
        send(self._outbox, {"outcome": outcome.record() | {"megabytes": child.peak}})
        self._learn(outcome.modules)

    def _learn(self, modules: tuple[str, ...]) -> None:
        loud = learn(modules, self._avoid)
        if loud:
            send(self._outbox, {"loud": loud})

    def _watch(self, child: _Child) -> None:
        child.peak = max(child.peak, resident_megabytes(child.pid))
        if not child.why and child.pid in self._children:
            child.why = broken_limit(self._limits, time.monotonic() - child.started, child.peak)
            if child.why:
                os.kill(child.pid, signal.SIGKILL)


def broken_limit(limits: Limits, seconds: float, megabytes: int) -> str:
    """Return which limit a report broke, in words; empty where none."""
    if seconds > limits.seconds:
        return f"超过时间上限 {limits.seconds:g} 秒，已停止"
    if megabytes > limits.megabytes:
        return f"超过内存上限 {limits.megabytes} 兆，已停止"
    return ""


def resident_megabytes(pid: int) -> int:
    """Return the resident memory of process *pid* in MB; 0 where it has gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def _outcome(child: _Child, status: int) -> Outcome:
    if child.received:
        return Outcome.of(json.loads(child.received))
    died = f"被信号 {os.WTERMSIG(status)} 终止" if os.WIFSIGNALED(status) else f"退出码 {os.WEXITSTATUS(status)}"
    return dead(child.order, child.why, died)


def dead(order: Order, why: str, died: str) -> Outcome:
    """Return the outcome of a worker that gave none: a limit it broke (*why*), or how it *died* and its log's last line."""
    log = Path(order.path("log"))
    said = [t for t in log.read_text(encoding="utf-8", errors="replace").splitlines() if t.strip()] if log.exists() else []
    # An exception of ours or of a library leaves a traceback; a signal leaves nothing, and may pass.
    error = why or (f"{said[-1]}。请检查笔记本模板 {Path(order.notebook).name}" if said else f"生成进程中途退出（{died}；可能内存不足）")
    return Outcome(order.key, error=error, passing=not why and not said)


def _child(order: Order, pipe: int) -> None:
    """Make one report in this freshly forked process, write the outcome to *pipe*, and end without clean-up of the parent's."""
    code = 1
    try:
        _die_with_parent()
        gc.set_threshold(*_COLLECT)
        log = os.open(order.path("log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        from fangkong_lab.report.making import make

        with os.fdopen(pipe, "wb") as channel:
            outcome = make(order)
            COMMON.hand_over(Path(order.path("common")))
            channel.write(json.dumps(outcome.record()).encode())
        code = 0
    except BaseException:
        # The log says what it was; below this process ends, so that nothing climbs into the parent's code it is a copy of.
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def serve(limits: dict[str, Any], avoid: list[str]) -> None:
    """Be the nursery: import, say so, then serve standard input until it closes; *avoid* is never imported ahead."""
    outbox = take_over_output()
    preload()
    keep_in(COMMON)
    gc.collect()
    gc.freeze()
    send(outbox, {"ready": True, "threads": threads()})
    Nursery(0, outbox, Limits(**limits), frozenset(avoid)).serve()


if __name__ == "__main__":
    serve(**json.loads(sys.argv[1]))
