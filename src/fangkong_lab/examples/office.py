"""One made-up unit's posts and reporting line: the same frame in every unit, so that thresholds are known by hand."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.examples.places import Place, PlaceKind, place_of, unit_id_of, unit_name

DEPUTIES = 3
_CHARGES = (("财务", "财务"), ("审批", "审批"), ("执法", "执法"))


@dataclass(frozen=True)
class Section:
    """A section (股): its chief reports to the deputy with number *deputy*, its clerks report to the chief."""

    name: str
    chief: str
    clerk: str
    deputy: int


@dataclass(frozen=True)
class Post:
    """One row of the table of posts, with how many persons hold it at any time (0: known to be empty)."""

    post_id: str
    title: str
    rank: str
    reports_to: str = ""
    in_charge_of: str = ""
    external: bool = False
    holders: int = 1


@dataclass(frozen=True)
class Office:
    """All posts of a unit by their part in the archetypes. Ids are post ids.

    The line: clerks → chief → deputy → head; accountant and cashier → first chief; two more members of the leading
    group → head. Outside the line: discipline post (bureaus; in a town it reports to the head), mass representative
    and supervision company (external), *unknown* and *empty* check posts, *window* (whom the second deputy
    influences by an explicit row) and *shielded* (whose link from the third deputy an explicit row takes away).
    *review* is held by whoever is the second deputy.
    """

    unit_id: str
    number: int
    place: Place
    posts: tuple[Post, ...]
    sections: tuple[Section, ...]
    head: str
    deputies: tuple[str, ...]
    members: tuple[str, ...]
    discipline: str
    outsider: str
    supervisor: str
    ballot: str
    review: str
    accountant: str
    cashier: str
    unknown: str
    empty: str
    window: str
    shielded: str

    @property
    def name(self) -> str:
        """Full name of the unit."""
        return unit_name(self.place)

    @property
    def discipline_external(self) -> bool:
        """Whether the discipline post stands outside the line (派驻)."""
        return self.place.kind is PlaceKind.BUREAU

    @property
    def ballot_posts(self) -> tuple[str, ...]:
        """Posts whose holders are the members of the leading group: seven persons."""
        return (self.head, *self.deputies, self.discipline, *self.members)

    def title(self, post_id: str) -> str:
        """Return the title of the post."""
        return next(p.title for p in self.posts if p.post_id == post_id)


def make_office(number: int) -> Office:
    """Return the office of the unit with the running *number* (0-based)."""
    place, unit_id = place_of(number), unit_id_of(number)
    ids = iter(f"G{number + 1:02d}{k:03d}" for k in range(1, 1000))
    top = {name: next(ids) for name in (
        "head", "deputy0", "deputy1", "deputy2", "member0", "member1", "discipline", "outsider", "supervisor",
        "ballot", "review", "unknown", "empty", "window", "shielded")}
    sections = tuple(Section(name, next(ids), next(ids), k % DEPUTIES) for k, name in enumerate(place.sections))
    accountant, cashier = next(ids), next(ids)
    deputies = tuple(top[f"deputy{k}"] for k in range(DEPUTIES))
    posts = (*_leading(place, top), *_beside(top), *_below(sections, deputies),
             Post(accountant, f"{sections[0].name}会计", "科员", sections[0].chief, "财务"),
             Post(cashier, f"{sections[0].name}出纳", "科员", sections[0].chief, "财务"))
    return Office(
        unit_id=unit_id, number=number, place=place, posts=posts, sections=sections, head=top["head"],
        deputies=deputies, members=(top["member0"], top["member1"]), discipline=top["discipline"],
        outsider=top["outsider"], supervisor=top["supervisor"], ballot=top["ballot"], review=top["review"],
        accountant=accountant, cashier=cashier, unknown=top["unknown"], empty=top["empty"], window=top["window"],
        shielded=top["shielded"])


def _leading(place: Place, top: dict[str, str]) -> tuple[Post, ...]:
    town = place.kind is PlaceKind.TOWN
    head, deputy = ("镇长", "副镇长") if town else ("局长", "副局长")
    deputies = tuple(Post(top[f"deputy{k}"], f"分管{charge}{deputy}", "副科级", top["head"], field)
                     for k, (charge, field) in enumerate(_CHARGES))
    members = tuple(Post(top[f"member{k}"], title, "副科级", top["head"])
                    for k, title in enumerate(("工会主席", "武装部长" if town else "总工程师")))
    if town:
        discipline = Post(top["discipline"], "纪委书记", "副科级", top["head"])
    else:
        discipline = Post(top["discipline"], "派驻纪检组长", "副科级", "", "", True)
    return (Post(top["head"], head, "正科级"), *deputies, *members, discipline)


def _beside(top: dict[str, str]) -> tuple[Post, ...]:
    return (
        Post(top["outsider"], "群众代表", "", external=True), Post(top["supervisor"], "外聘监理", "", external=True),
        Post(top["ballot"], "党组成员", "", holders=7), Post(top["review"], "综合复核岗", "", top["deputy1"]),
        Post(top["unknown"], "专项审核岗", "股级"), Post(top["empty"], "法制审核岗", "股级", holders=0),
        Post(top["window"], "政务大厅首席代表", "股级", "", "审批"),
        Post(top["shielded"], "下属中心主任", "股级", top["deputy2"]))


def _below(sections: tuple[Section, ...], deputies: tuple[str, ...]) -> tuple[Post, ...]:
    posts: list[Post] = []
    for k, section in enumerate(sections):
        posts.append(Post(section.chief, f"{section.name}负责人", "股级", deputies[section.deputy]))
        posts.append(Post(section.clerk, f"{section.name}经办人", "科员", section.chief, holders=2 + k % 2))
    return tuple(posts)
