"""What the reports of a batch have in common is worked out once: results of a few pure functions travel between forks.

A child that has worked such a result out hands it back with its report; the nursery keeps it, and later children find
it in their memory. A result is known by its function and the content of its arguments, so that nothing stale can be
found: the frames of the batch's snapshot stand for themselves, everything else by its value. Which functions those are
is written where they are: `fangkong_lab.memory.remembered`. The nursery itself computes nothing.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_WORTH_S = 0.001
_MOST_BYTES = 160 << 20  # pickled: two days of the posts and occupancies of 3,000 whole offices are 75 MB


class Common:
    """The results that are known in this process (*held*) and those it worked out itself (*fresh*: key → pickle)."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}
        self.fresh: dict[str, bytes] = {}
        self._frames: dict[int, str] = {}
        self._by_name: dict[str, Any] = {}
        self._bytes = 0

    def know(self, frames: Mapping[str, object]) -> None:
        """Let the *frames* of a snapshot stand for themselves; results of another snapshot are forgotten."""
        self.held.clear()
        self._bytes = 0
        self._frames = {id(frame): name for name, frame in frames.items()}
        self._by_name = dict(frames)

    def answer(self, name: str, own: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return what is known of ``own(*args, **kwargs)``; otherwise work it out, and keep it where that took time."""
        key = self._key(name, args, kwargs)
        if key in self.held:
            return self.held[key]
        started = time.perf_counter()
        result = own(*args, **kwargs)
        if key and time.perf_counter() - started >= _WORTH_S:
            self._keep(key, result)
        return result

    def _key(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        data = self._pickled((name, args, sorted(kwargs.items())))
        return hashlib.sha256(data).hexdigest() if data else ""

    def _keep(self, key: str, result: Any) -> None:
        data = self._pickled(result)
        if data and self._bytes + len(data) <= _MOST_BYTES:
            self.held[key], self.fresh[key] = result, data
            self._bytes += len(data)

    def _pickled(self, value: object) -> bytes:
        """Return the pickle of *value* with snapshot frames by name; empty where it cannot be pickled."""
        out = io.BytesIO()
        try:
            _Pickler(out, self._frames).dump(value)
        except (pickle.PicklingError, TypeError, AttributeError):
            return b""
        return out.getvalue()

    def hand_over(self, path: Path) -> None:
        """Write what this process worked out to *path*."""
        if self.fresh:
            path.write_bytes(pickle.dumps(self.fresh))

    def take_over(self, path: Path) -> None:
        """Read what a child worked out and keep what is new; nothing where it left nothing."""
        if path.exists():
            for key, data in pickle.loads(path.read_bytes()).items():
                if key not in self.held and self._bytes + len(data) <= _MOST_BYTES:
                    self.held[key] = _Unpickler(io.BytesIO(data), self._by_name).load()
                    self._bytes += len(data)


class _Pickler(pickle.Pickler):
    def __init__(self, out: io.BytesIO, frames: Mapping[int, str]) -> None:
        super().__init__(out, protocol=5)
        self._frames = frames

    def persistent_id(self, value: object) -> str | None:
        return self._frames.get(id(value))


class _Unpickler(pickle.Unpickler):
    def __init__(self, source: io.BytesIO, frames: Mapping[str, Any]) -> None:
        super().__init__(source)
        self._frames = frames

    def persistent_load(self, name: Any) -> Any:
        return self._frames[name]


COMMON = Common()
