"""The compiled kernel on flows small enough to work out on paper. Witness: the arithmetic beside each case."""

from datetime import date

import pandas as pd
import pytest
from kernel_document import kernel_answers

from fangkong_lab.network.kernel_rows import STATE_OPEN, STATE_TOO_BIG

AS_OF = date(2016, 12, 31)


def office(holders, signs, *, reports=(), pairs=(), least=1, kinds=None):
    """Return tables: *holders* post → persons ("" unknown, "空缺" empty); *signs* (step, posts, rule, need)."""
    reports = dict(reports)
    steps = sorted({s[0] for s in signs})
    spans = [(p, post) for post, held in holders.items() for p in held.split() if held]
    return {
        "posts": pd.DataFrame({"post_id": list(holders), "unit_id": "U1", "title": list(holders),
                               "reports_to": [reports.get(p) for p in holders]}),
        "occupancies": pd.DataFrame({"person_id": [p for p, _ in spans], "post_id": [q for _, q in spans],
                                     "start": pd.Timestamp("2014-01-01"), "end": pd.NaT}),
        "steps": pd.DataFrame({"flow_id": "F1", "step_no": steps, "kind": [(kinds or {}).get(s, "审核") for s in steps]}),
        "sign_offs": pd.DataFrame([{"flow_id": "F1", "step_no": step, "sign_no": 1, "post_id": post, "rule": rule, "need": need}
                                   for step, posts, rule, need in signs for post in posts.split()]),
        "incompatible_steps": pd.DataFrame(list(pairs), columns=["step_a", "step_b"]).assign(flow_id="F1"),
        "power_items": pd.DataFrame({"item_id": ["I1"], "unit_id": "U1", "flow_id": "F1", "min_persons": [least]}),
    }


def kernel(tables):
    return kernel_answers(tables, AS_OF)["I1"]


def people(count, letter="R"):
    return " ".join(f"{letter}{i}" for i in range(count))


@pytest.mark.parametrize("members", [1, 2, 7, 8, 9, 10, 11, 31, 64])
def test_a_ballot_takes_more_than_half(members):
    found = kernel(office({"P1": people(members)}, [(1, "P1", "过半", None)]))
    assert found["kappa"]["none"] == [members // 2 + 1] * 2
    # So many must refuse that fewer than a majority is left.
    assert found["eta"] == [members - members // 2] * 2


def test_a_head_over_part_of_the_ballot():
    """Nine vote, five are needed. The head P0 leads four of them and votes himself: with him one is enough; without
    influence five. Nobody alone: he brings five only if he votes, and he does not sit in P1."""
    tables = office({"P0": "H", "P1": people(4), "P2": people(5, "S")}, [(1, "P1 P2", "过半", None)], reports={"P1": "P0"})
    found = kernel(tables)
    assert found["kappa"] == {"none": [5, 5], "direct": [2, 2], "full": [2, 2]}
    assert found["sole_controllers"] == []


def test_incompatible_steps_with_the_same_two_people():
    """Either of two may sign each step, but not both steps: two persons; three for two signatures and one."""
    pair = [(1, "P1", "任一", None), (2, "P1", "任一", None)]
    assert kernel(office({"P1": "A B"}, pair))["kappa"]["none"] == [1, 1]
    assert kernel(office({"P1": "A B"}, pair, pairs=[(1, 2)]))["kappa"]["none"] == [2, 2]
    two_and_one = [(1, "P1", "至少", 2), (2, "P1", "任一", None)]
    assert kernel(office({"P1": "A B C"}, two_and_one, pairs=[(2, 1)]))["kappa"]["none"] == [3, 3]
    assert kernel(office({"P1": "A B"}, two_and_one, pairs=[(2, 1)]))["kappa"] is None


def test_three_steps_no_two_of_which_may_be_signed_by_one():
    """A triangle of incompatible steps needs three persons; with two there is no way through."""
    signs = [(s, "P1", "任一", None) for s in (1, 2, 3)]
    triangle = [(1, 2), (2, 3), (1, 3)]
    assert kernel(office({"P1": "A B C"}, signs, pairs=triangle))["kappa"]["none"] == [3, 3]
    assert kernel(office({"P1": "A B"}, signs, pairs=triangle))["kappa"] is None
    # A chain is two-coloured: two persons.
    assert kernel(office({"P1": "A B C"}, signs, pairs=triangle[:2]))["kappa"]["none"] == [2, 2]


@pytest.mark.parametrize(("least", "kappa"), [(1, 1), (2, 2), (3, 3)])
def test_distinct_signers(least, kappa):
    """Four signatures by A–D; A may give all of them, but *least* persons must have signed."""
    tables = office({"P1": "A B", "P2": "A C", "P3": "A D", "P4": "A"},
                    [(i, f"P{i}", "任一", None) for i in (1, 2, 3, 4)], least=least)
    assert kernel(tables)["kappa"]["none"] == [kappa, kappa]


def test_more_distinct_signers_than_signatures():
    assert kernel(office({"P1": "A B C"}, [(1, "P1", "任一", None)], least=2))["kappa"] is None


def test_one_person_in_two_posts_signs_for_both():
    tables = office({"P1": "A", "P2": "A B"}, [(1, "P1 P2", "全体", None)])
    assert kernel(tables)["kappa"]["none"] == [1, 1]
    assert kernel(office({"P1": "A", "P2": "空缺"}, [(1, "P1 P2", "全体", None)]))["kappa"] is None
    assert kernel(office({"P1": "A", "P2": "空缺"}, [(1, "P1 P2", "任一", None)]))["kappa"]["none"] == [1, 1]


def test_money_is_out_before_the_inspection():
    tables = office({"P1": "A", "P2": "B"}, [(1, "P1", "任一", None), (3, "P2", "任一", None)], kinds={1: "支付", 3: "验收"})
    found = kernel(tables)
    assert (found["kappa"]["none"], found["kappa_whole"]["none"], found["idle_checks"]) == ([1, 1], [2, 2], [])


def test_an_unknown_post_may_be_held_by_the_other_signer():
    """P2 unknown: κ none is 1 if A holds it, else 2. A is a possible sole controller, and no sure one."""
    found = kernel(office({"P1": "A", "P2": ""}, [(1, "P1", "任一", None), (2, "P2", "任一", None)]))
    assert found["kappa"]["none"] == [1, 2]
    assert (found["sole_controllers"], found["possible_sole_controllers"]) == ([], ["A"])


def test_what_is_too_large_says_so():
    assert kernel(office({"P1": people(65)}, [(1, "P1", "任一", None)]))["state"] == STATE_TOO_BIG
    # 100 persons and 3 unknown posts: more than 10,000 completions.
    holders = {"P1": people(30), "P2": people(30, "S"), "P3": people(30, "T"), "P4": people(12, "X"), "Q1": "", "Q2": "", "Q3": ""}
    assert kernel(office(holders, [(1, "Q1 Q2 Q3", "任一", None)]))["state"] == STATE_OPEN


def test_an_item_too_large_leaves_nothing_behind():
    """The first item outgrows the word in its last completion only (64 signers and a new one); the second must not see
    the 64 who were sole controllers until then."""
    tables = office({"P1": people(64), "Q": ""}, [(1, "P1 Q", "任一", None)])
    second = office({"P2": "A", "Q": ""}, [(1, "P2", "任一", None), (2, "Q", "任一", None)])
    for name in ("steps", "sign_offs", "power_items"):
        second[name] = second[name].replace({"flow_id": {"F1": "F2"}, "item_id": {"I1": "I2"}})
    joined = {name: pd.concat([tables[name], second[name]], ignore_index=True).drop_duplicates(ignore_index=True) for name in tables}
    found = kernel_answers(joined, AS_OF)
    assert found["I1"]["state"] == STATE_TOO_BIG
    assert (found["I2"]["sole_controllers"], found["I2"]["possible_sole_controllers"]) == ([], ["A"])
