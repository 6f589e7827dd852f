"""Counts and their 口径: what adds up, what is refused, how qualifiers run through sums.

Witnesses: the figures and sums stated in the design and the domain notes, counted by hand; brute force over intervals.
"""

import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.basis import Basis, Clue, Period, PeriodKind, Running
from fangkong_lab.measure.interval import Interval, total
from fangkong_lab.measure.qualifier import Mark, interval_of, place_value, rounded
from fangkong_lab.measure.record import chosen, read_records
from fangkong_lab.measure.tallies import latest, tally_all
from fangkong_lab.measure.tally import difference, share, tally


def rows(*given, **common):
    base = {"period_start": "2016-01-01", "period_end": "2016-12-31", "measure": "诫勉", "count_unit": "人", "cumulative": "否",
            "has_clue": "是", "source": "年报", "qualifier": "", "body": "县纪委", **common}
    return read_records(pd.DataFrame([{**base, "unit_id": f"U{k}", **row} for k, row in enumerate(given)]))


@pytest.mark.parametrize(("value", "word", "low", "high"), [
    (40, "余", 41, 49), (5000, "余", 5001, 5999), (250, "余", 251, 259), (700, "余", 701, 799), (60, "多", 61, 69),
    (30, "近", 20, 29), (70000, "约", 65000, 75000), (31000, "约", 30500, 31500), (40, "准确", 40, 40), (2, "以上", 2, math.inf),
    (20, "以下", 0, 20), (0.5, "近", 0, 0.5), (2.5, "余", 2.5, 2.6), (43, "近", 42, 42)])
def test_reading_of_qualifiers(value, word, low, high):
    assert interval_of(value, Mark.read(word)) == Interval(low, high)


def test_unreadable_qualifiers_are_errors():
    with pytest.raises(BadInput, match="期限"):
        interval_of(25, Mark.BEFORE)
    with pytest.raises(BadInput, match="不能带约数词"):
        interval_of(0, Mark.OVER)
    with pytest.raises(BadInput, match="为负"):
        interval_of(-1, Mark.EXACT)


@given(st.integers(1, 9999), st.integers(0, 4))
def test_place_value_is_that_of_the_last_digit_that_is_not_zero(head, zeros):
    value = head * 10**zeros
    trailing = len(str(value)) - len(str(value).rstrip("0"))
    assert place_value(value) == 10**trailing


@given(st.integers(1, 10**6), st.sampled_from([Mark.OVER, Mark.MORE, Mark.NEARLY, Mark.ABOUT]))
def test_a_reading_stays_within_one_place_of_the_number(value, mark):
    read, unit = interval_of(value, mark), place_value(value)
    assert value - unit <= read.low <= read.high <= value + unit
    assert read.high < value or mark is not Mark.NEARLY or unit < 1


def test_rounded_values_carry_half_a_place():
    assert rounded(212.5, 0.1) == Interval(212.45, 212.55)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 50)), min_size=1, max_size=8), st.randoms())
def test_sums_hold_every_value_and_do_not_depend_on_order_or_splitting(pairs, random):
    parts = [Interval(low, low + width) for low, width in pairs]
    whole = total(parts)
    drawn = sum(random.choice((p.low, p.high)) for p in parts)
    assert drawn in whole
    shuffled = random.sample(parts, len(parts))
    cut = random.randint(0, len(parts))
    assert total(shuffled) == whole == total([total(parts[:cut]), total(parts[cut:])])


@given(st.integers(0, 99), st.integers(0, 9), st.integers(1, 99), st.integers(0, 9))
def test_ratio_holds_every_ratio_of_its_parts(low, width, base, spread):
    quotient = Interval(low, low + width).over(Interval(base, base + spread))
    assert all(quotient.low <= a / b <= quotient.high for a in range(low, low + width + 1) for b in range(base, base + spread + 1))


@pytest.mark.parametrize(("start", "end", "kind"), [
    ((2016, 1, 1), (2016, 12, 31), PeriodKind.YEAR), ((2016, 7, 1), (2016, 12, 31), PeriodKind.HALF),
    ((2016, 4, 1), (2016, 6, 30), PeriodKind.QUARTER), ((2016, 1, 1), (2016, 9, 30), PeriodKind.NINE),
    ((2016, 2, 1), (2016, 2, 29), PeriodKind.MONTH), ((2014, 1, 1), (2016, 12, 31), PeriodKind.YEARS),
    ((2016, 2, 1), (2016, 4, 30), PeriodKind.OTHER), ((2016, 7, 1), (2017, 6, 30), PeriodKind.OTHER)])
def test_kind_of_period(start, end, kind):
    assert Period(date(*start), date(*end)).kind()[0] is kind


def test_period_without_a_first_day_is_up_to():
    assert Period(None, date(2016, 9, 30)).kind() == (PeriodKind.UP_TO, 0)
    assert Period(None, None).kind() == (PeriodKind.UNSTATED, 0)


def test_equal_basis_adds_up_with_its_qualifiers():
    made = tally(rows({"value": 40, "qualifier": "余"}, {"value": 26}, {"value": 30, "qualifier": "近"}))
    assert made.interval == Interval(41 + 26 + 20, 49 + 26 + 29)
    assert "约数按本软件的读法" in made.sentence()
    assert made.basis_line() == "口径：指标 诫勉；计量单位 人；有问题线索 是；累计 否；期间 年度"
    assert len(made.sources) == 3
    assert made.table()["单位"].tolist() == ["U0", "U1", "U2", "合计"]


@pytest.mark.parametrize(("other", "part"), [
    ({"measure": "组织处理"}, "指标"), ({"count_unit": "人次"}, "计量单位"), ({"has_clue": ""}, "有问题线索"),
    ({"cumulative": "是"}, "累计"), ({"period_end": "2016-06-30"}, "期间")])
def test_unequal_basis_is_an_error_naming_both_rows(other, part):
    with pytest.raises(BadInput, match="口径不同") as error:
        tally(rows({"value": 1}, {"value": 2, **other}))
    assert part in str(error.value)
    assert "第1行" in str(error.value)
    assert "第2行" in str(error.value)


def test_empty_clue_and_cumulative_are_unknown_not_no():
    basis = rows({"value": 1, "has_clue": None, "cumulative": None})[0].basis
    assert (basis.clue, basis.running) == (Clue.UNKNOWN, Running.UNKNOWN)


def test_party_and_office_sanctions_are_not_persons():
    with pytest.raises(BadInput, match="不是人数"):
        tally(rows({"value": 275, "measure": "党纪处分"}, {"value": 23, "measure": "政务处分", "unit_id": "U0"}))


def test_double_counting_is_refused():
    twice = rows({"value": 3, "unit_id": "A"}, {"value": 3, "unit_id": "A", "source": "另一份"})
    with pytest.raises(BadInput, match="重复计数"):
        tally(twice)
    with pytest.raises(BadInput, match="上级单位"):
        tally(rows({"value": 9, "unit_id": "县"}, {"value": 3, "unit_id": "站"}), {"站": "局", "局": "县"})
    apart = rows({"value": 3, "unit_id": "A"}, {"value": 4, "unit_id": "A", "period_start": "2017-01-01", "period_end": "2017-12-31"})
    assert tally(apart).interval == Interval(7, 7)


def test_running_totals_of_one_unit_never_add_and_are_differenced_only_on_asking():
    series = rows({"value": 400, "qualifier": "余", "unit_id": "A", "cumulative": "是", "period_end": "2016-06-30"},
                  {"value": 560, "unit_id": "A", "cumulative": "是", "period_end": "2016-09-30"})
    with pytest.raises(BadInput, match="口径不同"):
        tally(series)
    with pytest.raises(BadInput, match="互相包含"):
        tally(rows({"value": 4, "unit_id": "A", "cumulative": "是"}, {"value": 9, "unit_id": "A", "cumulative": "是", "source": "另一份"}))
    (step,) = difference(series)
    assert step.interval == Interval(560 - 499, 560 - 401)
    assert "求差" in step.sentence()
    assert latest(series) == (series[1],)


def test_difference_refuses_what_is_no_series():
    falling = rows({"value": 9, "unit_id": "A", "cumulative": "是", "period_end": "2016-06-30"},
                   {"value": 5, "unit_id": "A", "cumulative": "是", "period_end": "2016-09-30"})
    with pytest.raises(BadInput, match="不应下降"):
        difference(falling)
    with pytest.raises(BadInput, match="不是累计数"):
        difference(rows({"value": 1, "unit_id": "A", "period_end": "2016-06-30"}, {"value": 2, "unit_id": "A"}))
    with pytest.raises(BadInput, match="不是同一个累计序列"):
        difference(rows({"value": 1, "cumulative": "是", "period_end": "2016-06-30"}, {"value": 2, "cumulative": "是"}))


def test_every_record_is_in_exactly_one_sum_or_left_alone():
    records = rows({"value": 1, "unit_id": "A"}, {"value": 2, "unit_id": "B"}, {"value": 3, "unit_id": "B", "source": "另一份"},
                   {"value": 5, "measure": "组织处理"}, {"value": 7, "measure": "组织处理", "unit_id": "Z"})
    made = tally_all(records)
    counted = sorted(r.row for _, t in made.sums for r in t.records) + sorted(r.row for u in made.unsummed for r in u.records)
    assert sorted(counted) == [1, 2, 3, 4, 5]
    assert [t.interval for _, t in made.sums] == [Interval(12, 12)]
    assert "未作合计" in made.sentence()


def test_label_of_units_does_not_change_a_sum():
    first = rows({"value": 4}, {"value": 5})
    renamed = rows({"value": 4, "unit_id": "乙"}, {"value": 5, "unit_id": "甲"})
    assert tally(first).interval == tally(renamed).interval == tally(first[::-1]).interval


def test_share_is_an_interval_within_one():
    part, whole = tally(rows({"value": 20, "qualifier": "余"})), tally(rows({"value": 25, "measure": "谈话"}))
    assert share(part, whole) == Interval(21 / 25, 1.0)
    with pytest.raises(BadInput, match="计量单位不同"):
        share(part, tally(rows({"value": 25, "count_unit": "件"})))


def test_choice_names_the_near_match():
    with pytest.raises(BadInput, match="诫勉"):
        chosen(rows({"value": 1}), measure="诫免")


def test_bad_cells_name_their_row():
    with pytest.raises(BadInput, match="第2行"):
        rows({"value": 1}, {"value": "许多"})
    with pytest.raises(BadInput, match="早于期初"):
        rows({"value": 1, "period_end": "2015-01-01"})


def test_basis_line_tells_odd_periods_apart():
    first, second = (Basis("诫勉", "人", Clue.YES, Running.NO, *Period(date(2016, 2, 1), date(2016, 4, day)).kind()) for day in (29, 30))
    assert first.differs(second) == ("期间",)
