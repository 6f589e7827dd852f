"""The units themselves, and the two bodies beside them: the county's discipline commission and two subordinate bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fangkong_lab.examples.office import Office
from fangkong_lab.examples.period import Period
from fangkong_lab.examples.places import COUNTY_NAME, DISCIPLINE_UNIT, PlaceKind
from fangkong_lab.examples.staffing import Staff, Tenure
from fangkong_lab.streams import stream

HOSPITAL, PATROL = "X01", "X02"
HOSPITAL_NAME, PATROL_NAME = COUNTY_NAME + "城关镇卫生院", COUNTY_NAME + "文化市场稽查大队"
_ROOMS = ("办公室", "党风廉政室", "案件监督管理室", "信访室", "纪检监察一室", "纪检监察二室", "审理室", "宣教室")


@dataclass(frozen=True)
class Commission:
    """The discipline commission: *secretary*, *deputy* and the *rooms* as posts, with their *staff*."""

    secretary: str
    deputy: str
    rooms: tuple[str, ...]
    staff: Staff

    @property
    def deciders(self) -> tuple[str, str]:
        """Person codes of secretary and deputy."""
        return self.staff.people[0], self.staff.people[1]

    @property
    def verifiers(self) -> tuple[str, ...]:
        """Person codes of the heads of the rooms."""
        return self.staff.people[2:]


def make_commission(period: Period) -> Commission:
    """Return the commission; its people stay for the whole period."""
    posts = [f"GZ{k:03d}" for k in range(1, 3 + len(_ROOMS))]
    people = tuple(f"PZ{k:03d}" for k in range(1, 1 + len(posts)))
    tenures: dict[str, tuple[Tenure, ...]] = {
        post: (Tenure(person, period.start),) for post, person in zip(posts, people, strict=True)}
    return Commission(posts[0], posts[1], tuple(posts[2:]), Staff(tenures, people))


def commission_posts(commission: Commission) -> list[dict[str, object]]:
    """Return the commission's rows of the table of posts."""
    unit = {"unit_id": DISCIPLINE_UNIT, "external": False, "in_charge_of": ""}
    rows = [{**unit, "post_id": commission.secretary, "title": "纪委书记", "rank": "副县级", "reports_to": ""},
            {**unit, "post_id": commission.deputy, "title": "纪委副书记", "rank": "正科级", "reports_to": commission.secretary}]
    return rows + [{**unit, "post_id": post, "title": f"{room}主任", "rank": "副科级", "reports_to": commission.deputy}
                   for post, room in zip(commission.rooms, _ROOMS, strict=True)]


def unit_rows(offices: Sequence[Office], heads: Sequence[int], period: Period, seed: int) -> list[dict[str, object]]:
    """Return the rows of the table of units; *heads* are the headcounts in the order of *offices*."""
    rows = [_unit_row(o, n, period, stream(seed, "unit", o.unit_id)) for o, n in zip(offices, heads, strict=True)]
    rows += [_body(HOSPITAL, HOSPITAL_NAME, "事业单位", "股级", 120, offices[0].unit_id),
             _body(PATROL, PATROL_NAME, "基层站所", "股级", 18, offices[min(5, len(offices) - 1)].unit_id),
             _body(DISCIPLINE_UNIT, COUNTY_NAME + "纪律检查委员会", "党政机关", "正科级", 46, "")]
    return rows


def _unit_row(office: Office, headcount: int, period: Period, draw: np.random.Generator) -> dict[str, object]:
    adopted = period.adopted(office.number)
    town = office.place.kind is PlaceKind.TOWN
    return {"unit_id": office.unit_id, "name": office.name, "kind": office.place.kind.label,
            "level": "乡" if town else "县", "admin_rank": "正科级", "headcount": headcount,
            "own_personnel": bool(draw.random() < 0.8), "own_finance": True,
            "model": "五分模式" if adopted else "", "adopted_on": adopted}


def _body(unit_id: str, name: str, kind: str, rank: str, headcount: int, parent: str) -> dict[str, object]:
    return {"unit_id": unit_id, "name": name, "parent_id": parent,
            "kind": kind, "level": "县", "admin_rank": rank, "headcount": headcount,
            "own_personnel": unit_id == DISCIPLINE_UNIT, "own_finance": unit_id != PATROL}
