"""The styles of the GB/T 9704-2012 page in WordprocessingML, and the fonts they name with their stand-ins."""

from __future__ import annotations

from fangkong_lab.report.layout import BODY_PT, LINE_PT

TITLE, TOC, CAPTION, CELL, FIGURE, NOTE, VERBATIM = "FkTitle", "TOC1", "FkCaption", "FkCell", "FkFigure", "FkNote", "FkVerbatim"
HEADINGS = ("Heading1", "Heading2", "Heading3")
BODY_FONT = "仿宋_GB2312"
# Name as official documents have it → what stands in for it, in the order in which machines are likely to have it.
STAND_INS = {
    "仿宋_GB2312": ("仿宋", "FangSong", "STFangsong", "FandolFang", "Noto Serif CJK SC", "Noto Serif SC"),
    "楷体_GB2312": ("楷体", "KaiTi", "STKaiti", "FandolKai", "Noto Serif CJK SC", "Noto Serif SC"),
    "黑体": ("SimHei", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC"),
    "宋体": ("SimSun", "Noto Serif CJK SC", "Noto Serif SC"),
    "方正小标宋简体": ("方正小标宋_GBK", "华文中宋", "STZhongsong", "宋体", "Noto Serif CJK SC", "Noto Serif SC"),
}


def fonts(name: str) -> str:
    """Return the element that sets every script of a run in the font *name*."""
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def _style(code: str, name: str, *, font: str = "", size: float = 0, paragraph: str = "", run: str = "", based: str = "Normal") -> str:
    sizes = f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>' if size else ""
    letters = f"<w:rPr>{fonts(font) if font else ''}{run}{sizes}</w:rPr>" if font or size or run else ""
    following = '<w:next w:val="Normal"/>' if code.startswith(("Heading", "FkTitle")) else ""
    return (f'<w:style w:type="paragraph" w:styleId="{code}"><w:name w:val="{name}"/><w:basedOn w:val="{based}"/>{following}<w:qFormat/>'
            f"<w:pPr>{paragraph}</w:pPr>{letters}</w:style>")


def _exact(points: float) -> str:
    return f'<w:spacing w:before="0" w:after="0" w:line="{round(points * 20)}" w:lineRule="exact"/>'


# Pictures and tables in lines of fixed height would be cut off; they stand in single spacing and off the grid.
_SINGLE = '<w:snapToGrid w:val="0"/><w:spacing w:before="{before}" w:after="{after}" w:line="240" w:lineRule="auto"/>'
_FLUSH = '<w:ind w:firstLine="0" w:firstLineChars="0"/>'


def styles_xml() -> tuple[str, ...]:
    """Return the style elements: defaults, body text, title, headings, contents, captions, table cells, notes."""
    single = _SINGLE.format(before=0, after=0)
    loose = _SINGLE.format(before=60, after=60)
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{fonts(BODY_FONT)}<w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>',
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr><w:widowControl w:val="0"/>'
        f'{_exact(LINE_PT)}<w:ind w:firstLineChars="200" w:firstLine="{round(BODY_PT * 2 * 20)}"/><w:jc w:val="both"/></w:pPr>'
        # 16 pt type with 0.25 pt taken off each character gives 28 to the line without a character grid.
        f'<w:rPr>{fonts(BODY_FONT)}<w:spacing w:val="-5"/><w:sz w:val="32"/><w:szCs w:val="32"/></w:rPr></w:style>',
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>',
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblCellMar>'
        '<w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>',
        f'<w:style w:type="table" w:styleId="{CELL}Table"><w:name w:val="Fk Table"/><w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
        + "".join(f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="5B6670"/>' for side, size in
                  (("top", 8), ("left", 4), ("bottom", 8), ("right", 4), ("insideH", 4), ("insideV", 4)))
        + "</w:tblBorders></w:tblPr></w:style>",
        _style(TITLE, "Title", font="方正小标宋简体", size=22, paragraph=f'<w:keepNext/>{_FLUSH_SPACED}<w:jc w:val="center"/>', run=_NO_TIGHT),
        _style("Heading1", "heading 1", font="黑体", paragraph='<w:keepNext/><w:outlineLvl w:val="0"/>'),
        _style("Heading2", "heading 2", font="楷体_GB2312", paragraph='<w:keepNext/><w:outlineLvl w:val="1"/>'),
        _style("Heading3", "heading 3", font=BODY_FONT, paragraph='<w:keepNext/><w:outlineLvl w:val="2"/>'),
        _style(TOC, "toc 1", size=14, paragraph='<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8820"/></w:tabs>' + _FLUSH),
        _style(CAPTION, "caption", font="黑体", size=12, paragraph=f'{loose}{_FLUSH}<w:jc w:val="center"/>', run=_NO_TIGHT),
        _style(CELL, "Fk Cell", size=10.5, paragraph=f'{single}{_FLUSH}<w:jc w:val="left"/>', run=_NO_TIGHT),
        _style(FIGURE, "Fk Figure", paragraph=f'{loose}{_FLUSH}<w:jc w:val="center"/>', run=_NO_TIGHT),
        _style(NOTE, "Fk Note", size=10.5, paragraph=f'{loose}{_FLUSH}<w:jc w:val="left"/>', run=_NO_TIGHT),
        _style(VERBATIM, "Fk Verbatim", size=12, paragraph=f"{single}{_FLUSH}", run=_NO_TIGHT),
        _style("Header", "header", font="黑体", size=14, paragraph=f'{single}{_FLUSH}<w:jc w:val="center"/>', run=_NO_TIGHT + '<w:color w:val="A8322D"/>'),
        _style("Footer", "footer", font="宋体", size=14, paragraph=single, run=_NO_TIGHT),
    )


_NO_TIGHT = '<w:spacing w:val="0"/>'
# Off the grid of 22 lines, or two lines of a title stand two lines of the grid apart.
_FLUSH_SPACED = f'<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="300" w:line="{(35 * 20)}" w:lineRule="exact"/><w:ind w:firstLine="0" w:firstLineChars="0"/>'


def font_table_xml(namespace: str) -> bytes:
    """Return the font table: every font we name with the names of its stand-ins."""
    entries = "".join(f'<w:font w:name="{name}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
                      '<w:pitch w:val="variable"/></w:font>' for name, others in STAND_INS.items())
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts xmlns:w="{namespace}">{entries}</w:fonts>'.encode()
