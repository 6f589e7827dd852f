"""Results of pure functions that a process may keep: the workers of a batch hand them to each other.

Outside a batch nothing is kept and a `remembered` function is what it was.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Memory(Protocol):
    """Knows results by the name of the function and the content of its arguments."""

    def answer(self, name: str, own: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return the result that is known, or that of ``own(*args, **kwargs)``, which may be kept."""


_MEMORY: list[Memory] = []
NAMES: list[str] = []
"""The full names of all functions that are `remembered` in the modules imported so far."""


def remembered(own: Callable[P, R]) -> Callable[P, R]:
    """Let the results of *own* be kept where this process keeps any.

    Only for functions that change nothing, depend on nothing but their arguments (frames of the ledger, plain or frozen
    values), and whose result nobody changes.
    """
    name = f"{own.__module__}.{own.__qualname__}"
    NAMES.append(name)

    @functools.wraps(own)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        result: R = _MEMORY[0].answer(name, own, args, kwargs) if _MEMORY else own(*args, **kwargs)
        return result

    return asked


def keep_in(memory: Memory | None) -> None:
    """Keep the results of this process in *memory* from now on; None: keep none."""
    _MEMORY[:] = [] if memory is None else [memory]
