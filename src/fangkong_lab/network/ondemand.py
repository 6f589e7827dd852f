"""A mapping that makes its values when they are asked for: the report of one unit needs a few flows of a ledger of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

T = TypeVar("T", covariant=True)
_FEW = 64
_SHARE = 20


class Source(Protocol[T]):
    """Where the values come from. It is not changed while it is used."""

    def keys(self) -> tuple[str, ...]:
        """Return all keys, in the order of the mapping."""

    def one(self, key: str) -> T:
        """Return the value of one key."""

    def every(self) -> Mapping[str, T]:
        """Return all values, made faster than one by one."""

    def of_unit(self, unit_id: str) -> tuple[str, ...]:
        """Return the keys that belong to a unit, in the order of the mapping."""


class OnDemand(Mapping[str, T]):
    """The mapping of *source*, equal to the dict of all its values.

    Values are made once. Who asks for many of them (64, or one in twenty) or for all gets them made together.
    """

    def __init__(self, source: Source[T]) -> None:
        self.source = source
        self._held: dict[str, T | None] = dict.fromkeys(source.keys())
        self._alone = max(_FEW, len(self._held) // _SHARE)

    def __getitem__(self, key: str) -> T:
        value = self._held[key]
        if value is None:
            self._alone -= 1
            if self._alone < 0:
                self._make_all()
                return self[key]
            value = self._held[key] = self.source.one(key)
        return value

    def _make_all(self) -> None:
        every = self.source.every()
        self._held = {key: every[key] if value is None else value for key, value in self._held.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def of_unit(self, unit_id: str) -> tuple[str, ...]:
        """Return the keys that belong to a unit, in the order of the mapping."""
        return self.source.of_unit(unit_id)

    def __reduce__(self) -> tuple[object, ...]:
        return (OnDemand, (self.source,))


class Changed(Mapping[str, T]):
    """*base* with some values in place of its own, and new ones behind them; *base* is not copied."""

    def __init__(self, base: Mapping[str, T], changes: Mapping[str, T]) -> None:
        under = base if isinstance(base, Changed) else None  # one layer, however often something is changed
        self._base: Mapping[str, T] = base if under is None else under._base
        self._changes: dict[str, T] = dict(changes) if under is None else {**under._changes, **changes}

    def __getitem__(self, key: str) -> T:
        return self._changes[key] if key in self._changes else self._base[key]

    def __iter__(self) -> Iterator[str]:
        yield from self._base
        yield from (key for key in self._changes if key not in self._base)

    def __len__(self) -> int:
        return len(self._base) + sum(key not in self._base for key in self._changes)

    def __contains__(self, key: object) -> bool:
        return key in self._changes or key in self._base

    def __reduce__(self) -> tuple[object, ...]:
        base = dict(self._base) if isinstance(self._base, MappingProxyType) else self._base  # a view cannot be pickled itself
        return (Changed, (base, self._changes))

    def of_unit(self, unit_id: str) -> tuple[str, ...]:
        """Return the keys of the values whose *unit_id* it is, sorted."""
        kept = (key for key in keys_of_unit(self._base, unit_id) if key not in self._changes)
        return tuple(sorted({*kept, *keys_of_unit(self._changes, unit_id)}))


def keys_of_unit(values: Mapping[str, Any], unit_id: str) -> tuple[str, ...]:
    """Return the keys of those of *values* whose ``unit_id`` it is, sorted."""
    if isinstance(values, OnDemand | Changed):
        return values.of_unit(unit_id)
    return tuple(sorted(key for key, value in values.items() if value.unit_id == unit_id))
