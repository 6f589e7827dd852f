"""The coverage funnel against a county small enough to count by hand."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.completeness import Stage, coverage_funnel

DAY = date(2016, 12, 31)


def county() -> dict[str, pd.DataFrame]:
    """Six items of U1: i1 whole chain; i2 no measure; i3 risk confirmed too late; i4 simple flow; i5 flow without steps; i6 bare."""
    return {
        "power_items": pd.DataFrame({
            "item_id": ["i1", "i2", "i3", "i4", "i5", "i6", "x1"], "unit_id": ["U1"] * 6 + ["U2"],
            "flow_id": ["f1", "f1", "f2", None, "f3", None, "f1"], "simple_flow": [None, None, None, "甲>乙", None, " ", None]}),
        "steps": pd.DataFrame({"flow_id": ["f1", "f1", "f2"], "step_no": [1, 2, 1]}),
        "risk_points": pd.DataFrame({
            "risk_id": ["r1", "r2", "r3", "r4", "rx"], "item_id": ["i1", "i2", "i3", "i6", "x1"],
            "confirmed_on": pd.to_datetime(["2016-01-01", None, "2017-01-01", "2016-12-31", None])}),
        "measures": pd.DataFrame({"measure_id": ["m1", "m4", "mx"], "risk_id": ["r1", "r4", "rx"]}),
        "disclosures": pd.DataFrame({
            "item_id": ["i1", "i2", "i4"], "from": pd.to_datetime(["2016-06-01", "2016-01-01", "2017-01-01"]),
            "to": pd.to_datetime([None, "2016-12-31", None])}),
    }


def test_counted_by_hand():
    """清单 6; 流程 i1 i2 i3 i4; 风险 i1 i2 i6; 措施 i1 i6; 公开 i1 (i2 ended that day, i4 starts later)."""
    funnel = coverage_funnel(county(), "U1", DAY)
    assert [(s.having, s.through) for s in funnel.stages] == [(6, 6), (4, 4), (3, 2), (2, 1), (1, 1)]
    assert funnel.sentence().replace("，", ",") == "权力事项6项,4项有对应流程图,覆盖率66.7%,从清单到公开逐级贯通1项。"
    assert list(funnel.table()["贯通占清单"]) == ["100.0%", "66.7%", "33.3%", "16.7%", "16.7%"]


def test_an_empty_table_is_not_zero():
    tables = county()
    tables["measures"] = tables["measures"].iloc[0:0]
    funnel = coverage_funnel(tables, "U1", DAY)
    by_stage = {s.stage: s for s in funnel.stages}
    assert by_stage[Stage.MEASURE].having is None
    assert by_stage[Stage.PUBLISHED].having == 1
    assert by_stage[Stage.PUBLISHED].through is None
    assert "定有措施的台账未报" in funnel.sentence()
    assert "未报" in set(funnel.table()["事项数"])


def test_a_unit_without_items():
    with pytest.raises(BadInput, match="没有报送权力事项"):
        coverage_funnel(county(), "U9", DAY)


@given(st.permutations(range(7)), st.permutations(range(5)))
def test_order_of_rows_does_not_matter(items, risks):
    tables = county()
    shuffled = tables | {"power_items": tables["power_items"].iloc[list(items)], "risk_points": tables["risk_points"].iloc[list(risks)]}
    assert coverage_funnel(shuffled, "U1", DAY) == coverage_funnel(tables, "U1", DAY)


@given(st.sets(st.sampled_from(["steps", "risk_points", "measures", "disclosures"])))
def test_through_never_grows_along_the_funnel(emptied):
    tables = county()
    funnel = coverage_funnel(tables | {n: tables[n].iloc[0:0] for n in emptied}, "U1", DAY)
    known = [s.through for s in funnel.stages if s.through is not None]
    assert known == sorted(known, reverse=True)
    assert all(s.through <= s.having for s in funnel.stages if s.through is not None)
