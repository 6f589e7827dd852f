"""The whole answer: on the made-up county with planted truth, as text, JSON by its schema, and charts."""

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.examples.county import County, synthetic_county
from fangkong_lab.measure.across import across_measures
from fangkong_lab.measure.basis import Running
from fangkong_lab.measure.control import c_chart
from fangkong_lab.measure.forms import classify
from fangkong_lab.measure.funnel import funnel
from fangkong_lab.measure.record import read_records
from fangkong_lab.measure.rectify import days_to_close, rectification
from fangkong_lab.measure.sidebyside import side_by_side
from fangkong_lab.measure.summary import Question, outcomes
from fangkong_lab.measure.summary_json import as_json
from fangkong_lab.show.canvas import missing_glyphs
from fangkong_lab.show.funnel_chart import funnel_chart
from fangkong_lab.show.outcome_charts import ageing_chart, closing_chart, control_chart, forms_chart

AS_OF = date(2016, 12, 31)
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "outcomes.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def county() -> County:
    return synthetic_county(1)


@pytest.mark.parametrize("measure", ["立案", "纪律处分"])
def test_the_planted_high_unit_is_found_and_no_other(county, measure):
    high = county.truth["high_unit"]
    assert measure in high["measures"]
    made = side_by_side(read_records(county.tables["outcomes"]), county.tables["units"], measure)
    assert funnel(made.frame(), measure).outside(0.998) == (high["unit_id"],)


def test_measures_without_a_planted_unit_show_none(county):
    records = read_records(county.tables["outcomes"])
    for measure in ("诫勉谈话", "组织处理", "提醒谈话", "信访举报", "移送司法"):
        assert funnel(side_by_side(records, county.tables["units"], measure).frame(), measure).outside(0.998) == ()


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(2, 12))
def test_the_planted_high_unit_is_found_in_other_counties(seed):
    made_up = synthetic_county(seed)
    found = side_by_side(read_records(made_up.tables["outcomes"]), made_up.tables["units"], "立案")
    assert funnel(found.frame(), "立案").outside(0.998) == (made_up.truth["high_unit"]["unit_id"],)


def test_planted_rectification_is_counted(county):
    made = rectification(county.tables["rectifications"], AS_OF)
    assert made.closed - made.verified == len(county.truth["closed_not_verified"])
    assert made.rebounded == len(county.truth["rebounded"])


def test_units_without_rows_are_not_zero(county):
    made = side_by_side(read_records(county.tables["outcomes"]), county.tables["units"], "立案")
    assert all("不等于无" in why or "人数" in why for _, why in made.without)
    assert {u for u, _ in made.without}.isdisjoint(u.unit for u in made.units)


def test_exposure_by_hand():
    """120 staff over the two halves of 2016 (366 days): 120 × 366 / 365.25 staff-years."""
    rows = [{"unit_id": f"U{k}", "period_start": s, "period_end": e, "measure": "立案", "value": v, "count_unit": "件", "cumulative": "否"}
            for k in range(6) for s, e, v in (("2016-01-01", "2016-06-30", 3), ("2016-07-01", "2016-12-31", 4))]
    units = pd.DataFrame({"unit_id": [f"U{k}" for k in range(6)], "headcount": [120] * 5 + [None]})
    made = side_by_side(read_records(pd.DataFrame(rows)), units, "立案")
    assert [u.unit for u in made.units] == ["U0", "U1", "U2", "U3", "U4"]
    assert made.units[0].exposure.amount == pytest.approx(120 * 366 / 365.25)
    assert made.units[0].tally.interval.low == 7
    assert made.without == (("U5", "单位表没有人数"),)
    overlapping = read_records(pd.DataFrame([*rows, {**rows[0], "period_end": "2016-12-31"}]))
    with pytest.raises(BadInput, match="期间重叠"):
        side_by_side(overlapping, units, "立案")


@pytest.mark.parametrize("asked", [Question(AS_OF), Question(AS_OF, "立案"), Question(AS_OF, "立案", "U09"),
                                   Question(AS_OF, unit="U02", since=date(2016, 1, 1)), Question(date(2012, 6, 30), "纪律处分")])
def test_json_follows_its_schema(county, asked):
    made = as_json(outcomes(county.tables, asked))
    text = json.dumps(made, ensure_ascii=False, allow_nan=False)
    jsonschema.validate(json.loads(text), SCHEMA)
    assert list(made)[:3] == ["schema_version", "as_of", "simulated"]
    assert made["simulated"] is True
    assert made["sentences"][0].startswith("【模拟数据】")


def test_nothing_later_than_the_day_is_counted(county):
    made = outcomes(county.tables, Question(date(2012, 6, 30), "立案"))
    assert max(r.period.end for _, t in made.tallies.sums for r in t.records) <= date(2012, 6, 30)
    whole = outcomes(county.tables, Question(AS_OF, "立案"))
    assert sum(t.interval.low for _, t in made.tallies.sums) < sum(t.interval.low for _, t in whole.tallies.sums)


def test_every_number_leads_to_its_rows(county):
    made = outcomes(county.tables, Question(AS_OF, "立案", "U09"))
    _, last = made.tallies.sums[-1]
    assert last.sources == (next(r.place() for r in last.records),)
    frame = county.tables["outcomes"]
    assert float(frame.iloc[last.records[0].row - 1]["value"]) == last.interval.low


def test_order_of_rows_changes_nothing_but_row_numbers(county):
    shuffled = {**county.tables, "outcomes": county.tables["outcomes"].sample(frac=1, random_state=3)}
    first, second = (outcomes(t, Question(AS_OF, "立案")) for t in (county.tables, shuffled))
    assert first.sentence() == second.sentence()
    assert first.table().equals(second.table())


def test_empty_and_missing_tables_are_not_spoken_of():
    made = outcomes({}, Question(AS_OF))
    assert made.tallies.sums == ()
    assert made.conduct.rectification is None
    jsonschema.validate(json.loads(json.dumps(as_json(made), allow_nan=False)), SCHEMA)


def test_unknown_measure_names_the_near_one(county):
    with pytest.raises(BadInput, match="纪律处分"):
        outcomes(county.tables, Question(AS_OF, "纪律处份"))


def test_forms_in_different_units_of_count_have_no_shares(county):
    made = outcomes(county.tables, Question(AS_OF, since=date(2016, 1, 1)))
    assert made.shares == ()
    assert all("计量单位" in text for text in made.shares_refused)


def write_book(path: Path) -> Path:
    rows = [("U1", "2016-01-01", "2016-12-31", "提醒谈话", 40, "余", "人次", "是"), ("U1", "2016-01-01", "2016-12-31", "组织处理", 5, "", "人次", "是")]
    frame = pd.DataFrame(rows, columns=["单位编码", "期初", "期末", "指标", "数值", "精确度", "计量单位", "有问题线索"])
    full = frame.assign(实施主体="县纪委", 累计="否", 是否去重="否", 出处="年报", 已公开="是", 管理标识="公开")
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"单位编码": ["U1"], "单位名称": ["甲局"], "单位类别": ["党政机关"]}).to_excel(book, sheet_name="单位", index=False)
        full.to_excel(book, sheet_name="监督执纪统计", index=False)
    return path


def test_command_on_one_book(tmp_path, capsys):
    book = write_book(tmp_path / "台账.xlsx")
    target = tmp_path / "结果.json"
    assert main(["outcomes", str(book), "--as-of", "2016-12-31", "--json", str(target)]) == 0
    screen = capsys.readouterr().out
    assert "第一种形态41–49人次" in screen
    assert "口径" in screen
    made = json.loads(target.read_text(encoding="utf-8"))
    jsonschema.validate(made, SCHEMA)
    assert made["simulated"] is False
    assert main(["outcomes", str(book), "--as-of", "2016-12-31", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == made


def test_command_errors(tmp_path, capsys, monkeypatch):
    book = write_book(tmp_path / "台账.xlsx")
    monkeypatch.chdir(tmp_path)
    assert main(["outcomes", str(book)]) == 2
    assert "评估日期" in capsys.readouterr().err
    assert main(["outcomes", str(book), "--as-of", "2016-12-31", "--measure", "提醒谈活"]) == 3
    assert "提醒谈话" in capsys.readouterr().err


def test_charts_carry_their_data_and_words(county):
    tables = county.tables
    records = read_records(tables["outcomes"])
    issues = tables["rectifications"]
    units = dict(zip(tables["units"]["unit_id"], tables["units"]["name"], strict=True))
    drawn = funnel(side_by_side(records, tables["units"], "立案").frame(), "立案", per=1000)
    own = [r for r in records if r.unit_id == "U09" and r.measure == "信访举报"]
    charts = [funnel_chart(drawn, units, size_label="在册人年", focus="U02"), ageing_chart(rectification(issues, AS_OF)),
              forms_chart(classify([r for r in records if r.unit_id == "U02" and "2016" in str(r.period.start)]), "2016年"), closing_chart(days_to_close(issues, AS_OF)),
              control_chart(c_chart([r.value for r in own], [str(r.period.start) for r in own], "信访举报"))]
    for chart in charts:
        assert chart.png.startswith(b"\x89PNG")
        assert not missing_glyphs(chart.title + chart.alt + chart.note)
        assert len(chart.table()) >= 3
    assert "U09" in charts[0].alt
    assert charts[0].png == funnel_chart(drawn, units, size_label="在册人年", focus="U02").png
    assert charts[1].table()["未销号问题数"].sum() == len(issues) - rectification(issues, AS_OF).closed


def test_forms_chart_keeps_units_of_count_apart(county):
    rows = [r for r in read_records(county.tables["outcomes"]) if r.unit_id == "U02" and str(r.period.start) == "2016-01-01"]
    table = forms_chart(classify(rows), "2016年上半年").table()
    assert not table.duplicated(["归类", "计量单位"]).any()
    assert set(table["计量单位"]) >= {"人", "人次"}
    with pytest.raises(BadInput, match="重复计数"):
        forms_chart(classify([*rows, *rows]), "2016年上半年")
    running = [replace(r, basis=replace(r.basis, running=Running.YES)) for r in rows if r.measure == "诫勉谈话"]
    drawn = forms_chart(classify([*rows, *running]), "2016年上半年")
    assert "累计数1条未计入" in drawn.note
    assert drawn.table().equals(table)


def test_asking_for_help_loads_nothing_heavy():
    import subprocess

    code = "import sys; from fangkong_lab.cli import outcomes; print(sorted({'pandas', 'scipy', 'statsmodels', 'matplotlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_one_unit_over_all_measures_keeps_what_was_planted(county):
    made = across_measures(read_records(county.tables["outcomes"]), county.tables["units"], "U09")
    assert {d.measure for d in made.discoveries.items if d.stands} == {"立案", "纪律处分"}
    assert dict(made.sides)["立案"] == "偏高"
    assert "挽回损失" not in {d.measure for d in made.discoveries.items}
    other = across_measures(read_records(county.tables["outcomes"]), county.tables["units"], "U02")
    assert not [d for d in other.discoveries.items if d.stands]
    assert "没有一个指标" in other.sentence()


def test_two_bodies_of_one_half_year_do_not_double_the_exposure():
    base = {"period_start": "2016-01-01", "period_end": "2016-12-31", "measure": "立案", "count_unit": "件", "cumulative": "否", "value": 2}
    rows = [{**base, "unit_id": "A", "body": b} for b in ("县纪委", "派驻组")] + [{**base, "unit_id": "B", "body": "县纪委"}]
    made = side_by_side(read_records(pd.DataFrame(rows)), pd.DataFrame({"unit_id": ["A", "B"], "headcount": [100, 100]}), "立案")
    assert [u.tally.interval.low for u in made.units] == [4, 2]
    assert made.units[0].exposure == made.units[1].exposure


def test_trend_needs_one_basis_and_no_gap(county):
    whole = outcomes(county.tables, Question(AS_OF, "立案", "U09"))
    assert whole.trend is not None
    assert len(whole.trend.values) == 16
    frame = county.tables["outcomes"]
    holed = frame[~((frame["period_start"].astype(str) == "2012-01-01") & (frame["measure"] == "立案"))]
    assert outcomes({**county.tables, "outcomes": holed}, Question(AS_OF, "立案", "U09")).trend is None


def test_a_unit_without_counts_is_no_error(county):
    made = outcomes(county.tables, Question(AS_OF, unit="X01"))
    assert made.tallies.sums == ()
    with pytest.raises(BadInput, match="没有单位"):
        outcomes(county.tables, Question(AS_OF, unit="QQ9"))


def test_the_break_of_2023_is_told_where_the_counts_straddle_it():
    base = {"unit_id": "A", "measure": "诫勉", "count_unit": "人", "cumulative": "否", "has_clue": "是", "value": 3}
    rows = [{**base, "period_start": f"{y}-01-01", "period_end": f"{y}-12-31"} for y in (2022, 2023, 2024)]
    made = outcomes({"outcomes": pd.DataFrame(rows)}, Question(date(2025, 1, 1)))
    assert "口径断点：2024-01-01" in made.sentence()
    before = outcomes({"outcomes": pd.DataFrame(rows[:2])}, Question(date(2025, 1, 1)))
    assert before.breaks() == ()


def test_comparison_with_one_kind_of_units(county):
    units = county.tables["units"]
    kind = units["kind"].value_counts().index[0]
    made = outcomes(county.tables, Question(AS_OF, "立案", kind=kind))
    assert {u.unit for u in made.comparison.units.units} <= set(units.loc[units["kind"] == kind, "unit_id"])
    assert not any("不全是同类" in note for note in made.comparison.units.caveats())
    mixed = outcomes(county.tables, Question(AS_OF, "立案"))
    assert any("不全是同类" in note for note in mixed.comparison.units.caveats())
    with pytest.raises(WrongCall, match="乡镇街道"):
        outcomes(county.tables, Question(AS_OF, "立案", kind="乡镇街导"))
