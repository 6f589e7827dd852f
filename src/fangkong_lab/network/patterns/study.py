"""What patterns are tested on: the power network of a day, the ledger's tables beside it, and who leads a unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.ledger.places import positions
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.nodes import Item, Post
from fangkong_lab.network.rows import Row, rows_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Study:
    """A *network*, the ledger *tables* (English names; any may be missing), and the one *unit* asked for (None: all)."""

    network: PowerNetwork
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    unit: str | None = None

    def __post_init__(self) -> None:
        if self.unit is not None and self.unit not in self.network.units:
            raise WrongCall(f"没有单位「{self.unit}」", where="--unit", mend=did_you_mean(self.unit, tuple(self.network.units)))

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], as_of: date, unit: str | None = None) -> Study:
        """Build the network of *as_of* from *tables* and keep both."""
        return cls(PowerNetwork.from_tables(tables, as_of), tables, unit)

    @property
    def as_of(self) -> date:
        """The day of the network."""
        return self.network.as_of

    def items(self) -> Iterator[Item]:
        """Yield the items asked for, by code."""
        for item_id in self.network.items_of(self.unit):
            yield self.network.items[item_id]

    def units(self) -> Iterator[str]:
        """Yield the units asked for, by code."""
        yield from sorted(u for u in self.network.units if self.unit in (None, u))

    def has(self, table: str) -> bool:
        """Say whether a table was given with at least one row."""
        frame = self.tables.get(table)
        return frame is not None and not frame.empty

    def rows(self, table: str, *columns: str) -> list[Row]:
        """Return the rows of a table with the *columns*, empty cells as None; none where the table is missing."""
        return rows_of(self.tables, table, columns)

    def own(self, table: str, *columns: str) -> list[Row]:
        """Return `rows` of a table with unit_id, those of the unit asked for only (all where none is)."""
        if self.unit is None or not self.has(table):
            return self.rows(table, *columns)
        return self.with_codes(table, {"unit_id": (self.unit,)}, *columns)

    def posts(self, unit_id: str) -> tuple[Post, ...]:
        """Return the posts of a unit."""
        return self.network.posts_of_unit.get(unit_id, ())

    def below(self, post_id: str) -> tuple[str, ...]:
        """Return the posts of the same unit that report to *post_id* as sent, external ones left out."""
        post = self.network.posts[post_id]
        return tuple(p.post_id for p in self.posts(post.unit_id) if p.reports_to == post_id and not p.external)

    def head(self, unit_id: str) -> str | None:
        """Return the post at the top of a unit's reporting line; None where there is none or more than one.

        The top: not external, no superior in the unit, at least one post reporting to it. Our reading: the ledger has no
        column that says who is 正职.
        """
        tops = [p.post_id for p in self.posts(unit_id) if not p.external and not self._inner_boss(p) and self.below(p.post_id)]
        return tops[0] if len(tops) == 1 else None

    def _inner_boss(self, post: Post) -> bool:
        boss = post.reports_to
        return boss is not None and self.network.posts[boss].unit_id == post.unit_id

    def leaders(self, unit_id: str) -> frozenset[str]:
        """Return the head's post and those reporting to it (领导班子); empty where the head cannot be told."""
        head = self.head(unit_id)
        return frozenset() if head is None else frozenset({head, *self.below(head)})

    def with_codes(self, table: str, codes: Mapping[str, Iterable[object]], *columns: str) -> list[Row]:
        """Return `rows` of a table, those only that have one of the *codes* (column → codes) in a column, in their order."""
        frame = self.tables.get(table)
        if frame is None or frame.empty:
            return []
        found = [_positions(frame, column, wanted) for column, wanted in codes.items() if column in frame.columns]
        return rows_of({table: frame.take(np.unique(np.concatenate([np.empty(0, np.int64), *found])))}, table, columns)

    @cached_property
    def kept(self) -> dict[object, object]:
        """Answers that depend on nothing but the study."""
        return {}


def _positions(frame: pd.DataFrame, column: str, codes: Iterable[object]) -> np.ndarray:
    """Return where *column* holds one of *codes*; codes that are numbers, in hand-made frames, are compared as texts."""
    from pandas.api.types import infer_dtype

    if infer_dtype(frame[column], skipna=True) in ("string", "empty"):
        return positions(frame, column, codes)
    return np.flatnonzero(frame[column].astype(str).isin({str(code) for code in codes}) & frame[column].notna())
