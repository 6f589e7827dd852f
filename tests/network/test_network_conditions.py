"""Routes as threshold conditions, against the assignment of signers one by one (`signing.assign`), and counted by hand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab.network.conditions import Condition, ways_of
from fangkong_lab.network.needs import Group, RouteNeeds
from fangkong_lab.network.signing import assign

PEOPLE = 7
masks = st.integers(0, 2**PEOPLE - 1)


@st.composite
def routes(draw):
    steps = draw(st.integers(1, 5))
    groups = [Group(draw(st.integers(1, steps)), n, draw(masks), draw(st.sampled_from([1, 1, 1, 2, 3])),
                    draw(st.sampled_from([False, False, False, True]))) for n in range(draw(st.integers(1, 6)))]
    pairs = [(a, b) for a in range(1, steps + 1) for b in range(a + 1, steps + 1) if draw(st.booleans())]
    return RouteNeeds("路", tuple(groups), tuple(pairs), draw(st.integers(1, 4)))


@settings(max_examples=600, deadline=None, derandomize=True)
@given(routes(), st.lists(st.tuples(masks, masks), min_size=8, max_size=8))
def test_conditions_say_what_assignment_finds(route, tries):
    ways = ways_of(route)
    if ways is None:
        return
    for able, some in [(2**PEOPLE - 1, 2**PEOPLE - 1), *tries]:
        own = able & some
        assert any(all(c.met(own, able) for c in way) for way in ways) == (assign(route, able, own) is not None)


def group(step, people, count=1, sign=1):
    return Group(step, sign, sum(1 << p for p in people), count, False)


def test_two_incompatible_steps_need_two_persons():
    (way,) = ways_of(RouteNeeds("路", (group(1, [0, 1]), group(2, [0, 1])), ((1, 2),), 1))
    assert way == (Condition(0, 0b11, 2),)


def test_who_must_sign_is_barred_from_the_incompatible_step():
    (way,) = ways_of(RouteNeeds("路", (group(1, [0]), group(2, [0, 1, 2])), ((1, 2),), 1))
    assert set(way) == {Condition(0, 0b001, 1), Condition(0, 0b110, 1)}


def test_three_distinct_signers():
    (way,) = ways_of(RouteNeeds("路", (group(1, [0, 1]), group(2, [1, 2]), group(3, [0, 2])), (), 3))
    assert way == (Condition(0, 0b111, 3), Condition(0, 0b011, 1), Condition(0, 0b101, 1), Condition(0, 0b110, 1))


def test_a_person_may_sign_twice_in_one_step_but_not_in_the_other():
    """Two sign-offs of step 1 and one of step 2 among two persons: one signs both of step 1, the other step 2."""
    route = RouteNeeds("路", (group(1, [0, 1]), group(1, [0, 1], sign=2), group(2, [0, 1])), ((1, 2),), 1)
    ways = ways_of(route)
    assert any(all(c.met(0b11, 0b11) for c in way) for way in ways)
    assert not any(all(c.met(0b01, 0b01) for c in way) for way in ways)


def test_routes_with_too_many_ways_are_left_to_assignment():
    groups = tuple(group(step, range(7), 3, sign) for step in (1, 2) for sign in (1, 2, 3, 4))
    assert ways_of(RouteNeeds("路", groups, ((1, 2),), 1)) is None
