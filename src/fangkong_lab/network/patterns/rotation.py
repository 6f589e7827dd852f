"""轮岗: nobody stays in the same key post longer than the years of the chosen place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from fangkong_lab.dates import add_months
from fangkong_lab.kinds import StepKind
from fangkong_lab.network.nodes import Post
from fangkong_lab.network.patterns.not_in_charge import charges
from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, Instance, Subject, Witness

VACANT = "空缺"
ALL_POSTS, KEY_POSTS, CHIEFS, LEADERS = "全部岗位", "重点岗位", "科室负责人和人财物岗位", "领导班子成员"
_RESOURCES = ("财务", "人事", "工程", "采购")


@dataclass(frozen=True)
class Tenure:
    """*person* in *post_id* since *start* without a break."""

    person: str
    post_id: str
    start: date


def tenures(study: Study) -> Mapping[str, tuple[Tenure, ...]]:
    """Return by post who holds it on the day and since when; spans of one person that touch or overlap are one."""
    spans: dict[tuple[str, str], list[tuple[date, date | None]]] = {}
    for row in study.rows("occupancies", "person_id", "post_id", "start", "end"):
        if row["person_id"] != VACANT and row["start"] is not None:
            pair = (str(row["post_id"]), str(row["person_id"]))
            spans.setdefault(pair, []).append((_day(row["start"]), None if row["end"] is None else _day(row["end"])))
    found: dict[str, list[Tenure]] = {}
    for (post, person), listed in sorted(spans.items()):
        start = _since(sorted(listed, key=lambda s: s[0]), study.as_of)
        if start is not None:
            found.setdefault(post, []).append(Tenure(person, post, start))
    return {post: tuple(listed) for post, listed in found.items()}


def _day(value: object) -> date:
    return value.date() if hasattr(value, "date") else value  # type: ignore[return-value]


def _since(spans: list[tuple[date, date | None]], day: date) -> date | None:
    begun: date | None = None
    until: date | None = None
    for start, end in spans:
        if start > day:
            break
        if begun is None or (until is not None and until < start):
            begun, until = start, end
        else:
            until = None if until is None or end is None else max(until, end)
    return begun if begun is not None and (until is None or day < until) else None


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge every post of the chosen scope once per holder: years in the same post against the years of the place."""
    years, held = settings.number("years"), tenures(study)
    scope = _scope(study, settings.word("scope"))
    for unit_id in study.units():
        for post in study.posts(unit_id):
            if post.post_id not in scope:
                yield Instance(post.post_id, unit_id, OUT, "不在轮岗范围")
            elif post.post_id in study.network.empty:
                yield Instance(post.post_id, unit_id, OUT, "岗位空缺")
            elif post.post_id in study.network.unknown:
                yield Instance(post.post_id, unit_id, OPEN, "任职不明", Witness(posts=(post.post_id,)),
                               (f"任职 › {post.post_id} › 任职起",))
            else:
                yield from (_tenure(study, t, unit_id, years) for t in held.get(post.post_id, ()))


def _tenure(study: Study, tenure: Tenure, unit_id: str, years: float) -> Instance:
    over = add_months(tenure.start, round(12 * years)) <= study.as_of
    words = f"连续任同一岗位已满{years:g}年" if over else f"连续任同一岗位未满{years:g}年"
    rows = (f"任职 › {tenure.person} › {tenure.post_id} › {tenure.start}",)
    return Instance(tenure.post_id, unit_id, BAD if over else GOOD, words, Witness((), (tenure.post_id,), (tenure.person,), rows))


def _scope(study: Study, word: str) -> frozenset[str]:
    posts = [p for u in study.units() for p in study.posts(u) if not p.external]
    if word == ALL_POSTS:
        return frozenset(p.post_id for p in posts)
    if word == LEADERS:
        return frozenset(p for u in study.units() for p in study.leaders(u))
    areas = charges(study)
    if word == KEY_POSTS:
        return frozenset(p.post_id for p in posts if areas.get(p.post_id)) | _deciding(study, posts)
    moneyed = {p.post_id for p in posts if set(areas.get(p.post_id, ())) & set(_RESOURCES)}
    return frozenset(moneyed | {p.post_id for p in posts if _is_chief(study, p)})


def _deciding(study: Study, posts: list[Post]) -> frozenset[str]:
    kinds = (StepKind.DECIDE, StepKind.PAY)
    flows = study.network.flows_naming(p.post_id for p in posts)
    signed = {p for f in flows for s in f.steps if s.kind in kinds for g in f.sign_offs if g.step_no == s.step_no for p in g.posts}
    return frozenset(p.post_id for p in posts if p.post_id in signed)


def _is_chief(study: Study, post: Post) -> bool:
    """A post below the leading group with posts reporting to it."""
    leaders = study.leaders(post.unit_id)
    return post.post_id not in leaders and post.reports_to in leaders and bool(study.below(post.post_id))


RECIPE = Recipe("rotation", Subject.TENURE, examine, ("occupancies",), inner=True)
