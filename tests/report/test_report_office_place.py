"""Where our text goes in an office's template: one paragraph of its own, no code, and a page with room for it.

python-docx, reading the finished document, is the witness.
"""

import re
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.enum.section import WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from fangkong_lab.errors import BadInput
from fangkong_lab.report.office import check_template, in_template


def test_a_section_that_ends_at_the_placeholder_is_kept_and_its_page_counts(tmp_path, changed, framed):
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

    made = Document(BytesIO(in_template(changed(tmp_path, landscape), framed)))
    assert [round(s.page_width / Mm(1)) for s in made.sections] == [297, 210]
    margins = (made.sections[0].left_margin + made.sections[0].right_margin) / Mm(1)
    assert sum(int(c.get(qn("w:w"))) for c in made.tables[0]._tbl.tblGrid) / 1440 * 25.4 == pytest.approx(297 - margins, abs=0.2)


@pytest.mark.parametrize(("lines", "words"), [
    (("{{ 标题 }}",), "没有「{{ 正文 }}」"), (("{{ 正文 }}", "{{ 姓名 }}"), "不认识的变量「姓名」"),
    (("{% if %}", "{{ 正文 }}"), "花括号的写法有误：「{% if %}」"), (("{{ 标题", "{{ 正文 }}"), "花括号的写法有误：「{{ 标题」"),
    (("{{ 正 文 }}",), "花括号的写法有误：「{{ 正 文 }}」"), (("｛｛正文｝｝",), "写的是「｛｛正文｝｝」"), (("{正文}",), "用半角的花括号，左右各两个"),
    (("{% for n in range(9) %}", "{{ 正文 }}", "{% endfor %}"), "花括号的写法有误：「{% for n in range(9) %}」"),
    (("{{ 1/0 }}", "{{ 正文 }}"), "花括号的写法有误：「{{ 1/0 }}」"), (("{{ 标题.upper() }}", "{{ 正文 }}"), "花括号的写法有误：「{{ 标题.upper() }}」"),
    (("{{p 标题 }}", "{{ 正文 }}"), "花括号的写法有误：「{{p 标题 }}」"), (("{{- 标题 -}}", "{{ 正文 }}"), "花括号的写法有误：「{{- 标题 -}}」"),
    (("{# 注 #}", "{{ 正文 }}"), "花括号的写法有误：「{# 注 #}」"), (("{{ 标题 }} }}", "{{ 正文 }}"), "花括号的写法有误：「{{ 标题 }} }}」"),
    (("正文：{{ 正文 }}",), "没有单独成段（这一段是「正文：{{ 正文 }}」）"), (("{{ 正文 }}", "{{ 正文 }}"), "有2处「{{ 正文 }}」")])
def test_a_wrong_template_is_refused_by_what_is_wrong(tmp_path, lines, words, template):
    with pytest.raises(BadInput, match=re.escape(words)) as caught:
        check_template(template(tmp_path, *lines))
    assert "公文.docx" in str(caught.value)
    assert caught.value.mend


@pytest.mark.parametrize("code", ["{{ 1/0 }}", "{% for n in range(9) %}{% endfor %}", "{{ 姓名 }}", "{{ 标题", "{# 注 #}"])
@pytest.mark.parametrize("place", ["property", "alternative text"])
def test_no_code_is_run_wherever_it_stands(tmp_path, code, place, changed):
    """docxtpl fills in document properties and whatever stands in the document's XML, seen or not."""
    def hidden(document):
        paragraph = document.add_paragraph("{{ 正文 }}")
        if place == "property":
            document.core_properties.subject = code
        else:
            document.add_paragraph()._p.append(parse_xml(f'<w:bookmarkStart {nsdecls("w")} w:id="7" w:name="{code}"/>'))
            assert paragraph.text == "{{ 正文 }}"

    with pytest.raises(BadInput, match="花括号的写法有误"):
        check_template(changed(tmp_path, hidden))


def _in_cell(document):
    document.add_table(1, 1).cell(0, 0).text = "{{ 正文 }}"


def _in_head(document):
    document.sections[0].header.paragraphs[0].text = "{{ 正文 }}"


def _in_box(document):
    document.add_paragraph()._p.append(parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>{{{{ 正文 }}}}</w:t></w:r></w:p>'
        "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"))


@pytest.mark.parametrize(("change", "words"), [(_in_cell, "写在表格里"), (_in_head, "写在页眉或页脚里"), (_in_box, "写在文本框里")])
def test_a_placeholder_where_no_long_text_can_stand_is_refused(tmp_path, change, words, changed):
    with pytest.raises(BadInput, match=words) as caught:
        check_template(changed(tmp_path, change))
    assert "单独成段" in caught.value.mend


def test_short_fields_may_stand_in_cells_heads_and_boxes(tmp_path, changed, framed):
    def everywhere(document):
        document.add_table(1, 1).cell(0, 0).text = "{{ 标题 }}"
        document.sections[0].footer.paragraphs[0].text = "{{ 办公室 }}"
        document.add_paragraph("{{ 正文 }}")

    made = Document(BytesIO(in_template(changed(tmp_path, everywhere), framed)))
    assert made.tables[0].cell(0, 0).text == framed.title
    assert made.sections[0].footer.paragraphs[0].text == "试验研究室"


def _measured(changed, tmp_path: Path, **measures: str) -> Path:
    """A template whose page measures are written as given: side → text."""
    def write(document):
        margins = document.sections[0]._sectPr.find(qn("w:pgMar"))
        for side, said in measures.items():
            margins.set(qn(f"w:{side}"), said)
        document.add_paragraph("{{ 正文 }}")

    return changed(tmp_path, write)


def test_measures_with_units_are_read(tmp_path, framed, changed):
    """31 mm on both sides of a Letter page (215.9 mm wide, python-docx's own): 153.9 mm for the table."""
    made = Document(BytesIO(in_template(_measured(changed, tmp_path, left="31mm", right="3.1cm", top="-1in"), framed)))
    assert sum(int(c.get(qn("w:w"))) for c in made.tables[0]._tbl.tblGrid) / 1440 * 25.4 == pytest.approx(215.9 - 62, abs=0.2)
    with pytest.raises(BadInput, match="尺寸看不懂") as caught:
        check_template(_measured(changed, tmp_path, left="宽"))
    assert "公文.docx" in str(caught.value)


def test_a_page_without_room_for_a_chart_is_refused(tmp_path, changed):
    for measures in ({"left": "80mm", "right": "80mm"}, {"top": "110mm", "bottom": "110mm"}):
        with pytest.raises(BadInput, match="版心太小，放不下图表"):
            check_template(_measured(changed, tmp_path, **measures))


def test_columns_that_say_no_space_have_words_own(tmp_path, changed, framed):
    """Two columns on a page of 12240 twips with margins of 1800: (8640 − 720) / 2."""
    def columns(document):
        cols = document.sections[0]._sectPr.find(qn("w:cols"))
        cols.attrib.clear()
        cols.set(qn("w:num"), "2")
        document.add_paragraph("{{ 正文 }}")

    made = Document(BytesIO(in_template(changed(tmp_path, columns), framed)))
    assert sum(int(c.get(qn("w:w"))) for c in made.tables[0]._tbl.tblGrid) == pytest.approx(3960, abs=3)
