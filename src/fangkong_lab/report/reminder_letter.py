"""The document of a 催办单 on the page of GB/T 9704-2012: addressee to the left, office and date to the right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fangkong_lab.report.content import Content, Heading, Paragraph, Part, Span, Table

if TYPE_CHECKING:
    import pandas as pd

RIGHT, INDENT_PT = 2, 4 * 16  # alignment of WordprocessingML; the date stands four characters from the right


@dataclass(frozen=True)
class Letter:
    """What the document says: *addressee* is addressed ("": nobody), *office* signs with *day*; *parts* are headed lists of
    what is due, at least one; *notes* stand in small type under the last.
    """

    title: str
    marks: tuple[str, ...]
    addressee: str
    opening: str
    parts: tuple[tuple[str, pd.DataFrame], ...]
    notes: tuple[str, ...]
    office: str
    day: date

    @property
    def greeting(self) -> str:
        """The line that addresses the unit."""
        return f"{self.addressee}："

    @property
    def date_line(self) -> str:
        """The date as official documents write it."""
        return f"{self.day.year}年{self.day.month}月{self.day.day}日"

    def content(self) -> Content:
        """Return the document's parts in reading order."""
        made: list[Part] = [Heading(1, (Span(self.title),))]
        made += [_said(self.greeting)] if self.addressee else []
        made.append(_said(self.opening))
        for number, (heading, frame) in enumerate(self.parts, 1):
            made.append(Paragraph((Span(heading, bold=True),)))
            made.append(_table(frame, "".join(f"注：{n}" for n in self.notes) if number == len(self.parts) else ""))
        made += [_said(line) for line in (self.office, self.date_line) if line]
        return Content(self.title, tuple(made), self.office, self.marks, self.day.isoformat())


def write_letter(path: Path, letter: Letter) -> None:
    """Write *letter* to *path*; the same letter gives the same bytes."""
    from docx import Document

    from fangkong_lab.report.word import docx, package

    content = letter.content()
    document = Document(BytesIO(docx(content)))
    for made in document.paragraphs:
        if letter.addressee and made.text == letter.greeting:
            _place(made, None, 0)
        elif made.text in (letter.office, letter.date_line) and made.text:
            _place(made, RIGHT, INDENT_PT)
    path.write_bytes(package(document, content))


def _place(paragraph: Any, alignment: int | None, right_pt: int) -> None:
    from docx.shared import Pt

    paragraph.alignment = alignment
    paragraph.paragraph_format.first_line_indent = Pt(0)
    paragraph.paragraph_format.right_indent = Pt(right_pt)


def _said(text: str) -> Paragraph:
    return Paragraph((Span(text),))


def _table(frame: pd.DataFrame, note: str) -> Table:
    rows = tuple(tuple(str(cell) for cell in row) for row in frame.itertuples(index=False))
    return Table(tuple(str(c) for c in frame.columns), rows, tuple(str(c) == "逾期天数" for c in frame.columns), note=note)
