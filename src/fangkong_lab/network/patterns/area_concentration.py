"""副职不包揽: no deputy is in charge of all of personnel, money, projects, purchases and approvals at once."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.network.patterns.not_in_charge import charges
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.signers import unknown_cells
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, Instance, Subject, Witness


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge each unit: all listed areas with one person, the head aside, is a violation.

    Satisfied: at least two areas are certain to be of different persons. Open: areas or holders are not stated.
    """
    areas, found = settings.words("areas"), charges(study)
    for unit_id in study.units():
        posts = {p.post_id: [a for a in found.get(p.post_id, ()) if a in areas] for p in study.posts(unit_id)}
        named = {p: listed for p, listed in posts.items() if listed}
        if not study.posts(unit_id):
            yield Instance(unit_id, unit_id, OUT, "没有登记岗位")
        else:
            yield _unit(study, unit_id, areas, named)


def _unit(study: Study, unit_id: str, areas: tuple[str, ...], named: dict[str, list[str]]) -> Instance:
    witness = Witness(posts=tuple(sorted(named)))
    head = study.head(unit_id)
    for person in sorted({x for p in named for x in study.network.holders.get(p, ())}):
        held = study.network.posts_of[person]
        if head in held or not {a for p in held for a in named.get(p, ())} >= set(areas):
            continue
        if head is None or head in study.network.unknown:
            settle = unknown_cells(study, [head]) if head else (f"岗位 › {unit_id} › 上级岗位编码",)
            return Instance(unit_id, unit_id, OPEN, "一人同时分管所列各项，是否正职不明", Witness(posts=held), settle)
        return Instance(unit_id, unit_id, BAD, f"一名副职同时分管{'、'.join(areas)}", Witness(posts=held, persons=(person,)))
    unstated = [a for a in areas if not any(a in listed for listed in named.values())]
    if _apart(study, named):
        return Instance(unit_id, unit_id, GOOD, "各领域由不同的人分管", witness)
    settle = (*(f"岗位 › {unit_id} › 分管领域（{a}）" for a in unstated), *unknown_cells(study, named))
    return Instance(unit_id, unit_id, OPEN, f"{'、'.join(unstated) or '分管岗位'}由谁分管或谁任职，台账未载", witness, settle)


def _apart(study: Study, named: dict[str, list[str]]) -> bool:
    """Say whether some area is held only by known persons none of whom holds some other area."""
    people: dict[str, set[str]] = {}
    for post, listed in named.items():
        for area in listed:
            people.setdefault(area, set()).update(study.network.holders.get(post, (f"?{post}",)))
    sure = {a: who for a, who in people.items() if not any(x.startswith("?") for x in who)}
    return any(not (sure[a] & sure[b]) for a in sure for b in sure if a < b)


RECIPE = Recipe("area_concentration", Subject.UNIT, examine, ("posts",), inner=True)
