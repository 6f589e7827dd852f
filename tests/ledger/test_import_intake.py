"""Which rows are taken, against a plain fixpoint written from the words of docs/ledger.md."""

from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab.ledger.delivery import Delivery, Sheet
from fangkong_lab.ledger.intake import good_parts, judge, refused_rows, stands_together, with_all
from fangkong_lab.ledger.known import EMPTY
from fangkong_lab.ledger.outcome import counts_of, result_of
from fangkong_lab.ledger.problem import Gravity, Problem
from fangkong_lab.ledger.tables import TABLES

POSTS = TABLES["posts"]
UNITS = Delivery("U1", "单位", Path("单位.xlsx"), "", (Sheet("units", "单位", pd.DataFrame(
    {c.name: pd.Series(["U1" if c.name == "unit_id" else None], dtype=c.dtype) for c in TABLES["units"].columns}).assign(_row=2), {}),), ())
KNOWN = with_all(EMPTY, [UNITS])


def _book(name: str, rows: list[tuple[int, int | None, bool]]) -> Delivery:
    """A book of posts (number, superior's number, right in itself?)."""
    columns = {"post_id": [f"P{n}" for n, _, _ in rows], "unit_id": ["U1"] * len(rows), "title": ["科员"] * len(rows),
               "reports_to": [None if s is None else f"P{s}" for _, s, _ in rows]}
    frame = pd.DataFrame({c.name: pd.Series(columns.get(c.name, [None] * len(rows)), dtype=c.dtype) for c in POSTS.columns})
    wrong = tuple(Problem("岗位", k + 2, "岗位名称", "posts", "x", "", "不对", "改") for k, r in enumerate(rows) if not r[2])
    return Delivery("U1", name, Path(f"{name}.xlsx"), "", (Sheet("posts", "岗位", frame.assign(_row=range(2, len(rows) + 2)), {}),), wrong)


@st.composite
def books(draw: st.DrawFn) -> list[list[tuple[int, int | None, bool]]]:
    """Up to nine posts, each under a lower-numbered one, under none, or under one that is nowhere; spread over three books."""
    count = draw(st.integers(1, 9))
    rows = [(n, draw(st.sampled_from([None, 99, *range(n)])), draw(st.integers(0, 3)) > 0) for n in draw(st.permutations(range(count)))]
    piles: list[list] = [[], [], []]
    for row in rows:
        piles[draw(st.integers(0, 2))].append(row)
    return piles


def _expected(rows: list[tuple[int, int | None, bool]]) -> tuple[set[int], set[int]]:
    """Return (refused, taken) of all posts of the call: from the definition, one row after the other falling."""
    present = {n for n, _, _ in rows}
    refused = {n for n, s, right in rows if not right or (s is not None and s not in present)}
    taken = present - refused
    while falling := {n for n, s, _ in rows if n in taken and s is not None and s not in taken}:
        taken -= falling
    return refused, taken


@settings(deadline=None, max_examples=60)
@given(books())
def test_good_rows_are_the_largest_set_that_holds_together(piles: list) -> None:
    deliveries = [_book(f"本{k}", pile) for k, pile in enumerate(piles)]
    judged = good_parts(deliveries, KNOWN)
    refused, taken = _expected([row for pile in piles for row in pile])
    for pile, verdict in zip(piles, judged, strict=True):
        own = {n for n, _, _ in pile}
        posts = verdict.taken.sheets[0].frame["post_id"]
        assert {int(code[1:]) for code in posts} == own & taken
        assert {pile[row - 2][0] for row in verdict.refused["岗位"]} == own & refused
        counts = counts_of(verdict)
        assert (counts.read, counts.accepted, counts.refused) == (len(own), len(own & taken), len(own & refused))
        assert {p.row for p in verdict.why_held} == set(verdict.held["岗位"])


@settings(deadline=None, max_examples=40)
@given(books())
def test_whole_books_that_stand_together_are_the_largest_such_set(piles: list) -> None:
    deliveries = [_book(f"本{k}", pile) for k, pile in enumerate(piles)]
    standing = {j.delivery.book for j in stands_together(deliveries, KNOWN)}
    best: set[str] = set()
    for choice in range(8):
        chosen = [pile for k, pile in enumerate(piles) if choice >> k & 1]
        rows = [row for pile in chosen for row in pile]
        if _expected(rows)[1] == {n for n, _, _ in rows}:
            best = max(best, {f"本{k}" for k in range(3) if choice >> k & 1}, key=len)
    assert standing == best


def test_a_book_with_a_refused_row_is_held_back_whole() -> None:
    verdict = judge(_book("本", [(1, None, True), (2, 1, False), (3, 1, True)]), KNOWN)
    counts = counts_of(verdict)
    assert (counts.read, counts.accepted, counts.refused, counts.held_back) == (3, 0, 1, 2)
    assert result_of(verdict).value == "refused"


def test_problems_without_a_row_refuse_their_sheet_or_book() -> None:
    from dataclasses import replace

    book = _book("本", [(1, None, True), (2, 1, True)])
    for problem, rows in ((Problem("岗位", 0, "", "posts", "x", "", "", ""), {2, 3}), (Problem("", 0, "", "", "x", "", "", ""), {2, 3}),
                          (Problem("岗位", 1, "", "posts", "x", "", "", ""), {2, 3}), (Problem("别的", 0, "", "", "x", "", "", ""), set()),
                          (Problem("岗位", 0, "", "posts", "x", "", "", "", Gravity.NOTICE), set())):
        assert refused_rows(replace(book, problems=(problem,))) == {"岗位": frozenset(rows)}


def _consistent(state: dict[str, list[tuple[int, int | None, bool]]]) -> bool:
    """Say from the definition whether all books together hold: codes once only, superiors there, no line in a circle."""
    rows = [row for pile in state.values() for row in pile]
    above = {n: s for n, s, _ in rows}
    if len(above) < len(rows) or any(s is not None and s not in above for s in above.values()):
        return False
    for start in above:
        seen, at = set(), start
        while at is not None:
            if at in seen:
                return False
            seen.add(at)
            at = above[at]
    return True


# A post under itself is refused row by row, before books are compared: not generated here.
_ROW = st.tuples(st.integers(0, 5), st.none() | st.integers(0, 6), st.just(True)).filter(lambda row: row[0] != row[1])
_PILES = st.lists(_ROW, min_size=1, max_size=4)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["甲", "乙", "丙"]), _PILES), min_size=1, max_size=6))
def test_a_book_is_taken_exactly_where_the_store_still_holds_together_with_it(calls: list) -> None:
    state: dict[str, list] = {}
    known = KNOWN
    for name, pile in calls:
        book = _book(name, pile)
        verdict = judge(book, known)
        assert verdict.clean == _consistent({**state, name: pile})
        assert verdict.taken.rows_read == (len(pile) if verdict.clean else 0)
        if verdict.clean:
            state[name] = pile
            known = with_all(known, [book])
