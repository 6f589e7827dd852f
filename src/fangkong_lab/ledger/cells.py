"""Reading of one cell: what was typed becomes a value of the column's type, or a fault with its mend.

A cell comes as the spreadsheet holds it: text, number, boolean, date, datetime or time. Each distinct cell of a column is
read once (see `fangkong_lab.ledger.reading`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput, near_match
from fangkong_lab.ledger.amounts import Figure, read_number
from fangkong_lab.ledger.columns import Column, ColumnType
from fangkong_lab.ledger.fault import Fault
from fangkong_lab.ledger.wording import (
    PLACEHOLDERS,
    clean_text,
    narrow,
    split_list,
    split_titles,
    split_words,
)

NO_RESULT = "=公式无结果"
"""What a formula without a stored result is read as."""

_ERRORS = re.compile(r"^#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|ERR)$", re.IGNORECASE)
_YES = frozenset({"是", "1", "y", "yes", "true", "\u221a", "\u2713", "\u2714", "\u2611", "对"})
_NO = frozenset({"否", "0", "n", "no", "false", "\u00d7", "\u2717", "\u2718", "x"})
_SECRET = ("秘密", "机密", "绝密")
_CLOCK = re.compile(r"^(.*?)[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$")
_FIRST_YEAR, _LAST_YEAR = 1949, 2100
_EXACT_DIGITS = 10**15
_CODE = re.compile(r"^[\w.()\[\]+#&/:\u3014\u3015-]+$")
_YEAR_MONTH = re.compile(r"^\d{4}\.(0[1-9]|1[12]|[2-9])$")
_YEAR_TENTH = re.compile(r"^\d{4}\.1$")
_SPACE = re.compile(r"\s+")

Value = str | float | bool | date | datetime


def is_blank(raw: object) -> bool:
    """Say whether a cell holds nothing: None, not-a-number, or text of blanks only."""
    if raw is None or raw == "":
        return True
    if isinstance(raw, str):
        start = raw.lstrip()[:1]
        return not start.isprintable() and not narrow(raw) if start else True
    return isinstance(raw, float) and math.isnan(raw)


def as_text(raw: object) -> str:
    """Return a cell as its sender sees it, for messages; at most 60 characters."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < _EXACT_DIGITS:
        return str(int(raw))
    text = str(raw)
    return text if len(text) <= 60 else text[:59] + "…"


def read_cell(column: Column, raw: object) -> Value | Fault:
    """Read one cell that is not blank; see the module's table of readers."""
    if isinstance(raw, str):
        if _ERRORS.match(raw.strip()):
            return Fault("error_cell", "单元格是错误值", "改正公式，或复制后「选择性粘贴-数值」再填正确的值")
        if raw == NO_RESULT:
            return Fault("formula_without_result", "公式没有保存计算结果", "用 Excel 或 WPS 打开、保存一次，或改填数值")
    value = _READERS[column.type](column, raw)
    if isinstance(value, Fault) and isinstance(raw, str) and narrow(raw).lower() in PLACEHOLDERS:
        return Fault(value.code, value.why, "没有就把单元格留空")
    return value


def _code(column: Column, raw: object) -> str | Fault:
    if isinstance(raw, date | time | timedelta):
        return Fault("code_became_date", "编码被表格软件改成了日期或时间", "把这一列设为文本格式后重填编码")
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= _EXACT_DIGITS:
        return Fault("digits_lost", "超过 15 位的编码被当成数字，末几位已失真", "把这一列设为文本格式后重填编码")
    text = narrow(as_text(raw) if not isinstance(raw, str) else raw)
    if text.lower() in PLACEHOLDERS:
        return Fault("placeholder", "不是编码", "没有就把单元格留空")
    if not _CODE.match(text):
        return Fault("bad_code", "编码里有不允许的字符", "编码只用文字、字母、数字和 - _ . /")
    if len(text) > 60:
        return Fault("bad_code", "编码超过 60 个字符", "换用较短的编码")
    return text


def _text(column: Column, raw: object) -> str | Fault:
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= _EXACT_DIGITS:
        return Fault("digits_lost", "超过 15 位的数字末几位已失真", "把这一列设为文本格式后重填")
    text = clean_text(raw if isinstance(raw, str) else _plain(raw))
    if column.suggested:
        return next((word for word in column.suggested if narrow(word) == narrow(text)), text)
    return text


def _plain(raw: object) -> str:
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time() else raw.isoformat(sep=" ", timespec="minutes")
    return raw.isoformat() if isinstance(raw, date | time) else as_text(raw)


def _choice(column: Column, raw: object) -> str | Fault:
    text = narrow(as_text(raw) if not isinstance(raw, str) else raw)
    return _listed(column, text)


def _listed(column: Column, text: str) -> str | Fault:
    known = {narrow(word): word for word in column.choices} | {narrow(a): word for a, word in column.aliases}
    if text in known:
        return known[text]
    if any(word in text for word in _SECRET) and "公开" in column.choices:
        return Fault("secret", "秘密及以上的内容不得进入本系统", "从文件中删去这一行，按保密规定办理")
    near = near_match(text, column.choices)
    return Fault("not_listed", "不在可选范围内", f"检查写法，是否为「{near}」" if near else "改填以下之一：" + "、".join(column.choices))


def _choices(column: Column, raw: object) -> str | Fault:
    words = [_listed(column, narrow(word)) for word in split_list(str(raw))]
    for word in words:
        if isinstance(word, Fault):
            return word
    return "\u3001".join(dict.fromkeys(str(w) for w in words)) or Fault("not_listed", "不在可选范围内", "没有就留空")


def _words(column: Column, raw: object) -> str | Fault:
    words = split_words(as_text(raw) if not isinstance(raw, str) else raw)
    return "\u3001".join(words) or Fault("not_listed", "没有可读的词", "没有就留空")


def _titles(column: Column, raw: object) -> str | Fault:
    titles = split_titles(_plain(raw) if not isinstance(raw, str) else raw)
    if not all(titles):
        return Fault("empty_station", "简易流程里有空的一站", "写成 经办人>股长>局长 的样子")
    return ">".join(titles)


def _flag(column: Column, raw: object) -> bool | Fault:
    text = narrow(as_text(raw)).lower()
    if text in _YES or text in _NO:
        return text in _YES
    return Fault("not_a_flag", "不是「是」或「否」", "填 是 或 否")


def _number(column: Column, raw: object) -> float | Fault:
    read = read_number(column, narrow(raw) if isinstance(raw, str) else raw)
    return read.value if isinstance(read, Figure) else read


def _day(column: Column, raw: object) -> date | Fault:
    if isinstance(raw, str):
        raw = narrow(raw) if ":" not in raw else clean_text(raw)
    elif isinstance(raw, bool) or not isinstance(raw, date):
        raw = _month_number(raw)
        if isinstance(raw, Fault):
            return raw
    try:
        day = parse_day(raw, column.month_as)
    except (BadInput, OverflowError, ValueError):
        return Fault("not_a_day", "不是日期", "写成 2016-09-30 的样子")
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return Fault("day_out_of_range", f"日期不在 {_FIRST_YEAR} 至 {_LAST_YEAR} 年之间", "核对年份")
    return day


def _month_number(raw: object) -> str | Fault:
    """Read 2016.09 that the spreadsheet took for a number; 2016.1 may have been 2016.10 and is refused."""
    text = as_text(raw)
    if isinstance(raw, float) and _YEAR_TENTH.match(text):
        return Fault("month_or_october", "被表格软件当成小数，分不清是 1 月还是 10 月", "写成 2016-01 或 2016-10 的样子")
    if isinstance(raw, float) and _YEAR_MONTH.match(text):
        return text
    return Fault("not_a_day", "是数字，不是日期", "把单元格设为日期格式，或写成 2016-09-30 的样子")


def _moment(column: Column, raw: object) -> datetime | Fault:
    clock = (0, 0, 0)
    if isinstance(raw, datetime):
        clock = (raw.hour, raw.minute, raw.second)
    elif isinstance(raw, str):
        hit = _CLOCK.match(_SPACE.sub(" ", clean_text(raw).replace("\uff1a", ":")))
        if hit:
            raw, clock = hit[1], (int(hit[2]), int(hit[3]), int(hit[4] or 0))
    day = _day(column, raw)
    if isinstance(day, Fault):
        return day
    try:
        return datetime(day.year, day.month, day.day, *clock)
    except ValueError:
        return Fault("not_a_day", "钟点不对", "写成 2016-09-30 14:05 的样子")


_READERS: dict[ColumnType, Callable[[Column, object], Value | Fault]] = {
    ColumnType.CODE: _code,
    ColumnType.PERSON: _code,
    ColumnType.TEXT: _text,
    ColumnType.CHOICE: _choice,
    ColumnType.CHOICES: _choices,
    ColumnType.WORDS: _words,
    ColumnType.TITLES: _titles,
    ColumnType.FLAG: _flag,
    ColumnType.INTEGER: _number,
    ColumnType.NUMBER: _number,
    ColumnType.MONEY: _number,
    ColumnType.DAY: _day,
    ColumnType.MOMENT: _moment,
}
