"""What a ledger column and a ledger table are: declared once, and everything else is drawn from the declaration.

The template, the reading of cells, the checks, the data dictionary and the JSON schema all read the same `Column`.
Reference: tables.md is carried by `fangkong_lab.ledger.tables`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fangkong_lab.dates import MonthAs
from fangkong_lab.kinds import Kind, Tier


class ColumnType(Kind):
    """What a cell of a column holds, which decides how it is read and its type in memory."""

    CODE = "code", "编码"
    PERSON = "person", "人员代号"
    TEXT = "text", "文字"
    CHOICE = "choice", "单选"
    CHOICES = "choices", "多选"
    WORDS = "words", "词语列表"
    TITLES = "titles", "岗位名称序列"
    FLAG = "flag", "是/否"
    INTEGER = "integer", "整数"
    NUMBER = "number", "数"
    MONEY = "money", "金额"
    DAY = "day", "日期"
    MOMENT = "moment", "时间"

    @property
    def dtype(self) -> str:
        """Return the pandas dtype of a column of this type."""
        return _DTYPES.get(self, "object")

    @property
    def numeric(self) -> bool:
        """Say whether cells of this type are numbers."""
        return self in (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.MONEY)

    @property
    def listed(self) -> bool:
        """Say whether one cell may hold several words joined by 、."""
        return self in (ColumnType.CHOICES, ColumnType.WORDS)


_DTYPES = {
    ColumnType.FLAG: "boolean",
    ColumnType.INTEGER: "Int64",
    ColumnType.NUMBER: "float64",
    ColumnType.MONEY: "float64",
    ColumnType.DAY: "datetime64[ns]",
    ColumnType.MOMENT: "datetime64[ns]",
}


class PrivacyClass(Kind):
    """Who may see the values of a column."""

    OPEN = "open", "可公开"
    INTERNAL = "internal", "内部"
    POST = "post", "岗位级（小单位可推知本人，限纪委内部）"
    PERSON = "person", "人员代号（限纪委内部）"


class KeyRule(Kind):
    """What it means that two rows have the same key.

    UNIQUE: a mistake, wherever the rows are from. SHARED: the same thing named by several deliveries (人员), a mistake
    only inside one delivery. REPEATED: rows are events, equal keys are normal (办件日志).
    """

    UNIQUE = "unique", "全库唯一"
    SHARED = "shared", "各单位可共用"
    REPEATED = "repeated", "可重复"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    *name* is the English name used in code, *label* the Chinese header, *doc* its meaning in Chinese, *example* a cell
    as an office would type it, *choices* the closed list (Chinese labels, for CHOICE and CHOICES), *aliases* pairs
    (accepted word, listed word), *unit* the unit of the number, *lowest*/*highest* the inclusive range, *month_as* how a
    month without a day is read, *refers* the table whose key the cell must name, *forward* False where the reference
    is only looked at (persons need not be listed), *suggested* usual words of an open list.
    """

    name: str
    label: str
    type: ColumnType
    doc: str
    example: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    month_as: MonthAs = MonthAs.START
    refers: str = ""
    forward: bool = True
    suggested: tuple[str, ...] = ()
    privacy: PrivacyClass = PrivacyClass.INTERNAL

    @property
    def dtype(self) -> str:
        """Return the pandas dtype of the column."""
        return self.type.dtype

    @property
    def graded(self) -> bool:
        """Say whether this is a 1–5 score, which also takes 高/中/低."""
        return self.type is ColumnType.INTEGER and (self.lowest, self.highest) == (1, 5)

    @property
    def rule(self) -> str:
        """Return in Chinese what a cell may hold by itself; `filling.full_rule` adds what it must point to."""
        return rule_of(self)


def rule_of(column: Column) -> str:
    """Return the Chinese sentence that says what a cell of *column* may hold by itself."""
    parts = [_TYPE_RULES[column.type]]
    if column.choices:
        parts = [("可多选，用、隔开：" if column.type is ColumnType.CHOICES else "只能填：") + "/".join(column.choices)]
    if column.type is ColumnType.DAY:
        parts.append(_MONTH_RULES[column.month_as])
    if column.type.numeric and not column.graded:
        parts.append(_range_rule(column))
    if column.graded:
        parts = ["1 至 5 的整数，也可填 高/中/低（5/3/1）"]
    if column.suggested:
        parts.append("常用：" + "、".join(column.suggested))
    return "\uff1b".join(p for p in parts if p)


_TYPE_RULES = {
    ColumnType.CODE: "编码，字母和数字，不含空格",
    ColumnType.PERSON: "人员代号（含字母或数字），不得填姓名、电话、身份证号",
    ColumnType.TEXT: "文字，不得含姓名、电话、身份证号",
    ColumnType.CHOICE: "单选",
    ColumnType.CHOICES: "多选",
    ColumnType.WORDS: "一个或几个词，用、隔开",
    ColumnType.TITLES: "岗位名称，按办理先后用>隔开",
    ColumnType.FLAG: "是/否（也可填 1/0、Y/N、√）",
    ColumnType.INTEGER: "整数",
    ColumnType.NUMBER: "数",
    ColumnType.MONEY: "金额，以万元计（写明单位的如 3000元、1.2亿元 会换算）",
    ColumnType.DAY: "日期，如 2016-09-30、2016年9月30日",
    ColumnType.MOMENT: "日期或时间，如 2016-09-30 或 2016-09-30 14:05",
}

_MONTH_RULES = {
    MonthAs.START: "只有年月时按当月 1 日",
    MonthAs.HALF_OPEN_END: "止期当天不含在内；只有年月时按次月 1 日",
    MonthAs.INCLUSIVE_END: "当天含在内；只有年月时按当月最后一天",
}


def _range_rule(column: Column) -> str:
    if column.lowest is not None and column.highest is not None:
        return f"{column.lowest:g} 至 {column.highest:g}"
    if column.lowest is not None:
        return f"不小于 {column.lowest:g}"
    return ""


@dataclass(frozen=True)
class Order:
    """Two dates of a row of which *later* may not lie before *earlier* (English column names)."""

    earlier: str
    later: str


@dataclass(frozen=True)
class Reference:
    """*columns* together must name the key of a row of *table*, where none of them is empty."""

    columns: tuple[str, ...]
    table: str


@dataclass(frozen=True)
class Table:
    """One table of the ledger.

    *name* English, *label* Chinese (the sheet's name), *tier* when an office is expected to have it, *key* the columns
    that name a row (empty cells count as a value), *key_rule* what equal keys mean, *columns* in the order of the
    template, *doc* what a row is, *orders* dates that must follow each other, *parent* the column of the same table that
    may not lead in a circle, *references* the references made of several columns.
    """

    name: str
    label: str
    tier: Tier
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    doc: str
    key_rule: KeyRule = KeyRule.UNIQUE
    orders: tuple[Order, ...] = ()
    parent: str = ""
    references: tuple[Reference, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the English names of the columns, in order."""
        return tuple(c.name for c in self.columns)

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Return the columns by English name."""
        return {c.name: c for c in self.columns}

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """Return the columns by every header that is accepted: Chinese label or English name."""
        return {word: c for c in self.columns for word in (c.label, c.name)}

    def column(self, name: str) -> Column:
        """Return the column called *name* (English); `KeyError` where there is none, which is a programming error."""
        return self.by_name[name]

    @property
    def required(self) -> tuple[Column, ...]:
        """Return the columns that may not be empty."""
        return tuple(c for c in self.columns if c.required)

    @cached_property
    def all_references(self) -> tuple[Reference, ...]:
        """Return the binding references: of single columns first, then those of several columns."""
        single = tuple(Reference((c.name,), c.refers) for c in self.columns if c.refers and c.forward)
        return single + self.references
