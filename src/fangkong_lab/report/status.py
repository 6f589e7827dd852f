"""The status ledger: one line of JSON per finished attempt, appended and flushed, never rewritten."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from fangkong_lab.kinds import Kind

LEDGER_NAME = "状态台账.jsonl"


class State(Kind):
    """How an attempt at a report ended."""

    DONE = "done", "完成"
    FAILED = "failed", "失败"


@dataclass(frozen=True)
class Attempt:
    """One attempt: request *key*, *title*, *group*, *name* (files' stem), *state*, *seconds*, *content_hash*, *error*."""

    key: str
    title: str
    group: str
    name: str
    state: str
    seconds: float
    content_hash: str = ""
    error: str = ""


def append(folder: Path, attempt: Attempt) -> None:
    """Append *attempt* to the ledger in *folder* and wait until it is on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LEDGER_NAME).open("a", encoding="utf-8") as ledger:
        ledger.write(json.dumps(asdict(attempt), ensure_ascii=False, sort_keys=True) + "\n")
        ledger.flush()
        os.fsync(ledger.fileno())


def latest(folder: Path) -> list[Attempt]:
    """Return the last attempt of every request, sorted by group and title; a line cut off by a kill is passed over."""
    path = folder / LEDGER_NAME
    if not path.exists():
        return []
    last: dict[str, Attempt] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            record = Attempt(**json.loads(line))
        except (json.JSONDecodeError, TypeError):
            continue
        last[record.key] = record
    return sorted(last.values(), key=lambda a: (a.group, a.title, a.key))
