"""An office's own template: its letterhead, styles, page and page numbers kept, our text fitted in; wrong templates refused by what is wrong.

python-docx and LibreOffice, each reading the finished document on its own, are the witnesses.
"""

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from fangkong_lab.cli.main import main
from fangkong_lab.report.content import Content
from fangkong_lab.report.libreoffice import pdf_of
from fangkong_lab.report.office import in_template

# As Chinese Word numbers its built-in styles.
IDS = {"Normal": "a", "heading 1": "1", "heading 2": "2", "header": "a3", "footer": "a4"}


def restyled(document) -> None:
    """Give the styles the ids of Chinese Word and keep only those a letterhead has."""
    for style in list(document.styles):
        if style.name not in ("Normal", "Heading 1", "Header", "Footer", "Default Paragraph Font", "Normal Table", "Table Grid"):
            style.element.getparent().remove(style.element)
    root = document.styles.element
    ids = {s.get(qn("w:styleId")): IDS.get(s.find(qn("w:name")).get(qn("w:val"))) for s in root.findall(qn("w:style"))}
    for element in root.iter(qn("w:style"), qn("w:basedOn"), qn("w:next"), qn("w:link")):
        key = qn("w:styleId") if element.tag == qn("w:style") else qn("w:val")
        if ids.get(element.get(key)):
            element.set(key, ids[element.get(key)])


def body_style(document):
    style = document.styles.add_style("公文正文", WD_STYLE_TYPE.PARAGRAPH)
    style.font.size, style.paragraph_format.first_line_indent = Pt(15), Pt(30)
    style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(0), Pt(27)
    style.element.get_or_add_rPr().append(parse_xml(f'<w:rFonts {nsdecls("w")} w:ascii="华文仿宋" w:eastAsia="华文仿宋" w:hAnsi="华文仿宋"/>'))


def letterhead(path: Path) -> Path:
    """A red head, 文号, tables before and after the text, a place for the seal, a first page of its own, page numbers of its own."""
    document = Document()
    restyled(document)
    body_style(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(35)
    section.different_first_page_header_footer = True
    foot = section.footer.paragraphs[0]
    foot._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
    foot.add_run("/本单位页码")
    document.add_table(1, 2).cell(0, 0).text = "份号：000001"
    document.add_paragraph("某县纪委监委文件").runs[0].font.color.rgb = RGBColor(200, 0, 0)
    document.add_paragraph("某纪研〔2016〕  号")
    document.add_paragraph("{{ 标题 }}")
    split = document.add_paragraph()
    for piece in ("（评估基准日：{", "{ 日", "期 }", "}）"):
        split.add_run(piece)
    document.add_paragraph("{{ 目录 }}")
    place = document.add_paragraph(style="公文正文")
    for piece in ("{{ 正", "文 }}"):
        place.add_run(piece).font.color.rgb = RGBColor(0, 0, 255)
    document.add_paragraph("{{ 办公室 }}（印章）")
    document.add_table(1, 1).cell(0, 0).text = "抄送：各派驻组"
    document.save(path)
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory, framed) -> bytes:
    return in_template(letterhead(tmp_path_factory.mktemp("office") / "红头.docx"), framed)


@pytest.fixture(scope="module")
def document(finished):
    return Document(BytesIO(finished))


def test_the_letterhead_stays_and_the_fields_are_filled(document, framed):
    texts = [p.text for p in document.paragraphs if p.text]
    assert texts[:4] == ["某县纪委监委文件", "某纪研〔2016〕  号", framed.title, "（评估基准日：2016年12月31日）"]
    assert texts[-1] == "试验研究室（印章）"
    assert [t.cell(0, 0).text for t in document.tables] == ["份号：000001", "编号", "抄送：各派驻组"]
    assert not any(c in "".join(texts) for c in "{}\ue000\ue001")
    assert texts.index("目　录") < texts.index("共三项。")


def test_our_text_has_the_offices_styles_by_name_whatever_their_ids(document):
    """Body text is as the paragraph of the placeholder, without the colour that made it stand out."""
    styles = {p.text: p.style for p in document.paragraphs if p.text}
    body = styles["共三项。"]
    assert body.base_style.name == "公文正文"
    assert body.font.color.rgb is None
    heading = next(p for p in document.paragraphs if p.text == "一、情况" and p.style.name == "Heading 1")
    assert heading.style.style_id == "1"
    assert styles["（一）又一层"].name == "Heading 2", "the template has no second level: ours, on top of its body text"
    assert styles["（一）又一层"].base_style.style_id == body.style_id
    all_names = [s.find(qn("w:name")).get(qn("w:val")).casefold() for s in document.styles.element.findall(qn("w:style"))]
    assert len(all_names) == len(set(all_names)), "no style twice"
    known = {s.get(qn("w:styleId")) for s in document.styles.element.findall(qn("w:style"))}
    used = {e.get(qn("w:val")) for e in document.element.body.iter(qn("w:pStyle"), qn("w:tblStyle"))}
    assert used <= known


def test_tables_pictures_and_numbers_fit_into_the_document(document):
    wide = (210 - 70) / 25.4 * 1440
    table = document.tables[1]
    assert sum(int(c.get(qn("w:w"))) for c in table._tbl.tblGrid) == pytest.approx(wide, abs=3)
    (shape,) = document.inline_shapes
    assert shape.width / Mm(1) == pytest.approx(140, abs=0.5)
    marks = [e.get(qn("w:id")) for e in document.element.body.iter(qn("w:bookmarkStart"))]
    assert len(marks) == len(set(marks)) == 3
    links = {e.get(qn("w:anchor")) for e in document.element.body.iter(qn("w:hyperlink"))}
    assert links <= {e.get(qn("w:name")) for e in document.element.body.iter(qn("w:bookmarkStart"))}


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on PATH")
def test_every_rendered_page_has_the_marks_and_the_offices_own_number(finished, tmp_path):
    made = tmp_path / "x.pdf"
    made.write_bytes(pdf_of(finished, tmp_path))
    text = subprocess.run(["pdftotext", "-layout", str(made), "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")[:-1]
    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert page.count("模拟数据") == 1
        assert page.count("内部") == 1 + (number == 1), "the title of page one says it too"
        assert (f"{number}/本单位页码" in page.replace(" ", "")) == (number > 1), "its first page has none"
        assert "—" not in page
    assert all(c in text for c in "喆龑㙍")
    assert sum(bool(re.search(r"编号\s+事项\s+数量", page)) for page in pages) >= 2, "repeated table head"


def test_marks_are_added_only_where_they_are_missing(tmp_path, template, changed, framed):
    """The head of ordinary pages has them, that of even pages not, and the second section has a head of its own."""
    def sections(document):
        document.settings.odd_and_even_pages_header_footer = True
        document.sections[0].header.paragraphs[0].text = "{{ 标志 }}"
        document.add_paragraph("{{ 正文 }}")
        document.add_section(WD_SECTION.NEW_PAGE).header.is_linked_to_previous = False

    made = Document(BytesIO(in_template(changed(tmp_path, sections), framed)))
    first, second = made.sections
    for head in (first.header, first.even_page_header, second.header, second.even_page_header):
        assert [p.text for p in head.paragraphs if p.text] == ["模拟数据 · 内部"]
    assert [p.text for p in made.paragraphs if p.text][:2] == [framed.title, "一、情况"], "the marks not once more before the text"
    unmarked = Document(BytesIO(in_template(template(tmp_path, "{{ 正文 }}"), Content(framed.title, framed.parts))))
    assert unmarked.sections[0].header.is_linked_to_previous, "nothing to say: nothing added"


def test_the_title_is_in_the_document_once_whatever_the_template_has(tmp_path, template, changed, framed):
    def said(*lines: str, head: str = "") -> int:
        def lay(document):
            document.sections[0].header.paragraphs[0].text = head
            for text in lines:
                document.add_paragraph(text)

        made = Document(BytesIO(in_template(changed(tmp_path, lay), framed)))
        texts = [p.text for p in (*made.paragraphs, *made.sections[0].header.paragraphs)]
        return "|".join(t.replace("\n", "") for t in texts).count(framed.title)

    assert said("{{ 正文 }}") == 1, "nobody else says it: our own heading stays"
    assert said("{{ 标题 }}", "{{ 正文 }}") == 1
    assert said("{{ 正文 }}", head="{{ 标题 }}") == 1
    alone = Document(BytesIO(in_template(template(tmp_path, "{{ 正文 }}"), framed)))
    assert next(p.style.name for p in alone.paragraphs if p.text) == "Title"


def test_a_report_made_so_can_be_the_next_template(tmp_path, finished, framed):
    """Somebody keeps last year's report, and types the placeholder over its text: no style twice, none on top of itself."""
    old = Document(BytesIO(finished))
    next(p for p in old.paragraphs if p.text == "共三项。").text = "{{ 正文 }}"
    old.save(tmp_path / "去年.docx")
    made = Document(BytesIO(in_template(tmp_path / "去年.docx", framed)))
    ids = [s.get(qn("w:styleId")) for s in made.styles.element.findall(qn("w:style"))]
    assert len(ids) == len(set(ids))
    body = next(p for p in made.paragraphs if p.text == "共三项。").style
    assert [body.style_id, body.base_style.style_id, body.base_style.base_style.name] == ["FkBody1", "FkBody", "公文正文"]
    numbers = [e.get("id") for e in made.element.body.iter(qn("wp:docPr"))]
    assert len(numbers) == len(set(numbers)) == 2


def test_the_command_looks_at_the_template_before_anything_runs(workspace, tmp_path, monkeypatch, capsys, template):
    monkeypatch.chdir(workspace.root)
    bad, good = template(tmp_path, "{{ 标题 }}"), tmp_path / "好.docx"
    letterhead(good)
    words = ["report", "--model", "扬中", "--quiet", "--workers", "1"]
    assert main([*words, "--formats", "docx", "--template", str(bad)]) == 3
    assert "没有「{{ 正文 }}」" in capsys.readouterr().err
    assert main([*words, "--template", str(good)]) == 2
    assert "只用于 docx" in capsys.readouterr().err
    assert not workspace.reports_dir.exists(), "nothing was begun"
    assert main([*words, "--formats", "docx,pdf", "--template", str(good)]) == 0
    assert "不用公文模板" in capsys.readouterr().out
    (made,) = workspace.reports_dir.rglob("*.docx")
    assert Document(str(made)).paragraphs[0].text == "某县纪委监委文件"
