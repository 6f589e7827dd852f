"""`fangkong compare` by hand: page, workbook and JSON; the simulated part on a small county; wrong calls."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.examples.write import write_county
from fangkong_lab.models.graded import NO_RULE, graded
from fangkong_lab.models.shelf import shelf
from fangkong_lab.models.simulated import simulate_models
from fangkong_lab.shipped import shipped
from fangkong_lab.show.model_pages import ModelPages
from fangkong_lab.simulate.read_scenario import load_scenario

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "comparison.schema.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    (book,) = write_county(golden_county(), folder / "golden", one_book=True)
    code = main(["compare", "扬中", "宁国", "瑞安", "--county", str(book), "--as-of", "2016-12-31", "--out", str(folder / "out"), "--json"])
    assert code == 0
    return folder / "out"


def test_json_keeps_its_schema_and_the_numbers_of_the_paper(made):
    document = json.loads((made / "模式比较.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert document["as_of"] == "2016-12-31"
    now = {f["name"]: (f["low"], f["high"]) for f in document["as_is"]["figures"]}
    assert now["单人可办结"] == (2, 3)  # S01, S03, and S09 possibly: docs/golden_county.md
    assert [run["model"] for run in document["runs"]] == ["yangzhong", "ningguo"]


def test_workbook_has_a_sheet_per_table_and_no_formula(made):
    book = openpyxl.load_workbook(made / "模式比较.xlsx")
    assert book.sheetnames == ["结论", "规则对照", "逐格出处", "相似度", "套用结果", "各读法", "各做法改动", "留下与管住", "先后套用",
                               "自述产出", "产出能否比较"]
    assert book["结论"].max_row == 5
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_page_is_made_through_papermill_and_says_what_it_is(made):
    page = (made / "模式比较.html").read_text(encoding="utf-8")
    assert "模拟数据" in page
    assert "未载" in page
    assert "巡察模式，不计算" in page
    assert not list(made.glob("*.part"))


@pytest.mark.parametrize(("words", "said"), [
    (["compare", "沙洋", "洋沙", "--county", "synthetic"], "没有模式「洋沙」"),
    (["compare", "沙洋", "沙洋", "--county", "synthetic"], "两个不同的模式"),
    (["compare", "沙洋", "五小", "--county", "没有.xlsx"], "没有文件"),
])
def test_wrong_calls_are_told_in_chinese(words, said, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err


def test_book_without_a_day_is_refused(tmp_path, capsys):
    (book,) = write_county(golden_county(), tmp_path / "golden", one_book=True)
    assert main(["compare", "沙洋", "五小", "--county", str(book), "--out", str(tmp_path / "out")]) == 2
    assert "--as-of" in capsys.readouterr().err


def test_an_inspection_model_is_told_by_coverage_and_follow_up():
    """By hand from the synthetic county's own tables: targets visited by kind, and the issues that inspections found."""
    tables = synthetic_county(units=3).tables
    shown = ModelPages((shelf().find("沙洋"), shelf().find("瑞安")), tables, date(2016, 12, 31)).followed_up().sentence()
    villages = tables["inspections"].query("target_kind == '村居社区'")["target"].nunique()
    assert f"村居社区{villages}个" in shown
    found = tables["rectifications"].query("origin == '巡察'")
    closed = int((found["closed_on"] <= "2016-12-31").sum())
    assert f"全部已销号{closed}个" in shown
    assert "没有巡察模式" in ModelPages((shelf().find("沙洋"), shelf().find("五小")), tables, date(2016, 12, 31)).followed_up().sentence()


@pytest.fixture(scope="module")
def simulated():
    scenario = load_scenario(shipped("data", "scenarios", "county_ledger.yaml"))
    cards = [shelf().find(name) for name in ("五小", "宁国", "瑞安")]
    return simulate_models(cards, synthetic_county(units=3).tables, scenario, replications=40)


def test_a_model_that_changes_nobody_changes_no_number(simulated):
    """五小 as stated changes no signature: on the same random numbers every difference is exactly zero."""
    rows = [r for r in simulated.rows if r.model == "「五小」监管" and r.reading.value == "stated"]
    assert len(rows) == 6
    assert all(r.difference == 0 and r.error == 0 and not r.told for r in rows)


def test_nobody_alone_means_less_conduct(simulated):
    """宁国 at its most generous leaves nobody who can act alone; the scenario assumes 1.5 times the conduct of such persons."""
    sole = dict(simulated.sole)
    assert sole["现状"] > 0
    assert sole["宁国微权力清单（按最宽的读法）"] == 0
    (conduct,) = [r for r in simulated.rows if r.model == "宁国微权力清单" and r.reading.value == "generous" and r.figure == "发生的行为"]
    assert conduct.difference < 0


def test_simulation_says_what_it_is_and_who_is_silent(simulated):
    assert simulated.sentence().startswith("推演，不是预测")
    assert simulated.silent == ("「五小」监管", "宁国微权力清单")
    assert {r.model for r in simulated.rows} == {"「五小」监管", "宁国微权力清单"}  # 瑞安 is an inspection model


def test_grades_by_the_models_own_rule_or_why_not():
    made = graded(shelf().cards()[:5], synthetic_county(units=2).tables, date(2016, 12, 31))
    said = {name: (counts, why) for name, counts, why in made.rows}
    assert sum(n for _, n in said["沙洋「五分模式」"][0]) == len(synthetic_county(units=2).tables["risk_points"])
    assert said["「五小」监管"] == ((), NO_RULE)
    assert "2019-08-16" in said["宁国微权力清单"][1]  # published after the day
