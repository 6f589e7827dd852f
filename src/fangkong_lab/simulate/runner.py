"""Runs a model block by block: several workers, finished blocks kept on disk, the rest left out after Ctrl-C."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from fangkong_lab.simulate.crew import Crew, Job, Progress, Stage, hidden
from fangkong_lab.simulate.fold import Totals, merge
from fangkong_lab.simulate.model import Block, Model, run_block
from fangkong_lab.simulate.store import Arrays, Store

RUNNING = Stage("推演", "次")


def run(model: Model, replications: int, workers: int = 1, store: Store | None = None,
        progress: Progress | None = None, executor: Executor | None = None, block_size: int | None = None) -> Totals:
    """Return the totals of *replications*; they depend on neither *workers*, *block_size* nor *executor*.

    *store*: finished blocks are read from and written to it. *executor*: anything with ``submit`` (a process pool, a
    cluster's executor); default: *workers* threads. On Ctrl-C, blocks that are under way are let finish and kept, and
    `KeyboardInterrupt` goes on.
    """
    jobs = [Job(block_name(b), b.count, block_arrays, (model, b)) for b in model.blocks(replications, block_size)]
    total: Totals | None = None
    for _, made in Crew(executor, workers).each(jobs, store, progress or hidden):
        part = Totals(int(made["count"]), made["sums"], made["squares"], made["keys"], made["counts"])
        total = part if total is None else merge(total, part)
    assert total is not None
    return total


def block_name(block: Block) -> str:
    """Return the name that *block* is kept under."""
    return f"block_{block.first:08d}_{block.count}"


def block_arrays(model: Model, block: Block) -> Arrays:
    """Return the totals of *block* as arrays: what one worker is given. Pure, as `run_block` is."""
    made = run_block(model, block)
    return {"count": np.asarray(made.count), "sums": made.sums, "squares": made.squares, "keys": made.keys, "counts": made.counts}
