"""Our paragraphs in an office's own document: its styles where it has them by name, ours made to fit its body text elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from fangkong_lab.report.layout import TWIPS_PER_MM
from fangkong_lab.report.word import DECLARED, style_elements

BODY = "FkBody"
# The template has its own page and defaults.
_ITS_OWN = frozenset({"Normal", "DefaultParagraphFont", "TableNormal", "Header", "Footer"})
_SHAPE = tuple(qn(f"w:{n}") for n in ("widowControl", "snapToGrid", "spacing", "ind", "contextualSpacing", "jc"))
_LETTERS = tuple(qn(f"w:{n}") for n in ("rFonts", "spacing", "w", "kern", "position", "sz", "szCs", "lang"))
_REFERENCES = (qn("w:pStyle"), qn("w:tblStyle"), qn("w:rStyle"))


@dataclass(frozen=True)
class Fitted:
    """Which style of the document stands for each of ours (*names*: our id → its id), and which is *body* text."""

    names: Mapping[str, str]
    body: str

    def apply(self, elements: list[Any]) -> None:
        """Let *elements*, just made, name the document's styles; paragraphs without a style are body text."""
        for element in elements:
            for used in element.iter(*_REFERENCES):
                used.set(qn("w:val"), self.names.get(used.get(qn("w:val")), used.get(qn("w:val"))))
            for paragraph in element.iter(qn("w:p")):
                properties = paragraph.get_or_add_pPr()
                if properties.find(qn("w:pStyle")) is None:
                    properties.insert(0, properties.makeelement(qn("w:pStyle"), {qn("w:val"): self.body}))


def fit(document: Any, place: Any, width_mm: float) -> Fitted:
    """Add to *document* the styles our text needs and it does not have, and return how ours are called there.

    The body text has the format of the paragraph *place*: its style, with the indents, spacing, font and size set on it
    (not colour and emphasis: those only make a placeholder stand out). Headings, captions and contents have the
    document's own styles where it defines them under Word's names, whatever their ids; the others are ours, on top of
    that body text.
    """
    styles = document.styles.element
    theirs = {_named(s): s.get(qn("w:styleId")) for s in styles.findall(qn("w:style"))}
    taken = set(theirs.values())
    # A template may itself be a report that somebody made with a template.
    body = next(code for code in (f"{BODY}{n or ''}" for n in count()) if code not in taken)
    styles.append(_body_style(styles, place, body))
    names: dict[str, str] = {}
    added = []
    for element in style_elements():
        code = element.get(qn("w:styleId"))
        if element.tag != qn("w:style") or code in _ITS_OWN:
            continue
        if _named(element) in theirs:
            names[code] = theirs[_named(element)]
            continue
        names[code] = f"Fk{code}" if code in taken else code
        added.append(element)
    for element in added:
        base = body if element.get(qn("w:type")) == "paragraph" else theirs.get(("table", "normal table"), "")
        style = _on_top(element, names[element.get(qn("w:styleId"))], base, body)
        for tab in style.iter(qn("w:tab")):
            tab.set(qn("w:pos"), str(round(width_mm * TWIPS_PER_MM)))
        styles.append(style)
    return Fitted(names, body)


def _named(style: Any) -> tuple[str, str]:
    name = style.find(qn("w:name"))
    return style.get(qn("w:type"), ""), "" if name is None else name.get(qn("w:val"), "").casefold()


def _on_top(element: Any, code: str, base: str, body: str) -> Any:
    """Return our style *element* under the id *code*, on top of the style *base* (empty: of none); *body* text follows it."""
    style = deepcopy(element)
    style.set(qn("w:styleId"), code)
    under, following = style.find(qn("w:basedOn")), style.find(qn("w:next"))
    if under is not None and base:
        under.set(qn("w:val"), base)
    elif under is not None:
        style.remove(under)
    if following is not None:
        following.set(qn("w:val"), body)
    return style


def _body_style(styles: Any, place: Any, code: str) -> Any:
    shape, letters = place.find(qn("w:pPr")), _letters(place)
    used = shape.find(qn("w:pStyle")) if shape is not None else None
    default = next((s.get(qn("w:styleId")) for s in styles.findall(qn("w:style"))
                    if s.get(qn("w:type")) == "paragraph" and s.get(qn("w:default")) in ("1", "true")), None)
    base = used.get(qn("w:val")) if used is not None else default
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    style = parse_xml(f'<w:style {DECLARED} w:type="paragraph" w:customStyle="1" w:styleId="{code}"><w:name w:val="{code.replace("Fk", "Fk ")}"/>{based}<w:qFormat/>'
                      "<w:pPr/><w:rPr/></w:style>")
    for source, kinds, target in ((shape, _SHAPE, "w:pPr"), (letters, _LETTERS, "w:rPr")):
        inside = style.find(qn(target))
        for child in source if source is not None else ():
            if child.tag in kinds:
                inside.append(deepcopy(child))
    return style


def _letters(place: Any) -> Any:
    run = next((r for r in place.iter(qn("w:r")) if r.find(qn("w:t")) is not None), None)
    return None if run is None else run.find(qn("w:rPr"))
