"""Where in an office's template our text goes: the paragraph that stands for it, and how much room the page has there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn
from docx.oxml.simpletypes import ST_SignedTwipsMeasure

from fangkong_lab.errors import BadInput
from fangkong_lab.report.layout import TALLEST_MM, TWIPS_PER_MM, Room

FIELDS = ("标题", "办公室", "日期", "标志", "目录", "正文")
_INSIDE = {qn("w:tbl"): "表格里", qn("w:txbxContent"): "文本框里"}
_SPACE_MM = 40.0  # what a picture leaves of the page's height for its caption and note
_LEAST_MM = 60.0  # narrower or lower, neither a table nor a chart of ours can be read
_BETWEEN_COLUMNS = 720  # twips, where a section does not say (ECMA-376, 17.6.4)
_PLACEHOLDER = re.compile(r"\{\{\s*(?:" + "|".join(FIELDS) + r")\s*\}\}")
_BRACES = re.compile(r"\{[{%#]|\}\}")
_VARIABLE = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")
_NEARLY = re.compile(r"[｛{]+\s*正文\s*[｝}]+")


@dataclass(frozen=True)
class Place:
    """The paragraph (*element*) in the body of the document *where* that our text takes the place of."""

    element: Any
    where: str = ""

    @classmethod
    def find(cls, document: Any, token: str, named: str, where: str) -> Place | None:
        """Return the paragraph that holds *token* and nothing else; None where the token is nowhere.

        *named* is what the office wrote there, *where* its file. Raises `BadInput` where it is not in a paragraph of
        its own in the body, or there twice.
        """
        written = f"「{{{{ {named} }}}}」"
        if any(token in text_in(part) for part in headers_and_footers(document)):
            raise BadInput(f"公文模板的{written}写在页眉或页脚里", where=where, mend="移到正文中，单独成段")
        found = [p for p in document.element.body.iter(qn("w:p")) if token in own_text(p)]
        if not found:
            return None
        for ancestor in found[0].iterancestors():
            if ancestor.tag in _INSIDE:
                raise BadInput(f"公文模板的{written}写在{_INSIDE[ancestor.tag]}，长报告在那里不能分页", where=where, mend="移到表格、文本框之外，单独成段")
        if len(found) > 1:
            raise BadInput(f"公文模板里有{len(found)}处{written}", where=where, mend="只留一处")
        if own_text(found[0]).strip() != token:
            said = own_text(found[0]).replace(token, f"{{{{ {named} }}}}").strip()
            raise BadInput(f"公文模板的{written}没有单独成段（这一段是「{said[:40]}」）", where=where, mend=f"让{written}自己占一段")
        return cls(found[0], where)

    def take(self, elements: list[Any]) -> None:
        """Put *elements* where the paragraph is; it goes, unless a section of the document ends with it.

        A table of ours never touches one of the template: Word would make one table of them.
        """
        before = self.element.getprevious()
        if before is not None and before.tag == qn("w:tbl") and elements and elements[0].tag == qn("w:tbl"):
            self.element.addprevious(_emptied(self.element))
        for element in elements:
            self.element.addprevious(element)
        if self.element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is None:
            self.element.getparent().remove(self.element)
        else:
            for child in [c for c in self.element if c.tag != qn("w:pPr")]:
                self.element.remove(child)

    def room(self, document: Any) -> Room:
        """Return the width of the type area there (of one column, where there are several), and the tallest picture that fits.

        Raises `BadInput` where a measure of the page cannot be read, or where either side is under 60 mm.
        """
        section = self._section(document)
        size, margins, columns = section.find(qn("w:pgSz")), section.find(qn("w:pgMar")), section.find(qn("w:cols"))
        if size is None or margins is None:
            return Room()
        try:
            wide = _twips(size, "w") - sum(_twips(margins, side) for side in ("left", "right", "gutter"))
            wide = _column(columns, wide) / TWIPS_PER_MM
            # A negative margin keeps its place whatever the header holds; it is as deep as a positive one.
            high = (_twips(size, "h") - abs(_twips(margins, "top")) - abs(_twips(margins, "bottom"))) / TWIPS_PER_MM
        except (ValueError, KeyError) as error:
            raise BadInput("公文模板的纸张、边距或分栏的尺寸看不懂", where=self.where, mend="在 Word 的「页面设置」里重新设一遍，另存后再试") from error
        if min(wide, high) < _LEAST_MM:
            raise BadInput("公文模板的版心太小，放不下图表", where=self.where, mend=f"放宽页边距或减少分栏，宽、高都不小于{_LEAST_MM:g}毫米")
        return Room(wide, min(TALLEST_MM, high - _SPACE_MM))

    def _section(self, document: Any) -> Any:
        """Return the properties of the section that the paragraph belongs to: those that come next."""
        after = [self.element, *self.element.itersiblings()]
        found = (e.find(f".//{qn('w:sectPr')}") if e.tag != qn("w:sectPr") else e for e in after)
        return next((section for section in found if section is not None), document.element.body.sectPr)


def _emptied(paragraph: Any) -> Any:
    return paragraph.makeelement(qn("w:p"), {})


def _twips(element: Any, name: str, default: float = 0) -> float:
    """Return a measure in twips; Word writes a bare number, others also 31mm."""
    said = element.get(qn(f"w:{name}"))
    return default if said is None else float(ST_SignedTwipsMeasure.convert_from_xml(said).twips)


def _column(columns: Any, wide: float) -> float:
    """Return the width of one column of a type area that is *wide*: of the narrowest, where they differ."""
    if columns is None:
        return wide
    own = columns.findall(qn("w:col"))
    if own and columns.get(qn("w:equalWidth")) in ("0", "false", "off"):
        return min(_twips(column, "w") for column in own)
    count = max(1, int(columns.get(qn("w:num"), 1)))
    return (wide - (count - 1) * _twips(columns, "space", _BETWEEN_COLUMNS)) / count


def own_text(paragraph: Any) -> str:
    """Return the text of a paragraph without what stands in a text box that is anchored in it."""
    boxed = {t for box in paragraph.iter(qn("w:txbxContent")) for t in box.iter(qn("w:t"))}
    return "".join(t.text or "" for t in paragraph.iter(qn("w:t")) if t not in boxed)


def text_in(element: Any) -> str:
    """Return all text below *element*."""
    return "".join(t.text or "" for t in element.iter(qn("w:t")))


def headers_and_footers(document: Any) -> Iterator[Any]:
    """Give the root element of every header and footer part, each once."""
    from docx.oxml import parse_xml

    for part in document.part.package.iter_parts():
        if str(part.partname).startswith(("/word/header", "/word/footer")):
            element = getattr(part, "element", None)
            yield parse_xml(part.blob) if element is None else element


def no_place(document: Any, where: str) -> BadInput:
    """Return the error for a template without 正文: with the nearly right words, where there are any."""
    nearly = _NEARLY.search(text_in(document.element.body))
    if nearly:
        return BadInput(f"公文模板中写的是「{nearly[0]}」", where=where, mend="用半角的花括号，左右各两个：{{ 正文 }}")
    return BadInput("公文模板中没有「{{ 正文 }}」", where=where, mend="在正文处单独写一段 {{ 正文 }}")


def refuse_code(document: Any, where: str) -> None:
    """Raise `BadInput` for the first line of a template that has braces in it beside whole placeholders.

    A template is a form, never a program: loops, conditions and expressions are refused, not run.
    """
    roots = [document.element.body, *headers_and_footers(document)]
    for paragraph in (p for root in roots for p in root.iter(qn("w:p"))):
        said = own_text(paragraph)
        rest = _PLACEHOLDER.sub("", said)
        unknown = _VARIABLE.search(rest)
        if unknown and not _BRACES.search(_VARIABLE.sub("", rest)):
            raise BadInput(f"公文模板中有不认识的变量「{unknown[1]}」", where=where, mend=f"改用：{'、'.join(FIELDS)}")
        if _BRACES.search(rest):
            raise no_field(said.strip(), where)


def no_field(said: str, where: str) -> BadInput:
    """Return the error for what is *said* in braces and is none of the fields."""
    return BadInput(f"公文模板里花括号的写法有误：「{said[:60]}」", where=where, mend=f"只写 {'、'.join(f'{{{{ {name} }}}}' for name in FIELDS)}")
