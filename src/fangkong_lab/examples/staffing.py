"""Who held which post when: every post of a line is held on every day, so that no unknown post blurs the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from fangkong_lab.examples.office import Office, Post
from fangkong_lab.examples.period import Period

VACANT = "空缺"


@dataclass(frozen=True)
class Tenure:
    """*person* in a post from *start* to *end* (half-open; None: still)."""

    person: str
    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether *day* lies in the tenure."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Staff:
    """All tenures of one unit by post id; *people* in order of their codes."""

    tenures: dict[str, tuple[Tenure, ...]]
    people: tuple[str, ...]

    def holders(self, post_id: str, day: date) -> tuple[str, ...]:
        """Return who holds the post on *day*, sorted; vacancies are nobody."""
        return tuple(sorted(t.person for t in self.tenures.get(post_id, ()) if t.covers(day) and t.person != VACANT))


@dataclass
class _Roster:
    """Hands out person codes while a unit is being staffed."""

    number: int
    people: list[str] = field(default_factory=list)

    def newcomer(self) -> str:
        self.people.append(f"P{self.number + 1:02d}{len(self.people) + 1:03d}")
        return self.people[-1]


_Slots = dict[tuple[str, int], tuple[Tenure, ...]]


def staff_of(office: Office, period: Period, draw: np.random.Generator) -> Staff:
    """Return the tenures of all posts of *office*: first holders, swaps of like posts, newcomers, and the special posts."""
    roster = _Roster(office.number)
    special = {office.ballot, office.review, office.unknown, office.empty, office.outsider}
    slots: _Slots = {(p.post_id, k): (Tenure(roster.newcomer(), period.start),)
                     for p in office.posts if p.post_id not in special for k in range(p.holders)}
    _swap_chiefs(office, slots, period, draw)
    _replace_some(office, slots, period, draw, roster)
    tenures: dict[str, list[Tenure]] = {}
    for (post_id, _), spans in slots.items():
        tenures.setdefault(post_id, []).extend(spans)
    tenures[office.review] = list(tenures[office.deputies[1]])
    tenures[office.ballot] = _merged([t for p in office.ballot_posts for t in tenures[p]])
    tenures |= _special(office, period, roster)
    return Staff({k: tuple(v) for k, v in tenures.items()}, tuple(roster.people))


def _month(period: Period, draw: np.random.Generator) -> date:
    """A first of a month, not the first month of all: a change on the first day would leave an empty span."""
    month = int(draw.integers(1, len(period.years) * 12))
    return date(period.first + month // 12, month % 12 + 1, 1)


def _swap_chiefs(office: Office, slots: _Slots, period: Period, draw: np.random.Generator) -> None:
    """Half of the chiefs, and two deputies, change places pairwise (轮岗)."""
    order = [office.sections[int(k)].chief for k in draw.permutation(len(office.sections))]
    pairs = [*zip(order[:4:2], order[1:4:2], strict=True), (office.deputies[0], office.deputies[2])]
    for one, two in pairs:
        day = _month(period, draw)
        (a,), (b,) = slots[one, 0], slots[two, 0]
        slots[one, 0] = (Tenure(a.person, a.start, day), Tenure(b.person, day))
        slots[two, 0] = (Tenure(b.person, b.start, day), Tenure(a.person, day))


def _replace_some(office: Office, slots: _Slots, period: Period, draw: np.random.Generator, roster: _Roster) -> None:
    """About two in five of the rest are followed once by a newcomer; the head always."""
    for (post_id, k), spans in sorted(slots.items()):
        leaves = draw.random() < 0.4 or post_id == office.head
        if leaves and len(spans) == 1:
            day = _month(period, draw)
            slots[post_id, k] = (Tenure(spans[0].person, spans[0].start, day), Tenure(roster.newcomer(), day))


def _merged(spans: list[Tenure]) -> list[Tenure]:
    """Join spans of one person that touch: a member who changes his seat stays a member."""
    joined: list[Tenure] = []
    for span in sorted(spans, key=lambda t: (t.person, t.start)):
        if joined and joined[-1].person == span.person and joined[-1].end == span.start:
            joined[-1] = Tenure(span.person, joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def _special(office: Office, period: Period, roster: _Roster) -> dict[str, list[Tenure]]:
    middle = date((period.first + period.last) // 2, 7, 1)
    yearly = [Tenure(roster.newcomer(), date(y, 1, 1), date(y + 1, 1, 1) if y < period.last else None)
              for y in period.years]
    return {
        office.outsider: yearly,
        office.unknown: [Tenure(roster.newcomer(), period.start, middle)],
        office.empty: [Tenure(roster.newcomer(), period.start, middle), Tenure(VACANT, middle)],
    }


def post_rows(office: Office) -> list[dict[str, object]]:
    """Return the rows of the table of posts."""
    return [_post_row(office, p) for p in office.posts]


def _post_row(office: Office, post: Post) -> dict[str, object]:
    return {"post_id": post.post_id, "unit_id": office.unit_id, "title": post.title, "rank": post.rank,
            "reports_to": post.reports_to, "in_charge_of": post.in_charge_of, "external": post.external}


def occupancy_rows(staff: Staff) -> list[tuple[object, ...]]:
    """Return the rows of the table of occupancies, by post, start, person."""
    return [(t.person, post_id, t.start, t.end) for post_id, spans in sorted(staff.tenures.items())
            for t in sorted(spans, key=lambda t: (t.start, t.person))]
