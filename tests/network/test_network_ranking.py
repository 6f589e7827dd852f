"""The order of findings: factors stated, unknown ones as intervals, places against every way of filling in the unknowns."""

from datetime import date
from itertools import product
from math import inf

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.kinds import Domain
from fangkong_lab.network.nodes import Item
from fangkong_lab.network.ranking import (
    Factor,
    Grading,
    Weight,
    grading_of,
    in_order,
    ledger_grading,
    weight_of,
)

DAY = date(2016, 12, 31)


def item(amount=None, discretion=None, item_id="a"):
    return Item(item_id, "U", "事项", "其他", Domain.OTHER, None, (), 1, amount, None, discretion)


def test_known_factors_multiply():
    weight = weight_of(item(30.0, 2), Grading({"a": (3, "高", True)}))
    assert (weight.low, weight.high) == (30 * 3 * 3, 30 * 3 * 3)
    assert weight.sentence() == "30万元×裁量2档（3）×等级高（3）＝270"
    assert weight.unknown == ()


def test_tier_0_does_not_wipe_out_an_amount():
    assert weight_of(item(30.0, 0), Grading({"a": (1, "低", True)})).low == 30


def test_unknown_factors_are_neither_0_nor_1():
    weight = weight_of(item(10.0), Grading())
    assert (weight.low, weight.high) == (10, 10 * 4 * 3)
    assert weight.unknown == ("自由裁量", "风险等级")
    assert weight.sentence() == "10万元×裁量未载×等级未载＝10至120"
    bare = weight_of(item(None, 1), Grading())
    assert (bare.low, bare.high) == (0, inf)
    assert bare.sentence() == "金额未载×裁量1档（2）×等级未载＝0至不封顶"


def test_grades_of_the_ledger():
    """a: 高 and ungraded → settled by 高; b: 一般 and ungraded → at least; c: only later than the day; d: 三级; e: not graded."""
    frame = pd.DataFrame({
        "item_id": ["a", "a", "b", "b", "c", "d", "e", None],
        "grade": ["高", None, "一般", None, "高", "三级", None, "高"],
        "confirmed_on": pd.to_datetime([None, None, None, None, "2017-01-01", "2016-12-31", None, None])})
    grading = ledger_grading(frame, DAY)
    assert dict(grading.grades) == {"a": (3, "高", True), "b": (2, "一般", False), "d": (1, "三级", True)}
    assert (grading.factor("b").low, grading.factor("b").high) == (2, 3)
    assert grading.factor("b").text == "等级至少一般（2）"
    assert not ledger_grading(None, DAY).grades
    assert ledger_grading(pd.DataFrame({"item_id": ["a"], "grade": ["高"]}), DAY).factor("a").low == 3


def test_another_scale():
    grading = grading_of([("a", "较高"), ("a", "低"), ("b", "不能判定")], [["极高"], ["较高"], ["中"], ["低"]], "某规则")
    assert (grading.top, grading.source) == (4, "某规则")
    assert dict(grading.grades) == {"a": (3, "较高", True)}


RANGES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=5)


def weight(low, high):
    one = Factor(1, 1, "")
    return Weight(Factor(low, high, ""), one, one)


@given(RANGES)
def test_places_hold_for_every_value_of_the_unknowns(ranges):
    """Witness: every way of giving each item one of its ends, sorted plainly; ties fall as in the list."""
    spans = [(low, low + more) for low, more in ranges]
    ordered = in_order([(str(i), weight(*s)) for i, s in enumerate(spans)])
    position = {i: place.listed for i, place in ordered}
    seen = {i: set() for i in position}
    for values in product(*spans):
        line = sorted(range(len(values)), key=lambda i: (-values[i], position[i]))
        for number, i in enumerate(line, start=1):
            seen[i].add(number)
    for i, place in ordered:
        assert (place.best, place.worst) == (min(seen[i]), max(seen[i]))


def test_the_list_goes_by_the_least_product_then_the_greatest():
    weights = [("a", weight(5, 5)), ("b", weight(5, 9)), ("c", weight(0, inf)), ("d", weight(0, 0)), ("e", weight(7, 7)), ("f", weight(5, 5))]
    assert [weights[i][0] for i, _ in in_order(weights)] == ["e", "b", "a", "f", "c", "d"]
    places = {weights[i][0]: (p.best, p.worst) for i, p in in_order(weights)}
    assert places == {"e": (1, 3), "b": (1, 3), "a": (3, 4), "f": (4, 5), "c": (1, 5), "d": (6, 6)}
    assert str(in_order(weights)[0][1]) == "1（1–3）"
    assert str(in_order(weights)[5][1]) == "6"
