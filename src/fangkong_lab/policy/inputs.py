"""What a policy reads from the ledger: columns, each with its Chinese header, its type and its range."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.policy.field import Field
from fangkong_lab.policy.words import InputType, LatePeriod


@dataclass(frozen=True)
class SumOver:
    """A derived number: the sum of *column* over rows that agree in all of *keys*.

    A row with an empty key stands alone; a row with an empty cell makes the sum of its group unknown.
    """

    column: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Late:
    """A derived number: how many days, calendar quarters or calendar years a task is late on the day of judgement.

    0 where it was done by then or is not yet past due (the due day itself is in time); within the period of the due
    day a late task counts 0 quarters or years. Unknown without a due date.
    """

    due: str
    done: str
    period: LatePeriod


@dataclass(frozen=True)
class Input:
    """One column that a rule uses.

    *column* is the English column of the policy's table, or ``table.column`` of a linked one; empty for derived numbers.
    *low*, *high* bound numbers (both None: unbounded); *labels* closes a list of options; *empty_as* is the value that
    an empty cell or a missing column stands for (None: unknown), *empty_why* the reason, printed with results.
    """

    name: str
    header: str
    type: InputType
    column: str = ""
    low: float | None = None
    high: float | None = None
    labels: tuple[str, ...] = ()
    empty_as: str | float | None = None
    empty_why: str = ""
    derived: SumOver | Late | None = None


_KEYS = ("column", "range", "labels", "empty_as", "empty_why", "sum_of", "over", "late")


def read_inputs(field: Field) -> tuple[Input, ...]:
    """Read the ``inputs`` of a policy, in the order of the file."""
    return tuple(_input(name, f) for name, f in field.pairs())


def _input(name: str, field: Field) -> Input:
    field.keys(("header", "type"), _KEYS)
    low, high = _range(field)
    column, labels = field.maybe("column"), field.maybe("labels")
    derived = _derived(field)
    if (column is None) == (derived is None):
        raise field.fail("column、sum_of、late 三者要写且只写一个", "写明该输入来自哪一列，或怎样算出")
    made = Input(name, field.at("header").text(), field.at("type").word(InputType),
                 column.text() if column else "", low, high, labels.texts() if labels else (), derived=derived)
    return _with_empty(made, field)


def _range(field: Field) -> tuple[float | None, float | None]:
    span = field.maybe("range")
    if span is None:
        return None, None
    ends = [f.number() for f in span.items()]
    if len(ends) != 2 or ends[0] >= ends[1]:
        raise span.fail("取值范围应为两个数，小的在前", "写成 range: [1, 5]")
    return ends[0], ends[1]


def _derived(field: Field) -> SumOver | Late | None:
    total, late = field.maybe("sum_of"), field.maybe("late")
    if total is not None:
        return SumOver(total.text(), field.at("over").texts())
    if late is None:
        return None
    late.keys(("due", "done", "period"))
    return Late(late.at("due").text(), late.at("done").text(), late.at("period").word(LatePeriod))


def _with_empty(made: Input, field: Field) -> Input:
    given = field.maybe("empty_as")
    if given is None:
        return made
    why = field.maybe("empty_why")
    if why is None:
        raise given.fail("写了空格按什么读，没写理由", "补上 empty_why: 为什么这样读")
    value = given.number() if made.type is InputType.NUMBER else given.text()
    if made.type is InputType.YES_NO and value not in ("是", "否"):
        raise given.fail(f"是/否列的空格不能按「{value}」读", "写 是 或 否")
    return Input(**{**made.__dict__, "empty_as": value, "empty_why": why.text()})
