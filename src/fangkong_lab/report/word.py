"""A report as DOCX on the page of GB/T 9704-2012, or inside an office's own template."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsmap, qn
from docx.shared import Mm

from fangkong_lab.report.content import Content, Picture
from fangkong_lab.report.layout import BOTTOM_MM, LEFT_MM, LINE_PT, OUR_PAGE, PAGE_MM, RIGHT_MM, TOP_MM, Room
from fangkong_lab.report.word_styles import font_table_xml, styles_xml
from fangkong_lab.report.word_xml import Writer, contents_field, field_runs, legal, text_of

DECLARED = " ".join(f'xmlns:{prefix}="{nsmap[prefix]}"' for prefix in ("w", "r", "a", "wp", "pic"))
_PICTURE_DATA = f'uri="{nsmap["pic"]}"'
_FOOTER_MM, _HEADER_MM = 24.5, 20.0
_LONGEST = 255  # of a document property
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def docx(content: Content) -> bytes:
    """Return *content* as the bytes of a .docx: our styles, marks in every header, — 1 — at the outer foot of every page.

    The same content gives the same bytes.
    """
    document = Document()
    _restyle(document)
    _page(document, content)
    body = document.element.body
    for old in [e for e in body if e.tag != qn("w:sectPr")]:
        body.remove(old)
    for element in elements(document, content):
        body.insert(len(body) - 1, element)
    return package(document, content)


def elements(document: Any, content: Content, page: Room = OUR_PAGE, contents: bool = True) -> list[Any]:
    """Return the body of *content* as elements for *document*, sized for *page*; its pictures are added to the package.

    *contents*: with the contents after the title.
    """
    writer = Writer(page=page, contents=contents)
    xml = writer.body(content).replace("<a:graphicData>", f"<a:graphicData {_PICTURE_DATA}>")
    xml = _linked(document, xml, writer.pictures)
    return list(parse_xml(f"<w:body {DECLARED}>{xml}</w:body>"))


def contents_elements(content: Content) -> list[Any]:
    """Return the contents of *content* as elements; none where there are fewer than two chapters."""
    return list(parse_xml(f"<w:body {DECLARED}>{contents_field(content)}</w:body>"))


def _linked(document: Any, xml: str, pictures: Sequence[Picture]) -> str:
    for number, picture in enumerate(pictures):
        relation, _ = document.part.get_or_add_image(BytesIO(picture.png))
        xml = xml.replace(f'r:embed="pic{number}"', f'r:embed="{relation}"')
    return xml


def _restyle(document: Any) -> None:
    """Replace all styles and the font table of python-docx's template: its theme fonts would win over ours."""
    styles = document.styles.element
    for child in list(styles):
        styles.remove(child)
    for element in style_elements():
        styles.append(element)
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = font_table_xml(nsmap["w"])


def style_elements() -> list[Any]:
    """Return our styles as fresh elements."""
    return list(parse_xml(f"<w:styles {DECLARED}>{''.join(styles_xml())}</w:styles>"))


def _page(document: Any, content: Content) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.header_distance, section.footer_distance = Mm(_HEADER_MM), Mm(_FOOTER_MM)
    # Grid type "lines": a character grid with negative spacing makes LibreOffice double the cells.
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(parse_xml(f'<w:docGrid {DECLARED} w:type="lines" w:linePitch="{round(LINE_PT * 20)}"/>'))
    document.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        _fill(header, "Header", f'<w:r><w:t xml:space="preserve">{text_of(content.mark)}</w:t></w:r>' if content.mark else "")
    number = f'<w:r><w:t xml:space="preserve">— </w:t></w:r>{field_runs("PAGE", "1")}<w:r><w:t xml:space="preserve"> —</w:t></w:r>'
    indent = 'w:firstLine="0" w:firstLineChars="0"'
    _fill(section.footer, "Footer", number, f'<w:ind {indent} w:rightChars="100" w:right="280"/><w:jc w:val="right"/>')
    _fill(section.even_page_footer, "Footer", number, f'<w:ind {indent} w:leftChars="100" w:left="280"/><w:jc w:val="left"/>')


def _fill(place: Any, style: str, inner: str, properties: str = "") -> None:
    place.is_linked_to_previous = False
    element = place._element
    for child in list(element):
        element.remove(child)
    element.append(parse_xml(f'<w:p {DECLARED}><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inner}</w:p>'))


def package(document: Any, content: Content) -> bytes:
    """Return *document* as bytes with fixed dates everywhere, its properties set from *content*."""
    from datetime import datetime

    properties = document.core_properties
    day = datetime.fromisoformat(content.day) if content.day else datetime(1980, 1, 1)
    properties.title, properties.author, properties.last_modified_by = legal(content.title)[:_LONGEST], legal(content.office)[:_LONGEST], ""
    properties.created = properties.modified = day
    properties.language, properties.comments, properties.keywords, properties.revision = "zh-CN", "", content.mark, 1
    made = BytesIO()
    document.save(made)
    return same_bytes(made.getvalue())


def same_bytes(data: bytes) -> bytes:
    """Return a zip package with its members in order and without their dates."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            info = zipfile.ZipInfo(name, date_time=ZIP_DATE)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(info, old.read(name), compresslevel=6)
    return out.getvalue()

