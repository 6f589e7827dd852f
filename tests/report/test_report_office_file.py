"""The file of an office's own template: read whatever Word can hold, refused in words where it is none or damaged, found again by its hash.

The packages are torn by zipfile, one part at a time.
"""

import hashlib
import shutil
import zipfile
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from fangkong_lab.errors import BadInput
from fangkong_lab.report.office import check_template, in_template
from fangkong_lab.report.office_file import find_template


def test_a_word_template_file_is_read_as_its_document(tmp_path, template, framed):
    path = template(tmp_path, "{{ 正文 }}")
    dotx = tmp_path / "公文.dotx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(dotx, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"wordprocessingml.document.main+xml", b"wordprocessingml.template.main+xml"))
    with pytest.raises(ValueError, match="not a Word file"):
        Document(str(dotx))
    assert any(p.text == "共三项。" for p in Document(BytesIO(in_template(dotx, framed))).paragraphs)


def test_files_that_are_no_template_are_told_apart(tmp_path, monkeypatch, template):
    def said(name: str, data: bytes) -> str:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadInput) as caught:
            check_template(tmp_path / name)
        return str(caught.value)

    whole = template(tmp_path, "{{ 正文 }}").read_bytes()
    assert "旧版 .doc" in said("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert "不是 Word 文档" in said("页.docx", b"<html></html>")
    assert "已损坏" in said("半.docx", whole[:2000])
    assert "临时文件" in said("~$文.docx", b"\0" * 162)
    macros = BytesIO()
    with zipfile.ZipFile(macros, "w") as package:
        package.writestr("[Content_Types].xml", "application/vnd.ms-word.document.macroEnabled.main+xml")
    assert "带宏" in said("宏.docm", macros.getvalue())
    with pytest.raises(BadInput, match="没有这个公文模板"):
        check_template(tmp_path / "无.docx")
    monkeypatch.setattr(Path, "read_bytes", lambda self: (_ for _ in ()).throw(PermissionError(13, "in use", str(self))))
    with pytest.raises(BadInput, match="正被别的程序占用"):
        check_template(tmp_path / "公文.docx")


def _with_part(whole: bytes, name: str, data: bytes | None) -> bytes:
    """The package with one part replaced, or (None) without it."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(whole)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
            elif data is not None:
                new.writestr(part, data)
    return out.getvalue()


def _flipped(whole: bytes) -> bytes:
    """The package with one byte of the document's compressed data changed."""
    with zipfile.ZipFile(BytesIO(whole)) as package:
        info = package.getinfo("word/document.xml")
    at = info.header_offset + 30 + len(info.filename.encode()) + info.compress_size // 2
    return whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1:]


def _torn(whole: bytes, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(whole)) as package:
        data = package.read(name)
    return _with_part(whole, name, data[:len(data) // 2])


DAMAGES = {
    "one byte changed": _flipped,
    **{f"{name} torn": partial(_torn, name=f"word/{name}.xml") for name in ("document", "styles", "settings")},
    **{f"{name} missing": partial(_with_part, name=name, data=None)
       for name in ("word/document.xml", "word/styles.xml", "_rels/.rels", "[Content_Types].xml")},
    "another document": partial(_with_part, name="word/document.xml", data=b"<other/>"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_package_is_refused_in_words(tmp_path, damage, template):
    path = template(tmp_path, "{{ 正文 }}")
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(BadInput, match="不是 Word 文档，或已损坏") as caught:
        check_template(path)
    assert "公文.docx" in str(caught.value)
    assert caught.value.mend


def test_a_template_is_found_again_by_its_hash_wherever_it_lies(tmp_path, template):
    (tmp_path / "模板" / "新").mkdir(parents=True)
    (tmp_path / "reports").mkdir()
    path = template(tmp_path / "模板" / "新", "{{ 正文 }}")
    shutil.copy(path, tmp_path / "reports" / "报告.docx")
    wanted = hashlib.sha256(path.read_bytes()).hexdigest()
    assert find_template(tmp_path, wanted) == path
    assert find_template(tmp_path, "0" * 64) is None
