"""The rows of a model comparison: what a card may state, in order, and how far two cards may be compared there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fangkong_lab.kinds import Kind
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.node import read_yaml
from fangkong_lab.shipped import shipped

SCHEMA_VERSION = 1


class Comparable(Kind):
    """How far the cells of a row may be set against each other (可比性)."""

    COMPARABLE = "comparable", "可比"
    WITH_CARE = "with_care", "慎比"
    NOT_COMPARABLE = "not_comparable", "不可比"


@dataclass(frozen=True)
class Row:
    """A row of the comparison: *id* in the cards, *section* and *label* on screen, *about* what it asks.

    *compare* says how far cells may be compared; *why* is there unless the row is plainly comparable. *marks* is the
    closed list of standard terms by which two models are found alike on the row; empty where no such list makes sense.
    """

    id: str
    section: str
    label: str
    about: str
    compare: Comparable
    why: str = ""
    marks: tuple[str, ...] = ()

    @property
    def comparability(self) -> str:
        """Return 可比性 with its reason, as a cell of the table prints it."""
        return f"{self.compare.label}：{self.why}" if self.why else self.compare.label


@cache
def rows() -> tuple[Row, ...]:
    """Return the rows of data/models/rows.yaml, in the order 定位 → 规则 → 执行 → 产出 → 证据.

    Raises `BadInput` naming file and line for an unknown key, a row given twice, or a missing reason.
    """
    top = Field(read_yaml(shipped("data", "models", "rows.yaml")))
    top.keys(("schema_version", "sections"))
    check_version(top)
    found = tuple(row for section in top.at("sections").items() for row in _section(section))
    names = [row.id for row in found]
    for name in names:
        if names.count(name) > 1:
            raise top.fail(f"行「{name}」写了两次", "删去一处")
    return found


def check_version(top: Field) -> None:
    """Refuse a file written for another version of the format."""
    version = top.at("schema_version")
    if version.number() != SCHEMA_VERSION:
        raise version.fail(f"格式版本 {version.number():g} 不认识", f"本软件读版本 {SCHEMA_VERSION}")


def _section(field: Field) -> tuple[Row, ...]:
    field.keys(("id", "label", "rows"))
    label = field.at("label").text()
    return tuple(_row(item, label) for item in field.at("rows").items())


def _row(field: Field, section: str) -> Row:
    field.keys(("id", "label", "about", "compare"), ("why", "marks"))
    marks = field.maybe("marks")
    why, compare = field.maybe("why"), field.at("compare").word(Comparable)
    if (compare is Comparable.COMPARABLE) != (why is None):
        raise field.fail("不可比、慎比的行要写 why，可比的行不写", "补上或删去 why")
    return Row(field.at("id").text(), section, field.at("label").text(), field.at("about").text(), compare,
               why.text() if why else "", marks.texts() if marks else ())
