"""Short ways to declare columns, so that a table reads like a page of the dictionary."""

from __future__ import annotations

from fangkong_lab.dates import MonthAs
from fangkong_lab.ledger.columns import Column, ColumnType, PrivacyClass

UNIT_EXAMPLE = "U001"


def code(name: str, label: str, doc: str, example: str, **more: object) -> Column:
    """Return a column of codes; ``refers=`` names the table it points to."""
    return Column(name, label, ColumnType.CODE, doc, example, **more)  # type: ignore[arg-type]


def unit_code(name: str = "unit_id", label: str = "单位编码", doc: str = "这一行属于哪个单位", *,
              required: bool = True) -> Column:
    """Return a column that names a unit."""
    return code(name, label, doc, UNIT_EXAMPLE, required=required, refers="units", privacy=PrivacyClass.OPEN)


def post_code(name: str, label: str, doc: str, example: str = "P001", *, required: bool = False) -> Column:
    """Return a column that names a post."""
    return code(name, label, doc, example, required=required, refers="posts", privacy=PrivacyClass.POST)


def person_code(name: str, label: str, doc: str, example: str = "R001", **more: object) -> Column:
    """Return a column of person codes: never names."""
    return Column(name, label, ColumnType.PERSON, doc, example, privacy=PrivacyClass.PERSON, **more)  # type: ignore[arg-type]


def words(name: str, label: str, doc: str, example: str = "", **more: object) -> Column:
    """Return a column of free text; ``suggested=`` lists usual words."""
    return Column(name, label, ColumnType.TEXT, doc, example, **more)  # type: ignore[arg-type]


def choice(name: str, label: str, doc: str, choices: str, **more: object) -> Column:
    """Return a closed list; *choices* are separated by ``/``; the first is the example unless ``example=`` is given."""
    listed = tuple(choices.split("/"))
    more.setdefault("example", listed[0])
    return Column(name, label, ColumnType.CHOICE, doc, choices=listed, **more)  # type: ignore[arg-type]


def several(name: str, label: str, doc: str, choices: str, **more: object) -> Column:
    """Return a closed list of which several may be named in one cell."""
    listed = tuple(choices.split("/"))
    more.setdefault("example", "、".join(listed[:2]))
    return Column(name, label, ColumnType.CHOICES, doc, choices=listed, **more)  # type: ignore[arg-type]


def flag(name: str, label: str, doc: str, example: str = "否", **more: object) -> Column:
    """Return a yes-or-no column."""
    return Column(name, label, ColumnType.FLAG, doc, example, **more)  # type: ignore[arg-type]


def count(name: str, label: str, doc: str, example: str = "", **more: object) -> Column:
    """Return a column of whole numbers, at least 0 unless ``lowest=`` says otherwise."""
    more.setdefault("lowest", 0)
    return Column(name, label, ColumnType.INTEGER, doc, example, **more)  # type: ignore[arg-type]


def score(name: str, label: str, doc: str, example: str = "3") -> Column:
    """Return a 1–5 score."""
    return count(name, label, doc, example, lowest=1, highest=5, privacy=PrivacyClass.POST)


def number(name: str, label: str, doc: str, example: str = "", **more: object) -> Column:
    """Return a column of numbers."""
    return Column(name, label, ColumnType.NUMBER, doc, example, **more)  # type: ignore[arg-type]


def money(name: str, label: str, doc: str, example: str = "12.5", **more: object) -> Column:
    """Return a column of amounts in 万元, at least 0."""
    return Column(name, label, ColumnType.MONEY, doc, example, unit="万元", lowest=0, **more)  # type: ignore[arg-type]


def day(name: str, label: str, doc: str, example: str = "2016-03-01", **more: object) -> Column:
    """Return a column of days; a month without a day is its 1st."""
    return Column(name, label, ColumnType.DAY, doc, example, **more)  # type: ignore[arg-type]


def end_day(name: str, label: str, doc: str, example: str = "", **more: object) -> Column:
    """Return the end of a half-open span: that day is not in it; a month is the 1st of the next."""
    return day(name, label, doc, example, month_as=MonthAs.HALF_OPEN_END, **more)


def last_day(name: str, label: str, doc: str, example: str = "2016-12-31", **more: object) -> Column:
    """Return the inclusive end of a period; a month is its last day."""
    return day(name, label, doc, example, month_as=MonthAs.INCLUSIVE_END, **more)
