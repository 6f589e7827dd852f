"""The status ledger: one line of JSON per attempt that ended, appended and flushed, never rewritten."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from fangkong_lab.kinds import Kind

LEDGER_NAME = "状态台账.jsonl"


class State(Kind):
    """How a request ended."""

    DONE = "done", "完成"
    FAILED = "failed", "失败"
    UNCHANGED = "unchanged", "未变"


@dataclass(frozen=True)
class Attempt:
    """One attempt: request *key*, *title*, *group*, *name* (files' stem), *state*, *seconds*, *content_hash* of the notebook.

    *error* says why it failed, *note* what the reader should know of a report that was made; *formats* are its endings
    beside ipynb, *megabytes* the largest memory seen.
    """

    key: str
    title: str
    group: str
    name: str
    state: str
    seconds: float
    content_hash: str = ""
    error: str = ""
    note: str = ""
    formats: tuple[str, ...] = ("html",)
    megabytes: int = 0

    @property
    def failed(self) -> bool:
        """Say whether it failed."""
        return self.state == State.FAILED.value


def append(folder: Path, attempt: Attempt) -> None:
    """Append *attempt* to the ledger in *folder* and wait until it is on the disk.

    A line that a kill or a full disk cut off is closed first, so that it costs nobody else's line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LEDGER_NAME).open("ab+") as ledger:
        if ledger.tell() and not _whole(ledger.fileno()):
            ledger.write(b"\n")
        ledger.write((json.dumps(asdict(attempt), ensure_ascii=False, sort_keys=True) + "\n").encode())
        ledger.flush()
        os.fsync(ledger.fileno())


def _whole(descriptor: int) -> bool:
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"


def latest(folder: Path) -> list[Attempt]:
    """Return the last attempt of every request, sorted by group and title; a line cut off by a kill is passed over."""
    path = folder / LEDGER_NAME
    if not path.exists():
        return []
    last: dict[str, Attempt] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            values = json.loads(line)
            record = Attempt(**values | {"formats": tuple(values.get("formats", ("html",)))})
        except (json.JSONDecodeError, TypeError, AttributeError):
            continue
        last[record.key] = record
    return sorted(last.values(), key=lambda a: (a.group, a.title, a.key))
