"""Conditions on a table's rows in the small form of ``--where``: 列=值, 列>=值, 列~词; never SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.ledger.columns import Column, ColumnType, Table

_FORM = re.compile(r"^\s*(?P<column>[^=!<>~≥≤≠]+?)\s*(?P<sign>>=|<=|!=|=|>|<|~|≥|≤|≠)\s*(?P<value>.*?)\s*$", re.DOTALL)
_SIGNS = {"≥": ">=", "≤": "<=", "≠": "!="}
_YES, _NO = ("是", "1", "Y", "y", "√", "true"), ("否", "0", "N", "n", "×", "false")


@dataclass(frozen=True)
class Condition:
    """*column* of the table compared by *sign* (= != >= <= > < ~) with *value*; value None: empty."""

    column: Column
    sign: str
    value: object

    def sql(self) -> tuple[str, list[object]]:
        """Return the test and its parameters; the column's name is a declared one, the value never becomes SQL text."""
        name = f'"{self.column.name}"'
        if self.value is None:
            return f"{name} IS {'NOT ' if self.sign == '!=' else ''}NULL", []
        if self.sign == "~":
            return f"contains({name}, ?)", [self.value]
        if self.column.type.listed and self.sign in ("=", "!="):
            test = f"list_contains(string_split({name}, '、'), ?)"
            return (test if self.sign == "=" else f"NOT coalesce({test}, false)"), [self.value]
        if self.sign == "!=":
            return f"{name} IS DISTINCT FROM ?", [self.value]
        return f"{name} {self.sign} ?", [self.value]


def read_conditions(table: Table, texts: Sequence[str]) -> list[Condition]:
    """Read conditions on *table*, all of which must hold.

    A column is named by its Chinese header or English name. ``列=`` asks for empty cells, ``列!=`` for filled ones; ``~``
    for text that contains the word; in a list column ``=`` asks for one of its words. Raises `WrongCall` for any other
    form, an unknown column, a value that does not fit the column, or < > on text.
    """
    return [_read(table, text) for text in texts]


def _read(table: Table, text: str) -> Condition:
    hit = _FORM.match(text)
    if not hit:
        raise WrongCall(f"筛选条件「{text}」看不懂", where="--where", mend="写成 列=值、列>=值、列!=值 或 列~词，几个条件各写一个 --where")
    column = table.by_header.get(hit["column"])
    if column is None:
        raise WrongCall(f"「{table.label}」没有「{hit['column']}」这一列", where="--where",
                        mend=did_you_mean(hit["column"], tuple(c.label for c in table.columns)))
    sign = _SIGNS.get(hit["sign"], hit["sign"])
    value = _value(column, hit["value"])
    ordered = column.type.numeric or column.type in (ColumnType.DAY, ColumnType.MOMENT)
    if sign in ("<", ">", "<=", ">=") and (not ordered or value is None):
        raise WrongCall(f"「{column.label}」不能用 {sign} 比较", where="--where", mend="改用 =、!= 或 ~")
    if sign == "~" and (ordered or column.type is ColumnType.FLAG or value is None):
        raise WrongCall(f"「{column.label}」不能用 ~ 查找", where="--where", mend="改用 = 或 !=")
    return Condition(column, sign, value)


def _value(column: Column, text: str) -> object:
    if not text:
        return None
    if column.type in (ColumnType.DAY, ColumnType.MOMENT):
        return parse_day(text)
    if column.type is ColumnType.FLAG:
        if text not in _YES + _NO:
            raise WrongCall(f"「{column.label}」的值「{text}」不是 是/否", where="--where", mend="写 是 或 否")
        return text in _YES
    if column.type.numeric:
        try:
            return float(text.replace(",", ""))
        except ValueError as error:
            raise WrongCall(f"「{column.label}」的值「{text}」不是数", where="--where", mend="只写数字") from error
    return text
