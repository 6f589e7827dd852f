"""What two rules say differently, address by address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fangkong_lab.policy.field import address_of
from fangkong_lab.policy.node import Node
from fangkong_lab.policy.record import Policy

_LABELS_ONLY = ("id", "name", "caveat", "about", "place", "notes", "sources", "schema_version", "domain")


@dataclass(frozen=True)
class Change:
    """One address whose content differs; an empty side means that the address is not there."""

    at: str
    before: str
    after: str

    def sentence(self) -> str:
        """Return the change as one line."""
        return f"  {self.at}：{self.before or '(无)'} → {self.after or '(无)'}"


def document_changes(before: Policy, after: Policy) -> tuple[Change, ...]:
    """Return what differs between the rules of two policies (names, caveats and lists of sources aside)."""
    old, new = dict(_leaves(before.document, "")), dict(_leaves(after.document, ""))
    addresses = [*old, *(a for a in new if a not in old)]
    return tuple(Change(a, old.get(a, ""), new.get(a, "")) for a in addresses
                 if old.get(a) != new.get(a) and a.split(".")[0] not in _LABELS_ONLY)


def _leaves(node: Node, path: str) -> Iterator[tuple[str, str]]:
    if node.is_mapping:
        pairs = node.pairs()
    elif node.is_list:
        pairs = iter([(address_of(n, i), n) for i, n in enumerate(node.children(), 1)])
    else:
        yield path, str(node.content)
        return
    for key, below in pairs:
        yield from _leaves(below, f"{path}.{key}" if path else key)
