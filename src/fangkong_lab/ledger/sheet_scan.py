"""One pass over the XML of a sheet before it is parsed: what the parser would hide, and what would burst it.

python-calamine returns ``''`` for error values and for formulas without a stored result, and lays a sheet out as a full
rectangle: one cell far out would cost gigabytes. The pass reads the zip entry in pieces, in bounded memory.
Reference: ECMA-376 Part 1, §18.3.1 (worksheet XML).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.book import MAX_SHEET_AREA, MAX_SHEET_ROWS, column_of
from fangkong_lab.ledger.cells import NO_RESULT

_PIECE = 4_000_000
_LONGEST_CELL = 2_000_000
_UNKNOWN = (-1, -1)

_FAR = re.compile(rb"r=\s*[\"']([A-Z]{2,4}\d+|[A-Z]\d{6,})[\"'](?:[^>]*[^/>])?>")
_ODD_REFERENCE = re.compile(rb"<(?:\w+:)?c\s[^>]*\br\s+=")
_FAR_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*\br=\s*[\"']\d{6,}[\"'](?:[^>]*[^/>])?>")
_NO_REFERENCE = re.compile(rb"<(?:\w+:)?c(?:>|\s(?![^>]*\br\s*=)[^>]*[^/]>)")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)>(?:\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?"
    rb"\s*(?:<(?:\w+:)?v>([^<]*))?")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c(\s[^>]*[^/>])?>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></)")
_REFERENCE = re.compile(rb"\br=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_TEXT_RESULT = re.compile(rb"\bt=[\"']str[\"']")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*[^/]>")


@dataclass(frozen=True)
class Scan:
    """What a pass found: *faults* by (row, column) from 0, the number of filled *cells*, and of *hidden_rows*."""

    faults: dict[tuple[int, int], str]
    cells: int
    hidden_rows: int


def scan_sheet(stream: IO[bytes], where: str) -> Scan:
    """Read the XML of one sheet and return what was found.

    Raises `BadInput` where the sheet reaches further than `MAX_SHEET_ROWS` or `MAX_SHEET_AREA`, or is not sheet XML.
    """
    faults: dict[tuple[int, int], str] = {}
    cells = hidden = rows = columns = 0
    for piece in _pieces(stream, where):
        rows, columns = _reach(piece, rows, columns, where)
        if b"\"e\"" in piece or b"'e'" in piece:
            faults.update(_errors(piece))
        if b"<f" in piece or b":f" in piece:
            faults.update(_without_result(piece))
        cells += (piece.count(b"v>") + piece.count(b"is>")) // 2
        if b"hidden" in piece:
            hidden += len(_HIDDEN_ROW.findall(piece))
    return Scan(faults, cells, hidden)


def _pieces(stream: IO[bytes], where: str) -> Iterator[bytes]:
    """Yield the XML in pieces that end behind a cell, so that no cell is torn."""
    rest = b""
    while block := stream.read(_PIECE):
        if not rest and block[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise BadInput("工作表的编码不受支持", where=where, mend="用 Excel 或 WPS 打开后另存为 xlsx")
        block = rest + block
        cut = max(block.rfind(b"c>"), block.rfind(b"row>"), block.rfind(b"/>"))
        if cut < 0 and len(block) > _LONGEST_CELL + _PIECE:
            raise BadInput("工作表结构异常（单元格过长）", where=where, mend="用 Excel 或 WPS 打开后另存为 xlsx")
        end = block.find(b">", cut) + 1 if cut >= 0 else 0
        yield block[:end]
        rest = block[end:]
    yield rest


def _reach(piece: bytes, rows: int, columns: int, where: str) -> tuple[int, int]:
    """Return how far the sheet reaches with *piece*; cells within A1:Z99999 need no counting."""
    for reference in _FAR.findall(piece):
        letters = reference.rstrip(b"0123456789")
        rows = max(rows, int(reference[len(letters):][:9]))
        columns = max(columns, column_of(letters.decode("ascii")) + 1)
    odd = b"r =" in piece and _ODD_REFERENCE.search(piece)
    if odd or (_FAR_ROW.search(piece) and _NO_REFERENCE.search(piece)):
        raise BadInput("工作表结构异常（单元格没有位置）", where=where, mend="用 Excel 或 WPS 打开后另存为 xlsx")
    refuse_far(max(rows, 1), max(columns, 26), where)
    return rows, columns


def refuse_far(rows: int, columns: int, where: str) -> None:
    """Raise `BadInput` where a sheet of *rows* × *columns* is more than one import takes."""
    if rows > MAX_SHEET_ROWS:
        raise BadInput(f"第 {MAX_SHEET_ROWS:,} 行以后还有内容，超过一次可收的行数", where=where,
                       mend="删去数据以下的多余内容，或拆成几本分别报送")
    if rows * columns > MAX_SHEET_AREA:
        raise BadInput(f"工作表范围过大（{rows:,} 行 × {columns:,} 列）", where=where, mend="删去远处多余的单元格后再报送")


def _errors(piece: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for hit in _ERROR.finditer(piece):
        if not hit[1].endswith(b"/"):
            yield _place(hit[1]), (hit[2] or b"#REF!").decode("utf-8", "replace")


def _without_result(piece: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for hit in _FORMULA.finditer(piece):
        if not _TEXT_RESULT.search(hit[1] or b""):
            yield _place(hit[1] or b""), NO_RESULT


def _place(attributes: bytes) -> tuple[int, int]:
    hit = _REFERENCE.search(attributes)
    return (int(hit[2]) - 1, column_of(hit[1].decode("ascii"))) if hit else _UNKNOWN
