"""The power network: units, posts, persons, flows and items of one day, and the links between posts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.kinds import SignRule, StepKind
from fangkong_lab.memory import remembered
from fangkong_lab.network.drawn import FlowRows
from fangkong_lab.network.influence import links_of
from fangkong_lab.network.nodes import Flow, Item, Post, Reason, ReasonCode, SignOff, Step, Unit
from fangkong_lab.network.ondemand import Changed, OnDemand, keys_of_unit
from fangkong_lab.network.rows import NEEDED_TABLES

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from fangkong_lab.workspace import Workspace

_DERIVED = ("links", "above", "below", "posts_of", "persons", "unknown", "outlying", "people_of_unit", "posts_of_unit", "posts_by_title")
"""What every question to a network needs, worked out with it."""
_MAPPINGS = ("units", "posts", "holders", "flows", "items", "overrides")


@dataclass(frozen=True)
class PowerNetwork:
    """Who holds which post on the day *as_of*, and what each power item needs. Nothing in it changes.

    *holders* maps every post held by known persons to their codes, sorted; *empty* are the posts known to be empty
    (空缺); all other posts are *unknown*: no occupancy row covers the day. *overrides* are the rows of 影响关系.
    Read it with `from_tables`, `from_book` or `from_store`; write it with `fangkong_lab.network.files`.
    """

    as_of: date
    units: Mapping[str, Unit]
    posts: Mapping[str, Post]
    holders: Mapping[str, tuple[str, ...]]
    empty: frozenset[str]
    flows: Mapping[str, Flow]
    items: Mapping[str, Item]
    overrides: Mapping[tuple[str, str], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _MAPPINGS:
            given = getattr(self, name)
            if not isinstance(given, OnDemand | Changed):  # these cannot be edited
                object.__setattr__(self, name, MappingProxyType(dict(given)))

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes, with what was worked out: read-only views cannot be pickled themselves."""
        parts = [getattr(self, f.name) for f in fields(self)]
        known = {name: self.__dict__[name] for name in _DERIVED if name in self.__dict__}
        return (PowerNetwork, tuple(dict(p) if isinstance(p, MappingProxyType) else p for p in parts), known)

    @classmethod
    def from_tables(cls, tables: Mapping[str, pd.DataFrame], as_of: date) -> PowerNetwork:
        """Build the network of *as_of* from ledger frames (see docs/network.md); `BadInput` where they do not hang together."""
        return network_of({name: frame for name, frame in tables.items() if name in NEEDED_TABLES}, as_of)

    @classmethod
    def from_book(cls, path: Path, as_of: date) -> PowerNetwork:
        """Build the network of *as_of* from one workbook; its refused rows are an error, not a gap."""
        from fangkong_lab.network.book import book_tables

        return cls.from_tables(book_tables(path), as_of)

    @classmethod
    def from_store(cls, workspace: Workspace, as_of: date) -> PowerNetwork:
        """Build the network of *as_of* from the ledger store of *workspace*."""
        from fangkong_lab.network.book import store_tables

        return cls.from_tables(store_tables(workspace), as_of)

    @cached_property
    def kept(self) -> dict[object, Any]:
        """Answers that depend on nothing but the network, kept by those who work them out."""
        return {}

    @cached_property
    def unknown(self) -> frozenset[str]:
        """Posts of which no row, 空缺 included, covers the day."""
        return frozenset(p for p in self.posts if p not in self.holders and p not in self.empty)

    @cached_property
    def outlying(self) -> frozenset[str]:
        """Unknown posts with a link up or down: they can matter to flows that do not list them."""
        return frozenset(p for p in self.unknown if p in self.above or p in self.below)

    @cached_property
    def persons(self) -> tuple[str, ...]:
        """The known persons: those who hold a post on the day, sorted."""
        return tuple(sorted({x for held in self.holders.values() for x in held}))

    @cached_property
    def links(self) -> frozenset[tuple[str, str]]:
        """The links (upper post, lower post) after 影响关系 has added and taken away."""
        return links_of(self.posts, self.empty, self.overrides)

    @cached_property
    def posts_of(self) -> Mapping[str, tuple[str, ...]]:
        """The posts that each known person holds."""
        held: dict[str, list[str]] = {}
        for post in sorted(self.holders):
            for person in self.holders[post]:
                held.setdefault(person, []).append(post)
        return {person: tuple(posts) for person, posts in held.items()}

    @cached_property
    def above(self) -> Mapping[str, tuple[str, ...]]:
        """Upper posts of each post's links; posts known to be empty pass nothing on and are left out."""
        return self._ends(lower=1)

    @cached_property
    def below(self) -> Mapping[str, tuple[str, ...]]:
        """Lower posts of each post's links; posts known to be empty are left out."""
        return self._ends(lower=0)

    def _ends(self, lower: int) -> Mapping[str, tuple[str, ...]]:
        ends: dict[str, list[str]] = {}
        for pair in sorted(self.links):
            if not self.empty.intersection(pair) and pair[0] != pair[1]:
                ends.setdefault(pair[lower], []).append(pair[1 - lower])
        return {post: tuple(others) for post, others in ends.items()}

    @cached_property
    def people_of_unit(self) -> Mapping[str, tuple[str, ...]]:
        """The known persons who hold a post of each unit, sorted."""
        found: dict[str, set[str]] = {unit: set() for unit in self.units}
        for post, held in self.holders.items():
            found.setdefault(self.posts[post].unit_id, set()).update(held)
        return {unit: tuple(sorted(people)) for unit, people in found.items()}

    @cached_property
    def posts_of_unit(self) -> Mapping[str, tuple[Post, ...]]:
        """The posts of each unit that has any, by code."""
        found: dict[str, list[Post]] = {}
        for post in self.posts.values():
            found.setdefault(post.unit_id, []).append(post)
        return {unit: tuple(posts) for unit, posts in found.items()}

    @cached_property
    def posts_by_title(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Posts by (unit, title), for 简易流程."""
        found: dict[tuple[str, str], list[str]] = {}
        for post in self.posts.values():
            found.setdefault((post.unit_id, post.title), []).append(post.post_id)
        return {key: tuple(sorted(posts)) for key, posts in found.items()}

    def item(self, item_id: str) -> Item:
        """Return an item; `WrongCall` with the near match where there is none."""
        if item_id not in self.items:
            raise WrongCall(f"没有事项「{item_id}」", where="权力事项", mend=did_you_mean(item_id, tuple(self.items)))
        return self.items[item_id]

    def items_of(self, unit_id: str | None) -> tuple[str, ...]:
        """Return the codes of the items of a unit (None: of all units), sorted; none where there is no such unit."""
        return tuple(sorted(self.items)) if unit_id is None else keys_of_unit(self.items, unit_id)

    def flows_of(self, unit_id: str) -> tuple[str, ...]:
        """Return the codes of the flows that a unit registered, sorted; none where there is no such unit."""
        return keys_of_unit(self.flows, unit_id)

    def flows_naming(self, posts: Iterable[str]) -> tuple[Flow, ...]:
        """Return the flows that list any of *posts* in a sign-off, by code."""
        wanted = frozenset(posts)
        source = self.flows.source if isinstance(self.flows, OnDemand) else None
        keys = source.naming(wanted) if isinstance(source, FlowRows) else tuple(sorted(self.flows))
        return tuple(f for f in map(self.flows.__getitem__, keys) if any(wanted.intersection(s.posts) for s in f.sign_offs))

    def changed(self, flows: Mapping[str, Flow], items: Mapping[str, Item]) -> PowerNetwork:
        """Return the network with these *flows* and *items* in place of its own of the same code, or beside them."""
        made = object.__new__(PowerNetwork)  # all else is shared, also what was worked out: none of it depends on flows or items
        made.__dict__.update({name: value for name, value in self.__dict__.items() if name != "kept"})
        made.__dict__.update(flows=Changed(self.flows, flows), items=Changed(self.items, items))
        return made

    def flow_of(self, item: Item) -> Flow:
        """Return the flow that an item runs through; a flow with *faults* and no sign-offs where it has none."""
        if item.flow_id is not None:
            return self.flows.get(item.flow_id) or _no_flow(item, f"流程图「{item.flow_id}」未登记")
        if not item.simple_flow:
            return _no_flow(item, "未填流程图编码，也未填简易流程")
        return self._simple(item)

    def _simple(self, item: Item) -> Flow:
        last = len(item.simple_flow)
        steps, signs, faults = [], [], []
        for number, title in enumerate(item.simple_flow, start=1):
            kind = StepKind.DECIDE if number == last else StepKind.ACCEPT if number == 1 else StepKind.REVIEW
            posts = self.posts_by_title.get((item.unit_id, title), ())
            steps.append(Step(number, title, kind, (), False))
            signs.append(SignOff(number, 1, SignRule.ANY, 0, False, posts))
            if not posts:
                faults.append(Reason(ReasonCode.NO_SUCH_TITLE, f"简易流程的「{title}」在本单位岗位表中没有，请核对岗位名称",
                                     number, 1))
        return Flow("", item.unit_id, "简易流程", tuple(steps), tuple(signs), (), tuple(faults))

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the network as a typed networkx MultiDiGraph (see `fangkong_lab.network.classic.typed_graph`)."""
        from fangkong_lab.network.classic import typed_graph

        return typed_graph(self)

    def __repr__(self) -> str:
        return (f"PowerNetwork(as_of={self.as_of}, 单位{len(self.units)}, 岗位{len(self.posts)}, 人员{len(self.persons)}, "
                f"流程{len(self.flows)}, 事项{len(self.items)})")


@remembered
def network_of(tables: Mapping[str, pd.DataFrame], as_of: date) -> PowerNetwork:
    """Return the `PowerNetwork` of *as_of*; see `PowerNetwork.from_tables`."""
    from fangkong_lab.network.build import parts_of

    network = PowerNetwork(as_of=as_of, **parts_of(tables, as_of))
    for name in _DERIVED:
        getattr(network, name)
    return network


def _no_flow(item: Item, why: str) -> Flow:
    return Flow(item.flow_id or "", item.unit_id, "", (), (), (), (Reason(ReasonCode.NO_FLOW, f"{why}，请补充流程"),))
