"""Who does the work: jobs handed to threads, processes or a cluster; finished ones kept, the rest left out after Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fangkong_lab.simulate.model import Model
from fangkong_lab.simulate.store import Arrays, Store, store_of

Progress = Callable[[int, int | None], None]
"""Called with (done, wanted); wanted is None where it is not known beforehand."""


@dataclass(frozen=True)
class Stage:
    """A stage of the work as a screen calls it: *label*, and the *unit* that it is counted in."""

    label: str
    unit: str


Watch = Callable[[Stage], Progress]
"""Stage → what to call with its progress."""


@dataclass(frozen=True)
class Job:
    """One part of the work: a pure *call* of *given*, known by *name*; it counts as *size* in the progress."""

    name: str
    size: int
    call: Callable[..., Arrays]
    given: tuple[object, ...]


def unseen(stage: Stage) -> Progress:
    """Return what shows nothing of *stage*."""
    return hidden


def hidden(done: int, wanted: int | None) -> None:
    """Show nothing of the progress."""


@dataclass(frozen=True)
class Crew:
    """*executor*: anything with ``submit`` (a process pool, a cluster's); None: *workers* threads, for compiled code does
    not hold the interpreter's lock. *root*: the folder under which finished parts are kept and looked for (None: nowhere).
    """

    executor: Executor | None = None
    workers: int = 1
    root: Path | None = None
    watch: Watch = unseen

    def store(self, model: Model) -> Store | None:
        """Return where the parts of *model* are kept."""
        return None if self.root is None else store_of(self.root, model)

    def all(self, jobs: Sequence[Job], store: Store | None, progress: Progress) -> list[Arrays]:
        """Return the result of every job, in the order of *jobs*; neither workers nor interruptions show in it."""
        found = dict(self.each(jobs, store, progress))
        return [found[place] for place in range(len(jobs))]

    def each(self, jobs: Sequence[Job], store: Store | None, progress: Progress) -> Iterator[tuple[int, Arrays]]:
        """Yield (place in *jobs*, result): first what is kept in *store*, then the others as they finish, each kept first.

        On Ctrl-C, jobs that are under way are let finish and kept, and `KeyboardInterrupt` goes on.
        """
        total = done = 0
        missing = []
        for place, job in enumerate(jobs):
            held = store.load(job.name) if store is not None else None
            total += job.size
            if held is None:
                missing.append(place)
                continue
            done += job.size
            yield place, held
        progress(done, total)
        with closing(self._fresh(jobs, missing, store)) as parts:
            for place, made in parts:
                yield place, made
                done += jobs[place].size
                progress(done, total)

    def _fresh(self, jobs: Sequence[Job], missing: Sequence[int], store: Store | None) -> Generator[tuple[int, Arrays], None, None]:
        own = self.executor or ThreadPoolExecutor(max(1, self.workers))
        try:
            yield from _finished(jobs, missing, own, 2 * max(1, self.workers), store)
        finally:
            if self.executor is None:
                own.shutdown(wait=True, cancel_futures=True)


def _finished(jobs: Sequence[Job], missing: Sequence[int], executor: Executor, ahead: int,
              store: Store | None) -> Generator[tuple[int, Arrays], None, None]:
    """Yield jobs as they finish; at most *ahead* are under way, so that memory stays bounded."""
    running: dict[Future[Arrays], int] = {}
    queue = iter(missing)
    try:
        while True:
            for place in queue:
                running[executor.submit(jobs[place].call, *jobs[place].given)] = place
                if len(running) >= ahead:
                    break
            if not running:
                return
            ready, _ = wait(running, return_when=FIRST_COMPLETED)
            for each in ready:
                place = running[each]
                made = _kept(jobs[place], each.result(), store)
                del running[each]
                yield place, made
    except (KeyboardInterrupt, GeneratorExit):
        _rescue(running, jobs, store)
        raise


def _kept(job: Job, made: Arrays, store: Store | None) -> Arrays:
    if store is not None:
        store.keep(job.name, made)
    return made


def _rescue(running: dict[Future[Arrays], int], jobs: Sequence[Job], store: Store | None) -> None:
    """Let what is under way finish and keep it; drop what has not begun."""
    for each, place in running.items():
        if not each.cancel() and each.exception() is None:
            _kept(jobs[place], each.result(), store)
