"""Checks of printed numbers: the sums of the domain notes; they flag and never repair."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.ledger.figures import figures
from fangkong_lab.measure.interval import Interval
from fangkong_lab.measure.national import (
    form_shares_over_time,
    national_checks,
    national_records,
    of_period,
    place_checks,
    share_of,
)
from fangkong_lab.measure.qualifier import rounded
from fangkong_lab.measure.record import read_figures, read_records
from fangkong_lab.measure.validators import (
    Fit,
    check_outcomes,
    parts_and_total,
    persons_in_both,
    printed_growth,
    printed_share,
)


def exact(*values):
    return [Interval.exactly(v) for v in values]


def test_party_and_office_exceed_the_persons():
    """五华 275 + 23 = 298 > 286; 安庆 315 + 40 = 355 > 334: one person may have both."""
    made = persons_in_both("五华", 275, 23, 286)
    assert made.fit is Fit.NOTE
    assert "298不是人数" in made.text
    assert "12人同时" in made.text
    assert "21人同时" in persons_in_both("安庆", 315, 40, 334).text
    assert persons_in_both("反例", 100, 20, 130).flagged
    assert persons_in_both("反例", 100, 20, 90).flagged


def test_a_wrong_percentage_is_flagged_not_repaired():
    """临沧: up 245 to 461 is 113.4 %, printed 123.8 %."""
    made = printed_growth("临沧", Interval.exactly(461), Interval.exactly(245), 123.8)
    assert made.flagged
    assert "113.4%，印为123.8%" in made.text
    assert "未改动" in made.sentence()
    assert not printed_growth("临沧", Interval.exactly(461), Interval.exactly(245), 113.4).flagged


def test_rounded_parts_may_miss_their_total_by_their_rounding():
    """2020Q1: 23.6 + 7.4 + 1.1 + 1.2 = 33.3, printed 33.2, all rounded to 0.1."""
    parts = [rounded(v, 0.1) for v in (23.6, 7.4, 1.1, 1.2)]
    assert parts_and_total("2020Q1", parts, rounded(33.2, 0.1)).fit is Fit.ROUNDING
    assert parts_and_total("反例", parts, rounded(34.0, 0.1)).flagged
    assert parts_and_total("反例", exact(23.6, 7.4, 1.1, 1.2), Interval.exactly(33.2)).flagged


def test_the_national_rows_hold_within_their_rounding():
    made = national_checks()
    assert not [c for c in made.items if c.flagged]
    sums = [c for c in made.items if c.what.endswith("四种形态")]
    assert len(sums) == 4
    assert {c.fit for c in sums} == {Fit.ROUNDING}
    assert "4.5万人同时" in next(c.text for c in made.items if c.fit is Fit.NOTE)


def test_all_six_places_hold_exactly():
    forms = [c for c in place_checks().items if "分项与合计" in c.what]
    assert [c.fit for c in forms] == [Fit.EXACT] * 6
    assert all(len(c.places) == 5 for c in forms)


def test_shares_of_the_first_form_as_published():
    """70.9 (2020Q1), 70.0 (2021), 67.4 (2022H1), 50.0 (2025Q1–3)."""
    table = form_shares_over_time()
    first = table[table["形态"] == "第一种形态"].set_index("期间")
    assert first["印出占比"].to_dict() == {"2020Q1": 70.9, "2021": 70.0, "2022H1": 67.4, "2025Q1-3": 50.0}
    assert (first["占比下端"] - 0.05 <= first["印出占比"]).all()
    assert (first["印出占比"] <= first["占比上端"] + 0.05).all()
    assert first["断点"].to_dict()["2025Q1-3"] == "断点后"
    assert share_of(of_period("2021"), "第一种形态").low == pytest.approx(148.65 / 212.55)


def test_every_national_row_has_its_source_and_rounding():
    assert all(r.source and r.interval.high - r.interval.low == pytest.approx(0.1) for r in national_records())


def test_source_sums_of_the_documents():
    """沙洋 74 + 55 = 129; 移送 8 + 1 = 9 fits but is only an inference, so it is no shipped sum."""
    value = {r.name: r.interval for r in read_figures(figures())}
    assert parts_and_total("内部权", [value["003-012"], value["003-013"]], value["003-011"]).fit is Fit.EXACT
    assert parts_and_total("移送", [value["004-20"], value["004-26"]], value["004-09"]).fit is Fit.EXACT


def test_checks_of_a_ledger_name_their_rows():
    base = {"unit_id": "五华县", "period_start": "2020-01-01", "period_end": "2020-12-31", "count_unit": "人", "source": "年报", "cumulative": "否"}
    frame = pd.DataFrame([{**base, "measure": m, "value": v} for m, v in (("党纪处分", 275), ("政务处分", 23), ("处分", 300))])
    made = check_outcomes(read_records(frame))
    assert [c.flagged for c in made.items] == [True]
    assert any("第3行" in place for place in made.items[0].places)
    assert "不符1处" in made.sentence()


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_rightly_rounded_share_is_never_flagged(part, rest):
    percent = round(100 * part / (part + rest), 1)
    assert not printed_share("x", Interval.exactly(part), Interval.exactly(part + rest), percent).flagged
    assert printed_share("x", Interval.exactly(part), Interval.exactly(part + rest), percent + 0.3).flagged


@given(st.lists(st.floats(0, 500), min_size=2, max_size=6))
def test_rightly_rounded_parts_are_never_flagged(values):
    parts = [rounded(round(v, 1), 0.1) for v in values]
    assert not parts_and_total("x", parts, rounded(round(sum(values), 1), 0.1)).flagged
