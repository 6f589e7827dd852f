"""What a report's worker has got through, cell by cell, on disk: it outlives the worker, and shows where one died."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO


class Journal:
    """Writes a line when a cell starts (its place and source) and one when it ends (its outputs)."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8")

    def watch(self, index: int, cell: Any, ended: bool) -> None:
        """Take down the start or the end of a cell; the line is with the system before the cell goes on."""
        said = {"cell": index, "source": cell.source} | ({"outputs": cell.outputs, "count": cell.execution_count} if ended else {})
        self._file.write(json.dumps(said) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Give the lines of the journal at *path* as far as they are whole; nothing where there is none."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            return
