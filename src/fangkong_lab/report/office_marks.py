"""The marks 模拟数据 and 内部 on every page of an office's own document, wherever its template put them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml import parse_xml

from fangkong_lab.report.office_place import text_in
from fangkong_lab.report.word import DECLARED
from fangkong_lab.report.word_styles import fonts
from fangkong_lab.report.word_xml import text_of


def mark_every_page(document: Any, mark: str) -> None:
    """Add *mark* to each header of *document* that is printed and has it neither itself nor in the footer of the same pages."""
    for header, footer in _pairs(document) if mark else ():
        if mark not in text_in(header._element) and mark not in _said(footer):
            header._element.append(_line(mark))


def _pairs(document: Any) -> Iterator[tuple[Any, Any]]:
    both_sides = document.settings.odd_and_even_pages_header_footer
    for section in document.sections:
        yield section.header, section.footer
        if both_sides:
            yield section.even_page_header, section.even_page_footer
        if section.different_first_page_header_footer:
            yield section.first_page_header, section.first_page_footer


def _said(footer: Any) -> str:
    # Asking a footer that is nowhere defined for its element would define one.
    while footer.is_linked_to_previous:
        footer = footer._prior_headerfooter
        if footer is None:
            return ""
    return text_in(footer._element)


def _line(mark: str) -> Any:
    return parse_xml(f'<w:p {DECLARED}><w:pPr><w:ind w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="center"/></w:pPr><w:r><w:rPr>{fonts("黑体")}'
                     f'<w:color w:val="A8322D"/><w:sz w:val="24"/><w:szCs w:val="24"/></w:rPr><w:t xml:space="preserve">{text_of(mark)}</w:t></w:r></w:p>')
