"""What the reports of a batch have in common is worked out once: results of a few pure functions travel between forks.

A child that has worked such a result out hands it back with its report; the nursery keeps it, and later children find
it in their memory. A result is known by its function and the content of its arguments, so that nothing stale can be
found: the frames of the batch's snapshot stand for themselves, everything else by its value. The nursery itself
computes nothing.
"""

from __future__ import annotations

import functools
import hashlib
import io
import pickle
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

# Pure functions that do not depend on the unit in hand, or are asked the same by many units.
SHARED = (
    ("fangkong_lab.policy.node", "parse_yaml"), ("fangkong_lab.measure.record", "read_records"), ("fangkong_lab.measure.funnel", "funnel"),
    ("fangkong_lab.measure.funnel", "tail"), ("fangkong_lab.measure.funnel", "exact_limits"), ("fangkong_lab.network.patterns.shelf", "shelf"),
)
_WORTH_S = 0.001
_MOST_BYTES = 64 << 20


class Common:
    """The results that are known in this process (*held*) and those it worked out itself (*fresh*: key → pickle)."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}
        self.fresh: dict[str, bytes] = {}
        self._frames: dict[int, str] = {}
        self._by_name: dict[str, Any] = {}
        self._bytes = 0
        self._done: set[tuple[str, str]] = set()

    def know(self, frames: Mapping[str, object]) -> None:
        """Let the *frames* of a snapshot stand for themselves; results of another snapshot are forgotten."""
        self.held.clear()
        self._frames = {id(frame): name for name, frame in frames.items()}
        self._by_name = dict(frames)

    def install(self) -> None:
        """Put the sharing in front of those functions whose modules are imported by now, wherever they are used."""
        for place in SHARED:
            module = sys.modules.get(place[0])
            if module is not None and place not in self._done:
                self._done.add(place)
                own = getattr(module, place[1])
                _replace(own, self._sharing(own, ".".join(place)))

    def _sharing(self, own: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(own)
        def shared(*args: Any, **kwargs: Any) -> Any:
            key = self._key(name, args, kwargs)
            if key in self.held:
                return self.held[key]
            started = time.perf_counter()
            result = own(*args, **kwargs)
            if key and time.perf_counter() - started >= _WORTH_S:
                self._keep(key, result)
            return result

        return shared

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


def _replace(own: object, shared: object) -> None:
    for module, name in list(_users(own)):
        setattr(module, name, shared)


def _users(own: object) -> Iterator[tuple[Any, str]]:
    """Give every place in our modules that holds *own* under a name."""
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("fangkong_lab.") and module is not None:
            yield from ((module, name) for name, value in list(vars(module).items()) if value is own)


COMMON = Common()
