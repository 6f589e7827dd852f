"""Small counts hidden over a whole release: against enumeration of every table that a reader could believe."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.intruder import audit, feasible
from fangkong_lab.measure.protect import protect
from fangkong_lab.measure.release import Cell, Ratio, Release, Sum

MOST = 9


def two_way(inner: list[list[int]], most: int | None = MOST) -> Release:
    """A rows × columns table with all its margins."""
    rows, columns = len(inner), len(inner[0])
    grid = [[*row, sum(row)] for row in inner]
    grid.append([sum(row[j] for row in grid) for j in range(columns + 1)])
    cells = tuple(Cell(f"{i}{j}", grid[i][j], most=most and most * 4) for i in range(rows + 1) for j in range(columns + 1))
    sums = [Sum(f"{i}{columns}", tuple(f"{i}{j}" for j in range(columns))) for i in range(rows + 1)]
    sums += [Sum(f"{rows}{j}", tuple(f"{i}{j}" for i in range(rows))) for j in range(columns + 1)]
    return Release(cells, tuple(sums))


def believable(release: Release, hidden: set[str], key: str, least: int) -> tuple[int, ...]:
    """Every value in 1 … least − 1 of *key* over all whole-number tables agreeing with what is printed, one by one."""
    names = [c.key for c in release.cells]
    ranges = [range(c.most + 1) if c.key in hidden else (c.value,) for c in release.cells]
    found = set()
    for values in product(*ranges):
        x = dict(zip(names, values, strict=True))
        if any(x[s.total] != sum(x[p] for p in s.parts) for s in release.sums):
            continue
        # round(…) in whole units of the last digit, away from the edges, which belong to the interval.
        if all(r.key in hidden or abs(r.scale * x[r.numerator] - r.shown * x[r.denominator]) <= r.half * x[r.denominator] + 1e-9
               for r in release.ratios):
            found.add(x[key])
    return tuple(v for v in range(1, least) if v in found)


def line(values: list[int], digits: int | None = None) -> Release:
    """Counts of one row with their total, and the share of the first printed to *digits* decimals of a per cent."""
    cells = (*(Cell(f"c{i}", v, most=MOST) for i, v in enumerate(values)), Cell("total", sum(values), most=4 * MOST))
    ratios = ()
    if digits is not None and sum(values):
        shown = round(100 * values[0] / sum(values), digits)
        ratios = (Ratio("share", "c0", "total", shown, 0.5 * 10**-digits, 100),)
    return Release(cells, (Sum("total", tuple(f"c{i}" for i in range(len(values)))),), ratios)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, MOST), min_size=3, max_size=3), st.sampled_from([None, 0, 1]), st.data())
def test_what_a_reader_can_believe_equals_enumeration(values, digits, data):
    release = line(values, digits)
    names = [c.key for c in release.cells] + [r.key for r in release.ratios]
    hidden = set(data.draw(st.lists(st.sampled_from(names), unique=True)))
    for key in sorted(hidden & {f"c{i}" for i in range(3)}):
        assert feasible(release, hidden, key, 5).values == believable(release, hidden, key, 5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, MOST), min_size=3, max_size=3), st.sampled_from([None, 0, 1]))
def test_protected_line_is_safe_by_enumeration(values, digits):
    release = line(values, digits)
    done = protect(release)
    for key in release.small(5):
        assert key in done.hidden
        assert believable(release, set(done.hidden), key, 5) == (1, 2, 3, 4)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=3, max_size=3))
def test_protected_table_is_safe_and_prints_no_small_count(inner):
    release = two_way(inner, most=None)
    done = protect(release)
    assert all(f.safe for f in audit(release, done.hidden))
    printed = [c for c in release.cells if c.key not in done.hidden]
    assert all(not 0 < c.value < 5 for c in printed)


def test_one_small_count_in_a_two_way_table_needs_three_more():
    """A single hidden inner cell of a two-way table is recovered from its row and column; the least pattern that
    hides it is a rectangle (Cox 1980): one cell small, three beside it."""
    done = protect(two_way([[3, 20, 30], [25, 40, 50], [35, 60, 70]], most=None))
    assert done.small == ("00",)
    assert len(done.beside) == 3
    assert not audit(done.release, {"00"})[0].safe
    assert not audit(done.release, {"00", "01"})[0].safe


def test_a_rate_alone_gives_a_count_away():
    """2 of 40 printed as 5.0 %: with the total printed only 2 fits, so the rate must go too."""
    release = Release((Cell("n", 2), Cell("all", 40)), (), (Ratio("rate", "n", "all", 5.0, 0.05, 100),))
    assert feasible(release, {"n"}, "n", 5).values == (2,)
    assert protect(release).beside == ("rate",)


def test_a_coarse_rate_may_stay():
    """2 of 2,000 printed as 0 per cent (± 0.5): 1 to 4 all fit."""
    release = Release((Cell("n", 2), Cell("all", 2000)), (), (Ratio("rate", "n", "all", 0.0, 0.5, 100),))
    assert protect(release).beside == ()


def test_a_hole_in_the_range_counts_as_given_away():
    """n and 2n printed together as one sum m = 3n: only multiples of three fit, so 3n = 6 means n = 2."""
    release = Release((Cell("n", 2), Cell("m", 2), Cell("k", 2), Cell("sum", 6, persons=False)),
                      (Sum("sum", ("n", "m", "k")),), (Ratio("same", "n", "m", 1.0, 0.0), Ratio("too", "m", "k", 1.0, 0.0)))
    assert feasible(release, {"n", "m", "k"}, "n", 5).values == (2,)
    assert all(f.safe for f in protect(release).proof)


def test_zero_and_five_are_printed():
    done = protect(line([0, 5, 9]))
    assert done.hidden == frozenset()
    assert done.shown("c0") == "0"
    assert "没有1至4人" in done.sentence()


def test_public_headcount_can_make_it_impossible():
    release = Release((Cell("n", 1, most=2),))
    with pytest.raises(BadInput, match="无法保护"):
        protect(release)


def test_kept_totals_are_respected_or_refused():
    kept = Release((Cell("a", 2), Cell("b", 30), Cell("t", 32, keep=True)), (Sum("t", ("a", "b")),))
    assert protect(kept).beside == ("b",)
    with pytest.raises(BadInput, match="无法保护"):
        protect(Release((Cell("a", 2), Cell("b", 30, keep=True), Cell("t", 32, keep=True)), (Sum("t", ("a", "b")),)))


@pytest.mark.parametrize(("build", "words"), [
    (lambda: Release((Cell("a", 2), Cell("a", 3))), "同名"),
    (lambda: Release((Cell("a", 2),), (Sum("b", ("a",)),)), "不在发布表里"),
    (lambda: Release((Cell("a", 2), Cell("b", 3)), (Sum("b", ("a",)),)), "不等于各部分之和"),
    (lambda: Release((Cell("a", -1),)), "不是非负整数"),
    (lambda: Release((Cell("a", 2), Cell("b", 0)), (), (Ratio("r", "a", "b", 1, 0.5),)), "分母是 0"),
    (lambda: Release((Cell("a", 2), Cell("b", 4)), (), (Ratio("r", "a", "b", 0.7, 0.05),)), "对不上"),
    (lambda: Release((Cell("a", 7, most=5),)), "大于公开的上限"),
])
def test_release_that_contradicts_itself_is_refused(build, words):
    with pytest.raises(BadInput, match=words):
        build()


def test_order_of_cells_does_not_matter():
    release = two_way([[3, 20], [25, 4]], most=None)
    turned = Release(tuple(reversed(release.cells)), tuple(reversed(release.sums)))
    assert protect(release).hidden == protect(turned).hidden


def test_pieces_do_not_touch_each_other():
    one, two = line([2, 8, 9]), Release(tuple(Cell(f"d{i}", v) for i, v in enumerate((6, 7))))
    both = one.with_cells(two.cells)
    assert protect(both).hidden == protect(one).hidden
    assert sum(len(piece.cells) for piece in both.pieces()) == len(both.cells)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(40))
def test_larger_tables_are_safe(seed):
    import numpy as np

    inner = np.random.default_rng(seed).poisson(6, size=(8, 6)).tolist()
    release = two_way(inner, most=None)
    done = protect(release)
    assert all(f.safe for f in audit(release, done.hidden))
