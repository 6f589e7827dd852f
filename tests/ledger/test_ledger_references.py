"""Rows of one delivery against each other and against what other deliveries brought."""

from datetime import date, timedelta
from pathlib import Path

import networkx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab.ledger.circles import circles_of
from fangkong_lab.ledger.delivery import ROW, Delivery, Sheet
from fangkong_lab.ledger.known import Known
from fangkong_lab.ledger.problem import Problem
from fangkong_lab.ledger.references import check_delivery
from fangkong_lab.ledger.tables import TABLES


def frame(table: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows of *table* with all its columns in their types, numbered from row 2 on."""
    made = pd.DataFrame([{c: row.get(c) for c in TABLES[table].names} for row in rows], columns=list(TABLES[table].names))
    typed = made.astype({c.name: c.dtype for c in TABLES[table].columns})
    return typed.assign(**{ROW: range(2, len(rows) + 2)})


def delivery(sender: str = "U1", book: str = "台账", **tables: list[dict[str, object]]) -> Delivery:
    sheets = tuple(Sheet(name, TABLES[name].label, frame(name, rows), {}) for name, rows in tables.items())
    return Delivery(sender, book, Path(f"{book}.xlsx"), "0" * 64, sheets, ())


def known(*deliveries: Delivery) -> Known:
    tables: dict[str, list[pd.DataFrame]] = {}
    for one in deliveries:
        for sheet in one.sheets:
            tables.setdefault(sheet.table, []).append(
                sheet.frame.assign(_sender=one.sender, _book=one.book, _sheet=sheet.name))
    return Known({name: pd.concat(frames, ignore_index=True) for name, frames in tables.items()})


def codes(problems: tuple[Problem, ...]) -> list[tuple[str, int, str]]:
    return [(p.table, p.row, p.code) for p in problems]


UNIT = {"unit_id": "U1", "name": "县局", "kind": "党政机关"}
POST = {"post_id": "P1", "unit_id": "U1", "title": "局长"}


def test_what_the_store_has_can_be_referred_to() -> None:
    store = known(delivery(units=[UNIT]))
    book = delivery("U2", "岗位", posts=[POST])
    assert codes(check_delivery(book)) == [("posts", 2, "missing_reference")]
    assert check_delivery(book, store) == ()


def test_a_clash_names_both_rows() -> None:
    store = known(delivery("U9", "旧账", units=[UNIT]))
    clash, = check_delivery(delivery(units=[UNIT]), store)
    assert (clash.row, clash.code, clash.value) == (2, "key_clash", "U1")
    assert all(word in clash.sentence() for word in ("单位 › 第2行", "U9", "《旧账》", "工作表「单位」第 2 行"))


def test_sending_the_same_book_again_is_no_clash() -> None:
    book = delivery(units=[UNIT], posts=[POST])
    assert check_delivery(book, known(book)) == ()
    other = delivery("U1", "另一本", units=[UNIT], posts=[POST])
    assert set(codes(check_delivery(other, known(book)))) == {("units", 2, "key_clash"), ("posts", 2, "key_clash")}


def test_persons_may_be_listed_by_several_units_and_cases_logged_in_many_rows() -> None:
    person = {"person_id": "R1"}
    store = known(delivery("U9", "旧账", persons=[person]))
    assert check_delivery(delivery(persons=[person]), store) == ()
    assert codes(check_delivery(delivery(persons=[person, person]), store)) == [("persons", 3, "duplicate_key")]
    case = {"case_id": "B1", "activity": "审核", "at": pd.Timestamp(2016, 1, 1)}
    assert check_delivery(delivery(case_log=[case, case])) == ()


def test_a_row_others_still_need_may_not_disappear() -> None:
    before = delivery(units=[UNIT], posts=[POST, POST | {"post_id": "P2"}])
    others = delivery("U2", "影响", influences=[{"from_post": "P1", "to_post": "P2", "works": True}])
    now = delivery(units=[UNIT], posts=[POST])
    lost, = check_delivery(now, known(before, others))
    assert (lost.sheet, lost.row, lost.code, lost.value) == ("岗位", 0, "still_needed", "P2")
    assert "U2《影响》" in lost.why
    assert check_delivery(now, known(before)) == ()


def test_a_circle_over_two_deliveries_is_seen() -> None:
    store = known(delivery("U9", "旧账", units=[UNIT], posts=[POST | {"reports_to": "P2"}]))
    found = check_delivery(delivery("U2", posts=[POST | {"post_id": "P2", "reports_to": "P1", "title": "股长"}]), store)
    assert codes(found) == [("posts", 2, "circle")]
    assert "P2\u2192P1\u2192P2" in found[0].why


def test_titles_are_looked_up_among_all_posts_of_the_unit() -> None:
    item = {"item_id": "S1", "unit_id": "U1", "name": "许可", "category": "行政许可", "simple_flow": "股长>局长"}
    store = known(delivery("U9", "旧账", units=[UNIT], posts=[POST]))
    assert codes(check_delivery(delivery(power_items=[item]), store)) == [("power_items", 2, "title_without_post")]
    clerk = POST | {"post_id": "P2", "title": "股长"}
    assert check_delivery(delivery(posts=[clerk], power_items=[item]), store) == ()
    twice = check_delivery(delivery(posts=[clerk, clerk | {"post_id": "P3"}], power_items=[item]), store)
    assert codes(twice) == [("power_items", 2, "title_of_several_posts")]
    assert check_delivery(delivery(power_items=[item | {"simple_flow": None}]), store) == ()


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_circles_are_those_networkx_finds(links: list[tuple[int, int]]) -> None:
    """networkx is the witness: a node lies on a circle iff its strong component has a link inside it."""
    leads: dict[int, list[int]] = {}
    for a, b in links:
        leads.setdefault(a, []).append(b)
    graph = networkx.DiGraph(links)
    on_circle = {n for part in networkx.strongly_connected_components(graph) if len(part) > 1 or graph.has_edge(*[*part] * 2)
                 for n in part}
    found = circles_of(leads)
    assert set(found) <= on_circle
    assert bool(found) == bool(on_circle)
    for start, circle in found.items():
        assert circle[0] == start
        assert all(graph.has_edge(a, b) for a, b in zip(circle, [*circle[1:], circle[0]], strict=True))


def test_on_lines_of_superiors_every_node_of_every_circle_is_found() -> None:
    """With one superior each, circles are apart: by hand, 1→2→3→1 and 5→6→5, fed by 0, 4 and 7."""
    found = circles_of({0: [1], 1: [2], 2: [3], 3: [1], 4: [3], 5: [6], 6: [5], 7: [4]})
    assert set(found) == {1, 2, 3, 5, 6}


SPANS = st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 30), st.one_of(st.none(), st.integers(0, 12))), max_size=7)


@settings(deadline=None, max_examples=150)
@given(SPANS)
def test_overlaps_are_those_day_by_day_counting_finds(spans: list[tuple[str, int, int | None]]) -> None:
    """The witness lays every span out in days and looks for a day that is covered twice."""
    first = date(2016, 1, 1)
    rows = [{"person_id": p, "post_id": "P1", "start": pd.Timestamp(first + timedelta(s)),
             "end": pd.NaT if d is None else pd.Timestamp(first + timedelta(s + d))} for p, s, d in spans]
    covered = {p: sorted(day for q, s, d in spans if q == p for day in range(s, 60 if d is None else s + d)) for p in "AB"}
    twice = {p for p, days in covered.items() if len(days) != len(set(days))}
    problems = check_delivery(delivery(units=[UNIT], posts=[POST], occupancies=rows))
    named = {spans[p.row - 2][0] for p in problems if p.code == "overlap"}
    assert named == twice


@pytest.mark.parametrize("table", list(TABLES))
def test_an_empty_table_has_no_problem(table: str) -> None:
    assert check_delivery(delivery(**{table: []})) == ()
