"""What an action is: a frozen value that turns one item's flow into another and returns a new network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from fangkong_lab.errors import CannotTell, WrongCall
from fangkong_lab.kinds import SignRule
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.nodes import Flow, Item, Post, SignOff
from fangkong_lab.network.patterns.load import load_of

DISCIPLINE_WORDS = ("纪检", "纪委", "监委")


@dataclass(frozen=True)
class NewPost:
    """A post that an action brings in, held by *holders* on the network's day.

    Nobody named: its holder is unknown, and thresholds are intervals over who it may be. *external*: the unit's
    reporting line does not reach it.
    """

    post_id: str
    unit_id: str
    title: str
    holders: tuple[str, ...] = ()
    reports_to: str | None = None
    external: bool = False


@dataclass(frozen=True)
class Cost:
    """What an action adds on the item's longest route: *signatures*, and *days* (None: a day figure is not stated)."""

    signatures: int
    days: float | None


@dataclass(frozen=True, kw_only=True)
class Action(ABC):
    """A change of one item. Values of subclasses say what exactly; `apply` never edits its input.

    *posts_added* come into the network. Posts of discipline staff are not made signers of business steps (三转) unless
    *allow_discipline* says that the office wants it so. *adds_check*: whether the action only adds demands, so that κ
    cannot fall as long as the added posts' holders get no new superiors.
    """

    code: ClassVar[str]
    label: ClassVar[str]
    adds_check: ClassVar[bool] = True

    posts_added: tuple[NewPost, ...] = ()
    allow_discipline: bool = False

    @abstractmethod
    def rewrite(self, network: PowerNetwork, item: Item, flow: Flow) -> tuple[Flow, int]:
        """Return the new flow and the fewest distinct signers it asks for."""

    def apply(self, network: PowerNetwork, target: str) -> PowerNetwork:
        """Return a new network in which the item *target* follows the changed flow; other items keep theirs.

        Raises `WrongCall` for unknown items, posts or steps, for a post that exists already, and for discipline staff
        as new signers; `CannotTell` where the item has no flow to change.
        """
        item = network.item(target)
        flow = network.flow_of(item)
        if flow.faults:
            raise CannotTell(f"事项「{target}」{flow.faults[0].text}", where=self.label, mend="先补流程")
        grown = _with_posts(network, self.posts_added)
        changed, least = self.rewrite(grown, item, flow)
        self._check_signers(grown, flow, changed)
        name = _free_name(network, f"{flow.flow_id or item.item_id}·{self.code}")
        changed = replace(changed, flow_id=name, unit_id=changed.unit_id or item.unit_id)
        return grown.changed({name: changed}, {target: replace(item, flow_id=name, simple_flow=(), min_persons=least)})

    def cost(self, network: PowerNetwork, target: str) -> Cost:
        """Return what applying the action to *target* adds in signatures and days."""
        before, after = load_of(network, target), load_of(self.apply(network, target), target)
        sure = after.undated <= before.undated
        return Cost(after.signatures - before.signatures, after.days - before.days if sure else None)

    def _check_signers(self, network: PowerNetwork, old: Flow, new: Flow) -> None:
        signed = {p for s in old.sign_offs for p in s.posts}
        for post_id in sorted({p for s in new.sign_offs for p in s.posts} - signed):
            if post_id not in network.posts:
                raise WrongCall(f"岗位「{post_id}」未登记", where=self.label, mend="先登记岗位，或在 posts_added 里写明")
            title = network.posts[post_id].title
            if not self.allow_discipline and any(w in title for w in DISCIPLINE_WORDS):
                raise WrongCall(f"「{title}」是纪检岗位，按“三转”要求不作业务签批人", where=self.label,
                                mend="改由业务岗位或外部人员签批；确需如此的，写明 allow_discipline=True")


def any_of(posts: Iterable[str], sign_no: int = 1, *, independent: bool = False) -> SignOff:
    """Return a sign-off by any one holder of *posts*, not yet at a step."""
    return SignOff(0, sign_no, SignRule.ANY, 0, independent, tuple(sorted(posts)))


def _with_posts(network: PowerNetwork, added: tuple[NewPost, ...]) -> PowerNetwork:
    if not added:
        return network
    posts, holders = dict(network.posts), dict(network.holders)
    for new in added:
        if new.post_id in posts:
            raise WrongCall(f"岗位「{new.post_id}」已经存在", where="posts_added", mend="换一个编码，或直接用已有岗位")
        if new.reports_to is not None and new.reports_to not in posts:
            raise WrongCall(f"上级岗位「{new.reports_to}」未登记", where="posts_added", mend="改正上级岗位编码")
        posts[new.post_id] = Post(new.post_id, new.unit_id, new.title, new.reports_to, new.external)
        if new.holders:
            holders[new.post_id] = tuple(sorted(new.holders))
    return replace(network, posts=dict(sorted(posts.items())), holders=dict(sorted(holders.items())))


def _free_name(network: PowerNetwork, wanted: str) -> str:
    name, number = wanted, 1
    while name in network.flows:
        number += 1
        name = f"{wanted}{number}"
    return name
