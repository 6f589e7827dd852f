"""The weekly list on the golden county with a few rows added. Witness: counting by hand, row by row, in the comments."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.errors import BadInput, NotInForce, WrongCall
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.kinds import Audience
from fangkong_lab.measure.due import DueList, due_list
from fangkong_lab.measure.due_calendar import calendar_for, load_calendar
from fangkong_lab.measure.due_item import Known, Matter
from fangkong_lab.shipped import shipped

DAY = date(2016, 12, 22)  # a Thursday; the list looks to the 29th
CALENDAR = calendar_for(None)


def frame(columns: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=columns.split())
    for name in made.columns:
        if name.endswith("_on") or name in ("start", "end"):
            made[name] = pd.to_datetime(made[name])
    return made


def tables() -> dict[str, pd.DataFrame]:
    """The golden county M01, a second unit M02, and what is due in both."""
    golden = dict(golden_county().tables)
    golden["units"] = pd.concat([golden["units"], pd.DataFrame([{"unit_id": "M02", "name": "模拟乙局", "kind": "党政机关"}])], ignore_index=True)
    posts = golden["posts"].copy()
    posts.loc[posts["post_id"] == "G3", "in_charge_of"] = "财务、采购"  # P3 since 2010: five years were full on 2015-01-01: overdue
    posts.loc[posts["post_id"] == "G8", "in_charge_of"] = "财务"  # P8, moved below: full on 2016-12-29, the last day of the list
    posts.loc[posts["post_id"] == "G2", "in_charge_of"] = "执法"  # not a rotating field
    held = golden["occupancies"].copy()
    held = held[held["person_id"] != "P8"]
    # P8 left G8 on 2011-06-01, came back on 2011-12-29, and the next span follows without a day between: one stay
    held = pd.concat([held, frame("person_id post_id start end", [
        ("P8", "G8", "2010-01-01", "2011-06-01"), ("P8", "G8", "2011-12-29", "2014-01-01"), ("P8", "G8", "2014-01-01", None)])], ignore_index=True)
    return {**golden, "posts": posts, "occupancies": held, **recurring(), **issues()}


def recurring() -> dict[str, pd.DataFrame]:
    duties = frame("duty_id item_id flow_id layer means to every", [
        ("D1", "S01", None, "网上", "报送", "县中心", "月"), ("D2", None, "L04", "领导", "报告", "分管领导", "一事一报"),
        ("D3", "S05", None, "民主", "公开", "公开栏", "季"), ("D4", "S06", None, "专门", "备案", "派驻组", None)])
    records = frame("duty_id due_on done_on excused", [
        ("D1", "2016-09-25", None, None),            # missed, October came after it: superseded, counted and not listed
        ("D1", "2016-10-25", None, "防汛"),           # excused: nothing
        ("D1", "2016-11-25", None, None),            # missed, the latest that was due: overdue 27 days
        ("D1", "2016-12-25", "2016-12-24", None),    # done on the 24th, which on the 22nd is not known: coming
        ("D2", "2016-03-01", None, None),            # each report of its own: overdue, not superseded by the next
        ("D2", "2016-12-22", None, None),            # due today: not overdue
        ("D2", "2016-12-30", None, None),            # after the 29th: not in the list
        ("D3", "2016-09-30", "2016-09-30", None),    # done; the next quarter ends on 2016-12-31: after the list
        ("D4", "2016-01-05", None, None),            # period not stated: taken as it stands: overdue
    ])
    network = frame("node_id tier parent unit_id start end", [
        ("N1", "采集点", None, "M01", "2012-07-01", None),   # by the 25th; December has a row below
        ("N2", "采集点", None, "M02", "2012-07-01", None),   # by the 25th; no row for December: reckoned
        ("N3", "报送点", None, "M01", "2012-07-01", None),   # by the 28th; no row: reckoned
        ("N4", "报送点", None, "M01", "2012-07-01", "2016-12-28"),  # ended on that day: nothing
        ("N5", "信息员", None, "M01", "2012-07-01", None)])  # a tier without a report day: nothing
    reports = frame("node_id due_on sent_on", [
        ("N1", "2016-11-25", None), ("N1", "2016-12-25", None),  # November missed and the latest that was due: overdue; December coming
        ("N2", "2016-10-25", None), ("N2", "2016-11-25", "2016-11-25")])  # October superseded by November
    return {"duties": duties, "duty_records": records, "warning_network": network, "info_reports": reports}


def issues() -> dict[str, pd.DataFrame]:
    found = frame("issue_id unit_id origin kind found_on due_on closed_on owner_post", [
        ("W1", "M01", "巡察", "财务", "2016-01-01", "2016-06-30", None, "G3"),          # overdue 175 days
        ("W2", "M01", "巡察", "财务", "2016-01-01", "2016-12-29", None, "G3"),          # coming
        ("W3", "M02", "自查", None, "2016-01-01", "2016-06-30", "2016-06-01", None),    # closed
        ("W4", "M02", "自查", None, "2016-12-25", "2016-12-28", None, None),            # not found yet
        ("W5", "M02", "自查", None, "2016-01-01", None, None, None)])                   # no deadline: cannot fall due
    events = frame("event_id unit_id warned_unit warned_post person_id behaviour level clue_status decided_on due_on lifted_on appealed_on "
                   "appeal_closed_on appeal_result", [
        ("E1", "M01", "M02", "G3", "P3", "甲", "蓝", "属实", "2016-01-01", "2016-03-01", None, None, None, None),        # overdue, of M02
        ("E2", "M01", None, None, None, "乙", "黄", "属实", "2016-12-01", "2016-12-23", None, None, None, None),         # coming
        ("E3", "M01", None, None, None, "乙", "黄", "不实", "2016-12-01", "2016-12-01", None, None, None, None),         # struck
        ("E4", "M01", None, None, "P4", "乙", "黄", "属实", "2016-10-01", "2016-12-01", "2016-12-22", "2016-11-25", None, None),  # lifted; appeal of 11-25 ends 12-25: coming
        ("E5", "M01", None, None, None, "乙", "黄", "属实", "2016-12-01", "2017-03-01", None, "2016-12-10", None, None)])  # appeal ends 2017-01-09: later
    return {"rectifications": found, "warning_events": events}


@pytest.fixture(scope="module")
def due() -> DueList:
    return due_list(tables(), DAY, 7, CALENDAR)


def test_the_list_counted_by_hand(due):
    """逾期: D1, D2, D4; N1; W1; E1; rotation G3 = 7. 今后七日: D1, D2 today; N1, N2, N3; W2; E2; appeal E4; rotation G8 = 9."""
    assert due.counts().to_numpy().tolist() == [["监督义务", 3, 2], ["信息报送", 1, 3], ["问题整改", 1, 1], ["预警解除", 1, 1],
                                                 ["申诉办理", 0, 1], ["岗位轮换", 1, 1]]
    assert (len(due.overdue), len(due.coming), due.superseded, due.gaps) == (7, 9, 2, 0)
    assert due.sentence().startswith("【模拟数据】截至2016-12-22，逾期7件，7日内到期9件。定期义务和报送中已被后一期取代的未履行另有2次")


def test_overdue_first_and_to_the_day(due):
    days = [i.due_on for i in due.items]
    assert days == sorted(days)
    late = {(i.matter, i.key[0]): i.late(DAY) for i in due.items}
    assert late[Matter.DUTY, "D1"] in (27, 0)
    assert {i.late(DAY) for i in due.items if i.key[:1] == ("D1",)} == {27, 0}
    assert late[Matter.RECTIFY, "W1"] == 175
    assert [i.key[0] for i in due.items if i.due_on == DAY] == ["D2"]
    assert due.table()["状态"].tolist().count("今日到期") == 1


def test_how_each_day_is_known(due):
    known = {(i.matter, i.key[0]): i.known for i in due.coming}
    assert known[Matter.REPORT, "N2"] is known[Matter.REPORT, "N3"] is Known.RULE
    assert known[Matter.REPORT, "N1"] is Known.STATED
    rotation = {i.key: i.due_on for i in due.items if i.matter is Matter.ROTATION}
    assert rotation == {("P3", "G3"): date(2015, 1, 1), ("P8", "G8"): date(2016, 12, 29)}
    (appeal,) = [i for i in due.items if i.matter is Matter.APPEAL]
    assert (appeal.due_on, appeal.for_office) == (date(2016, 12, 25), True)


def test_a_recurring_duty_goes_on_by_its_period():
    """Ten days on: D1's next is 2017-01-25 (later), D3's quarter ends on 2016-12-31 and stays a month's last day."""
    later = due_list(tables(), date(2016, 12, 28), 3, CALENDAR)
    assert [(i.key, i.due_on, i.known) for i in later.coming if i.table == "duties"] == [(("D3",), date(2016, 12, 31), Known.PERIOD)]
    spring = due_list(tables(), date(2017, 3, 25), 7, CALENDAR)
    assert [(i.key[0], i.due_on) for i in spring.coming if i.table == "duties"] == [("D1", date(2017, 3, 25)), ("D3", date(2017, 3, 31))]
    assert spring.gaps == 2  # D1 lacks January and February, D3 lacks December: asked about, not called missed


def test_a_duty_without_any_row_is_asked_about():
    """D1 and D3 recur; without their rows there is no day to reckon from."""
    bare = {**tables(), "duty_records": tables()["duty_records"].iloc[0:0]}
    made = due_list(bare, DAY, 7, CALENDAR)
    assert made.gaps == 2
    assert not [i for i in made.items if i.matter is Matter.DUTY]


def test_a_units_copy_names_no_person(due):
    own = due.of_unit("M01")
    text = own.table(Audience.UNIT).to_csv()
    assert not any(person in text for person in ("P3", "P8", "P4"))
    assert "责任与对象（内部）" not in text
    assert "E1" not in text  # M02 was warned, though the event happened in M01
    assert not any(i.matter is Matter.APPEAL for i in own.items)
    assert {i.key[0] for i in due.of_unit("M02").items} == {"N2", "E1"}
    assert "P3" in due.table(Audience.INTERNAL).to_csv()
    with pytest.raises(WrongCall, match="不能用于公开"):
        due.table(Audience.PUBLIC)
    with pytest.raises(WrongCall, match="M02"):
        due.of_unit("M20")


def test_every_item_is_on_one_list(due):
    """What the units' lists and the office's own hold together is the whole list."""
    parts = [i for u in due.units for i in due.of_unit(u).items] + [i for i in due.items if i.for_office]
    assert sorted(parts, key=lambda i: i.order()) == list(due.items)


@given(st.integers(0, 40), st.integers(-400, 60))
def test_looking_further_only_adds(within, shift):
    """A longer look keeps every item of a shorter one; what is overdue does not depend on it."""
    day = DAY + timedelta(days=shift)
    short, long = due_list(tables(), day, within, CALENDAR), due_list(tables(), day, within + 10, CALENDAR)
    assert set(short.items) <= set(long.items)
    assert short.overdue == long.overdue


@given(st.permutations(range(9)))
def test_the_order_of_rows_does_not_matter(order):
    made = tables()
    mixed = {**made, "duty_records": made["duty_records"].iloc[list(order)]}
    assert due_list(mixed, DAY, 7, CALENDAR).items == due_list(made, DAY, 7, CALENDAR).items


def test_missing_tables_are_not_spoken_of():
    assert due_list({"units": tables()["units"]}, DAY, 7, CALENDAR).items == ()
    with pytest.raises(WrongCall, match="负数"):
        due_list(tables(), DAY, -1, CALENDAR)


def test_the_calendar_is_dated_and_cited():
    assert (CALENDAR.report_day("采集点", DAY), CALENDAR.report_day("报送点", DAY), CALENDAR.report_day("信息员", DAY)) == (25, 28, None)
    assert all("（" in line for line in CALENDAR.basis(DAY))
    assert "假定值，无出处" in CALENDAR.basis(DAY)[-1]
    with pytest.raises(NotInForce):
        due_list(tables(), date(2008, 12, 1), 7, CALENDAR)


@pytest.mark.parametrize(("old", "new", "words"), [
    ("{value: 25, source: finance,", "{value: 31, source: finance,", "不是 1 至 28 的整数"),
    ("{value: 5, source: housing,", "{value: 5,", "没有出处"),
    ("rotation_years:", "rotation_year:", "不认识的字段"),
    ("source: housing, assumed", "source: hausing, assumed", "没有在 sources 里登记")])
def test_a_broken_calendar_says_where(tmp_path, old, new, words):
    path = tmp_path / "calendar.yaml"
    path.write_text(shipped("data", "policies", "due", "calendar.yaml").read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(BadInput, match=words) as caught:
        load_calendar(path)
    assert "calendar.yaml › 第" in str(caught.value)


def test_an_offices_own_calendar_goes_first(tmp_path):
    own = tmp_path / "policies" / "due" / "calendar.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(shipped("data", "policies", "due", "calendar.yaml").read_text(encoding="utf-8").replace("value: 5,", "value: 3,"), encoding="utf-8")
    assert calendar_for(tmp_path).rotation_years.number(DAY) == 3
