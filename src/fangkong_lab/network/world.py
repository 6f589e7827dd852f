"""One completion of the data: who holds the unknown posts, and who then reaches whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import FULL_DEPTH, Influence

NEW = "\x00新任："


def new_person(post_id: str) -> str:
    """Return the code of the new person whose first unknown post is *post_id*; no ledger code starts like it."""
    return NEW + post_id


def is_new(person: str) -> bool:
    """Say whether *person* is a new one of some completion, not a known person."""
    return person.startswith(NEW)


def plain_name(person: str) -> str:
    """Return a person's code for screens; a new person is told by the post."""
    return f"{person[len(NEW):]}的任职者" if is_new(person) else person


@dataclass(frozen=True)
class World:
    """A network with each unknown post given to one person.

    *assigned* names the holders of some unknown posts; each other one is held by a new person of its own, which is
    the completion that gives influence the least.
    """

    network: PowerNetwork
    assigned: Mapping[str, str]

    def holders(self, post: str) -> tuple[str, ...]:
        """The holders of a post in this completion; none where it is known to be empty."""
        held = self.network.holders.get(post)
        if held is not None:
            return held
        if post in self.network.empty:
            return ()
        return (self.assigned.get(post) or new_person(post),)

    @cached_property
    def _extra(self) -> Mapping[str, tuple[str, ...]]:
        extra: dict[str, list[str]] = {}
        for post, person in self.assigned.items():
            extra.setdefault(person, []).append(post)
        return {person: tuple(posts) for person, posts in extra.items()}

    def posts_of(self, person: str) -> tuple[str, ...]:
        """The posts a person holds in this completion."""
        if is_new(person):
            return self._extra.get(person) or (person[len(NEW):],)
        return self.network.posts_of.get(person, ()) + self._extra.get(person, ())

    def reach(self, signers: Iterable[str], influence: Influence) -> dict[str, int]:
        """Return for every person the mask of *signers* that A({person}) holds; persons who hold none are left out.

        Bit i stands for the i-th signer; everybody reaches himself.
        """
        found: dict[str, int] = {}
        for i, signer in enumerate(signers):
            for person in self.masters(signer, influence) | {signer}:
                found[person] = found.get(person, 0) | 1 << i
        return found

    def masters(self, person: str, influence: Influence) -> set[str]:
        """Return those who reach *person* through links; with full influence himself too."""
        if influence.depth == FULL_DEPTH:
            return self.chain({person})
        seen: set[str] = set()
        at = set(self.posts_of(person))
        for _ in range(influence.depth):
            at = {a for p in at for a in self.network.above.get(p, ())} - seen
            if not at:
                break
            seen |= at
        return {x for p in seen for x in self.holders(p)}

    def chain(self, people: Iterable[str]) -> set[str]:
        """Return *people* and all who reach any of them through any chain of links and persons."""
        found = set(people)
        waiting = list(found)
        while waiting:
            for post in self.posts_of(waiting.pop()):
                for upper in self.network.above.get(post, ()):
                    more = [x for x in self.holders(upper) if x not in found]
                    found.update(more)
                    waiting += more
        return found
