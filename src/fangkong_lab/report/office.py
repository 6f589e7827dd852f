"""A report inside an office's own .docx template: its letterhead and styles, our text where it says 正文."""

from __future__ import annotations

from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

from fangkong_lab.errors import BadInput
from fangkong_lab.report.content import Content, Heading

# A line of its own in the rendered template; private-use characters that nobody types.
_PLACE = "\ue000正文\ue001"
FIELDS = ("标题", "办公室", "日期", "标志", "正文")


def docx_in(template: str, content: Content) -> bytes:
    """Return *content* as .docx bytes in the office's *template* (a path); empty: in our own page style."""
    from fangkong_lab.report.word import docx

    return in_template(Path(template), content) if template else docx(content)


def in_template(template: Path, content: Content) -> bytes:
    """Return *content* in *template*: ``{{ 标题 }}``, ``{{ 办公室 }}``, ``{{ 日期 }}``, ``{{ 标志 }}`` filled in, ``{{ 正文 }}`` replaced by the text.

    The placeholder 正文 must be a paragraph of its own in the body. Values go in as text (escaped, never read as template
    code). Where the template has no 标志, the marks stand in front of the text: they may not be lost. Raises `BadInput`
    where the file is no template.
    """
    from docx import Document

    rendered, has_marks = _rendered(template, content)
    document = Document(BytesIO(rendered))
    place = next((p for p in document.paragraphs if _PLACE in p.text), None)
    if place is None:
        raise BadInput("公文模板中没有「{{ 正文 }}」", where=str(template), mend="在正文处单独写一段 {{ 正文 }}")
    return _filled(document, place, content, has_marks)


def _rendered(template: Path, content: Content) -> tuple[bytes, bool]:
    from docxtpl import DocxTemplate
    from jinja2 import TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    from fangkong_lab.report.word_xml import legal

    try:
        office = DocxTemplate(str(template))
        wanted = office.get_undeclared_template_variables(SandboxedEnvironment(autoescape=True))
        unknown = sorted(wanted - set(FIELDS))
        if unknown:
            raise BadInput(f"公文模板中有不认识的变量「{unknown[0]}」", where=str(template), mend=f"改用：{'、'.join(FIELDS)}")
        office.render({"标题": legal(content.title), "办公室": legal(content.office), "日期": content.day, "标志": content.mark, "正文": _PLACE},
                      SandboxedEnvironment(autoescape=True), autoescape=True)
    except (TemplateError, ValueError, KeyError, OSError) as error:
        raise BadInput(f"公文模板无法使用（{error}）", where=str(template), mend="用 Word 另存为 .docx 后再试") from error
    out = BytesIO()
    office.save(out)
    return out.getvalue(), "标志" in wanted


def _filled(document: Any, place: Any, content: Content, has_marks: bool) -> bytes:
    from docx.oxml import parse_xml

    from fangkong_lab.report.word import DECLARED, elements, package
    from fangkong_lab.report.word_xml import text_of

    _add_styles(document)
    # The template has its own title.
    parts = tuple(p for p in content.parts if not (isinstance(p, Heading) and p.level == 1))
    body = elements(document, Content(content.title, parts, content.office, content.marks, content.day))
    if content.mark and not has_marks:
        body.insert(0, parse_xml(f'<w:p {DECLARED}><w:pPr><w:pStyle w:val="FkCaption"/></w:pPr><w:r><w:t>{text_of(content.mark)}</w:t></w:r></w:p>'))
    for element in body:
        place._p.addprevious(element)
    place._p.getparent().remove(place._p)
    return package(document, content)


def _add_styles(document: Any) -> None:
    """Add those of our styles that the template does not have; its own of the same id stay as the office made them."""
    from docx.oxml.ns import qn

    from fangkong_lab.report.word import style_elements

    styles = document.styles.element
    there = {style.get(qn("w:styleId")) for style in styles.findall(qn("w:style"))}
    for element in style_elements():
        if element.tag == qn("w:style") and element.get(qn("w:styleId")) not in there:
            mine = deepcopy(element)
            if mine.get(qn("w:default")):
                del mine.attrib[qn("w:default")]
            styles.append(mine)
