"""A report inside an office's own .docx template: its letterhead, styles and page, our text where it says 正文."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.oxml.ns import qn

from fangkong_lab.errors import BadInput
from fangkong_lab.report.content import Content, Heading
from fangkong_lab.report.office_file import template_bytes
from fangkong_lab.report.office_place import Place, headers_and_footers, no_place, refuse_code, text_in

# Lines of their own in the rendered template; private-use characters that nobody types.
_PLACES = {"正文": "\ue000正文\ue001", "目录": "\ue000目录\ue001"}
_NUMBERED = (qn("w:bookmarkStart"), qn("w:bookmarkEnd"))


def docx_in(template: str, content: Content) -> bytes:
    """Return *content* as .docx bytes in the office's *template* (a path); empty: in our own page style."""
    from fangkong_lab.report.word import docx

    return in_template(Path(template), content) if template else docx(content)


def in_template(template: Path, content: Content) -> bytes:
    """Return *content* in *template*: 标题, 办公室, 日期, 标志 filled in where they stand in double braces, 目录 and 正文 put there.

    正文 (and 目录, where wanted) must be a paragraph of its own in the body. Values go in as text (escaped, never read
    as template code). The marks are on every page, wherever the template has them. Raises `BadInput` where the file is
    no template.
    """
    from docx import Document

    from fangkong_lab.report.office_marks import mark_every_page
    from fangkong_lab.report.word import package

    document = Document(BytesIO(_rendered(template, content)))
    place = Place.find(document, _PLACES["正文"], "正文", str(template))
    contents = Place.find(document, _PLACES["目录"], "目录", str(template))
    if place is None:
        raise no_place(document, str(template))
    _fill(document, place, contents, content)
    mark_every_page(document, content.mark)
    return package(document, content)


def check_template(template: Path) -> None:
    """Raise `BadInput` where *template* cannot be used: before a batch begins, not once per report."""
    in_template(template, Content("", ()))


def _rendered(template: Path, content: Content) -> bytes:
    from docx import Document
    from docxtpl import DocxTemplate
    from jinja2 import TemplateError
    from lxml import etree

    from fangkong_lab.report.office_form import Form
    from fangkong_lab.report.word_xml import legal

    values = {"标题": legal(content.title), "办公室": legal(content.office), "日期": _day(content.day), "标志": content.mark, **_PLACES}
    data = template_bytes(template)
    refuse_code(Document(BytesIO(data)), str(template))
    office = DocxTemplate(BytesIO(data))
    try:
        office.render(values, Form(str(template)), autoescape=True)
    except TemplateError as error:  # the paragraphs have been looked at: it stands elsewhere
        raise BadInput("公文模板的脚注、文档属性或图的说明里花括号的写法有误", where=str(template), mend="删去那里的花括号") from error
    except (TypeError, ValueError, KeyError, etree.XMLSyntaxError) as error:
        raise BadInput("公文模板无法使用", where=str(template), mend="用 Word 另存为 .docx 后再试") from error
    out = BytesIO()
    office.save(out)
    return out.getvalue()


def _day(day: str) -> str:
    """Return an ISO day as official documents write it; empty stays empty."""
    if not day:
        return ""
    on = date.fromisoformat(day)
    return f"{on.year}年{on.month}月{on.day}日"


def _fill(document: Any, place: Place, contents: Place | None, content: Content) -> None:
    from fangkong_lab.report.office_styles import fit
    from fangkong_lab.report.word import contents_elements, elements

    room = place.room(document)
    styles = fit(document, place.element, room.width_mm)
    titled = _has_title(document, content.title)
    parts = tuple(p for p in content.parts if not (titled and isinstance(p, Heading) and p.level == 1))
    inner = Content(content.title, parts, content.office, content.marks, content.day)
    body, listed = elements(document, inner, room, contents=False), contents_elements(inner) if contents else []
    _renumber(document, body)
    styles.apply(body)
    styles.apply(listed)
    if contents:
        contents.take(listed)
    place.take(body)


def _has_title(document: Any, title: str) -> bool:
    """Say whether the template itself already says the *title*: in its body, a header or a footer."""
    wanted = "".join(title.split())
    return any(wanted in "".join(text_in(root).split()) for root in (document.element.body, *headers_and_footers(document)))


def _renumber(document: Any, elements: list[Any]) -> None:
    """Give bookmarks and pictures of *elements* numbers that the document does not use."""
    marks = [int(e.get(qn("w:id"), 0)) for e in document.element.body.iter(*_NUMBERED)]
    pictures = [int(e.get("id", 0)) for e in document.element.body.iter(qn("wp:docPr"))]
    for element in elements:
        for mark in element.iter(*_NUMBERED):
            mark.set(qn("w:id"), str(int(mark.get(qn("w:id"))) + max(marks, default=0)))
        for picture in element.iter(qn("wp:docPr")):
            picture.set("id", str(int(picture.get("id")) + max(pictures, default=0)))
