"""A report as PDF: typeset by typst from the content with the shipped fonts, or by LibreOffice from the DOCX."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from fangkong_lab.errors import ReportFailed
from fangkong_lab.fonts import SANS, SERIF, font_file
from fangkong_lab.report.content import (
    Content,
    Heading,
    Items,
    Line,
    Markup,
    Paragraph,
    Part,
    Picture,
    Table,
    Verbatim,
    plain,
)
from fangkong_lab.report.layout import column_widths, picture_mm, printed_rows, table_points, title_lines

_TEMPLATE = Path(__file__).with_name("gongwen.typ")
Record = dict[str, Any]


def pdf(content: Content, folder: Path) -> bytes:
    """Return *content* as the bytes of a PDF; *folder* is an empty folder for the pieces, which the caller removes.

    All texts go to typst as data, not as markup. The same content gives the same bytes. Raises `ReportFailed` where
    typst cannot set the page.
    """
    import typst

    pieces = _Pieces(folder)
    document = {"title": content.title, "office": content.office, "mark": content.mark,
                "contents": sum(h.level == 2 for h in content.headings) > 1,
                "parts": [record for part in content.parts for record in pieces.records(part)]}
    (folder / "report.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    shutil.copyfile(_TEMPLATE, folder / "report.typ")
    try:
        made = typst.compile(str(folder / "report.typ"), root=str(folder), font_paths=[str(font_file(SANS).parent)],
                             ignore_system_fonts=not missing_characters(content))
    except typst.TypstError as error:
        raise ReportFailed(f"PDF 排版失败：{error}", mend="改用 --pdf libreoffice，并报告这一错误") from error
    return bytes(made)


class _Pieces:
    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0

    def records(self, part: Part) -> Iterator[Record]:
        """Give *part* as typst reads it; what is for the screen only is left out."""
        if isinstance(part, Heading):
            yield _heading(part)
        elif isinstance(part, Paragraph):
            yield {"kind": "paragraph", "spans": _spans(part.line)}
        elif isinstance(part, Items):
            yield {"kind": "items", "ordered": part.ordered, "lines": [_spans(line) for line in part.lines]}
        elif isinstance(part, Table):
            yield _table(part)
        elif isinstance(part, Picture):
            yield self._picture(part)
        elif isinstance(part, Verbatim | Markup):
            yield {"kind": "verbatim", "text": part.text}

    def _picture(self, picture: Picture) -> Record:
        self._count += 1
        file = f"picture{self._count}.png"
        (self._folder / file).write_bytes(picture.png)
        width, height = picture_mm(picture)
        return {"kind": "picture", "file": file, "width": width, "height": height, "title": picture.title, "alt": picture.alt,
                "note": picture.note}


def _heading(heading: Heading) -> Record:
    if heading.level == 1:
        return {"kind": "title", "lines": title_lines(heading.text)}
    return {"kind": "heading", "level": heading.level - 1, "text": heading.text}


def _spans(line: Line) -> list[Record]:
    return [asdict(span) for span in line]


def _table(table: Table) -> Record:
    return {"kind": "table", "caption": table.caption, "note": table.note, "columns": table.columns, "rows": printed_rows(table),
            "numeric": table.numeric, "widths": column_widths(table), "points": table_points(table)}


def missing_characters(content: Content) -> str:
    """Return the characters of *content* that neither shipped font has: they show as boxes unless the system has them."""
    known = known_characters()
    return "".join(sorted({c for text in _texts(content) for c in text if not c.isspace() and c.isprintable() and ord(c) not in known}))


@cache
def known_characters() -> frozenset[int]:
    """Return the code points that one of the shipped fonts can draw."""
    from matplotlib.ft2font import FT2Font

    return frozenset(code for name in (SANS, SERIF) for code in FT2Font(str(font_file(name))).get_charmap())


def _texts(content: Content) -> Iterator[str]:
    yield content.title
    for part in content.parts:
        if isinstance(part, Heading | Paragraph):
            yield plain(part.line)
        elif isinstance(part, Items):
            yield from (plain(line) for line in part.lines)
        elif isinstance(part, Table):
            yield part.caption + part.note + "".join(part.columns)
            yield from ("".join(row) for row in part.rows)
        elif isinstance(part, Picture):
            yield part.title + part.note
        elif isinstance(part, Verbatim | Markup):
            yield part.text
