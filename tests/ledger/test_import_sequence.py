"""The order in which the books of a call are tried: what is needed first, whatever the order given."""

from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.ledger.delivery import Delivery, Sheet
from fangkong_lab.ledger.order import dependency_order


def _book(number: int, superiors: list[int]) -> Delivery:
    """A book with post P*number* and one post under the post of each of *superiors*."""
    rows = [(f"P{number}", None), *((f"P{number}_{s}", f"P{s}") for s in superiors)]
    frame = pd.DataFrame({"post_id": [r[0] for r in rows], "unit_id": None, "reports_to": [r[1] for r in rows], "_row": range(len(rows))})
    return Delivery("U1", str(number), Path(f"{number}.xlsx"), "", (Sheet("posts", "岗位", frame, {}),), ())


@given(st.permutations(range(6)), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_books_come_after_what_they_need(given_order: list[int], links: list[tuple[int, int]]) -> None:
    needs = {n: [low for low, high in sorted(set(links)) if high == n and low < n] for n in range(6)}
    ordered = [int(d.book) for d in dependency_order([_book(n, needs[n]) for n in given_order])]
    assert sorted(ordered) == list(range(6))
    for book, needed in needs.items():
        for other in needed:
            assert ordered.index(other) < ordered.index(book)
    if not any(needs.values()):
        assert ordered == list(given_order)


def test_a_circle_of_books_is_ordered_all_the_same() -> None:
    assert sorted(d.book for d in dependency_order([_book(0, [1]), _book(1, [2]), _book(2, [0]), _book(3, [9])])) == ["0", "1", "2", "3"]
