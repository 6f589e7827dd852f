"""DOCX and PDF: the GB/T 9704-2012 page as measured on the rendered page, captions, repeated heads, whole pictures, rare characters."""

import hashlib
import re
import shutil
import subprocess
import zipfile
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from fangkong_lab.report.content import Content, Heading, Items, Paragraph, Picture, Span, Table
from fangkong_lab.report.hashes import docx_hash, pdf_hash
from fangkong_lab.report.layout import Room, column_widths, em_width, picture_mm, title_lines
from fangkong_lab.report.libreoffice import pdf_of
from fangkong_lab.report.pdf import missing_characters, pdf
from fangkong_lab.report.word import docx
from fangkong_lab.show.canvas import canvas, png

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on PATH")


def line(text: str) -> tuple[Span, ...]:
    return (Span(text),)


def picture(height_mm: float = 60) -> Picture:
    with canvas(height_mm) as (figure, axes):
        axes[0].bar(["甲", "乙"], [1, 2])
        return Picture(png(figure), "两个单位", "条形图：乙是甲的两倍", "来源：试验")


def content(*parts, marks=("模拟数据", "内部")) -> Content:
    return Content("喆龑㙍县廉政风险防控评估报告（纪委内部）", (Heading(1, line("喆龑㙍县廉政风险防控评估报告（纪委内部）"), "fk-1"), *parts), "试验研究室",
                   marks, "2016-12-31")


LONG = Table(("编号", "事项", "数量"), tuple((f"S{n:04d}", "干部任用" * 3, str(n)) for n in range(80)), (False, False, True), "很长的表", "只作试验。")
REPORT = content(Heading(2, line("一、情况"), "fk-2"), Paragraph((Span("共"), Span("3", bold=True), Span("项。“引号”——破折号…"))), LONG, picture(),
                 Heading(2, line("二、名字"), "fk-3"), Items((line("喆、龑、㙍"), line("第二条")), ordered=True))


@pytest.fixture(scope="module")
def typeset(tmp_path_factory) -> bytes:
    return pdf(REPORT, tmp_path_factory.mktemp("typst"))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> bytes:
    return pdf_of(docx(REPORT), tmp_path_factory.mktemp("office"))


def pages(data: bytes, tmp_path, *options: str) -> list[str]:
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    done = subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, text=True, check=True)
    return done.stdout.split("\f")[:-1]


def body_lines(page: str) -> list[str]:
    return [t.strip().replace(" ", "") for t in page.splitlines() if "国" in t]


FULL = Content("", (Paragraph(line("国" * (28 * 22 * 2 - 2))),), "", (), "")


@needs_poppler
@pytest.mark.parametrize("maker", ["typst", pytest.param("libreoffice", marks=pytest.mark.libreoffice)])
def test_a_page_has_22_lines_of_28_characters(maker, tmp_path):
    """Poppler reads the rendered page; the first line starts two characters in."""
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    made = pdf(FULL, pieces) if maker == "typst" else pdf_of(docx(FULL), pieces)
    read = [body_lines(p) for p in pages(made, tmp_path, "-layout")]
    assert [[len(t) for t in page] for page in read] == [[26] + [28] * 21, [28] * 22]


@needs_poppler
@pytest.mark.parametrize("maker", ["typeset", pytest.param("rendered", marks=pytest.mark.libreoffice)])
def test_marks_and_outer_page_numbers_stand_on_every_page(maker, request, tmp_path):
    made = pages(request.getfixturevalue(maker), tmp_path, "-layout")
    assert len(made) >= 3
    for number, page in enumerate(made, start=1):
        assert "模拟数据" in page
        assert "内部" in page
        foot = page.rstrip().splitlines()[-1]
        assert foot.replace(" ", "") == f"—{number}—"
        assert (len(foot) - len(foot.lstrip()) > 20) == (number % 2 == 1), "outer side"


@needs_poppler
@pytest.mark.parametrize("maker", ["typeset", pytest.param("rendered", marks=pytest.mark.libreoffice)])
def test_rare_characters_captions_and_repeated_heads(maker, request, tmp_path):
    made = pages(request.getfixturevalue(maker), tmp_path, "-layout")
    whole = re.sub(r"[ \u3000]", "", "".join(made))
    assert all(c in whole for c in "喆龑㙍")
    assert "表1很长的表" in whole
    assert "图1两个单位" in whole
    on_pages = [p for p in made if re.search(r"S00\d\d", p)]
    assert len(on_pages) >= 2
    assert all(re.search(r"编号\s+事项\s+数量", p) for p in on_pages)
    assert all(f"S{n:04d}" in whole for n in range(80))


def test_no_character_is_a_box(typeset, tmp_path):
    """Fonts are embedded and are ours; what they lack is told, character by character."""
    assert missing_characters(REPORT) == ""
    assert missing_characters(content(Paragraph(line("𪚥喆")))) == "𪚥"
    if shutil.which("pdffonts"):
        path = tmp_path / "x.pdf"
        path.write_bytes(typeset)
        fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
        assert fonts
        assert all("NotoS" in f and " yes yes " in f for f in fonts)


def test_the_page_is_the_measured_one():
    document = Document(BytesIO(docx(REPORT)))
    section = document.sections[0]
    measured = [section.page_width, section.page_height, section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(m / Mm(1), 1) for m in measured] == [210, 297, 37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "lines"
    body = document.styles["Normal"]
    assert body.element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert body.font.size.pt == 16
    assert abs(body.paragraph_format.line_spacing.pt - 28.95) < 0.05
    assert document.settings.odd_and_even_pages_header_footer


def test_headings_contents_captions_and_alt_text_are_real():
    document = Document(BytesIO(docx(REPORT)))
    styles = {p.text: p.style.style_id for p in document.paragraphs}
    assert styles["一、情况"] == "Heading1"
    assert any(p.style.style_id == "FkTitle" for p in document.paragraphs)
    instructions = "".join(t.text for t in document.element.iter(qn("w:instrText")))
    assert "TOC " in instructions
    assert "SEQ 表" in instructions
    assert "SEQ 图" in instructions
    links = [e.get(qn("w:anchor")) for e in document.element.iter(qn("w:hyperlink"))]
    marks = {e.get(qn("w:name")) for e in document.element.iter(qn("w:bookmarkStart"))}
    assert len(links) == 2
    assert set(links) <= marks
    assert [e.get("descr") for e in document.element.iter(qn("wp:docPr"))] == ["条形图：乙是甲的两倍"]
    assert document.tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_fonts_are_named_with_stand_ins_and_no_theme_font_is_left():
    with zipfile.ZipFile(BytesIO(docx(REPORT))) as package:
        table = package.read("word/fontTable.xml").decode()
        styles = package.read("word/styles.xml").decode()
        text = package.read("word/document.xml").decode()
    assert re.search('w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong', table)
    assert "Theme=" not in styles + text
    hinted = re.findall(r'<w:rFonts w:hint="eastAsia"/></w:rPr><w:t[^>]*>([^<]*)<', text)
    assert set("".join(hinted)) == set("“”——…")


@pytest.mark.libreoffice
def test_pictures_are_whole_on_the_rendered_page(rendered, tmp_path):
    """The picture's height on the page, found by its pixels in the rendering, is what was drawn (60 mm), not one line."""
    if shutil.which("pdfimages") is None:
        pytest.skip("no pdfimages on PATH")
    path = tmp_path / "x.pdf"
    path.write_bytes(rendered)
    listed = subprocess.run(["pdfimages", "-list", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    width, height, x_ppi, y_ppi = (int(float(listed[0].split()[k])) for k in (3, 4, 12, 13))
    assert height / y_ppi * 25.4 == pytest.approx(60, abs=1)
    assert width / x_ppi * 25.4 == pytest.approx(156, abs=1.5)


def test_the_same_content_gives_the_same_bytes(typeset, tmp_path):
    assert docx(REPORT) == docx(REPORT)
    again = tmp_path / "again"
    again.mkdir()
    assert hashlib.sha256(pdf(REPORT, again)).digest() == hashlib.sha256(typeset).digest()


@pytest.mark.libreoffice
def test_content_hashes_pass_over_dates_and_ids(rendered, tmp_path):
    assert pdf_hash(pdf_of(docx(REPORT), tmp_path)) == pdf_hash(rendered)
    old = BytesIO(docx(REPORT))
    resaved = BytesIO()
    Document(old).save(resaved)
    assert resaved.getvalue() != old.getvalue()
    assert docx_hash(resaved.getvalue()) == docx_hash(docx(REPORT))


def test_columns_share_the_page():
    assert sum(column_widths(LONG)) == pytest.approx(1)
    wide = Table(("编号", "说明"), (("S07003", "很长的说明" * 30),), (False, False))
    code, text = column_widths(wide)
    assert code * 156 / 25.4 * 72 / 10.5 >= em_width("S07003"), "a code is never broken"
    assert text > code


def test_codes_and_numbers_stay_in_one_piece_where_text_can_break():
    """Six columns of text that all want more than a sixth beside one of intervals: the interval is not torn at its dash."""
    texts = tuple(f"名称{'很长' * 6}" for _ in range(6))
    table = Table(("次序", *"甲乙丙丁戊己"), (("10 (1–25)", *texts),), (False,) * 7)
    shares = column_widths(table)
    assert sum(shares) == pytest.approx(1)
    assert shares[0] * 156 / 25.4 * 72 / 10.5 >= em_width("10 (1–25)") + 0.67, "with the margins of a cell"
    assert len({round(s, 6) for s in shares[1:]}) == 1
    codes = Table(tuple("甲乙丙丁"), (("x" * 40,) * 3 + ("字" * 40,),), (False,) * 4)
    assert column_widths(codes) == pytest.approx([0.25] * 4), "too many codes: nobody comes first"


def test_codes_inside_text_stay_whole_in_narrow_columns():
    """Eight columns on a page with wide margins: each wants more than its share, and none gets less than its code."""
    codes = ("F07000／2", "2017-01-01", "X1", "X2")
    row = tuple(f"{code}的说明{'很长' * 8}" for code in codes * 2)
    page = Room(130.0, 180.0)
    shares = column_widths(Table(tuple("甲乙丙丁戊己庚辛"), (row,), (False,) * 8), page)
    assert sum(shares) == pytest.approx(1)
    for share, code in zip(shares, codes * 2, strict=True):
        assert share * 130 / 25.4 * 72 / 9 >= em_width(code) + 0.67, f"{code}, with the margins of a cell"
    torn = Table(tuple("甲乙丙丁"), (("X" * 40 + "字",) * 4,), (False,) * 4)
    assert column_widths(torn) == pytest.approx([0.25] * 4), "no room for all: nobody comes first"


def test_titles_break_before_the_bracket_and_pictures_fit():
    assert title_lines("模拟县民政局廉政风险防控评估报告（纪委内部）") == ("模拟县民政局廉政风险防控评估报告", "（纪委内部）")
    assert title_lines("短题") == ("短题",)
    assert picture_mm(picture(400))[1] == pytest.approx(180)
    assert picture_mm(picture(60)) == pytest.approx((156, 60), abs=0.6)
