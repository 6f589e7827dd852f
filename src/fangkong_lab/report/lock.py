"""One batch at a time in a reports folder: a lock that the system gives back when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fangkong_lab.errors import StoreBusy

LOCK_NAME = ".batch.lock"


@contextmanager
def only_batch(folder: Path) -> Iterator[None]:
    """Hold the lock of *folder* while the block runs; `StoreBusy` where another process holds it."""
    descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _locked(descriptor):
            raise StoreBusy("另一批报告正在生成", where=str(folder), mend="等它结束后再运行")
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
