"""Bits of a 64-bit word, for compiled code: count them, find the lowest."""

from __future__ import annotations

from typing import Any, TypeAlias

from numba.core import types
from numba.extending import intrinsic

Int: TypeAlias = Any
"""An int64 of compiled code; type checkers know no numba."""


@intrinsic
def popcount(_context: Any, word: Any) -> Any:
    """Return how many bits of the uint64 *word* are set (int64); one machine instruction."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), build


@intrinsic
def lowest(_context: Any, word: Any) -> Any:
    """Return the index of the lowest set bit of the uint64 *word* (int64); 64 where no bit is set."""

    def build(target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], target.get_constant(types.boolean, False))

    return types.int64(types.uint64), build
