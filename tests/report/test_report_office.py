"""An office's own template: its letterhead, styles, page and page numbers kept, our text fitted in; wrong templates refused by what is wrong.

python-docx and LibreOffice, each reading the finished document on its own, are the witnesses.
"""

import hashlib
import re
import shutil
import subprocess
import zipfile
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
from fangkong_lab.errors import BadInput
from fangkong_lab.report.content import Content, Heading, Paragraph, Picture, Span, Table
from fangkong_lab.report.libreoffice import pdf_of
from fangkong_lab.report.office import check_template, in_template
from fangkong_lab.report.office_file import find_template
from fangkong_lab.show.canvas import canvas, png

# As Chinese Word numbers its built-in styles.
IDS = {"Normal": "a", "heading 1": "1", "heading 2": "2", "header": "a3", "footer": "a4"}


def line(text: str) -> tuple[Span, ...]:
    return (Span(text),)


def picture() -> Picture:
    with canvas(60) as (figure, axes):
        axes[0].bar(["甲", "乙"], [1, 2])
        return Picture(png(figure), "两个单位", "条形图：乙是甲的两倍", "来源：试验")


TITLE = "喆龑㙍县廉政风险防控评估报告（纪委内部）"
LONG = Table(("编号", "事项", "数量"), tuple((f"S{n:04d}", "干部任用" * 3, str(n)) for n in range(80)), (False, False, True), "很长的表", "只作试验。")
REPORT = Content(TITLE, (Heading(1, line(TITLE), "fk-1"), Heading(2, line("一、情况"), "fk-2"), Paragraph(line("共三项。")), LONG, picture(),
                         Heading(2, line("二、名字"), "fk-3"), Heading(3, line("（一）又一层"), "fk-4"), Paragraph(line("喆、龑、㙍"))),
                 "试验研究室", ("模拟数据", "内部"), "2016-12-31")


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
def finished(tmp_path_factory) -> bytes:
    return in_template(letterhead(tmp_path_factory.mktemp("office") / "红头.docx"), REPORT)


@pytest.fixture(scope="module")
def document(finished):
    return Document(BytesIO(finished))


def names(document) -> dict[str, str]:
    return {p.text: p.style.name for p in document.paragraphs if p.text}


def test_the_letterhead_stays_and_the_fields_are_filled(document):
    texts = [p.text for p in document.paragraphs if p.text]
    assert texts[:4] == ["某县纪委监委文件", "某纪研〔2016〕  号", TITLE, "（评估基准日：2016年12月31日）"]
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


def template(tmp_path: Path, *lines: str) -> Path:
    document = Document()
    for text in lines:
        document.add_paragraph(text)
    path = tmp_path / "公文.docx"
    document.save(path)
    return path


def changed(tmp_path: Path, change) -> Path:
    """A template with a place for the text, then *change*d."""
    document = Document()
    change(document)
    path = tmp_path / "公文.docx"
    document.save(path)
    return path


def test_marks_are_added_only_where_they_are_missing(tmp_path):
    """The head of ordinary pages has them, that of even pages not, and the second section has a head of its own."""
    def sections(document):
        document.settings.odd_and_even_pages_header_footer = True
        document.sections[0].header.paragraphs[0].text = "{{ 标志 }}"
        document.add_paragraph("{{ 正文 }}")
        document.add_section(WD_SECTION.NEW_PAGE).header.is_linked_to_previous = False

    made = Document(BytesIO(in_template(changed(tmp_path, sections), REPORT)))
    first, second = made.sections
    for head in (first.header, first.even_page_header, second.header, second.even_page_header):
        assert [p.text for p in head.paragraphs if p.text] == ["模拟数据 · 内部"]
    assert next(p.text for p in made.paragraphs if p.text) == "一、情况", "not once more before the text"
    unmarked = Document(BytesIO(in_template(template(tmp_path, "{{ 正文 }}"), Content(TITLE, REPORT.parts))))
    assert unmarked.sections[0].header.is_linked_to_previous, "nothing to say: nothing added"


def test_a_section_that_ends_at_the_placeholder_is_kept_and_its_page_counts(tmp_path):
    """A landscape section for the text: tables and pictures are sized for it."""
    def landscape(document):
        section = document.sections[0]
        section.page_width, section.page_height = Mm(297), Mm(210)
        document.add_paragraph("{{ 正文 }}")
        last = document.add_section(WD_SECTION.NEW_PAGE)
        last.page_width, last.page_height = Mm(210), Mm(297)
        break_ = document.paragraphs[1]._p
        document.paragraphs[0]._p.get_or_add_pPr().append(break_.pPr.find(qn("w:sectPr")))
        break_.getparent().remove(break_)

    made = Document(BytesIO(in_template(changed(tmp_path, landscape), REPORT)))
    assert [round(s.page_width / Mm(1)) for s in made.sections] == [297, 210]
    margins = (made.sections[0].left_margin + made.sections[0].right_margin) / Mm(1)
    assert sum(int(c.get(qn("w:w"))) for c in made.tables[0]._tbl.tblGrid) / 1440 * 25.4 == pytest.approx(297 - margins, abs=0.2)


def test_a_word_template_file_is_read_as_its_document(tmp_path):
    path = template(tmp_path, "{{ 正文 }}")
    dotx = tmp_path / "公文.dotx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(dotx, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"wordprocessingml.document.main+xml", b"wordprocessingml.template.main+xml"))
    with pytest.raises(ValueError, match="not a Word file"):
        Document(str(dotx))
    assert any(p.text == "共三项。" for p in Document(BytesIO(in_template(dotx, REPORT))).paragraphs)


@pytest.mark.parametrize(("lines", "words"), [
    (("{{ 标题 }}",), "没有「{{ 正文 }}」"), (("{{ 正文 }}", "{{ 姓名 }}"), "不认识的变量「姓名」"),
    (("{% if %}", "{{ 正文 }}"), "花括号的写法有误：「{% if %}」"), (("{{ 标题", "{{ 正文 }}"), "花括号的写法有误：「{{ 标题」"),
    (("{{ 正 文 }}",), "花括号的写法有误：「{{ 正 文 }}」"), (("｛｛正文｝｝",), "写的是「｛｛正文｝｝」"), (("{正文}",), "花括号要用半角，左右各两个"),
    (("正文：{{ 正文 }}",), "没有单独成段（这一段是「正文：{{ 正文 }}」）"), (("{{ 正文 }}", "{{ 正文 }}"), "有2处「{{ 正文 }}」")])
def test_a_wrong_template_is_refused_by_what_is_wrong(tmp_path, lines, words):
    with pytest.raises(BadInput, match=re.escape(words)) as caught:
        check_template(template(tmp_path, *lines))
    assert "公文.docx" in str(caught.value)
    assert caught.value.mend


def _in_cell(document):
    document.add_table(1, 1).cell(0, 0).text = "{{ 正文 }}"


def _in_head(document):
    document.sections[0].header.paragraphs[0].text = "{{ 正文 }}"


def _in_box(document):
    document.add_paragraph()._p.append(parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>{{{{ 正文 }}}}</w:t></w:r></w:p>'
        "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"))


@pytest.mark.parametrize(("change", "words"), [(_in_cell, "写在表格里"), (_in_head, "写在页眉或页脚里"), (_in_box, "写在文本框里")])
def test_a_placeholder_where_no_long_text_can_stand_is_refused(tmp_path, change, words):
    with pytest.raises(BadInput, match=words) as caught:
        check_template(changed(tmp_path, change))
    assert "单独成段" in caught.value.mend


def test_short_fields_may_stand_in_cells_heads_and_boxes(tmp_path):
    def everywhere(document):
        document.add_table(1, 1).cell(0, 0).text = "{{ 标题 }}"
        document.sections[0].footer.paragraphs[0].text = "{{ 办公室 }}"
        document.add_paragraph("{{ 正文 }}")

    made = Document(BytesIO(in_template(changed(tmp_path, everywhere), REPORT)))
    assert made.tables[0].cell(0, 0).text == TITLE
    assert made.sections[0].footer.paragraphs[0].text == "试验研究室"


def test_files_that_are_no_template_are_told_apart(tmp_path, monkeypatch):
    def said(name: str, data: bytes) -> str:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadInput) as caught:
            check_template(tmp_path / name)
        return str(caught.value)

    whole = template(tmp_path, "{{ 正文 }}").read_bytes()
    assert "旧版 .doc" in said("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert "不是 Word 文档" in said("页.docx", b"<html></html>")
    assert "已损坏" in said("半.docx", whole[:2000])
    assert "临时文件" in said("~$文.docx", b"\0" * 162)
    macros = BytesIO()
    with zipfile.ZipFile(macros, "w") as package:
        package.writestr("[Content_Types].xml", "application/vnd.ms-word.document.macroEnabled.main+xml")
    assert "带宏" in said("宏.docm", macros.getvalue())
    with pytest.raises(BadInput, match="没有这个公文模板"):
        check_template(tmp_path / "无.docx")
    monkeypatch.setattr(Path, "read_bytes", lambda self: (_ for _ in ()).throw(PermissionError(13, "in use", str(self))))
    with pytest.raises(BadInput, match="正被别的程序占用"):
        check_template(tmp_path / "公文.docx")


def test_a_report_made_so_can_be_the_next_template(tmp_path, finished):
    """Somebody keeps last year's report, and types the placeholder over its text: no style twice, none on top of itself."""
    old = Document(BytesIO(finished))
    next(p for p in old.paragraphs if p.text == "共三项。").text = "{{ 正文 }}"
    old.save(tmp_path / "去年.docx")
    made = Document(BytesIO(in_template(tmp_path / "去年.docx", REPORT)))
    ids = [s.get(qn("w:styleId")) for s in made.styles.element.findall(qn("w:style"))]
    assert len(ids) == len(set(ids))
    body = next(p for p in made.paragraphs if p.text == "共三项。").style
    assert [body.style_id, body.base_style.style_id, body.base_style.base_style.name] == ["FkBody1", "FkBody", "公文正文"]
    numbers = [e.get("id") for e in made.element.body.iter(qn("wp:docPr"))]
    assert len(numbers) == len(set(numbers)) == 2


def test_a_template_is_found_again_by_its_hash_wherever_it_lies(tmp_path):
    (tmp_path / "模板" / "新").mkdir(parents=True)
    (tmp_path / "reports").mkdir()
    path = template(tmp_path / "模板" / "新", "{{ 正文 }}")
    shutil.copy(path, tmp_path / "reports" / "报告.docx")
    wanted = hashlib.sha256(path.read_bytes()).hexdigest()
    assert find_template(tmp_path, wanted) == path
    assert find_template(tmp_path, "0" * 64) is None


def test_the_command_looks_at_the_template_before_anything_runs(workspace, tmp_path, monkeypatch, capsys):
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
