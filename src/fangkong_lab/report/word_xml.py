"""Parts of a report as WordprocessingML: runs, paragraphs, tables, pictures. All text is escaped; nothing is a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from fangkong_lab.report.content import (
    Content,
    Heading,
    Items,
    Line,
    Markup,
    Paragraph,
    Part,
    Picture,
    Span,
    Table,
    Verbatim,
)
from fangkong_lab.report.layout import (
    OUR_PAGE,
    TWIPS_PER_MM,
    Room,
    column_widths,
    picture_mm,
    printed_rows,
    table_points,
    title_lines,
)
from fangkong_lab.report.word_styles import CAPTION, CELL, FIGURE, HEADINGS, NOTE, TITLE, TOC, VERBATIM, fonts

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# Word takes these for Latin punctuation unless told otherwise; other runs must not carry the hint.
_AMBIGUOUS = re.compile("([“”‘’—…·]+)")
EMU_PER_MM = 36000


def legal(text: str) -> str:
    """Return *text* with the characters that XML forbids replaced by the replacement character."""
    return _ILLEGAL.sub("\ufffd", text)


def text_of(text: str) -> str:
    """Return *text* fit to stand in XML: legal and escaped."""
    return escape(legal(text))


def attribute(text: str) -> str:
    """Return *text* as a quoted attribute value."""
    return quoteattr(legal(text))


def runs(line: Line) -> str:
    """Return the runs of a line; bold is 黑体 and italic 楷体, as official documents have it."""
    return "".join(_run(span) for span in line)


def _run(span: Span) -> str:
    manner = fonts("黑体") if span.bold else fonts("楷体_GB2312") if span.italic else ""
    written = []
    for number, line in enumerate(span.text.split("\n")):
        written.append("<w:r><w:br/></w:r>" if number else "")
        for piece in _AMBIGUOUS.split(line):
            if piece:
                font = '<w:rFonts w:hint="eastAsia"/>' if _AMBIGUOUS.fullmatch(piece) and not manner else manner
                properties = f"<w:rPr>{font}</w:rPr>" if font else ""
                written.append(f'<w:r>{properties}<w:t xml:space="preserve">{text_of(piece)}</w:t></w:r>')
    return "".join(written)


def paragraph(inner: str, style: str = "", properties: str = "") -> str:
    """Return a paragraph in *style* (empty: body text)."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    inside = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{inside}{inner}</w:p>"


def field_runs(code: str, shown: str) -> str:
    """Return a field with its instruction *code* and the text *shown* until it is brought up to date."""
    return (f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{text_of(shown)}</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>')


@dataclass
class Writer:
    """Writes the parts of one document; *pictures* collects PNGs in order (their relationship ids are pic0, pic1, …).

    *contents*: whether the contents follow the title.
    """

    pictures: list[Picture] = field(default_factory=list)
    tables: int = 0
    page: Room = OUR_PAGE
    contents: bool = True

    def body(self, content: Content) -> str:
        """Return the whole body of *content*: title, contents field, parts."""
        written = []
        for part in content.parts:
            written.append(self.part(part))
            if self.contents and isinstance(part, Heading) and part.level == 1:
                written.append(contents_field(content))
        return "".join(written)

    def part(self, part: Part) -> str:
        """Return one part; what is for the screen only is left out."""
        if isinstance(part, Heading):
            return self._heading(part)
        if isinstance(part, Paragraph):
            return paragraph(runs(part.line))
        if isinstance(part, Items):
            marks = (f"{n}. " if part.ordered else "— " for n in range(1, len(part.lines) + 1))
            return "".join(paragraph(runs((Span(mark), *line))) for mark, line in zip(marks, part.lines, strict=True))
        if isinstance(part, Table):
            return self._table(part)
        if isinstance(part, Picture):
            return self._picture(part)
        if isinstance(part, Verbatim | Markup):
            return "".join(paragraph(runs((Span(line),)), VERBATIM) for line in part.text.splitlines())
        return ""

    def _heading(self, heading: Heading) -> str:
        if heading.level == 1:
            return paragraph(runs((Span("\n".join(title_lines(heading.text))),)), TITLE)
        style = HEADINGS[min(heading.level - 2, len(HEADINGS) - 1)]
        mark = bookmark(heading)
        number = heading.anchor.removeprefix("fk-")
        inner = f'<w:bookmarkStart w:id="{number}" w:name="{mark}"/>{runs((Span(heading.text),))}<w:bookmarkEnd w:id="{number}"/>'
        return paragraph(inner, style)

    def _table(self, table: Table) -> str:
        head = ""
        if table.caption:
            self.tables += 1
            head = paragraph(runs((Span("表"),)) + field_runs("SEQ 表 \\* ARABIC", str(self.tables)) + runs((Span("　" + table.caption),)), CAPTION,
                             "<w:keepNext/>")
        return head + table_xml(table, self.page) + paragraph(runs((Span(table.note),)), NOTE)

    def _picture(self, picture: Picture) -> str:
        number = len(self.pictures)
        self.pictures.append(picture)
        caption = runs((Span("图"),)) + field_runs("SEQ 图 \\* ARABIC", str(number + 1)) + runs((Span("　" + picture.title),))
        return (paragraph(_drawing(picture, number, self.page), FIGURE, "<w:keepNext/>") + paragraph(caption, CAPTION)
                + (paragraph(runs((Span(picture.note),)), NOTE) if picture.note else ""))


def bookmark(heading: Heading) -> str:
    """Return the bookmark of a heading."""
    return "_Toc" + heading.anchor.removeprefix("fk-").zfill(6)


def contents_field(content: Content) -> str:
    """Return the contents: a field whose entries are links.

    Page numbers come in when the word processor brings the field up to date (it is marked so): before that nobody knows
    them, and a wrong number is worse than none.
    """
    entries = [h for h in content.headings if h.level == 2]
    if len(entries) < 2:
        return ""
    start = ('<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-1" \\h \\z \\u '
             '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>')
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    lines = [paragraph(runs((Span("目　录"),)), CAPTION, "<w:keepNext/>")]
    for number, heading in enumerate(entries):
        link = f'<w:hyperlink w:anchor="{bookmark(heading)}" w:history="1">{runs((Span(heading.text),))}</w:hyperlink>'
        lines.append(paragraph((start if number == 0 else "") + link + (end if number == len(entries) - 1 else ""), TOC))
    return "".join(lines)


def table_xml(table: Table, page: Room = OUR_PAGE) -> str:
    """Return a table as wide as the type area of *page*: thin lines, head repeated on every page, no row torn apart, numbers to the right."""
    widths = [round(share * page.width_mm * TWIPS_PER_MM) for share in column_widths(table, page)]
    size = round(table_points(table) * 2)
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    head = _row(table.columns, widths, ["center"] * len(widths), size, head=True)
    sides = ["right" if numeric else "left" for numeric in table.numeric]
    rows = "".join(_row(row, widths, sides, size) for row in printed_rows(table))
    return (f'<w:tbl><w:tblPr><w:tblStyle w:val="{CELL}Table"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>')


def _row(cells: Sequence[str], widths: list[int], sides: list[str], size: int, head: bool = False) -> str:
    properties = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>"
    font = fonts("黑体") if head else ""
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="F2F4F6"/>' if head else ""
    written = []
    for text, width, side in zip(cells, widths, sides, strict=True):
        run = f'<w:r><w:rPr>{font}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr><w:t xml:space="preserve">{text_of(text)}</w:t></w:r>'
        inner = paragraph(run, CELL, f'<w:jc w:val="{side}"/>')
        written.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>{inner}</w:tc>')
    return f"<w:tr>{properties}{''.join(written)}</w:tr>"


def _drawing(picture: Picture, number: int, page: Room) -> str:
    wide, high = (round(mm * EMU_PER_MM) for mm in picture_mm(picture, page))
    name = attribute(picture.title or f"图{number + 1}")
    return (f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>'
            f'<wp:docPr id="{number + 1}" name={name} descr={attribute(picture.alt)}/>'
            '<a:graphic><a:graphicData><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="{number + 1}" name={name} descr={attribute(picture.alt)}/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="pic{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
            "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>")
