"""The file of an office's own template: read whatever Word can hold, refused by what is wrong with it, found again by its hash."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from lxml import etree

from fangkong_lab.errors import BadInput

_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of .doc, .wps and of an encrypted .docx alike
_TYPES = "[Content_Types].xml"
_DOCUMENT = b"wordprocessingml.document.main+xml"
_AS_TEMPLATE = b"wordprocessingml.template.main+xml"
_MACROS = (b"ms-word.document.macroEnabled.main+xml", b"ms-word.template.macroEnabledTemplate.main+xml")
_ENDINGS = (".docx", ".dotx")
# Made by us, or never an office's own: no template is looked for there.
_PASSED_OVER = frozenset({"reports", "node_modules"})
# What zipfile (also of a member with a password), python-docx and lxml raise for a package that is torn or lacks a part.
_DAMAGED = (KeyError, ValueError, AttributeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError)


def template_bytes(template: Path) -> bytes:
    """Return the template as the bytes of a .docx; a .dotx is read as the document Word would make of it.

    Raises `BadInput` with what to do about it: not there, not readable (open elsewhere), a .doc or a file with a
    password, macros, no Word document, or one that is damaged (opened here once, so that nothing later meets it).
    """
    data = _read(template)
    if template.name.startswith("~$"):
        raise BadInput("这是 Word 打开文件时的临时文件，不是公文模板", where=str(template), mend="改选名字前没有「~$」的那个文件")
    if data.startswith(_OLD_WORD):
        raise BadInput("公文模板是旧版 .doc（或 .wps），或者加了密码", where=str(template), mend="用 Word 去掉密码，另存为 .docx 后再试")
    try:
        return _document(data, str(template))
    except _DAMAGED as error:
        raise BadInput("公文模板不是 Word 文档，或已损坏", where=str(template), mend="用 Word 打开它，另存为 .docx 后再试") from error


def _document(data: bytes, where: str) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as package:
        types = package.read(_TYPES)
    if any(kind in types for kind in _MACROS):
        raise BadInput("公文模板带宏，不能使用", where=where, mend="用 Word 另存为不带宏的 .docx 后再试")
    if _AS_TEMPLATE not in types and _DOCUMENT not in types:
        raise BadInput("公文模板不是 Word 文档", where=where, mend="用 Word 另存为 .docx 后再试")
    made = _with_types(data, types.replace(_AS_TEMPLATE, _DOCUMENT)) if _AS_TEMPLATE in types else data
    _open(made)
    return made


def _open(data: bytes) -> None:
    """Open a .docx with all its parts; raises one of `_DAMAGED` where that cannot be done."""
    from docx import Document

    if Document(BytesIO(data)).element.body is None:
        raise KeyError("w:body")


def _read(template: Path) -> bytes:
    try:
        return template.read_bytes()
    except FileNotFoundError as error:
        raise BadInput("没有这个公文模板", where=str(template), mend="检查 --template 后面的文件名") from error
    except PermissionError as error:
        raise BadInput("公文模板打不开：没有读取权限，或正被别的程序占用", where=str(template), mend="在 Word 或 WPS 里关闭它，再试一次") from error
    except OSError as error:
        raise BadInput(f"公文模板读不出来（{error.strerror}）", where=str(template), mend="把它复制到本机的文件夹里再试") from error


def _with_types(data: bytes, types: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, types if info.filename == _TYPES else old.read(info))
    return out.getvalue()


def find_template(folder: Path, sha256: str) -> Path | None:
    """Return the Word file below *folder* whose bytes have the hash *sha256*; None where there is none.

    Reports and hidden folders are passed over. Files are looked at in the order of their paths, so that of two copies
    always the same one is found.
    """
    for path in _word_files(folder):
        try:
            if hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
                return path
        except OSError:
            continue
    return None


def _word_files(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _PASSED_OVER)
        yield from (Path(here, name) for name in sorted(names) if name.lower().endswith(_ENDINGS))
