"""The unit report's chapters on the synthetic county: every row reaches its unit, nothing unstated becomes zero."""

import pandas as pd
import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.kinds import Audience
from fangkong_lab.show.unit import UnitPages

DAY = pd.Timestamp("2016-12-31").date()
RECEIPTS = pd.DataFrame({"sender": ["U01", "U01", "U02"], "book": ["甲", "乙", "丙"], "sha256": ["a" * 64, "b" * 64, "c" * 64],
                         "rows_read": [10, 5, 7], "refused": [1, 0, 0], "held_back": [0, 2, 0]})


@pytest.fixture(scope="module")
def tables():
    return synthetic_county(seed=1, units=2).tables


def pages(tables, unit="U01") -> UnitPages:
    return UnitPages(tables, unit, DAY, Audience.INTERNAL, RECEIPTS)


@pytest.mark.parametrize("table", ["power_items", "flows", "steps", "sign_offs", "risk_points", "measures", "disclosures",
                                   "duties", "duty_records", "info_reports", "case_log", "occupancies"])
def test_rows_are_shared_out_once(tables, table):
    """The pilots' rows add up to the table, with what the commission's own unit holds beside."""
    units = list(tables["units"]["unit_id"])
    parts = [set(pages(tables, u).own(table).index) for u in units]
    assert sum(map(len, parts)) == len(set().union(*parts))
    assert set().union(*parts) == set(tables[table].index)


def test_receipts_add_the_books_of_the_unit(tables):
    lines = pages(tables).receipts().lines
    assert lines[0] == "本次核验15条，拒收1条，留置2条；未核实数据单独注明。"
    assert len(lines) == 3


def test_unstated_amounts_are_not_zero(tables):
    items = tables["power_items"].copy()
    items.loc[items["category"] == "行政确认", "yearly_amount"] = float("nan")
    frame = pages({**tables, "power_items": items}).items_by_category().table().set_index("权力类别")
    assert pd.isna(frame.loc["行政确认", "年涉及金额"])
    assert frame["事项数"].sum() == (items["unit_id"] == "U01").sum()


def test_simulated_data_say_so(tables):
    made = pages(tables)
    assert made.simulated
    assert "模拟数据" in made.heading().lines[0]
    assert "模拟数据" in made.limits().sentence()
    real = tables["units"].assign(name=tables["units"]["name"].str.replace("模拟", "某"))
    assert not pages({**tables, "units": real}).simulated


def test_missing_tables_are_named(tables):
    bare = {**tables, "measures": tables["measures"].iloc[0:0]}
    assert "防控措施" in pages(bare).limits().sentence()
    assert "防控措施" in set(pages(bare).scope().table().query("行数 == '未报'")["台账"])


def test_unknown_unit_names_the_near_one(tables):
    with pytest.raises(BadInput, match="U0"):
        pages(tables, "U0l")


def test_the_chart_shows_the_funnel(tables):
    chart = pages(tables).funnel_chart()
    assert chart.png.startswith(b"\x89PNG")
    assert list(chart.table()["环节"]) == ["列入清单", "有流程图", "查有风险点", "定有措施", "已公开"]
    assert chart.alt == pages(tables).funnel().sentence()
