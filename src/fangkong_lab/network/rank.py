"""Which known persons are interchangeable for an item that they do not sign for: an office has many clerks, few ranks."""

from __future__ import annotations

from fangkong_lab.network.graph import PowerNetwork


def rank_of(network: PowerNetwork, person: str) -> object:
    """Return what tells *person*, who signs nothing of the item in hand, from others of his kind.

    Somebody with a post below him is in a rank of his own (his code); all others are told apart by nothing but the posts
    above theirs (a frozenset). Exchanging two persons of one rank leaves every line of influence, every signature and
    every unknown post as it is, so that what holds of one of them holds of the other.
    """
    posts = network.posts_of.get(person, ())
    if any(network.below.get(post) for post in posts):
        return person
    return frozenset(upper for post in posts for upper in network.above.get(post, ()))
