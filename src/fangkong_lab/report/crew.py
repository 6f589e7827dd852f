"""Those who make the reports of a batch: forked children of a nursery, or persistent workers; and how they are driven."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any, Protocol

from fangkong_lab.errors import ReportFailed
from fangkong_lab.kinds import Kind
from fangkong_lab.report.making import prepare_process
from fangkong_lab.report.nursery import broken_limit, dead
from fangkong_lab.report.order import Limits, Order, Outcome
from fangkong_lab.report.wire import Message, messages, send

RECYCLE_AFTER = 50
MOST_TRIES = 3
_LOOK_EVERY_S = 0.2


class CrewKind(Kind):
    """How processes are made: forked from one that has imported everything (Linux), or started once and kept."""

    FORK = "fork", "复制进程"
    KEEP = "keep", "常驻进程"

    @classmethod
    def usual(cls) -> CrewKind:
        """Return what fits this system."""
        return cls.FORK if sys.platform == "linux" else cls.KEEP


class Crew(Protocol):
    """Makes reports: `room` orders may be handed in before `done` is asked for the next one that ended."""

    @property
    def room(self) -> int:
        """How many more orders may be handed in now."""

    def submit(self, order: Order) -> None:
        """Begin with *order*."""

    def done(self) -> tuple[Order, Outcome]:
        """Wait for the next order that ended."""

    def close(self) -> None:
        """End everything that still runs."""


def drive(crew: Crew, orders: Sequence[Order], tries: int = MOST_TRIES) -> Generator[tuple[Order, Outcome], None, None]:
    """Hand *orders* to *crew* and give each with its last outcome as it ends; a passing fault is tried again at the end."""
    waiting, tried, running = deque(orders), dict.fromkeys((o.key for o in orders), 0), 0
    try:
        while waiting or running:
            while waiting and crew.room:
                order = waiting.popleft()
                tried[order.key] += 1
                crew.submit(order)
                running += 1
            order, outcome = crew.done()
            running -= 1
            if outcome.passing and tried[order.key] < tries:
                waiting.append(order)
            else:
                yield order, outcome
    finally:
        crew.close()


@dataclass
class _Process:
    """One of our processes with the thread that listens to it."""

    popen: subprocess.Popen[bytes]
    heard: queue.Queue[tuple[_Process, Message | None]]
    said: IO[bytes]

    def __post_init__(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        if self.popen.stdout is not None:
            for message in messages(self.popen.stdout):
                self.heard.put((self, message))
        self.heard.put((self, None))

    def tell(self, message: Message) -> None:
        """Send *message*; a process that has gone is noticed by whoever listens."""
        if self.popen.stdin is not None:
            try:
                send(self.popen.stdin, message)  # type: ignore[arg-type]
            except (BrokenPipeError, OSError):
                return

    def last_words(self) -> str:
        """Return the last line the process itself (not a report) wrote to standard error."""
        self.said.seek(0)
        lines = self.said.read().decode("utf-8", errors="replace").splitlines()
        return lines[-1] if lines else "没有说明原因"

    def kill(self) -> None:
        """End the process now."""
        self.popen.kill()
        self.popen.wait()


def _start(module: str, argument: str, heard: queue.Queue[tuple[_Process, Message | None]]) -> _Process:
    command = [sys.executable, "-m", f"fangkong_lab.report.{module}", argument]
    said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
    popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, bufsize=0,
                             env=prepare_process(), start_new_session=sys.platform == "linux")
    return _Process(popen, heard, said)


class ForkCrew:
    """One nursery that forks up to *workers* children at a time; if it dies it is started again."""

    def __init__(self, workers: int, limits: Limits) -> None:
        self._workers, self._limits = workers, limits
        self._heard: queue.Queue[tuple[_Process, Message | None]] = queue.Queue()
        self._running: dict[str, Order] = {}
        self._ended: deque[tuple[Order, Outcome]] = deque()
        self._loud: set[str] = set()
        self._nursery = self._new()
        self.threads: list[str] = []

    def _new(self) -> _Process:
        argument = json.dumps({"limits": asdict(self._limits), "avoid": sorted(self._loud)})
        return _start("nursery", argument, self._heard)

    @property
    def room(self) -> int:
        """How many more orders may be handed in now."""
        return self._workers - len(self._running)

    def submit(self, order: Order) -> None:
        """Begin with *order*."""
        self._running[order.key] = order
        self._nursery.tell(json.loads(order.line()))

    def done(self) -> tuple[Order, Outcome]:
        """Wait for the next order that ended; where the nursery itself died, all it had in hand ended with it."""
        while not self._ended:
            process, message = self._heard.get()
            if process is self._nursery:
                self._hear(message)
        return self._ended.popleft()

    def _hear(self, message: Message | None) -> None:
        if message is None:
            self._ended.extend((o, dead(o, "", f"主进程退出：{self._nursery.last_words()}")) for o in self._running.values())
            self._running.clear()
            self._nursery.kill()
            self._nursery = self._new()
        elif "outcome" in message:
            outcome = Outcome.of(message["outcome"])
            self._ended.append((self._running.pop(outcome.key), outcome))
        elif "loud" in message:
            self._loud.add(str(message["loud"]))
        else:
            self.threads = list(message["threads"])

    def close(self) -> None:
        """End the nursery; its children end with it."""
        self._nursery.kill()


@dataclass
class _Slot:
    process: _Process
    order: Order | None = None
    started: float = 0.0
    made: int = 0
    peak: int = 0


class KeptCrew:
    """Up to *workers* processes that make report after report; each is replaced after *recycle* reports or when it dies."""

    def __init__(self, workers: int, limits: Limits, recycle: int = RECYCLE_AFTER) -> None:
        self._limits, self._recycle = limits, recycle
        self._heard: queue.Queue[tuple[_Process, Message | None]] = queue.Queue()
        self._slots = [_Slot(self._new()) for _ in range(workers)]

    def _new(self) -> _Process:
        return _start("worker", "", self._heard)

    @property
    def room(self) -> int:
        """How many more orders may be handed in now."""
        return sum(slot.order is None for slot in self._slots)

    def submit(self, order: Order) -> None:
        """Begin with *order*."""
        slot = next(s for s in self._slots if s.order is None)
        slot.order, slot.started, slot.peak = order, time.monotonic(), 0
        slot.process.tell(json.loads(order.line()))

    def done(self) -> tuple[Order, Outcome]:
        """Wait for the next order that ended; time and memory of those running are watched meanwhile."""
        while True:
            try:
                process, message = self._heard.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                broken = self._break_limits()
                if broken:
                    return broken
                continue
            slot = next((s for s in self._slots if s.process is process), None)
            if slot is None:
                continue
            if message is not None and "outcome" not in message:
                slot.started = time.monotonic()  # it has imported everything: only now does a report's time run
            elif slot.order is None:
                self._replace(slot)
            else:
                return self._end(slot, message)

    def _end(self, slot: _Slot, message: Message | None) -> tuple[Order, Outcome]:
        order, slot.order = slot.order, None
        if order is None:
            raise ReportFailed("没有在做的报告", mend="重新运行同一命令")
        slot.made += 1
        if message is None:
            outcome = dead(order, "", f"工作进程退出：{slot.process.last_words()}")
            self._replace(slot)
            return order, outcome
        if slot.made >= self._recycle:
            self._replace(slot)
        return order, Outcome.of(message["outcome"] | {"megabytes": slot.peak})

    def _replace(self, slot: _Slot) -> None:
        slot.process.kill()
        slot.process, slot.made = self._new(), 0

    def _break_limits(self) -> tuple[Order, Outcome] | None:
        for slot in self._slots:
            if slot.order is not None:
                slot.peak = max(slot.peak, _resident(slot.process.popen.pid))
                why = broken_limit(self._limits, time.monotonic() - slot.started, slot.peak)
                if why:
                    order, slot.order = slot.order, None
                    self._replace(slot)
                    return order, dead(order, why, "")
        return None

    def close(self) -> None:
        """End all workers."""
        for slot in self._slots:
            slot.process.kill()


def _resident(pid: int) -> int:
    """Return the resident memory of *pid* in MB on any system; 0 where it has gone."""
    import psutil  # type: ignore[import-untyped]

    try:
        return int(psutil.Process(pid).memory_info().rss) >> 20
    except psutil.Error:
        return 0


def make_crew(kind: CrewKind, workers: int, limits: Limits) -> Any:
    """Return a crew of *workers* of the given *kind*."""
    return ForkCrew(workers, limits) if kind is CrewKind.FORK else KeptCrew(workers, limits)
