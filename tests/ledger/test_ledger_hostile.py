"""Files that cannot be read at all: one clear line, no traceback, bounded memory."""

import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest
import xlwt

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.read import read_book

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def whole(tmp_path_factory, write_xlsx) -> bytes:
    lines = [["单位编码", "单位名称", "单位类别"], ["U1", "县交通局", "党政机关"]]
    return write_xlsx(tmp_path_factory.mktemp("whole") / "单位.xlsx", {"单位": lines}).read_bytes()


def repacked(data: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, changes.get(info.filename, bytes)(old.read(info)))
    return memory.getvalue()


def more_rows(rows: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")


def encrypted(data: bytes) -> bytes:
    memory = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data)).encrypt("secret", memory)
    return memory.getvalue()


def lying(data: bytes) -> bytes:
    """The same file, its directory saying that the sheet is 10 bytes long unpacked."""
    spoiled = bytearray(data)
    central = [i for i in range(len(data)) if data[i:i + 4] == b"PK\x01\x02" and data[i + 46:i + 46 + len(SHEET)] == SHEET.encode()]
    struct.pack_into("<I", spoiled, central[0] + 24, 10)
    return bytes(spoiled)


def far_xls() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("单位").write(65535, 255, "x")
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def bomb(data: bytes) -> bytes:
    """The same file with 450 MB of blanks, packed piece by piece."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for info in old.infolist():
            with new.open(info.filename, "w") as part:
                part.write(old.read(info))
                for _ in range(450 if info.filename == SHEET else 0):
                    part.write(b" " * 1_000_000)
    return memory.getvalue()


LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10 if i else b"ha" * 10) for i in range(9))

HOSTILE: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "password": ("a.xlsx", encrypted, "加了密码"),
    "cut off": ("a.xlsx", lambda d: d[: len(d) // 2], "不完整或已损坏"),
    "cut off inside": ("a.xlsx", lambda d: repacked(d, {SHEET: lambda x: x[: len(x) // 2]}), "不完整或已损坏"),
    "one byte wrong": ("a.xlsx", lambda d: d[:60] + bytes([d[60] ^ 255]) + d[61:], "不完整或已损坏"),
    "says it is short": ("a.xlsx", lying, "不完整或已损坏"),
    "web page": ("a.xls", lambda _: b"\xef\xbb\xbf\r\n<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "xml of 2003": ("a.xls", lambda _: b'<?xml version="1.0"?><Workbook/>', "XML"),
    "pdf": ("a.xlsx", lambda _: b"%PDF-1.7 x", "PDF"),
    "picture": ("a.xlsx", lambda _: b"\x89PNG\r\n\x1a\n", "图片"),
    "text": ("a.xlsx", lambda _: "单位".encode(), "不是可收的文件"),
    "empty": ("a.xlsx", lambda _: b"", "是空的"),
    "zip of something": ("a.xlsx", lambda d: repacked(d, {}).replace(b"workbook.xml", b"workbuch.xml"), "压缩包"),
    "zip bomb": ("a.xlsx", bomb, "展开后有"),
    "cell far out": ("a.xlsx", lambda d: repacked(d, {SHEET: more_rows(b'<row r="9"><c r="XFD1048576"><v>1</v></c></row>')}), "以后还有内容"),
    "wide and tall": ("a.xlsx", lambda d: repacked(d, {SHEET: more_rows(b'<row r="9"><c r="ZZZ9"><v>1</v></c><c r="A400000"><v>1</v></c></row>')}),
                      "范围过大"),
    "row far out without cell places": ("a.xlsx", lambda d: repacked(d, {SHEET: more_rows(b'<row r="1048576"><c><v>1</v></c></row>')}),
                                        "没有位置"),
    "million rows": ("a.xlsx", lambda d: repacked(d, {SHEET: more_rows(b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (i, i) for i in range(3, 1_048_577)))}), "以后还有内容"),
    "laughs": ("a.xlsx", lambda d: repacked(d, {"xl/workbook.xml": lambda x: x.replace(
        b"<workbook ", b"<!DOCTYPE w [" + LAUGHS + b"]><workbook ").replace(b"</workbook>", b"<x>&a8;</x></workbook>")}), "不完整或已损坏"),
    "far out in xls": ("a.xls", lambda _: far_xls(), "范围过大"),
    "quotes that never end": ("单位.csv", lambda _: '单位编码,单位名称\n"U1,'.encode() + b"x" * 200_000, "引号"),
    "bytes that are no text": ("单位.csv", lambda _: b"\x81\xff\x00\xff" * 9, "文字编码"),
    "parquet cut off": ("单位.parquet", lambda _: b"PAR1" + b"\x00" * 40, "不完整或已损坏"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_one_clear_line(name: str, whole: bytes, tmp_path: Path) -> None:
    file, spoil, words = HOSTILE[name]
    path = tmp_path / file
    path.write_bytes(spoil(whole))
    with pytest.raises(BadInput, match=words) as caught:
        read_book(path)
    assert "\n" not in str(caught.value)
    assert path.name in caught.value.where
    assert caught.value.mend


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="没有这个文件"):
        read_book(tmp_path / "a.xlsx")
    with pytest.raises(BadInput, match="文件夹"):
        read_book(tmp_path)


def test_formatted_but_empty_rows_to_the_very_end_do_no_harm(whole: bytes, tmp_path: Path) -> None:
    """LibreOffice writes such a last row; it holds nothing and must not count as a million rows."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(repacked(whole, {SHEET: more_rows(b'<row r="1048576" ht="15"><c r="A1048576" s="0"/></row>')}))
    assert read_book(path).rows_read == 1


MEASURE = """
import sys
from pathlib import Path
from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.read import read_book
try:
    read_book(Path(sys.argv[1]))
except BadInput:
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel does not say the peak memory here")
@pytest.mark.parametrize("name", ["zip bomb", "cell far out", "wide and tall", "million rows", "far out in xls"])
def test_memory_is_bounded(name: str, whole: bytes, tmp_path: Path) -> None:
    """Peak resident memory of a fresh process, as the kernel counts it: under 400 MB."""
    file, spoil, _ = HOSTILE[name]
    (tmp_path / file).write_bytes(spoil(whole))
    done = subprocess.run([sys.executable, "-c", MEASURE, tmp_path / file], capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < 400e6
