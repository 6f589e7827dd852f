"""Looking into an xlsx before anything parses it: is it whole, is it small enough, where are its sheets."""

from __future__ import annotations

import posixpath
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections import Counter
from pathlib import Path

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.book import MAX_BOOK_CELLS, MAX_UNPACKED_BYTES
from fangkong_lab.ledger.sheet_scan import Scan, scan_sheet

_DAMAGED = "文件不完整或已损坏"
_RESAVE = "用 Excel 或 WPS 打开后另存为 xlsx，重新报送"
_PIECE = 1_000_000
_INDEX_LIMIT = 20_000_000
_WORKBOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def scan_book(path: Path) -> dict[str, Scan]:
    """Return what a pass over every sheet found, by sheet name.

    Raises `BadInput`: not a workbook, damaged, larger unpacked than `MAX_UNPACKED_BYTES`, more than `MAX_BOOK_CELLS`
    cells, a sheet that reaches too far.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_wrong_content(archive, path)
            _refuse_large(archive, path)
            scans = _scan_sheets(archive, path)
            _check_rest(archive)
            return scans
    except (zipfile.BadZipFile, zlib.error, EOFError, ET.ParseError, KeyError, UnicodeDecodeError, OSError,
            NotImplementedError, RuntimeError, ValueError) as error:
        raise BadInput(_DAMAGED, where=path.name, mend=_RESAVE) from error


def _refuse_wrong_content(archive: zipfile.ZipFile, path: Path) -> None:
    names = {info.filename for info in archive.infolist()}
    if _WORKBOOK in names and not names & {"xl/workbook.bin", "content.xml"}:
        return
    kinds = {"xl/workbook.bin": "xlsb 格式", "word/document.xml": "Word 文件", "ppt/presentation.xml": "PPT 文件",
             "content.xml": "ODS 格式"}
    kind = next((label for name, label in kinds.items() if name in names), "压缩包")
    raise BadInput(f"这不是可收的工作簿，是 {kind}", where=path.name, mend="另存为 xlsx 后重新报送")


def _refuse_large(archive: zipfile.ZipFile, path: Path) -> None:
    infos = archive.infolist()
    if any(info.flag_bits & 1 for info in infos):
        raise BadInput("工作簿加了密码", where=path.name, mend="取消密码后重新报送")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES:
        raise BadInput(f"展开后有 {unpacked / 1e6:,.0f} MB，超过可收的 {MAX_UNPACKED_BYTES / 1e6:,.0f} MB", where=path.name,
                       mend="核对文件来源；确是台账的，拆成几本分别报送")
    counted = Counter(info.filename.lower() for info in infos)
    if any(times > 1 for times in counted.values()):
        raise BadInput("文件结构异常（内部重名）", where=path.name, mend=_RESAVE)


def _scan_sheets(archive: zipfile.ZipFile, path: Path) -> dict[str, Scan]:
    scans: dict[str, Scan] = {}
    for name, part in _sheet_parts(archive).items():
        with archive.open(part) as stream:
            scans[name] = scan_sheet(stream, f"{path.name} › {name}")
        if sum(s.cells for s in scans.values()) > MAX_BOOK_CELLS:
            raise BadInput(f"工作簿超过一次可收的 {MAX_BOOK_CELLS:,} 个单元格", where=path.name, mend="拆成几本分别报送")
    return scans


def _check_rest(archive: zipfile.ZipFile) -> None:
    """Unpack the other parts once in pieces: a part longer than it says is damaged (`zipfile` checks length and sum)."""
    read = set(_sheet_parts(archive).values())
    for info in archive.infolist():
        if info.filename not in read and info.filename.lower().endswith((".xml", ".rels")):
            with archive.open(info) as stream:
                while stream.read(_PIECE):
                    pass


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the zip entry of every worksheet by the sheet's name; chart sheets and macro sheets are left out."""
    links = {}
    for link in _parse(archive, _LINKS):
        if link.get("Type", "").endswith("/worksheet"):
            links[link.get("Id", "")] = _entry(archive, link.get("Target", ""))
    parts = {}
    for element in _parse(archive, _WORKBOOK).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            link_id = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id"), "")
            if link_id in links:
                parts[element.get("name", "")] = links[link_id]
    return parts


def _entry(archive: zipfile.ZipFile, target: str) -> str:
    full = target.lstrip("/") if target.startswith("/") else posixpath.normpath("xl/" + target)
    return next((i.filename for i in archive.infolist() if i.filename.lower() == full.lower()), full)


def _parse(archive: zipfile.ZipFile, name: str) -> ET.Element:
    if archive.getinfo(name).file_size > _INDEX_LIMIT:
        raise ValueError(f"{name} is too large for an index")
    return ET.fromstring(archive.read(name))
