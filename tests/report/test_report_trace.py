"""领导问数: every traced number is the one the report prints, and its rows, read again from the senders' own workbooks, add up to it.

Witnesses: the report's HTML, read by a parser of its own; the workbooks, read by openpyxl; the generator's planted truth.
"""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from openpyxl import load_workbook

from fangkong_lab.cli.main import main
from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.measure.key_figure import MOST_NEAR
from fangkong_lab.report.asked import find_report
from fangkong_lab.report.elsewhere import NOT_SUMS, Traced
from fangkong_lab.report.status import LEDGER_NAME
from fangkong_lab.report.trace import Desk, NumberTrace
from fangkong_lab.workspace import Workspace, read_workspace

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "trace.schema.json").read_text(encoding="utf-8"))
AMOUNT_COLUMNS = {"recoveries": "本次实缴", "outcomes": "数值"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    """A workspace with the two-unit county and two reports of its second unit: for the discipline side, for the unit."""
    root = tmp_path_factory.mktemp("trace") / "办公室"
    assert main(["init", str(root), "--office", "试验研究室", "--as-of", "2016-12-31"]) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main(["demo-data", "--units", "2"]) == 0
        for audience in ("纪委内部", "被评估单位"):
            assert main(["report", "--unit", "U02", "--audience", audience, "--quiet", "--workers", "1"]) == 0
    return read_workspace(root)


@pytest.fixture(scope="module")
def traces(workspace) -> list[NumberTrace]:
    report = find_report(workspace, "模拟县财政局廉政风险防控评估报告（纪委内部）")
    return list(Desk(workspace, report).everything())


@pytest.fixture(scope="module")
def books(workspace) -> dict[str, object]:
    return {p.name: load_workbook(p, read_only=False) for p in (workspace.root / "data" / "demo").glob("*.xlsx")}


def cell(books, place, column: str):
    sheet = books[place.file][place.sheet]
    heads = [c.value for c in sheet[1]]
    return sheet.cell(place.row, heads.index(column) + 1).value


def test_the_families_are_all_there(traces):
    families = {t.figure.key.split("-")[0] for t in traces}
    assert families == {"覆盖", "风险", "权力制约", "预警", "监督执纪", "问题整改", "巡察", "款项", "监督义务"}
    assert len({t.figure.key for t in traces}) == len(traces)


def test_every_number_is_the_one_printed(traces, seen):
    page = seen(traces[0].report.page)
    printed = {row[0]: row[1] for row in page.rows if len(row) == 5}
    for made in traces:
        assert printed[made.figure.key] == made.printed == made.figure.value
        assert made.agrees
        assert "与报告所印一致" in made.sentence()
        assert made.sentence().startswith("【模拟数据】")


def test_rows_lie_in_the_senders_workbooks_and_add_up(traces, books):
    """Counts: as many places as rows. Sums: the amounts in the cells, read by openpyxl, add up to the printed value."""
    for made in traces:
        figure = made.figure
        lying = [made.where[r.table, r.key] for r in figure.rows]
        assert all(len(p) == 1 for p in lying)
        places = [p[0] for p in lying]
        assert len(set(places)) == len(figure.rows)
        column = AMOUNT_COLUMNS.get(figure.rows[0].table) if figure.rows else None
        if figure.key.endswith("年涉及金额") and figure.value != "未载":
            column = "年涉及金额"
        if column:
            total = round(sum(float(cell(books, p, column)) for p in places), 6)
            assert total == float(figure.value)
        elif figure.share:
            assert figure.value.startswith(f"{sum(r.low for r in figure.rows):g}/{len(places)}")
        elif figure.value == "未载":
            assert not places
        else:
            assert str(len(places)) == figure.value


def test_issues_are_judged_again_from_the_cells(traces, books):
    """到期已销号: in each of its rows the sender's own cells say due by and closed by the day."""
    made = next(t for t in traces if t.figure.key == "问题整改-到期已销号")
    for row in made.figure.rows:
        (place,) = made.where[row.table, row.key]
        assert str(cell(books, place, "整改期限"))[:10] <= "2016-12-31"
        assert str(cell(books, place, "销号日期"))[:10] <= "2016-12-31"
        assert cell(books, place, "问题编码") == row.key[0]


def test_network_counts_are_the_planted_ones(traces, workspace):
    truth = json.loads((workspace.root / "data" / "demo" / "truth.json").read_text(encoding="utf-8"))
    for key, planted in (("权力制约-单人可办结-项数", "kappa_none_1"), ("权力制约-单人可令办结-项数", "kappa_direct_1")):
        figure = next(t.figure for t in traces if t.figure.key == key)
        assert {r.key[0] for r in figure.rows} == {i for i in truth[planted] if i.startswith("S02")}


def test_last_year_is_the_same_figure_a_year_earlier(traces, books):
    """立案 of the second half: last year's is the cell of the same measure and unit, half a year labelled 2015."""
    made = next(t for t in traces if t.figure.key == "监督执纪-立案-件-2016年下半年")
    assert made.before is not None
    assert made.before.key == "监督执纪-立案-件-2015年下半年"
    (place,) = made.where[made.figure.rows[0].table, made.figure.rows[0].key]
    sheet = books[place.file][place.sheet]
    heads = [c.value for c in sheet[1]]
    wanted = [dict(zip(heads, r, strict=True)) for r in sheet.iter_rows(min_row=2, values_only=True)]
    (last,) = [r for r in wanted if r["单位编码"] == "U02" and r["指标"] == "立案" and str(r["期末"])[:10] == "2015-12-31"]
    assert float(last["数值"]) == float(made.before.value)
    assert "不是去年报告所印" in made.last_year()


def test_the_units_copy_has_no_counts_of_persons(workspace):
    report = find_report(workspace, "模拟县财政局廉政风险防控评估报告（被评估单位）")
    keys = {f.key.split("-")[0] for f in Desk(workspace, report).figures}
    assert keys == {"覆盖", "风险", "权力制约", "问题整改", "巡察", "款项", "监督义务"}
    page = report.page.read_text(encoding="utf-8")
    assert "监督执纪-立案" not in page
    assert "可用来反推人数" in page
    with pytest.raises(WrongCall, match=r"反推人数.*请在纪委内部册里查"):
        Desk(workspace, report).trace("监督执纪-立案-件-2016年下半年")


def test_parts_of_a_key_are_enough_and_near_ones_are_named(workspace):
    desk = Desk(workspace, find_report(workspace, "模拟县财政局廉政风险防控评估报告（纪委内部）"))
    assert desk.trace("核验率").figure.key == "问题整改-核验率"
    assert desk.trace("单人可办结 金额").figure.key == "权力制约-单人可办结-年涉及金额"
    with pytest.raises(WrongCall, match=r"对得上2个数.*监督执纪-立案-件-2016年上半年"):
        desk.trace("立案")
    with pytest.raises(WrongCall, match="监督执纪-立案-件-2016年下半年"):
        desk.trace("监督执纪-立案-件-2016年下半年度")


def test_numbers_that_are_no_sums_are_told_why_and_where_to_look(workspace):
    desk = Desk(workspace, find_report(workspace, "模拟县财政局廉政风险防控评估报告（纪委内部）"))
    for word, reason in NOT_SUMS[Traced.UNIT].items():
        with pytest.raises(WrongCall) as caught:
            desk.trace(f"{word}的数")
        assert str(caught.value) == f"「{word}的数」不能追到台账的行：{reason.why}。请{reason.mend}"


def test_what_names_nothing_is_refused_without_endless_lists(workspace):
    """The report has more than 50 keys; an error names eight at most."""
    desk = Desk(workspace, find_report(workspace, "模拟县财政局廉政风险防控评估报告（纪委内部）"))
    assert len(desk.figures) > 50
    for word in (" ", "-", "@@@", "项", "权力制约", "监督执纪-立案"):
        with pytest.raises(WrongCall) as caught:
            desk.trace(word)
        assert str(caught.value).count("、") < MOST_NEAR, word
    for word in ("", " "):
        with pytest.raises(WrongCall, match="没有写报告的名称"):
            find_report(workspace, word)


def test_every_level_of_warning_is_listed(traces):
    """The unit's workbook has no warning of some level and state: that is 0, now and a year before, not 未载."""
    mine = {t.figure.key: t for t in traces if t.figure.key.startswith("预警")}
    assert list(mine) == [f"预警-{level}-{word}" for level in ("蓝", "黄", "红", "等级未载") for word in ("发出", "已解除", "逾期未解除")]
    assert all(t.before is not None for t in mine.values())
    assert "0" in {t.figure.value for t in mine.values()}


def test_the_printed_numbers_are_read_once_from_the_notebook(workspace, tmp_path, monkeypatch):
    """Changed there, the change is told; without it, or with something else in its place, the report cannot be asked."""
    report = find_report(workspace, "模拟县财政局廉政风险防控评估报告（纪委内部）")
    other = replace(report, page=tmp_path / report.page.name)
    read = []
    original = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda self, *a, **k: read.append(self.suffix) or original(self, *a, **k))
    with pytest.raises(BadInput, match="打不开"):
        Desk(workspace, other).trace("核验率")
    changed = original(report.notebook, encoding="utf-8").replace('"覆盖-列入清单",\n', '"覆盖-不见了",\n')
    other.notebook.write_text(changed, encoding="utf-8")
    read.clear()
    printed = [t.printed for t in Desk(workspace, other).everything()]
    assert printed.count(None) == changed.count('"覆盖-不见了"') == 1
    assert read.count(".ipynb") == 1
    assert ".html" not in read
    other.notebook.write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="笔记本已损坏"):
        Desk(workspace, other).trace("核验率")


def test_reports_are_found_by_title_file_and_unit(workspace):
    inner = find_report(workspace, "模拟县财政局廉政风险防控评估报告（纪委内部）")
    assert find_report(workspace, str(inner.page)) == inner
    for ending in (".ipynb", ".docx", ".pdf"):
        assert find_report(workspace, inner.page.name.replace(".html", ending)) == inner
    with pytest.raises(WrongCall, match="对得上2份报告"):
        find_report(workspace, "U02")
    with pytest.raises(WrongCall, match="模拟县财政局"):
        find_report(workspace, "模拟县财正局廉政风险防控评估报告（纪委内部）")


def test_a_line_of_the_status_ledger_that_is_not_ours_hides_no_report(workspace, tmp_path):
    (tmp_path / "reports").mkdir()
    lines = (workspace.reports_dir / LEDGER_NAME).read_text(encoding="utf-8")
    strange = [json.dumps(json.loads(lines.splitlines()[0]) | {"key": key}) + "\n" for key in ("{", "7", '["unit"]', '["unit", 7]')]
    (tmp_path / "reports" / LEDGER_NAME).write_text("".join(strange) + lines, encoding="utf-8")
    found = find_report(replace(workspace, root=tmp_path), "模拟县财政局廉政风险防控评估报告（纪委内部）")
    assert found.unit_id == "U02"


def test_a_changed_page_is_told(workspace, tmp_path, traces):
    """A report whose number no longer is what the ledger gives says both."""
    made = next(t for t in traces if t.figure.key == "覆盖-列入清单")
    other = replace(made, printed="9999")
    assert not other.agrees
    assert "报告所印为9999" in other.sentence()
    assert "请重新生成报告" in other.sentence()


def test_the_command(workspace, monkeypatch, capsys):
    monkeypatch.chdir(workspace.root)
    title = "模拟县财政局廉政风险防控评估报告（纪委内部）"
    assert main(["trace", title]) == 0
    assert "问题整改-核验率" in capsys.readouterr().out
    assert main(["trace", title, "问题整改-核验率"]) == 0
    said = capsys.readouterr().out
    assert "口径：" in said
    assert "去年同期：" in said
    assert "› 整改台账 › 第" in said
    assert main(["trace", title, "监督执纪-立案-件-2016年下半年", "--json"]) == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), SCHEMA)
    assert main(["trace", title, "没有这个数"]) == 2
    assert main(["trace", "没有这份报告", "核验率"]) == 2


def test_the_chapters_print_the_same_numbers_as_the_annex(traces, seen):
    """The 指标表 and the sentences and tables of the chapters are made apart; they must agree."""
    values = {t.figure.key: t.figure.value for t in traces}
    page = seen(traces[0].report.page)
    text = traces[0].report.page.read_text(encoding="utf-8")
    assert f"查有风险点{values['风险-查有风险点']}个" in text
    assert f"{values['权力制约-单人可办结-项数']}项可由一人办结" in text
    assert f"到期问题{values['问题整改-到期问题']}个，销号{values['问题整改-到期已销号']}个" in text
    assert f"其中经核验{values['问题整改-经核验']}个" in text
    assert f"蓝色预警{values['预警-蓝-发出']}件（已解除{values['预警-蓝-已解除']}件" in text
    assert f"上缴{values['款项-上缴-实缴']}万元" in text
    shown = {(r[0], r[5]): r[6] for r in page.rows if len(r) >= 7}
    assert shown["立案", "2016-07-01至2016-12-31"] == values["监督执纪-立案-件-2016年下半年"]
    funnel = {r[0]: r[1:4:2] for r in page.rows if len(r) == 5}
    assert funnel["已公开"] == [values["覆盖-已公开"], values["覆盖-逐级贯通至已公开"]]
