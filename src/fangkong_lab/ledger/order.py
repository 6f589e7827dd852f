"""The order in which the books of one call are tried: what a book refers to before the book itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fangkong_lab.ledger.delivery import Delivery
from fangkong_lab.ledger.pointers import keys_of
from fangkong_lab.ledger.tables import TABLES

Named = tuple[str, object]
"""A row by its table and key."""


def dependency_order(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Return *deliveries* so that each stands after those that bring rows it refers to, else in the order given.

    In a circle of books one of them stands first all the same. The order saves work and decides nothing: every book is
    still checked against the store.
    """
    brought_by: dict[Named, int] = {}
    for place, delivery in enumerate(deliveries):
        for named in _brought(delivery):
            brought_by.setdefault(named, place)
    needs = [sorted({brought_by[n] for n in _needed(d) if n in brought_by} - {k}) for k, d in enumerate(deliveries)]
    return [deliveries[place] for place in _needs_first(needs)]


def _brought(delivery: Delivery) -> Iterator[Named]:
    for sheet in delivery.sheets:
        for key in keys_of(sheet.frame, TABLES[sheet.table].key):
            yield sheet.table, key


def _needed(delivery: Delivery) -> Iterator[Named]:
    for sheet in delivery.sheets:
        for reference in TABLES[sheet.table].all_references:
            for key in keys_of(sheet.frame, reference.columns):
                yield reference.table, key


def _needs_first(needs: Sequence[Sequence[int]]) -> list[int]:
    """Return the places 0 … n-1, each after those it needs; depth-first without recursion."""
    ordered: list[int] = []
    seen: set[int] = set()
    for start in range(len(needs)):
        pending = [(start, iter(needs[start]))] if start not in seen else []
        seen.add(start)
        while pending:
            place, rest = pending[-1]
            following = next((n for n in rest if n not in seen), None)
            if following is None:
                ordered.append(place)
                pending.pop()
            else:
                seen.add(following)
                pending.append((following, iter(needs[following])))
    return ordered
