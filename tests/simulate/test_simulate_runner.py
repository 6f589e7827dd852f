"""Running by blocks: the same bits for any workers and chunks; finished blocks are kept, damaged ones done again.

Witness: one process, one block.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from simulate_worlds import small

from fangkong_lab.simulate import runner
from fangkong_lab.simulate.fold import Totals, fold
from fangkong_lab.simulate.model import Block, Model, model_of, run_block, run_rows
from fangkong_lab.simulate.runner import block_name, run
from fangkong_lab.simulate.store import store_of

COUNT = 23


@pytest.fixture(scope="module")
def model() -> Model:
    return model_of(small())


@pytest.fixture(scope="module")
def whole(model: Model) -> Totals:
    return fold(run_rows(model, Block(0, COUNT)), model.layout.spread)


def same(one: Totals, other: Totals) -> bool:
    return one.count == other.count and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("sums", "squares", "keys", "counts"))


@pytest.mark.parametrize("block_size", [1, 5, 7, 23, 64])
@pytest.mark.parametrize("workers", [1, 3])
def test_threads_and_chunks_do_not_show(model: Model, whole: Totals, workers: int, block_size: int) -> None:
    assert same(run(model, COUNT, workers, block_size=block_size), whole)


def test_two_other_processes_give_the_same_bits(model: Model, whole: Totals) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert same(run(model, COUNT, 2, executor=pool, block_size=6), whole)


def test_replications_differ_and_one_alone_is_the_same(model: Model) -> None:
    rows = run_rows(model, Block(0, 9))
    assert len({tuple(row) for row in rows[0]}) == 9
    assert np.array_equal(run_rows(model, Block(8, 1))[:, 0], rows[:, 8])


def test_another_seed_is_another_world(model: Model) -> None:
    other = model_of(replace(model.scenario, seed=model.scenario.seed + 1))
    assert not np.array_equal(run_rows(model, Block(0, 2)), run_rows(other, Block(0, 2)))
    assert model.content_hash() != other.content_hash()


def test_finished_blocks_are_kept_and_used(model: Model, whole: Totals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, done = store_of(tmp_path, model), []
    assert same(run(model, COUNT, 2, folder, block_size=5), whole)
    assert len(list(folder.path.glob("block_*.npz"))) == 5
    assert not list(folder.path.glob("*.part"))
    folder.file(block_name(Block(5, 5))).write_bytes(b"half a file")
    folder.file(block_name(Block(10, 5))).unlink()

    def counted(model: Model, block: Block) -> Totals:
        done.append(block)
        return run_block(model, block)
    monkeypatch.setattr(runner, "run_block", counted)
    assert same(run(model, COUNT, 1, folder, block_size=5), whole)
    assert sorted(b.first for b in done) == [5, 10]


class Interrupting(Executor):
    """Runs three jobs, then the user presses Ctrl-C."""

    def __init__(self) -> None:
        self.runs = 0

    def submit(self, job: Callable[..., Totals], /, *given: object, **named: object) -> Future[Totals]:
        if self.runs == 3:
            raise KeyboardInterrupt
        self.runs += 1
        made: Future[Totals] = Future()
        made.set_result(job(*given, **named))
        return made


def test_after_an_interrupt_finished_blocks_are_there_and_the_rest_is_done_later(model: Model, whole: Totals, tmp_path: Path) -> None:
    folder = store_of(tmp_path, model)
    with pytest.raises(KeyboardInterrupt):
        run(model, COUNT, 2, folder, executor=Interrupting(), block_size=4)
    assert len(list(folder.path.glob("block_*.npz"))) == 3
    told: list[tuple[int, int | None]] = []
    assert same(run(model, COUNT, 1, folder, lambda done, wanted: told.append((done, wanted)), block_size=4), whole)
    assert told[0] == (12, COUNT)
    assert told[-1] == (COUNT, COUNT)


def test_another_value_has_another_folder(model: Model, tmp_path: Path) -> None:
    other = model.with_scenario(model.scenario.with_values({"after.changed": 0.2}))
    assert store_of(tmp_path, model) != store_of(tmp_path, other)


def test_an_error_in_a_block_is_not_swallowed(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(model: Model, block: Block) -> Totals:
        raise ZeroDivisionError
    monkeypatch.setattr(runner, "run_block", broken)
    with pytest.raises(ZeroDivisionError):
        run(model, COUNT, 1)
