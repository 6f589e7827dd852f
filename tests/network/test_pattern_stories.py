"""The documents' stories of checks, as networks small enough to count on paper. Witness: the counts in the comments."""

from dataclasses import replace

import pytest
from hand import DAY, hand_network, hand_tables

from fangkong_lab.errors import CannotTell, WrongCall
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.patterns.action import Cost, NewPost
from fangkong_lab.network.patterns.actions import (
    AddCheck,
    Ballot,
    DropSignOff,
    FourLevels,
    FourSeals,
    HeadLast,
    OnePlusTwo,
    RequireSigners,
    Separate,
    SplitPost,
)
from fangkong_lab.network.patterns.compare import before_after
from fangkong_lab.network.patterns.load import load_of
from fangkong_lab.network.patterns.pattern import test as run
from fangkong_lab.network.patterns.shelf import find
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN


def profile(network: PowerNetwork) -> tuple[str, ...]:
    (change,) = before_after(network, network, ["I"]).changes
    return tuple(str(change.before.kappa(m)) for m in ("none", "direct", "full"))


def verdict(code: str, network: PowerNetwork):
    (instance,) = run(find(code), Study(network)).instances
    return instance.verdict


LAND = {"处长": ["H"], "主管": ["A"], "经办": ["B"]}


def land() -> PowerNetwork:
    """用地审批 and 登记发证 both with one person."""
    return hand_network(LAND, [(1, "决定", {"posts": ["主管"]}), (2, "执行", {"posts": ["主管"]})])


def test_land_approval_one_person_becomes_two():
    before = land()
    split = SplitPost(step_no=2, posts=("登记发证岗",), posts_added=(NewPost("登记发证岗", "U", "登记发证岗", ("B",)),))
    after = split.apply(before, "I")
    assert (profile(before), profile(after)) == (("1", "1", "1"), ("2", "2", "2"))
    assert (verdict("split_posts", before), verdict("split_posts", after)) == (BAD, GOOD)
    # Where the new post reports to the old one, A can order B: two persons on paper, one in fact.
    led = SplitPost(step_no=2, posts=("登记发证岗",), posts_added=(NewPost("登记发证岗", "U", "登记发证岗", ("B",), "主管"),))
    assert profile(led.apply(before, "I")) == ("2", "1", "1")
    # Nobody named for the new post: A may turn out to hold it.
    open_post = SplitPost(step_no=2, posts=("登记发证岗",), posts_added=(NewPost("登记发证岗", "U", "登记发证岗"),))
    assert profile(open_post.apply(before, "I")) == ("1–2", "1–2", "1–2")
    assert verdict("split_posts", open_post.apply(before, "I")) is OPEN


def test_making_two_steps_incompatible_needs_a_second_person():
    apart = Separate(step_a=1, step_b=2)
    assert before_after(land(), apart.apply(land(), "I"), ["I"]).table()["κ 不计影响"].tolist() == ["1", "未定义"]
    two = hand_network({"主管": ["A", "B"]}, [(1, "决定", {"posts": ["主管"]}), (2, "执行", {"posts": ["主管"]})])
    assert (profile(two), profile(apart.apply(two, "I"))) == (("1", "1", "1"), ("2", "2", "2"))
    assert (verdict("split_posts", two), verdict("split_posts", apart.apply(two, "I"))) == (BAD, GOOD)


BUDGET = {"局长": ["C"], "分管局领导": ["B"], "预算股": ["A"], "党委委员": ["B", "C", "D", "E", "F"],
          "副局长甲": ["D"], "副局长乙": ["E"], "副局长丙": ["F"]}
BUDGET_BOSS = {"分管局领导": "局长", "预算股": "分管局领导", "副局长甲": "局长", "副局长乙": "局长", "副局长丙": "局长"}


def budget() -> PowerNetwork:
    """预算股 proposes, 分管局领导 and 局长 examine: power in three persons' hands."""
    return hand_network(BUDGET, [(1, "受理", {"posts": ["预算股"]}), (2, "审核", {"posts": ["分管局领导"]}), (3, "决定", {"posts": ["局长"]})],
                        boss=BUDGET_BOSS)


def test_budget_from_three_persons_to_a_ballot():
    before = budget()
    # C orders B but not A, B orders A: without influence A, B, C; directly two; down the whole line C alone.
    assert profile(before) == ("3", "2", "1")
    # Secret: three of five voters themselves, B and C among them, and A's signature (who is ordered by B): 4, 3, 3.
    secret = Ballot(posts=("党委委员",))
    assert profile(secret.apply(before, "I")) == ("4", "3", "3")
    assert secret.cost(before, "I").signatures == 3
    # By name: C orders all four other voters. Nothing is won but a fourth signature.
    named = Ballot(posts=("党委委员",), secret=False)
    assert profile(named.apply(before, "I")) == ("4", "2", "1")


def test_ballot_in_place_of_the_decision():
    # A, B and three of five voters; B votes himself: A, B and two more = 4. Directly: B orders A, three voters: 3.
    assert profile(Ballot(posts=("党委委员",), in_place_of=3).apply(budget(), "I")) == ("4", "3", "3")


SEALS = {"局长": ["H"], "分管财务领导": ["F"], "分管机关领导": ["L"], "财务股长": ["K"], "经办人": ["A"], "纪检组长": ["J"], "群众代表": ["M"]}
SEAL_BOSS = {"分管财务领导": "局长", "分管机关领导": "局长", "财务股长": "分管财务领导", "经办人": "财务股长"}
PARTS = ("分管财务领导", "纪检组长", "群众代表", "财务股长")
CLAIM = [(1, "受理", {"posts": ["经办人"]}), (2, "决定", {"posts": ["分管机关领导"]})]


def test_four_part_seal_with_an_outsider():
    before = hand_network(SEALS, CLAIM, boss=SEAL_BOSS, external=("纪检组长", "群众代表"))
    after = FourSeals(parts=PARTS, independent=("群众代表",), allow_discipline=True).apply(before, "I")
    # Six posts, six persons. Directly: H orders F and L, K orders A; J and M answer to nobody: H, K, J, M. Whole line: H, J, M.
    assert profile(after) == ("6", "4", "3")
    assert verdict("four_seals", after) is GOOD
    (instance,) = run(find("four_seals"), Study(after)).instances
    assert "外部人员" in instance.reason
    assert instance.witness.steps == (2,)


def test_four_part_seal_without_an_outsider():
    inside = {**SEAL_BOSS, "纪检组长": "局长", "群众代表": "财务股长"}
    before = hand_network(SEALS, CLAIM, boss=inside)
    after = FourSeals(parts=PARTS, allow_discipline=True).apply(before, "I")
    # Still six persons on paper; H orders F, L, J and K orders A, M: two. Down the whole line H alone.
    assert profile(after) == ("6", "2", "1")
    (instance,) = run(find("four_seals"), Study(after)).instances
    assert instance.verdict is GOOD
    assert "都在单位上下级关系之内" in instance.reason


def test_two_parts_in_one_hand_are_no_four_part_seal():
    posts = {**SEALS, "财务股长": ["F"]}
    after = FourSeals(parts=PARTS, allow_discipline=True).apply(hand_network(posts, CLAIM, boss=SEAL_BOSS), "I")
    assert verdict("four_seals", after) is BAD


def test_discipline_staff_are_not_made_signers_by_default():
    with pytest.raises(WrongCall, match="纪检岗位"):
        FourSeals(parts=PARTS).apply(hand_network(SEALS, CLAIM, boss=SEAL_BOSS), "I")


def three_reviews(second: str, boss=None) -> PowerNetwork:
    tables = hand_tables({"初审岗": ["A"], "复审岗": [second], "终审岗": ["C"]},
                         [(1, "审核", {"posts": ["初审岗"]}), (2, "审核", {"posts": ["复审岗"]}), (3, "决定", {"posts": ["终审岗"]})], boss=boss)
    tables["steps"]["days"] = [3.0, 2.0, 2.0]
    return PowerNetwork.from_tables(tables, DAY)


def test_three_approvals_become_two_and_a_check_is_lost():
    before = three_reviews("B")
    after = DropSignOff(step_no=2).apply(before, "I")
    assert (profile(before), profile(after)) == (("3", "3", "3"), ("2", "2", "2"))
    result = before_after(before, after, ["I"])
    assert result.changes[0].lost() == ("none", "direct", "full")
    assert "制约变弱" in result.sentence()
    assert "时限由7变为5个工作日" in result.sentence()


def test_three_approvals_become_two_and_nothing_is_lost():
    # The second reviewer is the one who decides: his review never bound anybody.
    before = three_reviews("C")
    after = DropSignOff(step_no=2).apply(before, "I")
    assert profile(before) == profile(after) == ("2", "2", "2")
    result = before_after(before, after, ["I"])
    assert result.changes[0].lost() == ()
    assert before_after(before, after, ["I"]).changes[0].before.thresholds.structure.idle == ((2, 1),)
    assert DropSignOff(step_no=2).cost(before, "I") == Cost(-1, -2.0)


def test_a_step_the_law_asks_for_is_not_dropped():
    network = hand_network({"甲": ["A"], "乙": ["B"]}, [(1, "审核", {"posts": ["甲"], "statutory": True}), (2, "决定", {"posts": ["乙"]})])
    for action in (DropSignOff(step_no=1), Ballot(posts=("甲", "乙"), in_place_of=1),
                   OnePlusTwo(handlers=("甲",), finance_leader="乙", office_leader="乙")):
        with pytest.raises(WrongCall, match="法定必经"):
            action.apply(network, "I")


def test_one_plus_two_takes_three_persons():
    posts = {"局长": ["H"], "分管财务领导": ["F"], "分管机关领导": ["L"], "财务股长": ["K"], "经办人": ["A"]}
    boss = {k: v for k, v in SEAL_BOSS.items() if k in posts}
    before = hand_network(posts, [(1, "决定", {"posts": ["财务股长"]})], boss=boss)
    after = OnePlusTwo(handlers=("经办人",), finance_leader="分管财务领导", office_leader="分管机关领导").apply(before, "I")
    # A is two links below F: H orders both leaders, A signs himself.
    assert (profile(before), profile(after)) == (("1", "1", "1"), ("3", "2", "1"))
    assert (verdict("one_plus_two", before), verdict("one_plus_two", after)) == (BAD, GOOD)


def test_one_plus_two_keeps_the_payment_and_what_follows():
    posts = {"分管财务领导": ["F"], "分管机关领导": ["L"], "经办人": ["A"], "出纳": ["C"], "审计": ["U"]}
    before = hand_network(posts, [(1, "受理", {"posts": ["经办人"]}), (2, "决定", {"posts": ["经办人"]}), (3, "支付", {"posts": ["出纳"]}),
                                  (4, "监督", {"posts": ["审计"]})], apart=[(3, 4)])
    after = OnePlusTwo(handlers=("经办人",), finance_leader="分管财务领导", office_leader="分管机关领导").apply(before, "I")
    flow = after.flow_of(after.items["I"])
    assert [(s.step_no, s.kind.label) for s in flow.steps] == [(1, "受理"), (2, "审核"), (3, "决定"), (4, "支付"), (5, "监督")]
    assert flow.incompatible == ((4, 5),)
    assert (profile(before)[0], profile(after)[0]) == ("2", "4")


def test_four_levels_before_the_payment():
    posts = {"监理": ["J"], "乡镇领导": ["T"], "农业股": ["N"], "领导小组": ["G"], "出纳": ["C"]}
    before = hand_network(posts, [(1, "受理", {"posts": ["农业股"]}), (2, "支付", {"posts": ["出纳"]})], external=("监理",),
                          units={"乡镇领导": "V"})
    after = FourLevels(levels=(("监理",), ("乡镇领导",), ("农业股",), ("领导小组",))).apply(before, "I")
    # N accepts and approves; J, T, N, G, C.
    assert (profile(before)[0], profile(after)[0]) == ("2", "5")
    for network, wanted, words in ((before, BAD, "支付前有1级审核"), (after, GOOD, "单位以外2级")):
        fund = replace(network, items={"I": replace(network.items["I"], category="专项资金")})
        (instance,) = run(find("four_levels"), Study(fund)).instances
        assert instance.verdict is wanted
        assert words in instance.reason


def test_head_speaks_last():
    before = hand_network(BUDGET, [(1, "受理", {"posts": ["预算股"]}), (2, "决定", {"posts": ["党委委员"], "rule": "过半"})], boss=BUDGET_BOSS)
    after = HeadLast(head="局长", step_no=2, members=("分管局领导", "副局长甲", "副局长乙", "副局长丙")).apply(before, "I")
    # Before: A and three voters. After: A, three of the four others, and C.
    assert (profile(before)[0], profile(after)[0]) == ("4", "5")
    assert load_of(after, "I").signatures == load_of(before, "I").signatures + 1


def test_one_plus_x_by_rule_and_by_a_second_signature():
    window = hand_network({"窗口": ["A", "B"], "负责人": ["C"]}, [(1, "决定", {"posts": ["窗口"]})])
    assert profile(window)[0] == "1"
    # One signature cannot be two persons: the rule alone makes it impossible, and the table says so.
    alone = before_after(window, RequireSigners(least=2).apply(window, "I"), ["I"])
    assert alone.changes[0].after.kappa("none") is None
    assert alone.table()["单人可办结"].tolist() == ["不达标", "无法办结"]
    assert profile(AddCheck(posts=("负责人",)).apply(window, "I")) == ("2", "2", "2")


def test_actions_refuse_what_is_not_there():
    network = land()
    for action, words in ((AddCheck(posts=("没有",)), "未登记"), (SplitPost(step_no=9, posts=("经办",)), "没有环节9"),
                          (Separate(step_a=1, step_b=1), "同一个环节"), (RequireSigners(least=0), "小于1"),
                          (AddCheck(posts=("新",), posts_added=(NewPost("主管", "U", "主管"),)), "已经存在"),
                          (AddCheck(posts=("新",), posts_added=(NewPost("新", "U", "新", reports_to="无"),)), "未登记"),
                          (FourSeals(parts=("处长", "处长", "主管", "经办")), "四个不同的岗位")):
        with pytest.raises(WrongCall, match=words):
            action.apply(network, "I")
    with pytest.raises(WrongCall, match="没有事项"):
        RequireSigners(least=2).apply(network, "J")
    bare = hand_network(LAND, [])
    with pytest.raises(CannotTell, match="先补流程"):
        RequireSigners(least=2).apply(bare, "I")


def test_only_the_target_changes():
    tables = hand_tables({"甲": ["A"], "乙": ["B"]}, [(1, "决定", {"posts": ["甲"]})])
    tables["power_items"] = tables["power_items"].loc[[0, 0]].assign(item_id=["I", "J"]).reset_index(drop=True)
    before = PowerNetwork.from_tables(tables, DAY)
    after = AddCheck(posts=("乙",)).apply(before, "I")
    result = before_after(before, after, ["I", "J"])
    assert [str(c.after.kappa("none")) for c in result.changes] == ["2", "1"]
    assert list(result.table()["签字数"]) == [1, 2, 1, 1]
    assert "最少独立经手人数不变" in result.sentence()
    again = AddCheck(posts=("乙",)).apply(after, "I")
    assert len(again.flows) == 3
