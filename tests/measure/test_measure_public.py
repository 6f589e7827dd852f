"""The year's counts that leave the office: units' copies and the county's totals hide together what is small."""

from datetime import date

import pandas as pd
import pytest

from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.measure.intruder import audit
from fangkong_lab.measure.protect import MARK
from fangkong_lab.measure.public_counts import ALL, public_counts

DAY = date(2016, 12, 31)


def ledger(rows: list[tuple[str, str, float, str, str]]) -> dict[str, pd.DataFrame]:
    """A ledger of yearly counts: unit, measure, value, unit of count, qualifier."""
    frame = pd.DataFrame(rows, columns=["unit_id", "measure", "value", "count_unit", "qualifier"])
    frame = frame.assign(period_start=pd.Timestamp("2016-01-01"), period_end=pd.Timestamp(DAY), has_clue="是", cumulative=False,
                         source="模拟")
    units = pd.DataFrame({"unit_id": sorted(set(frame["unit_id"])), "name": "模拟单位", "kind": "党政机关"})
    return {"outcomes": frame, "units": units}


def printed(made, unit: str, measure: str) -> str:
    frame = made.of(unit)
    return frame.loc[frame["指标"] == measure, "数值"].item()


def test_three_units_by_hand():
    """2, 30 and 9 persons, 41 in all: 2 is hidden, and one more number, or 41 − 30 − 9 gives it away."""
    made = public_counts(ledger([("U1", "诫勉", 2, "人", "准确"), ("U2", "诫勉", 30, "人", "准确"), ("U3", "诫勉", 9, "人", "准确")]), DAY, 5)
    shown = {u: printed(made, u, "诫勉") for u in ("U1", "U2", "U3", ALL)}
    assert shown["U1"] == MARK
    assert list(shown.values()).count(MARK) == 2
    assert "防止由合计和比率推算" in made.sentence()


def test_money_and_zero_are_printed():
    made = public_counts(ledger([("U1", "挽回损失", 2, "万元", "准确"), ("U1", "移送司法", 0, "人", "准确")]), DAY, 5)
    assert printed(made, "U1", "挽回损失") == "2"
    assert printed(made, "U1", "移送司法") == "0"


def test_a_rough_count_is_hidden_where_it_may_be_small_and_has_no_total():
    made = public_counts(ledger([("U1", "诫勉", 3, "人", "约"), ("U2", "诫勉", 40, "人", "余")]), DAY, 5)
    assert printed(made, "U1", "诫勉") == MARK
    assert printed(made, "U2", "诫勉") == "41–49"
    assert not len(made.of(ALL))


def test_threshold_is_the_offices():
    rows = [("U1", "诫勉", 6, "人", "准确"), ("U2", "诫勉", 50, "人", "准确"), ("U3", "诫勉", 60, "人", "准确")]
    assert printed(public_counts(ledger(rows), DAY, 5), "U1", "诫勉") == "6"
    assert printed(public_counts(ledger(rows), DAY, 10), "U1", "诫勉") == MARK


@pytest.fixture(scope="module")
def county():
    return public_counts(synthetic_county().tables, DAY, 5)


def test_no_copy_of_the_synthetic_county_prints_a_small_count(county):
    for unit in {line.unit for line in county.lines}:
        frame = county.of(unit)
        people = frame[~frame["计量单位"].isin(["元", "万元", "亿元"])]
        assert not people["数值"].isin(["1", "2", "3", "4"]).any()


def test_nothing_hidden_can_be_worked_out_from_all_copies_together(county):
    """Solved afresh for every small count: each of 1 … 4 is still possible given all that is printed."""
    proof = audit(county.protected.release, county.protected.hidden, 5)
    assert len(proof) > 20
    assert all(found.values == (1, 2, 3, 4) for found in proof)


def test_totals_are_the_sums_of_the_units(county):
    """Every printed total equals the ledger's own sum, worked out with pandas."""
    outcomes = synthetic_county().tables["outcomes"]
    year = outcomes[(outcomes["period_start"].dt.year == 2016) & (outcomes["cumulative"] != True)]  # noqa: E712
    for line in county.lines:
        if line.unit == ALL and line.key not in county.protected.hidden:
            same = year[(year["measure"] == line.tally.basis.measure) & (year["count_unit"] == line.tally.basis.count_unit)
                        & (year["period_start"] == pd.Timestamp(line.period.start)) & (year["period_end"] == pd.Timestamp(line.period.end))]
            assert int(county.protected.shown(line.key)) == int(same["value"].sum())
