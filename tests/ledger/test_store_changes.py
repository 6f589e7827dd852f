"""What changed since the last delivery, against a plain count of rows; and the words of cells."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.ledger.changes import ChangeKind, Compared, changes, shown

WHAT = Compared("t", "表", {"k": "键", "v": "值"}, ("k",))
ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([None, 1.0, 2.5, -3.0])), max_size=7)
UNIQUE_ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([None, 1.0, 2.5])), max_size=6, unique_by=lambda r: r[0])


def _frame(rows: list[tuple[str, float | None]]) -> pd.DataFrame:
    return pd.DataFrame({"k": pd.Series([r[0] for r in rows], dtype=object), "v": pd.Series([r[1] for r in rows], dtype="float64"),
                         "_row": range(2, len(rows) + 2)})


@pytest.mark.parametrize(("cell", "text"), [
    (None, ""), (np.nan, ""), (pd.NA, ""), (pd.NaT, ""), (True, "是"), (np.False_, "否"), (3.0, "3"), (0.1, "0.1"), (7, "7"),
    (pd.Timestamp("2016-09-30"), "2016-09-30"), (pd.Timestamp("2016-09-30 14:05"), "2016-09-30 14:05"),
    (pd.Timestamp("2016-09-30 14:05:06"), "2016-09-30 14:05:06"), ("财务、人事", "财务、人事")])
def test_cells_are_shown_as_people_write_them(cell: object, text: str) -> None:
    assert shown(cell) == text


@given(old=UNIQUE_ROWS, new=UNIQUE_ROWS)
def test_keyed_changes_are_the_difference_of_two_dictionaries(old: list, new: list) -> None:
    found = changes(_frame(old), _frame(new), WHAT)
    a, b = dict(old), dict(new)
    by_kind = {kind: {c.name for c in found if c.kind is kind} for kind in ChangeKind}
    assert by_kind[ChangeKind.ADDED] == set(b) - set(a)
    assert by_kind[ChangeKind.REMOVED] == set(a) - set(b)
    assert by_kind[ChangeKind.CHANGED] == {k for k in set(a) & set(b) if a[k] != b[k]}
    for change in found:
        if change.kind is ChangeKind.CHANGED:
            assert (change.header, change.old, change.new) == ("值", shown(a[change.name]), shown(b[change.name]))
            assert new[change.row - 2][0] == change.name
        if change.kind is ChangeKind.REMOVED:
            assert old[change.row - 2][0] == change.name


@given(old=ROWS, new=ROWS)
def test_without_a_key_equal_rows_cancel_one_by_one(old: list, new: list) -> None:
    found = changes(_frame(old), _frame(new), Compared("t", "表", {"k": "键", "v": "值"}, ()))
    added = Counter(new) - Counter(old)
    removed = Counter(old) - Counter(new)
    assert Counter(new[c.row - 2] for c in found if c.kind is ChangeKind.ADDED) == added
    assert Counter(old[c.row - 2] for c in found if c.kind is ChangeKind.REMOVED) == removed
    assert all(c.kind is not ChangeKind.CHANGED for c in found)
