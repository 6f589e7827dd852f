"""Opening a file by what it is, not by what it is called."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind
from fangkong_lab.ledger.book import MAX_FILE_BYTES, RawSheet
from fangkong_lab.ledger.plain import read_csv, read_parquet
from fangkong_lab.ledger.spreadsheet import read_spreadsheet

_BLOCK = 1 << 20
_TEXT_ENDINGS = (".csv", ".txt", ".tsv")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BIFF = (b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00")


class Format(Kind):
    """What a file is inside."""

    XLSX = "xlsx", "xlsx/xlsm 工作簿"
    XLS = "xls", "xls 工作簿"
    CSV = "csv", "csv 文本"
    PARQUET = "parquet", "parquet 文件"


def file_hash(path: Path) -> str:
    """Return the SHA-256 of the bytes of *path*, as hexadecimal digits; `BadInput` where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise BadInput("文件读不出来", where=str(path), mend="核对路径和权限；文件在 Excel 中打开着的先关闭") from error
    return digest.hexdigest()


def format_of(path: Path) -> Format:
    """Return what *path* is by its first bytes; `BadInput` says what it is instead of a workbook."""
    _refuse_missing(path)
    with path.open("rb") as file:
        head = file.read(4096)
    if head[:4] == b"PK\x03\x04":
        return Format.XLSX
    if head[:8] == _OLE:
        _refuse_other_ole(path)
        return Format.XLS
    if head[:4] == b"PAR1":
        return Format.PARQUET
    _refuse_disguised(head, path)
    if path.suffix.lower() in _TEXT_ENDINGS:
        return Format.CSV
    if head[:4] in _OLD_BIFF:
        return Format.XLS
    raise BadInput("不是可收的文件（xlsx、xlsm、xls、csv、parquet）", where=path.name, mend="用 Excel 或 WPS 另存为 xlsx 后重新报送")


def _refuse_missing(path: Path) -> None:
    if not path.exists():
        raise BadInput("没有这个文件", where=str(path), mend="核对路径")
    if not path.is_file():
        raise BadInput("这是文件夹，不是文件", where=str(path), mend="写明要导入的文件，如 台账.xlsx")
    size = path.stat().st_size
    if size == 0:
        raise BadInput("文件是空的", where=path.name, mend="核对文件，重新报送")
    if size > MAX_FILE_BYTES:
        raise BadInput(f"文件有 {size / 1e6:,.0f} MB，超过可收的 {MAX_FILE_BYTES / 1e6:,.0f} MB", where=path.name,
                       mend="拆成几本分别报送")


def _refuse_other_ole(path: Path) -> None:
    """Encrypted xlsx, Word and others share the container of xls; their streams are named in UTF-16."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise BadInput("工作簿加了密码", where=path.name, mend="取消密码后重新报送")
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        kind = "Word 文件" if "WordDocument".encode("utf-16-le") in data else "别的程序的文件"
        raise BadInput(f"这不是工作簿，是 {kind}", where=path.name, mend="另存为 xlsx 后重新报送")


def _refuse_disguised(head: bytes, path: Path) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body", b"mime-version:")):
        raise BadInput("这是网页，只是改了文件名", where=path.name, mend="用 Excel 或 WPS 打开后另存为 xlsx，重新报送")
    if start.startswith((b"<?xml", b"<workbook")):
        raise BadInput("这是 XML 文件，不是工作簿", where=path.name, mend="用 Excel 或 WPS 打开后另存为 xlsx，重新报送")
    if start.startswith(b"%pdf"):
        raise BadInput("这是 PDF 文件", where=path.name, mend="请报送 Excel 原件")
    if start[:3] in (b"\x89pn", b"\xff\xd8\xff", b"gif"):
        raise BadInput("这是图片", where=path.name, mend="请报送 Excel 原件，不要截图或拍照")


def open_sheets(path: Path, single: str, wanted: Callable[[str], bool] | None = None) -> Iterator[RawSheet]:
    """Yield the sheets of *path*; *single* names the one sheet of a csv or parquet file.

    Of a workbook those whose name is *wanted* (default: all). Raises `BadInput` where the file cannot be read at all. One sheet is in memory at a time.
    """
    kind = format_of(path)
    if kind is Format.CSV:
        yield read_csv(path, single)
    elif kind is Format.PARQUET:
        yield read_parquet(path, single)
    else:
        yield from read_spreadsheet(path, zipped=kind is Format.XLSX, wanted=wanted)
