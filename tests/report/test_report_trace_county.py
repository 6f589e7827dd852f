"""领导问数 on the annual report and the comparison of models: numbers as printed, rows that add up, and clear words where there are none.

Witnesses: the reports' HTML, read by a parser of its own; the senders' workbooks, read by openpyxl; figures.csv, read by
the csv module; the coverage of the five standards, worked out by `measure.five_full` in another way.
"""

import csv
import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from openpyxl import load_workbook

from fangkong_lab.cli.main import main
from fangkong_lab.errors import WrongCall
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.kinds import Audience
from fangkong_lab.ledger.frames import tables
from fangkong_lab.measure.five_full import Side, five_full
from fangkong_lab.report.asked import find_report
from fangkong_lab.report.batch import Plan, run_batch
from fangkong_lab.report.county_figures import CountyFigures
from fangkong_lab.report.elsewhere import NOT_SUMS, Traced
from fangkong_lab.report.templates import annual_requests, compare_requests, source_requests
from fangkong_lab.report.trace import Desk, NumberTrace
from fangkong_lab.workspace import Workspace, read_workspace

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "trace.schema.json").read_text(encoding="utf-8"))
OUTCOME_COLUMNS = ("指标", "计量单位", "有问题线索", "累计", "期间种类", "期间", "数值", "单位数", "记录数", "说明")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    root = tmp_path_factory.mktemp("county_trace") / "办公室"
    assert main(["init", str(root), "--office", "试验研究室", "--as-of", "2016-12-31"]) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main(["demo-data", "--units", "4"]) == 0
        made = read_workspace(root)
        requests = [*annual_requests(made, None, Audience.INTERNAL), *annual_requests(made, None, Audience.PUBLIC),
                    *compare_requests(made, ["沙洋", "扬中", "瑞安"], None), *source_requests(made, ["瑞安"])]
        assert run_batch(requests, made, Plan(progress=False)).exit_code == 0
    return made


def desk_of(workspace, word: str) -> Desk:
    return Desk(workspace, find_report(workspace, word))


@pytest.fixture(scope="module")
def county(workspace) -> dict[str, NumberTrace]:
    """The annual report for the discipline side: key → its trace."""
    return {t.figure.key: t for t in desk_of(workspace, "年度廉政风险防控评估报告（纪委内部）").everything()}


@pytest.fixture(scope="module")
def models(workspace) -> dict[str, NumberTrace]:
    return {t.figure.key: t for t in desk_of(workspace, "沙洋").everything()}


@pytest.fixture(scope="module")
def annual(county, seen):
    return seen(county["问题整改-到期问题"].report.page)


def test_every_number_of_the_annual_report_is_the_one_printed(county, annual):
    printed = {row[0]: row[1] for row in annual.rows if len(row) == 5}
    for key, made in county.items():
        assert printed[key] == made.printed == made.figure.value, key
        assert "与报告所印一致" in made.sentence()
        assert made.sentence().startswith("【模拟数据】全部单位截至2016-12-31，")
    assert {k.split("-")[0] for k in county} == {"一年变动", "五全", "风险", "权力制约", "预警", "监督执纪", "问题整改", "巡察", "款项", "监督义务", "共性问题"}


def test_every_row_lies_in_one_place_and_the_rows_add_up(county):
    for key, made in county.items():
        lying = [made.where[r.table, r.key] for r in made.figure.rows]
        assert all(len(p) == 1 for p in lying), key
        assert len({p[0] for p in lying}) == len(lying), key
        if made.figure.share:
            assert made.figure.value.startswith(f"{made.figure.bounds[0]:g}/{len(lying)}"), key
        elif made.figure.value != "未载":
            low, high = (float(v) for v in (made.figure.value.split("–") * 2)[:2])
            assert made.figure.bounds == pytest.approx((low, high)), key


def test_outcomes_add_up_in_the_senders_cells(workspace, county):
    """The cells, read by openpyxl with their own 精确度, add up to the printed sum; only exact ones are compared by value."""
    books = {p.name: load_workbook(p, read_only=False) for p in (workspace.root / "data" / "demo").glob("*.xlsx")}
    compared = 0
    for key, made in county.items():
        if not key.startswith(("监督执纪", "款项")):
            continue
        cells = []
        for (place,) in made.where.values():
            sheet = books[place.file][place.sheet]
            heads = [c.value for c in sheet[1]]
            cells.append(dict(zip(heads, [c.value for c in sheet[place.row]], strict=True)))
        if key.startswith("监督执纪"):
            assert {c["指标"] for c in cells} == {key.split("-")[1]}
            assert len({c["单位编码"] for c in cells}) == len(cells) == 4
            if any(c["精确度"] not in (None, "准确") for c in cells):
                continue
            total = sum(float(c["数值"]) for c in cells)
        else:
            assert {c["性质"] for c in cells} == {key.split("-")[1]}
            total = sum(float(c["本次实缴"]) for c in cells)
        assert float(made.figure.value) == pytest.approx(total), key
        compared += 1
    assert compared >= 15


def test_the_chapter_on_outcomes_prints_the_same_numbers(county, annual):
    """Each row of the chapter's table has its figure, by measure, unit of count and period; no row is left without."""
    head = next(i for i, row in enumerate(annual.rows) if tuple(row) == OUTCOME_COLUMNS)
    rows = []
    for row in annual.rows[head + 1:]:
        if len(row) != len(OUTCOME_COLUMNS):
            break
        rows.append(dict(zip(OUTCOME_COLUMNS, row, strict=True)))
    keys = [k for k in county if k.startswith("监督执纪")]
    assert len(rows) == len(keys) >= 12
    for row, key in zip(rows, keys, strict=True):
        assert key.startswith(f"监督执纪-{row['指标']}-{row['计量单位']}-2016年")
        assert county[key].figure.value == row["数值"]
        assert len(county[key].figure.rows) == int(row["记录数"])


def test_the_other_chapters_print_the_same_numbers(county, annual):
    value = {key: made.figure.value for key, made in county.items()}
    text = re.sub(r"\s", "", annual.text)
    assert f"权力事项{value['权力制约-权力事项']}项。按现行流程，{value['权力制约-单人可办结-项数']}项可由一人办结" in text
    more = int(value["权力制约-单人可令办结-项数"]) - int(value["权力制约-单人可办结-项数"])
    assert f"另有{more}项经手人之间存在直接领导关系" in text
    assert f"使{value['权力制约-不能判定']}项不能判定的事项可以判定" in text
    assert f"决定预警{value['预警-本年决定']}件" in text
    assert f"逾期未解除的{value['预警-历年逾期未解除']}件" in text
    assert f"到期问题{value['问题整改-到期问题']}个，销号{value['问题整改-到期已销号']}个；全部已销号{value['问题整改-全部已销号']}个" in text
    assert f"清退{value['款项-清退-实缴']}万元" in text
    assert f"村居社区{value['巡察-村居社区-已巡察对象']}个（应巡察数未载）" in text
    kept = [int(n) for n in re.findall(r"次，按期(\d+)次", text.split("一、总体情况")[1] + text.split("一、总体情况")[0])]
    assert sum(kept[:2]) == int(value["监督义务-按期"])
    for label, _ in [(k.removeprefix("一年变动-"), v) for k, v in value.items() if k.startswith("一年变动")]:
        assert f"{value[f'一年变动-{label}']}项{label}" in text
    weak = {row[0]: row[2] for row in annual.rows if len(row) == 4}
    for key in (k for k in value if k.startswith("共性问题")):
        assert weak[key.removeprefix("共性问题-")] == value[key]


def test_the_five_standards_agree_with_the_chapters_own_reckoning(workspace, county):
    parts = {p.name: f"{p.have}/{p.of}" for side in Side for p in five_full(tables(workspace), date(2016, 12, 31)).total(side)}
    mine = {k.removeprefix("五全-"): t.figure.value for k, t in county.items() if k.startswith("五全")}
    assert len(mine) == 5
    assert mine.items() <= parts.items()


@pytest.mark.parametrize(("report", "kind"), [("年度廉政风险防控评估报告（纪委内部）", Traced.ANNUAL), ("沙洋", Traced.COMPARE)])
def test_numbers_that_are_no_sums_are_told_why(workspace, report, kind):
    desk = desk_of(workspace, report)
    for word, reason in NOT_SUMS[kind].items():
        with pytest.raises(WrongCall) as caught:
            desk.trace(f"{word}的数")
        assert str(caught.value) == f"「{word}的数」不能追到台账的行：{reason.why}。请{reason.mend}"
    with pytest.raises(WrongCall, match="报告里没有「无此数」"):
        desk.trace("无此数")


def test_grades_stand_from_high_to_low(county):
    """The generator's units use both scales; 一般 and 二级 are the middle of theirs (network.ranking)."""
    grades = [k.removeprefix("风险-现定等级-") for k in county if k.startswith("风险-现定等级")]
    assert grades == [g for g in ("高", "一级", "一般", "二级", "低", "三级", "未载") if g in grades]
    assert len(grades) >= 6


def test_a_change_within_the_year_is_counted_with_its_item():
    """By hand: the golden county's unknown post G10 (S09) has a holder from July 2016 on, whom nobody reaches. A year before,
    S09 could not be judged; now it takes two persons. The other items stay as they were.
    """
    held = dict(golden_county().tables)
    row = held["occupancies"].iloc[[0]].assign(person_id="P9", post_id="G10", start=pd.Timestamp("2016-07-01"))
    held["occupancies"] = pd.concat([held["occupancies"], row], ignore_index=True)
    held["persons"] = pd.concat([held["persons"], pd.DataFrame({"person_id": ["P9"]})], ignore_index=True)
    made = {f.key.removeprefix("一年变动-"): f for f in CountyFigures(held, "", date(2016, 12, 31)).changes()}
    assert {label: f.value for label, f in made.items()} == {"由不达标转为达标": "0", "由达标转为不达标": "0", "由不能判定转为可以判定": "1", "转为不能判定": "0"}
    assert [r.key for r in made["由不能判定转为可以判定"].rows] == [("S09",)]


def test_the_public_copy_has_no_keys_for_counts_of_persons(workspace):
    desk = desk_of(workspace, "年度廉政风险防控评估报告（公开）")
    assert not any(f.key.startswith(("监督执纪", "预警")) for f in desk.figures)
    assert "监督执纪-立案" not in desk.report.page.read_text(encoding="utf-8")
    with pytest.raises(WrongCall) as caught:
        desk.trace("监督执纪-立案-件-2016年下半年")
    assert "请在纪委内部册里查" in str(caught.value)


def test_last_year_is_the_county_a_year_earlier(workspace, county):
    made = county["监督执纪-立案-件-2016年下半年"]
    assert made.before.key == "监督执纪-立案-件-2015年下半年"
    rows = tables(workspace)["outcomes"]
    hit = rows[(rows["measure"] == "立案") & (rows["period_end"] == "2015-12-31") & (rows["period_start"] == "2015-07-01")]
    assert float(made.before.value) == hit["value"].sum()
    earlier = CountyFigures(tables(workspace), "", date(2015, 12, 31)).all
    assert made.before.value in {f.value for f in earlier if f.key == made.before.key}


def test_every_number_of_the_comparison_is_the_one_printed(models, seen):
    made = next(iter(models.values()))
    page = seen(made.report.page)
    printed = {row[0]: row[1] for row in page.rows if len(row) == 4}
    stated = {row[-1]: row[3] for row in page.rows if len(row) == 9}
    for key, each in models.items():
        assert each.printed == each.figure.value == (stated[key.rsplit("-", 2)[-2] + "-" + key.rsplit("-", 2)[-1]] if each.cited else printed[key]), key
        assert each.agrees
    ranges = {row[0]: row[1:] for row in page.rows if len(row) == 5}
    assert ranges["单人可令办结"][0] == models["套用-现状-单人可令办结"].figure.value + "项"
    ends = [models[f"套用-沙洋「五分模式」-{reading}-单人可令办结"].figure.bounds for reading in ("只按写明的", "按最宽的读法")]
    low, high = min(e[0] for e in ends), max(e[1] for e in ends)
    assert ranges["单人可令办结"][1] == (f"{low:g}–{high:g}项" if low != high else f"{low:g}项")


def test_items_under_a_model_add_up_and_lie_in_the_ledger(models):
    for key, made in models.items():
        if made.cited:
            continue
        assert all(len(made.where[r.table, r.key]) == 1 for r in made.figure.rows), key
        low, high = (float(v) for v in (made.figure.value.replace(",", "").split("–") * 2)[:2])
        assert made.figure.bounds == (low, high), key
    assert "不适用" in models["套用-现状-单人可办结"].last_year()


def test_figures_of_documents_lead_to_their_words(models):
    with (ROOT / "data" / "sources" / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        lines = {row["figure_id"]: (reader.line_num, row) for row in reader}
    cited = [t for t in models.values() if t.cited]
    assert len(cited) >= 20
    for made in cited:
        ((number, found),) = made.cited.items()
        line, row = lines[number]
        assert (found.row, found.phrase, found.article) == (line, row["phrase"], row["article"])
        assert float(made.figure.value) == float(row["value"])
        assert "不由台账得出" in made.sentence()
        assert "模拟数据" not in made.sentence(), "a document's own number is not made up"


def test_reports_without_keys_say_where_to_look(workspace):
    with pytest.raises(WrongCall) as caught:
        find_report(workspace, "瑞安来源文献数字核对报告")
    assert "figures.csv" in caught.value.mend
    with pytest.raises(WrongCall, match="对得上2份报告"):
        find_report(workspace, "年度")


def test_the_command(workspace, monkeypatch, capsys):
    monkeypatch.chdir(workspace.root)
    title = "年度廉政风险防控评估报告（纪委内部）"
    for report, item in ((title, "监督执纪-立案-件-2016年下半年"), ("沙洋", "004-07")):
        assert main(["trace", report, item, "--json"]) == 0
        made = json.loads(capsys.readouterr().out)
        jsonschema.validate(made, SCHEMA)
        assert made["settings"]["kind"] == ("annual" if report == title else "compare")
        assert bool(made["cited"]) != made["simulated"]
    assert main(["trace", "沙洋", "规则相似度"]) == 2
    assert "不由台账的行得出" in capsys.readouterr().err
