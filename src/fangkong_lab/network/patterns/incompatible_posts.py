"""不相容职责（岗位）: two posts that one person must not hold, told by their titles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fangkong_lab.network.nodes import Post
from fangkong_lab.network.patterns.dutypairs import DutyPair
from fangkong_lab.network.patterns.incompatible_steps import duty_pairs
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.signers import unknown_cells
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import (
    BAD,
    GOOD,
    OPEN,
    OUT,
    Instance,
    PatternVerdict,
    Subject,
    Witness,
    worst,
)


@dataclass(frozen=True)
class _Met:
    pair: DutyPair
    posts: tuple[str, str]
    people: tuple[str, ...]
    verdict: PatternVerdict


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge each unit that has posts for both duties of some pair."""
    for unit_id in study.units():
        met = [m for pair in duty_pairs() for m in _met(study, unit_id, pair)]
        if not met:
            yield Instance(unit_id, unit_id, OUT, "岗位名称中认不出不相容的职责")
            continue
        verdict = worst(m.verdict for m in met)
        chosen = [m for m in met if m.verdict is verdict]
        posts = tuple(sorted({p for m in chosen for p in m.posts}))
        people = tuple(sorted({x for m in chosen for x in m.people}))
        names = "；".join(sorted({m.pair.name for m in chosen}))
        words = {BAD: "由同一人或同一岗位承担", OPEN: "是否同一人，任职不明"}.get(verdict, "由不同的人承担")
        yield Instance(unit_id, unit_id, verdict, f"{names}：{words}", Witness(posts=posts, persons=people),
                       unknown_cells(study, posts) if verdict is OPEN else ())


def _met(study: Study, unit_id: str, pair: DutyPair) -> Iterator[_Met]:
    posts = [p for p in study.posts(unit_id) if p.post_id not in study.network.empty]
    first = [p for p in posts if pair.a.of_post(p.title)]
    second = [p for p in posts if pair.b.of_post(p.title)]
    for one in first:
        for other in second:
            yield _judged(study, pair, one, other)


def _judged(study: Study, pair: DutyPair, one: Post, other: Post) -> _Met:
    posts = (one.post_id, other.post_id)
    if one is other:
        return _Met(pair, posts, study.network.holders.get(one.post_id, ()), BAD)
    both = set(study.network.holders.get(one.post_id, ())) & set(study.network.holders.get(other.post_id, ()))
    unknown = study.network.unknown & set(posts)
    return _Met(pair, posts, tuple(sorted(both)), BAD if both else OPEN if unknown else GOOD)


RECIPE = Recipe("incompatible_posts", Subject.UNIT, examine, inner=True)
