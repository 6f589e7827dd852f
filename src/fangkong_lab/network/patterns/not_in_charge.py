"""“一把手”不直接分管: the head is in charge of none of the listed areas. The lists differ by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.signers import unknown_cells
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, Instance, Subject, Witness
from fangkong_lab.network.rows import split_list

Charges = Mapping[str, tuple[str, ...]]


def charges(study: Study) -> Charges:
    """Return the areas each post is in charge of (分管领域), posts with an empty cell left out."""
    return {str(r["post_id"]): split_list(r["in_charge_of"]) for r in study.rows("posts", "post_id", "in_charge_of")
            if r["in_charge_of"]}


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge each unit by 分管领域 of the head's post and of the other posts that the same person holds.

    Violated: one of these names a listed area. Satisfied: every listed area is another person's. An area nobody is in
    charge of leaves it open: an empty cell does not say that the head is not.
    """
    areas, found = settings.words("areas"), charges(study)
    for unit_id in study.units():
        yield _unit(study, unit_id, areas, found)


def _unit(study: Study, unit_id: str, areas: tuple[str, ...], found: Charges) -> Instance:
    if not study.posts(unit_id):
        return Instance(unit_id, unit_id, OUT, "没有登记岗位")
    head = study.head(unit_id)
    if head is None:
        return Instance(unit_id, unit_id, OPEN, "岗位的上下级不全，认不出正职", settle=(f"岗位 › {unit_id} › 上级岗位编码",))
    holders = set(study.network.holders.get(head, ()))
    own = {head} | {p for x in holders for p in study.network.posts_of.get(x, ())}
    direct = sorted((a, p) for p in own for a in found.get(p, ()) if a in areas)
    if direct:
        named = tuple(dict.fromkeys(a for a, _ in direct))
        posts = tuple(sorted({p for _, p in direct}))
        return Instance(unit_id, unit_id, BAD, f"正职直接分管{'、'.join(named)}", Witness(posts=posts, persons=tuple(sorted(holders))))
    others = {a: sorted(p.post_id for p in study.posts(unit_id) if a in found.get(p.post_id, ())) for a in areas}
    return _others(study, unit_id, head, others)


def _others(study: Study, unit_id: str, head: str, others: dict[str, list[str]]) -> Instance:
    unstated = [a for a, posts in others.items() if not posts]
    listed = sorted({p for posts in others.values() for p in posts})
    unknown = unknown_cells(study, [head, *listed])
    if unstated:
        return Instance(unit_id, unit_id, OPEN, f"{'、'.join(unstated)}由谁分管，台账未载", Witness(posts=(head, *listed)),
                        tuple(f"岗位 › {unit_id} › 分管领域（{a}）" for a in unstated))
    if unknown:
        return Instance(unit_id, unit_id, OPEN, "正职或分管岗位任职不明，可能由同一人担任", Witness(posts=(head, *listed)), unknown)
    return Instance(unit_id, unit_id, GOOD, f"{'、'.join(others)}均由他人分管", Witness(posts=(head, *listed)))


RECIPE = Recipe("not_in_charge", Subject.UNIT, examine, ("posts",), inner=True)
