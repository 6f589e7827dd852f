"""The loop closes: what a pattern finds wanting in the county, its action puts right, and nothing else changes.

Witness: the pattern's own test before and after, and κ by `before_after`; the posts are named by their titles.
"""

from collections.abc import Callable
from datetime import date

import pytest

from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.kinds import StepKind
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.nodes import Flow, Item
from fangkong_lab.network.patterns.action import Action, NewPost
from fangkong_lab.network.patterns.actions import (
    AddCheck,
    Ballot,
    FourLevels,
    FourSeals,
    HeadLast,
    OnePlusTwo,
    RequireSigners,
    Separate,
    SplitPost,
)
from fangkong_lab.network.patterns.compare import before_after
from fangkong_lab.network.patterns.pattern import test as run
from fangkong_lab.network.patterns.shelf import find, shelf
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT

DAY = date(2016, 12, 31)
Make = Callable[[PowerNetwork, Item, Flow], Action]


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.of(synthetic_county(seed=1, units=11, years=(2013, 2016)).tables, DAY)


def posts(network: PowerNetwork, item: Item, *titles: str) -> tuple[str, ...]:
    """Posts of the item's unit whose title holds one of the words, in the order of the words."""
    return tuple(p.post_id for word in titles for p in sorted(network.posts.values(), key=lambda p: p.post_id)
                 if p.unit_id == item.unit_id and word in p.title)


def decision(flow: Flow) -> int:
    return next(s.step_no for s in flow.steps if s.kind is StepKind.DECIDE)


def head(network: PowerNetwork, item: Item) -> str:
    (found,) = (p for p in posts(network, item, "局长", "镇长") if "副" not in network.posts[p].title)
    return found


def fresh(item: Item, title: str) -> NewPost:
    return NewPost(f"{item.unit_id}-新", item.unit_id, title, (f"{item.unit_id}新任",))


def others(network: PowerNetwork, item: Item) -> tuple[str, ...]:
    return posts(network, item, "分管", "工会主席", "总工程师", "武装部长")


MAKERS: dict[str, tuple[Make, ...]] = {
    "one_plus_x": (lambda n, i, f: AddCheck(posts=(head(n, i),)),),
    "one_plus_two": (lambda n, i, f: OnePlusTwo(handlers=posts(n, i, "会计"), finance_leader=posts(n, i, "分管财务")[0],
                                                office_leader=posts(n, i, "分管审批")[0]),),
    "joint_review": (lambda n, i, f: AddCheck(posts=(f"{i.unit_id}-新",), posts_added=(fresh(i, "会审岗"),), name="会审会签", kind=StepKind.COSIGN),),
    "four_levels": (lambda n, i, f: FourLevels(levels=(posts(n, i, "监理"), posts(n, i, "会计"), posts(n, i, "分管财务"), (head(n, i),))),),
    "ballot": (lambda n, i, f: Ballot(posts=posts(n, i, "党组成员"), in_place_of=decision(f)), lambda n, i, f: Ballot(posts=posts(n, i, "党组成员"))),
    "split_posts": (lambda n, i, f: SplitPost(step_no=decision(f) - 1, posts=(f"{i.unit_id}-新",), posts_added=(fresh(i, "复核岗"),)),),
    "incompatible_steps": (lambda n, i, f: SplitPost(step_no=decision(f), posts=(f"{i.unit_id}-新",), posts_added=(fresh(i, "审批岗"),)),),
}


@pytest.mark.parametrize(("code", "maker"), [(code, k) for code, makers in MAKERS.items() for k in range(len(makers))])
def test_each_item_found_wanting_is_put_right(study, code, maker):
    pattern, make = find(code), MAKERS[code][maker]
    whole = run(pattern, study)
    wanting = whole.of(BAD)[::5] if len(whole.of(BAD)) > 20 else whole.of(BAD)
    assert wanting
    for instance in wanting:
        network = study.network
        item = network.items[instance.subject]
        action = make(network, item, network.flow_of(item))
        assert type(action) in pattern.actions
        after = Study(action.apply(network, item.item_id), study.tables, item.unit_id)
        now = {i.subject: i.verdict for i in run(pattern, after).instances}
        assert now[item.item_id] is GOOD, (instance, action)
        assert {k: v for k, v in now.items() if k != item.item_id} == {
            i.subject: i.verdict for i in whole.instances if i.unit_id == item.unit_id and i.subject != item.item_id}
        (change,) = before_after(network, after.network, [item.item_id]).changes
        assert action.adds_check is False or change.lost() == ()


def test_every_action_of_the_shelf_is_tried_here_or_below():
    used = {AddCheck, OnePlusTwo, FourLevels, Ballot, SplitPost, RequireSigners, FourSeals, HeadLast, Separate}
    assert {a for p in shelf() for a in p.actions} == used


def test_the_rule_of_two_signers_helps_where_two_can_sign(study):
    for instance in run(find("one_plus_x"), study).of(BAD):
        network = study.network
        flow = network.flow_of(network.items[instance.subject])
        able = {x for s in flow.sign_offs for p in s.posts for x in network.holders.get(p, ())}
        after = Study(RequireSigners(least=2).apply(network, instance.subject), study.tables, instance.unit_id)
        (now,) = (i for i in run(find("one_plus_x"), after).instances if i.subject == instance.subject)
        assert now.verdict is (GOOD if len(able) > 1 else OUT)


def test_two_steps_apart_help_where_a_second_person_can_sign(study):
    # The reviewer's post and the decider's are held by one person alone: declaring them apart leaves nobody to sign.
    for instance in run(find("split_posts"), study).of(BAD):
        step = decision(study.network.flow_of(study.network.items[instance.subject]))
        after = Study(Separate(step_a=step - 1, step_b=step).apply(study.network, instance.subject), study.tables, instance.unit_id)
        (now,) = (i for i in run(find("split_posts"), after).instances if i.subject == instance.subject)
        assert now.verdict is OUT


def test_four_seals_are_put_on_money_items(study):
    network, pattern = study.network, find("four_seals")
    plain = [i for i in run(pattern, study).of(OUT) if "没有四字合章" in i.reason]
    assert plain
    for instance in plain:
        item = network.items[instance.subject]
        if not any(s.kind is StepKind.DECIDE for s in network.flow_of(item).steps):
            continue
        parts = tuple(posts(network, item, word)[0] for word in ("分管财务", "群众代表", "会计", "出纳"))
        after = Study(FourSeals(parts=parts, independent=parts[1:2]).apply(network, item.item_id), study.tables, item.unit_id)
        (now,) = (i for i in run(pattern, after).instances if i.subject == item.item_id)
        assert now.verdict in (GOOD, OPEN)
        assert "外部人员" in now.reason


def test_the_head_is_moved_to_the_end(study):
    network, pattern = study.network, find("last_to_speak")
    together = run(pattern, study).of(OPEN)
    assert together
    for instance in together:
        item = network.items[instance.subject]
        action = HeadLast(head=head(network, item), step_no=decision(network.flow_of(item)), members=others(network, item))
        after = Study(action.apply(network, item.item_id), study.tables, item.unit_id)
        (now,) = (i for i in run(pattern, after).instances if i.subject == item.item_id)
        assert now.verdict is GOOD
