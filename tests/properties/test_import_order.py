"""The order in which the files of one call are given decides nothing."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab.ledger.deliver import Request, import_books
from fangkong_lab.ledger.frames import tables
from fangkong_lab.workspace import read_workspace

POST_HEAD = ["岗位编码", "单位编码", "岗位名称", "上级岗位编码"]
UNIT = [["单位编码", "单位名称", "上级单位编码", "单位类别"], ["U1", "县交通局", "", "党政机关"]]


@st.composite
def piles(draw: st.DrawFn) -> list[list[list[str]]]:
    """Three books of posts, each post under another one of any book, under none, or under one that is nowhere."""
    count = draw(st.integers(3, 8))
    rows = [[f"P{n}", "U1", draw(st.sampled_from(["科员", "科员", "科员", ""])),
             draw(st.sampled_from(["", *(f"P{k}" for k in range(n)), "P99"]))] for n in range(count)]
    places = [draw(st.integers(0, 2)) for _ in rows]
    return [[row for row, place in zip(rows, places, strict=True) if place == book] for book in range(3)]


def _stored(books: list[list[list[str]]], order: list[int], good_rows: bool) -> dict[str, list]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "fangkong.toml").write_text("as_of = 2016-12-31\n", encoding="utf-8")
        names = [root / f"本{k}.xlsx" for k in range(4)]
        for path, sheet, rows in zip(names, ("岗位", "岗位", "岗位", "单位"), [*([POST_HEAD, *b] for b in books), UNIT], strict=True):
            with xlsxwriter.Workbook(path) as file:
                page = file.add_worksheet(sheet)
                for number, row in enumerate(rows):
                    page.write_row(number, 0, row)
        request = Request(tuple(names[k] for k in order), unit="U1", good_rows=good_rows)
        outcomes = import_books(read_workspace(root), request)
        frames = tables(read_workspace(root))
    assert all(o.counts.accepted + o.counts.refused + o.counts.held_back == o.counts.read for o in outcomes)
    assert sum(o.counts.accepted for o in outcomes) == sum(map(len, frames.values()))
    fate = sorted((o.book, str(o.result), o.counts.accepted, o.counts.refused) for o in outcomes)
    return {"fate": fate, "posts": sorted(frames["posts"]["post_id"])}


def _same_in_any_order(books: list, orders: list[list[int]], good_rows: bool) -> None:
    first = _stored(books, orders[0], good_rows)
    for order in orders[1:]:
        assert _stored(books, order, good_rows) == first


_CASES: Callable = given(books=piles(), order=st.permutations(range(4)), good_rows=st.booleans())


@settings(deadline=None, max_examples=6)
@_CASES
def test_any_order_stores_the_same(books: list, order: list[int], good_rows: bool) -> None:
    _same_in_any_order(books, [[0, 1, 2, 3], list(order)], good_rows)


@pytest.mark.heavy
@settings(deadline=None, max_examples=150)
@_CASES
def test_any_order_stores_the_same_many_times(books: list, order: list[int], good_rows: bool) -> None:
    _same_in_any_order(books, [[0, 1, 2, 3], list(order)], good_rows)
