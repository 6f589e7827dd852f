"""What of a model can be carried out on a county's flows: practices, each tied to a line of its card and to a reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fangkong_lab.kinds import Kind
from fangkong_lab.policy.field import Field


class Reading(Kind):
    """How a model is carried out: only what its document states, or the most that its words can bear."""

    STATED = "stated", "只按写明的"
    GENEROUS = "generous", "按最宽的读法"


class Do(Kind):
    """What a practice does to a flow (docs/models.md tells whose signature it asks for)."""

    REQUIRE_SIGNERS = "require_signers", "规定最少经手人数"
    ONE_PLUS_TWO = "one_plus_two", "1+2财务审核"
    FOUR_SEALS = "four_seals", "四字合章"
    COLLECTIVE = "collective", "集体决策"
    BALLOT = "ballot", "无记名票决"
    JOINT_REVIEW = "joint_review", "会审会签"
    LEVELS = "levels", "多级审批"
    SEPARATE = "separate", "不相容环节分开"
    OUTSIDE = "outside", "外部人员签批"
    REPORT_FIRST = "report_first", "事前报分管领导"
    NO_SIGNATURE = "no_signature", "不涉及签批"


@dataclass(frozen=True)
class Selector:
    """Which items a practice is for: all conditions that are given must hold.

    *categories* 权力类别; *importance* 重要程度; *small*: items in a 五小 field; *unit_word*: a word in the unit's name.
    """

    categories: tuple[str, ...] = ()
    importance: str = ""
    small: bool = False
    unit_word: str = ""


@dataclass(frozen=True)
class Practice:
    """One practice: the *row* of the card that states it, under which *readings*, what it does, to which items, and *why* so.

    *least* is the number of signers of REQUIRE_SIGNERS (0 elsewhere).
    """

    row: str
    readings: frozenset[Reading]
    do: Do
    items: Selector
    why: str
    least: int = 0


def read_practices(field: Field | None, stated: frozenset[str]) -> tuple[Practice, ...]:
    """Read the practices of a card; each must rest on a row that the card states.

    Raises `BadInput` naming file, line, field and mend.
    """
    return tuple(_practice(item, stated) for item in field.items()) if field else ()


def _practice(field: Field, stated: frozenset[str]) -> Practice:
    field.keys(("row", "readings", "do", "why"), ("items", "least"))
    row, do = field.at("row"), field.at("do").word(Do)
    if row.text() not in stated:
        raise row.fail(f"卡片没有写明「{row.text()}」，不能执行", "先在 lines 里写明出处")
    least = field.maybe("least")
    if (do is Do.REQUIRE_SIGNERS) != (least is not None):
        raise field.fail("least 只用于 require_signers，且必须写", "补上或删去 least")
    readings = frozenset(item.word(Reading) for item in field.at("readings").items())
    return Practice(row.text(), readings, do, _selector(field.maybe("items"), do), field.at("why").text(),
                    int(least.number()) if least else 0)


def _selector(field: Field | None, do: Do) -> Selector:
    if field is None:
        return Selector()
    field.keys((), ("categories", "importance", "small", "unit_word"))
    given: Mapping[str, Field] = dict(field.pairs())
    if do is Do.NO_SIGNATURE:
        raise field.fail("不涉及签批的做法不选事项", "删去 items")
    return Selector(given["categories"].texts() if "categories" in given else (),
                    given["importance"].text() if "importance" in given else "",
                    given["small"].flag() if "small" in given else False,
                    given["unit_word"].text() if "unit_word" in given else "")
