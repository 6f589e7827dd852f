"""Runs a model block by block: several workers, finished blocks kept on disk, the rest left out after Ctrl-C."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fangkong_lab.simulate.fold import Totals, merge
from fangkong_lab.simulate.model import Block, Model, run_block

Progress = Callable[[int, int], None]
"""Called with (replications done, replications wanted)."""


@dataclass(frozen=True)
class Folder:
    """Where finished blocks lie: one file each, complete or not there."""

    path: Path

    def file(self, block: Block) -> Path:
        """Return the file of *block*."""
        return self.path / f"block_{block.first:08d}_{block.count}.npz"

    def load(self, block: Block) -> Totals | None:
        """Return the totals of a finished block; None where it is missing or damaged."""
        try:
            with np.load(self.file(block)) as held:
                return Totals(int(held["count"]), held["sums"], held["squares"], held["keys"], held["counts"])
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
            return None

    def keep(self, block: Block, totals: Totals) -> None:
        """Write the totals of *block*: under another name first, so that a half-written file is never seen."""
        self.path.mkdir(parents=True, exist_ok=True)
        part = self.path / f".{os.getpid()}_{block.first}.part"
        with part.open("wb") as sink:
            np.savez_compressed(sink, count=totals.count, sums=totals.sums, squares=totals.squares, keys=totals.keys,
                                counts=totals.counts)
        os.replace(part, self.file(block))


def folder_of(root: Path, model: Model) -> Folder:
    """Return the folder under *root* for the blocks of *model*: another scenario, value, seed or policy has another one."""
    return Folder(root / f"{model.scenario.id}_{model.content_hash()[:16]}")


def run(model: Model, replications: int, workers: int = 1, folder: Folder | None = None,
        progress: Progress | None = None, executor: Executor | None = None, block_size: int | None = None) -> Totals:
    """Return the totals of *replications*; they depend on neither *workers*, *block_size* nor *executor*.

    *folder*: finished blocks are read from and written to it. *executor*: anything with ``submit`` (a process pool, a
    cluster's executor); default: *workers* threads, for compiled code does not hold the interpreter's lock. On Ctrl-C,
    blocks that are under way are let finish and kept, and `KeyboardInterrupt` goes on.
    """
    blocks = model.blocks(replications, block_size)
    found = {b: held for b in blocks if folder is not None and (held := folder.load(b)) is not None}
    wanted = [b for b in blocks if b not in found]
    done = sum(b.count for b in found)
    total = _merged(found.values())
    if progress is not None:
        progress(done, replications)
    own = executor or ThreadPoolExecutor(max(1, workers))
    try:
        with closing(_finished(model, wanted, own, 2 * max(1, workers), folder)) as parts:
            for block, totals in parts:
                total = totals if total is None else merge(total, totals)
                done += block.count
                if progress is not None:
                    progress(done, replications)
    finally:
        if executor is None:
            own.shutdown(wait=True, cancel_futures=True)
    assert total is not None
    return total


def _merged(parts: Iterable[Totals]) -> Totals | None:
    total = None
    for each in parts:
        total = each if total is None else merge(total, each)
    return total


def _finished(model: Model, wanted: list[Block], executor: Executor, ahead: int,
              folder: Folder | None) -> Generator[tuple[Block, Totals], None, None]:
    """Yield blocks as they finish, each kept first; at most *ahead* are under way, so that memory stays bounded."""
    running: dict[Future[Totals], Block] = {}
    queue = iter(wanted)
    try:
        while True:
            for block in queue:
                running[executor.submit(run_block, model, block)] = block
                if len(running) >= ahead:
                    break
            if not running:
                return
            ready, _ = wait(running, return_when=FIRST_COMPLETED)
            for each in ready:
                yield _kept(running.pop(each), each.result(), folder)
    except (KeyboardInterrupt, GeneratorExit):
        _rescue(running, folder)
        raise


def _kept(block: Block, totals: Totals, folder: Folder | None) -> tuple[Block, Totals]:
    if folder is not None:
        folder.keep(block, totals)
    return block, totals


def _rescue(running: dict[Future[Totals], Block], folder: Folder | None) -> None:
    """Let what is under way finish and keep it; drop what has not begun."""
    for each, block in running.items():
        if not each.cancel() and each.exception() is None:
            _kept(block, each.result(), folder)
