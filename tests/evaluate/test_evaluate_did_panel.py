"""Reading a frame: what is refused names its row, what is read does not depend on the order or names of anything."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from evaluate_panels import COLUMNS, COUNTS, frame

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.panel import Columns, Panel


def test_what_is_read():
    made = Panel.read(frame(units=8, periods=7), COLUMNS)
    assert (made.n_units, made.n_periods, made.cohorts, made.balanced) == (8, 7, (3, 5), True)
    assert (made.size().treated, made.size().control, made.size().before) == (4, 4, 3)
    assert made.status.sum() == 2 * (7 - 3) + 2 * (7 - 5)
    assert made.source() == "传入数据56行（8个单位、7期，2010至2016）"


def test_the_frame_is_not_touched():
    given = frame(units=6)
    before = given.copy(deep=True)
    Panel.read(given, COLUMNS)
    pd.testing.assert_frame_equal(given, before)


def _with(column, at, value):
    made = frame(units=4, counts=True)
    made[column] = made[column].astype(object)
    made.loc[at, column] = value
    return made


@pytest.mark.parametrize(("column", "value", "words"), [
    ("n", -1, "数量 -1 为负"), ("n", None, "为空"), ("n", "很多", "「很多」不是数"), ("n", float("inf"), "不是数"),
    ("people", 0, "0 不能作分母"), ("unit", None, "为空"), ("year", None, "为空"), ("start", 2011.0, "试点起始前后不一")])
def test_a_bad_cell_is_refused_with_its_row(column, value, words):
    made = _with(column, 9, value)
    if column in ("start", "year"):
        made[column] = pd.to_numeric(made[column])
    with pytest.raises(BadInput) as error:
        Panel.read(made, COUNTS)
    assert words in error.value.what
    assert "第10行" in error.value.where
    assert error.value.mend


def test_a_unit_and_period_twice():
    made = frame(units=4)
    with pytest.raises(BadInput, match=r"第29行.*出现两次"):
        Panel.read(pd.concat([made, made.iloc[[5]]], ignore_index=True), COLUMNS)


def test_a_missing_column_has_its_near_match():
    with pytest.raises(BadInput, match="是否为「start」"):
        Panel.read(frame(units=4), Columns("y", "unit", "year", "starts"))


@pytest.mark.parametrize(("value", "words"), [(0.0, "试点起始为0"), (True, "写成了是否"), ("甲", "不是数字，|却不是")])
def test_a_start_that_is_no_start(value, words):
    made = frame(units=4)
    made["start"] = value
    with pytest.raises(BadInput, match=words):
        Panel.read(made, COLUMNS)


def test_no_pilot_and_no_before():
    made = frame(units=4)
    with pytest.raises(BadInput, match="没有一个单位"):
        Panel.read(made.assign(start=np.nan), COLUMNS).require_units()
    with pytest.raises(BadInput, match="从第一期起就已试点"):
        Panel.read(made.assign(start=made["start"].where(made["start"].isna(), 2010.0)), COLUMNS).require_units()


def test_dates_periods_and_text_read_alike():
    given = frame(units=8)
    plain = Panel.read(given, COLUMNS)
    dated = given.assign(year=pd.to_datetime(given["year"].astype(str) + "-01-01"),
                         start=pd.to_datetime(given["start"].map(lambda s: None if np.isnan(s) else f"{int(s)}-01-01")))
    text = given.assign(year=given["year"].astype(str), start=given["start"].map(lambda s: None if np.isnan(s) else str(int(s))))
    mixed = dated.assign(start=dated["start"].dt.strftime("%Y-%m-%d"))
    blank = given.assign(start=["" if np.isnan(s) else int(s) for s in given["start"]])
    years = pd.PeriodIndex(given["year"].astype(str), freq="Y")
    first = {u: None if np.isnan(s) else pd.Period(int(s), freq="Y") for u, s in zip(given["unit"], given["start"], strict=True)}
    periods = given.assign(year=years, start=given["unit"].map(first))
    days = given.assign(year=[date(y, 1, 1) for y in given["year"]], start=[None if np.isnan(s) else date(int(s), 1, 1) for s in given["start"]])
    nullable = given.astype({"year": "Int64", "start": "Int64", "y": "Float64"})
    for other in (dated, text, mixed, blank, periods, days, nullable, given.astype({"unit": "category", "year": "category"})):
        made = Panel.read(other, COLUMNS)
        assert np.array_equal(made.start, plain.start)
        assert np.array_equal(made.outcome, plain.outcome)


def test_a_start_inside_a_period_or_after_the_last():
    made = frame(units=8)
    dated = made.assign(year=pd.to_datetime(made["year"].astype(str) + "-01-01"),
                        start=pd.to_datetime(made["start"].map(lambda s: None if np.isnan(s) else f"{int(s)}-06-15")))
    read = Panel.read(dated, COLUMNS)
    assert read.between == 4
    assert np.array_equal(np.unique(read.start), [4, 6, 7])
    assert "不在期首" in read.notes()[0]
    late = Panel.read(made.assign(start=made["start"].replace(2015.0, 2050.0)), COLUMNS)
    assert (late.late, late.size().treated) == (2, 2)
    assert "观察期之后" in late.notes()[0]


def test_order_and_names_do_not_matter():
    given = frame(units=10, counts=True, seed=4)
    first = Panel.read(given, COUNTS)
    other = given.sample(frac=1, random_state=1)
    other["unit"] = other["unit"].map({u: f"{hash_}" for u, hash_ in zip(sorted(set(other["unit"])), "屉丙乙戊己庚辛壬癸甲", strict=True)})
    second = Panel.read(other, COUNTS)
    for name in ("outcome", "start", "exposure"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    row = given.iloc[int(first.rows[3, 2])]
    assert (row["n"], row["unit"]) == (first.outcome[3, 2], first.units[3])


def test_gaps_stay_gaps():
    made = Panel.read(frame(units=6).drop(index=[3, 17]), COLUMNS)
    assert not made.balanced
    assert int((~made.present).sum()) == 2
    assert np.isnan(made.outcome[~made.present]).all()
    assert "缺2个单位期，未补数" in made.notes()


def test_a_cluster_must_hold_whole_units():
    made = frame(units=6).assign(region=lambda f: f["year"] % 2)
    with pytest.raises(BadInput, match="两个聚类组"):
        Panel.read(made, Columns("y", "unit", "year", "start", cluster="region"))


def test_clusters_have_no_gaps_after_units_are_left_out():
    made = frame(units=12).assign(region=lambda f: f["unit"].str[1:].astype(int) // 2)
    read = Panel.read(made, Columns("y", "unit", "year", "start", cluster="region"))
    kept = read.kept(read.cluster != 2)
    assert sorted(set(kept.cluster.tolist())) == [0, 1, 2, 3, 4]
