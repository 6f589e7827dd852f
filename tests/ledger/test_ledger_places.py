"""Rows found by their place are the rows that a search through the whole table finds (pandas' own isin)."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.ledger.places import places, rows_with
from fangkong_lab.measure.record import read_records, records_where

CODES = st.one_of(st.none(), st.sampled_from(["U1", "U2", "U 3", "1", "空缺"]))


@given(st.lists(CODES, max_size=30), st.lists(st.sampled_from(["U1", "U2", "U 3", "1", "U9"]), max_size=6))
def test_rows_are_those_that_a_search_finds(codes, wanted):
    frame = pd.DataFrame({"code": pd.Series(codes, dtype=object), "n": range(len(codes))})
    frame.index = range(100, 100 + len(frame))
    pd.testing.assert_frame_equal(rows_with(frame, "code", wanted), frame[frame["code"].isin(wanted)])


def test_places_leave_empty_cells_out_and_keep_the_order():
    found = places(pd.DataFrame({"code": ["B", None, "A", "B"]}), "code")
    assert {k: v.tolist() for k, v in found.items()} == {"B": [0, 3], "A": [2]}


def test_records_of_a_unit_and_of_a_measure_keep_their_row_numbers():
    frame = pd.DataFrame({"unit_id": ["U1", "U2", " U1", "U2"], "measure": ["立案", "谈话", "谈话", "立案"], "value": [1, 2, 3, 4.0],
                          "count_unit": "件"})
    every = read_records(frame)
    for column, word, of in (("unit_id", "U1", lambda r: r.unit_id), ("measure", "谈话", lambda r: r.measure)):
        assert records_where(frame, column, word) == tuple(r for r in every if of(r) == word)
    assert [r.row for r in records_where(frame, "unit_id", "U1")] == [1, 3]
    assert records_where(frame, "unit_id", "U9") == ()
