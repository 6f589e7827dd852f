"""Reading what a unit sent in: any file becomes a `Delivery` with its problems, or one clear line why it cannot be read.

>>> from fangkong_lab.ledger.read import read_delivery          # doctest: +SKIP
>>> read_delivery(Path("台账.xlsx"), sender="U001").problems    # doctest: +SKIP
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from fangkong_lab.errors import near_match
from fangkong_lab.ledger.book import RawSheet
from fangkong_lab.ledger.cells import is_blank
from fangkong_lab.ledger.columns import Table
from fangkong_lab.ledger.delivery import Delivery, Sheet
from fangkong_lab.ledger.known import EMPTY, Known
from fangkong_lab.ledger.notes import NOTES_SHEET, sender_in_notes
from fangkong_lab.ledger.opening import Format, file_hash, format_of, open_sheets
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.references import check_delivery
from fangkong_lab.ledger.sender import sender_of
from fangkong_lab.ledger.sheet_reading import read_sheet
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.ledger.validate import check_rows
from fangkong_lab.ledger.wording import narrow

_WORDS = re.compile(r"[\u3400-\u9fff]+|[A-Za-z_]+")

__all__ = ["EMPTY", "Known", "read_book", "read_delivery"]


def read_delivery(path: Path, *, sender: str | None = None, known: Known = EMPTY, table: str = "",
                  allowed_by: str = "", only: frozenset[str] | None = None) -> Delivery:
    """Read *path* and check it, against itself and against *known*.

    *sender* is the sending unit's code; without it the sheet 填报说明 says who (填报单位编码), or the one unit at the top
    of the book. *table* names the table of a csv or parquet file whose name does not. *allowed_by* is who allowed rows
    with open clues (fangkong.toml). *only* names the tables whose sheets are read (default: all): the other tables' sheets
    are left unread and unchecked. What is wrong with the content is in `Delivery.problems`; raises `BadInput` only
    where the file cannot be read at all or nobody can be named as its sender.
    """
    delivery = read_book(path, sender=sender or "", table=table, allowed_by=allowed_by, only=only)
    if not delivery.sender:
        delivery = replace(delivery, sender=sender_of(delivery, ()))
    return replace(delivery, problems=tuple(sorted({*delivery.problems, *check_delivery(delivery, known)})))


def read_book(path: Path, *, sender: str = "", table: str = "", allowed_by: str = "",
              only: frozenset[str] | None = None) -> Delivery:
    """Read *path* and check its cells and rows, not yet its keys and references (`check_delivery` does).

    As `read_delivery`, but the sender may stay empty where neither *sender* nor the sheet 填报说明 names it.
    """
    kind = format_of(path)
    sha256 = file_hash(path)
    single = table or path.stem
    pile = _Pile(plain=kind in (Format.CSV, Format.PARQUET), allowed_by=allowed_by)
    for raw in open_sheets(path, single, None if only is None else partial(_is_wanted, only)):
        pile.take(raw)
    pile.close()
    return Delivery(sender or pile.sender, path.stem, path, sha256, tuple(pile.sheets),
                    tuple(sorted(set(pile.problems))))


def _is_wanted(only: frozenset[str], name: str) -> bool:
    """Say whether a book's sheet is to be read: it holds one of the tables *only*, or its name does not tell."""
    table = table_of(name)
    return table is None or table.name in only


@dataclass
class _Pile:
    """What has been read of a book so far."""

    plain: bool
    allowed_by: str
    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sender: str = ""
    known_sheets: int = 0

    def take(self, raw: RawSheet) -> None:
        """Read one more sheet."""
        name = narrow(raw.name)
        if name == NOTES_SHEET:
            self.sender = sender_in_notes(raw) or self.sender
            return
        table = table_of(raw.name, tokens=self.plain)
        if table is None:
            self.problems += _unknown_sheet(raw, self.plain)
            return
        self.known_sheets += 1
        read = read_sheet(raw, table)
        self.problems += read.problems
        if read.sheet is not None:
            self.sheets.append(read.sheet)
            named = {(p.row, p.column) for p in read.problems}
            broken = check_rows(read.sheet, table, self.allowed_by)
            self.problems += [p for p in broken if (p.row, p.column) not in named]

    def close(self) -> None:
        """Note a book in which no sheet was known."""
        if not self.known_sheets and not self.plain:
            self.problems.append(Problem("", 0, "", "", "no_known_sheet", "", "没有一张可识别的工作表",
                                         "工作表用台账的表名，如 单位、岗位、权力事项；可用 fangkong template 生成空表"))


def table_of(name: str, *, tokens: bool = False) -> Table | None:
    """Return the table that a sheet called *name* holds, None where it is none of them.

    The name is a table's Chinese or English name, blanks aside. With *tokens* (names of files) it is enough that exactly
    one table's name stands between separators, as in ``交通局-岗位-2016``.
    """
    word = narrow(name)
    whole = _named(word)
    if whole or not tokens:
        return whole
    parts = {t.name: t for part in _parts(word) if (t := _named(part))}
    return next(iter(parts.values())) if len(parts) == 1 else None


def _named(word: str) -> Table | None:
    return next((t for t in TABLES.values() if word == t.label or word.lower() == t.name), None)


def _parts(word: str) -> Iterable[str]:
    return (part.strip("_") for part in _WORDS.findall(word))


def _unknown_sheet(raw: RawSheet, plain: bool) -> list[Problem]:
    if all(is_blank(cell) for row in raw.rows for cell in row):
        return []
    labels = tuple(t.label for t in TABLES.values())
    word = narrow(raw.name)
    inside = [label for label in labels if label in word]
    near = max(inside, key=len) if inside else near_match(word, labels) if len(word) > 2 else ""
    if plain:
        return [Problem(raw.name, 0, "", "", "unknown_sheet", "", "看不出这个文件是哪张表",
                        f"把文件改名为表名（如「{near or '岗位'}.csv」）")]
    if near:
        return [Problem(raw.name, 0, "", "", "unknown_sheet", "", "工作表名不是台账的表名", f"改名为「{near}」，不报送的删去")]
    return [Problem(raw.name, 0, "", "", "ignored_sheet", "", "不是台账的表，没有读取", "要报送的，工作表用台账的表名",
                    Gravity.NOTICE)]
