"""One pass over the records of an old xls before it is parsed: error values, reach, password.

python-calamine returns ``''`` for error values and lays a sheet out as a full rectangle.
Reference: [MS-XLS] Excel Binary File Format (BIFF8), §2.4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.compound import Damaged, read_stream
from fangkong_lab.ledger.sheet_scan import Scan, refuse_far

_BOF, _EOF, _PASSWORD, _SHEET = 0x0809, 0x000A, 0x002F, 0x0085
_FORMULA, _BOOL_OR_ERROR, _MANY_NUMBERS = 0x0006, 0x0205, 0x00BD
_CELLS = frozenset({_FORMULA, _BOOL_OR_ERROR, _MANY_NUMBERS, 0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6})
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

Record = tuple[int, bytes]


def scan_xls(path: Path) -> dict[str, Scan]:
    """Return what was found in every sheet of *path*, by sheet name.

    Raises `BadInput`: password, damage, a sheet that reaches too far. Files that are not in the container (very old
    versions) are left to the parser.
    """
    try:
        stream = read_stream(path.read_bytes(), ("Workbook", "Book"))
        if stream is None:
            return {}
        return {name: _scan(stream, at, f"{path.name} › {name}") for name, at in _sheets(stream, path)}
    except (Damaged, struct.error, IndexError, OSError) as error:
        raise BadInput("文件不完整或已损坏", where=path.name, mend="用 Excel 或 WPS 打开后另存为 xlsx，重新报送") from error


def _records(stream: bytes, at: int) -> Iterator[Record]:
    """Yield the records from offset *at* to the end of that part of the stream, charts inside of it left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1:
            yield kind, stream[at + 4:at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length


def _sheets(stream: bytes, path: Path) -> Iterator[tuple[str, int]]:
    for kind, body in _records(stream, 0):
        if kind == _PASSWORD:
            raise BadInput("工作簿加了密码", where=path.name, mend="取消密码后重新报送")
        if kind == _SHEET and len(body) > 8:
            yield _name(body), struct.unpack_from("<I", body)[0]


def _name(body: bytes) -> str:
    count, wide = body[6], body[7] & 1
    return body[8:8 + 2 * count].decode("utf-16-le", "replace") if wide else body[8:8 + count].decode("latin-1")


def _scan(stream: bytes, at: int, where: str) -> Scan:
    faults: dict[tuple[int, int], str] = {}
    rows = columns = cells = 0
    for kind, body in _records(stream, at):
        if kind not in _CELLS or len(body) < 4:
            continue
        row, column = struct.unpack_from("<HH", body)
        last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _MANY_NUMBERS else column
        rows, columns, cells = max(rows, row + 1), max(columns, column + 1, last + 1), cells + 1
        error = _error(kind, body)
        if error:
            faults[row, column] = error
    refuse_far(max(rows, 1), max(columns, 1), where)
    return Scan(faults, cells, 0)


def _error(kind: int, body: bytes) -> str:
    if kind == _BOOL_OR_ERROR and len(body) >= 8 and body[7]:
        return _ERRORS.get(body[6], "#ERR")
    if kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERRORS.get(body[8], "#ERR")
    return ""
