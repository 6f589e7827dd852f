"""What people type into cells, and what it means (tables.md, "General")."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab.ledger.cells import is_blank, read_cell
from fangkong_lab.ledger.columns import Column, ColumnType
from fangkong_lab.ledger.fault import Fault
from fangkong_lab.ledger.privacy import is_credit_code, is_identity_number, personal_fault
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.ledger.typed import type_column

START = TABLES["occupancies"].column("start")
END = TABLES["occupancies"].column("end")
LAST = TABLES["outcomes"].column("period_end")
MOMENT = TABLES["case_log"].column("at")
WIDE = str.maketrans("0123456789-/.:", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff0d\uff0f\uff0e\uff1a")


@pytest.mark.parametrize("typed", [
    date(2016, 9, 30), datetime(2016, 9, 30), datetime(2016, 9, 30, 8, 15), "2016-09-30", "2016/9/30", "2016.9.30",
    "2016年9月30日", " 2016 年 9 月 30 日 ", "2016-09-30 00:00:00", "2016-9-30".translate(WIDE),
])
def test_days_are_read_as_people_write_them(typed: object) -> None:
    assert read_cell(START, typed) == date(2016, 9, 30)


@pytest.mark.parametrize("typed", ["2016.09", "2016年9月", "2016-9", "2016/09", 2016.09, "2016.09".translate(WIDE)])
def test_a_month_is_read_by_what_the_column_is(typed: object) -> None:
    assert read_cell(START, typed) == date(2016, 9, 1)
    assert read_cell(END, typed) == date(2016, 10, 1)
    assert read_cell(LAST, typed) == date(2016, 9, 30)


def test_december_ends_in_the_next_year() -> None:
    assert read_cell(END, "2016.12") == date(2017, 1, 1)
    assert read_cell(LAST, "2016年12月") == date(2016, 12, 31)


def test_moments_keep_their_clock() -> None:
    assert read_cell(MOMENT, "2016-06-01 09:30") == datetime(2016, 6, 1, 9, 30)
    assert read_cell(MOMENT, "2016年6月1日 9:30:15") == datetime(2016, 6, 1, 9, 30, 15)
    assert read_cell(MOMENT, datetime(2016, 6, 1, 9, 30)) == datetime(2016, 6, 1, 9, 30)
    assert read_cell(MOMENT, date(2016, 6, 1)) == datetime(2016, 6, 1)


@pytest.mark.parametrize(("typed", "meant"), [
    ("是", True), ("否", False), (1, True), (0.0, False), ("Y", True), ("n", False), ("\u221a", True), (True, True), ("\uff11", True),
])
def test_yes_and_no(typed: object, meant: bool) -> None:
    assert read_cell(TABLES["posts"].column("external"), typed) is meant


def test_scores_take_words_and_lists_their_separators() -> None:
    assert [read_cell(TABLES["risk_points"].column("harm"), w) for w in ("高", "中", "低", 4, "\uff12")] == [5, 3, 1, 4, 2]
    steps = TABLES["risk_points"].column("found_steps")
    assert read_cell(steps, "自己找;群众帮\uff1b 自己找") == "自己找\u3001群众帮"


def test_codes_lose_blanks_and_full_width_but_not_their_zeros() -> None:
    code = TABLES["posts"].column("post_id")
    assert read_cell(code, " \uff30 00\uff11") == "P001"
    assert read_cell(code, 12.0) == "12"
    assert read_cell(code, "0012") == "0012"
    assert isinstance(read_cell(code, date(2016, 1, 2)), Fault)


def test_titles_are_one_line_whatever_the_arrow() -> None:
    flow = TABLES["power_items"].column("simple_flow")
    for typed in ("经办人>股长>局长", "经办人\uff1e股 长\uff1e局长", "经办人\u2192股长 \u2192 局长", "经办人-->股长->局长"):
        assert read_cell(flow, typed) == "经办人>股长>局长"


def test_the_historic_category_is_known_by_both_spellings() -> None:
    column = TABLES["power_items"].column("category")
    assert read_cell(column, "非行政许可审批〔历史〕") == read_cell(column, "非行政许可审批") == "非行政许可审批"


def test_count_unit_in_full_width_brackets_is_the_listed_one() -> None:
    assert read_cell(TABLES["outcomes"].column("count_unit"), "人\uff08次\uff09") == "人(次)"


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_by_any_column_without_raising(text: str) -> None:
    kinds = {c.type: c for t in TABLES.values() for c in t.columns}
    assert set(kinds) == set(ColumnType)
    for column in kinds.values():
        if not is_blank(text):
            read_cell(column, text)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["1", "是", "", "否", "x"])), max_size=30))
def test_reading_a_column_at_once_is_reading_its_cells(cells: list[object]) -> None:
    """Each distinct cell is read once; the witness reads every cell by itself. TRUE and 1 must not be mixed up."""
    column = Column("headcount", "人数", ColumnType.INTEGER, "人数", lowest=0)
    typed = type_column(column, cells)
    alone = [None if is_blank(c) else read_cell(column, "TRUE" if c is True else "FALSE" if c is False else c) for c in cells]
    values = [None if pd.isna(v) else v for v in typed.series(np.arange(len(cells)))]
    assert values == [None if isinstance(a, Fault) else a for a in alone]
    assert set(typed.faulty_rows.tolist()) == {i for i, a in enumerate(alone) if isinstance(a, Fault)}


# GB 11643-1999 annex: 11010519491231002X; GB 32100-2015 code of a public body printed in the standard's manner.
def test_identity_numbers_are_known_by_check_digit_and_birth_date() -> None:
    assert is_identity_number("11010519491231002X")
    assert is_identity_number("11010519491231002x")
    assert not is_identity_number("110105194912310021")
    assert not is_identity_number("11010519491331002X")


def test_a_single_wrong_digit_is_never_an_identity_number() -> None:
    """MOD 11-2 finds every single wrong digit (ISO 7064)."""
    right = "11010519491231002X"
    for place in range(17):
        for digit in set("0123456789") - {right[place]}:
            assert not is_identity_number(right[:place] + digit + right[place + 1:])


def _credit_code(body: str) -> str:
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + letters[-total % 31]


def test_a_credit_code_passes_as_a_unit_code_even_if_it_looks_like_an_identity_number() -> None:
    unit = TABLES["units"].column("unit_id")
    text = TABLES["risk_points"].column("description")
    code = _credit_code("11420822MB1234567")
    assert is_credit_code(code)
    assert not is_credit_code(code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert personal_fault(unit, code) is None
    assert personal_fault(text, f"统一代码{code}") is None
    both = next(c for c in _numbers_that_are_both() if is_identity_number(c) and is_credit_code(c))
    assert personal_fault(unit, both) is None
    fault = personal_fault(text, both)
    assert fault is not None
    assert fault.code == "identity_number"


def _numbers_that_are_both():
    for number in range(100, 100_000):
        yield _credit_code(f"110105194912{number:05d}")


@pytest.mark.parametrize("text", ["13800138000", "138-0013-8000", "联系138 0013 8000转", "0724-8551234", "(010)65551234"])
def test_phones_are_found(text: str) -> None:
    fault = personal_fault(TABLES["risk_points"].column("description"), text)
    assert fault is not None
    assert fault.code == "phone"


@pytest.mark.parametrize("text", ["交发〔2016〕12号", "2016-09-30至2016-10-15", "办件20160000001234", "850.25万元", "第1380013800号文"])
def test_other_numbers_are_no_phones(text: str) -> None:
    assert personal_fault(TABLES["risk_points"].column("description"), text) is None


def test_person_codes_and_names() -> None:
    column = TABLES["persons"].column("person_id")
    assert [personal_fault(column, c) for c in ("R001", "P0A1B2C3D4E5F607", "空缺", "甲01")] == [None] * 4
    for name in ("王小明", "欧阳修", "李四", "张三丰"):
        assert personal_fault(column, name) is not None
